/**
 * What an itinerary with the right shape must keep to. The model gets one turn to correct what
 * breaks a rule, and the rest are warnings. `docs/plan_review.md` lists the rules.
 *
 * The rules follow the commonsense and hard constraints of two benchmarks: TravelPlanner (Xie et
 * al. 2024, arXiv 2402.01622) and Trip-Plus (https://github.com/junle-chen/trip-plus). A false
 * finding costs a turn of the model and worries a traveller, so each rule judges only what it knows:
 * a member that is `null` breaks no rule. Each rule takes one pass over the plan.
 * @module
 */
import type { ItineraryReview, ItineraryRule } from "./findings.ts";
import { mealRules } from "./meals.ts";
import { moneyRules } from "./money.ts";
import { placeRules } from "./places.ts";
import { repetitionRules } from "./repetition.ts";
import { timeRules } from "./time.ts";
import { wishRules } from "./wish.ts";

/** Returns all rules for the plans of one job, in the order of their warnings. */
export function itineraryRules({ request, destination }: ItineraryReview): ItineraryRule[] {
  return [
    ...repetitionRules(request),
    ...timeRules(destination),
    ...mealRules,
    ...placeRules(destination),
    ...moneyRules(request),
    ...wishRules(request),
  ];
}
