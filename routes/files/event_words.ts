/**
 * Dates in words, in many languages, read by chrono-node. Only what it has *read* is used: what it works
 * out depends on the clock and the time zone of this process, and is a guess.
 * @module
 */
import type { Chrono, ParsedComponents, ParsedResult } from "chrono-node";
import { DAY_MS } from "../../lib/clock.ts";

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

/**
 * Midnight of a day; months start at 1. `null` if there is no such day, or nobody plans for it: calendars
 * have four digits for a year, and a trip in another millennium is a slip.
 */
export function midnightOf(
  year: number,
  { month, day }: { month: number; day: number },
): number | null {
  if (year < 2000 || year > 2999) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  // A day too many is in the next month.
  return date.getUTCMonth() === month - 1 ? date.getTime() : null;
}

/** Milliseconds since midnight. */
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

/** Loaded for the first date in words: reading it takes 0.2 s and 18 MB, and most dates are numbers. */
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

/** So many days later it is another month and another weekday, whatever the date is. */
const ELSEWHEN_MS = 1_000 * DAY_MS;

/**
 * What chrono has found, less what it has worked out from the time that it was told ("tomorrow",
 * "next week", "in two hours"): that comes out differently at another time. Which day
 * "tomorrow" is depends on the time zone of whoever says it, which nobody knows.
 */
function readResults(
  chrono: Chrono,
  { text, now }: { text: string; now: number },
): ParsedResult[] {
  const [results, others] = [now, now + ELSEWHEN_MS].map((at) =>
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

function without(results: ParsedResult[], text: string): string {
  return results.reduceRight(
    (rest, { index, text }) => rest.slice(0, index) + rest.slice(index + text.length),
    text,
  );
}

function isDay(parts: ParsedComponents): boolean {
  return parts.isCertain("day") && parts.isCertain("month");
}

/** Words before a day, or behind it, that make it the end of something. */
const UNTIL = new RegExp(
  "(?<!\\p{L})(?:until|till?|before|by|through|week of|bis|vor|jusqu['’]\\p{L}+|avant|hasta|antes|até|" +
    "fino|entro|prima|tot|voor|innan|före|до|к)(?: \\p{L}{1,4}\\.?){0,2}[ ,]*$",
  "iu",
);
const UNTIL_BEHIND = /^ ?(?:まで|以前|之前|前|까지|asti|saakka|mennessä|kadar)/i;

/** A day and a month are said. `null` if that is not the whole truth. */
function explicitDate(
  dates: [ParsedResult, ...ParsedResult[]],
  { results, text, now }: { results: ParsedResult[]; text: string; now: number },
): EventDate | null {
  const [{ start, end, index, text: words }] = dates;
  // Where the day is young, it may still be yesterday.
  const from = now - DAY_MS;
  const first = dayIn(start, { words, from });
  const isAlone = dates.every((date) => dayIn(date.start, { words: date.text, from }) === first);
  const isEnd = UNTIL.test(text.slice(0, index)) ||
    UNTIL_BEHIND.test(text.slice(index + words.length));
  if (first === null || !isAlone || isEnd || contradicted(first, results)) return null;
  const last = end && isDay(end) ? dayIn(end, { words, from: first }) : null;
  return dateFrom(first, { last, clock: clockIn(results) });
}

/** Two letters that are a weekday in one language are no more than a word in another: to, do, so. */
const LITTLE_WORD = /^\p{Ll}{1,2}(?!\p{L})/u;

/** Whether another weekday is said than the day has. */
function contradicted(day: number, results: ParsedResult[]): boolean {
  return results.some(({ start, text }) =>
    start.isCertain("weekday") && start.get("weekday") !== new Date(day).getUTCDay() &&
    !LITTLE_WORD.test(text)
  );
}

/** A weekday is said, and nothing but a time beside it. */
function weekdayDate(results: ParsedResult[], now: number): EventDate | null {
  const weekdays = results.filter(({ start }) => start.isCertain("weekday"));
  const clock = clockIn(results);
  const [said] = weekdays;
  if (!said || weekdays.length > 1 || LITTLE_WORD.test(said.text)) return null;
  // A weekend is read as its Saturday, a weekday as any; from Friday to Sunday, as from Friday on.
  const last = said.end?.isCertain("weekday") ? said.end : said.start;
  if (/week|settimana/i.test(said.text) || last.get("weekday") !== said.start.get("weekday")) {
    return null;
  }
  // "Friday 13" is no time, and perhaps a day.
  if (clock === null && results.some(({ start }) => start.isCertain("hour"))) return null;
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const daysAhead = (said.start.get("weekday")! - new Date(today).getUTCDay() + 7) % 7;
  return dateFrom(today + daysAhead * DAY_MS, { last: null, clock });
}

/**
 * The day that is said. A year that is not said with four digits is the one that makes it the first
 * such day `from` then on.
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

/** Both in milliseconds since midnight. */
interface ClockTime {
  start: number;
  end: number | null;
}

/** What makes a number a time. Without it, "at 8" is morning or evening, and "Friday 13" is either. */
const CLOCK = /\d ?(?:[:.h]\d\d|h\b|uhr|uur|[時时点點시]|час|[ap]\.?m\b)/i;

/** The time of day that is said; `null` if none is, or several: doors and show, two performances. */
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

/** @returns `null` if it takes longer than {@link MAX_DAYS}, or ends before it begins */
function dateFrom(
  first: number,
  { last, clock }: { last: number | null; clock: ClockTime | null },
): EventDate | null {
  const dayAfter = (last ?? first) + DAY_MS;
  if (clock !== null) {
    const start = first + clock.start;
    const end = clock.end === null ? null : (last ?? first) + clock.end;
    if (end === null && dayAfter === first + DAY_MS) return { start, end, allDay: false };
    // Hours on several days are when it is open; a time that is not later is on the next day.
    if (end !== null && end < start + DAY_MS) {
      return { start, end: end > start ? end : end + DAY_MS, allDay: false };
    }
  }
  const isShort = dayAfter > first && dayAfter <= first + MAX_DAYS * DAY_MS;
  return isShort ? { start: first, end: dayAfter, allDay: true } : null;
}
