/**
 * The dates of sample bundles, as local dates such as `2026-12-04`.
 * @module
 */
import { DAY_MS } from "../../../lib/clock.ts";
import { clockTimeOf, minutesOf } from "../samples/timetable.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July"],
  ...["August", "September", "October", "November", "December"],
];
const FRIDAY = WEEKDAYS.indexOf("Friday");

/** A weekend has Friday evening, Saturday and Sunday. */
const WEEKEND_DAYS = 3;

/** On a Friday after this hour, the coming weekend is the next one. */
const FRIDAY_BEGINS = 17;

const DAY_MINUTES = 24 * 60;

/** Events of a wish with a last day end on that day. */
const LAST_END = minutesOf("23:45");

/** What the dates of a wish depend on. */
export interface DatesOfWish {
  startDate?: string | null | undefined;
  endDate?: string | null | undefined;
}

/**
 * Returns the days of the events: from the first day of the wish, at most three and not after its
 * last day. Without dates it is the coming weekend, seen from the place.
 *
 * @param startedAt epoch milliseconds
 * @param timeZone IANA name
 */
export function datesOf(
  { startDate, endDate }: DatesOfWish,
  { startedAt, timeZone }: { startedAt: number; timeZone: string },
): string[] {
  const now = localTime(startedAt, timeZone);
  const first = startDate ??
    (endDate ? later(now.date, plusDays(endDate, 1 - WEEKEND_DAYS)) : null);
  const days = Array.from(
    { length: WEEKEND_DAYS },
    (_, index) => plusDays(first ?? comingFriday(now), index),
  );
  const inside = endDate ? days.filter((day) => day <= endDate) : days;
  return inside.length > 0 ? inside : days.slice(0, 1);
}

/**
 * Returns the start and the end of an event as local times.
 *
 * @param event `start`: in minutes from midnight; `isLast`: whether the event must end on its date
 */
export function timesOf(
  { date, start, minutes, isLast }: {
    date: string;
    start: number;
    minutes: number;
    isLast: boolean;
  },
): { startsAt: string; endsAt: string } {
  const end = isLast ? Math.max(start + 15, Math.min(start + minutes, LAST_END)) : start + minutes;
  const endDate = end < DAY_MINUTES ? date : plusDays(date, 1);
  return {
    startsAt: `${date}T${clockTimeOf(start)}`,
    endsAt: `${endDate}T${clockTimeOf(end % DAY_MINUTES)}`,
  };
}

/** Returns a local date so many days later. */
export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Returns the weekday of a local date, from 0 for Sunday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00Z`).getUTCDay();
}

/** Returns a local date for people: `Friday, 4 December 2026`. */
export function dateWords(date: string): string {
  const [year, month, day] = date.split("-").map(Number);
  return `${WEEKDAYS[weekdayOf(date)]}, ${day} ${MONTHS[month! - 1]} ${year}`;
}

function comingFriday({ date, hour }: { date: string; hour: number }): string {
  const days = (FRIDAY - weekdayOf(date) + 7) % 7;
  return plusDays(date, days === 0 && hour >= FRIDAY_BEGINS ? 7 : days);
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}

/** Returns the date and the hour in a time zone. */
function localTime(ms: number, timeZone: string): { date: string; hour: number } {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
  });
  const parts = Object.fromEntries(
    format.formatToParts(ms).map(({ type, value }) => [type, value]),
  );
  return { date: `${parts.year}-${parts.month}-${parts.day}`, hour: Number(parts.hour) };
}
