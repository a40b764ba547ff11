/**
 * The ranges of the history that operators see, and their points.
 * @module
 */
import { DAY_MS } from "../clock.ts";
import { mergeRows, type Row } from "./row.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** The lengths of the periods that rows are about, in milliseconds. */
export const levels = { minute: MINUTE_MS, hour: HOUR_MS } as const;
export type Level = keyof typeof levels;
export const levelNames = Object.keys(levels) as Level[];

/** How long rows are kept. */
export const keptMs: Record<Level, number> = { minute: DAY_MS, hour: 30 * DAY_MS };

interface Range {
  /** The rows from which the range is made. */
  level: Level;
  lengthMs: number;
  /** The length of a point. */
  stepMs: number;
}

/** A read of the longest range takes 1,440 merged rows, and those of the last minutes. */
export const ranges = {
  hour: { level: "minute", lengthMs: HOUR_MS, stepMs: MINUTE_MS },
  day: { level: "minute", lengthMs: DAY_MS, stepMs: 10 * MINUTE_MS },
  month: { level: "hour", lengthMs: 30 * DAY_MS, stepMs: 6 * HOUR_MS },
} as const satisfies Record<string, Range>;

export type RangeName = keyof typeof ranges;
export const rangeNames = Object.keys(ranges) as [RangeName, ...RangeName[]];

/** What happened in a part of a range. */
export interface HistoryPoint {
  /** The begin of the period, in epoch milliseconds. */
  at: number;
  /** The length of the period so far: that of the last point is still growing. */
  lengthMs: number;
  row: Row;
}

/** A row, and the begin of its period in epoch milliseconds. */
export interface TimedRow {
  at: number;
  row: Row;
}

/** Returns the begin of the first and the end of the last point of a range. */
export function boundsOf(name: RangeName, now: number): { from: number; to: number } {
  const { lengthMs, stepMs } = ranges[name];
  const to = (Math.floor(now / stepMs) + 1) * stepMs;
  return { from: to - lengthMs, to };
}

/** Merges rows into the points of a range, oldest first. Points without rows are empty. */
export function pointsOf(name: RangeName, rows: Iterable<TimedRow>, now: number): HistoryPoint[] {
  const { stepMs } = ranges[name];
  const { from, to } = boundsOf(name, now);
  const byPoint = Map.groupBy(rows, ({ at }) => Math.floor((at - from) / stepMs));
  return Array.from({ length: (to - from) / stepMs }, (_, n) => {
    const at = from + n * stepMs;
    const merged = mergeRows((byPoint.get(n) ?? []).map(({ row }) => row));
    const lengthMs = Math.min(stepMs, Math.max(MINUTE_MS, now - at));
    return { at, lengthMs, row: merged };
  });
}

/**
 * Returns the mean of a gauge that each instance has its own part of, such as the running jobs.
 *
 * @param label see `Row`; unset: of all labels together
 */
export function meanLevel(
  { lengthMs, row }: HistoryPoint,
  name: "running" | "streams",
  label?: string,
): number {
  const values = Object.entries(row.gauges[name] ?? {});
  const sum = values.filter(([key]) => label === undefined || key === label)
    .reduce((sum, [, value]) => sum + value, 0);
  return sum / Math.max(1, Math.round(lengthMs / MINUTE_MS));
}
