/**
 * Rules about the times of a day: what begins, ends and takes how long.
 *
 * The rules follow Trip-Plus, whose plans have a timeline without gaps: durations fit, and there is
 * time for the way between two places. TravelPlanner (arXiv 2402.01622) asks the same of a route
 * ("Reasonable City Route").
 * @module
 */
import type { Destination } from "../../../places/place.ts";
import { isTooShort, transferMinutes } from "../../transfer.ts";
import { kilometersOutside } from "../../trip_area.ts";
import { minutesOf } from "../assemble.ts";
import { startAfterMidnight } from "../clock_time.ts";
import type { Activity } from "../plan.ts";
import { findActivities, type ItineraryRule } from "./findings.ts";

const DAY_MINUTES = 24 * 60;

/** A day ends before midnight: calendars would show the activity a day too early. */
const afterMidnight: ItineraryRule = {
  code: "after_midnight",
  check: ({ days }) =>
    findActivities(days, ({ activities }) => startAfterMidnight(activities), (
      { time, title },
      { day },
    ) => ({
      feedback:
        `starts at ${time}, but a day ends before midnight; choose an earlier time or another day`,
      message: `“${title}” starts at ${time}, in the night after day ${day}. ` +
        "A calendar shows it on the wrong date.",
    })),
};

/** Durations are estimates, and plans round to a quarter of an hour. */
const OVERLAP_MINUTES = 15;

/**
 * From this length on, an activity fills half a day: a guided tour, a theme park, a trip to another
 * town. It may include a meal and the way there.
 */
export const HALF_DAY_MINUTES = 240;

/**
 * An activity ends before the next one begins. Two that begin at one time overlap, however long they
 * take. One may leave the lodging at any time, and a long activity may include a meal.
 */
const overlappingTimes: ItineraryRule = {
  code: "overlapping_times",
  check: ({ days }) =>
    findActivities(
      days,
      ({ activities }) =>
        gapsBefore(activities).map((gap, index) =>
          gap !== null && gap.isOverlap ? activities[index - 1]! : null
        ),
      ({ title, time }, { day }, before) => ({
        feedback: `starts at ${time}, before "${before.title}" ends; change the times, or leave ` +
          "one out",
        message: `“${title}” on day ${day} begins before “${before.title}” ends.`,
      }),
    ),
};

/** The time between two activities. */
interface Gap {
  /** From the end of the first one to the start of the next one. */
  minutes: number;
  isOverlap: boolean;
}

/**
 * Returns the time before each activity; `null`: it is the first one. An unknown duration counts as
 * none.
 */
function gapsBefore(activities: readonly Activity[]): (Gap | null)[] {
  const starts = startsOf(activities);
  return activities.map((next, index) => {
    if (index === 0) return null;
    const before = activities[index - 1]!;
    const duration = before.durationMinutes ?? 0;
    const pause = starts[index]! - starts[index - 1]!;
    const mayOverlap = before.category === "lodging" ||
      (next.category === "food" && duration >= HALF_DAY_MINUTES);
    const isOverlap = !mayOverlap && (pause === 0 || duration - pause > OVERLAP_MINUTES);
    return { minutes: pause - duration, isOverlap };
  });
}

/** Returns the minutes from the midnight before a day to each start. */
export function startsOf(activities: readonly Activity[]): number[] {
  const night = startAfterMidnight(activities);
  return activities.map(({ time }, index) => minutesOf(time) + (night[index] ? DAY_MINUTES : 0));
}

/**
 * There is time for the way to the next activity. A transport is the way itself, and an activity of
 * half a day may include it. A position that is far from the destination tells no way: it is wrong.
 */
function shortTransfer(destination: Destination | null): ItineraryRule {
  return {
    code: "short_transfer",
    check: ({ days }) =>
      findActivities(
        days,
        ({ activities }) => shortTransfersOf(activities, destination),
        ({ title }, { day }, { needed, gap }) => ({
          feedback: `the way there takes about ${needed} minutes, but the times leave ${gap}; ` +
            "change the times, the order or the place",
          message: `The way to “${title}” on day ${day} takes about ${needed} minutes, but the ` +
            `plan leaves ${gap}.`,
        }),
      ),
  };
}

function shortTransfersOf(
  activities: readonly Activity[],
  destination: Destination | null,
): ({ needed: number; gap: number } | null)[] {
  const gaps = gapsBefore(activities);
  return activities.map((next, index) => {
    const before = activities[index - 1];
    const gap = gaps[index];
    if (!before?.toNext || !gap || gap.isOverlap) return null;
    if ([before, next].some(includesWay)) return null;
    if ([before, next].some((activity) => isOutside(activity, destination))) return null;
    const needed = transferMinutes(before.toNext);
    const isExact = [before, next].every(({ coordinates }) => coordinates?.origin === "places");
    return isTooShort(needed, { gapMinutes: gap.minutes, isExact })
      ? { needed, gap: Math.max(0, gap.minutes) }
      : null;
  });
}

/** Returns whether an activity may be, or include, the way from or to its place. */
function includesWay({ category, durationMinutes }: Activity): boolean {
  return category === "transport" || (durationMinutes ?? 0) >= HALF_DAY_MINUTES;
}

function isOutside({ coordinates }: Activity, destination: Destination | null): boolean {
  return kilometersOutside(coordinates, destination) !== null;
}

/** Returns the rules about the times of a day, in the order of their warnings. */
export function timeRules(destination: Destination | null): ItineraryRule[] {
  return [afterMidnight, overlappingTimes, shortTransfer(destination)];
}
