/**
 * The record of a job, and the pure transitions between its states. This module does not use KV.
 *
 * ```
 * queued ──claim──▶ running ──complete──▶ succeeded
 *   ▲                  │ ──────fail─────▶ failed ◀── also a queued job, at its deadline
 *   │                  │ ─────cancel────▶ canceled ◀── also a queued job
 *   └──────────────────┘
 *   retry · release · rescue
 * ```
 * @module
 */
import { z } from "zod";
import { BlobRef } from "./blob_ref.ts";
import { Failure, failure } from "./failure.ts";
import { Refinement } from "./refinement.ts";
import { Timeline, type Transition, withTransition } from "./timeline.ts";
import { TraceContext } from "../trace_context.ts";
import { JobUsage } from "../usage.ts";

const epochMs = z.int().nonnegative();

/** What wrote a plan. `placeholder`: a sample plan, because the quota is spent. */
export const Source = z.enum(["openai", "sample", "placeholder"]);
export type Source = z.infer<typeof Source>;

/** The limits of a job. */
export const JobLimits = z.object({
  /** The largest number of claims that count. */
  maxAttempts: z.int().positive(),
  /** The time from the first claim to the deadline, in milliseconds. */
  timeoutMs: z.number().positive(),
});
export type JobLimits = z.infer<typeof JobLimits>;

const common = {
  /**
   * The version of this schema, for records that outlive a deployment. 2: jobs have owners and
   * callbacks. Instances that only know 1 must not read it, because they would write it without
   * these.
   *
   * 3: the job has a `refinement`, and the same goes for instances that only know 2. All other jobs
   * keep 2, so that these instances work on them.
   */
  schema: z.literal([1, 2, 3]),
  id: z.uuid(),
  kind: z.string(),
  /** The request as its kind's schema returned it. */
  request: z.unknown(),
  /** The version of the prompt that writes the plan. */
  promptVersion: z.string(),
  /** The number of attempts that count: a claim adds one, a release subtracts one. */
  attempt: z.int().nonnegative(),
  createdAt: epochMs,
  /** From this time on the job counts as missing, even if KV still holds it. */
  expiresAt: epochMs,
  /** The time of the first claim, from which the deadline counts. */
  startedAt: epochMs.nullable(),
  /** Why the previous attempt failed. */
  lastFailure: Failure.nullable(),
  /** The ended job that this job repeats. */
  replayOf: z.uuid().nullable().default(null),
  /** The plan that this job changes; `null`: it writes a new one. */
  refinement: Refinement.nullable().default(null),
  /** `Caller.owner` of the request; `null` if it had neither an API key nor a client token. */
  owner: z.string().nullable().default(null),
  /**
   * Keyed hashes of the address that the request came from, so that the breaker can tell the jobs of
   * one address from others. `null`: it had an API key, or the hash is not known.
   */
  sender: z.string().nullable().catch(null).default(null),
  /** The URL for the callback at the end of the job. */
  callbackUrl: z.string().nullable().default(null),
  /** Limits of this job only; `null`: the configured limits. */
  limits: JobLimits.nullable().default(null),
  /** Equal for identical jobs; `null`: the job always calls the model itself. */
  dedupeKey: z.string().nullable().default(null),
  /** Tokens that all attempts saved, because they reused finished steps. */
  savedTokens: z.int().nonnegative().default(0),
  /** The trace of the work. An invalid one must not make the record unreadable. */
  trace: TraceContext.nullable().catch(null).default(null),
  /** The transitions so far, at most `MAX_TRANSITIONS`. */
  timeline: Timeline.default([]),
};

/** The additional members of ended jobs. */
const ended = {
  finishedAt: epochMs,
  /** `null` if no model was called. An invalid value must not make the plan unreadable. */
  usage: JobUsage.nullable().catch(null).default(null),
};

/**
 * The place among the waiting jobs of its kind, in epoch milliseconds with fractions. Jobs with lower
 * places start first. Unset: `runAt`.
 */
const place = z.number().nonnegative().optional();

const QueuedJob = z.object({
  ...common,
  state: z.literal("queued"),
  /** Workers must not claim the job before this time, in epoch milliseconds. */
  runAt: epochMs,
  place,
  /**
   * How many jobs were before it when it was accepted, plus one, as far as its instance knew. Unset:
   * the job did not have to wait, or it waits again.
   */
  position: z.int().positive().optional().catch(undefined),
});
const RunningJob = z.object({
  ...common,
  state: z.literal("running"),
  /** The instance that has the lease. */
  holder: z.string(),
  claimedAt: epochMs,
  /** The place at which it started, if it had to wait. */
  place,
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

/** The stored form of a job. */
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
/** A job that no longer changes. */
export type EndedJob = SucceededJob | FailedJob | CanceledJob;

/** Returns whether the job has ended and no longer changes. */
export function isEnded(job: JobRecord): job is EndedJob {
  return "finishedAt" in job;
}

/** Creates a new job that is due at once. */
export function newJob(
  options: {
    id: string;
    kind: string;
    request: unknown;
    promptVersion: string;
    now: number;
    ttlMs: number;
    owner?: string | null;
    sender?: string | null;
    callbackUrl?: string | null;
    limits?: JobLimits | null;
    dedupeKey?: string | null;
    refinement?: Refinement | null;
    trace?: TraceContext | null;
  },
): QueuedJob {
  const { id, kind, request, promptVersion, now, ttlMs } = options;
  const { owner = null, sender = null, callbackUrl = null, limits = null } = options;
  const { dedupeKey = null, refinement = null, trace = null } = options;
  return {
    schema: refinement === null ? 2 : 3,
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
    refinement,
    owner,
    sender,
    callbackUrl,
    limits,
    dedupeKey,
    savedTokens: 0,
    trace,
    timeline: [{ event: "accepted", at: now }],
    runAt: now,
  };
}

/** Returns the job as it was when it was accepted. */
export function acceptedJob(job: JobRecord): QueuedJob {
  const { createdAt, expiresAt } = job;
  return newJob({ ...job, now: createdAt, ttlMs: expiresAt - createdAt });
}

/** Returns the place of a job among the waiting jobs of its kind. */
export function placeOf({ place, runAt }: QueuedJob): number {
  return place ?? runAt;
}

/** Creates a new job that repeats an ended job and is due at once. */
export function replayJob(
  job: EndedJob,
  options: { id: string; now: number; ttlMs: number },
): QueuedJob {
  // No `dedupeKey`: otherwise it would follow the ended job.
  return { ...newJob({ ...job, ...options, dedupeKey: null }), replayOf: job.id };
}

/**
 * A job that never started fails when this part of its lifetime is left, or `timeoutMs` if shorter.
 */
const LAST_PART = 1 / 4;

/** Returns the limits of a job: its own, else the configured limits. */
export function limitsOf(job: JobRecord, limits: JobLimits): JobLimits {
  return job.limits ?? limits;
}

/**
 * Returns the deadline of a job in epoch milliseconds. A job that never started fails some time
 * before it expires, so that its client can still read the failure.
 */
export function deadlineOf(job: QueuedJob | RunningJob, limits: JobLimits): number {
  const { timeoutMs } = limitsOf(job, limits);
  if (job.startedAt !== null) return job.startedAt + timeoutMs;
  const { createdAt, expiresAt } = job;
  return expiresAt - Math.min(timeoutMs, LAST_PART * (expiresAt - createdAt));
}

/**
 * Starts an attempt.
 *
 * @param options `follows`: the leader whose plan or failure the job takes over
 */
export function claimJob(
  job: QueuedJob,
  options: { holder: string; now: number; follows?: string | undefined },
): RunningJob {
  const { holder, now, follows } = options;
  const { runAt: _, position: __, ...waiting } = job;
  const attempt = job.attempt + 1;
  const claimed = { event: "claimed", at: now, attempt, instance: holder } as const;
  const transition = follows === undefined ? claimed : { ...claimed, follows };
  return {
    ...waiting,
    state: "running",
    attempt,
    startedAt: job.startedAt ?? now,
    claimedAt: now,
    holder,
    timeline: withTransition(job.timeline, transition),
  };
}

/** The data that every transition at the end of an attempt needs. */
export interface AttemptEnd {
  /** Epoch milliseconds. */
  now: number;
  /** Tokens of the steps that earlier attempts had finished. */
  savedTokens?: number | undefined;
}

/** Ends a failed attempt. The next attempt is due at `runAt`. */
export function retryJob(
  job: RunningJob,
  options: AttemptEnd & { failure: Failure; runAt: number },
): QueuedJob {
  const { failure, runAt, now } = options;
  const { attempt } = job;
  const queued = queue(job, options, { event: "retried", at: now, attempt, failure, runAt });
  return { ...queued, lastFailure: failure };
}

/**
 * Puts a job back at a shutdown or for an open breaker. The attempt is not counted, because the job
 * is not at fault.
 *
 * @param options `failure`: why the model refused the call of the job
 */
export function releaseJob(
  job: RunningJob,
  options: AttemptEnd & { runAt: number; failure?: Failure | undefined },
): QueuedJob {
  const { failure, runAt, now } = options;
  const { attempt } = job;
  const why = failure && { failure };
  const queued = queue(job, options, { event: "released", at: now, attempt, ...why, runAt });
  return { ...queued, attempt: attempt - 1 };
}

/**
 * Makes a job due that waits until the breaker lets it continue. It comes before jobs that have not
 * started.
 *
 * @returns `null` if the job waits for something else
 */
export function endPause(job: QueuedJob, now: number): QueuedJob | null {
  // A job that a shutdown has put back is due at once.
  const isPaused = job.timeline.at(-1)?.event === "released" && job.runAt > now;
  return isPaused ? { ...job, runAt: now, place: job.createdAt } : null;
}

/**
 * Puts back the job of a dead instance, or returns why it fails. The attempt counts, so that a job
 * that kills its process runs out of attempts.
 */
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

/** The data that a transition to a final state needs. */
export interface JobEnd extends AttemptEnd {
  usage: JobUsage | null;
}

/** Ends a job with its plan. */
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

/** Ends a job with a failure. */
export function failJob(
  job: QueuedJob | RunningJob,
  options: JobEnd & { failure: Failure },
): FailedJob {
  const { now, failure } = options;
  const { attempt } = job;
  const ended = end(job, options, { event: "failed", at: now, attempt, failure });
  return { ...ended, state: "failed", failure };
}

/** Ends a job that a client has canceled. */
export function cancelJob(job: QueuedJob | RunningJob, options: JobEnd): CanceledJob {
  return { ...end(job, options, { event: "canceled", at: options.now }), state: "canceled" };
}

/** Returns the failure of a job at its deadline. */
export function deadlineFailure(): Failure {
  return failure("deadline_exceeded", "The plan was not finished in time");
}

function queue(
  job: RunningJob,
  { now, runAt, savedTokens = 0 }: AttemptEnd & { runAt: number },
  transition: Transition,
): QueuedJob {
  return {
    ...withoutHolder(job),
    state: "queued",
    runAt,
    // A job that waits for nothing keeps its place, so it comes before jobs that have not started.
    ...(runAt <= now && { place: Math.min(job.place ?? job.createdAt, job.createdAt) }),
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
    ...(job.state === "running" ? withoutHolder(job) : withoutPlace(job)),
    finishedAt: now,
    usage,
    savedTokens: job.savedTokens + savedTokens,
    timeline: withTransition(job.timeline, transition),
  };
}

function withoutHolder({ holder: _, claimedAt: __, place: ___, ...rest }: RunningJob) {
  return rest;
}

function withoutPlace({ runAt: _, place: __, position: ___, ...rest }: QueuedJob) {
  return rest;
}
