/**
 * A background loop: repeats the same work until it is stopped.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";

export interface LoopOptions {
  /** Runs one round. */
  run: () => Promise<void>;
  /** Returns the pause before the next round, in milliseconds. Called after each round. */
  everyMs: () => number;
  clock: Clock;
  /** Receives the error of a round. The loop continues. */
  onFault: (error: unknown) => void;
}

/** One loop. */
export class Loop {
  readonly #options: LoopOptions;
  #isStopped = false;
  #pause = new AbortController();

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /**
   * Runs the first round at once. Resolves when the loop is stopped and its last round has ended.
   */
  async start(): Promise<void> {
    const { run, everyMs, clock, onFault } = this.#options;
    while (!this.#isStopped) {
      // Created before the round, so that a wake during the round ends the pause after it.
      this.#pause = new AbortController();
      try {
        await run();
      } catch (error) {
        onFault(error);
      }
      if (!this.#isStopped) await clock.wait(everyMs(), this.#pause.signal);
    }
  }

  /** Starts the next round now, or right after the current one. */
  wake(): void {
    this.#pause.abort();
  }

  /** Stops the loop after the current round. */
  stop(): void {
    this.#isStopped = true;
    this.#pause.abort();
  }
}
