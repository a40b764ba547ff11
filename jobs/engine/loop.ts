/**
 * A loop in the background: runs the same work again and again until it is stopped.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";

export interface LoopOptions {
  /** One turn of the loop. */
  run: () => Promise<void>;
  /** The pause before the next turn, in milliseconds. Asked after each turn. */
  everyMs: () => number;
  clock: Clock;
  /** Is told what a turn threw. The loop goes on. */
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

  /** Runs the first turn at once. Resolves when the loop was stopped and its last turn has ended. */
  async start(): Promise<void> {
    const { run, everyMs, clock, onFault } = this.#options;
    while (!this.#isStopped) {
      // Made before the turn: a wake in the middle of it shortens the pause that follows.
      this.#pause = new AbortController();
      try {
        await run();
      } catch (error) {
        onFault(error);
      }
      if (!this.#isStopped) await clock.wait(everyMs(), this.#pause.signal);
    }
  }

  /** Starts the next turn now. During a turn: right after it. */
  wake(): void {
    this.#pause.abort();
  }

  /** Lets the turn under way be the last one. */
  stop(): void {
    this.#isStopped = true;
    this.#pause.abort();
  }
}
