/**
 * The files of bundles: Markdown and a calendar.
 * @module
 */
import { DAY_MS } from "../../lib/clock.ts";
import { hasTimeOfDay, localDay, localMs } from "../../lib/local_time.ts";
import { placeOf } from "../../web/app/kinds/bundles/plan.tsx";
import { cityOf } from "../../web/app/kinds/bundles/summary.ts";
import { describeFacts, nameOf } from "../../web/app/kinds/trip_facts.ts";
import { webLink } from "../../web/app/kinds/web_link.ts";
import type { Bundle, GenerationJob } from "../../web/client/job.ts";
import { catalogues } from "../../web/words/catalogues.ts";
import type { ServerWords } from "../../web/words/words.ts";
import { costText } from "./cost_text.ts";
import type { PlanRoute } from "./gpx.ts";
import { type EventDate, type KindFiles, noCalendar, type PlanEvent } from "./kind_files.ts";
import { escaped, listEntry, markdownDocument, warningBlocks } from "./markdown.ts";
import { joined, oneLine } from "./text.ts";

type KeyEvent = Bundle["keyEvents"][number];
type Preferences = GenerationJob["preferences"];

export const bundlesFiles: KindFiles<"bundles"> = {
  markdown: (job, { note, words }) =>
    bundlesMarkdown({ ...job, bundles: bundlesOf(job), city: cityOf(job), note, words }),
  calendar(job, { query, words }) {
    const bundles = bundlesOf(job);
    const only = chosenBundle(query("bundle"), { bundles, words });
    const city = cityOf(job);
    const { events, undated } = bundlesEvents({
      id: job.generationId,
      bundles,
      only,
      city,
      words,
    });
    if (events.length === 0) throw noCalendar(words.noFile.undated, words);
    const name = only === undefined ? titleIn(city, words) : withCity(bundles[only]!.title, city);
    const note = words.files.undated(undated);
    const { timeZone } = job;
    return { name, events, ...(undated > 0 && { note }), timeZone };
  },
  routes: (job, { words }) => bundlesRoutes(bundlesOf(job), words),
  lookedUpPlace(job, { part, index }) {
    const event = bundlesOf(job)[part]?.keyEvents[index];
    if (event?.coordinates?.origin !== "places") return null;
    const { latitude, longitude } = event.coordinates;
    return { name: event.mapQuery ?? event.venue ?? event.name, latitude, longitude };
  },
};

/**
 * Reads which bundle a calendar is for.
 *
 * @returns its index; `undefined`: all of them
 * @throws {ProblemError} 400 if there is no such bundle
 */
function chosenBundle(
  asked: string | undefined,
  { bundles, words }: { bundles: readonly Bundle[]; words: ServerWords },
): number | undefined {
  if (!asked) return undefined;
  const index = bundles.findIndex((_, index) => String(index + 1) === asked);
  if (index < 0) throw noCalendar(words.noFile.unknownBundle, words);
  return index;
}

/** Returns the bundles of a finished plan, in order. */
function bundlesOf({ bundles }: GenerationJob): Bundle[] {
  return bundles!;
}

/**
 * Writes bundles as Markdown: the preferences, then a heading for each bundle and an entry for each
 * event. It has no pictures, because their hosts would learn who opens the document.
 *
 * @param plan.city the city of all bundles; `null`: not known
 * @param plan.note a line under the title, as text
 * @param plan.warnings what the reader should check
 * @returns the document; it ends with a line end
 */
export function bundlesMarkdown(
  { preferences, bundles, city = null, note, warnings = [], words = catalogues.en }: {
    preferences: Preferences;
    bundles: Bundle[];
    city?: string | null;
    note?: string | undefined;
    warnings?: GenerationJob["warnings"];
    words?: ServerWords;
  },
): string {
  return markdownDocument([
    `# ${escaped(titleIn(city, words))}`,
    note && escaped(note),
    ...warningBlocks(warnings, words),
    ...wishLines(preferences, words),
    ...bundles.flatMap(({ title, description, keyEvents }) => [
      `## ${escaped(title)}`,
      escaped(description),
      ...keyEvents.map((event) => eventEntry(event, words)),
    ]),
  ]);
}

/**
 * Returns the calendar events of bundles, with the bundle as their category. Their descriptions have
 * the date in words, which may say more than the start and the end.
 *
 * @param plan.id the id of the job: a UUID
 * @param plan.only the index of the only bundle; unset: all of them, which are alternatives
 * @param plan.city the city of events that name none; `null`: not known
 * @returns `undated`: the number of events without a start
 */
export function bundlesEvents(
  { id, bundles, only, city = null, words = catalogues.en }: {
    id: string;
    bundles: Bundle[];
    only?: number | undefined;
    city?: string | null;
    words?: ServerWords;
  },
): { events: PlanEvent[]; undated: number } {
  const all = bundles.flatMap(({ title, keyEvents }, bundleIndex) =>
    only !== undefined && only !== bundleIndex ? [] : keyEvents.map((event, index) => ({
      event: { ...event, city: event.city || city },
      title,
      id: `${id}-${bundleIndex + 1}-${index + 1}`,
    }))
  );
  const events = all.flatMap(({ event, title, id }): PlanEvent[] => {
    const date = dateOf(event);
    return date === null ? [] : [{
      id,
      date,
      timeZone: event.timeZone,
      summary: withCity(event.name, event.city),
      location: joined(placeOf(event), ", "),
      description: joined([event.date, costText(event.price, words), event.why], "\n"),
      category: title,
      url: webLink(event.url),
    }];
  });
  return { events, undated: all.length - events.length };
}

/** Returns the title of all bundles: `Weekend bundles in Berlin`. */
function titleIn(city: string | null, { share }: ServerWords): string {
  return city === null ? share.ideasWanted : share.ideasWantedIn(city);
}

/** In a calendar, the city of an event is not known otherwise. */
function withCity(name: string, city: string | null): string {
  const isNamed = !city || name.toLowerCase().includes(city.toLowerCase());
  return isNamed ? name : joined([name, city], ", ");
}

/** Returns each bundle with the places whose position is known. */
function bundlesRoutes(bundles: readonly Bundle[], words: ServerWords): PlanRoute[] {
  return bundles.map(({ title, keyEvents }, index) => ({
    name: `${words.plan.bundle(index + 1)}: ${title}`,
    points: keyEvents.flatMap((event) => {
      const { coordinates, name, date, why, category, url } = event;
      if (!coordinates) return [];
      const { latitude, longitude } = coordinates;
      const description = joined([date, ...placeOf(event), why], " · ");
      return [{ latitude, longitude, name, description, category, url: webLink(url) }];
    }),
  }));
}

/**
 * A longer event is an exhibition or a season. Its whole duration would fill the calendar, so only
 * its start counts, which is when the traveller comes.
 */
const MAX_DURATION_MS = 7 * DAY_MS;

/** Returns the time of an event; `null` without a start. */
function dateOf({ startsAt, endsAt }: KeyEvent): EventDate | null {
  if (startsAt === null) return null;
  const start = localMs(startsAt);
  const isShort = endsAt !== null && localMs(endsAt) - start < MAX_DURATION_MS;
  if (hasTimeOfDay(startsAt)) {
    const end = isShort && hasTimeOfDay(endsAt) ? localMs(endsAt) : null;
    return { start, end, allDay: false };
  }
  // The last day belongs to the event.
  const lastDay = localDay(isShort ? endsAt : startsAt);
  return { start, end: localMs(lastDay) + DAY_MS, allDay: true };
}

function eventEntry(event: KeyEvent, words: ServerWords): string {
  const { name, date, price, why, url } = event;
  const link = webLink(url);
  return listEntry([
    // Asterisks without text in between would become a horizontal rule.
    oneLine(name) && `**${escaped(name)}**`,
    escaped(joined([date, ...placeOf(event), costText(price, words)], " · ")),
    escaped(why),
    // An autolink (CommonMark, section 6.5): the address goes up to `>`, and escapes have no
    // meaning.
    link === null ? "" : `<${link}>`,
  ]);
}

function wishLines(preferences: Preferences, words: ServerWords): string[] {
  const { files } = words;
  const { interests, musicProfile, timeframe, otherPreferences, ...facts } = preferences;
  const named = interests?.map((interest) => nameOf(interest, words));
  const wishes = joined([
    labelled(files.interests, joined(named ?? [], ", ")),
    labelled(files.music, musicProfile),
    labelled(files.timeframe, timeframe),
    ...describeFacts(facts, words),
  ], " · ");
  return [escaped(wishes), escaped(otherPreferences ?? "")].filter(Boolean);
}

function labelled(label: string, text: string | null | undefined): string | null {
  return oneLine(text ?? "") && `${label}: ${text}`;
}
