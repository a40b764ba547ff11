/**
 * Itineraries for tests, in the form in which they are stored and shown.
 * @module
 */
import { assembleItinerary } from "../jobs/kinds/itinerary/assemble.ts";
import type { Activity, Day, Itinerary } from "../jobs/kinds/itinerary/plan.ts";
import type { ItineraryRequest } from "../jobs/kinds/itinerary/request.ts";
import { sampleItinerary } from "../jobs/kinds/itinerary/sample.ts";

/** Returns a valid activity, of which only the members of the first version are known. */
export function storedActivity(changes: Partial<Activity> = {}): Activity {
  return {
    time: "09:30",
    title: "Walk",
    description: "Two hours.",
    place: "Old town",
    estimatedCost: null,
    category: "other",
    mapQuery: null,
    coordinates: null,
    verified: null,
    durationMinutes: null,
    openingHours: null,
    bookAhead: null,
    needsMet: null,
    toNext: null,
    ...changes,
  };
}

/** Returns a day, of which only the members of the first version are known. */
export function storedDay(members: Pick<Day, "day" | "theme" | "activities">): Day {
  return { date: null, weekday: null, season: null, weather: null, totals: null, ...members };
}

/** Returns the plan of the sample generator. */
export function samplePlan(request: ItineraryRequest): Itinerary {
  return assembleItinerary(sampleItinerary(request));
}
