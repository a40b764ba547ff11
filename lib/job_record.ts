/**
 * What is stored of a job, and the pure transitions between its states. Nothing here knows KV.
 *
 * ```
 * queued ──claim──▶ running ──complete──▶ succeeded
 *   ▲                  │ ──────fail─────▶ failed ◀── a queued job whose time is up
 *   │                  │ ─────cancel────▶ canceled ◀── a queued job too
 *   └──────────────────┘
 *   retry · release · rescue
 * ```
 * @module
 */
import { z } from "zod";
import { BlobRef } from "./blob.ts";
import { Failure, failure } from "./failure.ts";

const epochMs = z.int().nonnegative();

/** Who wrote a plan: OpenAI, the sample generator, or the placeholder that replaces a spent quota. */
export const Source = z.enum(["openai", "sample", "placeholder"]);
export type Source = z.infer<typeof Source>;

const common = {
  /** Version of this schema, for records that outlive a deployment. */
  schema: z.literal(1),
  id: z.uuid(),
  kind: z.string(),
  /** The request as its kind's schema returned it. */
  request: z.unknown(),
  /** The prompt that wrote, or will write, the plan. */
  promptVersion: z.string(),
  /** The attempts so far that count: a claim adds one, a release takes it back. */
  attempt: z.int().nonnegative(),
  createdAt: epochMs,
  /** From here on the job does not exist, whatever KV still holds. */
  expiresAt: epochMs,
  /** When it was first claimed: its deadline counts from here. */
  startedAt: epochMs.nullable(),
  /** Why the attempt before this one ended. */
  lastFailure: Failure.nullable(),
  /** The failed job that this one repeats. */
  replayOf: z.uuid().nullable().default(null),
};

const QueuedJob = z.object({
  ...common,
  state: z.literal("queued"),
  /** Not to be claimed before. */
  runAt: epochMs,
});
const RunningJob = z.object({
  ...common,
  state: z.literal("running"),
  /** The instance that works on it. */
  holder: z.string(),
  claimedAt: epochMs,
});
const SucceededJob = z.object({
  ...common,
  state: z.literal("succeeded"),
  finishedAt: epochMs,
  source: Source,
  result: BlobRef,
});
const FailedJob = z.object({
  ...common,
  state: z.literal("failed"),
  finishedAt: epochMs,
  failure: Failure,
});

const CanceledJob = z.object({
  ...common,
  state: z.literal("canceled"),
  finishedAt: epochMs,
});

/** A job as it lies in KV. */
export const JobRecord = z.discriminatedUnion("state", [
  QueuedJob,
  RunningJob,
  SucceededJob,
  FailedJob,
  CanceledJob,
]);
export type JobRecord = z.infer<typeof JobRecord>;
export type QueuedJob = z.infer<typeof QueuedJob>;
export type RunningJob = z.infer<typeof RunningJob>;
export type SucceededJob = z.infer<typeof SucceededJob>;
export type FailedJob = z.infer<typeof FailedJob>;
export type CanceledJob = z.infer<typeof CanceledJob>;

/** The limits that every job is held to. */
export interface JobLimits {
  /** Claims a job may use up. */
  maxAttempts: number;
  /** From the first claim to the last moment at which it may still run. */
  timeoutMs: number;
}

/** A new job, due at once. */
export function newJob(
  options: {
    id: string;
    kind: string;
    request: unknown;
    promptVersion: string;
    now: number;
    ttlMs: number;
  },
): QueuedJob {
  const { id, kind, request, promptVersion, now, ttlMs } = options;
  return {
    schema: 1,
    state: "queued",
    id,
    kind,
    request,
    promptVersion,
    attempt: 0,
    createdAt: now,
    expiresAt: now + ttlMs,
    startedAt: null,
    lastFailure: null,
    replayOf: null,
    runAt: now,
  };
}

/** A new job, due at once, that does what a failed one did not. */
export function replayJob(
  job: FailedJob,
  options: { id: string; now: number; ttlMs: number },
): QueuedJob {
  return { ...newJob({ ...job, ...options }), replayOf: job.id };
}

/** A job that never started is given up when this part of its life is left. */
const LAST_PART = 1 / 4;

/**
 * When the job's time is up, in epoch milliseconds. One that never started is given up shortly before
 * it expires, so that whoever asks for it learns how it ended.
 */
export function deadlineOf(job: QueuedJob | RunningJob, { timeoutMs }: JobLimits): number {
  if (job.startedAt !== null) return job.startedAt + timeoutMs;
  const { createdAt, expiresAt } = job;
  return expiresAt - Math.min(timeoutMs, LAST_PART * (expiresAt - createdAt));
}

/** `holder` takes the job: one attempt more. */
export function claimJob(job: QueuedJob, options: { holder: string; now: number }): RunningJob {
  return {
    ...withoutTurn(job),
    state: "running",
    attempt: job.attempt + 1,
    startedAt: job.startedAt ?? options.now,
    claimedAt: options.now,
    holder: options.holder,
  };
}

/** The attempt failed; another one follows at `runAt`. */
export function retryJob(
  job: RunningJob,
  options: { failure: Failure; runAt: number },
): QueuedJob {
  return { ...queue(job, options.runAt), lastFailure: options.failure };
}

/** The worker gives the job back unfinished, through no fault of the job: the attempt is not counted. */
export function releaseJob(job: RunningJob, options: { runAt: number }): QueuedJob {
  return { ...queue(job, options.runAt), attempt: job.attempt - 1 };
}

/** The worker is dead. Its attempt counts, so that a job that kills its process runs out of them. */
export function rescueJob(
  job: RunningJob,
  options: { now: number; limits: JobLimits },
): QueuedJob | FailedJob {
  const { now, limits } = options;
  const lost = failure("worker_lost", "The worker stopped before the plan was finished");
  if (job.attempt >= limits.maxAttempts) return failJob(job, { failure: lost, now });
  if (now >= deadlineOf(job, limits)) return failJob(job, { failure: deadlineFailure(), now });
  return retryJob(job, { failure: lost, runAt: now });
}

/** The plan is there. */
export function completeJob(
  job: RunningJob,
  options: { result: BlobRef; source: Source; promptVersion: string; now: number },
): SucceededJob {
  return {
    ...withoutHolder(job),
    state: "succeeded",
    finishedAt: options.now,
    source: options.source,
    promptVersion: options.promptVersion,
    result: options.result,
  };
}

/** There will be no plan. */
export function failJob(
  job: QueuedJob | RunningJob,
  options: { failure: Failure; now: number },
): FailedJob {
  return {
    ...withoutState(job),
    state: "failed",
    finishedAt: options.now,
    failure: options.failure,
  };
}

/** Nobody wants the plan any more. */
export function cancelJob(
  job: QueuedJob | RunningJob,
  options: { now: number },
): CanceledJob {
  return { ...withoutState(job), state: "canceled", finishedAt: options.now };
}

/** What a job fails with when its hard deadline passes. */
export function deadlineFailure(): Failure {
  return failure("deadline_exceeded", "The plan was not finished in time");
}

function queue(job: RunningJob, runAt: number): QueuedJob {
  return { ...withoutHolder(job), state: "queued", runAt };
}

function withoutState(job: QueuedJob | RunningJob) {
  return job.state === "running" ? withoutHolder(job) : withoutTurn(job);
}

function withoutHolder({ holder: _, claimedAt: __, ...rest }: RunningJob) {
  return rest;
}

function withoutTurn({ runAt: _, ...rest }: QueuedJob) {
  return rest;
}
