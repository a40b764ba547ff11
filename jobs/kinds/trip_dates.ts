/**
 * Compares the dates of a wish with today. Only a new request is compared: a stored request stays
 * valid when its dates have passed.
 * @module
 */
import { isoTime } from "../../lib/clock.ts";

const HOUR_MS = 3_600_000;

/** The time zones in which a day ends last and begins first, in hours from UTC. */
const LAST_ZONE_HOURS = -12;
const FIRST_ZONE_HOURS = 14;

/** Opening hours, prices and events of later years are not known. */
const MAX_YEARS_AHEAD = 2;

/** What is wrong with a date of a request. */
interface DateIssue {
  path: string[];
  message: string;
}

interface Dates {
  startDate?: string | undefined;
  endDate?: string | undefined;
}

/**
 * Returns what is wrong with the dates of a wish. The destination's time zone is not known yet. So a
 * day is over when it is over everywhere, and two years are counted from the latest date on Earth.
 *
 * @param options `now`: epoch milliseconds; `path`: where in the request the dates are; `accepted`:
 * dates that were accepted before, and may be over now
 */
export function objectionsToDates(
  dates: Dates,
  { now, path, accepted = {} }: {
    now: number;
    path: readonly string[];
    accepted?: Dates | undefined;
  },
): DateIssue[] {
  const { earliest, latest } = dateRangeAt(now);
  return (["startDate", "endDate"] as const).flatMap((name) => {
    const date = dates[name];
    if (date === undefined || date === accepted[name]) return [];
    const at = [...path, name];
    if (date < earliest) {
      return [{ path: at, message: `is in the past: expected ${earliest} or a later date` }];
    }
    if (date <= latest) return [];
    return [{ path: at, message: `is too far ahead: expected ${latest} or an earlier date` }];
  });
}

/**
 * Returns the first and the last date that a new wish may have.
 *
 * @param now epoch milliseconds
 */
export function dateRangeAt(now: number): { earliest: string; latest: string } {
  const latest = yearsAfter(dateAt(now, FIRST_ZONE_HOURS), MAX_YEARS_AHEAD);
  return { earliest: dateAt(now, LAST_ZONE_HOURS), latest };
}

/** Returns the date at a time in a time zone. */
function dateAt(ms: number, zoneHours: number): string {
  return isoTime(ms + zoneHours * HOUR_MS).slice(0, "YYYY-MM-DD".length);
}

/** Returns the date some years later. 29 February becomes 1 March. */
function yearsAfter(date: string, years: number): string {
  const later = new Date(`${date}T00:00Z`);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return dateAt(later.getTime(), 0);
}
