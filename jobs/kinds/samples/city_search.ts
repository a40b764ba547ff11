/**
 * Finds a known city in what a traveller wrote.
 * @module
 */
import { comparable } from "../text.ts";
import { cities, type City } from "./cities.ts";

/** Text without case, accents and punctuation: `Île-de-France` becomes `ile de france`. */
function plain(text: string): string {
  return comparable(text.normalize("NFKD").replace(/\p{M}/gu, ""));
}

/** Scripts that do not put spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Shorter names, such as `Rom`, are common words in other languages. */
const MIN_CHARACTERS_IN_TEXT = 4;

interface CityNames {
  city: City;
  names: ReadonlySet<string>;
  regions: ReadonlySet<string>;
}

let index: readonly CityNames[] | undefined;

function namesOfCities(): readonly CityNames[] {
  return index ??= cities.map((city) => ({
    city,
    names: new Set([city.name, city.ownName, ...city.otherNames].map(plain)),
    regions: new Set([city.country, ...city.regions].map(plain)),
  }));
}

/**
 * Finds the city of a destination, such as `Lisbon, Portugal`, `Lissabon` or `東京`. Everything after
 * the name must be its country or region, so `Paris, Texas` and `Rome and Florence` are not found.
 */
export function findCity(destination: string): City | null {
  const [name = "", ...regions] = destination.split(/[,，、()（）/]/).map(plain).filter(Boolean);
  const found = namesOfCities().find((city) =>
    city.names.has(name) &&
    regions.every((region) => city.regions.has(region) || city.names.has(region))
  );
  return found?.city ?? null;
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
