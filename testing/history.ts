/**
 * Rows of the history for tests.
 * @module
 */
import { emptyRow, type Row } from "../lib/history/row.ts";
import { BUCKETS_S } from "../lib/history/series.ts";

/** Returns a row with these counters and gauges. */
export function rowOf(overrides: Partial<Row> = {}): Row {
  return { ...emptyRow(), ...overrides };
}

/** Returns the durations of `count` jobs that took `seconds` each. */
export function durations(count: number, seconds: number) {
  const buckets = Array(BUCKETS_S.length + 1).fill(0);
  const index = BUCKETS_S.findIndex((end) => end >= seconds);
  buckets[index === -1 ? BUCKETS_S.length : index] = count;
  return { sum: count * seconds, count, buckets };
}
