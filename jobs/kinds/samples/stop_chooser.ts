/**
 * Chooses one stop between the others of a day.
 * @module
 */
import { distanceMeters, straightWalk } from "../../places/geometry.ts";
import type { Point } from "../../places/place.ts";
import { appealOf, costFor, type Taste } from "./appeal.ts";
import type { City } from "./cities.ts";
import type { Part, SamplePlace } from "./place_table.ts";
import { minutesOf, type TimedStop } from "./timetable.ts";

export interface StopSettings extends Omit<Taste, "currency"> {
  city: City;
  /** The places that the plan does not have. */
  places: readonly SamplePlace[];
  gap: Gap;
  /** Whether stairs and steep ways must be avoided. */
  isStepFree: boolean;
  /** From 0 for Sunday; `null` if the date is not known. */
  weekday: number | null;
  /** What it may cost, in the currency of the budget; `null` without a budget. */
  maxCost: number | null;
}

/** The place of a stop in its day. */
export interface Gap {
  /** When the stop before it ends, in minutes from midnight. */
  free: number;
  /** When the stop begins, in minutes from midnight. */
  start: number;
  /** When the next one begins. */
  end: number;
  isMeal: boolean;
  /** The position of the stop before, or of the replaced stop; `null` if it is not known. */
  before: Point | null;
  /** The position of the next stop; `null` if there is none, or it is not known. */
  after: Point | null;
}

/** A stop may be this far from the others: a walk of 40 minutes. */
const MAX_METERS = 2_400;

/** Returns the best stop for a gap; `null` if no place fits. */
export function chooseStop(settings: StopSettings): TimedStop | null {
  const { city, places, gap, isStepFree, weekday, maxCost } = settings;
  const part = partAt(gap, city);
  const taste: Taste = { ...settings, currency: city.currency };
  const from = gap.before ?? gap.after ?? city.center;
  const candidates = places.filter((place) =>
    place.parts.includes(part) && !(isStepFree && place.isSteep) &&
    (weekday === null || !place.closed.includes(weekday)) &&
    (maxCost === null || (costFor(place.cost, taste) ?? 0) <= maxCost) &&
    distanceMeters(place.point!, from) <= MAX_METERS && fits(place, gap)
  );
  const rating = (place: SamplePlace) =>
    appealOf(place, taste, null) - distanceMeters(place.point!, from) / 1_000;
  const [best] = candidates.toSorted((one, other) => rating(other) - rating(one));
  return best ? { place: best, part, start: gap.start } : null;
}

/** Returns whether the visit and the walks before and after it fit. */
function fits({ minutes, point }: SamplePlace, { free, start, end, before, after }: Gap): boolean {
  const walk = (other: Point | null) =>
    other ? straightWalk({ from: point!, to: other }).walkingMinutes : 0;
  return free + walk(before) <= start && start + minutes + walk(after) <= end &&
    (after === null || distanceMeters(point!, after) <= MAX_METERS);
}

/** Returns the part of the day of a time in minutes from midnight. */
export function partAt(
  { start, isMeal }: Pick<Gap, "start" | "isMeal">,
  { lunch, dinner }: Pick<City, "lunch" | "dinner">,
): Part {
  const noon = minutesOf(lunch.time);
  const evening = minutesOf(dinner.time);
  if (isMeal) return start < (noon + evening) / 2 ? "lunch" : "dinner";
  if (start < minutesOf("11:00")) return "morning";
  if (start <= noon) return "midday";
  if (start < minutesOf("17:00")) return "afternoon";
  return start < evening ? "evening" : "night";
}
