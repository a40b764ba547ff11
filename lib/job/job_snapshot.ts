/**
 * A snapshot of a job: record, progress and plan.
 * @module
 */
import type { Failure } from "./failure.ts";
import type { JobRecord } from "./job_record.ts";
import type { Progress } from "./progress.ts";

/** A consistent read of a job. */
export interface JobSnapshot {
  job: JobRecord;
  /** Changes whenever a visible part of the job changes. */
  version: string;
  progress: Progress;
  /** The stored plan; `null` until the job has succeeded. */
  result: unknown;
  /** Whether `progress` belongs to the running leader that this job waits for. */
  isFollowing?: boolean;
  /** Why the breaker holds back this queued job. */
  heldBackBy?: Failure;
}
