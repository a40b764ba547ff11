/**
 * The files of bundles: Markdown and a calendar.
 * @module
 */
import { DAY_MS } from "../../lib/clock.ts";
import { hasTimeOfDay, localDay, localMs } from "../../lib/local_time.ts";
import { placeOf } from "../../web/app/kinds/bundles/plan.tsx";
import { describeFacts } from "../../web/app/kinds/trip_facts.ts";
import { webLink } from "../../web/app/kinds/web_link.ts";
import type { Bundle, GenerationJob } from "../../web/client/job.ts";
import { en } from "../../web/words/en.ts";
import { costText } from "./cost_text.ts";
import { type EventDate, type KindFiles, noCalendar, type PlanEvent } from "./kind_files.ts";
import { escaped, listEntry, markdownDocument, warningBlocks } from "./markdown.ts";
import { joined, oneLine } from "./text.ts";

type KeyEvent = Bundle["keyEvents"][number];
type Preferences = GenerationJob["preferences"];

export const bundlesFiles: KindFiles<"bundles"> = {
  markdown: (job, { note }) => bundlesMarkdown({ ...job, bundles: bundlesOf(job), note }),
  calendar(job) {
    const plan = { id: job.generationId, bundles: bundlesOf(job) };
    const { events, undated } = bundlesEvents(plan);
    if (events.length === 0) {
      throw noCalendar(
        "No event in this plan has an exact date. You can find the dates as written on the " +
          "trip's page.",
      );
    }
    const note = `Events left out because they have no exact date: ${undated}`;
    const { timeZone } = job;
    return { name: "Weekend bundles", events, ...(undated > 0 && { note }), timeZone };
  },
};

/** Returns the bundles of a finished plan, in order. */
function bundlesOf({ bundles }: GenerationJob): Bundle[] {
  return bundles!;
}

/**
 * Writes bundles as Markdown: the preferences, then a heading for each bundle and an entry for each
 * event. It has no pictures, because their hosts would learn who opens the document.
 *
 * @param plan.note a line under the title, as text
 * @param plan.warnings what the reader should check
 * @returns the document; it ends with a line end
 */
export function bundlesMarkdown(
  { preferences, bundles, note, warnings = [] }: {
    preferences: Preferences;
    bundles: Bundle[];
    note?: string | undefined;
    warnings?: GenerationJob["warnings"];
  },
): string {
  return markdownDocument([
    "# Weekend bundles",
    note && escaped(note),
    ...warningBlocks(warnings),
    ...wishLines(preferences),
    ...bundles.flatMap(({ title, description, keyEvents }) => [
      `## ${escaped(title)}`,
      escaped(description),
      ...keyEvents.map(eventEntry),
    ]),
  ]);
}

/**
 * Returns the calendar events of bundles, with the bundle as their category. Their descriptions have
 * the date in words, which may say more than the start and the end.
 *
 * @param plan.id the id of the job: a UUID
 * @returns `undated`: the number of events without a start
 */
export function bundlesEvents(
  { id, bundles }: { id: string; bundles: Bundle[] },
): { events: PlanEvent[]; undated: number } {
  const all = bundles.flatMap(({ title, keyEvents }, bundleIndex) =>
    keyEvents.map((event, index) => ({ event, title, id: `${id}-${bundleIndex + 1}-${index + 1}` }))
  );
  const events = all.flatMap(({ event, title, id }): PlanEvent[] => {
    const date = dateOf(event);
    return date === null ? [] : [{
      id,
      date,
      timeZone: event.timeZone,
      summary: event.name,
      location: joined(placeOf(event), ", "),
      description: joined([event.date, costText(event.price), event.why], "\n"),
      category: title,
      url: webLink(event.url),
    }];
  });
  return { events, undated: all.length - events.length };
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

function eventEntry(event: KeyEvent): string {
  const { name, date, price, why, url } = event;
  const link = webLink(url);
  return listEntry([
    // Asterisks without text in between would become a horizontal rule.
    oneLine(name) && `**${escaped(name)}**`,
    escaped(joined([date, ...placeOf(event), costText(price)], " · ")),
    escaped(why),
    // An autolink (CommonMark, section 6.5): the address goes up to `>`, and escapes have no
    // meaning.
    link === null ? "" : `<${link}>`,
  ]);
}

function wishLines(preferences: Preferences): string[] {
  const { interests, musicProfile, timeframe, otherPreferences, ...facts } = preferences;
  const wishes = joined([
    labelled("Interests", joined(interests ?? [], ", ")),
    labelled("Music", musicProfile),
    labelled("When and where", timeframe),
    ...describeFacts(facts, en),
  ], " · ");
  return [escaped(wishes), escaped(otherPreferences ?? "")].filter(Boolean);
}

function labelled(label: string, text: string | null | undefined): string | null {
  return oneLine(text ?? "") && `${label}: ${text}`;
}
