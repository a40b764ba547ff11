/**
 * Finished plans as Markdown (CommonMark 0.31), for people and for other programs. What travellers and
 * models wrote stays text there, whatever it looks like.
 * @module
 */
import type { Bundles, BundlesRequest } from "../../jobs/kinds/bundles/kind.ts";
import { sumCosts, webLink } from "../../web/app/plan_facts.ts";
import { type Activity, amountText, costText, type Days, joined, oneLine } from "./plan_text.ts";

type Bundle = Bundles["bundles"][number];
type KeyEvent = Bundle["keyEvents"][number];

/**
 * An itinerary: a heading for each day, an entry for each activity, costs summed up by currency.
 *
 * @param plan.note a line under the title, as text
 * @returns the document; it ends with a line end
 */
export function itineraryMarkdown(
  { destination, durationDays, days, note }: {
    destination: string;
    durationDays: number;
    days: Days;
    note?: string | undefined;
  },
): string {
  const length = durationDays === 1 ? "1 day" : `${durationDays} days`;
  return document([
    `# ${escaped(destination)}: ${length}`,
    note && escaped(note),
    ...days.flatMap(({ day, theme, activities }) => [
      `## Day ${day}: ${escaped(theme)}`,
      ...activities.map(activityEntry),
      costsLine("Estimated costs of the day", activities),
    ]),
    days.length > 1 &&
    costsLine("**Estimated costs of the trip**", days.flatMap(({ activities }) => activities)),
  ]);
}

/**
 * Bundles: what was wished for, then a heading for each bundle and an entry for each event. Pictures
 * are left out: whoever opened the document would be seen by the host that has them.
 *
 * @param plan.note a line under the title, as text
 * @returns the document; it ends with a line end
 */
export function bundlesMarkdown(
  { preferences, bundles, note }: {
    preferences: BundlesRequest["preferences"];
    bundles: Bundle[];
    note?: string | undefined;
  },
): string {
  return document([
    "# Weekend bundles",
    note && escaped(note),
    ...wishLines(preferences),
    ...bundles.flatMap(({ title, description, keyEvents }) => [
      `## ${escaped(title)}`,
      escaped(description),
      ...keyEvents.map(eventEntry),
    ]),
  ]);
}

/** Blocks, with an empty line in between; those that say nothing are left out. */
function document(blocks: (string | false | null | undefined)[]): string {
  return blocks.filter(Boolean).join("\n\n") + "\n";
}

/** An entry of a list: each block is as far to the right as the text behind the `-`. */
function entry(blocks: string[]): string {
  return blocks.filter(Boolean).map((block, index) => `${index === 0 ? "-" : " "} ${block}`)
    .join("\n\n");
}

function activityEntry({ time, title, description, place, estimatedCost }: Activity): string {
  return entry([
    `**${time}** ${escaped(title)}`,
    escaped(description),
    escaped(joined([place, costText(estimatedCost)], " · ")),
  ]);
}

function eventEntry({ name, date, venue, neighborhood, why, url }: KeyEvent): string {
  const link = webLink(url);
  return entry([
    // Asterisks with nothing in between would be a line across the page.
    oneLine(name) && `**${escaped(name)}**`,
    escaped(joined([date, venue, neighborhood], " · ")),
    escaped(why),
    // An autolink (CommonMark, section 6.5): everything up to `>` is the address, nothing is an escape.
    link === null ? "" : `<${link}>`,
  ]);
}

/** What costs what is known, currency by currency; `null` if nothing does. */
function costsLine(label: string, activities: Activity[]): string | null {
  const texts = sumCosts(activities).map(([currency, amount]) => amountText(amount, currency));
  return texts.length === 0 ? null : `${label}: about ${texts.join(" + ")} per person`;
}

function wishLines(preferences: BundlesRequest["preferences"]): string[] {
  const { interests, musicProfile, timeframe, otherPreferences } = preferences;
  const wishes = joined([
    labelled("Interests", joined(interests ?? [], ", ")),
    labelled("Music", musicProfile),
    labelled("When", timeframe),
  ], " · ");
  return [escaped(wishes), escaped(otherPreferences ?? "")].filter(Boolean);
}

function labelled(label: string, text: string | null | undefined): string | null {
  return oneLine(text ?? "") && `${label}: ${text}`;
}

/**
 * Text as Markdown that shows it. Any ASCII punctuation may be escaped (CommonMark, section 2.4), so
 * everything is that some dialect gives a meaning within a line, but not what sentences are full of
 * (`.,:;!?'"()/-+%`): there it is enough to take the meaning away where it has one, which is at the
 * start of a block (a list) and in bare addresses, which GitHub makes links of.
 */
function escaped(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_~^=|$#@&<>[\]{}]/g, "\\$&")
    .replace(/^[-+]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/:(?=\/\/)|(?<=www)\./gi, "\\$&");
}
