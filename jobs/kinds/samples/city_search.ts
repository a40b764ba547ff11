/**
 * Finds a known city in what a traveller wrote.
 * @module
 */
import { comparable, withoutAccents } from "../text.ts";
import { cities, type City } from "./cities.ts";

/** Text without case, accents and punctuation: `Île-de-France` becomes `ile de france`. */
function plain(text: string): string {
  return comparable(withoutAccents(text));
}

/** Scripts that do not put spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Shorter names, such as `Rom`, are common words in other languages. */
const MIN_CHARACTERS_IN_TEXT = 4;

/** The languages in which travellers may name a country. */
const LANGUAGES = [
  ...["en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "hu", "ro", "sv", "da", "nb", "fi"],
  ...["el", "tr", "ru", "uk", "ar", "he", "hi", "ja", "ko", "zh", "zh-Hant", "vi", "id", "th"],
];

interface CityNames {
  city: City;
  names: ReadonlySet<string>;
  /** All names of the city and its regions, the longest first. */
  words: readonly string[];
}

let index: readonly CityNames[] | undefined;

function namesOfCities(): readonly CityNames[] {
  return index ??= cities.map((city) => {
    const names = new Set([city.name, city.ownName, ...city.otherNames].map(plain));
    const regions = [city.country, ...countryNames(city.countryCode), ...city.regions].map(plain);
    const words = [...new Set([...names, ...regions])]
      .toSorted((one, other) => other.length - one.length);
    return { city, names, words };
  });
}

/** Returns the names of a country in many languages, and its code. */
function countryNames(code: string): string[] {
  const names = LANGUAGES.map((language) =>
    new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code
  );
  return [code, ...names];
}

/**
 * Finds the city of a destination, such as `Lisbon, Portugal`, `lisbon portugal`, `Lissabon` or
 * `日本東京`. All other words must be its country or region, so `Paris, Texas` and `Rome and Florence`
 * are not found.
 */
export function findCity(destination: string): City | null {
  const text = plain(destination);
  return namesOfCities().find((names) => isOnlyAbout(text, names))?.city ?? null;
}

/** Returns whether a text names a city, and besides only its regions. */
function isOnlyAbout(text: string, { names, words }: CityNames): boolean {
  let isNamed = false;
  for (let rest = text; rest !== "";) {
    const word = words.find((word) => beginsWith(rest, word));
    if (word === undefined) return false;
    isNamed ||= names.has(word);
    rest = rest.slice(word.length).trimStart();
  }
  return isNamed;
}

function beginsWith(text: string, word: string): boolean {
  return text.startsWith(word) &&
    (text.length === word.length || text[word.length] === " " || UNSPACED.test(word));
}

/** Finds the first city that a text names, such as `a weekend in Lisbon`. */
export function findCityIn(text: string): City | null {
  const words = ` ${plain(text)} `;
  let first: { city: City; at: number } | null = null;
  for (const { city, names } of namesOfCities()) {
    for (const name of names) {
      const isUnspaced = UNSPACED.test(name);
      if (!isUnspaced && name.length < MIN_CHARACTERS_IN_TEXT) continue;
      const at = words.indexOf(isUnspaced ? name : ` ${name} `);
      if (at >= 0 && (first === null || at < first.at)) first = { city, at };
    }
  }
  return first?.city ?? null;
}
