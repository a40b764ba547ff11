/**
 * Reads dates in words with chrono-node, in many languages. Only the values that it has *read* are
 * used. The values that it infers depend on the clock and time zone of this process, so they are
 * guesses.
 * @module
 */
import type { Chrono, ParsedComponents, ParsedResult } from "chrono-node";
import { DAY_MS } from "../../lib/clock.ts";

/**
 * The local time of an event. Both ends are epoch milliseconds as if the place were in UTC. `end`
 * is exclusive, and `null` if it is not known.
 */
export interface EventDate {
  start: number;
  end: number | null;
  /** Only the days are known: both ends are midnights. */
  allDay: boolean;
}

/**
 * Returns midnight of a day; months start at 1. It returns `null` if the day does not exist, or if
 * its year is not from 2000 to 2999. Calendars have four digits for a year, and other millennia are
 * mistakes.
 */
export function midnightOf(
  year: number,
  { month, day }: { month: number; day: number },
): number | null {
  if (year < 2000 || year > 2999) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  // A day that the month does not have falls into the next month.
  return date.getUTCMonth() === month - 1 ? date.getTime() : null;
}

/** Returns a time of day in milliseconds since midnight. */
export function clockMs(hours: number, minutes: number): number {
  return (hours * 60 + minutes) * 60_000;
}

/** A longer range is a season, not a festival: it does not say on which day the traveller comes. */
const MAX_DAYS = 7;

/** The date that one language reads. */
interface Reading {
  date: EventDate;
  /** The number of characters that the language has read. */
  length: number;
  /** Whether the language has read every letter and digit. */
  isComplete: boolean;
}

/**
 * Reads a date in words. The first language that reads every word wins; English comes first. If no
 * language does, all partial readings must have the same day, because a word may look like one of
 * another language. Then the longest reading wins.
 *
 * @param options.now when the text was written, epoch milliseconds
 * @returns `null` if the words do not determine the day
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

/** Loads chrono on first use: it takes 0.2 s and 18 MB, and most dates are numbers. */
async function loadLanguages(): Promise<Chrono[]> {
  const { ar, de, en, es, fi, fr, id, it, ja, nl, pt, ru, sv, uk, vi, zh } = await import(
    "chrono-node"
  );
  return [en, de, fr, es, it, pt, nl, sv, fi, ja, zh, ru, uk, vi, id, ar]
    .map(({ casual }) => casual);
}

/**
 * Reads a date in one language.
 *
 * @returns `"unclear"` if there are several days, or words that contradict the day
 */
function readIn(
  chrono: Chrono,
  { text, now }: { text: string; now: number },
): Reading | "unclear" | null {
  const results = readResults(chrono, { text, now });
  const isComplete = !/[\p{L}\p{N}]/u.test(without(results, text));
  const dates = results.filter(({ start }) => isDay(start));
  // "Every Friday", "first Friday of the month" and "Black Friday" are not simply the next Friday.
  if (dates.length === 0 && !isComplete) return null;
  const date = dates.length > 0
    ? explicitDate(dates as [ParsedResult], { results, text, now })
    : weekdayDate(results, now);
  if (date === null) return dates.length > 0 ? "unclear" : null;
  return { date, length: results.reduce((sum, { text }) => sum + text.length, 0), isComplete };
}

/** From any date, this many days later is another month and another weekday. */
const SHIFT_MS = 1_000 * DAY_MS;

/**
 * Returns the results of chrono without relative ones ("tomorrow", "next week", "in two hours"). A
 * relative result changes when the reference time does. Its day depends on the time zone of the
 * writer, which is not known.
 */
function readResults(
  chrono: Chrono,
  { text, now }: { text: string; now: number },
): ParsedResult[] {
  const [results, others] = [now, now + SHIFT_MS].map((at) =>
    chrono.parse(text, { instant: new Date(at), timezone: 0 })
  ) as [ParsedResult[], ParsedResult[]];
  return results.filter((result) =>
    others.some((other) =>
      other.index === result.index && other.text === result.text &&
      (["day", "month", "weekday"] as const).every((part) =>
        other.start.isCertain(part) === result.start.isCertain(part) &&
        (!other.start.isCertain(part) || other.start.get(part) === result.start.get(part))
      )
    )
  );
}

/** Removes the results from the text. */
function without(results: ParsedResult[], text: string): string {
  return results.reduceRight(
    (rest, { index, text }) => rest.slice(0, index) + rest.slice(index + text.length),
    text,
  );
}

function isDay(parts: ParsedComponents): boolean {
  return parts.isCertain("day") && parts.isCertain("month");
}

/** Words before or after a day that make it the end of a range. */
const UNTIL = new RegExp(
  "(?<!\\p{L})(?:until|till?|before|by|through|week of|bis|vor|jusqu['’]\\p{L}+|avant|hasta|antes|até|" +
    "fino|entro|prima|tot|voor|innan|före|до|к)(?: \\p{L}{1,4}\\.?){0,2}[ ,]*$",
  "iu",
);
const UNTIL_AFTER = /^ ?(?:まで|以前|之前|前|까지|asti|saakka|mennessä|kadar)/i;

/** Reads a date with a day and a month. `null` if other words make it ambiguous. */
function explicitDate(
  dates: [ParsedResult, ...ParsedResult[]],
  { results, text, now }: { results: ParsedResult[]; text: string; now: number },
): EventDate | null {
  const [{ start, end, index, text: words }] = dates;
  // At the place, it may still be the day before.
  const from = now - DAY_MS;
  const first = dayIn(start, { words, from });
  const isOnlyDay = dates.every((date) => dayIn(date.start, { words: date.text, from }) === first);
  const isEnd = UNTIL.test(text.slice(0, index)) ||
    UNTIL_AFTER.test(text.slice(index + words.length));
  if (first === null || !isOnlyDay || isEnd || isOtherWeekday(first, results)) return null;
  const last = end && isDay(end) ? dayIn(end, { words, from: first }) : null;
  return dateFrom(first, { last, clock: clockIn(results) });
}

/** One or two letters: a weekday in one language, an ordinary word in another (to, do, so). */
const SHORT_WORD = /^\p{Ll}{1,2}(?!\p{L})/u;

/** Tells whether the text names a weekday that the day does not have. */
function isOtherWeekday(day: number, results: ParsedResult[]): boolean {
  return results.some(({ start, text }) =>
    start.isCertain("weekday") && start.get("weekday") !== new Date(day).getUTCDay() &&
    !SHORT_WORD.test(text)
  );
}

/** Reads a weekday, alone or with a time. */
function weekdayDate(results: ParsedResult[], now: number): EventDate | null {
  const weekdays = results.filter(({ start }) => start.isCertain("weekday"));
  const clock = clockIn(results);
  const [found] = weekdays;
  if (!found || weekdays.length > 1 || SHORT_WORD.test(found.text)) return null;
  // Chrono reads "weekend" as Saturday, and "weekday" as an arbitrary day. A range of days has no
  // single weekday.
  const last = found.end?.isCertain("weekday") ? found.end : found.start;
  if (/week|settimana/i.test(found.text) || last.get("weekday") !== found.start.get("weekday")) {
    return null;
  }
  // The 13 of "Friday 13" is not a time, and may be a day.
  if (clock === null && results.some(({ start }) => start.isCertain("hour"))) return null;
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const daysAhead = (found.start.get("weekday")! - new Date(today).getUTCDay() + 7) % 7;
  return dateFrom(today + daysAhead * DAY_MS, { last: null, clock });
}

/**
 * Returns midnight of the day in a result. If the text has no year of four digits, it is the first
 * such day after `from`.
 */
function dayIn(
  parts: ParsedComponents,
  { words, from }: { words: string; from: number },
): number | null {
  const [year, month, day] = [parts.get("year")!, parts.get("month")!, parts.get("day")!];
  if (words.includes(String(year))) return midnightOf(year, { month, day });
  const earliest = new Date(from).getUTCFullYear();
  return [earliest, earliest + 1].map((year) => midnightOf(year, { month, day }))
    .find((midnight) => midnight !== null && midnight + DAY_MS > from) ?? null;
}

/** A time of day; both ends are in milliseconds since midnight. */
interface ClockTime {
  start: number;
  end: number | null;
}

/**
 * Marks a number as a time. Without it, "at 8" is morning or evening, and the 13 of "Friday 13" may
 * be a day.
 */
const CLOCK = /\d ?(?:[:.h]\d\d|h\b|uhr|uur|[時时点點시]|час|[ap]\.?m\b)/i;

/**
 * Returns the time of day; `null` if there is none, or several: doors and show, two performances.
 */
function clockIn(results: ParsedResult[]): ClockTime | null {
  const clocks = results.filter(({ start, text }) => start.isCertain("hour") && CLOCK.test(text))
    .map(({ start, end }) => ({
      start: clockOf(start),
      end: end?.isCertain("hour") ? clockOf(end) : null,
    }));
  return new Set(clocks.map(({ start }) => start)).size === 1 ? clocks[0]! : null;
}

function clockOf(parts: ParsedComponents): number {
  return clockMs(parts.get("hour")!, parts.get("minute") ?? 0);
}

/**
 * Combines days and times into an event date.
 *
 * @returns `null` if it lasts longer than {@link MAX_DAYS}, or ends before it starts
 */
function dateFrom(
  first: number,
  { last, clock }: { last: number | null; clock: ClockTime | null },
): EventDate | null {
  const dayAfter = (last ?? first) + DAY_MS;
  if (clock !== null) {
    const start = first + clock.start;
    const end = clock.end === null ? null : (last ?? first) + clock.end;
    if (end === null && dayAfter === first + DAY_MS) return { start, end, allDay: false };
    // A time range over several days is opening hours. An end before the start is on the next day.
    if (end !== null && end < start + DAY_MS) {
      return { start, end: end > start ? end : end + DAY_MS, allDay: false };
    }
  }
  const isShort = dayAfter > first && dayAfter <= first + MAX_DAYS * DAY_MS;
  return isShort ? { start: first, end: dayAfter, allDay: true } : null;
}
