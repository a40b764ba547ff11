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
import { BlobRef } from "./blob_ref.ts";
import { Failure, failure } from "./failure.ts";
import { Timeline, type Transition, withTransition } from "./timeline.ts";
import { TraceContext } from "../trace_context.ts";
import { JobUsage } from "../usage.ts";

const epochMs = z.int().nonnegative();

/** Who wrote a plan: OpenAI, the sample generator, or the placeholder that replaces a spent quota. */
export const Source = z.enum(["openai", "sample", "placeholder"]);
export type Source = z.infer<typeof Source>;

/** The limits that a job is held to. */
export const JobLimits = z.object({
  /** Claims a job may use up. */
  maxAttempts: z.int().positive(),
  /** From the first claim to the last moment at which it may still run, in milliseconds. */
  timeoutMs: z.number().positive(),
});
export type JobLimits = z.infer<typeof JobLimits>;

const common = {
  /**
   * Version of this schema, for records that outlive a deployment. 2: jobs have owners and callbacks.
   * Instances that only know 1 would drop these when they write, so they must not read it.
   */
  schema: z.literal([1, 2]),
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
  /** The owner (`Caller.owner`), or `null` if the caller is not recognizable. */
  owner: z.string().nullable().default(null),
  /** Where its end is to be told. */
  callbackUrl: z.string().nullable().default(null),
  /** Limits of its own; `null`: those of every job. */
  limits: JobLimits.nullable().default(null),
  /** The same for jobs that would get the same plan; `null`: it is generated in any case. */
  dedupeKey: z.string().nullable().default(null),
  /** Tokens of finished steps that were not paid for again, in all attempts. */
  savedTokens: z.int().nonnegative().default(0),
  /** The trace that the work belongs to. It must not spoil a job. */
  trace: TraceContext.nullable().catch(null).default(null),
  /** Each transition so far; bounded. */
  timeline: Timeline.default([]),
};

/** What every job has that has ended. */
const ended = {
  finishedAt: epochMs,
  /** `null` if no model was asked. The books must not spoil a plan. */
  usage: JobUsage.nullable().catch(null).default(null),
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
  ...ended,
  state: z.literal("succeeded"),
  source: Source,
  result: BlobRef,
});
const FailedJob = z.object({
  ...common,
  ...ended,
  state: z.literal("failed"),
  failure: Failure,
});
const CanceledJob = z.object({
  ...common,
  ...ended,
  state: z.literal("canceled"),
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
/** A job of which nothing changes any more. */
export type EndedJob = SucceededJob | FailedJob | CanceledJob;

/** Nothing of the job changes any more. */
export function isEnded(job: JobRecord): job is EndedJob {
  return "finishedAt" in job;
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
    owner?: string | null;
    callbackUrl?: string | null;
    limits?: JobLimits | null;
    dedupeKey?: string | null;
    trace?: TraceContext | null;
  },
): QueuedJob {
  const { id, kind, request, promptVersion, now, ttlMs } = options;
  const { owner = null, callbackUrl = null, limits = null } = options;
  const { dedupeKey = null, trace = null } = options;
  return {
    schema: 2,
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
    owner,
    callbackUrl,
    limits,
    dedupeKey,
    savedTokens: 0,
    trace,
    timeline: [{ event: "accepted", at: now }],
    runAt: now,
  };
}

/** The job as it was when it was accepted, whatever has become of it since. */
export function acceptedJob(job: JobRecord): QueuedJob {
  const { createdAt, expiresAt } = job;
  return newJob({ ...job, now: createdAt, ttlMs: expiresAt - createdAt });
}

/** A new job, due at once, that does what a failed one did not. */
export function replayJob(
  job: FailedJob,
  options: { id: string; now: number; ttlMs: number },
): QueuedJob {
  // On its own: the job that it would follow is the failed one.
  return { ...newJob({ ...job, ...options, dedupeKey: null }), replayOf: job.id };
}

/** A job that never started is given up when this part of its life is left. */
const LAST_PART = 1 / 4;

/** What a job is held to: its own limits, or those of every job. */
export function limitsOf(job: JobRecord, limits: JobLimits): JobLimits {
  return job.limits ?? limits;
}

/**
 * Returns the deadline of a job, in epoch milliseconds. A job that never started fails shortly before it
 * expires, so that its client can still read the failure.
 */
export function deadlineOf(job: QueuedJob | RunningJob, limits: JobLimits): number {
  const { timeoutMs } = limitsOf(job, limits);
  if (job.startedAt !== null) return job.startedAt + timeoutMs;
  const { createdAt, expiresAt } = job;
  return expiresAt - Math.min(timeoutMs, LAST_PART * (expiresAt - createdAt));
}

/** `holder` takes the job: one attempt more. `follows`: the job whose plan it takes over. */
export function claimJob(
  job: QueuedJob,
  options: { holder: string; now: number; follows?: string | undefined },
): RunningJob {
  const { holder, now, follows } = options;
  const attempt = job.attempt + 1;
  const claimed = { event: "claimed", at: now, attempt, instance: holder } as const;
  const transition = follows === undefined ? claimed : { ...claimed, follows };
  return {
    ...withoutTurn(job),
    state: "running",
    attempt,
    startedAt: job.startedAt ?? now,
    claimedAt: now,
    holder,
    timeline: withTransition(job.timeline, transition),
  };
}

/** What an attempt leaves behind, however it ends. */
export interface AttemptEnd {
  /** Epoch milliseconds. */
  now: number;
  /** Tokens of steps that the attempt found finished. */
  savedTokens?: number | undefined;
}

/** The attempt failed; another one follows at `runAt`. */
export function retryJob(
  job: RunningJob,
  options: AttemptEnd & { failure: Failure; runAt: number },
): QueuedJob {
  const { failure, runAt, now } = options;
  const { attempt } = job;
  const queued = queue(job, options, { event: "retried", at: now, attempt, failure, runAt });
  return { ...queued, lastFailure: failure };
}

/** The worker gives the job back unfinished, through no fault of the job: the attempt is not counted. */
export function releaseJob(job: RunningJob, options: AttemptEnd & { runAt: number }): QueuedJob {
  const { runAt, now } = options;
  const { attempt } = job;
  const queued = queue(job, options, { event: "released", at: now, attempt, runAt });
  return { ...queued, attempt: attempt - 1 };
}

/** The worker is dead. Its attempt counts, so that a job that kills its process runs out of them. */
export function rescueJob(
  job: RunningJob,
  options: { now: number; limits: JobLimits },
): QueuedJob | { failure: Failure } {
  const { now, limits } = options;
  const { attempt } = job;
  const lost = failure("worker_lost", "The worker stopped before the plan was finished");
  if (attempt >= limitsOf(job, limits).maxAttempts) return { failure: lost };
  if (now >= deadlineOf(job, limits)) return { failure: deadlineFailure() };
  const queued = queue(job, { now, runAt: now }, { event: "rescued", at: now, attempt });
  return { ...queued, lastFailure: lost };
}

/** What is known of a job when it ends. */
export interface JobEnd extends AttemptEnd {
  usage: JobUsage | null;
}

/** The plan is there. */
export function completeJob(
  job: RunningJob,
  options: JobEnd & { result: BlobRef; source: Source; promptVersion: string },
): SucceededJob {
  const { now, source, promptVersion, result } = options;
  const { attempt } = job;
  return {
    ...end(job, options, { event: "completed", at: now, attempt, source }),
    state: "succeeded",
    source,
    promptVersion,
    result,
  };
}

/** There will be no plan. */
export function failJob(
  job: QueuedJob | RunningJob,
  options: JobEnd & { failure: Failure },
): FailedJob {
  const { now, failure } = options;
  const { attempt } = job;
  const ended = end(job, options, { event: "failed", at: now, attempt, failure });
  return { ...ended, state: "failed", failure };
}

/** Ends a job because its client has canceled it. */
export function cancelJob(job: QueuedJob | RunningJob, options: JobEnd): CanceledJob {
  return { ...end(job, options, { event: "canceled", at: options.now }), state: "canceled" };
}

/** What a job fails with when its hard deadline passes. */
export function deadlineFailure(): Failure {
  return failure("deadline_exceeded", "The plan was not finished in time");
}

function queue(
  job: RunningJob,
  { runAt, savedTokens = 0 }: AttemptEnd & { runAt: number },
  transition: Transition,
): QueuedJob {
  return {
    ...withoutHolder(job),
    state: "queued",
    runAt,
    savedTokens: job.savedTokens + savedTokens,
    timeline: withTransition(job.timeline, transition),
  };
}

function end(
  job: QueuedJob | RunningJob,
  { now, usage, savedTokens = 0 }: JobEnd,
  transition: Transition,
) {
  return {
    ...(job.state === "running" ? withoutHolder(job) : withoutTurn(job)),
    finishedAt: now,
    usage,
    savedTokens: job.savedTokens + savedTokens,
    timeline: withTransition(job.timeline, transition),
  };
}

function withoutHolder({ holder: _, claimedAt: __, ...rest }: RunningJob) {
  return rest;
}

function withoutTurn({ runAt: _, ...rest }: QueuedJob) {
  return rest;
}
