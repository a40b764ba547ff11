/**
 * Random choices that a seed repeats. Their timing still depends on the machine.
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A source of random choices. Its methods may be passed as functions. */
export class Chance {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Returns a number from 0 up to, but not including, 1. */
  next = (): number => uniformFloat64(this.#generator);

  /** Returns a whole number from 0 up to, but not including, `count`. */
  below = (count: number): number => Math.floor(this.next() * count);

  /** Returns one member of a list that is not empty. */
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)]!;

  /** Returns whether an event that happens once in `count` times happens now. */
  oneIn = (count: number): boolean => this.next() * count < 1;

  /** Waits from 0 to twice `averageMs`, or until `signal` aborts. */
  pause = (averageMs: number, signal?: AbortSignal): Promise<void> =>
    wait(2 * this.next() * averageMs, signal);
}

/** Waits for `ms` milliseconds, or until `signal` aborts. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    }
    signal?.addEventListener("abort", end);
  });
}
