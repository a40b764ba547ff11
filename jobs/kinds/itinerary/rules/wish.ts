/**
 * Rules about what the wish asks for: its pace, its needs and its dates.
 *
 * TravelPlanner (arXiv 2402.01622) counts what travellers ask for among the hard constraints, for
 * example cuisines. Trip-Plus also compares plans with the pace and the mobility of travellers.
 * @module
 */
import type { Finding } from "../../../../lib/model/plan_review.ts";
import type { Category } from "../../plan_members.ts";
import type { Activity, Day } from "../plan.ts";
import { weekdayOf } from "../calendar_day.ts";
import type { ItineraryRequest } from "../request.ts";
import { dateOfDay } from "../surroundings.ts";
import { type Description, findDays, type ItineraryRule, listOf } from "./findings.ts";
import { HALF_DAY_MINUTES } from "./time.ts";

/** On a relaxed day there is time between two meals and two or three things to see. */
const RELAXED_ACTIVITIES = 4;

/** A day has at most six activities, and a usual one has four. */
const PACKED_ACTIVITIES = 5;

/**
 * Activities of this length together fill a day, however few they are. Pauses and ways do not count,
 * so a relaxed day may be longer.
 */
const FULL_HOURS = 9;

/** What does not make a day fuller. */
const unpaced: ReadonlySet<Category> = new Set<Category>(["transport", "lodging"]);

/**
 * Days are as full as the wish says. The first and the last day of a trip may be short, because
 * travellers arrive and leave.
 */
function paceRule({ pace }: ItineraryRequest): ItineraryRule {
  return {
    code: "pace",
    check({ days }) {
      if (pace === "relaxed") {
        return findDays(days, isTooFull, ({ day }) => ({
          feedback:
            `is too full for a relaxed pace; plan at most ${RELAXED_ACTIVITIES} activities ` +
            `and ${FULL_HOURS} hours of them`,
          message: `Day ${day} is fuller than the relaxed pace that you asked for.`,
        }));
      }
      if (pace !== "packed") return [];
      const isFullDay = (index: number) =>
        days.length === 1 || (index > 0 && index < days.length - 1);
      return findDays(days, (day, index) => isFullDay(index) && isTooEmpty(day), ({ day }) => ({
        feedback: `has too little for a packed pace; plan at least ${PACKED_ACTIVITIES} activities`,
        message: `Day ${day} has less to do than the packed pace that you asked for.`,
      }));
    },
  };
}

function isTooFull({ activities }: Day): boolean {
  const counted = activities.filter(({ category }) => !unpaced.has(category));
  return counted.length > RELAXED_ACTIVITIES || hoursOf(counted) > FULL_HOURS;
}

function isTooEmpty({ activities }: Day): boolean {
  return activities.length < PACKED_ACTIVITIES && hoursOf(activities) <= FULL_HOURS &&
    !activities.some(isHalfDay);
}

/** Returns how long the activities of a day take together, as far as it is known. */
function hoursOf(activities: readonly Activity[]): number {
  return activities.reduce((sum, { durationMinutes }) => sum + (durationMinutes ?? 0), 0) / 60;
}

function isHalfDay({ durationMinutes }: Activity): boolean {
  return (durationMinutes ?? 0) >= HALF_DAY_MINUTES;
}

/** Each meal says how it meets the diet of the wish. */
function dietRule({ diet }: ItineraryRequest): ItineraryRule {
  return {
    code: "diet_not_considered",
    check({ days }) {
      if (diet === undefined) return [];
      const meals = pathsOf(
        days,
        ({ category, needsMet }) => category === "food" && isBlank(needsMet),
      );
      return findTogether(meals, {
        feedback: "needsMet must say how the meal meets the diet of the wish",
        message: meals.length === 1
          ? "One meal does not say how it meets your diet. Ask before you go."
          : `${meals.length} meals do not say how they meet your diet. Ask before you go.`,
      });
    },
  };
}

/**
 * Each day says how it meets the needs of the wish, at least once. What a meal says may be about the
 * diet alone, so it counts only without a diet, or if the day has nothing but meals.
 */
function accessibilityRule({ accessibility, diet }: ItineraryRequest): ItineraryRule {
  return {
    code: "accessibility_not_considered",
    check({ days }) {
      if (accessibility === undefined) return [];
      const silent = days.flatMap(({ day, activities }, index) => {
        const others = activities.filter(({ category }) => category !== "food");
        const asked = diet === undefined || others.length === 0 ? activities : others;
        return asked.every(({ needsMet }) => isBlank(needsMet))
          ? [{ day, path: ["days", index] }]
          : [];
      });
      const names = listOf(silent.map(({ day }) => day));
      return findTogether(silent.map(({ path }) => path), {
        feedback: "needsMet must say how the activities meet the accessibility of the wish",
        message: silent.length === 1
          ? `Day ${names} does not say how it meets your needs. Ask before you go.`
          : `Days ${names} do not say how they meet your needs. Ask before you go.`,
      });
    },
  };
}

/** Returns the paths of the activities that a check finds. */
function pathsOf(days: readonly Day[], isFound: (activity: Activity) => boolean): Path[] {
  return days.flatMap(({ activities }, dayIndex) =>
    activities.flatMap((activity, index) =>
      isFound(activity) ? [["days", dayIndex, "activities", index]] : []
    )
  );
}

type Path = Finding["where"];

/**
 * Returns one finding for all places that lack the same thing. A plan that ignores a need does so
 * everywhere, and one warning says enough.
 */
function findTogether([where, ...others]: Path[], description: Description): Finding[] {
  return where === undefined ? [] : [{ where, others, ...description }];
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === "";
}

/**
 * Days carry the dates of the wish. The program writes the dates, so the model is not asked. A
 * finding is a mistake of the program, for example after a change of the first day.
 */
function datesRule({ startDate }: ItineraryRequest): ItineraryRule {
  const rightDates = (day: Day): Pick<Day, "date" | "weekday"> => {
    if (startDate === undefined) return { date: null, weekday: null };
    const date = dateOfDay(startDate, day.day);
    return { date, weekday: weekdayOf(date) };
  };
  const isWrong = (day: Day) => {
    const { date, weekday } = rightDates(day);
    return day.date !== date || day.weekday !== weekday;
  };
  return {
    code: "wrong_dates",
    check: ({ days }) =>
      findDays(days, isWrong, ({ day }) => ({
        feedback: null,
        message: `The date of day ${day} was wrong, so it was corrected. Check what is open then.`,
      })),
    repair: (plan) => ({
      ...plan,
      days: plan.days.map((day) =>
        isWrong(day) ? { ...day, ...rightDates(day), season: null, weather: null } : day
      ),
    }),
  };
}

/** Returns the rules about the wish, in the order of their warnings. */
export function wishRules(request: ItineraryRequest): ItineraryRule[] {
  return [paceRule(request), dietRule(request), accessibilityRule(request), datesRule(request)];
}
