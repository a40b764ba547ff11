/**
 * The charts of the overview: what each one shows of the history.
 * @module
 */
import { type HistoryPoint, meanLevel, type RangeName } from "../../../lib/history/range.ts";
import { countOf, durationsOf, mergeRows, quantile, type Row } from "../../../lib/history/row.ts";
import type { CounterName, GaugeName, HistogramName } from "../../../lib/history/series.ts";
import { type ChartContent, MAX_SERIES, roundUp, type Series } from "./chart.tsx";
import { bytes, count, dollars, duration, percent } from "./values.tsx";

/** A chart of the history. */
export interface ChartDefinition {
  title: string;
  /** What the chart counts, in a few words. */
  hint?: string;
  /** Whether the number is that of the last point only. */
  isLast?: true;
  form: ChartContent["form"];
  format: (value: number) => string;
  top?: number;
  round?: (value: number) => number;
  series(points: readonly HistoryPoint[]): Series[];
  /** Returns the number of the whole range, from its merged row and its last point. */
  headline(whole: Row, last: HistoryPoint): number | null;
}

/** All charts, in the order of the page. The names are in the paths of their tables. */
export const charts = {
  jobs: {
    title: "Jobs ended",
    form: "bars",
    format: count,
    series: (points) => [
      ...["succeeded", "failed", "canceled"].map((outcome) =>
        seriesOf(points, outcome, (row) => endedAs(row, outcome))
      ),
    ],
    headline: (whole) => countOf(whole, "ended"),
  },
  success: {
    title: "Success rate",
    hint: "of jobs that succeeded or failed",
    form: "line",
    format: percent,
    top: 1,
    series: (points) => [seriesOf(points, "success rate", successRate)],
    headline: successRate,
  },
  duration: {
    title: "Time to finish",
    hint: "median, from the request to the end",
    form: "line",
    format: duration,
    round: roundUpSeconds,
    series: (points) => quantiles(points, "duration"),
    headline: (whole) => quantile(durationsOf(whole, "duration"), 0.5),
  },
  waiting: {
    title: "Waiting jobs",
    isLast: true,
    form: "area",
    format: count,
    series: (points) => [seriesOf(points, "waiting", (row) => gaugeOf(row, "waiting"))],
    headline: (_, last) => gaugeOf(last.row, "waiting"),
  },
  wait: {
    title: "Time until the start",
    hint: "median, from the request to the first attempt",
    form: "line",
    format: duration,
    round: roundUpSeconds,
    series: (points) => quantiles(points, "wait"),
    headline: (whole) => quantile(durationsOf(whole, "wait"), 0.5),
  },
  polls: {
    title: "Polls per job",
    form: "line",
    format: decimal,
    series: (points) => [seriesOf(points, "polls per job", pollsPerJob)],
    headline: pollsPerJob,
  },
  errors: {
    title: "Model errors",
    form: "bars",
    format: count,
    series: (points) => largestSeries(points, "modelErrors", (label) => label),
    headline: (whole) => countOf(whole, "modelErrors"),
  },
  tokens: {
    title: "Tokens",
    form: "bars",
    format: count,
    series: (points) => largestSeries(points, "tokens", (label) => label.split(" ")[0]!),
    headline: (whole) => countOf(whole, "tokens"),
  },
  cost: {
    title: "Cost",
    hint: "of models with a price",
    form: "bars",
    format: dollars,
    series: (points) => largestSeries(points, "cost", (label) => label),
    headline: (whole) => countOf(whole, "cost"),
  },
  latency: {
    title: "Latency of requests",
    hint: "median",
    form: "line",
    format: duration,
    round: roundUpSeconds,
    series: (points) => quantiles(points, "latency"),
    headline: (whole) => quantile(durationsOf(whole, "latency"), 0.5),
  },
  storage: {
    title: "Storage",
    hint: "size of the database",
    isLast: true,
    form: "area",
    format: bytes,
    round: roundUpBytes,
    series: (points) => [seriesOf(points, "size", (row) => gaugeOf(row, "storageSize"))],
    headline: (_, last) => gaugeOf(last.row, "storageSize"),
  },
  expired: {
    title: "Expired jobs",
    hint: "that the database still holds",
    isLast: true,
    form: "area",
    format: count,
    series: (points) => [seriesOf(points, "expired", (row) => gaugeOf(row, "storageExpired"))],
    headline: (_, last) => gaugeOf(last.row, "storageExpired"),
  },
  running: {
    title: "Running jobs",
    isLast: true,
    form: "area",
    format: level,
    series: (points) => [meansOf(points, "running")],
    headline: (_, last) => meanOf(last, "running"),
  },
  oldest: {
    title: "Oldest waiting job",
    hint: "its age",
    isLast: true,
    form: "area",
    format: duration,
    round: roundUpSeconds,
    series: (points) => [seriesOf(points, "age", (row) => largestOf(row, "oldestAge"))],
    headline: (_, last) => largestOf(last.row, "oldestAge"),
  },
  attempts: {
    title: "Attempts",
    form: "bars",
    format: count,
    series: (points) => largestSeries(points, "attempts", (label) => label.split(" ")[1]!),
    headline: (whole) => countOf(whole, "attempts"),
  },
  lost: {
    title: "Rescues and lost leases",
    hint: "of jobs whose instance died or was silent",
    form: "bars",
    format: count,
    series: (points) => [
      seriesOf(points, "rescues", (row) => countOf(row, "rescues")),
      seriesOf(points, "lost leases", (row) => countOf(row, "lostLeases")),
    ],
    headline: (whole) => countOf(whole, "rescues") + countOf(whole, "lostLeases"),
  },
  saved: {
    title: "Saved tokens",
    hint: "of steps that were not paid again",
    form: "bars",
    format: count,
    series: (points) => [seriesOf(points, "saved", (row) => countOf(row, "savedTokens"))],
    headline: (whole) => countOf(whole, "savedTokens"),
  },
  callbacks: {
    title: "Callbacks",
    form: "bars",
    format: count,
    series: (points) => largestSeries(points, "callbacks", (label) => label),
    headline: (whole) => countOf(whole, "callbacks"),
  },
  requests: {
    title: "Requests",
    hint: "by status",
    form: "bars",
    format: count,
    series: (points) => largestSeries(points, "requests", (label) => label),
    headline: (whole) => countOf(whole, "requests"),
  },
  streams: {
    title: "Open streams",
    isLast: true,
    form: "area",
    format: level,
    series: (points) => [meansOf(points, "streams")],
    headline: (_, last) => meanOf(last, "streams"),
  },
  delay: {
    title: "Event loop delay",
    hint: "median",
    form: "line",
    format: duration,
    round: roundUpSeconds,
    series: (points) => quantiles(points, "eventLoopDelay"),
    headline: (whole) => quantile(durationsOf(whole, "eventLoopDelay"), 0.5),
  },
  memory: {
    title: "Memory",
    hint: "of the largest instance",
    isLast: true,
    form: "line",
    format: bytes,
    round: roundUpBytes,
    series: (points) => [
      seriesOf(points, "process", (row) => row.gauges.memory?.rss ?? null),
      seriesOf(points, "heap", (row) => row.gauges.memory?.heap_used ?? null),
    ],
    headline: (_, last) => last.row.gauges.memory?.rss ?? null,
  },
} as const satisfies Record<string, ChartDefinition>;

export type ChartName = keyof typeof charts;

/** The charts that the overview shows on demand. The others are open at once. */
export const furtherCharts: readonly ChartName[] = [
  "running",
  "oldest",
  "attempts",
  "lost",
  "saved",
  "callbacks",
  "requests",
  "streams",
  "delay",
  "memory",
];

/** Returns what a chart draws of a range. */
export function contentOf(
  { form, format, top, round, series }: ChartDefinition,
  { points, range }: { points: readonly HistoryPoint[]; range: RangeName },
): ChartContent {
  return {
    times: points.map(({ at }) => at),
    series: series(points),
    form,
    format,
    ...(top !== undefined && { top }),
    ...(round && { round }),
    timeStyle: range === "month" ? "date" : "time",
  };
}

/** Returns the number of a chart for the whole range, as text. */
export function headlineOf(
  { headline, format, isLast }: ChartDefinition,
  points: readonly HistoryPoint[],
): string {
  const whole = mergeRows(points.map(({ row }) => row));
  // A minute that has just begun has not all gauges yet.
  const measured = isLast ? points : points.slice(-1);
  const values = measured.map((point) => headline(whole, point));
  const value = values.findLast((value) => value !== null) ?? null;
  return value === null ? "–" : format(value);
}

/** What the last point of a range covers. */
const lastPoints: Record<RangeName, string> = {
  hour: "now",
  day: "in the last 10 minutes",
  month: "in the last 6 hours",
};

/** Returns what the number of a chart is, in a few words; empty: the title says it. */
export function hintOf({ hint, isLast }: ChartDefinition, range: RangeName): string {
  return [hint, isLast && lastPoints[range]].filter(Boolean).join(", ");
}

function meansOf(points: readonly HistoryPoint[], name: "running" | "streams"): Series {
  return { name, values: points.map((point) => meanOf(point, name)) };
}

/** Returns the mean of a gauge in a point; `null` if nothing has measured it. */
function meanOf(point: HistoryPoint, name: "running" | "streams"): number | null {
  return point.row.gauges[name] === undefined ? null : meanLevel(point, name);
}

function seriesOf(
  points: readonly HistoryPoint[],
  name: string,
  valueOf: (row: Row) => number | null,
): Series {
  return { name, values: points.map(({ row }) => valueOf(row)) };
}

function quantiles(points: readonly HistoryPoint[], name: HistogramName): Series[] {
  const durations = points.map(({ row }) => durationsOf(row, name));
  return [
    { name: "median", values: durations.map((all) => quantile(all, 0.5)) },
    { name: "95 % are faster", values: durations.map((all) => quantile(all, 0.95)) },
  ];
}

/** Makes series of a counter: the largest ones, and one for the rest. */
function largestSeries(
  points: readonly HistoryPoint[],
  name: CounterName,
  groupOf: (label: string) => string,
): Series[] {
  const grouped = points.map(({ row }) => {
    const sums = new Map<string, number>();
    for (const [label, value] of Object.entries(row.counters[name] ?? {})) {
      sums.set(groupOf(label), (sums.get(groupOf(label)) ?? 0) + value);
    }
    return sums;
  });
  const totals = new Map<string, number>();
  for (const [group, value] of grouped.flatMap((sums) => [...sums])) {
    totals.set(group, (totals.get(group) ?? 0) + value);
  }
  const groups = [...totals].toSorted(([, a], [, b]) => b - a).map(([group]) => group);
  const own = groups.length > MAX_SERIES ? groups.slice(0, MAX_SERIES - 1) : groups;
  const rest = groups.slice(own.length);
  const sumOf = (sums: Map<string, number>, members: string[]) =>
    members.reduce((sum, group) => sum + (sums.get(group) ?? 0), 0);
  const series = own.map((group) => ({
    name: group,
    values: grouped.map((sums) => sumOf(sums, [group])),
  }));
  if (rest.length === 0) return series;
  return [...series, { name: "others", values: grouped.map((sums) => sumOf(sums, rest)) }];
}

function endedAs({ counters }: Row, outcome: string): number {
  return Object.entries(counters.ended ?? {})
    .filter(([label]) => label.split(" ")[1] === outcome)
    .reduce((sum, [, count]) => sum + count, 0);
}

function successRate(row: Row): number | null {
  const [succeeded, failed] = [endedAs(row, "succeeded"), endedAs(row, "failed")];
  return succeeded + failed === 0 ? null : succeeded / (succeeded + failed);
}

function pollsPerJob(row: Row): number | null {
  const accepted = countOf(row, "accepted");
  return accepted === 0 ? null : countOf(row, "polls") / accepted;
}

function largestOf({ gauges }: Row, name: GaugeName): number | null {
  const values = Object.values(gauges[name] ?? {});
  return values.length === 0 ? null : Math.max(...values);
}

function gaugeOf({ gauges }: Row, name: GaugeName): number | null {
  const values = Object.values(gauges[name] ?? {});
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** Durations that are easy to halve, in seconds: up to two hours. */
const ROUND_S = [60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200];

/** Rounds up to a number that is round in the units of {@link duration}. */
function roundUpSeconds(value: number): number {
  if (value <= 20) return roundUp(value);
  return ROUND_S.find((step) => step >= value) ?? roundUp(value / 3_600) * 3_600;
}

/** Rounds up to a number that is round in the unit of {@link bytes}. */
function roundUpBytes(value: number): number {
  const unit = 1_024 ** Math.floor(Math.log2(Math.max(1, value)) / 10);
  return roundUp(value / unit) * unit;
}

/** Writes a number of things, which is a mean in ranges that are longer than a minute. */
function level(value: number): string {
  return Number.isInteger(value) ? count(value) : decimal(value);
}

function decimal(value: number): string {
  return value.toFixed(1);
}
