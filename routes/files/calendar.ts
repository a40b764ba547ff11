/**
 * Writes calendar files (iCalendar, RFC 5545). The same plan always gives the same text with the
 * same UIDs, so a second import replaces the events. The library takes 3 MB, so this module is
 * loaded on the first request for a calendar.
 * @module
 */
import { escape, ICalCalendar, ICalCalendarMethod, type ICalEventData } from "ical-generator";
import type { EventDate } from "./event_date.ts";
import type { PlanCalendar, PlanEvent } from "./kind_files.ts";
import { oneLine } from "./text.ts";

/**
 * The duration of an event whose end is not known. Two hours are enough for a visit, a meal or a
 * concert, and keep the rest of the day free.
 */
const DEFAULT_DURATION_MS = 2 * 60 * 60_000;

/**
 * Writes a calendar.
 *
 * @param options.createdAt the DTSTAMP of every event, so that the text does not depend on the time
 * of the download; epoch milliseconds
 * @returns the calendar; its lines end with CRLF
 */
export function calendarText(
  { name, note, events }: PlanCalendar,
  { createdAt }: { createdAt: number },
): string {
  const calendar = new ICalCalendar({
    // The library escapes the texts of events, but not those of the calendar.
    name: escape(oneLine(name), false),
    ...(note !== undefined && { description: escape(oneLine(note), false) }),
    prodId: { company: "Tripwright", product: "Tripwright", language: "EN" },
    method: ICalCalendarMethod.PUBLISH,
    events: events.map((event) => ({ ...eventData(event), stamp: new Date(createdAt) })),
  });
  // Each line ends with CRLF (RFC 5545, section 3.1); the library omits it after the last line.
  return `${calendar}\r\n`;
}

function eventData(event: PlanEvent): ICalEventData {
  const { id, date, summary, location, description, category = "", url } = event;
  const name = oneLine(category);
  return {
    id,
    ...localTimes(date),
    summary: oneLine(summary),
    location: oneLine(location),
    description,
    ...(name && { categories: [{ name }] }),
    // The library wrongly escapes these characters in URLs, so they are percent-encoded first.
    ...(url && { url: url.replace(/[\\;,]/g, encodeURIComponent) }),
  };
}

/** Returns both ends without a time zone, or as days. */
function localTimes({ start, end, allDay }: EventDate): Pick<
  ICalEventData,
  "start" | "end" | "allDay" | "floating"
> {
  return {
    start: new Date(start),
    end: new Date(end ?? start + DEFAULT_DURATION_MS),
    allDay,
    floating: !allDay,
  };
}
