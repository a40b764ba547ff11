/**
 * One time limit for many pieces of work, with one timer for all of them.
 * @module
 */
import { type Clock, DeadlineError } from "./clock.ts";

/** A piece of work that has not ended. */
interface Pending {
  startedAt: number;
  expire: (reason: DeadlineError) => void;
}

/**
 * The same time limit for each piece of work, exact to the millisecond. A timer for each, as in
 * `withDeadline()`, takes four microseconds more. The shared timer continues after the last work, for
 * at most the time limit.
 */
export class SharedDeadline {
  readonly #ms: number;
  readonly #clock: Clock;
  /** In the order of their beginning, which is the order in which they expire. */
  readonly #pending = new Set<Pending>();
  #isWatching = false;

  /** @param options.ms how long each piece of work may take, in milliseconds */
  constructor({ ms, clock }: { ms: number; clock: Clock }) {
    this.#ms = ms;
    this.#clock = clock;
  }

  /**
   * Waits for work that has begun. The work does not learn that its time is over.
   *
   * @throws {DeadlineError} when the time is over; otherwise the error of the work
   */
  run<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const pending = { startedAt: this.#clock.now(), expire: reject };
    this.#pending.add(pending);
    work.then(resolve, reject).finally(() => this.#pending.delete(pending));
    if (!this.#isWatching) this.#watch();
    return promise;
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    let [oldest] = this.#pending;
    while (oldest) {
      await this.#clock.wait(this.#ms - this.#ageOf(oldest));
      this.#expire();
      [oldest] = this.#pending;
    }
    this.#isWatching = false;
  }

  #expire(): void {
    for (const pending of this.#pending) {
      const age = this.#ageOf(pending);
      // Work from the future began before the clock was set back, so it is older than it seems.
      if (age >= 0 && age < this.#ms) continue;
      this.#pending.delete(pending);
      pending.expire(new DeadlineError(`Not finished within ${this.#ms} ms`));
    }
  }

  #ageOf({ startedAt }: Pending): number {
    return this.#clock.now() - startedAt;
  }
}
