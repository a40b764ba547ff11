/**
 * Time zones of calendars (IANA names). The definitions come from a package, because each calendar
 * has to contain the rules of its zone (RFC 5545, section 3.6.5).
 * @module
 */
import { tzlib_get_ical_block, tzlib_get_timezones } from "timezones-ical-library";
import { z } from "zod";
import { isTimeZone } from "../../lib/time_zone.ts";

/** A time zone that calendars can name. */
export interface TimeZone {
  /** The name in the definition: `Asia/Kolkata` for the old name `Asia/Calcutta`. */
  name: string;
  /** The VTIMEZONE. */
  definition: string;
}

/** The definition of a zone, and the parameter of a property that refers to it. */
const Block = z.tuple([z.string(), z.string().startsWith("TZID=")]);

const names = new Map(
  z.array(z.string()).parse(tzlib_get_timezones()).map((name) => [name.toLowerCase(), name]),
);

/**
 * Finds a time zone.
 *
 * @param name an IANA name such as `Europe/Berlin`, in upper or lower case
 * @returns `null` if there is no such zone
 */
export function timeZoneOf(name: string): TimeZone | null {
  const known = names.get(name.toLowerCase());
  // The package also knows names of its own, such as `PT`.
  if (known === undefined || !isTimeZone(known)) return null;
  const [definition, reference] = Block.parse(tzlib_get_ical_block(known));
  return { name: reference.slice("TZID=".length), definition };
}
