/**
 * All wishes of the evaluation.
 * @module
 */
import { bundlesWishes } from "./bundles_wishes.ts";
import { itineraryWishes } from "./itinerary_wishes.ts";
import { refinedWishes } from "./refined_wishes.ts";
import { trapWishes } from "./trap_wishes.ts";
import type { Wish } from "./wish.ts";

/**
 * Returns the wishes. Their dates depend on the day of the run, because dates in the past are
 * refused.
 *
 * @param today such as `2026-11-28`
 */
export function wishesOn(today: string): Wish[] {
  return [
    ...itineraryWishes(today),
    ...bundlesWishes(today),
    ...refinedWishes(today),
    ...trapWishes(today),
  ];
}
