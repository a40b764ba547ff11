/**
 * The time in prompts.
 * @module
 */
import { isoTime } from "../../lib/clock.ts";

/** A table, because `Intl` would take 6 MiB of memory. */
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/**
 * Formats the minute in which work on a job began: `Saturday, 2026-11-21T12:00Z`. It has the
 * weekday, because models do not compute weekdays reliably.
 *
 * @param startedAt epoch milliseconds; see `JobContext.startedAt`
 */
export function promptTime(startedAt: number): string {
  const minute = isoTime(startedAt).slice(0, "YYYY-MM-DDTHH:MM".length);
  return `${WEEKDAYS[new Date(startedAt).getUTCDay()]}, ${minute}Z`;
}
