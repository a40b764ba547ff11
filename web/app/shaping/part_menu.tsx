/**
 * The buttons that change a part of a plan, or one entry of a part.
 * @module
 */
import type { Job } from "../../client/job.ts";

export interface PartMenuProps {
  job: Job;
  /** The index of the day or bundle. */
  part: number;
  /** The index of the activity or event; unset: the whole part. */
  index?: number;
  isOwn: boolean;
}

/** Shows nothing yet. */
export function PartMenu(_: PartMenuProps) {
  return null;
}
