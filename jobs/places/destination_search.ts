/**
 * Searches the destination of a trip in the free text of a wish, with the geocoding of Open-Meteo.
 * @module
 */
import { isTimeZone } from "../../lib/time_zone.ts";
import { radiusKmOf, sortOf, timeZoneOf } from "./destination_area.ts";
import { type Choice, chooseDestination } from "./destination_choice.ts";
import { centerOf, distanceMeters, METERS_PER_KM } from "./geometry.ts";
import type { Destination } from "./place.ts";
import { findPlace, type Place, type PlaceMatch } from "./place_search.ts";
import type { PlaceContext } from "./places.ts";

/** Open-Meteo finds `Lissabon`, `Roma` and `Warszawa` only in their languages. */
const OTHER_LANGUAGES = ["de", "fr", "es", "it", "pt", "nl", "pl", "cs"];

/** A city that is smaller than this may have a larger namesake in another language. */
const LARGE_CITY = 50_000;

/** The most places of a trip that are searched. A trip with more of them has no one area. */
const MAX_STOPS = 5;

/**
 * What stands between the places of a trip: `Rome & Florence`, `Rom und Florenz`, `Roma, Firenze`.
 * The text has single spaces.
 */
const BETWEEN_STOPS = / ?[,;&+/→、，] ?| (?:and|then|to|und|et|y|e|och|og|[-–—]) /iu;

/** The most lookups for one text. What a traveller writes takes one to four of them. */
const MAX_LOOKUPS = 40;

const NO_MATCH: PlaceMatch = { place: null, others: [], unmatched: [], fitting: [] };

/** The search for one text. */
export class DestinationSearch {
  readonly #baseUrl: string;
  readonly #context: PlaceContext;
  #lookups = 0;

  constructor({ baseUrl, context }: { baseUrl: string; context: PlaceContext }) {
    this.#baseUrl = baseUrl;
    this.#context = context;
  }

  /**
   * Finds the place, or the places, of a trip.
   *
   * @returns `null` if no place is found, or if it is not clear which one is meant
   * @throws {JsonFetchError} if the geocoding fails
   */
  async find(words: string): Promise<Destination | null> {
    const stops = words.split(BETWEEN_STOPS).filter((stop) => /\p{L}/u.test(stop));
    if (stops.length <= 1) {
      const place = await this.#findStop(words);
      return place && destinationOf([place]);
    }
    // `Tokyo, Japan`, and also `Trinidad and Tobago`.
    const whole = await this.#match(words);
    const choice = choose(words, whole);
    if (choice) return destinationOf([choice.place]);
    const places = stops.length <= MAX_STOPS ? await this.#findStops(stops) : null;
    if (places) return destinationOf(places);
    // `Kyoto, Kansai, Japan`: the geocoding does not know Kansai, but that Kyoto lies in Japan.
    const isPartly = whole.unmatched.length < stops.length - 1;
    const partly = isPartly ? chooseDestination(nameIn(words), whole.fitting) : null;
    return partly && destinationOf([partly.place]);
  }

  /**
   * Finds each place of a trip. A country only says where the others are: `Rome and Florence, Italy`.
   *
   * @returns `null` if one of them is not clear
   */
  async #findStops(stops: readonly string[]): Promise<Place[] | null> {
    const found = await this.#findAll(stops);
    const isCountry = (index: number) => found[index] ? sortOf(found[index]) === "country" : false;
    const country = stops.findLast((_, index) => isCountry(index));
    const others = stops.filter((_, index) => !isCountry(index));
    const places = country === undefined || others.length === 0
      ? found
      : await this.#findAll(others.map((stop) => `${stop}, ${country}`));
    return places.every((place) => place !== null) ? places : null;
  }

  #findAll(stops: readonly string[]): Promise<(Place | null)[]> {
    return Promise.all(stops.map((stop) => this.#findStop(stop)));
  }

  /** Finds one place, in any language. */
  async #findStop(words: string): Promise<Place | null> {
    const choice = choose(words, await this.#match(words));
    // Names in other scripts are already searched in the languages of the script.
    const isSure = (choice !== null && isLarge(choice)) || !/\p{Script=Latin}/u.test(words);
    if (isSure) return choice?.place ?? null;
    const matches = await Promise.all(
      OTHER_LANGUAGES.map((language) => this.#match(words, [language])),
    );
    const [best] = [choice, ...matches.map((match) => choose(words, match))]
      .filter((choice) => choice !== null)
      .toSorted((a, b) => b.size - a.size);
    return best?.place ?? null;
  }

  async #match(city: string, languages?: readonly string[]): Promise<PlaceMatch> {
    if (++this.#lookups > MAX_LOOKUPS) return NO_MATCH;
    return await findPlace({ city, region: null, country: null }, {
      baseUrl: this.#baseUrl,
      context: this.#context,
      ...languages && { languages, strips: false },
    });
  }
}

/** Chooses one of the places that all words are true of. */
function choose(words: string, { unmatched, fitting }: PlaceMatch): Choice | null {
  return unmatched.length === 0 ? chooseDestination(nameIn(words), fitting) : null;
}

/** Whether a place is surely the one of its name, in any language. */
function isLarge({ place, size }: Choice): boolean {
  return sortOf(place) !== "city" || size >= LARGE_CITY;
}

/** Returns the name of the place alone: `Tokyo` of `Tokyo, Japan`. */
function nameIn(words: string): string {
  return words.split(/[,;(，、（]/u)[0]!.trim();
}

/** Returns the area that contains all places. */
function destinationOf(places: readonly Place[]): Destination {
  const point = centerOf(places);
  const radiusKm = Math.max(
    ...places.map((place) => distanceMeters(point, place) / METERS_PER_KM + radiusKmOf(place)),
  );
  const [timeZone, ...zones] = new Set(places.map(timeZoneOf));
  const [country, ...countries] = new Set(places.map(({ country_code }) => country_code ?? null));
  return {
    name: places.map(labelOf).join(" / "),
    point,
    radiusKm: Math.ceil(radiusKm),
    timeZone: timeZone && zones.length === 0 && isTimeZone(timeZone) ? timeZone : null,
    countryCode: country && countries.length === 0 ? country : null,
  };
}

/** Writes which place it is: `Santa Fe, New Mexico, United States`. */
function labelOf({ name, admin1, country }: Place): string {
  return [...new Set([name, admin1, country])].filter(Boolean).join(", ");
}
