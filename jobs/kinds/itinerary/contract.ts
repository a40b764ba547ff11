/**
 * What the outside sees of itineraries.
 * @module
 */
import type { HttpContract } from "../../contract.ts";

export const itineraryContract = {
  path: "/api/itineraries",
  noun: "itinerary",
  description: "A destination and a number of days become a day-by-day plan, in some 20 seconds.",
  idName: "jobId",
  acceptedStatus: 202,
  notFound: "Itinerary not found",
} as const satisfies HttpContract;
