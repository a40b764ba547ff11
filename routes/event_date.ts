/**
 * Days and times out of the words that a model has written: `2026-11-28 21:00`, `Saturday,
 * 28 November 2026, 9 pm`, `2026年11月28日 20:00`.
 *
 * A calendar shows as certain what it is given, so nothing is guessed: words from which no day follows
 * are no date. What chrono-node has *read* is used; what it has worked out, in the time zone of this
 * process and for whoever asks now, is not.
 * @module
 */
import type { Chrono, ParsedComponents, ParsedResult } from "chrono-node";
import { DAY_MS } from "../lib/clock.ts";
import { oneLine } from "./plan_text.ts";

/**
 * When something takes place, where it takes place. Both ends are written as if that place were in
 * UTC, in milliseconds since the epoch; `end` is exclusive, `null` where it is not known.
 */
export interface EventDate {
  start: number;
  end: number | null;
  /** Only the day is known, or the days; the ends are midnights. */
  allDay: boolean;
}

/** Longer than a date in any language; the time that chrono's patterns take grows with the text. */
const MAX_CHARACTERS = 120;

/** More days than a festival has are a season: which of its days the traveller comes is not said. */
const MAX_DAYS = 7;

/**
 * Reads the date of an event. The date in ISO 8601 is read exactly; other words are read in all the
 * languages that chrono-node knows.
 *
 * @param text what a model wrote: local date and time
 * @param options.now when it was written, epoch milliseconds; "Friday" is the first from that day on,
 * in UTC, because the time zone of the place is not known
 * @returns `null` if the day does not follow: a time alone, "every evening", "tomorrow" (whose?), two
 * days to choose from, `03/11/2026`
 */
export async function readEventDate(
  text: string,
  { now }: { now: number },
): Promise<EventDate | null> {
  const line = oneLine(text.normalize("NFKC"));
  const iso = ISO.exec(line);
  if (iso) return isoDate(iso);
  if (line.length > MAX_CHARACTERS) return null;
  const plain = withIsoDays(line);
  return plain === null ? null : readWords(plain, { now, readers: await loadReaders() });
}

/**
 * What bundles are asked for, and what the event search answers. An offset says what the local time is
 * compared with others; it is local all the same.
 */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T, ]+(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z| ?[+-]\d\d:?\d\d)?)?$/i;

function isoDate([, year, month, day, hour, minute]: RegExpExecArray): EventDate | null {
  const start = dayOf(Number(year), Number(month), Number(day));
  if (start === null) return null;
  if (hour === undefined) return { start, end: start + DAY_MS, allDay: true };
  const [hours, minutes] = [Number(hour), Number(minute)];
  // 24:00 is the end of the day, as ISO 8601 has it.
  if (minutes > 59 || hours * 60 + minutes > 24 * 60) return null;
  return { start: start + clockMs(hours, minutes), end: null, allDay: false };
}

/** Midnight of a day that exists, else `null`. */
function dayOf(year: number, month: number, day: number): number | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null;
}

function clockMs(hours: number, minutes: number): number {
  return (hours * 60 + minutes) * 60_000;
}

/**
 * Writes days that are numbers as ISO 8601: chrono's languages disagree on their order. With dots it
 * is day, month, year, in every country; with slashes and hyphens it is only known if one number is
 * greater than 12.
 *
 * @returns `null` if there are numbers with slashes that could be another day, or none: `24/7`
 */
function withIsoDays(text: string): string | null {
  const plain = text
    .replace(/(\d{4}) ?[年년./-] ?(\d\d?) ?[月월./-] ?(\d\d?)(?:日|일|\.(?=\s|$)|(?!\d))/g, isoDay)
    .replace(
      /(?<!\d)(\d\d?)\.(\d\d?)\.(\d{4}|\d\d)(?!\d)/g,
      (_, day, month, year) => isoDay(_, year, month, day),
    )
    .replace(/(?<![\d-])(\d\d?)([/-])(\d\d?)\2(\d{4}|\d\d)(?!\d)/g, (all, a, _, b, year) => {
      if (Number(a) > 12 || a === b) return isoDay(all, year, b, a);
      return Number(b) > 12 ? isoDay(all, year, a, b) : "/0/";
    })
    .replace(/(?<=\d{4}-\d\d-\d\d)\/(?=\d{4}-)/g, " - ");
  return /\d ?\/ ?\d|\/0\//.test(plain) ? null : plain;
}

function isoDay(_: string, year: string, month: string, day: string): string {
  return `${year.padStart(4, "20")}-${month.padStart(2, "0")}-${day.padStart(2, "0")} `;
}

/**
 * All of chrono's languages, English first. Loaded when the first date is not in ISO 8601: it takes
 * 35 ms and 13 MB, and most dates are.
 */
async function loadReaders(): Promise<Chrono[]> {
  const { ar, de, en, es, fi, fr, id, it, ja, nl, pt, ru, sv, uk, vi, zh } = await import(
    "chrono-node"
  );
  return [en, de, fr, es, it, pt, nl, sv, fi, ja, zh, ru, uk, vi, id, ar].map(({ casual }) =>
    casual
  );
}

/** What one language makes of the words. */
interface Reading {
  date: EventDate;
  /** How many characters it is read from. */
  length: number;
  /** No letter or digit is left over. */
  isComplete: boolean;
}

/**
 * A language that understands every word is believed. Of those that understand some words, which may
 * only look like theirs, all must have found the same day; then the one that understands most is.
 */
function readWords(
  text: string,
  { now, readers }: { now: number; readers: Chrono[] },
): EventDate | null {
  const readings = readers.map((chrono) => readIn(chrono, { text, now })).filter((it) =>
    it !== null
  );
  const complete = readings.find((it) => it !== "unclear" && it.isComplete);
  if (complete !== undefined && complete !== "unclear") return complete.date;
  let best: Reading | null = null;
  for (const reading of readings) {
    if (reading === "unclear") return null;
    if (best && Math.floor(best.date.start / DAY_MS) !== Math.floor(reading.date.start / DAY_MS)) {
      return null;
    }
    if (!best || reading.length > best.length) best = reading;
  }
  return best?.date ?? null;
}
