/**
 * Reads dates and times that a model has written: `2026-11-28 21:00`, `Saturday, 28 November 2026,
 * 9 pm`, `2026年11月28日 20:00`. A calendar shows every date as certain, so this module guesses none.
 * @module
 */
import { DAY_MS } from "../../lib/clock.ts";
import { clockMs, type EventDate, midnightOf, readWords } from "./event_words.ts";
import { oneLine } from "./text.ts";

export type { EventDate };

/** Longer than a date in any language. The time of chrono's patterns grows with the text. */
const MAX_CHARACTERS = 120;

/**
 * Reads the date of an event: exactly if it is in ISO 8601, else in all languages of chrono-node.
 *
 * @param text the local date and time that a model wrote
 * @param options.now when the model wrote it, epoch milliseconds. "Friday" is the first Friday from
 * that day on, in UTC, because the time zone of the place is not known.
 * @returns `null` if the text does not determine the day: a time alone, "every evening", "tomorrow"
 * (in which time zone?), two alternative days, `03/11/2026`
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
  return plain === null ? null : await readWords(plain, { now });
}

/**
 * The format that the prompt of bundles asks for and that the event search returns. The time is
 * local, with or without an offset, so the offset is ignored.
 */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T, ]+(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z| ?[+-]\d\d:?\d\d)?)?$/i;

function isoDate([, year, month, day, hour, minute]: RegExpExecArray): EventDate | null {
  const start = midnightOf(Number(year), { month: Number(month), day: Number(day) });
  if (start === null) return null;
  if (hour === undefined) return { start, end: start + DAY_MS, allDay: true };
  const [hours, minutes] = [Number(hour), Number(minute)];
  // In ISO 8601, 24:00 is the end of the day.
  if (minutes > 59 || hours * 60 + minutes > 24 * 60) return null;
  return { start: start + clockMs(hours, minutes), end: null, allDay: false };
}

/** Numbers with slashes or hyphens that have several meanings: `03/11/2026`, `24/7`. */
const AMBIGUOUS = /\d ?\/ ?\d|(?<![\d-])\d\d?-\d\d?-(?:\d{4}|\d\d)(?!\d)/;

/**
 * Rewrites numeric dates as ISO 8601, because chrono's languages disagree on their order. With
 * dots, the order is always day, month, year. With slashes or hyphens, it is only known if one of
 * the numbers is greater than 12.
 *
 * @returns `null` if an ambiguous date is left
 */
function withIsoDays(text: string): string | null {
  const plain = text
    .replace(/(?<=\d{4}-\d\d-\d\d)\/(?=\d{4}-)/g, " - ")
    .replace(
      /(\d{4}) ?[年년./-] ?(\d\d?) ?[月월./-] ?(\d\d?)(?:日|일|\.(?=\s|$)|(?!\d))/g,
      (_, year, month, day) => isoDay(year, month, day),
    )
    .replace(
      /(?<!\d)(\d\d?)\.(\d\d?)\.(\d{4}|\d\d)(?!\d)/g,
      (_, day, month, year) => isoDay(year, month, day),
    )
    .replace(/(?<![\d-])(\d\d?)([/-])(\d\d?)\2(\d{4}|\d\d)(?!\d)/g, (all, a, _, b, year) => {
      if (Number(a) > 12 || a === b) return isoDay(year, b, a);
      return Number(b) > 12 ? isoDay(year, a, b) : all;
    });
  return AMBIGUOUS.test(plain) ? null : plain;
}

/** Returns the date and a space, because chrono needs one before the next word: `28日（土）20:00`. */
function isoDay(year: string, month: string, day: string): string {
  return `${year.padStart(4, "20")}-${month.padStart(2, "0")}-${day.padStart(2, "0")} `;
}
