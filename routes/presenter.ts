/**
 * How a job looks from outside: the one place that turns a record into a public answer.
 * @module
 */
import type { JobKind } from "../jobs/kind.ts";
import { isoTime } from "../lib/clock.ts";
import type { JobRecord } from "../lib/job_record.ts";
import type { JobSnapshot } from "../lib/job_store.ts";
import { noProgress } from "../lib/progress.ts";

/** The states as the old clients know them; `canceled` is only seen by clients that cancel. */
const statuses = {
  queued: "processing",
  running: "processing",
  succeeded: "completed",
  failed: "failed",
  canceled: "canceled",
} as const satisfies Record<JobRecord["state"], string>;

/** A young job is asked for every 2 s, one that takes its time every 10 s. */
const YOUNG_MS = 60_000;
const YOUNG_RETRY_SECONDS = 2;
const OLD_RETRY_SECONDS = 10;

/**
 * The body of `POST` and `GET`. A member that has no value is `null`, never absent; times are ISO
 * 8601 in UTC.
 */
export function presentJob(kind: JobKind, { job, progress, result }: JobSnapshot) {
  const finished = "finishedAt" in job;
  return {
    [kind.http.idName]: job.id,
    status: statusOf(job),
    ...kind.present({
      request: kind.request.parse(job.request),
      result: result === null ? null : kind.result.parse(result),
      progress,
    }),
    createdAt: isoTime(job.createdAt),
    completedAt: finished ? isoTime(job.finishedAt) : null,
    expiresAt: isoTime(job.expiresAt),
    error: job.state === "failed" ? job.failure.message : null,
    failure: job.state === "failed"
      ? { code: job.failure.code, retryable: job.failure.retryable, hint: job.failure.hint }
      : null,
    source: job.state === "succeeded" ? job.source : null,
    attempt: job.attempt,
  };
}

/** The public name of the job's state. */
export function statusOf(job: JobRecord): string {
  return statuses[job.state];
}

/** A job that was just accepted. */
export function presentNewJob(kind: JobKind, job: JobRecord) {
  return presentJob(kind, { job, progress: noProgress, result: null });
}

/** Where the job is to be asked for, absolute path. */
export function locationOf(kind: JobKind, job: JobRecord): string {
  return `${kind.http.path}/${job.id}`;
}

/** When to ask again, in seconds; `null` if nothing changes any more. */
export function retryAfterSeconds(job: JobRecord, now: number): number | null {
  if ("finishedAt" in job) return null;
  return now - job.createdAt < YOUNG_MS ? YOUNG_RETRY_SECONDS : OLD_RETRY_SECONDS;
}
