/**
 * Measures how long work takes.
 * @module
 */

/** Returns the percentile of a list, such as 0.5 for the median; of an empty list `NaN`. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** The median and the 99th percentile of some durations, in milliseconds. */
export interface Latency {
  p50: number;
  p99: number;
}

/**
 * Runs `work` this many times, one after the other. It receives the number of the run, from 0.
 *
 * @returns how long a run took
 */
export async function timeMany(
  times: number,
  work: (n: number) => Promise<unknown>,
): Promise<Latency> {
  const durations: number[] = [];
  for (let n = 0; n < times; n++) {
    const startedAt = performance.now();
    await work(n);
    durations.push(performance.now() - startedAt);
  }
  const at = (share: number) => Number(percentile(durations, share).toFixed(2));
  return { p50: at(0.5), p99: at(0.99) };
}
