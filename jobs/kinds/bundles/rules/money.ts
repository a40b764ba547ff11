/**
 * Rules about prices. TravelPlanner (arXiv 2402.01622) and Trip-Plus count an explicit budget among
 * the hard constraints.
 * @module
 */
import type { Finding } from "../../../../lib/model/plan_review.ts";
import { type Cost, isCurrency, isPlausible, isSound, maxAmountIn } from "../../cost.ts";
import { otherCurrencies, overspending, type SpendingFacts } from "../../spending.ts";
import type { KeyEvent } from "../plan.ts";
import { type BundlesRule, findEvents, withEvents } from "./findings.ts";

/** A price is not negative, and not more than any event costs. */
const implausibleCost: BundlesRule = {
  code: "implausible_cost",
  check: ({ bundles }) =>
    findEvents(bundles, eachPrice((price) => !isPlausible(price)), ({ name, price }, title) => ({
      feedback: `price.amount must be from 0 to ${maxAmountIn(price!.currency)}, or price null`,
      message: `The price of “${name}” in “${title}” was not plausible, so it is left out.`,
    })),
  repair: (plan) => withEvents(plan, withSoundPrice),
};

/** A price has a currency that exists. */
const unknownCurrency: BundlesRule = {
  code: "unknown_currency",
  check: ({ bundles }) =>
    findEvents(
      bundles,
      eachPrice(({ currency }) => !isCurrency(currency)),
      ({ name, price }, title) => ({
        feedback: `price.currency must be an ISO 4217 code such as EUR, not "${price!.currency}"`,
        message:
          `The price of “${name}” in “${title}” is left out, because its currency does not exist.`,
      }),
    ),
  repair: (plan) => withEvents(plan, withSoundPrice),
};

/** The prices of a bundle are in the currency of the budget, so that they can be added. */
function otherCurrency(facts: SpendingFacts): BundlesRule {
  return {
    code: "other_currency",
    check: ({ bundles }) =>
      bundles.flatMap(({ title, keyEvents }, index): Finding[] => {
        const others = otherCurrencies(pricesOf(keyEvents), facts).join(" and ");
        if (others === "") return [];
        const { amount, currency } = facts.budget!;
        return [{
          where: ["bundles", index],
          feedback: `every price must be in ${currency}, the currency of the budget, not in ` +
            others,
          message: `Some prices in “${title}” are in ${others}, so they are not compared with ` +
            `your budget of ${amount} ${currency}.`,
        }];
      }),
  };
}

/** Each bundle alone keeps the budget: the traveller chooses one. */
function overBudget(facts: SpendingFacts): BundlesRule {
  return {
    code: "over_budget",
    check: ({ bundles }) =>
      bundles.flatMap(({ title, keyEvents }, index): Finding[] => {
        const over = overspending(pricesOf(keyEvents), facts);
        return over === null ? [] : [{
          where: ["bundles", index],
          feedback: `the events cost ${over.cost} together, but the budget is ${over.limit}; ` +
            "choose cheaper or free ones",
          message: `“${title}” costs about ${over.cost}. Your budget is ${over.limit}.`,
        }];
      }),
  };
}

function pricesOf(events: readonly KeyEvent[]): (Cost | null)[] {
  return events.map(({ price }) => price);
}

/** Returns the bundle without the prices that must not be shown. */
export function withSoundPrices<Bundle extends { keyEvents: KeyEvent[] }>(bundle: Bundle): Bundle {
  return { ...bundle, keyEvents: bundle.keyEvents.map(withSoundPrice) };
}

function withSoundPrice(event: KeyEvent): KeyEvent {
  return event.price === null || isSound(event.price) ? event : { ...event, price: null };
}

/** Returns a check of each known price of a bundle. */
function eachPrice(isWrong: (price: Cost) => boolean): (events: readonly KeyEvent[]) => boolean[] {
  return (events) => events.map(({ price }) => price !== null && isWrong(price));
}

/** Returns the rules about prices, in the order of their warnings. */
export function moneyRules(facts: SpendingFacts): BundlesRule[] {
  return [implausibleCost, unknownCurrency, otherCurrency(facts), overBudget(facts)];
}
