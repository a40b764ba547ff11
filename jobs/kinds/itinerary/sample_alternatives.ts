/**
 * What the sample generator writes for a refinement: another day, or another activity, which the plan
 * does not have yet.
 * @module
 */
import type { Point } from "../../places/place.ts";
import { placesOf } from "../samples/cities.ts";
import { roundDownToTwoDigits } from "../samples/exchange_rates.ts";
import { findCity } from "../samples/city_search.ts";
import { mentionsIn } from "../samples/stop_texts.ts";
import { chooseStop } from "../samples/stop_chooser.ts";
import { budgetOf, suitablePlaces } from "../samples/sample_wish.ts";
import { minutesOf } from "../samples/timetable.ts";
import { cityActivity, cityChooser, cityDay, costOf, weekdayOf } from "./city_sample.ts";
import type { Activity, WrittenActivity, WrittenDay } from "./plan.ts";
import { MAX_DAYS } from "./request.ts";
import { inventedDays, type SampleTrip } from "./sample.ts";

export interface OtherDaySettings {
  /** The number of the day, from 1. */
  day: number;
  /** The titles of all activities of the plan. */
  titles: Iterable<string>;
  /** The themes of the other days. Unset: none. */
  themes?: Iterable<string>;
}

/**
 * Returns another day of a trip, without an activity of the plan. It is the same for equal arguments.
 */
export async function otherDay(
  trip: SampleTrip,
  { day, titles, themes = [] }: OtherDaySettings,
): Promise<WrittenDay> {
  const taken = [...titles];
  const city = findCity(trip.destination);
  if (city) {
    const chooser = cityChooser(trip, { city, places: await placesOf(city), taken });
    const budget = budgetOf(trip);
    const stops = chooser.nextDay({
      index: day - 1,
      weekday: weekdayOf(trip.startDate, day - 1),
      allowance: budget && budget.amount / trip.durationDays,
    });
    if (stops) return cityDay(stops, { trip, city, day, themes: new Set(themes) });
  }
  const near = city && { near: city.name, currency: city.currency };
  const dayOf = inventedDays(trip, near ?? {});
  const days = Array.from({ length: MAX_DAYS }, (_, index) => dayOf(index + 1));
  // Later days first: the first ones are what an invented plan already has.
  const unlike = days.toReversed().find(({ activities }) =>
    !activities.some(({ title }) => taken.includes(title))
  );
  return { ...unlike ?? days.at(-day)!, day };
}

/** What an activity must have for its place in the day. */
type Neighbor =
  & Pick<Activity, "time" | "durationMinutes" | "title" | "category" | "estimatedCost">
  & { coordinates: Point | null };

export interface OtherActivitySettings {
  /** The activities of the day, in their order. */
  activities: readonly Neighbor[];
  /** Which of them is replaced, from 0. */
  index: number;
  /** The number of the day, from 1. */
  day: number;
  /** The titles of all activities of the plan. */
  titles: Iterable<string>;
}

/**
 * Returns another activity for one of a day: a meal for a meal, at the same time, near the others,
 * and not in the plan. It is the same for equal arguments.
 */
export async function otherActivity(
  trip: SampleTrip,
  { activities, index, day, titles }: OtherActivitySettings,
): Promise<WrittenActivity> {
  const taken = [...titles];
  const old = activities[index]!;
  const gap = gapAround(activities, index);
  const budget = budgetOf(trip);
  const maxCost = budget &&
    budget.amount / trip.durationDays - costOf(activities.toSpliced(index, 1));
  const city = findCity(trip.destination);
  if (city) {
    const isTaken = mentionsIn(taken);
    const stop = chooseStop({
      city,
      places: suitablePlaces(await placesOf(city), trip).filter((place) => !isTaken(place)),
      gap,
      pace: trip.pace ?? "balanced",
      interests: trip.interests ?? [],
      budget,
      isStepFree: (trip.accessibility ?? []).length > 0,
      weekday: weekdayOf(trip.startDate, day - 1),
      maxCost,
    });
    if (stop) return cityActivity(stop, { trip, city, isFirst: index === 0 });
  }
  return inventedActivity(trip, { old, taken, maxMinutes: gap.end - gap.start, maxCost });
}

/** Returns the time and the places around an activity. */
function gapAround(activities: readonly Neighbor[], index: number) {
  const { time, category, coordinates } = activities[index]!;
  const next = activities[index + 1];
  const start = minutesOf(time);
  const ends = activities.slice(0, index).map((other) =>
    minutesOf(other.time) + (other.durationMinutes ?? 0)
  );
  return {
    free: Math.max(0, ...ends),
    start,
    end: next ? Math.max(start, minutesOf(next.time)) : minutesOf("23:59"),
    isMeal: category === "food",
    before: activities.slice(0, index).findLast((other) => other.coordinates)?.coordinates ??
      coordinates,
    after: activities.slice(index + 1).find((other) => other.coordinates)?.coordinates ?? null,
  };
}

/** Returns an invented activity of the same sort, as near to the same time as possible. */
function inventedActivity(
  trip: SampleTrip,
  { old, taken, maxMinutes, maxCost }: {
    old: Neighbor;
    taken: readonly string[];
    maxMinutes: number;
    maxCost: number | null;
  },
): WrittenActivity {
  const city = findCity(trip.destination);
  const near = city && { near: city.name, currency: city.currency };
  const dayOf = inventedDays({ ...trip, pace: "packed" }, near ?? {});
  const all = Array.from({ length: MAX_DAYS }, (_, index) => dayOf(index + 1).activities).flat();
  const others = all.filter(({ title }) => !taken.includes(title));
  const distance = ({ time, category }: WrittenActivity) =>
    Math.abs(minutesOf(time) - minutesOf(old.time)) +
    ((category === "food") === (old.category === "food") ? 0 : OTHER_SORT);
  const [best] = (others.length > 0 ? others : all).toSorted((one, other) =>
    distance(one) - distance(other)
  );
  const minutes = Math.max(MIN_MINUTES, Math.min(best!.durationMinutes ?? maxMinutes, maxMinutes));
  return {
    ...best!,
    time: old.time,
    durationMinutes: minutes,
    estimatedCost: withinCost(best!.estimatedCost, maxCost),
  };
}

/** Returns the cost of an invented activity in its cheaper form if it is above the limit. */
function withinCost(
  cost: WrittenActivity["estimatedCost"],
  maxCost: number | null,
): WrittenActivity["estimatedCost"] {
  if (cost === null || maxCost === null || cost.amount <= maxCost) return cost;
  return { ...cost, amount: roundDownToTwoDigits(Math.max(0, maxCost)) };
}

/** A meal in place of a sight is worse than any other time of the day, in minutes. */
const OTHER_SORT = 24 * 60;

/** The shortest visit that makes sense, in minutes. */
const MIN_MINUTES = 15;
