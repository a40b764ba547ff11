/**
 * Turns the record of a job into its public JSON. `jobs/job_answer.ts` has the schemas. No other
 * module does this.
 * @module
 */
import type { Notice } from "../../jobs/kinds/callback/kind.ts";
import type { JobTimeline } from "../../jobs/engine/job_service.ts";
import { idMember, type Status } from "../../jobs/contract.ts";
import type { JobAnswer, JobSummary, TimelineAnswer } from "../../jobs/job_answer.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { isoTime } from "../../lib/clock.ts";
import {
  type EndedJob,
  isEnded,
  type JobRecord,
  type QueuedJob,
  type RunningJob,
} from "../../lib/job/job_record.ts";
import type { JobSnapshot, QueueWait } from "../../lib/job/job_snapshot.ts";
import type { Failure, FailureCode } from "../../lib/job/failure.ts";
import { noProgress, type Progress, reasonToWait } from "../../lib/job/progress.ts";

/** The states by the names that the old clients know. Only clients that cancel see `canceled`. */
const statuses = {
  queued: "processing",
  running: "processing",
  succeeded: "completed",
  failed: "failed",
  canceled: "canceled",
} as const satisfies Record<JobRecord["state"], Status>;

/**
 * Builds the body of the answers to `POST` and `GET`.
 *
 * @param request the request of the job, if it is known to match its schema
 */
export function presentJob(
  kind: PublicKind,
  snapshot: Omit<JobSnapshot, "version">,
  request: unknown = kind.request.parse(snapshot.job.request),
): JobAnswer {
  const { job, progress, result } = snapshot;
  const finished = isEnded(job);
  const { createdAt, ...common } = presentCommon(job);
  const plan = result === null ? null : kind.result.parse(result);
  return {
    ...presentRequest(kind, job, request),
    ...kind.presentResult({ result: plan, progress }),
    createdAt,
    ...common,
    progress: finished ? null : presentProgress(job, progress, snapshot),
    partial: finished ? keptParts(job, progress) : progress.partial,
    usage: finished ? job.usage : progress.usage,
    warnings: plan === null ? [] : [...kind.warningsOf?.(plan) ?? []],
  };
}

/** Builds the entry of a job in a list: the job without its plan. */
export function presentSummary(kind: PublicKind, job: JobRecord): JobSummary {
  const request = kind.request.parse(job.request);
  return { ...presentRequest(kind, job, request), ...presentCommon(job) };
}

/** Builds the body of the callback for a job that has ended. */
export function presentNotice(kinds: readonly PublicKind[], job: EndedJob): Notice {
  const kind = kinds.find(({ name }) => name === job.kind);
  if (!kind) throw new Error(`Cannot present job ${job.id}: there is no kind ${job.kind}`);
  return { type: `${kind.http.noun}.${statusOf(job)}`, data: presentSummary(kind, job) };
}

/** Builds the members that identify the job and repeat its request. */
function presentRequest(kind: PublicKind, job: JobRecord, request: unknown) {
  return {
    ...idMember(kind.http, job.id),
    status: statusOf(job),
    ...kind.presentRequest(request),
  };
}

/** Builds the members that every job has. */
function presentCommon(job: JobRecord) {
  return {
    createdAt: isoTime(job.createdAt),
    completedAt: isEnded(job) ? isoTime(job.finishedAt) : null,
    expiresAt: isoTime(job.expiresAt),
    error: job.state === "failed" ? job.failure.message : null,
    failure: job.state === "failed"
      ? { code: job.failure.code, retryable: job.failure.retryable, hint: job.failure.hint }
      : null,
    source: job.state === "succeeded" ? job.source : null,
    attempt: job.attempt,
    refines: job.refinement?.refines ?? null,
    lineage: job.refinement?.lineage ?? [],
  };
}

/**
 * Builds the progress of a job. A waiting job shows why it waits, except a follower: it shows the
 * progress of its leader.
 */
function presentProgress(
  job: QueuedJob | RunningJob,
  progress: Progress,
  { isFollowing = false, heldBackBy, queue }: WaitMembers,
) {
  const { phase, message, tools, step, of, updatedAt } = progress;
  const started = { position: null, expectedStartAt: null };
  const at = isoTime(updatedAt || job.createdAt);
  const shown = { phase, message, tools, step, of, ...started, updatedAt: at };
  if (job.state === "running" || isFollowing) return shown;
  const last = job.timeline.at(-1);
  const refusal = last?.event === "released" ? last.failure : undefined;
  const { isPaused = false, position = null, expectedStartAt = null } = queue ?? {};
  const reason = heldBackBy ?? refusal;
  const waiting = isPaused ? PAUSED : presentWait(job, reason);
  return {
    ...shown,
    ...waiting,
    tools: [],
    position,
    // The end of an outage is not known.
    expectedStartAt: expectedStartAt === null || reason ? null : isoTime(expectedStartAt),
    updatedAt: isoTime(last?.at ?? job.createdAt),
  };
}

/** A plan that was stopped for what it says is not shown any longer. */
const STOPPED_FOR_CONTENT: ReadonlySet<FailureCode> = new Set(["refused", "content_filtered"]);

/** Returns the finished parts of a job that has ended without a plan; `null`: there are none. */
function keptParts(job: EndedJob, { partial }: Progress): unknown[] | null {
  if (job.state === "succeeded" || partial.length === 0) return null;
  const isShown = job.state === "canceled" || !STOPPED_FOR_CONTENT.has(job.failure.code);
  return isShown ? partial : null;
}

/** The members of a snapshot that tell why a job waits. */
type WaitMembers = Pick<JobSnapshot, "isFollowing" | "heldBackBy" | "queue">;

const PAUSED = {
  phase: "paused",
  message: "The service has paused this kind of work. The job starts when it is resumed.",
} as const;

/**
 * Tells why a queued job waits.
 *
 * @param refusal why the model accepts no calls
 */
function presentWait({ lastFailure }: QueuedJob, refusal: Failure | undefined) {
  if (refusal) return { phase: "waiting" as const, message: reasonToWait(refusal.code) };
  return lastFailure
    ? {
      phase: "retrying" as const,
      message: `Trying again after a fault: ${lastFailure.message}`,
    }
    : { phase: "queued" as const, message: "Waiting for a free worker" };
}

/** Builds the timeline of a job. */
export function presentTimeline(
  kind: PublicKind,
  { job, progress, events }: Pick<JobTimeline, "job" | "progress" | "events">,
): TimelineAnswer {
  return {
    ...idMember(kind.http, job.id),
    status: statusOf(job),
    attempt: job.attempt,
    usage: isEnded(job) ? job.usage : progress.usage,
    events: events.map(({ at, ...event }) => ({
      at: isoTime(at),
      ...event,
      ...("runAt" in event && { runAt: isoTime(event.runAt) }),
    })),
  };
}

/** Returns the public name of the job's state. */
export function statusOf(job: JobRecord): Status {
  return statuses[job.state];
}

/**
 * Builds the answer for a job that was just accepted.
 *
 * @param queue how it waits; `null`: not known
 */
export function presentNewJob(
  kind: PublicKind,
  job: JobRecord,
  queue: QueueWait | null = null,
): JobAnswer {
  const snapshot = { job, progress: noProgress, result: null, ...(queue && { queue }) };
  return presentJob(kind, snapshot, job.request);
}

/** Returns the absolute path of the job in the API. */
export function locationOf(kind: PublicKind, job: JobRecord): string {
  return `${kind.http.path}/${job.id}`;
}
