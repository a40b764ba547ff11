/**
 * Invented itineraries for the sample generator. They are plausible in any place, equal for equal
 * requests, and have no repetition in 30 days.
 * @module
 */
import { choicesFor } from "../sample_choice.ts";
import { roundDownToTwoDigits } from "../samples/exchange_rates.ts";
import {
  budgetOf,
  costIn,
  needsSentence,
  type PersonalBudget,
  type SampleFacts,
} from "../samples/sample_wish.ts";
import type { Pace } from "../samples/timetable.ts";
import type { WrittenActivity, WrittenDay, WrittenItinerary } from "./plan.ts";
import type { ItineraryRequest } from "./request.ts";
import { type SampleActivity, sampleThemes } from "./sample_themes.ts";

/** A wish for an itinerary with the facts that the sample generator uses. */
export type SampleTrip = Pick<ItineraryRequest, "destination" | "durationDays"> & SampleFacts;

/** The paces that have time for an activity of a pace. */
const included: Record<Pace, readonly Pace[]> = {
  relaxed: ["relaxed"],
  balanced: ["relaxed", "balanced"],
  packed: ["relaxed", "balanced", "packed"],
};

/** The costs of the themes are in dollars. */
const DOLLARS = "USD";

/** Returns a complete invented itinerary for the request. */
export function sampleItinerary(trip: SampleTrip): WrittenItinerary {
  const dayOf = inventedDays(trip);
  return { days: Array.from({ length: trip.durationDays }, (_, index) => dayOf(index + 1)) };
}

export interface InventedSettings {
  /** What the places are near to. Unset: the destination. */
  near?: string;
  /** The currency of costs without a budget. Unset: dollars. */
  currency?: string;
}

/**
 * Returns a function that invents the day of a number, from 1. Days of different numbers up to 30
 * have nothing in common.
 */
export function inventedDays(
  trip: SampleTrip,
  { near = trip.destination, currency = DOLLARS }: InventedSettings = {},
): (number: number) => WrittenDay {
  const choose = choicesFor({ destination: trip.destination });
  const first = choose([...sampleThemes.keys()], "first theme");
  const firstArea = choose([0, 1, 2], "first area");
  const budget = budgetOf(trip);
  const allowance = budget && budget.amount / trip.durationDays;
  return (number) => {
    const theme = sampleThemes[(first + number - 1) % sampleThemes.length]!;
    const round = Math.floor((number - 1) / sampleThemes.length);
    const inTheArea = theme.areas[(firstArea + round) % theme.areas.length]!;
    const area = inTheArea.replace(/^\w+ the /, "");
    const pace = included[trip.pace ?? "balanced"];
    const activities = theme.activities.filter((activity) => pace.includes(activity.pace))
      .map((activity) => inventedActivity(activity, { area, inTheArea, near, trip, currency }));
    return {
      day: number,
      theme: round === 0 ? theme.title : `${theme.title}: the ${area}`,
      activities: allowance === null ? activities : withinAllowance(activities, allowance),
    };
  };
}

function inventedActivity(
  { time, durationMinutes, category, title, description, cost }: SampleActivity,
  { area, inTheArea, near, trip, currency }: {
    area: string;
    inTheArea: string;
    near: string;
    trip: SampleTrip;
    currency: string;
  },
): WrittenActivity {
  const budget: PersonalBudget = budgetOf(trip) ?? { amount: Infinity, currency };
  return {
    time,
    title: title.replace("{area}", area).replace("{in the area}", inTheArea),
    description,
    place: `${area[0]!.toUpperCase()}${area.slice(1)}, ${near}`,
    estimatedCost: costIn(cost, { currency: DOLLARS, budget }),
    category,
    mapQuery: null,
    coordinates: null,
    durationMinutes,
    bookAhead: null,
    needsMet: needsSentence({ isMeal: category === "food", isReal: false }, trip),
  };
}

/**
 * Nothing to do is cheaper than this part of its usual cost. With a smaller budget the plan costs
 * more than it, and the review says so.
 */
const CHEAPEST = 0.2;

/** Returns the activities in a cheaper form if they cost more than a day may. */
function withinAllowance(
  activities: readonly WrittenActivity[],
  allowance: number,
): WrittenActivity[] {
  const total = activities.reduce(
    (sum, activity) => sum + (activity.estimatedCost?.amount ?? 0),
    0,
  );
  if (total <= allowance) return [...activities];
  const share = Math.max(CHEAPEST, allowance / total);
  return activities.map((activity) => ({
    ...activity,
    estimatedCost: activity.estimatedCost && {
      ...activity.estimatedCost,
      amount: roundDownToTwoDigits(activity.estimatedCost.amount * share),
    },
  }));
}
