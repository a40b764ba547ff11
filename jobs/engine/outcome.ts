/**
 * The only place that decides what follows an attempt.
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
import { Postponement } from "../../lib/job/postponement.ts";
import type { WrittenPlan } from "../kind.ts";

/** How an attempt ended. */
export type Ended =
  | { plan: WrittenPlan }
  | { error: unknown }
  /** The job is a follower, and its leader has failed. */
  | { failure: Failure };

/** The next state of the job. */
export type Outcome =
  | { next: "done"; plan: WrittenPlan }
  | { next: "retry"; failure: Failure; runAt: number }
  /**
   * The job is put back, and the attempt is not counted. `failure`: the model refused its call.
   * Unset: it made no call, or its kind has postponed it.
   */
  | { next: "wait"; runAt: number; failure?: Failure }
  | { next: "stop"; failure: Failure };

/** The outcome that was stored. `lost`: the worker no longer held the job, so it stored nothing. */
export type Settled = Outcome | { next: "lost" };

export interface DecideOptions {
  job: RunningJob;
  limits: JobLimits;
  /** Epoch milliseconds. */
  now: number;
  /** Returns a number from 0 up to, but not including, 1. */
  random: () => number;
  /** A plan of the attempt that is better than a failure. Unset: there is none. */
  kept?: WrittenPlan | undefined;
  /** Creates a placeholder when the quota is spent. Unset: the job fails. */
  placeholder?: (() => WrittenPlan) | undefined;
}

/** The first retry starts within 2 s, the second within 4 s, and so on, up to one minute. */
const RETRY_BACKOFF = { firstMs: 2_000, maxMs: 60_000 };

/** Decides what follows an attempt: completion, a retry, a wait, or a failure. */
export function decide(ended: Ended, options: DecideOptions): Outcome {
  const outcome = outcomeOf(ended, options);
  const { kept } = options;
  return outcome.next === "stop" && kept ? { next: "done", plan: kept } : outcome;
}

function outcomeOf(ended: Ended, options: DecideOptions): Outcome {
  if ("plan" in ended) return { next: "done", plan: ended.plan };
  // The leader has already made all retries.
  if ("failure" in ended) return { next: "stop", failure: ended.failure };
  const { job, limits, now, kept, placeholder } = options;
  if (ended.error instanceof BreakerOpenError || ended.error instanceof Postponement) {
    const wait = waitUntil(ended.error);
    if (wait.runAt < Math.min(deadlineOf(job, limits), job.expiresAt)) return wait;
  }
  const { failure, retryAfterMs = 0 } = asJobError(ended.error);
  if (failure.code === "quota_exceeded" && placeholder && !kept) {
    return { next: "done", plan: placeholder() };
  }
  if (
    !failureKinds[failure.code].retriedByJob || job.attempt >= limitsOf(job, limits).maxAttempts
  ) {
    return { next: "stop", failure };
  }
  // Full jitter, so that jobs that failed together do not retry together.
  // https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
  const jitteredMs = options.random() * backoffMs(job.attempt, RETRY_BACKOFF);
  const runAt = Math.ceil(now + retryAfterMs + jitteredMs);
  // A retry after the deadline cannot start, so the job fails now.
  if (runAt >= deadlineOf(job, limits)) return { next: "stop", failure };
  return { next: "retry", failure, runAt };
}

function waitUntil(error: BreakerOpenError | Postponement): Outcome & { next: "wait" } {
  if (error instanceof Postponement) return { next: "wait", runAt: error.until };
  const { until, hasCalled, failure } = error;
  return { next: "wait", runAt: until, ...(hasCalled && { failure }) };
}

/** Returns the error of an attempt that the deadline of its job ends. */
export function deadlineError(): JobError {
  const { code, message } = deadlineFailure();
  return new JobError(code, message);
}

/** Returns the error as a `JobError`. An unknown error becomes `internal`, which is retried. */
function asJobError(error: unknown): JobError {
  if (error instanceof JobError) return error;
  // The deadline comes first.
  if (error instanceof Postponement) return deadlineError();
  if (error instanceof BlobTooLargeError) {
    return new JobError("result_too_large", "The plan is too large to store", { cause: error });
  }
  return new JobError("internal", "Internal error", { cause: error });
}
