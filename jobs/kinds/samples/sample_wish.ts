/**
 * The facts of a wish as the sample generator uses them: what the travellers like, what they may
 * spend, and what places must offer.
 * @module
 */
import type { Category } from "../plan_members.ts";
import { withoutAccents } from "../text.ts";
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

/**
 * Which categories an interest is about. Words are parts of words without accents, in English,
 * German, French, Spanish, Italian and Portuguese.
 */
const topics: readonly [words: RegExp, categories: readonly Category[]][] = [
  [/\barts?\b|\barte\b|muse[eou]|galler|galer|paint|pintur|kunst|histor|geschicht|storia/, [
    "museum",
  ]],
  [/archite|arquite|church|kirche|eglise|iglesia|chiesa|temple|tempel|monument|\bruin/, ["sight"]],
  [/castle|schloss|chateau|castillo|castello|sight|histor|geschicht|storia/, ["sight"]],
  [/food|\beat|cook|kochen|wine\b|\bwein|\bvin[ho]?s?\b|coffee|kaffee|cafe|restaur|ristor/, [
    "food",
  ]],
  [/\bessen\b|kuche|cuisine|cocina|cucina|cozinha|comida|gastro/, ["food"]],
  [/natur|park(?!ing)|\bparc\b|parque|parco|garden|garten|jardi|giardin|hik|wander|walk/, [
    "nature",
  ]],
  [/beach|strand|playa|plage|spiaggia|praia|outdoor|\bsea\b/, ["nature"]],
  [/shop|market|markt|mercad|mercat|\bmarches?\b|fashion|book|buch|vintage|design|souvenir/, [
    "shopping",
  ]],
  [/night|nacht|\bnuit|noche|\bnotte|\bnoite|club|\bbars?\b|party|techno|electronic|elektro/, [
    "nightlife",
  ]],
  [/(?<!opera )\bhouse\b|dance|\bdjs?\b/, ["nightlife"]],
  [/musi[ckqx]|jazz|concert|konzert|concierto|\bfado\b|tango/, ["entertainment", "nightlife"]],
  [/opera|\boper\b|theat|teatr|\bshows?\b|ballet/, ["entertainment"]],
  [/(?<!tran)sport|surf|swim|schwimm|\bbik|cycl|fahrrad|\brun|foot|futbol|fußball/, [
    "sport",
    "nature",
  ]],
  [/\bspas?\b|wellness|relax|hammam|sauna/, ["relaxation", "nature"]],
];

/** Words of descriptions that belong to words of an interest. */
const genres: readonly [wanted: RegExp, about: RegExp][] = [
  [
    /techno|electronic|elektro|(?<!opera )\bhouse\b|club|\bdjs?\b/,
    /techno|house music|house and|dance floor|bass\b|strobe/,
  ],
  [/jazz|swing|soul|blues/, /jazz|swing|soul/],
  [/classical|klassi|orchest|opera|\boper\b/, /orchestra|opera|chamber/],
  [/rock|punk|indie/, /\brock|punk|bands/],
  [/beach|strand|playa|plage|swim|schwimm|surf/, /beach|sand\b|surf|swim/],
  [/histor|geschicht|storia/, /medieval|centur|roman\b|emperor|royal|temple/],
  [/\bzoo|animal|aquari|\btiere?\b/, /\bzoo|aquarium|penguin|shark/],
];

/** Shorter words of an interest say too little to look for them in descriptions. */
const MIN_WORD = 4;

/** From here on, an interest is a reason to go to a place. */
const REASON = 2;

/**
 * Returns how well a place fits interests: 2 by its category, 1 more by its words. With words of
 * another genre than that of the interest, its category counts 1.
 */
export function interestIn(place: SamplePlace, interests: readonly string[]): number {
  const about = withoutAccents(`${place.name} ${place.quarter} ${place.text}`.toLowerCase());
  return Math.max(
    0,
    ...interests.map((interest) => {
      const wanted = withoutAccents(interest.toLowerCase());
      const fits = topics.some(([words, categories]) =>
        categories.includes(place.category) && words.test(wanted)
      );
      const asked = genres.filter(([words]) => words.test(wanted));
      const words = wanted.split(/[^\p{L}]+/u).filter(({ length }) => length >= MIN_WORD);
      const isAbout = words.some((word) => about.includes(word)) ||
        asked.some(([, said]) => said.test(about));
      const byCategory = asked.length > 0 && !isAbout ? 1 : 2;
      return (fits ? byCategory : 0) + (isAbout ? 1 : 0);
    }),
  );
}

/** Returns the first interest that is a reason to go to a place; `null` without one. */
export function reasonFor(place: SamplePlace, interests: readonly string[]): string | null {
  return interests.find((interest) => interestIn(place, [interest]) >= REASON) ?? null;
}

/** Diets without meat and fish. */
const MEATLESS = /vegetari|vegan|vegetal|\bplant|pflanz|素食|ベジタリアン|ヴィーガン|채식|비건/;

const VEGAN = /vegan|\bplant|pflanz|純素|纯素|ヴィーガン|비건/;

/** Dishes of meat and fish in the descriptions of places to eat. */
const MEAT = wordsWith([
  ...["meat", "lamb", "beef", "steak", "sausage", "duck", "chicken", "kebab", "ribs", "schnitzel"],
  ...["pastrami", "hot dogs", "burger", "barbecue", "grill", "skewer", "coq au vin", "fish", "cod"],
  ...["eel", "seafood", "oyster", "prawn", "crab", "clam", "lobster", "whitebait", "ceviche"],
  ...["sushi", "poke", "hake"],
]);

/** Dishes that are rarely vegan. */
const DAIRY = wordsWith([
  ...["cheese", "cream", "clotted", "custard", "gelato", "butter", "omelet", "pizza", "pastry"],
  ...["pastries", "milk"],
]);

function wordsWith(beginnings: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${beginnings.join("|")})`);
}

/**
 * Returns the places that suit the diet and the children of a wish. Families go to bars and clubs only
 * if they ask for them.
 */
export function suitablePlaces(
  places: readonly SamplePlace[],
  { diet, travellers, interests }: Pick<SampleFacts, "diet" | "travellers" | "interests">,
): SamplePlace[] {
  const asked = (diet ?? []).join(" ").toLowerCase();
  const wanted = `${asked} ${withoutAccents(asked)}`;
  const unsuitable = [
    ...MEATLESS.test(wanted) ? [MEAT] : [],
    ...VEGAN.test(wanted) ? [DAIRY] : [],
  ];
  const isForAdults = (travellers?.children ?? 0) === 0;
  return places.filter((place) => {
    const { name, text, category } = place;
    if (category === "nightlife") return isForAdults || reasonFor(place, interests ?? []) !== null;
    const about = `${name} ${text}`.toLowerCase();
    return category !== "food" || !unsuitable.some((dishes) => dishes.test(about));
  });
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

/** Returns the texts as the beginning of a sentence: `Vegan and halal`. */
function listOf(texts: readonly string[]): string {
  const list = new Intl.ListFormat("en").format(texts);
  return list.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}
