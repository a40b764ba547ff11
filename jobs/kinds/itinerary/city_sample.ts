/**
 * Sample itineraries with real places, for the cities that the sample generator knows.
 * @module
 */
import { DAY_MS } from "../../../lib/clock.ts";
import { type City, placesOf } from "../samples/cities.ts";
import { findCity } from "../samples/city_search.ts";
import { DayChooser } from "../samples/day_chooser.ts";
import { isMeal, type SamplePlace } from "../samples/place_table.ts";
import { budgetOf, costIn, needsSentence, suitablePlaces } from "../samples/sample_wish.ts";
import { locationOf, mapQueryOf, titleOf } from "../samples/stop_texts.ts";
import { clockTimeOf, type TimedStop } from "../samples/timetable.ts";
import type { WrittenActivity, WrittenDay, WrittenItinerary } from "./plan.ts";
import { inventedDays, type SampleTrip } from "./sample.ts";

/** Said of the first stop of a day trip. */
const LEAVE_TOWN = "Leave the center early by train, bus or boat.";

/**
 * Returns an itinerary with real places. It is equal for equal wishes.
 *
 * @returns `null` if the destination is no city that the sample generator knows
 */
export async function cityItinerary(trip: SampleTrip): Promise<WrittenItinerary | null> {
  const city = findCity(trip.destination);
  return city && cityDays(trip, { city, places: await placesOf(city) });
}

export interface CityPlaces {
  city: City;
  places: readonly SamplePlace[];
}

function cityDays(trip: SampleTrip, { city, places }: CityPlaces): WrittenItinerary {
  const chooser = cityChooser(trip, { city, places, taken: [] });
  const invented = inventedDays(trip, { near: city.name, currency: city.currency });
  const budget = budgetOf(trip);
  const themes = new Set<string>();
  const days: WrittenDay[] = [];
  let left = budget?.amount ?? 0;
  let inventions = 0;
  for (let index = 0; index < trip.durationDays; index++) {
    const stops = chooser.nextDay({
      index,
      weekday: weekdayOf(trip.startDate, index),
      allowance: budget && left / (trip.durationDays - index),
    });
    const day = stops
      ? cityDay(stops, { trip, city, day: index + 1, themes })
      : { ...invented(++inventions), day: index + 1 };
    left -= costOf(day.activities);
    themes.add(day.theme);
    days.push(day);
  }
  return { days };
}

/** Creates the chooser of a trip. */
export function cityChooser(
  { pace, interests, accessibility, ...facts }: SampleTrip,
  { city, places, taken }: CityPlaces & { taken: Iterable<string> },
): DayChooser {
  return new DayChooser({
    city,
    places: suitablePlaces(places, { ...facts, interests }),
    pace: pace ?? "balanced",
    interests: interests ?? [],
    budget: budgetOf(facts),
    isStepFree: (accessibility ?? []).length > 0,
    taken,
  });
}

/** Returns the weekday of a day of the trip, from 0 for Sunday; `null` if it is not known. */
export function weekdayOf(startDate: string | null | undefined, index: number): number | null {
  const start = startDate ? Date.parse(`${startDate}T00:00Z`) : NaN;
  return Number.isNaN(start) ? null : new Date(start + index * DAY_MS).getUTCDay();
}

/** Returns a day of the plan for the stops of a day. */
export function cityDay(
  stops: readonly TimedStop[],
  { trip, city, day, themes }: {
    trip: SampleTrip;
    city: City;
    day: number;
    /** The themes of the other days. */
    themes: ReadonlySet<string>;
  },
): WrittenDay {
  return {
    day,
    theme: themeOf(stops, themes),
    activities: stops.map((stop, index) =>
      cityActivity(stop, { trip, city, isFirst: index === 0 })
    ),
  };
}

/** Returns the activity of the plan for a stop. */
export function cityActivity(
  stop: TimedStop,
  { trip, city, isFirst }: { trip: SampleTrip; city: City; isFirst: boolean },
): WrittenActivity {
  const { place, start } = stop;
  const note = isFirst && place.isDayTrip ? ` ${LEAVE_TOWN}` : "";
  return {
    time: clockTimeOf(start),
    title: titleOf(stop),
    description: `${place.text}${note}`,
    place: locationOf(place, city),
    estimatedCost: costIn(place.cost, { currency: city.currency, budget: budgetOf(trip) }),
    category: place.category,
    mapQuery: mapQueryOf(place, city),
    coordinates: place.point && { ...place.point },
    durationMinutes: place.minutes,
    bookAhead: place.point && place.bookAhead,
    needsMet: needsSentence({
      isMeal: place.category === "food",
      isReal: place.point !== null,
    }, trip),
  };
}

/** Names a day after the quarters of its sights; after a sight if another day has that theme. */
function themeOf(stops: readonly TimedStop[], taken: ReadonlySet<string>): string {
  const sights = stops.filter(({ place }) => !isMeal(place));
  const quarters = [...new Set(sights.map(({ place }) => place.quarter))];
  const theme = quarters.slice(0, 2).join(" and ");
  return taken.has(theme) ? `${theme}: ${sights[0]!.place.name}` : theme;
}

/** Returns what activities cost one person, as far as it is known. */
export function costOf(activities: readonly Pick<WrittenActivity, "estimatedCost">[]): number {
  return activities.reduce((sum, { estimatedCost }) => sum + (estimatedCost?.amount ?? 0), 0);
}
