/**
 * A row of the history: what one instance, or all of them, did in a minute or in an hour. Rows of
 * several instances and minutes merge into one row.
 * @module
 */
import { z } from "zod";
import {
  BUCKETS_S,
  type CounterName,
  type GaugeMerge,
  type GaugeName,
  gaugeSeries,
  type HistogramName,
} from "./series.ts";

/** Numbers by the labels of a series, with spaces in between: `itinerary succeeded`. */
const ByLabel = z.record(z.string(), z.number());

const Durations = z.object({
  /** In seconds. */
  sum: z.number(),
  count: z.number(),
  /** One number for each of `BUCKETS_S`, and one for longer durations. */
  buckets: z.array(z.number()).length(BUCKETS_S.length + 1),
});
export type Durations = z.infer<typeof Durations>;

/** The members have the names of the series. A later version may have other names. */
export const Row = z.object({
  counters: z.record(z.string(), ByLabel),
  histograms: z.record(z.string(), z.record(z.string(), Durations)),
  gauges: z.record(z.string(), ByLabel),
});
export type Row = z.infer<typeof Row>;

/** Returns a row without events. */
export function emptyRow(): Row {
  return { counters: {}, histograms: {}, gauges: {} };
}

/** The gauges that are zero in a service that does nothing. */
const WORK = ["running", "streams", "waiting"] as const satisfies GaugeName[];

/** Returns whether nothing has happened, runs or waits, so that the row need not be stored. */
export function isIdle({ counters, histograms, gauges }: Row): boolean {
  const hasEvents = Object.keys(counters).length > 0 || Object.keys(histograms).length > 0;
  const levels = WORK.flatMap((name) => Object.values(gauges[name] ?? {}));
  return !hasEvents && levels.every((level) => level === 0);
}

/** Merges rows of several instances, or of several minutes. */
export function mergeRows(rows: Iterable<Row>): Row {
  const merged = emptyRow();
  for (const { counters, histograms, gauges } of rows) {
    mergeInto(merged.counters, counters, (a, b) => a + b);
    mergeInto(merged.histograms, histograms, addDurations);
    for (const [name, values] of Object.entries(gauges)) {
      mergeInto(merged.gauges, { [name]: values }, gaugeMerges[mergeOf(name)]);
    }
  }
  return merged;
}

const gaugeMerges: Record<GaugeMerge, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

/** Returns how a gauge merges. A name of another version counts like most gauges. */
function mergeOf(name: string): GaugeMerge {
  return name in gaugeSeries ? gaugeSeries[name as GaugeName].merge : "max";
}

function mergeInto<T>(
  target: Record<string, Record<string, T>>,
  source: Record<string, Record<string, T>>,
  merge: (a: T, b: T) => T,
): void {
  for (const [name, values] of Object.entries(source)) {
    const own = target[name] ??= {};
    for (const [label, value] of Object.entries(values)) {
      const last = own[label];
      own[label] = last === undefined ? value : merge(last, value);
    }
  }
}

/** Adds durations. */
export function addDurations(a: Durations, b: Durations): Durations {
  return {
    sum: a.sum + b.sum,
    count: a.count + b.count,
    buckets: a.buckets.map((count, n) => count + b.buckets[n]!),
  };
}

/**
 * Sums a series over all labels, or over the labels below `label`.
 *
 * @param label whole labels from the first on: `itinerary`, or `itinerary succeeded`
 */
export function countOf({ counters }: Row, name: CounterName, label?: string): number {
  return Object.entries(counters[name] ?? {})
    .filter(([key]) => label === undefined || key === label || key.startsWith(`${label} `))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Returns the durations of a series: those of one label, or of all labels together. */
export function durationsOf({ histograms }: Row, name: HistogramName, label?: string): Durations {
  const none = { sum: 0, count: 0, buckets: Array(BUCKETS_S.length + 1).fill(0) };
  return Object.entries(histograms[name] ?? {})
    .filter(([key]) => label === undefined || key === label)
    .reduce((sum, [, durations]) => addDurations(sum, durations), none);
}

/**
 * Returns a row without the jobs of other kinds. Jobs that the service creates itself, such as
 * callbacks, are no work of callers: they would make its success and its speed look better.
 */
export function workOfKinds({ counters, histograms, gauges }: Row, kinds: Iterable<string>): Row {
  const names = new Set(kinds);
  const keep = <T>(values: Record<string, T>) =>
    Object.fromEntries(Object.entries(values).filter(([label]) => names.has(label.split(" ")[0]!)));
  const select = <T>(all: Record<string, Record<string, T>>, series: readonly string[]) =>
    Object.fromEntries(
      Object.entries(all).map(([name, values]) =>
        [name, series.includes(name) ? keep(values) : values] as const
      ),
    );
  return {
    counters: select(counters, WORK_COUNTERS),
    histograms: select(histograms, WORK_HISTOGRAMS),
    gauges,
  };
}

/** The series about jobs that only count for the kinds that clients create. */
const WORK_COUNTERS = ["accepted", "ended", "attempts"] as const satisfies CounterName[];
const WORK_HISTOGRAMS = ["duration", "wait"] as const satisfies HistogramName[];

/**
 * Estimates a quantile of durations, in seconds: in its bucket, values count as evenly spread.
 *
 * @param share from 0 to 1
 * @returns `null` without durations
 */
export function quantile({ count, buckets }: Durations, share: number): number | null {
  if (count === 0) return null;
  let below = 0;
  for (const [n, inBucket] of buckets.entries()) {
    const from = BUCKETS_S[n - 1] ?? 0;
    // The last bucket has no end.
    const to = BUCKETS_S[n] ?? from;
    if (inBucket > 0 && below + inBucket >= share * count) {
      return from + (to - from) * Math.max(0, share * count - below) / inBucket;
    }
    below += inBucket;
  }
  return BUCKETS_S.at(-1)!;
}
