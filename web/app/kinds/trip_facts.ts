/**
 * The facts of a wish, in words. Runs in browsers and on the server.
 * @module
 */
import type { GenerationJob, ItineraryJob } from "../../client/job.ts";
import { formatAmount, formatDay } from "./plan_pieces.tsx";

/** The names of the facts of an itinerary. */
const names = [
  "startDate",
  "travellers",
  "budget",
  "pace",
  "interests",
  "diet",
  "accessibility",
  "startPoint",
  "language",
  "notes",
] as const satisfies readonly (keyof ItineraryJob)[];

type ItineraryFacts = Pick<ItineraryJob, typeof names[number]>;

/** The facts of any kind. */
export type Facts = ItineraryFacts & Pick<GenerationJob["preferences"], "city" | "endDate">;

/** Returns the facts that the wish of an itinerary gives. */
export function factsOf(job: ItineraryFacts): ItineraryFacts {
  return Object.fromEntries(
    names.flatMap((name) => job[name] === undefined ? [] : [[name, job[name]]]),
  );
}

/** Describes each fact that is given, in a few words. */
export function describeFacts(facts: Facts): string[] {
  const { startDate, endDate, travellers, budget, pace, startPoint, language, notes } = facts;
  const lists = [facts.interests, facts.diet, facts.accessibility];
  return [
    facts.city,
    startDate && `from ${formatDay(startDate)}`,
    endDate && `to ${formatDay(endDate)}`,
    travellers && describeTravellers(travellers),
    budget && `budget: ${formatAmount(budget)}${budget.per === "person" ? " per person" : ""}`,
    pace && `${pace} pace`,
    ...lists.map((texts) => texts?.join(", ")),
    startPoint && `start: ${startPoint}`,
    language && `language: ${language}`,
    notes,
  ].flatMap((text) => text ? [text] : []);
}

function describeTravellers(
  { adults, children }: NonNullable<ItineraryFacts["travellers"]>,
): string {
  const groups = [
    adults === 1 ? "1 adult" : `${adults} adults`,
    children === 1 ? "1 child" : children > 1 && `${children} children`,
  ];
  return groups.filter(Boolean).join(", ");
}
