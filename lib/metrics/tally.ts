/**
 * Distributions of values that are measured with each request. OpenTelemetry's SDK sorts and
 * serializes the attributes of each value, which takes several percent of the time of a poll. So
 * these are added up here, and the SDK exports them.
 * @module
 */
import type { Attributes } from "./metrics.ts";

/** The distribution of the values with one set of attributes, since the start of the instance. */
export class Tally {
  readonly attributes: Attributes;
  readonly boundaries: readonly number[];
  /** The count of each bucket; the last one has no upper end. */
  readonly counts: number[];
  count = 0;
  sum = 0;

  /** @param boundaries the upper ends of the buckets, ascending */
  constructor(attributes: Attributes, boundaries: readonly number[]) {
    this.attributes = attributes;
    this.boundaries = boundaries;
    this.counts = new Array(boundaries.length + 1).fill(0);
  }

  /** Adds a value. The upper end of a bucket belongs to it. */
  record(value: number): void {
    let bucket = 0;
    while (bucket < this.boundaries.length && value > this.boundaries[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.count++;
    this.sum += value;
  }
}

/** The tallies of one instrument. */
export class Tallies {
  readonly #boundaries: readonly number[];
  readonly #tallies = new Map<string, Tally>();

  constructor(boundaries: readonly number[]) {
    this.#boundaries = boundaries;
  }

  /** Returns the tally of a set of attributes. */
  of(attributes: Attributes): Tally {
    const key = JSON.stringify(Object.entries(attributes).toSorted());
    let tally = this.#tallies.get(key);
    if (!tally) this.#tallies.set(key, tally = new Tally(attributes, this.#boundaries));
    return tally;
  }

  [Symbol.iterator](): Iterator<Tally> {
    return this.#tallies.values();
  }
}
