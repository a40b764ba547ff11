/**
 * Access to KV for workers, with retries: results that were paid for should not get lost.
 * @module
 */
import type { Clock } from "../clock.ts";
import { retry } from "../retry.ts";
import { BlobTooLargeError } from "./blob.ts";
import { isUnwritable } from "./storage_space.ts";

/**
 * Six tries with pauses of 0.2, 0.4, 0.8, 1.6 and 3.2 s. If the database fails at once, they take
 * about 6 s. If it does not answer, they take about 40 s, because each try waits 5 to 6 s
 * (`database.ts`).
 */
const TRIES = 6;
const FIRST_PAUSE_MS = 200;

/**
 * While the disk takes no data, a running job keeps its results in memory for up to ten minutes, with a
 * try every few seconds. An operator may repair it meanwhile.
 */
const UNWRITABLE = { forMs: 600_000, firstMs: FIRST_PAUSE_MS, maxMs: 3_000 };

/**
 * Reads or writes, with retries for temporary faults of KV.
 *
 * @throws the error of the last try; a {@link BlobTooLargeError} at once, because no retry helps
 */
export function persist<T>(access: () => Promise<T>, clock: Clock): Promise<T> {
  const isTransient = (error: unknown) =>
    !(error instanceof BlobTooLargeError) && !isUnwritable(error);
  const tries = { tries: TRIES, firstMs: FIRST_PAUSE_MS, clock, when: isTransient };
  return retry(() => retry(access, tries), { ...UNWRITABLE, clock, when: isUnwritable });
}
