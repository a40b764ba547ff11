/**
 * A job as a reader finds it.
 * @module
 */
import type { JobRecord } from "./job_record.ts";
import type { Progress } from "./progress.ts";

/** A job as one consistent read found it. */
export interface JobSnapshot {
  job: JobRecord;
  /** Changes whenever something that is shown changes. */
  version: string;
  progress: Progress;
  /** The stored plan; `null` until the job has succeeded. */
  result: unknown;
  /** The progress is that of an identical job, which runs, and which this one waits for. */
  isFollowing?: boolean;
}
