/**
 * Constraints that only the evaluation measures, beside the rules of the plan review: it knows what
 * the wish is about, and the plan before a change.
 * @module
 */
import type { SpendingFacts } from "../../jobs/kinds/spending.ts";
import { comparable } from "../../jobs/kinds/text.ts";
import { languageOf } from "./language.ts";
import { linksIn } from "./links.ts";
import type { Item, Part, PlanView } from "./plan_view.ts";
import type { Group } from "./scores.ts";
import { findTrapped } from "./traps.ts";
import type { SecondTurn, Shown, Wish } from "./wish.ts";

/** The codes of these constraints; those of traps are in `wish.ts`. */
export const ownCodes = [
  "invented_link",
  "wrong_language",
  "missing_interest",
  "missing_city",
  "untouched_parts",
  "asked_change",
] as const;

/** A constraint of one wish. */
export interface Check {
  code: string;
  group: Group;
  /** Returns what breaks the constraint; `null`: the plan has nothing to measure. */
  find(plan: PlanView): string[] | null;
}

/** What a wish measures beside the rules, whether there is a plan or not. */
export interface CheckOptions {
  /** The plan before the change; `null`: the wish has no second turn. */
  base: PlanView | null;
  /** The facts of the request, with those of the change. */
  facts: SpendingFacts;
}

/** Returns the checks that apply to a wish. */
export function checksFor(wish: Wish, { base, facts }: CheckOptions): Check[] {
  const { interests, cities, trap, refine } = wish;
  const checks: Check[] = [
    { code: "invented_link", group: "commonsense", find: ({ texts }) => linksIn(texts) },
    { code: "wrong_language", group: "hard", find: (plan) => findLanguage(plan, wish.language) },
  ];
  if (interests) {
    const find = (plan: PlanView) => findInterests(plan, interests);
    checks.push({ code: "missing_interest", group: "hard", find });
  }
  if (cities) {
    checks.push({ code: "missing_city", group: "hard", find: (plan) => findCities(plan, cities) });
  }
  if (trap) {
    const find = (plan: PlanView) => findTrapped(plan, trap, facts);
    checks.push({ code: trap.code, group: "hard", find });
  }
  if (refine) {
    checks.push(
      { code: "untouched_parts", group: "hard", find: (plan) => findTouched(plan, base, refine) },
      { code: "asked_change", group: "hard", find: (plan) => findUnchanged(plan, base, refine) },
    );
  }
  return checks;
}

function findLanguage({ sentences }: PlanView, expected: string): string[] {
  const language = languageOf(sentences.join("\n"));
  return language === expected ? [] : [`the plan is in ${language}, not in ${expected}`];
}

function findCities({ parts }: PlanView, cities: readonly RegExp[]): string[] {
  const names = parts.flatMap(({ items }) => items.flatMap(({ names }) => names)).join("\n");
  return cities.filter((city) => !city.test(names)).map(({ source }) => `no place in ${source}`);
}

function findInterests({ texts }: PlanView, interests: readonly RegExp[]): string[] {
  return interests.filter((interest) => !interest.test(texts))
    .map(({ source }) => `nothing about ${source}`);
}

/** Finds parts that differ from the plan before, although the change is not about them. */
function findTouched(
  { parts }: PlanView,
  base: PlanView | null,
  { mayChange }: SecondTurn,
): string[] {
  const untouched = base?.parts.filter(({ number }) => !mayChange.includes(number)) ?? [];
  return untouched.flatMap(({ number, json }) =>
    partOf(parts, number)?.json === json ? [] : [`part ${number} is not as it was`]
  );
}

/** Finds what shows that the change was not made. */
function findUnchanged(
  { parts }: PlanView,
  base: PlanView | null,
  { shows }: SecondTurn,
): string[] {
  const before = base?.parts ?? [];
  if ("days" in shows) {
    return parts.length === shows.days ? [] : [`${parts.length} days, not ${shows.days}`];
  }
  if ("dietMet" in shows) return findMeals(parts);
  if ("newTitlesIn" in shows) return findOldTitles(parts, before, shows.newTitlesIn);
  if ("newTitleOf" in shows) return findOldTitle(parts, before, shows.newTitleOf);
  return findCategories(parts, shows);
}

function findMeals(parts: readonly Part[]): string[] {
  const meals = parts.flatMap(({ items }) => items).filter(({ category }) => category === "food");
  if (meals.length === 0) return ["no meal"];
  return meals.filter(({ needsMet }) => needsMet === null)
    .map(({ title }) => `“${title}” does not say how it meets the diet`);
}

function findOldTitles(parts: readonly Part[], before: readonly Part[], number: number): string[] {
  const old = titlesOf(partOf(before, number));
  return titlesOf(partOf(parts, number)).filter((title) => old.includes(title))
    .map((title) => `“${title}” is still in part ${number}`);
}

function findOldTitle(
  parts: readonly Part[],
  before: readonly Part[],
  { part, item }: { part: number; item: number },
): string[] {
  const [old, now] = [before, parts].map((all) => titlesOf(partOf(all, part))) as [
    string[],
    string[],
  ];
  const kept = old.filter((_, index) => index !== item - 1);
  return [
    ...now.includes(old[item - 1] ?? "") ? [`“${old[item - 1]}” is still there`] : [],
    ...kept.filter((title) => !now.includes(title)).map((title) => `“${title}” is gone`),
  ];
}

function findCategories(
  parts: readonly Part[],
  { part, without }: Extract<Shown, { without: unknown }>,
): string[] {
  const items: Item[] = partOf(parts, part)?.items ?? [];
  return items.filter(({ category }) => without.includes(category))
    .map(({ title, category }) => `“${title}” of part ${part} is a ${category}`);
}

function partOf(parts: readonly Part[], number: number): Part | undefined {
  return parts.find((part) => part.number === number);
}

function titlesOf(part: Part | undefined): string[] {
  return part?.items.map(({ title }) => comparable(title)) ?? [];
}
