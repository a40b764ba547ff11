/**
 * Arguments that several tools take. Their schemas only have types and descriptions, because many
 * servers refuse keywords such as `pattern`. `refine()` checks the rest when the call arrives.
 * @module
 */
import { z } from "zod";
import { DAY_MS, isoTime } from "../../lib/clock.ts";

/** A calendar day, such as `2026-11-28`. */
export const dayArgument = z.string().refine(isDay, { error: "expected a day as YYYY-MM-DD" });

/** Whether two days are in order. Days that are missing or invalid are no matter of this check. */
export function isInOrder(
  { startDate, endDate }: Partial<Record<"startDate" | "endDate", string | null | undefined>>,
): boolean {
  return !isDay(startDate ?? "") || !isDay(endDate ?? "") || startDate! <= endDate!;
}

/** The problem of days that are not in order. */
export const notInOrder = {
  error: "expected a day that is not before startDate",
  path: ["endDate"],
};

/** Whether the text is an existing day, written as `2026-11-28`. */
export function isDay(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(ms) && isoTime(ms).startsWith(text);
}

/** Lists the days from the first to the last one, but at most `max` days. */
export function daysBetween(first: string, last: string, { max }: { max: number }): string[] {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
  return Array.from(
    { length: Math.min(count, max) },
    (_, day) => isoTime(Date.parse(first) + day * DAY_MS).slice(0, "YYYY-MM-DD".length),
  );
}
