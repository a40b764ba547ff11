/**
 * What a reader may change on the page of a trip.
 * @module
 */
import { createContext } from "preact";
import type { Job } from "../../client/job.ts";

export interface Shaping {
  job: Job;
  /** Whether this browser has made the trip. */
  isOwn: boolean;
}

/** `null`: the plan cannot be changed here, so it has no buttons. */
export const ShapingContext = createContext<Shaping | null>(null);
