/**
 * The space of a disk, as a test sets it.
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { DiskSpace } from "../lib/store/free_space.ts";
import { StorageSpace } from "../lib/store/storage_space.ts";

export const MIB = 1_048_576;

/**
 * Returns a disk of 1 TiB, and its watch. For one running job, new jobs are refused below 16.25 MiB
 * of free space, and waiting jobs do not start below 8.125 MiB.
 */
export function openTestDisk(clock: Clock) {
  const totalBytes = 1_048_576 * MIB;
  const disk: DiskSpace = {
    freeBytes: totalBytes,
    totalBytes,
    reusableBytes: 0,
    fileBytes: 0,
    logBytes: 0,
  };
  const reader = { read: () => Promise.resolve({ ...disk }), [Symbol.dispose]: () => {} };
  return { disk, storage: new StorageSpace({ clock, concurrency: 1, reader }) };
}
