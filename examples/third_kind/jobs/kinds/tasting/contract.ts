/**
 * The public contract of tastings.
 * @module
 */
import type { HttpContract } from "../../contract.ts";

export const tastingContract = {
  path: "/api/tastings",
  noun: "tasting",
  description: "A dish and a town become a list of places to taste it, in some 20 seconds.",
  idName: "tastingId",
  planName: "places",
  acceptedStatus: 202,
  notFound: "Tasting not found",
} as const satisfies HttpContract;
