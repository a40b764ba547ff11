/**
 * Decides which of the places of a name a traveller means, or that it is not clear.
 * @module
 */
import { sortOf } from "./destination_area.ts";
import { distanceMeters } from "./geometry.ts";
import { fold, type Place } from "./place_search.ts";

/** A place that the name means, and how large it is, in inhabitants. */
export interface Choice {
  place: Place;
  size: number;
}

/**
 * How many times larger than all of its namesakes a place must be, so that its name alone means it.
 * Paris in France is, and neither of the cities that are named Santa Fe.
 */
const CLEARLY_LARGER = 6;

/** The same for the capital of a country, such as Athens. */
const CAPITAL_LARGER = 2;

/** A place whose name only begins with the words, such as Frankfurt am Main, must be larger. */
const LONGER_NAME_SHARE = 0.2;

/** The size of a place whose population is not known. */
const UNKNOWN_SIZE = 1_000;

/** The size of an island, a park or a region without a known population: few share their names. */
const UNKNOWN_AREA_SIZE = 20_000;

/** Namesakes that are this close, in metres, are the same destination: Tokyo, the city and its region. */
const SAME_PLACE_METERS = 100_000;

/** A city stands for the region around it of the same name if it has this part of its inhabitants. */
const CITY_SHARE = 0.3;

/**
 * Chooses a place.
 *
 * @param name the name that was searched
 * @param candidates the places that it may mean
 * @returns `null` if none fits, or if two places are about as likely
 */
export function chooseDestination(name: string, candidates: readonly Place[]): Choice | null {
  const choices = candidates
    .filter((place) => sortOf(place) !== null && !isOtherWord(place.name, name))
    .map((place) => ({ place, size: sizeOf(place, { name, candidates }) }))
    .toSorted((a, b) => b.size - a.size);
  const best = choices[0];
  if (!best) return null;
  const [here, elsewhere] = [true, false].map((isHere) =>
    choices.filter(({ place }) => isSamePlace(place, best.place) === isHere)
  ) as [Choice[], Choice[]];
  const isCapital = here.some(({ place }) => place.feature_code === "PPLC");
  const factor = isCapital ? CAPITAL_LARGER : CLEARLY_LARGER;
  if (elsewhere.some(({ size }) => size * factor > best.size)) return null;
  const city = here.find(({ place, size }) =>
    sortOf(place) === "city" && size >= CITY_SHARE * best.size
  );
  return { place: (city ?? best).place, size: best.size };
}

/** Whether the name is another word that begins with the words: Romford for `Rom`. */
function isOtherWord(name: string, words: string): boolean {
  const [longer, asked] = [fold(name), fold(words)];
  // Other scripts may have no spaces between words.
  return /\p{Script=Latin}/u.test(asked) && longer.startsWith(asked) && longer !== asked &&
    longer[asked.length] !== " ";
}

/** Returns the inhabitants of a place: of a city, with the county of its name around it. */
function sizeOf(
  place: Place,
  { name, candidates }: { name: string; candidates: readonly Place[] },
): number {
  const around = candidates.filter((other) =>
    sortOf(place) === "city" && sortOf(other) === "county" &&
    fold(other.name) === fold(place.name) &&
    isSamePlace(other, place)
  );
  const sort = sortOf(place);
  const unknown = sort === "city" || sort === "county" ? UNKNOWN_SIZE : UNKNOWN_AREA_SIZE;
  const size = Math.max(unknown, ...[place, ...around].map(({ population }) => population ?? 0));
  const isLonger = fold(place.name).startsWith(`${fold(name)} `);
  return isLonger ? size * LONGER_NAME_SHARE : size;
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.country_code === b.country_code && distanceMeters(a, b) <= SAME_PLACE_METERS;
}
