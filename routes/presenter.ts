/**
 * How a job looks from outside: the one place that turns a record into a public answer.
 * @module
 */
import type { JobTimeline } from "../jobs/engine.ts";
import type { JobKind } from "../jobs/kind.ts";
import { isoTime } from "../lib/clock.ts";
import type { JobRecord, QueuedJob, RunningJob } from "../lib/job_record.ts";
import type { JobSnapshot } from "../lib/job_store.ts";
import { noProgress, type Progress } from "../lib/progress.ts";

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
export function presentJob(kind: JobKind, { job, progress, result, isFollowing }: JobSnapshot) {
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
    progress: finished ? null : presentProgress(job, progress, { isFollowing }),
    partial: finished ? null : progress.partial,
    usage: finished ? job.usage : progress.usage,
  };
}

/** What the job is at; one that waits says what for, unless it shows another one's progress. */
function presentProgress(
  job: QueuedJob | RunningJob,
  progress: Progress,
  { isFollowing = false }: { isFollowing?: boolean | undefined },
) {
  const { phase, message, step, of, updatedAt } = progress;
  const shown = { phase, message, step, of, updatedAt: isoTime(updatedAt || job.createdAt) };
  if (job.state === "running" || isFollowing) return shown;
  const since = job.timeline.at(-1)?.at ?? job.createdAt;
  const waits = job.lastFailure
    ? { phase: "retrying", message: `Trying again after a fault: ${job.lastFailure.message}` }
    : { phase: "queued", message: "Waiting for a free worker" };
  return { ...shown, ...waits, updatedAt: isoTime(since) };
}

/** What happened to a job: for whoever is asked about it. Times are ISO 8601 in UTC. */
export function presentTimeline(kind: JobKind, { job, progress, events }: JobTimeline) {
  return {
    [kind.http.idName]: job.id,
    status: statusOf(job),
    attempt: job.attempt,
    usage: "finishedAt" in job ? job.usage : progress.usage,
    events: events.map(({ at, ...event }) => ({
      at: isoTime(at),
      ...event,
      ...("runAt" in event && { runAt: isoTime(event.runAt) }),
    })),
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
