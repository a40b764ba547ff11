/**
 * Local times of a place: `2026-12-04T20:00`, or `2026-12-04` if only the day is known. They have no
 * offset, so equal forms sort as text.
 * @module
 */
import { isoTime } from "./clock.ts";

/** A day, and a time of day in one of the forms of ISO 8601 and RFC 3339 that models write. */
const WRITTEN = new RegExp(
  "^(?<day>2\\d{3}-\\d\\d-\\d\\d)" +
    "(?:(?:T|[, ]+)(?<hour>\\d\\d?):(?<minute>\\d\\d)(?::\\d\\d(?:[.,]\\d+)?)?" +
    "(?: ?(?:Z|UTC|[+-]\\d\\d(?::?\\d\\d)?))?)?$",
  "i",
);

/** Longer text is no time. The limit also bounds the work of the pattern. */
const MAX_CHARACTERS = 50;

const DAY_CHARACTERS = "YYYY-MM-DD".length;

/**
 * Reads a local time as models write it: with seconds, with a space for the `T`, or with an offset.
 * Models copy the time at the place, and may add an offset to it, so the offset is dropped.
 *
 * @returns `2026-12-04T20:00` or `2026-12-04`; `null` if the text is not a time, or if that time does
 * not exist: 30 February, 25:00. The year is from 2000 to 2999: other millennia are mistakes.
 */
export function readLocalTime(text: string): string | null {
  if (text.length > MAX_CHARACTERS) return null;
  const { day, hour, minute } = WRITTEN.exec(plain(text))?.groups ?? {};
  if (day === undefined || textOf(localMs(day))?.startsWith(day) !== true) return null;
  if (hour === undefined) return day;
  const minutes = Number(hour) * 60 + Number(minute);
  // In ISO 8601, 24:00 is the end of the day.
  if (Number(minute) > 59 || minutes > 24 * 60) return null;
  return textOf(localMs(day) + minutes * 60_000);
}

/** Returns whether a local time has a time of day. */
export function hasTimeOfDay(time: string): boolean {
  return time.length > DAY_CHARACTERS;
}

/** Returns the day of a local time. */
export function localDay(time: string): string {
  return time.slice(0, DAY_CHARACTERS);
}

/** Returns the time of day of a local time that has one: `20:00`. */
export function timeOfDay(time: string): string {
  return time.slice(DAY_CHARACTERS + 1);
}

/**
 * Returns a local time in epoch milliseconds, as if the place were in UTC. A day begins at midnight.
 */
export function localMs(time: string): number {
  return Date.parse(hasTimeOfDay(time) ? `${time}Z` : `${time}T00:00Z`);
}

/** Returns the local time of epoch milliseconds, as if the place were in UTC: `2026-12-04T20:00`. */
export function localTimeAt(ms: number): string {
  return isoTime(ms).slice(0, "YYYY-MM-DDTHH:MM".length);
}

/**
 * Returns whether a local time is later than another one: on a later day, or on the same day if
 * both have a time of day.
 */
export function isLater(time: string, than: string): boolean {
  return hasTimeOfDay(time) && hasTimeOfDay(than) ? time > than : localDay(time) > localDay(than);
}

/** Returns the text with digits and spaces of ASCII. */
function plain(text: string): string {
  return text.normalize("NFKC").replace(/\s+/g, " ").trim();
}

/** Returns a time with its day; `null` if it does not exist, or not in this millennium. */
function textOf(ms: number): string | null {
  const text = Number.isNaN(ms) ? "" : localTimeAt(ms);
  return text.startsWith("2") ? text : null;
}
