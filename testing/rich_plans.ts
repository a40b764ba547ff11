/**
 * Plans for tests that have everything a plan can have, and keep all rules of the review: facts of
 * the wish, dates, looked-up positions, opening hours, ways, costs and needs.
 * @module
 */
import type { Bundle, Bundles, KeyEvent } from "../jobs/kinds/bundles/plan.ts";
import type { BundlesRequest } from "../jobs/kinds/bundles/request.ts";
import { totalsOf } from "../jobs/kinds/itinerary/assemble.ts";
import { weekdayOf } from "../jobs/kinds/itinerary/calendar_day.ts";
import {
  type Activity,
  type Day,
  type Itinerary,
  WrittenDay,
  type WrittenItinerary,
} from "../jobs/kinds/itinerary/plan.ts";
import type { ItineraryRequest } from "../jobs/kinds/itinerary/request.ts";
import { dateOfDay } from "../jobs/kinds/itinerary/surroundings.ts";
import type { Category } from "../jobs/kinds/plan_members.ts";
import { straightWalk } from "../jobs/places/geometry.ts";
import type { Destination } from "../jobs/places/place.ts";
import { storedActivity, storedEvent } from "./plans.ts";

export const lisbon: Destination = {
  name: "Lisbon",
  point: { latitude: 38.7167, longitude: -9.1333 },
  radiusKm: 72,
  timeZone: "Europe/Lisbon",
  countryCode: "PT",
};

/** A position that no trip to Lisbon reaches, 502 km away. */
export const madrid = { latitude: 40.4168, longitude: -3.7038 };

/** The first day is a Friday. */
export const richWish: ItineraryRequest = {
  destination: "Lisbon",
  durationDays: 3,
  startDate: "2026-12-04",
  travellers: { adults: 2, children: 1 },
  budget: { amount: 600, currency: "EUR", per: "all" },
  pace: "relaxed",
  interests: ["tiles"],
  diet: ["vegetarian"],
  accessibility: ["wheelchair"],
};

/** Time, minutes, category, cost, position, and opening hours: one line for each activity. */
type Line = [
  title: string,
  time: string,
  minutes: number,
  category: Category,
  cost: number,
  latitude: number,
  longitude: number,
  openingHours: string | null,
];

const days: Line[][] = [
  [
    ["Castelo de São Jorge", "10:00", 90, "sight", 15, 38.7139, -9.1335, "Mo-Su 09:00-18:00"],
    ["Zé da Mouraria", "12:30", 75, "food", 18, 38.7163, -9.1357, "Mo-Sa 12:00-16:00"],
    ["Museu do Fado", "15:00", 90, "museum", 5, 38.7111, -9.1276, "Tu-Su 10:00-18:00"],
    ["Taberna Sal Grosso", "19:30", 90, "food", 22, 38.7137, -9.1245, "Mo-Su 12:00-23:00"],
  ],
  [
    ["Mosteiro dos Jerónimos", "10:00", 90, "sight", 12, 38.6979, -9.2066, "Tu-Su 09:30-18:00"],
    ["Pastéis de Belém", "12:00", 45, "food", 8, 38.6975, -9.2033, "Mo-Su 08:00-22:00"],
    ["MAAT", "14:00", 90, "museum", 11, 38.6957, -9.193, "We-Mo 10:00-19:00"],
    ["Time Out Market", "19:00", 90, "food", 20, 38.7069, -9.1459, "Mo-Su 10:00-24:00"],
  ],
  [
    ["Oceanário de Lisboa", "10:00", 120, "entertainment", 25, 38.7635, -9.0937, null],
    ["Cantinho do Parque", "12:45", 75, "food", 20, 38.768, -9.095, "Mo-Su 12:00-23:00"],
    ["Jardins do Tejo", "14:30", 60, "nature", 0, 38.7745, -9.0915, "24/7"],
    ["Museu do Azulejo", "16:30", 75, "museum", 8, 38.7249, -9.1134, "Tu-Su 10:00-18:00"],
  ],
];

function activityOf(
  [title, time, minutes, category, amount, latitude, longitude, openingHours]: Line,
): Activity {
  return storedActivity({
    time,
    title,
    description: `What to do at ${title}.`,
    place: `${title}, Lisboa`,
    estimatedCost: { amount, currency: "EUR" },
    category,
    mapQuery: `${title}, Lisboa`,
    coordinates: { latitude, longitude, origin: "places" },
    verified: true,
    durationMinutes: minutes,
    openingHours,
    bookAhead: false,
    needsMet: category === "food" ? "Has vegetarian dishes." : "Has a ramp.",
  });
}

/** Returns the day with the ways between its positions, and its totals. */
export function withWays(day: Day): Day {
  const activities = day.activities.map((activity, index): Activity => {
    const [from, to] = [activity.coordinates, day.activities[index + 1]?.coordinates];
    return { ...activity, toNext: from && to ? straightWalk({ from, to }) : null };
  });
  return { ...day, activities, totals: totalsOf(activities) };
}

/** Returns a plan for {@link richWish} that keeps all rules. */
export function richItinerary(): Itinerary {
  return {
    days: days.map((lines, index) => {
      const date = dateOfDay(richWish.startDate!, index + 1);
      return withWays({
        day: index + 1,
        date,
        weekday: weekdayOf(date),
        season: "winter",
        weather: null,
        theme: `Day ${index + 1}`,
        activities: lines.map(activityOf),
        totals: null,
      });
    }),
    location: null,
  };
}

/** Returns {@link richItinerary} as the model writes it. */
export function writtenRichItinerary(): WrittenItinerary {
  return {
    days: richItinerary().days.map((day) => WrittenDay.parse(day)),
  };
}

export const richPreferences: BundlesRequest["preferences"] = {
  interests: ["fado"],
  city: "Lisbon",
  startDate: "2026-12-04",
  endDate: "2026-12-06",
  travellers: { adults: 2, children: 0 },
  budget: { amount: 150, currency: "EUR", per: "all" },
};

/** When work on the wish began: two days before its first day. */
export const RICH_START = Date.parse("2026-12-02T12:00Z");

/** The link of an event, as a tool has returned it. */
export function richLink(name: string): string {
  return `https://example.com/${encodeURIComponent(name)}`;
}

type EventLine = [
  name: string,
  startsAt: string,
  endsAt: string | null,
  category: Category,
  price: number,
  latitude: number,
  longitude: number,
];

const bundles: [title: string, events: EventLine[]][] = [
  ["Fado nights", [
    ["Fado at Mesa", "2026-12-04T21:00", "2026-12-04T23:30", "entertainment", 25, 38.7115, -9.1306],
    ["Fado museum", "2026-12-05T11:00", "2026-12-05T12:30", "museum", 5, 38.7111, -9.1276],
    ["Feira da Ladra", "2026-12-05T09:00", "2026-12-05T18:00", "shopping", 0, 38.7155, -9.1253],
  ]],
  ["Stages", [
    ["Symphony", "2026-12-05T19:00", "2026-12-05T21:00", "entertainment", 30, 38.6956, -9.2084],
    ["Jazz club", "2026-12-05T22:30", "2026-12-06T00:30", "nightlife", 15, 38.719, -9.1455],
  ]],
  ["Outdoors", [
    ["River run", "2026-12-06T09:00", "2026-12-06T11:00", "sport", 10, 38.7, -9.17],
    ["Christmas fair", "2026-11-28", "2026-12-24", "shopping", 0, 38.7259, -9.1508],
    ["Open studio", "2026-12-06", null, "other", 0, 38.7031, -9.1788],
  ]],
];

function eventOf(
  [name, startsAt, endsAt, category, amount, latitude, longitude]: EventLine,
): KeyEvent {
  return storedEvent({
    name,
    date: `In words: ${startsAt}`,
    startsAt,
    endsAt,
    timeZone: "Europe/Lisbon",
    venue: `House of ${name}`,
    neighborhood: "Centro",
    city: "Lisbon",
    category,
    mapQuery: `House of ${name}, Lisboa`,
    coordinates: { latitude, longitude, origin: "places" },
    verified: true,
    price: { amount, currency: "EUR" },
    url: richLink(name),
  });
}

/** Returns bundles for {@link richPreferences} that keep all rules. */
export function richBundles(): Bundles {
  return {
    bundles: bundles.map(([title, events]): Bundle => ({
      title,
      description: `About ${title}.`,
      keyEvents: events.map(eventOf),
      imageUrl: null,
    })),
    timeZone: "Europe/Lisbon",
  };
}
