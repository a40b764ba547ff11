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
import { budgetOf, costIn, interestIn, type SampleFacts } from "../samples/sample_wish.ts";
import { inPlace, mapQueryOf, mentionsIn } from "../samples/stop_texts.ts";
import { clockTimeOf, minutesOf } from "../samples/timetable.ts";
import { datesOf, dateWords, plusDays, weekdayOf } from "./sample_dates.ts";
import { type Mood, moods, type MoodSlot } from "./sample_moods.ts";

type Text = string | null | undefined;

/** The preferences that the sample generator uses. */
export type SamplePreferences = SampleFacts & {
  musicProfile?: Text;
  timeframe?: Text;
  otherPreferences?: Text;
  city?: Text;
  endDate?: Text;
};

/** An event as the sample generator writes it. */
export type SampleEvent = ReturnType<typeof eventOf>;

/** A bundle as the sample generator writes it. */
export interface SampleBundle {
  title: string;
  description: string;
  keyEvents: SampleEvent[];
  imageUrl: null;
}

/** An event with its place and its time, in minutes from midnight. */
interface Planned {
  place: SamplePlace;
  part: Part;
  date: string;
  start: number;
  end: number;
}

const DAY_MINUTES = 24 * 60;

/** Visits of bars and clubs are longer than in an itinerary, and may end after midnight. */
const NIGHT_OUT_MINUTES = 150;

/** Events of a wish with a last day end on that day. */
const LAST_END = minutesOf("23:45");

/**
 * Returns bundles with real venues, on the days of the wish or on the coming weekend. They are equal
 * for equal wishes and times.
 *
 * @returns `null` if the wish names no city that the sample generator knows
 */
export async function cityBundles(
  preferences: SamplePreferences,
  context: SampleContext,
): Promise<{ bundles: SampleBundle[] } | null> {
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
  return { bundles: ordered.slice(0, count).map((mood) => sample.bundle(mood)) };
}

/** Returns the city that preferences name: as such, else in one of the texts. */
export function cityOf(
  { city, timeframe, otherPreferences, interests }: SamplePreferences,
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

/** Writes the bundles of one city. No venue is in two of them. */
export class CitySample {
  readonly #city: City;
  readonly #preferences: SamplePreferences;
  readonly #taste: Taste;
  readonly #dates: readonly string[];
  #left: SamplePlace[];

  constructor(preferences: SamplePreferences, settings: CitySampleSettings) {
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
    this.#left = places.filter((place) =>
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
    return list.toSorted((one, other) => fit(other) - fit(one));
  }

  /** Returns the bundle of a mood. */
  bundle({ name, text, slots }: Mood): SampleBundle {
    const planned: Planned[] = [];
    let left = this.#taste.budget?.amount ?? Infinity;
    for (const slot of slots) {
      const event = this.#plan(slot, { planned, maxCost: left });
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
  ): SampleEvent | null {
    const place = this.#best(slot, { date, near: null, maxCost });
    return place && this.#event(this.#timed({ place, part: slot.part, date, start }));
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
    const event = this.#timed({ place, part: slot.part, date, start });
    const isFree = planned.every((other) =>
      other.date !== date || other.end <= event.start || event.end <= other.start
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
      categories.indexOf(place.category) -
      (near ? distanceMeters(near.point!, place.point!) / 1_000 : 0);
    const open = this.#left.filter((place) =>
      place.parts.includes(part) && categories.includes(place.category) &&
      !place.closed.includes(weekdayOf(date)) &&
      (costFor(place.cost, this.#taste) ?? 0) <= maxCost
    );
    return open.toSorted((one, other) => rating(other) - rating(one))[0] ?? null;
  }

  /** Returns an event with its end. */
  #timed(event: Omit<Planned, "end">): Planned {
    const { place, date, start } = event;
    const isNightOut = place.category === "nightlife";
    const end = start + (isNightOut ? Math.max(NIGHT_OUT_MINUTES, place.minutes) : place.minutes);
    const isLast = this.#preferences.endDate === date;
    return { ...event, end: isLast ? Math.max(start + 15, Math.min(end, LAST_END)) : end };
  }

  #event(event: Planned) {
    const price = costIn(event.place.cost, this.#taste);
    const fitting = (this.#preferences.interests ?? []).find((interest) =>
      interestIn(event.place, [interest]) > 0
    );
    return eventOf(event, { city: this.#city, price, interest: fitting ?? null });
  }
}

function sortKey({ date, start }: Planned): string {
  return `${date}T${clockTimeOf(start)}`;
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
    night: place.category === "nightlife" ? "22:00" : "20:30",
  };
  return minutesOf(starts[part]);
}

/** What people do at a venue, by its category; meals and walks have other words. */
function nameOf({ place, part }: Planned): string {
  const there = inPlace(place);
  if (part === "lunch") return `Lunch ${there}`;
  if (part === "dinner") return `Dinner ${there}`;
  if (place.category === "nightlife") return `Night out ${there}`;
  if (place.category === "entertainment") return `Show ${there}`;
  if (part === "evening") return `Evening ${there}`;
  if (place.category === "museum") return `Visit to ${place.name}`;
  return part === "morning" ? `Morning ${there}` : `Afternoon ${there}`;
}

function eventOf(
  event: Planned,
  { city, price, interest }: {
    city: City;
    price: { amount: number; currency: string } | null;
    interest: string | null;
  },
) {
  const { place, date, start, end } = event;
  const endDate = end < DAY_MINUTES ? date : plusDays(date, 1);
  return {
    name: nameOf(event),
    date: `${dateWords(date)}, ${clockTimeOf(start)}`,
    startsAt: `${date}T${clockTimeOf(start)}`,
    endsAt: `${endDate}T${clockTimeOf(end % DAY_MINUTES)}`,
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
