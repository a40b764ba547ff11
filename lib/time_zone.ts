/**
 * Names of time zones: the names of the IANA database, such as `Europe/Berlin`.
 * @module
 */
import { z } from "zod";

/** Returns whether there is a time zone of this name. An offset such as `+01:00` is no name. */
export function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The name of a time zone. */
export const TimeZoneName = z.string().refine(isTimeZone, { error: "expected a time zone" });

/** The time that a clock shows in a time zone: `2026-12-04T20:00`. */
export function localTimeIn(timeZone: string, epochMs: number): string {
  // Swedish texts of times have the form of ISO 8601, with a space for the `T`.
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return format.format(epochMs).replace(" ", "T");
}
