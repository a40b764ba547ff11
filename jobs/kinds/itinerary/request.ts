/**
 * The request of an itinerary.
 * @module
 */
import { z } from "zod";
import { travellerText } from "../text.ts";
import { fitsRecord, itineraryFacts, TOO_LONG } from "../trip_facts.ts";

/** The longest trip, in days. */
export const MAX_DAYS = 30;

const wholeDays = `expected a whole number from 1 to ${MAX_DAYS}`;

export const ItineraryRequest = z.object({
  destination: travellerText({ min: 1, max: 120 }).describe("Where the trip goes"),
  durationDays: z.int({ error: wholeDays }).min(1, wholeDays).max(MAX_DAYS, wholeDays)
    .describe("How many days it has"),
  ...itineraryFacts,
}, { error: "expected a JSON object" }).refine(fitsRecord, { error: TOO_LONG });
export type ItineraryRequest = z.infer<typeof ItineraryRequest>;

/** The members of the public answer that repeat the request. A fact that was not given is absent. */
export const RequestMembers = z.object({
  destination: z.string().describe("Where the trip goes"),
  durationDays: z.int().describe("How many days it has"),
  ...itineraryFacts,
});
