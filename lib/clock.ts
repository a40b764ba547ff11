/**
 * Time as an argument, so that tests can control it and do not sleep.
 * @module
 */

export const DAY_MS = 86_400_000;

/** Tells the time and waits. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Waits `ms` milliseconds. Resolves early, without throwing, when `signal` aborts: callers check
   * the signal themselves.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Waits until `work` has settled, at most `ms` milliseconds. Never throws: the owner of the promise
 * handles its result.
 */
export async function waitAtMost(
  work: Promise<unknown>,
  { ms, clock }: { ms: number; clock: Clock },
): Promise<void> {
  const settled = new AbortController();
  const end = work.catch(() => {}).then(() => settled.abort());
  await Promise.race([end, clock.wait(ms, settled.signal)]);
}

/** The work exceeded its time limit. */
export class DeadlineError extends Error {
  override name = "DeadlineError";
}

export interface DeadlineOptions {
  /** How long the work may take, in milliseconds. */
  ms: number;
  clock: Clock;
  /** Ends the work early. */
  signal?: AbortSignal | undefined;
  /**
   * Splits the time into this many equal timers. A timer that expires while the process is frozen
   * fires before the process sees answers that have arrived. With several parts, a freeze costs at
   * most one.
   */
  parts?: number;
}

/** The abort reason when the work has ended in time. Shared, because it is used often. */
const SETTLED = new Error("The work has ended");

/** A time limit for work that listens to a signal. Dispose of it when the work has ended. */
export class Deadline implements Disposable {
  /** Rejects when {@link signal} aborts, with its reason. */
  readonly expired: Promise<never>;
  readonly #over = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #stop = () => this.#over.abort(this.#outer?.reason);

  constructor({ ms, clock, signal, parts = 1 }: DeadlineOptions) {
    this.#outer = signal;
    if (signal?.aborted) this.#stop();
    signal?.addEventListener("abort", this.#stop);
    this.expired = this.#expire({ ms, clock, parts });
    this.expired.catch(() => {});
  }

  /** Aborts when the time is over, when the outer signal aborts, or when the work has ended. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether the time ran out before the work ended. */
  get isOver(): boolean {
    return this.signal.reason instanceof DeadlineError;
  }

  async #expire(
    { ms, clock, parts }: Required<Pick<DeadlineOptions, "ms" | "clock" | "parts">>,
  ): Promise<never> {
    for (let part = 0; part < parts; part++) {
      await clock.wait(ms / parts, this.signal);
      this.signal.throwIfAborted();
    }
    const error = new DeadlineError(`Not finished within ${ms} ms`);
    this.#over.abort(error);
    throw error;
  }

  [Symbol.dispose](): void {
    this.#over.abort(SETTLED);
    this.#outer?.removeEventListener("abort", this.#stop);
  }
}

/**
 * Runs work with a time limit. It settles in time even if the work ignores its signal.
 *
 * @param work gets the signal of a {@link Deadline}
 * @throws {DeadlineError} when the time has expired; the reason of `signal` if it aborts; otherwise the
 * error of `work`
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: DeadlineOptions,
): Promise<T> {
  using deadline = new Deadline(options);
  return await Promise.race([work(deadline.signal), deadline.expired]);
}

/** Formats epoch milliseconds in ISO 8601 and UTC. */
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
