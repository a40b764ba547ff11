/**
 * The public contract of itineraries.
 * @module
 */
import type { HttpContract } from "../../contract.ts";

export const itineraryContract = {
  path: "/api/itineraries",
  noun: "itinerary",
  description:
    "Creates a day-by-day plan for a destination and a number of days, in about 20 seconds.",
  idName: "jobId",
  planName: "itinerary",
  acceptedStatus: 202,
  notFound: "Itinerary not found",
} as const satisfies HttpContract;
