/**
 * What bundles with the right shape must keep to, as for itineraries. The model gets one turn to
 * correct what breaks a rule, and the rest are warnings. `docs/plan_review.md` lists the rules.
 *
 * The rules follow the commonsense and hard constraints of two benchmarks: TravelPlanner (Xie et
 * al. 2024, arXiv 2402.01622) and Trip-Plus (https://github.com/junle-chen/trip-plus). A rule
 * judges only what it knows: a member that is `null` breaks no rule.
 * @module
 */
import type { BundlesReview, BundlesRule } from "./findings.ts";
import { moneyRules } from "./money.ts";
import { placeRules } from "./places.ts";
import { repetitionRules } from "./repetition.ts";
import { timeRules } from "./time.ts";

/** Returns all rules for the plans of one job, in the order of their warnings. */
export function bundlesRules(review: BundlesReview): BundlesRule[] {
  return [
    ...repetitionRules,
    ...timeRules(review),
    ...placeRules(review),
    ...moneyRules(review.request.preferences),
  ];
}
