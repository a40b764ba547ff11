/**
 * What can be said of a plan beyond its schema, without asking anybody: counts, order, repetitions,
 * links, language, costs.
 * @module
 */
import type { Bundles } from "../jobs/kinds/bundles/kind.ts";
import type { Itinerary } from "../jobs/kinds/itinerary/kind.ts";

/** What is found in a plan. `null`: plans of this kind have nothing of the sort. */
export interface PlanReport {
  /** How many days or bundles there are. */
  parts: number;
  hasRightCount: boolean;
  /** The days are numbered 1, 2, 3, … */
  isNumbered: boolean | null;
  /** The activities of each day begin one after the other. */
  isAscending: boolean | null;
  /** Titles of activities, or names of events, that have been there before. */
  repeats: string[];
  /** Links that no tool has returned. */
  inventedLinks: string[];
  /** The language that it seems to be written in; `null` if that cannot be told. */
  language: string | null;
  /** How many of its activities say what they cost, as far as that makes sense. */
  costs: { known: number; of: number } | null;
}

/** Looks through an itinerary. Its writer has no tools, so every link in it is invented. */
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
 * Looks through bundles.
 *
 * @param options `min`, `max`: how many there may be; `links`: those that tools have returned;
 * `written`: what the model has written, before links were dropped
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

/** Each is later than the one before. Times are such as 09:30, which sort as text. */
function areAscending(times: string[]): boolean {
  return times.every((time, index) => index === 0 || time > times[index - 1]!);
}

/** The titles that say the same as an earlier one, whatever their case and punctuation. */
function repeatsIn(titles: string[]): string[] {
  const seen = new Set<string>();
  return titles.filter((title) => {
    const words = title.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
      .trim();
    const isRepeat = seen.has(words);
    seen.add(words);
    return isRepeat;
  });
}

/** The links in a text or in JSON, each once, written as `URL` writes them. */
export function linksIn(text: string): string[] {
  const found = text.match(/\b(?:https?:\/\/|www\.)[^\s"'<>()\\]+/gi) ?? [];
  // What ends a sentence is no part of the link.
  const links = found.map((link) => link.replace(/[.,:;!?\]}。、]+$/, ""));
  return [...new Set(links.map((link) => URL.parse(link)?.href ?? link))];
}

/** Languages that their script gives away, as far as the requests need them. */
const scripts: [language: string, letters: RegExp][] = [
  ["ar", /\p{Script=Arabic}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["ko", /\p{Script=Hangul}/gu],
  ["ru", /\p{Script=Cyrillic}/gu],
  // Sentences in Japanese have at least as many of these as of Chinese characters.
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["zh", /\p{Script=Han}/gu],
];

/** A Chinese text has a few Japanese letters at the most, in names; a Japanese one has many. */
const KANA_PER_HAN = 1 / 10;

/** Words that hardly a sentence of the language does without, and most others do. */
const commonWords: Record<string, string> = {
  de: "der die das und mit den dem ein eine einen zu im vom von auf für ist",
  en: "the and of with to in for your you from is an at by on",
  es: "el la los las y del una un en con por para al es se",
  fr: "le la les et des du une un avec dans pour sur au est",
  it: "il la gli le e di della dei una un con per del nel che è",
  pt: "o a os as e do da dos uma um com em para no na ao é",
};

/**
 * Guesses what language a text of some sentences is in: by its main script, and for the Latin one by
 * the commonest words.
 *
 * @returns an ISO 639-1 code, or `null` if it is none that is known here
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
