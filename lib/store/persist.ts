/**
 * Patient access to KV for a worker: what a job has paid for is worth several tries to store it.
 * @module
 */
import type { Clock } from "../clock.ts";
import { retry } from "../retry.ts";
import { BlobTooLargeError } from "./blob.ts";

/**
 * Six tries with pauses of 0.2, 0.4, 0.8, 1.6 and 3.2 s. A database that fails at once is given up
 * after about 6 s. One that does not answer is given up after about 36 s, because each try waits
 * 5 s for its answer (`database.ts`).
 */
const TRIES = 6;
const FIRST_PAUSE_MS = 200;

/**
 * Reads or writes, and tries again when KV fails for a moment.
 *
 * @throws what the last try threw; a {@link BlobTooLargeError} at once, because no retry helps
 */
export function persist<T>(access: () => Promise<T>, clock: Clock): Promise<T> {
  const isTransient = (error: unknown) => !(error instanceof BlobTooLargeError);
  return retry(access, { tries: TRIES, firstMs: FIRST_PAUSE_MS, clock, when: isTransient });
}
