/**
 * Time as an argument, so that tests move it by hand and nothing sleeps.
 * @module
 */

export const DAY_MS = 86_400_000;

/** Tells the time and waits. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Waits `ms` milliseconds. Resolves early, without throwing, when `signal` aborts: the loops that
   * wait look at the signal themselves.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Waits until `work` has settled, `ms` milliseconds at the most. Never throws: what became of the
 * work is for those who hold it.
 */
export async function waitAtMost(
  work: Promise<unknown>,
  { ms, clock }: { ms: number; clock: Clock },
): Promise<void> {
  const settled = new AbortController();
  const ended = work.catch(() => {}).then(() => settled.abort());
  await Promise.race([ended, clock.wait(ms, settled.signal)]);
}

/** A time in ISO 8601 and UTC, from epoch milliseconds. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** The machine's clock and real timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, ms));
      signal?.addEventListener("abort", done);
    });
  },
};
