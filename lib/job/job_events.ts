/**
 * What the store reports of jobs, after each commit that changed one.
 *
 * Each saved transition is reported once, also when only the answer to its commit got lost. A commit
 * that failed reports nothing. Methods must not throw, because the transition is already stored.
 * @module
 */
import type { EndedJob, QueuedJob, RunningJob } from "./job_record.ts";
import type { StepEvent } from "./timeline.ts";

/** Why a job waits that was accepted earlier, or that repeats another job. */
export type QueuedAgain = "retried" | "released" | "rescued" | "replayed";

/** How a job ended. */
export interface JobEnding {
  /** `attempt`: during an attempt. `queue`: while it waited. `rescue`: its instance had died. */
  during: "attempt" | "queue" | "rescue";
  /** All stored steps of the job, with the failed turns. */
  steps: readonly StepEvent[];
}

/** Receives the saved transitions of one instance. */
export interface JobEvents {
  /** A new job is stored. A callback is a job as well. */
  accepted(job: QueuedJob): void;
  /** An attempt begins. `isFirst`: no attempt has begun before. */
  claimed(job: RunningJob, options: { isFirst: boolean }): void;
  /** A job was put back into the queue. A replay is a new job, which no `accepted` reports. */
  queued(job: QueuedJob, why: QueuedAgain): void;
  /** A job has ended. */
  ended(job: EndedJob, ending: JobEnding): void;
}
