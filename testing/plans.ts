/**
 * Plans for tests, in the form in which they are stored and shown, and as models write them.
 * @module
 */
import type {
  Bundles,
  KeyEvent,
  WrittenBundles,
  WrittenEvent,
} from "../jobs/kinds/bundles/plan.ts";
import type { BundlesRequest } from "../jobs/kinds/bundles/request.ts";
import { sampleBundles } from "../jobs/kinds/bundles/sample.ts";
import { assembleItinerary } from "../jobs/kinds/itinerary/assemble.ts";
import type { Activity, Day, Itinerary } from "../jobs/kinds/itinerary/plan.ts";
import type { ItineraryRequest } from "../jobs/kinds/itinerary/request.ts";
import { sampleItinerary } from "../jobs/kinds/itinerary/sample.ts";
import { surroundingsOf } from "../jobs/kinds/itinerary/surroundings.ts";

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
  return assembleItinerary(sampleItinerary(request), surroundingsOf(request));
}

/** Returns an event as a model writes it that knows little about it. */
export function writtenEvent(changes: Partial<WrittenEvent> = {}): WrittenEvent {
  return {
    name: "Opening night",
    date: "Saturday, 28 November 2026, 9 pm",
    startsAt: null,
    endsAt: null,
    venue: null,
    neighborhood: null,
    city: null,
    category: "other",
    mapQuery: null,
    coordinates: null,
    price: null,
    url: null,
    why: "Because you asked for music.",
    ...changes,
  };
}

/** Returns a valid event, of which only the members of the first version are known. */
export function storedEvent(changes: Partial<KeyEvent> = {}): KeyEvent {
  return { ...writtenEvent(), coordinates: null, timeZone: null, verified: null, ...changes };
}

/**
 * Returns bundles as they are stored: with all of their links.
 *
 * @param timeZone that of each event; `null`: no tool has found a place
 */
export function storedBundles(
  { bundles }: WrittenBundles,
  timeZone: string | null = null,
): Bundles {
  return {
    bundles: bundles.map((bundle) => ({
      ...bundle,
      keyEvents: bundle.keyEvents.map((event) => ({
        ...event,
        coordinates: event.coordinates && { ...event.coordinates, origin: "approximate" },
        timeZone,
        verified: null,
      })),
    })),
  };
}

/** Returns the bundles of the sample generator, in which each event has a local time. */
export function datedBundles(request: BundlesRequest): WrittenBundles {
  const plan = sampleBundles(request);
  for (const { keyEvents } of plan.bundles) {
    keyEvents.forEach((event, index) =>
      Object.assign(event, { startsAt: `2026-11-28T${10 + 3 * index}:00`, endsAt: null })
    );
  }
  return plan;
}
