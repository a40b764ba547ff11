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
  /** How this queued job waits, as far as the instance knows. */
  queue?: QueueWait;
}

/** How a queued job waits, see `QueueBoard`. */
export interface QueueWait {
  /** Whether an operator has paused its kind. */
  isPaused: boolean;
  /** How many jobs start before it, plus one; `null`: not known. */
  position: number | null;
  /** In epoch milliseconds; `null`: not known. */
  expectedStartAt: number | null;
}
