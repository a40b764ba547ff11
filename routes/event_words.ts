/**
 * Dates in words, in many languages, read by chrono-node. Only what it has *read* is used: what it works
 * out depends on the clock and the time zone of this process, and is a guess.
 * @module
 */
import type { Chrono, ParsedComponents, ParsedResult } from "chrono-node";
import { DAY_MS } from "../lib/clock.ts";

/**
 * When something takes place, where it takes place. Both ends are epoch milliseconds as if that place
 * were in UTC; `end` is exclusive, `null` where it is not known.
 */
export interface EventDate {
  start: number;
  end: number | null;
  /** Only the day is known, or the days: both ends are midnights. */
  allDay: boolean;
}

/** Midnight of a day, `null` if there is no such day. Years are four digits, months start at 1. */
export function midnightOf(
  year: number,
  { month, day }: { month: number; day: number },
): number | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null;
}

export function clockMs(hours: number, minutes: number): number {
  return (hours * 60 + minutes) * 60_000;
}

/** More days than a festival has are a season: on which of them the traveller comes is not said. */
const MAX_DAYS = 7;

/** What one language makes of the words. */
interface Reading {
  date: EventDate;
  /** How many characters it is read from. */
  length: number;
  /** No letter or digit is left over. */
  isComplete: boolean;
}

/**
 * A language that understands every word is believed, English first. Of those that understand some
 * words, which may only look like theirs, all must have found the same day; then the one that
 * understands most is.
 *
 * @param options.now when it was written, epoch milliseconds
 * @returns `null` if no day follows from the words
 */
export async function readWords(text: string, { now }: { now: number }): Promise<EventDate | null> {
  const readings = (await loadLanguages()).map((chrono) => readIn(chrono, { text, now }))
    .filter((reading) => reading !== null);
  const clear = readings.filter((reading) => reading !== "unclear");
  const complete = clear.find(({ isComplete }) => isComplete);
  if (complete) return complete.date;
  const days = new Set(clear.map(({ date }) => Math.floor(date.start / DAY_MS)));
  if (days.size !== 1 || clear.length < readings.length) return null;
  return clear.toSorted((a, b) => b.length - a.length)[0]!.date;
}

/** Loaded for the first date that is in words: it takes 35 ms and 13 MB, and most dates are numbers. */
async function loadLanguages(): Promise<Chrono[]> {
  const { ar, de, en, es, fi, fr, id, it, ja, nl, pt, ru, sv, uk, vi, zh } = await import(
    "chrono-node"
  );
  return [en, de, fr, es, it, pt, nl, sv, fi, ja, zh, ru, uk, vi, id, ar]
    .map(({ casual }) => casual);
}

/** @returns `"unclear"` if there are several days, or words that speak against the day */
function readIn(
  chrono: Chrono,
  { text, now }: { text: string; now: number },
): Reading | "unclear" | null {
  const results = readResults(chrono, { text, now });
  const dates = results.filter(({ start }) => start.isCertain("day") && start.isCertain("month"));
  const weekdays = results.filter((result) =>
    result.start.isCertain("weekday") && !dates.includes(result)
  );
  const isComplete = !/[\p{L}\p{N}]/u.test(without(text, results));
  const length = results.reduce((sum, result) => sum + result.text.length, 0);
  const clock = clockIn(results);

  if (dates.length === 0) {
    // "Every Friday", "first Friday of the month" and "Black Friday" are not the next Friday.
    if (weekdays.length !== 1 || !isComplete || clock === "unclear") return null;
    const [{ start, end, text: words }] = weekdays as [ParsedResult];
    // A weekend is read as its Saturday, "weekday" as some day, Friday to Sunday as from Friday on.
    if (/week|settimana/i.test(words) || end?.isCertain("weekday")) return null;
    const date = dateFrom(nextWeekday(start.get("weekday")!, now), { last: null, clock });
    return date && { date, length, isComplete };
  }

  const [{ start, end, index, text: words }] = dates as [ParsedResult];
  const first = dayIn(start, { words, from: now - DAY_MS });
  const last = end && isDay(end) ? dayIn(end, { words, from: first ?? now }) : null;
  const isClear = first !== null &&
    dates.every((date) => dayIn(date.start, { words: date.text, from: now - DAY_MS }) === first) &&
    [start, ...weekdays.filter(isWeekdayName).map((weekday) => weekday.start)].every((parts) =>
      !parts.isCertain("weekday") || parts.get("weekday") === new Date(first).getUTCDay()
    ) &&
    !UNTIL.test(text.slice(0, index)) && !UNTIL_BEHIND.test(text.slice(index + words.length));
  if (!isClear) return "unclear";
  const date = dateFrom(first, { last, clock: clock === "unclear" ? null : clock });
  return date ? { date, length, isComplete } : "unclear";
}
