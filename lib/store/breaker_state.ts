/**
 * The state of a circuit breaker, and how a failed call changes it. This module does not use KV.
 *
 * A fault without an answer may have its cause in the request, so it is only a suspicion at first:
 * the job that failed waits alone. If a second job fails before any call was answered, the jobs that
 * both have in common wait: those with the same request, else those of the same source. The breaker
 * opens for all jobs when a job of a second source fails.
 * @module
 */
import { z } from "zod";
import { type Backoff, backoffMs } from "../backoff.ts";
import { Failure, type FailureCode, failureKinds, type JobError } from "../job/failure.ts";

/** A longer list would make each write larger. In a real outage the order of jobs matters little. */
const MAX_SOURCES = 20;

export const BreakerState = z.object({
  /**
   * The breaker stops calls before this time, in epoch milliseconds. Afterwards it lets one
   * through.
   */
  openUntil: z.number(),
  /** How many calls in a row the model has refused. */
  failures: z.int().positive(),
  /** The job of the probe. The breaker does not stop its calls. */
  probe: z.string().nullable(),
  /** A new random value for each refused call. */
  opening: z.string(),
  /** Stays the same from the first refused call until a call is answered. */
  outage: z.string().default(""),
  /** The only job whose calls have failed. The breaker stops only its calls. */
  suspect: z.string().nullable().default(null),
  /** The only request whose calls have failed. Without a `suspect`, all jobs with it wait. */
  suspectRequest: z.string().nullable().default(null),
  /**
   * The only source whose calls have failed. Without a `suspect` and a `suspectRequest`, the breaker
   * stops the calls of all its jobs. `null`: it stops the calls of all jobs.
   */
  suspectSource: z.string().nullable().default(null),
  /** The sources whose calls were refused in this outage: the newest {@link MAX_SOURCES}. */
  sources: z.array(z.string()).default([]),
  /** The failure that opened the breaker. */
  failure: Failure,
});
export type BreakerState = z.infer<typeof BreakerState>;

/** A job, and what it may have in common with other jobs. */
export interface SourcedJob {
  id: string;
  /** A hash of the request. */
  request: string;
  /** Who sent it: one or several names, see {@link isSameSource}. */
  source: string;
}

/**
 * Returns whether two sources have a name in common. A sender has the name of the day and that of the
 * day before, so that its jobs from before and after midnight belong together.
 *
 * @param source names with spaces in between
 */
function isSameSource(source: string | null, other: string): boolean {
  const names = other.split(" ");
  return source !== null && source.split(" ").some((name) => names.includes(name));
}

/**
 * How long to wait for a server that cannot be reached. A short pause at first, because a restart
 * takes seconds. At most half a minute, so that jobs continue soon after a long outage.
 */
const OUTAGE_PAUSE: Backoff = { firstMs: 1_000, maxMs: 30_000 };

/**
 * How long the breaker stays open without a `Retry-After`. The pause doubles with each consecutive
 * failure. Limits of requests and tokens recover within a minute; an operator must raise a quota.
 * https://developers.openai.com/api/docs/guides/rate-limits
 */
const pauses: Partial<Record<FailureCode, Backoff>> = {
  rate_limited: { firstMs: 1_000, maxMs: 60_000 },
  overloaded: OUTAGE_PAUSE,
  quota_exceeded: { firstMs: 60_000, maxMs: 600_000 },
};

/** The longest pause, even if `Retry-After` asks for more. */
export const LONGEST_PAUSE_MS = 600_000;

/** Returns the pauses after a failure; `null` if the failure does not open the breaker. */
export function pauseAfter({ failure: { code }, unanswered }: JobError): Backoff | null {
  const isOutage = unanswered && failureKinds[code].retriedByJob;
  return pauses[code] ?? (isOutage ? OUTAGE_PAUSE : null);
}

/**
 * Returns whether the request itself may have caused the failure. Answers such as 429 and 503, and a
 * `Retry-After`, are about the server.
 */
export function mayBeOwnFault({ failure: { code }, unanswered, retryAfterMs }: JobError): boolean {
  return unanswered && pauses[code] === undefined && retryAfterMs === undefined;
}

/**
 * How much longer jobs wait after a refused call in this outage. Other jobs that wait for the end of
 * the pause ask within milliseconds, so they make the probes. Otherwise two jobs that always fail, or
 * one source of such jobs, could make all of them. A new job of a refused source waits for other
 * sources, and a refused job also waits for new jobs of its source.
 */
const LET_OTHERS_CALL_MS = { source: 250, job: 500 };

/**
 * Returns until when the breaker stops the calls of a job, in epoch milliseconds; 0 if it does not.
 *
 * @param options `wasRefused`: whether a call of the job was refused in this outage
 */
export function heldUntil(
  state: BreakerState,
  { job, wasRefused, now }: { job: SourcedJob; wasRefused: boolean; now: number },
): number {
  const isProbing = state.probe === job.id && state.openUntil > now;
  if (isProbing || !concerns(state, job)) return 0;
  const until = state.openUntil + letOthersCallMs(state, { job, wasRefused });
  return until > now ? until : 0;
}

function letOthersCallMs(
  { suspect, suspectSource, sources }: BreakerState,
  { job, wasRefused }: { job: SourcedJob; wasRefused: boolean },
): number {
  if (suspect !== null) return 0;
  if (wasRefused) return LET_OTHERS_CALL_MS.job;
  // If only this source waits, there is no other one to wait for.
  const hasOthers = suspectSource === null;
  const isRefused = sources.some((source) => isSameSource(source, job.source));
  return hasOthers && isRefused ? LET_OTHERS_CALL_MS.source : 0;
}

/** Returns whether a job waits for the end of the pause and for the probe. */
export function concerns(
  { suspect, suspectRequest, suspectSource }: BreakerState,
  { id, request, source }: SourcedJob,
): boolean {
  if (suspect !== null) return suspect === id;
  if (suspectRequest !== null) {
    return suspectRequest === request && isSameSource(suspectSource, source);
  }
  return suspectSource === null || isSameSource(suspectSource, source);
}

/** The jobs that an open breaker holds back: all of its kind, or the jobs with this in common. */
export type BreakerReach = "all" | "source" | "request" | "job";

/** Returns which jobs a breaker holds back. */
export function reachOf({ suspect, suspectRequest, suspectSource }: BreakerState): BreakerReach {
  if (suspect !== null) return "job";
  if (suspectRequest !== null) return "request";
  return suspectSource !== null ? "source" : "all";
}

/** Returns whether the breaker stops the calls of all jobs. */
export function isForAll({ suspect, suspectSource }: BreakerState): boolean {
  return suspect === null && suspectSource === null;
}

/**
 * Returns whether an answer to a job closes the breaker.
 *
 * @param probed the state when the call began. An answer shows nothing about later failures, unless
 * all of them belong to one other job or one other source.
 */
export function closesWith(state: BreakerState, probed: BreakerState, job: SourcedJob): boolean {
  return state.opening === probed.opening ||
    (state.outage === probed.outage && !concerns(state, job));
}

/** The suspicions, from one job to all jobs of a source. */
const suspectNames = ["suspect", "suspectRequest", "suspectSource"] as const;

/**
 * Returns the state after a call that opens the breaker; the same object if nothing changes.
 *
 * @param last the state before it; `null`: closed
 */
export function afterRefusal(
  last: BreakerState | null,
  { job, error, backoff, now }: { job: SourcedJob; error: JobError; backoff: Backoff; now: number },
): BreakerState {
  const { failure, retryAfterMs } = error;
  const isOneSource = last === null || isSameSource(last.suspectSource, job.source);
  const suspectSource = isOneSource && mayBeOwnFault(error) ? job.source : null;
  const isOneRequest = last === null || last.suspectRequest === job.request;
  const suspectRequest = isOneRequest && suspectSource !== null ? job.request : null;
  const isAlone = last === null || last.suspect === job.id;
  const suspect = isAlone && suspectRequest !== null ? job.id : null;
  const suspects = { suspect, suspectRequest, suspectSource };
  // The first failure that concerns all jobs with a request, all jobs of a source, or all jobs.
  const spreads = last === null ||
    suspectNames.some((name) => last[name] !== null && suspects[name] === null);
  // The failure of a call that began before the breaker opened is not new, and changes nothing
  // unless it has a `Retry-After`.
  const isNew = spreads || last.openUntil <= now || last.probe === job.id;
  if (!isNew && retryAfterMs === undefined) return last;
  const failures = spreads ? 1 : last.failures + (isNew ? 1 : 0);
  const pauseMs = retryAfterMs ?? backoffMs(failures, backoff);
  const openUntil = now + Math.ceil(Math.min(pauseMs, LONGEST_PAUSE_MS));
  const opening = crypto.randomUUID();
  if (!isNew) return { ...last, opening, openUntil: Math.max(openUntil, last.openUntil) };
  const outage = last?.outage ?? opening;
  const others = last?.sources.filter((source) => source !== job.source) ?? [];
  const sources = [...others, job.source].slice(-MAX_SOURCES);
  return {
    openUntil,
    failures,
    probe: null,
    opening,
    outage,
    ...suspects,
    sources,
    failure,
  };
}
