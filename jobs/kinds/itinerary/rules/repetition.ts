/**
 * Rules against repetitions. Travellers who come back to a place say so, or are at leisure there.
 *
 * TravelPlanner (arXiv 2402.01622) has the commonsense constraints "Diverse Attractions" and
 * "Diverse Restaurants": neither is repeated in a trip. Trip-Plus asks for another restaurant at each
 * meal.
 * @module
 */
import type { Finding } from "../../../../lib/model/plan_review.ts";
import type { Category } from "../../plan_members.ts";
import { comparable } from "../../text.ts";
import { minutesOf } from "../assemble.ts";
import type { Activity, Day } from "../plan.ts";
import type { ItineraryRequest } from "../request.ts";
import { findActivities, type ItineraryRule } from "./findings.ts";

/** Ways there and back, and the way to bed after a rest, may have one title. */
const twiceADay: ReadonlySet<Category> = new Set<Category>(["transport", "lodging"]);

/** No activity twice on one day. */
const repeatedActivity: ItineraryRule = {
  code: "repeated_activity",
  check: ({ days }) =>
    findActivities(days, repeatsTitle, ({ title }, { day }) => ({
      feedback: `repeats "${title}" of the same day; plan another activity`,
      message: `“${title}” is planned more than once on day ${day}.`,
    })),
};

/** Returns for each activity whether the day has its title before. */
function repeatsTitle({ activities }: Day): boolean[] {
  const titles = activities.map(({ title }) => comparable(title));
  return activities.map(({ category }, index) =>
    !twiceADay.has(category) && titles.indexOf(titles[index]!) < index
  );
}

/** Two places say little: a day at the beach has the same ones as the next. */
const MIN_PLACES = 3;

/** No two days with the same activities or the same places. */
const equalDays: ItineraryRule = {
  code: "equal_days",
  check({ days }) {
    const equals = equalDaysOf(days);
    return days.flatMap(({ day }, index): Finding[] =>
      equals[index] === null ? [] : [{
        where: ["days", index],
        feedback: `has the same activities or places as day ${equals[index]}; plan others`,
        message: `Day ${day} has the same activities or places as day ${equals[index]}.`,
      }]
    );
  },
};

/** Returns for each day the number of the first day that equals it; `null`: none does. */
function equalDaysOf(days: readonly Day[]): (number | null)[] {
  const titles = new Map<string, number>();
  const places = new Map<string, number>();
  return days.map(({ day, activities }) => {
    const titleKey = setOf(activities.map(({ title }) => title)).key;
    const { key: placeKey, size } = setOf(activities.map(({ place }) => place));
    const candidates = [titles.get(titleKey), size >= MIN_PLACES ? places.get(placeKey) : undefined]
      .filter((candidate) => candidate !== undefined);
    if (!titles.has(titleKey)) titles.set(titleKey, day);
    if (!places.has(placeKey)) places.set(placeKey, day);
    return candidates.length === 0 ? null : Math.min(...candidates);
  });
}

/** Returns a text that is equal for equal sets of texts, and the size of the set. */
function setOf(texts: string[]): { key: string; size: number } {
  const set = new Set(texts.map(comparable));
  return { key: [...set].sort().join("\n"), size: set.size };
}

/**
 * What one does once in a trip. Travellers come back to their lodging, to stations, to a pool or a
 * spa. `other` says too little.
 */
const onceOnly: ReadonlySet<Category> = new Set<Category>([
  "sight",
  "museum",
  "shopping",
  "nightlife",
  "entertainment",
]);

/** A meal that begins before this time is breakfast, in the lodging or at the next corner. */
const BREAKFAST_END = 10 * 60;

/** From this length on, nature is a place for leisure, such as a beach. */
const LEISURE_MINUTES = 120;

/**
 * No place twice in a trip for the same sort of activity, for example for two dinners. On one day,
 * only a restaurant counts: the second visit of a museum there follows the lunch. A market may be
 * for shopping on one day, and for a meal on another one.
 */
function repeatedPlace(request: ItineraryRequest): ItineraryRule {
  return {
    code: "repeated_place",
    check: ({ days }) =>
      findActivities(
        days,
        repetitionsIn(days, lodgingsOf(days, request)),
        ({ title, mapQuery, place }, { day }, first) => ({
          feedback:
            `is at the place of an activity of day ${first} ("${mapQuery ?? place}"); choose ` +
            "another place",
          message: first === day
            ? `“${title}” on day ${day} is at the same place as an earlier meal of the day.`
            : `“${title}” on day ${day} is at the same place as an activity of day ${first}.`,
        }),
      ),
  };
}

/** Returns a check that finds for each activity of a day the number of the first day at its place. */
function repetitionsIn(
  days: readonly Day[],
  lodgings: ReadonlySet<string>,
): (day: Day, dayIndex: number) => (number | null)[] {
  const equals = equalDaysOf(days);
  const firstDays = new Map<string, number>();
  return (day, dayIndex) => {
    // The other rules report equal days and titles.
    const isReported = equals[dayIndex] !== null;
    const titles = repeatsTitle(day);
    return day.activities.map((activity, index) => {
      const keys = mayRepeat(activity, lodgings) ? [] : keysOf(activity);
      const first = keys.map((key) => firstDays.get(key)).find((known) => known !== undefined);
      keys.forEach((key) => firstDays.has(key) || firstDays.set(key, day.day));
      if (first === undefined || isReported || titles[index]) return null;
      return first < day.day || activity.category === "food" ? first : null;
    });
  };
}

/** Whether travellers come back to a place: for breakfast, for meals where they stay, to a beach. */
function mayRepeat(activity: Activity, lodgings: ReadonlySet<string>): boolean {
  const { category, time, durationMinutes } = activity;
  switch (category) {
    case "food":
      return minutesOf(time) < BREAKFAST_END ||
        namesOf(activity).some((name) => lodgings.has(name));
    case "nature":
      return (durationMinutes ?? 0) >= LEISURE_MINUTES;
    default:
      return !onceOnly.has(category);
  }
}

/** Returns the names of where the travellers stay. */
function lodgingsOf(days: readonly Day[], { startPoint }: ItineraryRequest): ReadonlySet<string> {
  const lodgings = days.flatMap(({ activities }) => activities)
    .filter(({ category }) => category === "lodging").flatMap(namesOf);
  return new Set(startPoint === undefined ? lodgings : [...lodgings, nameIn(startPoint)]);
}

/** Returns the names of a place without its city and address. */
function namesOf({ mapQuery, place }: Activity): string[] {
  return [mapQuery ?? place, place].map(nameIn);
}

function nameIn(text: string): string {
  return comparable(text.split(/[,、，]/u)[0]!);
}

/**
 * Returns what tells a place from others. The position does so only if it was looked up: models
 * give neighbours one position.
 */
function keysOf({ category, mapQuery, title, place, coordinates }: Activity): string[] {
  const name = mapQuery === null
    ? `${comparable(title)}\n${comparable(place)}`
    : comparable(mapQuery);
  return [
    `${category}\n${name}`,
    ...(coordinates?.origin === "places"
      ? [`${category}\n${coordinates.latitude},${coordinates.longitude}`]
      : []),
  ];
}

/** Returns the rules against repetitions, in the order of their warnings. */
export function repetitionRules(request: ItineraryRequest): ItineraryRule[] {
  return [repeatedActivity, equalDays, repeatedPlace(request)];
}
