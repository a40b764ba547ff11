/**
 * The requests of the last window, in slices of time. A slice counts until the window after its last
 * request is over. So a request never counts too short, and at most a slice too long.
 * @module
 */
import { z } from "zod";

/** Up to 61 numbers for a caller, who waits at most a second too long for a limit per minute. */
const SLICES_PER_WINDOW = 60;

interface Slice {
  /** The times of its first and last request, in epoch milliseconds. */
  first: number;
  last: number;
  count: number;
}

/** The stored form of a slice: the time of its last request, and its count. */
const StoredSlice = z.tuple([z.int().nonnegative(), z.int().positive()]);
const StoredSlices = z.array(StoredSlice).catch([]);
export type StoredSlices = z.infer<typeof StoredSlices>;

/** Requests in the order of time. */
export class RecentRequests {
  readonly #windowMs: number;
  readonly #slices: Slice[] = [];
  #total = 0;

  /** @param stored the requests of another instance, in slices */
  constructor(windowMs: number, stored: StoredSlices = []) {
    this.#windowMs = windowMs;
    for (const [last, count] of stored.toSorted(([a], [b]) => a - b)) {
      this.#slices.push({ first: last, last, count });
      this.#total += count;
    }
  }

  /** How many requests count, as of the last {@link forget}. */
  get total(): number {
    return this.#total;
  }

  /** Forgets the requests that have left the window. `now`: epoch milliseconds. */
  forget(now: number): void {
    const slices = this.#slices;
    // The clock was set back, or another clock is wrong: these would count for too long.
    while (slices.length > 0 && slices.at(-1)!.last > now + this.#windowMs) {
      this.#total -= slices.pop()!.count;
    }
    while (slices.length > 0 && slices[0]!.last + this.#windowMs <= now) {
      this.#total -= slices.shift()!.count;
    }
  }

  /** Adds a request. */
  add(now: number): void {
    const newest = this.#slices.at(-1);
    this.#total++;
    if (newest && now - newest.first < this.#windowMs / SLICES_PER_WINDOW) {
      newest.count++;
      newest.last = Math.max(newest.last, now);
    } else {
      this.#slices.push({ first: now, last: now, count: 1 });
    }
  }

  /** Returns the slices to store. */
  stored(): StoredSlices {
    return this.#slices.map(({ last, count }) => [last, count]);
  }

  /** Returns when this many requests, of these and of `others`, will have left the window. */
  timeOfLeaving(count: number, others: RecentRequests): number {
    const [a, b] = [this.#slices, others.#slices];
    let at = 0;
    // Both are in the order of time. This runs for each request, so it creates no list.
    for (let i = 0, j = 0, left = count; left > 0 && (i < a.length || j < b.length);) {
      const isFirst = j === b.length || i < a.length && a[i]!.last <= b[j]!.last;
      const slice = isFirst ? a[i++]! : b[j++]!;
      left -= slice.count;
      at = slice.last + this.#windowMs;
    }
    return at;
  }
}

/** Parses stored slices. An unreadable value counts as no requests. */
export function parseSlices(value: unknown): StoredSlices {
  return StoredSlices.parse(value);
}
