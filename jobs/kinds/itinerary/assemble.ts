/**
 * Turns an itinerary of a model into the plan that is stored and shown: with positions, ways and
 * totals. It is pure; what it needs from other services comes as arguments.
 * @module
 */
import { isSound } from "../cost.ts";
import { approximate } from "../plan_members.ts";
import { isWalked } from "../transfer.ts";
import { straightWalk } from "../../places/geometry.ts";
import type { Destination, Leg, Walk } from "../../places/place.ts";
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
  const assembled: Day = {
    day,
    ...calendarDay(day, surroundings),
    theme,
    activities: activities.map(assembleActivity),
    totals: null,
  };
  return withWalks(assembled, legsOf(assembled).map(straightWalk));
}

/** Returns the ways from one activity of a day to the next one, where both positions are known. */
export function legsOf({ activities }: Day): Leg[] {
  return activities.flatMap(({ coordinates: from }, index) => {
    const to = activities[index + 1]?.coordinates;
    return from && to ? [{ from, to }] : [];
  });
}

/**
 * Returns a day with the ways between its activities, and its totals.
 *
 * @param walks one for each of {@link legsOf}, in the same order
 */
export function withWalks(day: Day, walks: readonly Walk[]): Day {
  const rest = [...walks];
  const activities = day.activities.map((activity, index): Activity => {
    const isKnown = activity.coordinates !== null && day.activities[index + 1]?.coordinates;
    return withWalk(activity, isKnown ? rest.shift() ?? null : null);
  });
  return { ...day, activities, totals: totalsOf(activities) };
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

/** An activity with an equal way stays the same object, so that a change of the plan keeps it. */
function withWalk(activity: Activity, toNext: Walk | null): Activity {
  const { toNext: before } = activity;
  const isEqual = before?.distanceMeters === toNext?.distanceMeters &&
    before?.walkingMinutes === toNext?.walkingMinutes && before?.origin === toNext?.origin;
  return isEqual ? activity : { ...activity, toNext };
}

/** Sums up a day, as far as its costs, ways and times are known. */
export function totalsOf(activities: readonly Activity[]): DayTotals {
  const costs = new Map<string, number>();
  for (const { estimatedCost } of activities) {
    if (!estimatedCost || !isSound(estimatedCost)) continue;
    const { amount, currency } = estimatedCost;
    costs.set(currency, (costs.get(currency) ?? 0) + amount);
  }
  const ways = activities.flatMap(({ toNext }) => toNext ?? []);
  const walked = ways.filter(isWalked).map(({ distanceMeters }) => distanceMeters);
  return {
    costs: [...costs].map(([currency, amount]) => ({ amount: rounded(amount), currency })),
    walkingMeters: ways.length === 0 ? null : walked.reduce((sum, meters) => sum + meters, 0),
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
  const ends = activities.map(({ category, durationMinutes }, index) => {
    // A night is no part of the day.
    if (category === "lodging") return starts[index]!;
    return durationMinutes === null ? null : starts[index]! + durationMinutes;
  });
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
