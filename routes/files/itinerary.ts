/**
 * The files of itineraries: Markdown and a calendar.
 * @module
 */
import { z } from "zod";
import { DAY_MS } from "../../lib/clock.ts";
import { formatDay } from "../../web/app/kinds/format.ts";
import { formatWeather, sumCosts } from "../../web/app/kinds/itinerary/plan.tsx";
import { describeFacts, factsOf } from "../../web/app/kinds/trip_facts.ts";
import type { Day, ItineraryJob } from "../../web/client/job.ts";
import { catalogues } from "../../web/words/catalogues.ts";
import type { ServerWords } from "../../web/words/words.ts";
import { amountText, costText } from "./cost_text.ts";
import type { PlanRoute } from "./gpx.ts";
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
  markdown(job, { note, words }) {
    const facts = describeFacts(factsOf(job), words);
    return itineraryMarkdown({ ...job, days: daysOf(job), facts, note, words });
  },
  calendar(job, { query, words }) {
    // A form that was sent without a date asks for no other day.
    const start = FirstDay.safeParse(query("start") || job.startDate);
    if (!start.success) throw noCalendar(words.noFile.firstDay, words);
    const { destination, location } = job;
    const plan = { id: job.jobId, days: daysOf(job), start: start.data, destination, words };
    const timeZone = location?.timeZone ?? undefined;
    return { name: destination, events: itineraryEvents(plan), timeZone };
  },
  routes: (job, { words }) => itineraryRoutes(daysOf(job), words),
  lookedUpPlace(job, { part, index }) {
    const activity = daysOf(job)[part]?.activities[index];
    if (activity?.coordinates?.origin !== "places") return null;
    const { latitude, longitude } = activity.coordinates;
    return { name: activity.mapQuery ?? activity.place, latitude, longitude };
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
  { destination, durationDays, days, facts = [], note, warnings = [], words = catalogues.en }: {
    destination: string;
    durationDays: number;
    days: Day[];
    facts?: readonly string[];
    note?: string | undefined;
    warnings?: ItineraryJob["warnings"];
    words?: ServerWords;
  },
): string {
  const { plan } = words;
  return markdownDocument([
    `# ${escaped(destination)}: ${plan.dayCount(durationDays)}`,
    note && escaped(note),
    escaped(joined([...facts], " · ")),
    ...warningBlocks(warnings, words),
    ...days.flatMap(({ day, theme, activities, ...calendar }) => [
      `## ${plan.day(day)}: ${escaped(theme)}`,
      escaped(calendarLine(calendar, words)),
      ...activities.map((activity) => activityEntry(activity, words)),
      costsLine(activities, { words, line: words.files.costOfDay }),
    ]),
    days.length > 1 &&
    costsLine(days.flatMap(({ activities }) => activities), { words, line: words.files.costOfAll }),
  ]);
}

/**
 * Returns the calendar events of an itinerary, one for each activity. Their times are local times at
 * the place.
 *
 * @param plan.id the id of the job: a UUID
 * @param plan.destination of the whole trip, for places that do not name it
 * @param plan.start the first day: a day that exists, `YYYY-MM-DD`, at least 30 days before the
 * year 10000
 */
export function itineraryEvents(
  { id, days, start, destination = "", words = catalogues.en }: {
    id: string;
    days: Day[];
    start: string;
    destination?: string;
    words?: ServerWords;
  },
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
      location: addressOf(activity, destination),
      description: joined([activity.description, costText(activity.estimatedCost, words)], "\n"),
    };
  });
}

/** Returns a place with its city: maps find many places of the same name. */
export function addressOf({ place, mapQuery }: Activity, destination: string): string {
  const city = destination.split(",")[0]!.trim();
  const local = mapQuery?.split(",").slice(1).at(-1)?.trim();
  const isNamed = [city, local].some((name) =>
    name && place.toLowerCase().includes(name.toLowerCase())
  );
  return isNamed ? place : joined([place, local || city], ", ");
}

/** Returns each day with the places whose position is known. */
function itineraryRoutes(days: readonly Day[], words: ServerWords): PlanRoute[] {
  return days.map(({ day, theme, activities }) => ({
    name: `${words.plan.day(day)}: ${theme}`,
    points: activities.flatMap((activity) => {
      const { coordinates, title, time, description, place, category } = activity;
      if (!coordinates) return [];
      const { latitude, longitude } = coordinates;
      const text = joined([time, place, description], " · ");
      return [{ latitude, longitude, name: title, description: text, category, url: null }];
    }),
  }));
}

function activityEntry(
  { time, title, description, place, estimatedCost }: Activity,
  words: ServerWords,
): string {
  return listEntry([
    `**${time}** ${escaped(title)}`,
    escaped(description),
    escaped(joined([place, costText(estimatedCost, words)], " · ")),
  ]);
}

/** Describes the day: `Sat, May 1, 2027 · rain, 8 to 12 °C`. Empty if nothing is known. */
function calendarLine(
  { date, weather }: Pick<Day, "date" | "weather">,
  words: ServerWords,
): string {
  const day = date ? formatDay(date, words.language) : null;
  return joined([day, weather ? formatWeather(weather, words) : null], " · ");
}

/** Sums up the known costs by currency; `null` if there are none. */
function costsLine(
  activities: Activity[],
  { words, line }: { words: ServerWords; line: (amounts: string) => string },
): string | null {
  const texts = sumCosts(activities).map(([currency, amount]) =>
    amountText(amount, currency, words)
  );
  return texts.length === 0 ? null : line(texts.join(" + "));
}
