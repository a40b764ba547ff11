/**
 * Automatic checks of a plan beyond its schema: counts, order, repetitions, links, language, costs.
 * @module
 */
import type { Bundles } from "../jobs/kinds/bundles/plan.ts";
import { comparable } from "../jobs/kinds/text.ts";
import type { Itinerary } from "../jobs/kinds/itinerary/plan.ts";

/** The findings about a plan. `null`: the check does not apply to plans of this kind. */
export interface PlanReport {
  /** The number of days or bundles. */
  parts: number;
  hasRightCount: boolean;
  /** Whether the days are numbered 1, 2, 3, … */
  isNumbered: boolean | null;
  /** Whether the activities of each day are in the order of their times. */
  isAscending: boolean | null;
  /** Titles of activities, or names of events, that occur again. */
  repeats: string[];
  /** Links that no tool has returned. */
  inventedLinks: string[];
  /** The probable language of the plan; `null` if unknown. */
  language: string | null;
  /** How many activities have an estimated cost. */
  costs: { known: number; of: number } | null;
}

/** Checks an itinerary. Its model has no tools, so every link in it is invented. */
export function checkItinerary({ days }: Itinerary, asked: { days: number }): PlanReport {
  const activities = days.flatMap((day) => day.activities);
  const texts = [...days.map(({ theme }) => theme), ...activities.map((a) => a.description)];
  return {
    parts: days.length,
    hasRightCount: days.length === asked.days,
    isNumbered: days.every(({ day }, index) => day === index + 1),
    isAscending: days.every((day) => areAscending(day.activities.map(({ time }) => time))),
    repeats: repeatsIn(activities.map(({ title }) => title)),
    inventedLinks: linksIn(JSON.stringify(days)),
    language: languageOf(texts.join("\n")),
    costs: {
      known: activities.filter(({ estimatedCost }) => estimatedCost !== null).length,
      of: activities.length,
    },
  };
}

/**
 * Checks bundles.
 *
 * @param options `min`, `max`: the limits of their number; `links`: the links that tools returned;
 * `written`: the text of the model, before links were dropped
 */
export function checkBundles(
  { bundles }: Bundles,
  { min, max, links, written = JSON.stringify(bundles) }: {
    min: number;
    max: number;
    links: ReadonlySet<string>;
    written?: string | undefined;
  },
): PlanReport {
  const events = bundles.flatMap(({ keyEvents }) => keyEvents);
  const texts = [...bundles.map((b) => b.description), ...events.map(({ why }) => why)];
  return {
    parts: bundles.length,
    hasRightCount: bundles.length >= min && bundles.length <= max,
    isNumbered: null,
    isAscending: null,
    repeats: repeatsIn(events.map(({ name }) => name)),
    inventedLinks: linksIn(written).filter((link) => !links.has(link)),
    language: languageOf(texts.join("\n")),
    costs: null,
  };
}

/** Returns whether each time is later than the previous one. Times such as 09:30 sort as text. */
function areAscending(times: string[]): boolean {
  return times.every((time, index) => index === 0 || time > times[index - 1]!);
}

/** Returns the titles that repeat an earlier one. Case and punctuation do not matter. */
function repeatsIn(titles: string[]): string[] {
  const seen = new Set<string>();
  return titles.filter((title) => {
    const words = comparable(title);
    const isRepeat = seen.has(words);
    seen.add(words);
    return isRepeat;
  });
}

/** Returns the links in a text or in JSON, each once, normalized by `URL`. */
export function linksIn(text: string): string[] {
  const found = text.match(/\b(?:https?:\/\/|www\.)[^\s"'<>()\\]+/gi) ?? [];
  // Punctuation at the end of a sentence is not part of the link.
  const links = found.map((link) => link.replace(/[.,:;!?\]}。、]+$/, ""));
  return [...new Set(links.map((link) => URL.parse(link)?.href ?? link))];
}

/** Languages that have their own script. The list covers the requests of the evaluation. */
const scripts: [language: string, letters: RegExp][] = [
  ["ar", /\p{Script=Arabic}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["ko", /\p{Script=Hangul}/gu],
  ["ru", /\p{Script=Cyrillic}/gu],
  // Sentences in Japanese have at least as many of these as of Chinese characters.
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["zh", /\p{Script=Han}/gu],
];

/** A Chinese text has at most a few Japanese letters, in names. A Japanese text has many. */
const KANA_PER_HAN = 1 / 10;

/** Words that are in almost every sentence of the language, and rare in other languages. */
const commonWords: Record<string, string> = {
  de: "der die das und mit den dem ein eine einen zu im vom von auf für ist",
  en: "the and of with to in for your you from is an at by on",
  es: "el la los las y del una un en con por para al es se",
  fr: "le la les et des du une un avec dans pour sur au est",
  it: "il la gli le e di della dei una un con per del nel che è",
  pt: "o a os as e do da dos uma um com em para no na ao é",
};

/**
 * Guesses the language of a text of some sentences, by its main script. For the Latin script, it
 * counts the most common words.
 *
 * @returns an ISO 639-1 code, or `null` for an unknown language
 */
export function languageOf(text: string): string | null {
  const counts = new Map(scripts.map(([language, letters]) => [language, count(text, letters)]));
  const [kana, han] = [counts.get("ja")!, counts.get("zh")!];
  if (kana > han * KANA_PER_HAN) {
    counts.set("ja", kana + han).set("zh", 0);
  }
  const [language, letters] = mostOf(counts);
  return letters > count(text, /\p{Script=Latin}/gu) ? language : latinLanguageOf(text);
}

function latinLanguageOf(text: string): string | null {
  const segments = new Intl.Segmenter("und", { granularity: "word" }).segment(text.toLowerCase());
  const words = [...segments].map(({ segment }) => segment);
  const counts = Object.entries(commonWords).map(([language, list]) => {
    const common = new Set(list.split(" "));
    return [language, words.filter((word) => common.has(word)).length] as const;
  });
  const [language, found] = mostOf(counts);
  return found > 0 ? language : null;
}

function mostOf(counts: Iterable<readonly [string, number]>): readonly [string, number] {
  return [...counts].reduce((most, entry) => entry[1] > most[1] ? entry : most);
}

function count(text: string, letters: RegExp): number {
  return text.match(letters)?.length ?? 0;
}
