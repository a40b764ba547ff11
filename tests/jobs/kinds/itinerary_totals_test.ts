/** What a day takes altogether, as far as it is known. */
import { assertEquals } from "@std/assert";
import { totalsOf } from "../../../jobs/kinds/itinerary/assemble.ts";
import type { Activity, DayTotals } from "../../../jobs/kinds/itinerary/plan.ts";
import { storedActivity } from "../../../testing/plans.ts";

const nothing: DayTotals = { costs: [], walkingMeters: null, hours: null };

/** An activity with a way of 500 metres, or one that is faster by a vehicle. */
function way(kilometers: number): Partial<Activity> {
  const distanceMeters = 1_000 * kilometers;
  const walkingMinutes = Math.ceil(distanceMeters / 80);
  return { toNext: { distanceMeters, walkingMinutes, origin: "straight_line" } };
}

function cost(amount: number, currency = "EUR"): Partial<Activity> {
  return { estimatedCost: { amount, currency } };
}

const days: [what: string, activities: Partial<Activity>[], totals: Partial<DayTotals>][] = [
  ["nothing", [{}, {}], {}],
  ["decimal costs", [cost(0.1), cost(0.2)], { costs: [{ amount: 0.3, currency: "EUR" }] }],
  ["costs in two currencies, and one that is not plausible", [
    cost(5),
    cost(800, "JPY"),
    cost(-1),
    cost(7, "€"),
  ], { costs: [{ amount: 5, currency: "EUR" }, { amount: 800, currency: "JPY" }] }],
  ["a walk and a ride", [way(0.5), way(9), {}], { walkingMeters: 500 }],
  ["a ride alone", [way(9), {}], { walkingMeters: 0 }],
  ["a last activity with a duration", [
    { time: "09:00" },
    { time: "20:00", durationMinutes: 75 },
  ], { hours: 12.3 }],
  ["an earlier activity that ends last", [
    { time: "09:00", durationMinutes: 600 },
    { time: "12:00", durationMinutes: 30 },
  ], { hours: 10 }],
  ["a last activity without a duration", [
    { time: "09:00", durationMinutes: 60 },
    { time: "12:00" },
  ], {}],
  ["the night at the end of a day", [
    { time: "09:00", durationMinutes: 60 },
    { time: "21:00", durationMinutes: 600, category: "lodging" },
  ], { hours: 12 }],
];

for (const [what, activities, totals] of days) {
  Deno.test(`the totals of a day: ${what}`, () => {
    assertEquals(totalsOf(activities.map(storedActivity)), { ...nothing, ...totals });
  });
}
