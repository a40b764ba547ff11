/**
 * The page of an itinerary: its stages, its files and its facts.
 * @module
 */
import { DetailList } from "../plan_pieces.tsx";
import { describeFacts, factsOf } from "../trip_facts.ts";
import type { TripView } from "../trip_view.ts";
import { formatCosts, ItineraryPlan, sumCosts } from "./plan.tsx";
import { itineraryParts, itinerarySummary } from "./summary.ts";

export const itineraryPage: TripView<"itinerary"> = {
  partNoun: "Day",
  stages: [["queued", "Waiting"], ["thinking", "Thinking"], ["writing", "Writing"]],
  waitingTips: [
    "You can close this page.",
    "Days appear one by one.",
    "Places link to a map.",
    "Check times and prices.",
  ],
  files: { markdown: true, calendar: "first day" },
  Plan: ItineraryPlan,
  Details: ({ job }) => <DetailList details={describeFacts(factsOf(job))} />,
  timeZoneOf: ({ location }) => location?.timeZone ?? undefined,
  firstDayOf: ({ startDate }) => startDate,
  summaryOf: itinerarySummary,
  partsOf: itineraryParts,
  factsOf({ itinerary }) {
    const activities = itinerary?.flatMap(({ activities }) => activities) ?? [];
    const cost = formatCosts(activities);
    if (cost === null) return [];
    return [sumCosts(activities).length > 0 ? `${cost} per person` : cost];
  },
};
