/**
 * What a plan costs its travellers, compared with the budget of the wish. TravelPlanner (arXiv
 * 2402.01622) and Trip-Plus count an explicit budget among the hard constraints.
 * @module
 */
import { type Cost, isSound } from "./cost.ts";
import type { TripFacts } from "./trip_facts.ts";

/**
 * What a child pays of the price for an adult. Museums and transport take nothing to half of it, and
 * restaurants somewhat more. So a plan whose children are free is not over its budget.
 */
const CHILD_SHARE = 0.5;

/** The facts that the comparison needs. */
export type SpendingFacts = Pick<TripFacts, "budget" | "travellers">;

/** What a plan costs, and what it may cost. */
export interface Overspending {
  /** In words: `640 EUR for 2 adults and 1 child`. */
  cost: string;
  /** In words: `500 EUR`. */
  limit: string;
}

/**
 * Compares the costs of a plan with the budget.
 *
 * @param costs those of an adult; the costs in another currency do not count
 * @returns `null` if there is no budget, or if the plan keeps it
 */
export function overspending(
  costs: readonly (Cost | null)[],
  { budget, travellers }: SpendingFacts,
): Overspending | null {
  if (!budget) return null;
  const { amount, currency, per } = budget;
  const isForAll = per === "all";
  const { adults, children } = travellers ?? { adults: 1, children: 0 };
  const perAdult = costs.reduce(
    (sum, cost) => cost?.currency === currency && isSound(cost) ? sum + cost.amount : sum,
    0,
  );
  const total = cents(perAdult * (isForAll ? adults + CHILD_SHARE * children : 1));
  if (total <= amount) return null;
  return {
    cost: `${total} ${currency} for ${isForAll ? groupOf(adults, children) : "one person"}`,
    limit: `${amount} ${currency}${isForAll ? "" : " for each person"}`,
  };
}

/** Lists the other currencies of costs, each once; none if there is no budget. */
export function otherCurrencies(
  costs: readonly (Cost | null)[],
  { budget }: SpendingFacts,
): string[] {
  if (!budget) return [];
  const others = costs.flatMap((cost) =>
    cost !== null && cost.currency !== budget.currency && cost.amount > 0 && isSound(cost)
      ? cost.currency
      : []
  );
  return [...new Set(others)];
}

/** Names a group: `2 adults and 1 child`. */
function groupOf(adults: number, children: number): string {
  const grown = adults === 1 ? "1 adult" : `${adults} adults`;
  if (children === 0) return grown;
  return `${grown} and ${children === 1 ? "1 child" : `${children} children`}`;
}

/** Sums of decimal fractions are not exact. */
function cents(amount: number): number {
  return Math.round(100 * amount) / 100;
}
