/**
 * Turns an itinerary of a model into the plan that is stored and shown: with positions, ways and
 * totals. It is pure; what it needs from other services comes as arguments.
 * @module
 */
import { isSound } from "../cost.ts";
import { approximate } from "../plan_members.ts";
import type { Destination } from "../../places/place.ts";
import { calendarDay } from "./calendar_day.ts";
import type {
  Activity,
  Day,
  DayTotals,
  Itinerary,
  Location,
  WrittenActivity,
  WrittenDay,
  WrittenItinerary,
} from "./plan.ts";
import { NO_SURROUNDINGS, type Surroundings } from "./surroundings.ts";

/**
 * Returns the plan for what the model wrote.
 *
 * @param surroundings unset: nothing is known
 */
export function assembleItinerary(
  { days }: WrittenItinerary,
  surroundings: Surroundings = NO_SURROUNDINGS,
): Itinerary {
  return {
    days: days.map((day) => assembleDay(day, surroundings)),
    location: surroundings.destination && locationOf(surroundings.destination),
  };
}

/**
 * Returns the day for what the model wrote. Its costs and positions are not reviewed yet.
 *
 * @param surroundings unset: nothing is known
 */
export function assembleDay(
  { day, theme, activities }: WrittenDay,
  surroundings: Surroundings = NO_SURROUNDINGS,
): Day {
  const assembled = activities.map(assembleActivity);
  return {
    day,
    ...calendarDay(day, surroundings),
    theme,
    activities: assembled,
    totals: totalsOf(assembled),
  };
}

/** Returns where a destination is, as plans show it. */
export function locationOf({ name, point, timeZone, countryCode }: Destination): Location {
  return { name, ...point, timeZone, countryCode };
}

function assembleActivity({ coordinates, ...written }: WrittenActivity): Activity {
  return {
    ...written,
    coordinates: approximate(coordinates),
    verified: null,
    openingHours: null,
    toNext: null,
  };
}

/** Sums up a day, as far as its costs, ways and times are known. */
export function totalsOf(activities: readonly Activity[]): DayTotals {
  const costs = new Map<string, number>();
  for (const { estimatedCost } of activities) {
    if (!estimatedCost || !isSound(estimatedCost)) continue;
    const { amount, currency } = estimatedCost;
    costs.set(currency, (costs.get(currency) ?? 0) + amount);
  }
  const walks = activities.flatMap(({ toNext }) => toNext?.distanceMeters ?? []);
  return {
    costs: [...costs].map(([currency, amount]) => ({ amount: rounded(amount), currency })),
    walkingMeters: walks.length === 0 ? null : walks.reduce((sum, meters) => sum + meters, 0),
    hours: hoursOf(activities),
  };
}

/** Sums of decimal fractions are not exact. */
function rounded(amount: number): number {
  return Math.round(100 * amount) / 100;
}

/** Returns the hours from the first start to the last end; `null` if the last end is not known. */
function hoursOf(activities: readonly Activity[]): number | null {
  const starts = activities.map(({ time }) => minutesOf(time));
  const ends = activities.map(({ durationMinutes }, index) =>
    durationMinutes === null ? null : starts[index]! + durationMinutes
  );
  const last = ends.at(-1) ?? null;
  if (last === null) return null;
  const end = Math.max(...ends.filter((end) => end !== null));
  return Math.round((end - Math.min(...starts)) / 6) / 10;
}

/** Returns the minutes from midnight to a time such as `09:30`. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return 60 * hours! + minutes!;
}
