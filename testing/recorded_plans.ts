/**
 * Plans that were written for a wish and have no fault, for tests of the evaluation. The files have
 * the plans in the form in which they are stored.
 * @module
 */
import hamburg from "./recorded_plans/hamburg.json" with { type: "json" };
import lisbon from "./recorded_plans/lisbon.json" with { type: "json" };
import { Bundles } from "../jobs/kinds/bundles/plan.ts";
import { BundlesRequest } from "../jobs/kinds/bundles/request.ts";
import { Itinerary } from "../jobs/kinds/itinerary/plan.ts";
import { ItineraryRequest } from "../jobs/kinds/itinerary/request.ts";

/** Returns three days in Lisbon, with all facts, positions and opening hours. */
export function recordedItinerary(): { request: ItineraryRequest; plan: Itinerary } {
  return { request: ItineraryRequest.parse(lisbon.request), plan: Itinerary.parse(lisbon.plan) };
}

/** Returns three bundles in Hamburg, with times, prices and positions. */
export function recordedBundles(): { request: BundlesRequest; plan: Bundles } {
  return { request: BundlesRequest.parse(hamburg.request), plan: Bundles.parse(hamburg.plan) };
}
