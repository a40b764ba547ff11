/**
 * The page of an itinerary: its stages, its files and its facts.
 * @module
 */
import { DetailList } from "../plan_pieces.tsx";
import { describeFacts, factsOf } from "../trip_facts.ts";
import type { TripView } from "../trip_view.ts";
import { formatCosts, ItineraryPlan, sumCosts } from "./plan.tsx";

export const itineraryPage: TripView<"itinerary"> = {
  partNoun: "Day",
  stages: ["queued", "thinking", "writing"],
  files: { markdown: true, calendar: "first day" },
  Plan: ItineraryPlan,
  Details: ({ job }) => <DetailList details={describeFacts(factsOf(job))} />,
  timeZoneOf: ({ location }) => location?.timeZone ?? undefined,
  firstDayOf: ({ startDate }) => startDate,
  factsOf({ itinerary }) {
    const activities = itinerary?.flatMap(({ activities }) => activities) ?? [];
    const cost = formatCosts(activities);
    if (cost === null) return [];
    return [sumCosts(activities).length > 0 ? `${cost} per person` : cost];
  },
};
