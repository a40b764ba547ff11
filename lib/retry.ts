/**
 * Trying again, within one process and for a moment; retries of whole jobs are the record's.
 * @module
 */
import type { Clock } from "./clock.ts";

export interface RetryOptions {
  /** Calls in all, the first one included. */
  tries: number;
  /** Before the second call, in milliseconds; doubled before each further one. */
  waitMs: number;
  /** No wait is longer; unset, any. */
  maxWaitMs?: number;
  clock: Clock;
  /** Whether trying again can help. */
  when: (error: unknown) => boolean;
}

/** Calls `work` until it succeeds. Throws what the last call threw. */
export async function retry<T>(
  work: () => Promise<T>,
  { tries, waitMs, maxWaitMs = Infinity, clock, when }: RetryOptions,
): Promise<T> {
  for (let call = 1;; call++) {
    try {
      return await work();
    } catch (error) {
      if (call === tries || !when(error)) throw error;
      await clock.wait(Math.min(waitMs * 2 ** (call - 1), maxWaitMs));
    }
  }
}
