/**
 * What an itinerary is in a few words, for links and pictures of it. Runs in browsers and on the
 * server.
 * @module
 */
import { DAY_MS } from "../../../../lib/clock.ts";
import type { ItineraryJob } from "../../../client/job.ts";
import type { Words } from "../../../words/words.ts";
import type { TripSummary } from "../trip_view.ts";

/** Returns the summary of an itinerary. */
export function itinerarySummary(job: ItineraryJob, { plan, share }: Words): TripSummary {
  const { destination, durationDays, startDate, location } = job;
  return {
    headline: share.daysIn(durationDays, destination),
    label: plan.dayCount(durationDays),
    plainTitle: location?.name ?? share.aTrip,
    dates: startDate ? [startDate, lastDay(startDate, durationDays)] : null,
    more: share.moreDays,
  };
}

function lastDay(firstDay: string, days: number): string {
  return new Date(Date.parse(firstDay) + (days - 1) * DAY_MS).toISOString().slice(0, 10);
}
