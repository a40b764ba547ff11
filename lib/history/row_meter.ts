/**
 * Turns the totals of the metrics into rows: what has happened since the previous row.
 * @module
 */
import { addDurations, type Durations, emptyRow, type Row } from "./row.ts";
import {
  BUCKETS_S,
  type CollectedMetric,
  type CollectedPoint,
  counterSeries,
  gaugeSeries,
  histogramSeries,
  type Series,
  sharedGauges,
} from "./series.ts";

/**
 * How many labels of a series a row has. A row of this size in each series stays below the 64 KiB
 * that a value of KV may have. Further labels count together, as {@link OTHER}.
 */
const MAX_LABELS = 24;

/** Names of models and codes are shorter. */
const MAX_LABEL_CHARACTERS = 64;

/** The label of all labels for which there is no room. */
export const OTHER = "other";

/** The rows of one process. */
export class RowMeter {
  /** The totals at the previous row. */
  #last: Row = emptyRow();

  /**
   * Returns what has happened since the previous call, with the current gauges. The first call counts
   * from the start of the process.
   */
  take(metrics: readonly CollectedMetric[]): Row {
    const totals = totalsOf(metrics);
    const counts = this.#since(totals);
    this.#last = totals;
    return { ...counts, gauges: withoutEmpty(totals.gauges) };
  }

  /**
   * Returns what has happened since the last row, with the gauges of the whole service. It begins no
   * new row. The parts of each instance would count twice in the minute of the last row.
   */
  peek(metrics: readonly CollectedMetric[]): Row {
    const totals = totalsOf(metrics);
    const shared = sharedGauges.map((name) => [name, totals.gauges[name] ?? {}] as const);
    return { ...this.#since(totals), gauges: withoutEmpty(Object.fromEntries(shared)) };
  }

  #since({ counters, histograms }: Row): Omit<Row, "gauges"> {
    return {
      counters: difference(counters, this.#last.counters, subtract),
      histograms: difference(histograms, this.#last.histograms, subtractDurations),
    };
  }
}

/** Returns the totals of a process as a row. */
function totalsOf(metrics: readonly CollectedMetric[]): Row {
  const byName = Map.groupBy(metrics, ({ name }) => name);
  const pointsOf = (series: Series) => pointsOfSeries(byName.get(series.metric) ?? [], series);
  const totals = emptyRow();
  for (const [name, series] of Object.entries(counterSeries)) {
    totals.counters[name] = fold(pointsOf(series), countOfPoint, (a, b) => a + b);
  }
  for (const [name, series] of Object.entries(histogramSeries)) {
    totals.histograms[name] = fold(pointsOf(series), durationsOfPoint, addDurations);
  }
  for (const [name, series] of Object.entries(gaugeSeries)) {
    totals.gauges[name] = fold(pointsOf(series), countOfPoint, Math.max);
  }
  return totals;
}

interface LabeledPoint {
  label: string;
  value: CollectedPoint["value"];
}

function pointsOfSeries(metrics: readonly CollectedMetric[], series: Series): LabeledPoint[] {
  const { labels, where = () => true } = series;
  return metrics.flatMap(({ points }) => points)
    .filter(({ attributes }) => where(attributes))
    .map(({ attributes, value }) => ({ label: labelOf(attributes, labels), value }));
}

/** Joins the attributes with spaces, so no label contains another space. */
function labelOf(attributes: CollectedPoint["attributes"], names: readonly string[]): string {
  const labels = names.map((name) => String(attributes[name] ?? "none").replaceAll(/\s/g, "_"));
  return labels.join(" ").slice(0, MAX_LABEL_CHARACTERS);
}

/** Merges the points of equal labels. The first labels keep their names: totals never go away. */
function fold<T>(
  points: LabeledPoint[],
  read: (value: CollectedPoint["value"]) => T,
  merge: (a: T, b: T) => T,
): Record<string, T> {
  const merged = new Map<string, T>();
  for (const { label, value } of points) {
    const hasRoom = merged.has(label) || merged.size < MAX_LABELS - 1;
    const name = hasRoom ? label : OTHER;
    const last = merged.get(name);
    merged.set(name, last === undefined ? read(value) : merge(last, read(value)));
  }
  return Object.fromEntries(merged);
}

function countOfPoint(value: CollectedPoint["value"]): number {
  return typeof value === "number" ? value : value.count;
}

/** Moves the counts to the buckets of the history. A bucket that spans several goes to the last. */
function durationsOfPoint(value: CollectedPoint["value"]): Durations {
  const buckets: number[] = Array(BUCKETS_S.length + 1).fill(0);
  if (typeof value === "number") return { sum: 0, count: 0, buckets };
  const { sum, count, boundaries, counts } = value;
  for (const [n, inBucket] of counts.entries()) {
    const end = boundaries[n] ?? Infinity;
    const index = BUCKETS_S.findIndex((bound) => bound >= end);
    buckets[index === -1 ? BUCKETS_S.length : index]! += inBucket;
  }
  return { sum, count, buckets };
}

/** Subtracts totals, and omits what has not changed. */
function difference<T>(
  totals: Record<string, Record<string, T>>,
  last: Record<string, Record<string, T>>,
  subtract: (total: T, last: T | undefined) => T | null,
): Record<string, Record<string, T>> {
  const series = Object.entries(totals).map(([name, values]) => {
    const changed = Object.entries(values).flatMap(([label, total]) => {
      const change = subtract(total, last[name]?.[label]);
      return change === null ? [] : [[label, change] as const];
    });
    return [name, Object.fromEntries(changed)] as const;
  });
  return withoutEmpty(Object.fromEntries(series));
}

function subtract(total: number, last = 0): number | null {
  return total > last ? total - last : null;
}

function subtractDurations(total: Durations, last: Durations | undefined): Durations | null {
  if (last === undefined) return total.count > 0 ? total : null;
  if (total.count <= last.count) return null;
  return {
    sum: total.sum - last.sum,
    count: total.count - last.count,
    buckets: total.buckets.map((count, n) => count - last.buckets[n]!),
  };
}

function withoutEmpty<T>(
  series: Record<string, Record<string, T>>,
): Record<string, Record<string, T>> {
  return Object.fromEntries(
    Object.entries(series).filter(([, values]) => Object.keys(values).length > 0),
  );
}
