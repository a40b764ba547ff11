/**
 * The versions of a trip.
 * @module
 */
import type { Job } from "../../client/job.ts";

/** Shows nothing yet. */
export function Versions(_: { job: Job }) {
  return null;
}
