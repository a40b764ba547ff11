/**
 * What the outside sees of bundles. The API calls them generations, as the service before this one did.
 * @module
 */
import type { HttpContract } from "../../contract.ts";

export const bundlesContract = {
  path: "/api/generations",
  noun: "generation",
  description:
    "Preferences become bundles of events, researched by a reasoning model in 2 to 5 minutes.",
  idName: "generationId",
  acceptedStatus: 200,
  notFound: "Generation not found",
} as const satisfies HttpContract;
