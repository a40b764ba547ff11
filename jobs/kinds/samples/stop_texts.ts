/**
 * How sample plans name their stops.
 * @module
 */
import { comparable } from "../text.ts";
import type { City } from "./cities.ts";
import { isMeal, type SamplePlace } from "./place_table.ts";
import type { Stop } from "./timetable.ts";

/** Names of streets and squares, which take another preposition than quarters. */
const STREET =
  /^(Rua|Rue|Via|Avenida|Avenue|Calle|Piazza|Plaza|Place)\b|(Street|Lane|Road|Parade|Avenue|Square|Corso|Sokak|Caddesi|Meydanı)$|(straße|platz|dōri)$/;

/** Returns the place with its preposition: `on Brick Lane`, `in Bairro Alto`, `at Le Procope`. */
export function inPlace({ name, isArea }: Pick<SamplePlace, "name" | "isArea">): string {
  if (!isArea) return `at ${name}`;
  return `${STREET.test(name) ? "on" : "in"} ${name}`;
}

/** Returns the title of a stop. The titles of invented stops are their names. */
export function titleOf({ place, part }: Stop): string {
  if (place.point === null) return place.name;
  if (part === "lunch") return `Lunch ${inPlace(place)}`;
  if (part === "dinner") return `Dinner ${inPlace(place)}`;
  if (place.category === "nightlife") return `Night out ${inPlace(place)}`;
  if (place.category === "entertainment" && part === "night") return `Evening ${inPlace(place)}`;
  return place.isArea ? `Walk through ${place.name}` : place.name;
}

/** Returns where a place is, for people: `Livraria Bertrand, Chiado, Lisbon`. */
export function locationOf(place: SamplePlace, city: City): string {
  const name = place.point === null ? [] : [place.name];
  const parts = [...name, place.quarter, ...place.isDayTrip ? [] : [city.name]];
  return parts.filter((part, index) => parts.indexOf(part) === index).join(", ");
}

/** Returns what a map search finds: `Livraria Bertrand, Lisboa`; `null` for an invented stop. */
export function mapQueryOf(place: SamplePlace, city: City): string | null {
  if (place.point === null) return null;
  return `${place.name}, ${place.isDayTrip ? place.quarter : city.ownName}`;
}

/** Returns a function that tells whether one of the titles is about a place. */
export function mentionsIn(titles: Iterable<string>): (place: SamplePlace) => boolean {
  const texts = [...titles].map((title) => ` ${comparable(title)} `);
  return ({ name }) => texts.some((text) => text.includes(` ${comparable(name)} `));
}

/** Names of invented walks, by the part of the day. `{place}` is a quarter or a place. */
const walks: Partial<Record<Stop["part"], readonly string[]>> = {
  morning: ["Morning walk through {place}", "Slow morning in {place}"],
  midday: ["Side streets of {place}", "Doors and balconies of {place}"],
  afternoon: ["Small shops and cafés of {place}", "Tea time in {place}"],
  evening: ["Early evening in {place}", "Last light in {place}"],
};

/** Names of invented meals, the last one for small budgets. Kitchens are near every sight. */
const meals: Partial<Record<Stop["part"], readonly [near: string, cheap: string]>> = {
  lunch: ["Lunch near {place}", "Picnic lunch near {place}"],
  dinner: ["Dinner near {place}", "Street food near {place}"],
};

/** The same for meals that are near no sight of the day, but in a quarter. */
const quarterMeals: typeof meals = {
  lunch: ["Lunch in a side street of {place}", "Picnic lunch in {place}"],
  dinner: ["Dinner with the neighbors in {place}", "Street food in {place}"],
};

/** Descriptions of invented stops, by the part of the day. */
const descriptions: Record<Stop["part"], string> = {
  morning: "No plan but the streets, while they are still quiet.",
  midday: "An hour without a list; turn where it looks good.",
  lunch: "Choose a place with a short menu and local guests.",
  afternoon: "Look into the windows, and sit down where the cups are full.",
  evening: "A stroll before dinner, when the shops put out their lights.",
  dinner: "An easy evening close to the last stop of the day.",
  night: "One last walk before the day ends.",
};

/** Where an invented stop is, and what it costs. */
export interface InventedSettings extends Naming {
  quarter: string;
  isDayTrip: boolean;
  minutes: number;
  /** In the currency of the city. */
  cost: number;
}

/** What the name of an invented stop depends on. */
export interface Naming {
  part: Stop["part"];
  /** The quarter or the place that the name mentions. */
  near: string;
  isQuarter: boolean;
  /** Whether a meal is a picnic or street food. */
  isCheap?: boolean;
}

/** Returns the names that an invented stop may have, the best one first. */
export function inventedNames({ part, near, isQuarter, isCheap = false }: Naming): string[] {
  const meal = (isQuarter ? quarterMeals : meals)[part];
  const patterns = meal ? [meal[isCheap ? 1 : 0]] : walks[part] ?? [];
  return patterns.map((pattern) => pattern.replace("{place}", () => near));
}

/** Returns a stop that is no real place: a walk or a meal near the stops around it. */
export function inventedStop(settings: InventedSettings, name: string): Stop {
  const { part, quarter, isDayTrip, minutes, cost } = settings;
  const category = meals[part] ? "food" : "sight";
  return {
    part,
    place: {
      name,
      quarter,
      isDayTrip,
      category,
      point: null,
      minutes,
      cost,
      parts: [part],
      isTop: false,
      bookAhead: false,
      isSteep: false,
      isArea: false,
      closed: [],
      text: descriptions[part],
    },
  };
}

/** Returns a dinner after a day trip: sights outside of a city have few kitchens at night. */
export function dinnerBackIn(
  { name }: City,
  { place, near, isCheap }: { place: SamplePlace; near: string; isCheap: boolean },
): SamplePlace {
  return {
    ...place,
    name: `${isCheap ? "Simple supper" : "Dinner"} after ${near}`,
    quarter: name,
    isDayTrip: false,
    text: `Back in ${name}, close to where you arrive.`,
  };
}

/** Returns whether a stop is a meal. */
export function isMealStop({ place }: Stop): boolean {
  return isMeal(place);
}
