/**
 * Rules about costs. TravelPlanner (arXiv 2402.01622) and Trip-Plus count an explicit budget among
 * the hard constraints.
 * @module
 */
import { type Cost, isCurrency, isPlausible, isSound, maxAmountIn } from "../../cost.ts";
import { otherCurrencies, overspending, type SpendingFacts } from "../../spending.ts";
import type { Day, Itinerary } from "../plan.ts";
import { findActivities, type ItineraryRule, listOf } from "./findings.ts";

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

/** All costs of a plan are in the currency of the budget, so that they can be added. */
function otherCurrency(facts: SpendingFacts): ItineraryRule {
  return {
    code: "other_currency",
    check({ days }) {
      const others = otherCurrencies(costsOf(days), facts);
      if (others.length === 0) return [];
      const { amount, currency } = facts.budget!;
      return [{
        where: ["days"],
        feedback: `every estimatedCost must be in ${currency}, the currency of the budget, not ` +
          `in ${listOf(others)}`,
        message: `Some costs are in ${listOf(others)}, so they are not compared with your budget ` +
          `of ${amount} ${currency}.`,
      }];
    },
  };
}

/** All activities together cost no more than the budget. */
function overBudget(facts: SpendingFacts): ItineraryRule {
  return {
    code: "over_budget",
    check({ days }) {
      const over = overspending(costsOf(days), facts);
      return over === null ? [] : [{
        where: ["days"],
        feedback: `the activities cost ${over.cost} together, but the budget is ${over.limit}; ` +
          "choose cheaper or free ones",
        message: `The plan costs about ${over.cost}. Your budget is ${over.limit}.`,
      }];
    },
  };
}

function costsOf(days: readonly Day[]): (Cost | null)[] {
  return days.flatMap(({ activities }) => activities.map(({ estimatedCost }) => estimatedCost));
}

/** Returns a check of each known cost of a day. */
function eachCost(isWrong: (cost: Cost) => boolean): (day: Day) => boolean[] {
  return ({ activities }) =>
    activities.map(({ estimatedCost }) => estimatedCost !== null && isWrong(estimatedCost));
}

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

/** Returns the rules about costs, in the order of their warnings. */
export function moneyRules(facts: SpendingFacts): ItineraryRule[] {
  return [implausibleCost, unknownCurrency, otherCurrency(facts), overBudget(facts)];
}
