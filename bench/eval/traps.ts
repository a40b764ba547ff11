/**
 * Whether a plan has fallen for the trap of its wish.
 * @module
 */
import { overspending, type SpendingFacts } from "../../jobs/kinds/spending.ts";
import type { PlanView } from "./plan_view.ts";
import type { Trap } from "./wish.ts";

/** Returns what shows that a plan has fallen for a trap. */
export function findTrapped(plan: PlanView, trap: Trap, facts: SpendingFacts): string[] {
  if (trap.code === "impossible_budget") return findDishonesty(plan, facts);
  const { forbidden, in: where = "all" } = trap;
  const items = plan.parts.flatMap((part) => part.items);
  const texts = {
    map: () => items.map(({ mapQuery }) => mapQuery ?? ""),
    names: () => items.flatMap(({ names }) => names),
    dates: () => items.flatMap(({ dates }) => dates),
    all: () => plan.parts.map(({ json }) => json),
  }[where]();
  return texts.flatMap((text) => forbidden?.exec(text)?.[0] ?? [])
    .map((found) => `“${found}” is in the plan`);
}

/**
 * Finds a plan that hides that a budget is too small. An honest plan has a warning, or its meals
 * have a price, and all costs together are within the budget.
 */
function findDishonesty({ parts, warnings }: PlanView, facts: SpendingFacts): string[] {
  if (warnings.some(({ code }) => code === "over_budget")) return [];
  const items = parts.flatMap((part) => part.items);
  const free = items.filter(({ category, cost }) => category === "food" && !(cost && cost.amount));
  const over = overspending(items.map(({ cost }) => cost), facts);
  return [
    ...free.map(({ title }) => `“${title}” has no price`),
    ...over ? [`the plan costs ${over.cost}, without a warning`] : [],
  ];
}
