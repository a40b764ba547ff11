/**
 * The space that a database in a file can use: of its file system, and within its file.
 * @module
 */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** The space for a database, in bytes. */
export interface DiskSpace {
  /** What this user may still write to the file system. */
  freeBytes: number;
  /** The size of the file system. */
  totalBytes: number;
  /** What is free within the file of the database, which never shrinks. */
  reusableBytes: number;
}

/** What the operating system reports: numbers of blocks, and the size of a block in bytes. */
const FileSystem = z.object({ bsize: z.number(), blocks: z.number(), bavail: z.number() });

/**
 * Reads the space for the database in this file. Deno needs the permissions `--allow-read` of the
 * file and its directory, and `--allow-sys=statfs`.
 *
 * @throws if the directory does not exist, or without permission
 */
export async function readDiskSpace(file: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = FileSystem.parse(await statfs(dirname(file)));
  const reusableBytes = await readFreePages(file);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, reusableBytes };
}

/** The places of numbers in the header of an SQLite file: https://sqlite.org/fileformat2.html */
const HEADER_BYTES = 100;
const PAGE_SIZE_AT = 16;
const FREE_PAGES_AT = 36;

/** The page size 65,536 does not fit into its two bytes. */
const LARGEST_PAGE = { written: 1, bytes: 65_536 };

/** Returns the size of the unused pages of an SQLite file; 0 if there is no file yet. */
async function readFreePages(path: string): Promise<number> {
  let header: DataView;
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(HEADER_BYTES);
    if (await file.read(bytes) !== HEADER_BYTES) return 0;
    header = new DataView(bytes.buffer);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
  const pageSize = header.getUint16(PAGE_SIZE_AT);
  const pageBytes = pageSize === LARGEST_PAGE.written ? LARGEST_PAGE.bytes : pageSize;
  return header.getUint32(FREE_PAGES_AT) * pageBytes;
}
