/**
 * Finished plans as calendars (iCalendar, RFC 5545), to be imported. The same plan is the same text each
 * time, with the same UIDs, so that importing it again replaces what is there.
 * @module
 */
import { escape, ICalCalendar, ICalCalendarMethod, type ICalEventData } from "ical-generator";
import type { Bundles } from "../../jobs/kinds/bundles/kind.ts";
import { DAY_MS } from "../../lib/clock.ts";
import { webLink } from "../../web/app/plan_facts.ts";
import { type EventDate, readEventDate } from "./event_date.ts";
import { costText, type Days, joined, oneLine } from "./plan_text.ts";

type KeyEvent = Bundles["bundles"][number]["keyEvents"][number];

/**
 * Nobody has said how long anything takes. Two hours are a visit, a meal, a concert, and leave the rest
 * of the day as free as it is.
 */
const LONGEST_MS = 2 * 60 * 60_000;

/**
 * An itinerary, one event for each activity. Times are "floating" (RFC 5545, section 3.3.5, form 1):
 * 09:30 where the traveller then is, whatever time zone the calendar is in.
 *
 * An activity takes {@link LONGEST_MS}, or as long as it takes the next one to begin.
 *
 * @param plan.id the job's: a UUID
 * @param plan.start the first day: a day that exists, `YYYY-MM-DD`, at least 30 days before 10000
 * @param plan.createdAt epoch milliseconds
 * @returns the calendar, its lines end with CRLF
 */
export function itineraryCalendar(
  { id, destination, days, start, createdAt }: {
    id: string;
    destination: string;
    days: Days;
    start: string;
    createdAt: number;
  },
): string {
  const firstDay = Date.parse(`${start}T00:00:00Z`);
  const timed = days.flatMap(({ day, activities }) =>
    activities.map((activity, index) => ({
      activity,
      uid: `${id}-${day}-${index + 1}`,
      start: firstDay + (day - 1) * DAY_MS + Date.parse(`1970-01-01T${activity.time}Z`),
    }))
  );
  const starts = timed.map(({ start }) => start).toSorted((a, b) => a - b);
  return calendarText(destination, {
    createdAt,
    events: timed.map(({ activity, uid, start }) => ({
      id: uid,
      ...localTimes({
        start,
        // Of those that begin at the same time, none is the next one.
        end: starts.find((other) => other > start && other < start + LONGEST_MS) ?? null,
        allDay: false,
      }),
      summary: oneLine(activity.title),
      location: oneLine(activity.place),
      description: joined([activity.description, costText(activity.estimatedCost)], "\n"),
    })),
  });
}

/** A calendar, and how many of the events are in it or could not be. */
export interface DatedEvents {
  calendar: string;
  dated: number;
  undated: number;
}

/**
 * Bundles, each a category. Events are where {@link readEventDate} finds them; since that may be
 * wrong, each shows the words that its date was read from.
 *
 * @param plan.id the job's: a UUID
 * @param plan.createdAt epoch milliseconds
 * @returns `null` if no event has a date
 */
export async function bundlesCalendar(
  { id, bundles, createdAt }: { id: string; bundles: Bundles["bundles"]; createdAt: number },
): Promise<DatedEvents | null> {
  const events: ICalEventData[] = [];
  let undated = 0;
  for (const [bundleIndex, { title, keyEvents }] of bundles.entries()) {
    for (const [index, event] of keyEvents.entries()) {
      const date = await readEventDate(event.date, { now: createdAt });
      if (date === null) undated++;
      else {
        events.push({
          id: `${id}-${bundleIndex + 1}-${index + 1}`,
          ...localTimes(date),
          ...keyEventText(event, oneLine(title)),
        });
      }
    }
  }
  if (events.length === 0) return null;
  return {
    calendar: calendarText("Weekend bundles", { createdAt, events }),
    dated: events.length,
    undated,
  };
}

function keyEventText(event: KeyEvent, bundle: string): Partial<ICalEventData> {
  const link = webLink(event.url);
  return {
    summary: oneLine(event.name),
    location: joined([event.venue, event.neighborhood], ", "),
    description: joined([event.date, event.why], "\n"),
    ...(bundle && { categories: [{ name: bundle }] }),
    // The library escapes URLs as if they were text; without these characters it has nothing to do.
    ...(link && { url: link.replace(/[\\;,]/g, encodeURIComponent) }),
  };
}

/** Both ends without a time zone, or days alone. */
function localTimes({ start, end, allDay }: EventDate): Pick<
  ICalEventData,
  "start" | "end" | "allDay" | "floating"
> {
  return {
    start: new Date(start),
    end: new Date(end ?? start + LONGEST_MS),
    allDay,
    floating: !allDay,
  };
}

/** @param options.createdAt the DTSTAMP of every event, so that the text does not tell when it was made */
function calendarText(
  name: string,
  { createdAt, events }: { createdAt: number; events: ICalEventData[] },
): string {
  const calendar = new ICalCalendar({
    // Unlike those of events, the library writes the texts of a calendar as they are.
    name: escape(oneLine(name), false),
    prodId: { company: "Tripwright", product: "Tripwright", language: "EN" },
    method: ICalCalendarMethod.PUBLISH,
    events: events.map((event) => ({ ...event, stamp: new Date(createdAt) })),
  });
  // Each line ends with CRLF (RFC 5545, section 3.1); the library leaves it to us for the last one.
  return `${calendar}\r\n`;
}
