/**
 * The reserve file: occupies some space beside the database, and is deleted when the disk is full.
 * Then SQLite has room again, although another program has filled the disk. KV deletes expired keys
 * about once a minute, and if it finds no room, Deno ends the process.
 * @module
 */
import { platform } from "../platform/platform.ts";

const { files, failures } = platform;

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
      // Random bytes, because some file systems compress, and zeros would occupy nothing.
      const chunk = crypto.getRandomValues(new Uint8Array(CHUNK_BYTES));
      await files.fill(path, { bytes, chunk });
    },
    async release() {
      await files.remove(path).catch((error) => {
        if (!failures.isMissing(error)) throw error;
      });
    },
  };
}
