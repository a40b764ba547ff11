/**
 * The facts of a wish, in words. Runs in browsers and on the server.
 * @module
 */
import { localMs } from "../../../lib/local_time.ts";
import type { Words } from "../../words/words.ts";
import type { GenerationJob, ItineraryJob } from "../../client/job.ts";
import { dateFormat, numberFormat } from "./formatters.ts";

/** The names of the facts of an itinerary. */
const names = [
  "startDate",
  "travellers",
  "budget",
  "pace",
  "interests",
  "diet",
  "accessibility",
  "startPoint",
  "language",
  "notes",
] as const satisfies readonly (keyof ItineraryJob)[];

type ItineraryFacts = Pick<ItineraryJob, typeof names[number]>;

/** The facts of any kind. */
export type Facts = ItineraryFacts & Pick<GenerationJob["preferences"], "city" | "endDate">;

/** Returns the facts that the wish of an itinerary gives. */
export function factsOf(job: ItineraryFacts): ItineraryFacts {
  return Object.fromEntries(
    names.flatMap((name) => job[name] === undefined ? [] : [[name, job[name]]]),
  );
}

/**
 * Describes each fact that is given, in a few words. The language of the plan is said only if it is
 * another one than that of the words.
 */
export function describeFacts(facts: Facts, words: Words): string[] {
  const { startDate, endDate, travellers, budget, pace, startPoint, language, notes } = facts;
  const lists = [facts.interests, facts.diet, facts.accessibility];
  const said = words.facts;
  return [
    facts.city,
    startDate && said.from(dayIn(words, startDate)),
    endDate && said.to(dayIn(words, endDate)),
    travellers && describeTravellers(travellers, words),
    budget && describeBudget(budget, words),
    pace && said.pace[pace],
    ...lists.map((texts) => texts?.map((text) => nameOf(text, words)).join(", ")),
    startPoint && said.start(startPoint),
    language && language !== words.language && said.language(language),
    notes,
  ].flatMap((text) => text ? [text] : []);
}

/** Returns the words for a name of the form's options; any other text as it is. */
export function nameOf(name: string, { facts: { named } }: Words): string {
  return Object.hasOwn(named, name) ? named[name]! : name;
}

function describeTravellers(
  { adults, children }: NonNullable<ItineraryFacts["travellers"]>,
  { facts }: Words,
): string {
  const groups = [facts.adults(adults), children > 0 && facts.children(children)];
  return groups.filter(Boolean).join(", ");
}

function describeBudget(
  { amount, currency, per }: NonNullable<ItineraryFacts["budget"]>,
  { language, facts }: Words,
): string {
  const fractions = Number.isInteger(amount)
    // Both, because older versions of Safari reject a maximum below their minimum.
    ? { minimumFractionDigits: 0, maximumFractionDigits: 0 }
    : {};
  const format = numberFormat(language, { style: "currency", currency, ...fractions });
  const text = format.format(amount);
  return facts.budget(per === "person" ? facts.perPerson(text) : text);
}

/** Formats a date: `Sat, Dec 5, 2026`. */
function dayIn({ language }: Words, date: string): string {
  const format = dateFormat(language, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return format.format(localMs(date));
}
