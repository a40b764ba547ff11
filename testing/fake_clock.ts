/**
 * A clock that a test advances.
 * @module
 */
import type { Clock } from "../lib/clock.ts";

/** 2026-11-21T12:00:00Z, a Saturday. */
export const NOON = Date.UTC(2026, 10, 21, 12);

interface Wait {
  until: number;
  resolve: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  readonly #waits = new Set<Wait>();

  constructor(now = NOON) {
    this.#now = now;
  }

  now = (): number => this.#now;

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wait = { until: this.#now + ms, resolve };
    if (ms <= 0 || signal?.aborted) resolve();
    else this.#waits.add(wait);
    signal?.addEventListener("abort", () => {
      this.#waits.delete(wait);
      resolve();
    });
    return promise;
  }

  /** The number of waits that have not ended. */
  get waiting(): number {
    return this.#waits.size;
  }

  /** Advances the time and ends all waits whose time has come. */
  advance(ms: number): void {
    this.#now += ms;
    for (const wait of this.#waits) {
      if (wait.until > this.#now) continue;
      this.#waits.delete(wait);
      wait.resolve();
    }
  }
}

/** Wraps a clock so that each wait advances it at once. For tests with a single waiter. */
export function autoAdvancing(clock: FakeClock): Clock {
  return {
    now: clock.now,
    wait(ms) {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
}

/** Runs the event loop once: pending promises continue, and data that has arrived is read. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
