/**
 * Shares the thread between requests and jobs. When many jobs reach a costly piece of work at the
 * same time, each waits for its own turn of the event loop, and requests are answered in between.
 * @module
 */
import { setImmediate } from "node:timers";

/** Gives out turns of the event loop, one at a time. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;

  /** Resolves in a turn of the event loop that no other caller gets. */
  next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    if (!this.#isRunning) this.#schedule();
    return promise;
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
