/**
 * How the rules of itineraries find and name what breaks them.
 * @module
 */
import type { Finding, Rule } from "../../../../lib/model/plan_review.ts";
import type { Destination } from "../../../places/place.ts";
import type { Activity, Day, Itinerary } from "../plan.ts";
import type { ItineraryRequest } from "../request.ts";

export type ItineraryRule = Rule<Itinerary>;

/** What the rules of one job compare a plan with. */
export interface ItineraryReview {
  /** The wish. */
  request: ItineraryRequest;
  /** Where the trip goes; `null`: not known. */
  destination: Destination | null;
}

/** What a rule says about a finding, without its position. */
export type Description = Omit<Finding, "where">;

/**
 * Finds activities by a check that has one answer for each activity of a day.
 *
 * @param check returns `true` or a fault for each activity that breaks the rule
 */
export function findActivities<Fault>(
  days: readonly Day[],
  check: (day: Day, index: number) => (Fault | false | null)[],
  describe: (activity: Activity, day: Day, fault: Fault) => Description,
): Finding[] {
  return days.flatMap((day, dayIndex) =>
    check(day, dayIndex).flatMap((fault, index) =>
      fault === false || fault === null ? [] : [{
        where: ["days", dayIndex, "activities", index],
        ...describe(day.activities[index]!, day, fault),
      }]
    )
  );
}

/** Finds days by a check of each. */
export function findDays<Fault>(
  days: readonly Day[],
  check: (day: Day, index: number) => Fault | false | null,
  describe: (day: Day, fault: Fault) => Description,
): Finding[] {
  return days.flatMap((day, index) => {
    const fault = check(day, index);
    return fault === false || fault === null
      ? []
      : [{ where: ["days", index], ...describe(day, fault) }];
  });
}

/** Joins names: `1, 2 and 5`. */
export function listOf(names: readonly (string | number)[]): string {
  const last = names.at(-1);
  return names.length < 2 ? String(last ?? "") : `${names.slice(0, -1).join(", ")} and ${last}`;
}
