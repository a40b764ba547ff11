/**
 * Writes that are about space, not about jobs.
 *
 * | key | value |
 * |---|---|
 * | `["reserve", n]` | bytes that are deleted at once, see {@link SpaceWrites.growFiles} |
 *
 * @module
 */

import type { DiskSpace } from "./free_space.ts";
import type { Kv, KvKey } from "../platform/kv.ts";

export interface SpaceWrites {
  /** Writes a little, to test whether there is space. It leaves nothing behind. */
  test(): Promise<void>;
  /**
   * Grows the files of SQLite to the size that they reach in ordinary use. When another program fills
   * the disk, KV then still has space for some hundred commits. Until the service knows of the full
   * disk, KV may deliver a message, and without space Deno would end the process.
   *
   * It writes nothing if the files have this size already, because another process runs or was
   * killed. After an orderly stop it writes 5 MB, because SQLite has deleted its log.
   *
   * @returns whether it has written
   */
  growFiles(space: Pick<DiskSpace, "reusableBytes" | "logBytes">): Promise<boolean>;
}

/** A deletion writes to the database even if there is no such key, and there never is. */
const TEST_WRITE = ["ping"];

/**
 * SQLite begins its log anew after 1,000 pages of 4 KiB. The first half of the values makes the
 * database as large as it must be, and the second half, in the same pages, fills the log.
 */
const HALF_PARTS = 40;
const PART = new Uint8Array(65_000);

/** SQLite writes into this log without more space from the disk. */
const GROWN_LOG_BYTES = 1_000 * 4_096;

/** Within the database: enough for some hundred commits, each of which takes a page or two. */
const REUSABLE_BYTES = 1_048_576;

/** KV takes 800 KiB in a commit. */
const PARTS_PER_COMMIT = 10;

/** Returns the writes to a database. */
export function spaceWrites(kv: Kv): SpaceWrites {
  return {
    async test() {
      await kv.atomic().delete(TEST_WRITE).commit();
    },
    async growFiles({ reusableBytes, logBytes }) {
      const isGrown = logBytes >= GROWN_LOG_BYTES && reusableBytes >= REUSABLE_BYTES;
      if (isGrown && !await hasParts(kv)) return false;
      for (let half = 0; half < 2; half++) {
        try {
          await writeParts(kv);
        } finally {
          await deleteParts(kv);
        }
      }
      return true;
    },
  };
}

async function writeParts(kv: Kv): Promise<void> {
  for (let start = 0; start < HALF_PARTS; start += PARTS_PER_COMMIT) {
    const commit = kv.atomic();
    for (let part = start; part < start + PARTS_PER_COMMIT; part++) {
      commit.set(reserveKey(part), PART);
    }
    await commit.commit();
  }
}

/** Whether a process was killed before it deleted its parts. The first one is written first. */
async function hasParts(kv: Kv): Promise<boolean> {
  return (await kv.get(reserveKey(0))).versionstamp !== null;
}

/** Deletes the parts, also those of a process that was killed. */
async function deleteParts(kv: Kv): Promise<void> {
  const commit = kv.atomic();
  for (let part = 0; part < HALF_PARTS; part++) commit.delete(reserveKey(part));
  await commit.commit();
}

function reserveKey(n: number): KvKey {
  return ["reserve", n];
}
