/**
 * The files of bundles: Markdown and a calendar.
 * @module
 */
import { webLink } from "../../web/app/kinds/web_link.ts";
import type { Bundle, GenerationJob } from "../../web/client/job.ts";
import { readEventDate } from "./event_date.ts";
import { type KindFiles, noCalendar, type PlanEvent } from "./kind_files.ts";
import { escaped, listEntry, markdownDocument, warningBlocks } from "./markdown.ts";
import { joined, oneLine } from "./text.ts";

type KeyEvent = Bundle["keyEvents"][number];
type Preferences = GenerationJob["preferences"];

export const bundlesFiles: KindFiles<"bundles"> = {
  markdown: (job, { note }) => bundlesMarkdown({ ...job, bundles: bundlesOf(job), note }),
  async calendar(job) {
    const createdAt = Date.parse(job.createdAt);
    const plan = { id: job.generationId, bundles: bundlesOf(job), createdAt };
    const { events, undated } = await bundlesEvents(plan);
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
 * Returns the calendar events of bundles, with the bundle as their category. {@link readEventDate}
 * may misread a date, so each description repeats the original text of the date.
 *
 * @param plan.id the id of the job: a UUID
 * @param plan.createdAt epoch milliseconds
 * @returns `undated`: the number of events without a readable date
 */
export async function bundlesEvents(
  { id, bundles, createdAt }: { id: string; bundles: Bundle[]; createdAt: number },
): Promise<{ events: PlanEvent[]; undated: number }> {
  const events: PlanEvent[] = [];
  let undated = 0;
  for (const [bundleIndex, { title, keyEvents }] of bundles.entries()) {
    for (const [index, event] of keyEvents.entries()) {
      const date = await readEventDate(event.date, { now: createdAt });
      if (date === null) undated++;
      else {
        events.push({
          id: `${id}-${bundleIndex + 1}-${index + 1}`,
          date,
          summary: event.name,
          location: joined([event.venue, event.neighborhood], ", "),
          description: joined([event.date, event.why], "\n"),
          category: title,
          url: webLink(event.url),
        });
      }
    }
  }
  return { events, undated };
}

function eventEntry({ name, date, venue, neighborhood, why, url }: KeyEvent): string {
  const link = webLink(url);
  return listEntry([
    // Asterisks without text in between would become a horizontal rule.
    oneLine(name) && `**${escaped(name)}**`,
    escaped(joined([date, venue, neighborhood], " · ")),
    escaped(why),
    // An autolink (CommonMark, section 6.5): the address goes up to `>`, and escapes have no
    // meaning.
    link === null ? "" : `<${link}>`,
  ]);
}

function wishLines(preferences: Preferences): string[] {
  const { interests, musicProfile, timeframe, otherPreferences } = preferences;
  const wishes = joined([
    labelled("Interests", joined(interests ?? [], ", ")),
    labelled("Music", musicProfile),
    labelled("When and where", timeframe),
  ], " · ");
  return [escaped(wishes), escaped(otherPreferences ?? "")].filter(Boolean);
}

function labelled(label: string, text: string | null | undefined): string | null {
  return oneLine(text ?? "") && `${label}: ${text}`;
}
