/**
 * Calendars (iCalendar, RFC 5545), to be imported. The same plan always gives the same text with the
 * same UIDs, so importing it again replaces the events. The library takes 3 MB, so this module is loaded
 * on the first request for a calendar.
 * @module
 */
import { escape, ICalCalendar, ICalCalendarMethod, type ICalEventData } from "ical-generator";
import type { EventDate } from "./event_date.ts";
import type { PlanCalendar, PlanEvent } from "./kind_files.ts";
import { oneLine } from "./text.ts";

/**
 * How long an event takes whose end is not known. Two hours are enough for a visit, a meal or a concert,
 * and keep the rest of the day free.
 */
const USUAL_MS = 2 * 60 * 60_000;

/**
 * Writes a calendar.
 *
 * @param options.createdAt the DTSTAMP of every event, so that the text does not tell when it was made;
 * epoch milliseconds
 * @returns the calendar, its lines end with CRLF
 */
export function calendarText(
  { name, events }: PlanCalendar,
  { createdAt }: { createdAt: number },
): string {
  const calendar = new ICalCalendar({
    // Unlike those of events, the library writes the texts of a calendar as they are.
    name: escape(oneLine(name), false),
    prodId: { company: "Tripwright", product: "Tripwright", language: "EN" },
    method: ICalCalendarMethod.PUBLISH,
    events: events.map((event) => ({ ...eventData(event), stamp: new Date(createdAt) })),
  });
  // Each line ends with CRLF (RFC 5545, section 3.1); the library leaves it to us for the last one.
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
    // The library escapes URLs as if they were text; without these characters it has nothing to do.
    ...(url && { url: url.replace(/[\\;,]/g, encodeURIComponent) }),
  };
}

/** Both ends without a time zone, or days alone. */
function localTimes({ start, end, allDay }: EventDate): Pick<
  ICalEventData,
  "start" | "end" | "allDay" | "floating"
> {
  return {
    start: new Date(start),
    end: new Date(end ?? start + USUAL_MS),
    allDay,
    floating: !allDay,
  };
}
