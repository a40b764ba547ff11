/**
 * The public contract of bundles. The API calls them generations, because the previous service did.
 * @module
 */
import type { HttpContract } from "../../contract.ts";

export const bundlesContract = {
  path: "/api/generations",
  noun: "generation",
  description:
    "Creates bundles of events from preferences. A reasoning model researches them in 2 to 5 minutes.",
  idName: "generationId",
  planName: "bundles",
  acceptedStatus: 200,
  notFound: "Generation not found",
} as const satisfies HttpContract;
