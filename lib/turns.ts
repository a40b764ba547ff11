/**
 * Shares the thread between requests and jobs. When many jobs reach a costly piece of work at the
 * same time, they wait for turns of the event loop, and requests are answered in between.
 * @module
 */
import { setImmediate } from "node:timers";

/** How long the work on jobs may hold up requests in one turn, in milliseconds. */
const BUDGET_MS = 4;

/** Gives out turns of the event loop. */
export class Turns {
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;
  /** When the first work of this turn began. */
  #startedAt: number | undefined;

  /** @param now the time in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Resolves in a turn of the event loop that no other caller gets. */
  next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    if (!this.#isRunning) this.#schedule();
    return promise;
  }

  /** Resolves at once while this turn has time left for jobs, else like {@link next}. */
  async whenFree(): Promise<void> {
    if (this.#startedAt === undefined) {
      this.#startedAt = this.#now();
      setImmediate(() => this.#startedAt = undefined);
    }
    if (this.#now() - this.#startedAt > BUDGET_MS) await this.next();
  }

  #schedule(): void {
    this.#isRunning = this.#waiting.length > 0;
    if (!this.#isRunning) return;
    setImmediate(() => {
      this.#waiting.shift()!();
      this.#schedule();
    });
  }
}
