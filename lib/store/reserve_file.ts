/**
 * The reserve file: occupies some space beside the database, and is deleted when the disk is full.
 * Then SQLite has room again, although another program has filled the disk. KV deletes expired keys
 * about once a minute, and if it finds no room, Deno ends the process.
 * @module
 */

/** Occupies and frees the reserved space. */
export interface SpaceReserve {
  /** Occupies the space. Does nothing if it is occupied. */
  hold(): Promise<void>;
  /** Frees the space. */
  release(): Promise<void>;
}

/** How much is written at once. `crypto` fills no more in one call. */
const CHUNK_BYTES = 65_536;

/**
 * Returns a reserve that is a file. Several instances may share it.
 *
 * @param bytes the size of the file
 */
export function reserveFile(path: string, bytes: number): SpaceReserve {
  return {
    async hold() {
      using file = await Deno.open(path, { write: true, create: true });
      let { size } = await file.stat();
      await file.seek(size, Deno.SeekMode.Start);
      // Random bytes, because some file systems compress, and zeros would occupy nothing.
      const chunk = crypto.getRandomValues(new Uint8Array(CHUNK_BYTES));
      while (size < bytes) size += await file.write(chunk.subarray(0, bytes - size));
    },
    async release() {
      await Deno.remove(path).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
  };
}
