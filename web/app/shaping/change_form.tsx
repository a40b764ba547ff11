/**
 * The form that changes a whole plan.
 * @module
 */
import type { Job } from "../../client/job.ts";

/** Shows nothing yet. */
export function ChangeForm(_: { job: Job }) {
  return null;
}
