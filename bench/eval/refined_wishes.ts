/**
 * Wishes of two turns: a plan, and a change of it.
 * @module
 */
import { inDays, type SecondTurn, type Wish } from "./wish.ts";

/** Returns the wishes; see `wishesOn()`. */
export function refinedWishes(today: string): Wish[] {
  return [
    itinerary("another day", ["Paris, France", 4], [48.86, 2.35], {
      change: { day: 2 },
      mayChange: [2],
      shows: { newTitlesIn: 2 },
    }),
    itinerary("another activity", ["Istanbul, Türkiye", 3], [41.01, 28.98], {
      change: { day: 1, activity: 2 },
      mayChange: [1],
      shows: { newTitleOf: { part: 1, item: 2 } },
    }),
    itinerary("an instruction", ["Copenhagen, Denmark", 4], [55.68, 12.57], {
      change: { instruction: "Spend day 3 outdoors, without any museum. Keep the other days." },
      mayChange: [3],
      shows: { part: 3, without: ["museum"] },
    }),
    itinerary("one day more", ["Barcelona, Spain", 3], [41.39, 2.17], {
      change: { wish: { durationDays: 4 } },
      // The last day is no longer the day of departure.
      mayChange: [3, 4],
      shows: { days: 4 },
    }),
    itinerary("a new diet", ["Athens, Greece", 3], [37.98, 23.73], {
      change: { wish: { diet: ["vegetarian"] } },
      mayChange: [1, 2, 3],
      shows: { dietMet: true },
    }),
    {
      label: "another bundle",
      kind: "bundles",
      language: "en",
      area: { latitude: 41.88, longitude: -87.63, radiusKm: 60 },
      request: {
        preferences: {
          city: "Chicago, USA",
          interests: ["blues", "comedy", "architecture"],
          startDate: inDays(today, 20),
          endDate: inDays(today, 22),
        },
      },
      refine: { change: { bundle: 2 }, mayChange: [2], shows: { newTitlesIn: 2 } },
    },
  ];
}

function itinerary(
  label: string,
  [destination, durationDays]: [string, number],
  [latitude, longitude]: [number, number],
  refine: SecondTurn,
): Wish {
  return {
    label,
    kind: "itinerary",
    language: "en",
    area: { latitude, longitude, radiusKm: 70 },
    request: { destination, durationDays },
    refine,
  };
}
