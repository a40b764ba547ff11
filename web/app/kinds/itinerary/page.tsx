/**
 * The page of an itinerary: its stages, its files, its totals and its map.
 * @module
 */
import type { ItineraryJob } from "../../../client/job.ts";
import { useWords, type Words } from "../../../words/words.ts";
import { dayLater, formatRange } from "../format.ts";
import { DetailList } from "../plan_pieces.tsx";
import { stopsIn } from "../stops.ts";
import { describeFacts, factsOf } from "../trip_facts.ts";
import type { PlanContents, TripView } from "../trip_view.ts";
import { daysOf, itineraryTotals } from "./day_text.ts";
import { ItineraryPlan } from "./plan.tsx";
import { itinerarySummary } from "./summary.ts";

export const itineraryPage: TripView<"itinerary"> = {
  partNoun: "Day",
  stages: ["queued", "thinking", "writing"],
  files: { markdown: true, calendar: "first day" },
  Plan: ItineraryPlan,
  Details: ({ job }) => <FactList job={job} />,
  subtitleOf,
  totalsOf: itineraryTotals,
  contentsOf,
  timeZoneOf: ({ location }) => location?.timeZone ?? undefined,
  firstDayOf: ({ startDate }) => startDate,
  stopsOf: (job) => stopsIn(daysOf(job).map(({ activities }) => activities)),
  summaryOf: itinerarySummary,
};

/** Shows the facts that the head of the page does not have elsewhere. */
function FactList({ job }: { job: ItineraryJob }) {
  const { startDate: _, budget, ...others } = factsOf(job);
  // The totals of a plan compare its costs with the budget.
  const hasTotals = job.status === "processing" || daysOf(job).length > 0;
  const facts = budget && !hasTotals ? { ...others, budget } : others;
  return <DetailList details={describeFacts(facts, useWords())} />;
}

function subtitleOf({ durationDays, startDate, createdAt }: ItineraryJob, words: Words): string {
  const count = words.plan.dayCount(durationDays);
  if (startDate === undefined) return count;
  const range = { first: startDate, last: dayLater(startDate, durationDays - 1) };
  return `${count} · ${formatRange(range, { words, year: createdAt.slice(0, 4) })}`;
}

function contentsOf(job: ItineraryJob, { trip, plan }: Words): PlanContents {
  const days = daysOf(job);
  // A plan that ended early has only its finished days.
  const count = job.status === "processing" ? job.durationDays : days.length;
  return {
    name: trip.days,
    parts: Array.from({ length: count }, (_, part) => ({
      id: `day-${part + 1}`,
      label: plan.day(part + 1),
      title: days[part]?.theme ?? null,
      isDated: true,
    })),
  };
}
