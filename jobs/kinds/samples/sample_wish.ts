/**
 * The facts of a wish as the sample generator uses them: what the travellers like, what they may
 * spend, and what places must offer.
 * @module
 */
import type { Category } from "../plan_members.ts";
import { convertRoughly } from "./exchange_rates.ts";
import type { SamplePlace } from "./place_table.ts";
import type { Pace } from "./timetable.ts";

type Given<T> = T | null | undefined;

/** The facts that wishes of all kinds may have. */
export interface SampleFacts {
  startDate?: Given<string>;
  travellers?: Given<{ adults: number; children?: Given<number> }>;
  budget?: Given<{ amount: number; currency: string; per?: Given<string> }>;
  pace?: Given<Pace>;
  interests?: Given<readonly string[]>;
  diet?: Given<readonly string[]>;
  accessibility?: Given<readonly string[]>;
}

/** Which categories an interest is about. Words are parts of words, in English and German. */
const topics: readonly [words: RegExp, categories: readonly Category[]][] = [
  [/\bart\b|\barts\b|museum|galler|paint|kunst|histor|geschicht/, ["museum"]],
  [/architect|architek|church|temple|monument|castle|ruin|sight|histor|geschicht/, ["sight"]],
  [/food|eat|cook|wine|coffee|caf[eé]|restaurant|essen|küche|cuisine|gastro/, ["food"]],
  [/natur|park|garden|garten|hik|wander|walk|beach|strand|outdoor|sea\b/, ["nature"]],
  [/shop|market|markt|fashion|book|buch|vintage|design|souvenir/, ["shopping"]],
  [/night|nacht|club|\bbars?\b|party|techno|electronic|house|dance|\bdjs?\b/, ["nightlife"]],
  [/music|musik|jazz|concert|konzert|opera|oper\b|theat|show|ballet|fado|tango/, [
    "entertainment",
    "nightlife",
  ]],
  [/sport|surf|swim|schwimm|bik|fahrrad|run|football/, ["sport", "nature"]],
  [/\bspas?\b|wellness|relax|hammam|sauna/, ["relaxation", "nature"]],
];

/** Words of descriptions that belong to words of an interest. */
const genres: readonly [wanted: RegExp, about: RegExp][] = [
  [/techno|electronic|house|club|\bdjs?\b/, /techno|house|dance floor|bass\b|strobe/],
  [/jazz|swing|soul|blues/, /jazz|swing|soul/],
  [/classic|klassi|orchest|opera/, /orchestra|opera|chamber/],
  [/rock|punk|indie/, /\brock|punk|bands/],
  [/beach|swim|surf/, /beach|sand|surf|swim/],
  [/histor|geschicht/, /medieval|centur|roman|emperor|royal|temple/],
];

/** Shorter words of an interest say too little to look for them in descriptions. */
const MIN_WORD = 4;

/** Returns how well a place fits interests: 2 by its category, 1 more by its words. */
export function interestIn(place: SamplePlace, interests: readonly string[]): number {
  const about = `${place.name} ${place.quarter} ${place.text}`.toLowerCase();
  return Math.max(
    0,
    ...interests.map((interest) => {
      const wanted = interest.toLowerCase();
      const fits = topics.some(([words, categories]) =>
        categories.includes(place.category) && words.test(wanted)
      );
      const words = wanted.split(/[^\p{L}]+/u).filter(({ length }) => length >= MIN_WORD);
      const isAbout = words.some((word) => about.includes(word)) ||
        genres.some(([asked, said]) => asked.test(wanted) && said.test(about));
      return (fits ? 2 : 0) + (isAbout ? 1 : 0);
    }),
  );
}

/** A budget for one person. */
export interface PersonalBudget {
  amount: number;
  currency: string;
}

/** Returns what one person may spend; `null` without a budget. */
export function budgetOf({ budget, travellers }: SampleFacts): PersonalBudget | null {
  if (!budget) return null;
  const people = travellers ? travellers.adults + (travellers.children ?? 0) : 1;
  const amount = budget.per === "person" ? budget.amount : budget.amount / people;
  return { amount, currency: budget.currency };
}

/**
 * Returns a cost in the currency of the budget, without a budget in its own.
 *
 * @returns `null` if the cost or its rate is not known
 */
export function costIn(
  amount: number | null,
  { currency, budget }: { currency: string; budget: PersonalBudget | null },
): { amount: number; currency: string } | null {
  if (amount === null) return null;
  const to = budget?.currency ?? currency;
  const converted = amount === 0 ? 0 : convertRoughly(amount, { from: currency, to });
  return converted === null ? null : { amount: converted, currency: to };
}

/** What a stop is, as far as the needs of a wish matter. */
export interface NeedsOf {
  isMeal: boolean;
  /** Whether it is a real place, of which steep ways are known. */
  isReal: boolean;
}

/**
 * Says how a stop meets the diet and the accessibility of a wish. It promises only what the sample
 * generator did, because it does not know kitchens and doors.
 *
 * @returns `null` if the wish names none that matters here
 */
export function needsSentence(
  { isMeal, isReal }: NeedsOf,
  { diet, accessibility }: Pick<SampleFacts, "diet" | "accessibility">,
): string | null {
  const sentences: string[] = [];
  if (isMeal && diet && diet.length > 0) {
    sentences.push(
      `${listOf(diet)}: say so before you order, and choose another kitchen if in doubt.`,
    );
  }
  if (accessibility && accessibility.length > 0) {
    const done = isReal
      ? "chosen without long stairs and steep ways; ask about doors and lifts before you go."
      : "choose a way and a door without steps when you are there.";
    sentences.push(`${listOf(accessibility)}: ${done}`);
  }
  return sentences.length === 0 ? null : sentences.join(" ");
}

function listOf(texts: readonly string[]): string {
  return new Intl.ListFormat("en").format(texts);
}
