/**
 * Paces requests to a server that limits them per second.
 * @module
 */
import type { Clock } from "../clock.ts";

/** Starts the work of all callers one after the other, with an interval in between. */
export class Pacer {
  readonly #intervalMs: number;
  /** From when on the next caller waits, in epoch milliseconds, and for how long. */
  #since = -Infinity;
  #pauseMs = 0;
  /** Resolves when all callers have had their turns or left. Only the first of them sleeps. */
  #last = Promise.resolve();
  /** The number of callers that wait. */
  #callers = 0;

  /** @param intervalMs the shortest time between two turns, in milliseconds */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /**
   * Waits for a turn, in the order of the calls.
   *
   * @throws the reason of `signal` if it aborts
   */
  async turn({ clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted();
    const earlier = this.#last;
    const ended = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const leave = () => aborted.resolve();
    signal.addEventListener("abort", leave);
    this.#last = earlier.then(() => ended.promise);
    this.#callers++;
    try {
      await Promise.race([earlier, aborted.promise]);
      // The pause may become longer meanwhile.
      for (let ms = this.#waitMs(clock); ms > 0 && !signal.aborted; ms = this.#waitMs(clock)) {
        await clock.wait(ms, signal);
      }
      signal.throwIfAborted();
      this.#since = clock.now();
      this.#pauseMs = this.#intervalMs;
    } finally {
      signal.removeEventListener("abort", leave);
      this.#callers--;
      ended.resolve();
    }
  }

  /** Returns how long a caller that comes now waits for its turn, in milliseconds. */
  queueMs(clock: Clock): number {
    return Math.max(0, this.#waitMs(clock)) + this.#callers * this.#intervalMs;
  }

  /** Delays all turns by at least `ms` milliseconds from now on, because the server is busy. */
  pause(ms: number, clock: Clock): void {
    if (ms <= this.#waitMs(clock)) return;
    this.#since = clock.now();
    this.#pauseMs = ms;
  }

  #waitMs(clock: Clock): number {
    const passedMs = clock.now() - this.#since;
    // A clock that was set back must not stop all requests until it has caught up.
    return passedMs < 0 ? 0 : this.#pauseMs - passedMs;
  }
}
