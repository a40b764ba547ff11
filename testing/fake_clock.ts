/**
 * A clock that a test moves by hand.
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

  /** How many callers wait at the moment. */
  get waiting(): number {
    return this.#waits.size;
  }

  /** Moves the time and wakes everybody whose wait is over. */
  advance(ms: number): void {
    this.#now += ms;
    for (const wait of this.#waits) {
      if (wait.until > this.#now) continue;
      this.#waits.delete(wait);
      wait.resolve();
    }
  }
}

/** The same clock for one that is alone with it: whoever waits moves it on by himself. */
export function selfAdvancing(clock: FakeClock): Clock {
  return {
    now: clock.now,
    wait(ms) {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
}

/** Lets the event loop go round once: whatever is ready goes on, and what arrived is heard. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
