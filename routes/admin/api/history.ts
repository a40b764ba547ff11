/**
 * The history of the metrics for operators.
 * @module
 */
import { z } from "zod";
import { isoTime } from "../../../lib/clock.ts";
import { type HistoryPoint, rangeNames, ranges } from "../../../lib/history/range.ts";
import { type Durations, quantile } from "../../../lib/history/row.ts";
import { BUCKETS_S } from "../../../lib/history/series.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type Operation, operation } from "../operation.ts";

/** Numbers by the name of a series and by label. */
const series = <T extends z.ZodType>(value: T) => z.record(z.string(), z.record(z.string(), value));

const seconds = z.number().describe("In seconds");

/** The schema of a distribution of durations. */
const DurationSummary = z.object({
  count: z.number(),
  sum: seconds,
  p50: seconds.nullable(),
  p95: seconds.nullable(),
  buckets: z.array(z.number()).describe("Counts, one for each of `bucketsSeconds` and one more"),
}).meta({ id: "DurationSummary" });

/** The schema of what happened in a part of a range. */
const Point = z.object({
  at: z.iso.datetime().describe("The begin of the period"),
  seconds: z.number().describe("The length of the period so far"),
  counters: series(z.number()).describe(
    "Numbers of events by series and label, such as `ended` and `itinerary succeeded`. " +
      "Labels without events are missing",
  ),
  durations: series(DurationSummary),
  gauges: series(z.number()).describe(
    "The last values of each minute. `running` and `streams` are means, `storageFree` is the " +
      "smallest value, and the others are the largest",
  ),
}).meta({ id: "HistoryPoint" });

/** The schema of the history of a range. */
const History = z.object({
  range: z.enum(rangeNames),
  stepSeconds: z.int().describe("The length of a point"),
  bucketsSeconds: z.array(z.number()).describe("The upper ends of the buckets of durations"),
  points: z.array(Point).describe("Oldest first. The last one contains this moment"),
}).meta({ id: "History" });

/** Returns the operation that reads the history. */
export function historyOperations({ operator }: Pick<AdminOptions, "operator">): Operation[] {
  return [
    operation({
      method: "get",
      path: "/history",
      id: "getHistory",
      summary: "Show what happened in the last hour, day or month",
      description: "All instances together. A point of the last minutes may still grow, because " +
        "each instance writes once a minute.",
      query: z.object({ range: z.enum(rangeNames).default("hour") }),
      answer: History,
      returns: "The points of the range",
      async handle({ query: { range } }) {
        const points = await operator.history.read(range);
        return {
          range,
          stepSeconds: ranges[range].stepMs / 1_000,
          bucketsSeconds: BUCKETS_S,
          points: points.map(presentPoint),
        };
      },
    }),
  ];
}

function presentPoint({ at, lengthMs, row }: HistoryPoint): z.output<typeof Point> {
  return {
    at: isoTime(at),
    seconds: lengthMs / 1_000,
    counters: row.counters,
    durations: mapLabels(row.histograms, summaryOf),
    gauges: row.gauges,
  };
}

function mapLabels<T, U>(
  series: Record<string, Record<string, T>>,
  map: (value: T) => U,
): Record<string, Record<string, U>> {
  return Object.fromEntries(
    Object.entries(series).map(([name, values]) => [
      name,
      Object.fromEntries(Object.entries(values).map(([label, value]) => [label, map(value)])),
    ]),
  );
}

function summaryOf(durations: Durations): z.output<typeof DurationSummary> {
  return { ...durations, p50: quantile(durations, 0.5), p95: quantile(durations, 0.95) };
}
