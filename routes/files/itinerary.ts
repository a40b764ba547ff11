/**
 * The files of itineraries: Markdown and a calendar.
 * @module
 */
import { z } from "zod";
import { DAY_MS } from "../../lib/clock.ts";
import { formatWeather, sumCosts } from "../../web/app/kinds/itinerary/plan.tsx";
import { describeFacts, factsOf } from "../../web/app/kinds/trip_facts.ts";
import type { Day, ItineraryJob } from "../../web/client/job.ts";
import { en } from "../../web/words/en.ts";
import { amountText, costText } from "./cost_text.ts";
import { type KindFiles, noCalendar, type PlanEvent } from "./kind_files.ts";
import { escaped, listEntry, markdownDocument, warningBlocks } from "./markdown.ts";
import { joined } from "./text.ts";

/** One thing to do on a day. */
type Activity = Day["activities"][number];

/**
 * The length of an activity of which the plan does not say how long it takes. It is enough for a
 * visit, a meal or a concert.
 */
const USUAL_MINUTES = 2 * 60;

/** A date between 2000 and 2999: the year keeps its four digits until the end of the trip. */
const FirstDay = z.iso.date().regex(/^2/);

export const itineraryFiles: KindFiles<"itinerary"> = {
  markdown(job, { note }) {
    const facts = describeFacts(factsOf(job), en);
    return itineraryMarkdown({ ...job, days: daysOf(job), facts, note });
  },
  calendar(job, { query }) {
    // A form that was sent without a date asks for no other day.
    const start = FirstDay.safeParse(query("start") || job.startDate);
    if (!start.success) {
      throw noCalendar(
        "Choose the first day of your trip (2026-12-24, for example) on the trip's page.",
      );
    }
    const plan = { id: job.jobId, days: daysOf(job), start: start.data };
    const timeZone = job.location?.timeZone ?? undefined;
    return { name: job.destination, events: itineraryEvents(plan), timeZone };
  },
};

/** Returns the days of a finished itinerary, in order. */
function daysOf({ itinerary }: ItineraryJob): Day[] {
  return itinerary!;
}

/**
 * Writes an itinerary as Markdown: a heading for each day, an entry for each activity, and the sum
 * of the costs by currency.
 *
 * @param plan.facts the facts of the wish, each in a few words
 * @param plan.note a line under the title, as text
 * @param plan.warnings what the reader should check
 * @returns the document; it ends with a line end
 */
export function itineraryMarkdown(
  { destination, durationDays, days, facts = [], note, warnings = [] }: {
    destination: string;
    durationDays: number;
    days: Day[];
    facts?: readonly string[];
    note?: string | undefined;
    warnings?: ItineraryJob["warnings"];
  },
): string {
  const length = durationDays === 1 ? "1 day" : `${durationDays} days`;
  return markdownDocument([
    `# ${escaped(destination)}: ${length}`,
    note && escaped(note),
    escaped(joined([...facts], " · ")),
    ...warningBlocks(warnings),
    ...days.flatMap(({ day, theme, activities, ...calendar }) => [
      `## Day ${day}: ${escaped(theme)}`,
      escaped(calendarLine(calendar)),
      ...activities.map(activityEntry),
      costsLine("Estimated cost of the day's activities", activities),
    ]),
    days.length > 1 &&
    costsLine("**Estimated cost of all activities**", days.flatMap(({ activities }) => activities)),
  ]);
}

/**
 * Returns the calendar events of an itinerary, one for each activity. Their times are local times at
 * the place.
 *
 * @param plan.id the id of the job: a UUID
 * @param plan.start the first day: a day that exists, `YYYY-MM-DD`, at least 30 days before the
 * year 10000
 */
export function itineraryEvents(
  { id, days, start }: { id: string; days: Day[]; start: string },
): PlanEvent[] {
  const firstDay = Date.parse(`${start}T00:00:00Z`);
  const timed = days.flatMap(({ day, activities }) =>
    activities.map((activity, index) => ({
      activity,
      id: `${id}-${day}-${index + 1}`,
      start: firstDay + (day - 1) * DAY_MS + Date.parse(`1970-01-01T${activity.time}Z`),
    }))
  );
  const starts = timed.map(({ start }) => start).toSorted((a, b) => a - b);
  return timed.map(({ activity, id, start }) => {
    // Activities that begin at the same time run in parallel.
    const next = starts.find((other) => other > start) ?? Infinity;
    // In the calendar, an activity ends at the latest when the next one begins.
    const minutes = activity.durationMinutes ?? USUAL_MINUTES;
    const end = Math.min(next, start + 60_000 * minutes);
    return {
      id,
      date: { start, end, allDay: false },
      summary: activity.title,
      location: activity.place,
      description: joined([activity.description, costText(activity.estimatedCost)], "\n"),
    };
  });
}

function activityEntry({ time, title, description, place, estimatedCost }: Activity): string {
  return listEntry([
    `**${time}** ${escaped(title)}`,
    escaped(description),
    escaped(joined([place, costText(estimatedCost)], " · ")),
  ]);
}

/** Describes the day: `Saturday, 2027-05-01 · rain, 8 to 12 °C`. Empty if nothing is known. */
function calendarLine(
  { date, weekday, weather }: Pick<Day, "date" | "weekday" | "weather">,
): string {
  const name = weekday && `${weekday[0]!.toUpperCase()}${weekday.slice(1)}`;
  return joined([joined([name, date], ", "), weather && formatWeather(weather, en)], " · ");
}

/** Sums up the known costs by currency; `null` if there are none. */
function costsLine(label: string, activities: Activity[]): string | null {
  const texts = sumCosts(activities).map(([currency, amount]) => amountText(amount, currency));
  return texts.length === 0 ? null : `${label}: about ${texts.join(" + ")} per person`;
}
