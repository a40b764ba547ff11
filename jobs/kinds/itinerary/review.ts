/**
 * What an itinerary with the right shape must keep to. Each rule is one entry of the list; the
 * model gets one turn to correct what breaks a rule, and the rest are warnings.
 * @module
 */
import type { Finding, Rule } from "../../../lib/model/plan_review.ts";
import { comparable } from "../text.ts";
import { startAfterMidnight } from "./clock_time.ts";
import { type Cost, isCurrency, isPlausible, isSound, maxAmountIn } from "../cost.ts";
import type { Activity, Day, Itinerary } from "./plan.ts";

type ItineraryRule = Rule<Itinerary>;

/** No activity twice on one day. */
const repeatedActivity: ItineraryRule = {
  code: "repeated_activity",
  check: ({ days }) =>
    findActivities(days, ({ activities }) => {
      const titles = activities.map(({ title }) => comparable(title));
      return titles.map((title, index) => titles.indexOf(title) < index);
    }, ({ title }, { day }) => ({
      feedback: `repeats "${title}" of the same day; plan another activity`,
      message: `“${title}” is planned more than once on day ${day}.`,
    })),
};

/** Two places say little: a day at the beach has the same ones as the next. */
const MIN_PLACES = 3;

/** No two days with the same activities or the same places. */
const equalDays: ItineraryRule = {
  code: "equal_days",
  check({ days }) {
    const titles = days.map(({ activities }) => setOf(activities.map(({ title }) => title)));
    const places = days.map(({ activities }) => setOf(activities.map(({ place }) => place)));
    return days.flatMap(({ day }, index): Finding[] => {
      const first = days.findIndex((_, other) =>
        titles[other]!.key === titles[index]!.key ||
        (places[other]!.size >= MIN_PLACES && places[other]!.key === places[index]!.key)
      );
      return first === index ? [] : [{
        where: ["days", index],
        feedback: `has the same activities or places as day ${days[first]!.day}; plan others`,
        message: `Day ${day} has the same activities or places as day ${days[first]!.day}.`,
      }];
    });
  },
};

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

/** A cost is not negative, and not more than anything to do costs. */
const implausibleCost: ItineraryRule = {
  code: "implausible_cost",
  check: ({ days }) =>
    findActivities(days, eachCost((cost) => !isPlausible(cost)), (activity, { day }) => ({
      feedback: "estimatedCost.amount must be from 0 to " +
        `${maxAmountIn(activity.estimatedCost!.currency)}, or estimatedCost null`,
      message:
        `The cost of “${activity.title}” on day ${day} was not plausible, so it is left out.`,
    })),
  repair: withSoundCosts,
};

/** A cost has a currency that exists. */
const unknownCurrency: ItineraryRule = {
  code: "unknown_currency",
  check: ({ days }) =>
    findActivities(
      days,
      eachCost(({ currency }) => !isCurrency(currency)),
      (activity, { day }) => ({
        feedback: "estimatedCost.currency must be an ISO 4217 code such as EUR, " +
          `not "${activity.estimatedCost!.currency}"`,
        message:
          `The cost of “${activity.title}” on day ${day} is left out, because its currency does ` +
          "not exist.",
      }),
    ),
  repair: withSoundCosts,
};

/** All rules, in the order of their warnings. */
export const itineraryRules: readonly ItineraryRule[] = [
  repeatedActivity,
  equalDays,
  afterMidnight,
  implausibleCost,
  unknownCurrency,
];

/** Returns the plan without the costs that must not be shown. */
function withSoundCosts(plan: Itinerary): Itinerary {
  return { ...plan, days: plan.days.map(withSoundDayCosts) };
}

/** Returns the day without the costs that must not be shown. */
export function withSoundDayCosts(day: Day): Day {
  return {
    ...day,
    activities: day.activities.map((activity) => ({
      ...activity,
      estimatedCost: activity.estimatedCost && isSound(activity.estimatedCost)
        ? activity.estimatedCost
        : null,
    })),
  };
}

/** Returns a check of each known cost of a day. */
function eachCost(isWrong: (cost: Cost) => boolean): (day: Day) => boolean[] {
  return ({ activities }) =>
    activities.map(({ estimatedCost }) => estimatedCost !== null && isWrong(estimatedCost));
}

/** Finds activities by a check that has one answer for each activity of a day. */
function findActivities(
  days: Day[],
  check: (day: Day) => boolean[],
  describe: (activity: Activity, day: Day) => Omit<Finding, "where">,
): Finding[] {
  return days.flatMap((day, dayIndex) =>
    check(day).flatMap((isWrong, index) =>
      isWrong
        ? [{
          where: ["days", dayIndex, "activities", index],
          ...describe(day.activities[index]!, day),
        }]
        : []
    )
  );
}

/** Returns a text that is equal for equal sets of texts, and the size of the set. */
function setOf(texts: string[]): { key: string; size: number } {
  const set = new Set(texts.map(comparable));
  return { key: [...set].sort().join("\n"), size: set.size };
}
