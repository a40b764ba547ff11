/**
 * Writes calendar files (iCalendar, RFC 5545). The same plan always has the same UIDs, and a later
 * download has a larger SEQUENCE. So a second import updates the events, for example when the trip
 * begins on another day (RFC 5546, section 2.1.4). The library takes 3 MB, so this module is
 * loaded on the first request for a calendar.
 * @module
 */
import dayjs from "dayjs";
import utc from "dayjs/plugin/utc.js";
import { escape, ICalCalendar, ICalCalendarMethod, type ICalEventData } from "ical-generator";
import type { EventDate, PlanCalendar, PlanEvent } from "./kind_files.ts";
import { oneLine } from "./text.ts";
import type { TimeZone } from "./time_zone.ts";

// The library formats the dates of `dayjs.utc()` as they are. It would move a `Date` into the time
// zone of this machine.
dayjs.extend(utc);

/**
 * The duration of an event whose end is not known. Two hours are enough for a visit, a meal or a
 * concert, and keep the rest of the day free.
 */
const DEFAULT_DURATION_MS = 2 * 60 * 60_000;

/**
 * Writes a calendar.
 *
 * @param options.createdAt when the plan was requested; epoch milliseconds. The SEQUENCE is the
 * seconds since then: it grows without a count of the downloads.
 * @param options.now the time of the download, which is the DTSTAMP; by default `createdAt`
 * @param options.zoneOf returns the time zone of an event; `null`: it is not known, and the times
 * are floating (RFC 5545, section 3.3.5, form 1): 09:30 local time, in every time zone
 * @returns the calendar; its lines end with CRLF
 */
export function calendarText(
  { name, note, events }: Omit<PlanCalendar, "timeZone">,
  { createdAt, now = createdAt, zoneOf = () => null }: {
    createdAt: number;
    now?: number;
    zoneOf?: (event: PlanEvent) => TimeZone | null;
  },
): string {
  const zones = new Map<string | null, TimeZone | null>(
    events.map(zoneOf).map((zone) => [zone?.name ?? null, zone]),
  );
  const [only = null] = zones.size === 1 ? zones.values() : [];
  // A signed integer of 32 bits (RFC 5545, section 3.3.8). A clock may have been set back.
  const sequence = Math.min(Math.max(0, Math.floor((now - createdAt) / 1_000)), 2 ** 31 - 1);
  const calendar = new ICalCalendar({
    // The library escapes the texts of events, but not those of the calendar.
    name: escape(oneLine(name), false),
    ...(note !== undefined && { description: escape(oneLine(note), false) }),
    prodId: { company: "Tripwright", product: "Tripwright", language: "EN" },
    method: ICalCalendarMethod.PUBLISH,
    // Only the events get the zone: the library would write their DTSTAMP without its `Z`.
    timezone: { name: null, generator: (zone) => zones.get(zone)?.definition ?? null },
    // The zone of all events: calendars show the others in the zone of each event.
    ...(only && { x: { "X-WR-TIMEZONE": only.name } }),
    events: events.map((event) => ({
      ...eventData(event),
      ...localTimes(event.date, zoneOf(event)),
      stamp: new Date(now),
      sequence,
    })),
  });
  // Each line ends with CRLF (RFC 5545, section 3.1); the library omits it after the last line.
  return `${calendar}\r\n`;
}

function eventData(event: PlanEvent): Omit<ICalEventData, "start"> {
  const { id, summary, location, description, category = "", url } = event;
  const name = oneLine(category);
  return {
    id,
    summary: oneLine(summary),
    location: oneLine(location),
    description,
    ...(name && { categories: [{ name }] }),
    // The library wrongly escapes these characters in URLs, so they are percent-encoded first.
    ...(url && { url: url.replace(/[\\;,]/g, encodeURIComponent) }),
  };
}

/** Returns both ends in a time zone, as days, or without a time zone. */
function localTimes(
  { start, end, allDay }: EventDate,
  timeZone: TimeZone | null,
): Pick<ICalEventData, "start" | "end" | "allDay" | "floating" | "timezone"> {
  return {
    start: dayjs.utc(start),
    end: dayjs.utc(end ?? start + DEFAULT_DURATION_MS),
    allDay,
    floating: !allDay && timeZone === null,
    timezone: timeZone?.name ?? null,
  };
}
