/**
 * Short retries within one process. The record of a job controls its further attempts.
 * @module
 */
import { type Backoff, backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";

export interface RetryOptions extends Backoff {
  /** The largest number of calls. Unset: no limit. */
  tries?: number;
  /** How long all waits may take in total, in milliseconds. Unset: no limit. */
  forMs?: number;
  clock: Clock;
  /** Returns whether another call may succeed. */
  when: (error: unknown) => boolean;
}

/**
 * Calls `work` until it succeeds, with exponential backoff between the calls.
 *
 * @throws what the last call threw
 */
export async function retry<T>(
  work: () => Promise<T>,
  { tries = Infinity, forMs = Infinity, clock, when, ...backoff }: RetryOptions,
): Promise<T> {
  let waitedMs = 0;
  for (let call = 1;; call++) {
    try {
      return await work();
    } catch (error) {
      const waitMs = backoffMs(call, backoff);
      waitedMs += waitMs;
      if (call >= tries || waitedMs > forMs || !when(error)) throw error;
      await clock.wait(waitMs);
    }
  }
}
