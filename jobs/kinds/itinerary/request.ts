/**
 * The request of an itinerary.
 * @module
 */
import { z } from "zod";
import { travellerText } from "../text.ts";

/** The longest trip, in days. */
export const MAX_DAYS = 30;

const wholeDays = `expected a whole number from 1 to ${MAX_DAYS}`;

export const ItineraryRequest = z.object({
  destination: travellerText({ min: 1, max: 120 }),
  durationDays: z.int({ error: wholeDays }).min(1, wholeDays).max(MAX_DAYS, wholeDays),
}, { error: "expected a JSON object" });
export type ItineraryRequest = z.infer<typeof ItineraryRequest>;

/** The members of the public answer that repeat the request. */
export const RequestMembers = z.object({ destination: z.string(), durationDays: z.int() });
