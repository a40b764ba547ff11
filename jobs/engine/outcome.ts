/**
 * The one place that decides what becomes of an attempt.
 * @module
 */
import { backoffMs } from "../../lib/backoff.ts";
import { BlobTooLargeError } from "../../lib/store/blob.ts";
import { BreakerOpenError } from "../../lib/store/breaker.ts";
import { type Failure, failureKinds, JobError } from "../../lib/job/failure.ts";
import {
  deadlineFailure,
  deadlineOf,
  type JobLimits,
  limitsOf,
  type RunningJob,
} from "../../lib/job/job_record.ts";
import type { Plan } from "../kind.ts";

/** How an attempt ended. */
export type Ended =
  | { plan: Plan }
  | { error: unknown }
  /** The job that it follows has failed. */
  | { failure: Failure };

/** What happens to the job now. */
export type Outcome =
  | { next: "done"; plan: Plan }
  | { next: "retry"; failure: Failure; runAt: number }
  /** Put back, its attempt not counted. */
  | { next: "wait"; runAt: number }
  | { next: "stop"; failure: Failure };

/** What has become of the job; `lost`: it was no longer the worker's, and nothing was written. */
export type Settled = Outcome | { next: "lost" };

export interface DecideOptions {
  job: RunningJob;
  limits: JobLimits;
  /** Epoch milliseconds. */
  now: number;
  /** From 0 up to 1. */
  random: () => number;
  /** Replaces the plan when the quota is spent; unset, the job fails. */
  placeholder?: (() => Plan) | undefined;
}

/** The first retry comes within 2 s, the second within 4 s, …, none later than a minute. */
const RETRY_BACKOFF = { firstMs: 2_000, maxMs: 60_000 };

/** What to do after an attempt: keep the plan, try again later, or give up. */
export function decide(ended: Ended, options: DecideOptions): Outcome {
  if ("plan" in ended) return { next: "done", plan: ended.plan };
  // Trying again was that job's matter.
  if ("failure" in ended) return { next: "stop", failure: ended.failure };
  const { job, limits, now, placeholder } = options;
  if (ended.error instanceof BreakerOpenError) {
    const { until } = ended.error;
    if (until < Math.min(deadlineOf(job, limits), job.expiresAt)) {
      return { next: "wait", runAt: until };
    }
  }
  const { failure, retryAfterMs = 0 } = asJobError(ended.error);
  if (failure.code === "quota_exceeded" && placeholder) {
    return { next: "done", plan: placeholder() };
  }
  if (
    !failureKinds[failure.code].retriedByJob || job.attempt >= limitsOf(job, limits).maxAttempts
  ) {
    return { next: "stop", failure };
  }
  // Full jitter: jobs that failed together do not come back together.
  // https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
  const jitteredMs = options.random() * backoffMs(job.attempt, RETRY_BACKOFF);
  const runAt = Math.ceil(now + retryAfterMs + jitteredMs);
  // No use in waiting for a turn that the deadline will not let it have.
  if (runAt >= deadlineOf(job, limits)) return { next: "stop", failure };
  return { next: "retry", failure, runAt };
}

/** What a job fails with when its deadline aborts it. */
export function deadlineError(): JobError {
  const { code, message } = deadlineFailure();
  return new JobError(code, message);
}

/** Every fault that has no name of its own is internal, and tried again. */
function asJobError(error: unknown): JobError {
  if (error instanceof JobError) return error;
  if (error instanceof BlobTooLargeError) {
    return new JobError("result_too_large", "The plan is too large to store", { cause: error });
  }
  return new JobError("internal", "Internal error", { cause: error });
}
