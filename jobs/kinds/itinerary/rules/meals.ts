/**
 * The rule about meals. Complete information on meals is a commonsense constraint of TravelPlanner
 * (arXiv 2402.01622). Trip-Plus asks for lunch and dinner on full days, and for fewer meals on the
 * days of arrival and departure.
 * @module
 */
import type { Day } from "../plan.ts";
import { findDays, type ItineraryRule } from "./findings.ts";
import { HALF_DAY_MINUTES, startsOf } from "./time.ts";

/** A day that begins by noon and goes on until the evening has lunch, dinner, or both. */
const NOON = 12 * 60;
const EVENING = 18 * 60;

/**
 * A day from noon to evening has a meal. An activity of no clear sort may be one, and an activity of
 * half a day may include one. Breakfast is in the hotel, so mornings need none.
 */
const missingMeal: ItineraryRule = {
  code: "missing_meal",
  check: ({ days }) =>
    findDays(days, lacksMeal, ({ day }) => ({
      feedback: "goes from noon to the evening without a meal; add one, with category food",
      message: `No meal is planned on day ${day}.`,
    })),
};

function lacksMeal({ activities }: Day): boolean {
  const starts = startsOf(activities);
  const mayBeMeal = activities.some(({ category, durationMinutes }) =>
    category === "food" || category === "other" || (durationMinutes ?? 0) >= HALF_DAY_MINUTES
  );
  return !mayBeMeal && Math.min(...starts) <= NOON && Math.max(...starts) >= EVENING;
}

/** The rules about meals. */
export const mealRules: readonly ItineraryRule[] = [missingMeal];
