/**
 * The space that a database in a file can use: of its file system, and within its file.
 * @module
 */
import { dirname } from "node:path";
import { z } from "zod";
import { platform } from "../platform/platform.ts";
import type { FileHead } from "../platform/contract.ts";

const { files, failures } = platform;

/** The space for a database, in bytes. */
export interface DiskSpace {
  /** What this user may still write to the file system. */
  freeBytes: number;
  /** The size of the file system. */
  totalBytes: number;
  /** What is free within the file of the database, which never shrinks. */
  reusableBytes: number;
  /** The size of the database's file. */
  fileBytes: number;
  /** The size of SQLite's log. SQLite writes it anew from its beginning, and deletes it at the end. */
  logBytes: number;
}

/** What the operating system reports: numbers of blocks, and the size of a block in bytes. */
const FileSystem = z.object({ bsize: z.number(), blocks: z.number(), bavail: z.number() });

/** The places of numbers in the header of an SQLite file: https://sqlite.org/fileformat2.html */
const HEADER_BYTES = 100;
const PAGE_SIZE_AT = 16;
const FREE_PAGES_AT = 36;

/** The page size 65,536 does not fit into its two bytes. */
const LARGEST_PAGE = { written: 1, bytes: 65_536 };

/** Reads the space for the database in a file. */
export class DiskSpaceReader implements Disposable {
  readonly #path: string;
  /**
   * Stays open. When a process closes a file, POSIX releases all locks of the process on that file,
   * also those of SQLite, which other processes could then take.
   * https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
   */
  #file: FileHead | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads the space. Deno needs the permissions `--allow-read` of the file and its directory, and
   * `--allow-sys=statfs`.
   *
   * @throws if the directory does not exist, or without permission
   */
  async read(): Promise<DiskSpace> {
    // Deno takes 20 ms to load the module. Deno 2.5 exports `statfs` only there.
    const { promises: fs } = await import("node:fs");
    const { bsize, blocks, bavail } = FileSystem.parse(await fs.statfs(dirname(this.#path)));
    const reusableBytes = await this.#readFreePages();
    const logBytes = await sizeOf(`${this.#path}-wal`);
    const fileBytes = await sizeOf(this.#path);
    const disk = { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    return { ...disk, reusableBytes, fileBytes, logBytes };
  }

  /** Closes the file. Only when the database is closed. */
  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Returns the size of the unused pages of the database; 0 if there is no file yet. */
  async #readFreePages(): Promise<number> {
    try {
      this.#file ??= await files.openHead(this.#path);
    } catch (error) {
      if (failures.isMissing(error)) return 0;
      throw error;
    }
    const bytes = new Uint8Array(HEADER_BYTES);
    if (!this.#file.read(bytes)) return 0;
    const header = new DataView(bytes.buffer);
    const pageSize = header.getUint16(PAGE_SIZE_AT);
    const pageBytes = pageSize === LARGEST_PAGE.written ? LARGEST_PAGE.bytes : pageSize;
    return header.getUint32(FREE_PAGES_AT) * pageBytes;
  }
}

/** Returns the size of a file in bytes; 0 if there is none. */
async function sizeOf(path: string): Promise<number> {
  try {
    return await files.sizeOf(path);
  } catch (error) {
    if (failures.isMissing(error)) return 0;
    throw error;
  }
}
