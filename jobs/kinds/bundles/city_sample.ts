/**
 * Sample bundles with real venues, for the cities that the sample generator knows.
 * @module
 */
import { distanceMeters } from "../../places/geometry.ts";
import type { SampleContext } from "../../kind.ts";
import { choicesFor } from "../sample_choice.ts";
import { appealOf, costFor, type Taste } from "../samples/appeal.ts";
import { type City, placesOf } from "../samples/cities.ts";
import { findCity, findCityIn } from "../samples/city_search.ts";
import type { Part, SamplePlace } from "../samples/place_table.ts";
import { budgetOf, costIn, interestIn, reasonFor, suitablePlaces } from "../samples/sample_wish.ts";
import { inPlace, mapQueryOf, mentionsIn } from "../samples/stop_texts.ts";
import { clockTimeOf, minutesOf } from "../samples/timetable.ts";
import type { WrittenBundle, WrittenBundles, WrittenEvent } from "./plan.ts";
import type { BundlesRequest } from "./request.ts";
import { datesOf, dateWords, timesOf, weekdayOf } from "./sample_dates.ts";
import { type Mood, moods, type MoodSlot } from "./sample_moods.ts";

type Preferences = BundlesRequest["preferences"];

/** An event with its place and its time, in minutes from midnight. */
interface Planned {
  place: SamplePlace;
  part: Part;
  date: string;
  start: number;
  minutes: number;
}

/** Two events of a bundle have at least this time between them, in minutes. */
const PAUSE_MINUTES = 30;

/** Visits of bars and clubs are longer than in an itinerary, and may end after midnight. */
const NIGHT_OUT_MINUTES = 150;

/**
 * Returns bundles with real venues, on the days of the wish or on the coming weekend. They are equal
 * for equal wishes and times.
 *
 * @returns `null` if the wish names no city that the sample generator knows
 */
export async function cityBundles(
  { preferences }: BundlesRequest,
  context: SampleContext,
): Promise<WrittenBundles | null> {
  const city = cityOf(preferences);
  if (!city) return null;
  const sample = new CitySample(preferences, {
    city,
    places: await placesOf(city),
    context,
    taken: [],
  });
  const choose = choicesFor(preferences);
  const count = choose([3, 4, 5], "number of bundles");
  const first = choose([...moods.keys()], "first mood");
  const ordered = sample.ordered([...moods.slice(first), ...moods.slice(0, first)]);
  const bundles = ordered.slice(0, count).map((mood) => sample.bundle(mood))
    .filter(({ keyEvents }) => keyEvents.length > 0);
  return bundles.length < MIN_BUNDLES ? null : { bundles };
}

/** Returns the city that preferences name: as such, else in one of the texts. */
export function cityOf(
  { city, timeframe, otherPreferences, interests }: Preferences,
): City | null {
  if (city) return findCity(city);
  for (const text of [timeframe, otherPreferences, interests?.join(". ")]) {
    const found = findCityIn(text ?? "");
    if (found) return found;
  }
  return null;
}

export interface CitySampleSettings {
  city: City;
  places: readonly SamplePlace[];
  context: SampleContext;
  /** Names of events that must not come again. */
  taken: Iterable<string>;
}

/** What takes the place of an event for which no venue is left. */
const ANYTHING: Omit<MoodSlot, "day"> = {
  part: "afternoon",
  categories: ["nature", "sight", "museum", "shopping"],
};

/** The fewest bundles of a plan. */
const MIN_BUNDLES = 3;

/** What a venue of the second sort loses in the rating, in kilometers. */
const OTHER_CATEGORY = 2;

/** Travellers take a bus between events, so distance counts less than in an itinerary. */
const NEARNESS = 0.3;

/** Writes the bundles of one city. No venue is in two of them. */
export class CitySample {
  readonly #city: City;
  readonly #preferences: Preferences;
  readonly #taste: Taste;
  readonly #dates: readonly string[];
  #left: SamplePlace[];

  constructor(preferences: Preferences, settings: CitySampleSettings) {
    const { city, places, context, taken } = settings;
    const { interests, musicProfile, accessibility } = preferences;
    this.#city = city;
    this.#preferences = preferences;
    this.#taste = {
      currency: city.currency,
      pace: "packed",
      interests: [...interests ?? [], musicProfile ?? ""].filter(Boolean),
      budget: budgetOf(preferences),
    };
    this.#dates = datesOf(preferences, { ...context, timeZone: city.timeZone });
    const isTaken = mentionsIn(taken);
    const isStepFree = (accessibility ?? []).length > 0;
    this.#left = suitablePlaces(places, preferences).filter((place) =>
      !place.isDayTrip && !isTaken(place) && !(isStepFree && place.isSteep)
    );
  }

  /** Returns moods with those first whose events fit the interests. */
  ordered(list: readonly Mood[]): Mood[] {
    const fit = ({ slots }: Mood) =>
      this.#left.reduce((best, place) => {
        const isMain = slots.some(({ categories }) => categories[0] === place.category);
        return isMain ? Math.max(best, interestIn(place, this.#taste.interests)) : best;
      }, 0);
    const hasChildren = (this.#preferences.travellers?.children ?? 0) > 0;
    const suitable = list.filter(({ slots }) =>
      !hasChildren || slots.every(({ categories }) => categories[0] !== "nightlife")
    );
    return suitable.toSorted((one, other) => fit(other) - fit(one));
  }

  /** Returns the bundle of a mood. */
  bundle({ name, text, slots }: Mood): WrittenBundle {
    const planned: Planned[] = [];
    let left = this.#taste.budget?.amount ?? Infinity;
    // The evenings first: what else is there must leave time for them.
    const isNight = ({ part }: MoodSlot) => Number(part === "night");
    for (const slot of slots.toSorted((one, other) => isNight(other) - isNight(one))) {
      const room = { planned, maxCost: left };
      const event = this.#plan(slot, room) ?? this.#plan({ ...slot, ...ANYTHING }, room);
      if (!event) continue;
      planned.push(event);
      left -= costFor(event.place.cost, this.#taste) ?? 0;
    }
    planned.sort((one, other) => sortKey(one) < sortKey(other) ? -1 : 1);
    const [first, last] = [this.#dates[0]!, this.#dates.at(-1)!];
    const when = first === last
      ? `On ${dateWords(first)}.`
      : `From ${dateWords(first)} to ${dateWords(last)}.`;
    return {
      title: `${name} ${this.#city.name}`,
      description: `${text} ${when}`,
      keyEvents: planned.map((event) => this.#event(event)),
      imageUrl: null,
    };
  }

  /** Returns one event for a time; `null` if no place is left for it. */
  eventAt(
    slot: Omit<MoodSlot, "day">,
    { date, start, maxCost }: { date: string; start: number; maxCost: number },
  ): WrittenEvent | null {
    const place = this.#best(slot, { date, near: null, maxCost });
    return place && this.#event({ place, part: slot.part, date, start, minutes: minutesAt(place) });
  }

  #plan(
    slot: MoodSlot,
    { planned, maxCost }: { planned: readonly Planned[]; maxCost: number },
  ): Planned | null {
    const date = this.#dates[Math.min(slot.day, this.#dates.length - 1)]!;
    const near = planned.find((event) => event.date === date) ?? null;
    const place = this.#best(slot, { date, near: near?.place ?? null, maxCost });
    if (!place) return null;
    const start = startOf(slot.part, { place, city: this.#city });
    const event = { place, part: slot.part, date, start, minutes: minutesAt(place) };
    const isFree = planned.every((other) =>
      other.date !== date || isBefore(other, event) || isBefore(event, other)
    );
    if (!isFree) return null;
    this.#left = this.#left.filter((other) => other !== place);
    return event;
  }

  /** Returns the best place that is left for a part of a date. */
  #best(
    { part, categories }: Omit<MoodSlot, "day">,
    { date, near, maxCost }: { date: string; near: SamplePlace | null; maxCost: number },
  ): SamplePlace | null {
    const rating = (place: SamplePlace) =>
      appealOf(place, this.#taste, this.#taste.budget?.amount ?? null) -
      OTHER_CATEGORY * categories.indexOf(place.category) -
      (near ? NEARNESS * distanceMeters(near.point!, place.point!) / 1_000 : 0);
    const open = this.#left.filter((place) =>
      place.parts.includes(part) && categories.includes(place.category) &&
      !place.closed.includes(weekdayOf(date)) &&
      (costFor(place.cost, this.#taste) ?? 0) <= maxCost
    );
    return open.toSorted((one, other) => rating(other) - rating(one))[0] ?? null;
  }

  #event(event: Planned): WrittenEvent {
    const price = costIn(event.place.cost, this.#taste);
    return eventOf(event, {
      city: this.#city,
      price,
      interest: reasonFor(event.place, this.#preferences.interests ?? []),
      isLast: this.#preferences.endDate === event.date,
    });
  }
}

function sortKey({ date, start }: Planned): string {
  return `${date}T${clockTimeOf(start)}`;
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.start + one.minutes + PAUSE_MINUTES <= other.start;
}

/** Returns how long an event at a place takes, in minutes. */
function minutesAt({ category, minutes }: SamplePlace): number {
  return category === "nightlife" ? Math.max(NIGHT_OUT_MINUTES, minutes) : minutes;
}

/** Returns when events of a part of the day begin, in minutes from midnight. */
function startOf(part: Part, { place, city }: { place: SamplePlace; city: City }): number {
  const starts: Record<Part, string> = {
    morning: "10:00",
    midday: "11:00",
    lunch: city.lunch.time,
    afternoon: "15:00",
    evening: "18:00",
    dinner: city.dinner.time,
    night: place.category === "nightlife" ? "22:00" : showTimeIn(city),
  };
  return minutesOf(starts[part]);
}

/** Returns when shows begin: later where dinner is late. */
function showTimeIn({ dinner }: City): string {
  return dinner.time <= "18:30" ? "20:00" : "21:00";
}

/** What people do at a venue, by its category and the part of the day. */
function nameOf({ place, part }: Planned): string {
  const there = inPlace(place);
  if (part === "lunch") return `Lunch ${there}`;
  if (part === "dinner") return `Dinner ${there}`;
  if (place.category === "nightlife") return `Night out ${there}`;
  if (part === "evening" || part === "night") return `Evening ${there}`;
  if (place.category === "nature" || place.isArea) {
    return `${part === "afternoon" ? "Afternoon" : "Morning"} ${there}`;
  }
  return `Visit to ${place.name}`;
}

function eventOf(
  event: Planned,
  { city, price, interest, isLast }: {
    city: City;
    price: WrittenEvent["price"];
    interest: string | null;
    isLast: boolean;
  },
): WrittenEvent {
  const { place, date, start, minutes } = event;
  return {
    name: nameOf(event),
    date: `${dateWords(date)}, ${clockTimeOf(start)}`,
    ...timesOf({ date, start, minutes, isLast }),
    venue: place.name,
    neighborhood: place.quarter,
    city: city.name,
    category: place.category,
    mapQuery: mapQueryOf(place, city),
    coordinates: place.point && { ...place.point },
    price,
    url: null,
    why: interest === null ? place.text : `Because you asked for ${interest}. ${place.text}`,
  };
}
