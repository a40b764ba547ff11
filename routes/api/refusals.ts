/**
 * Turns the refusals of the engine, and those of the API itself, into problems.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import type { Refusal } from "../../jobs/engine/submission.ts";
import type { ChangeRefusal } from "../../jobs/engine/refinement_draft.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Status } from "../../jobs/contract.ts";
import type { JobRecord } from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import { jsonPointer, type Problem, ProblemError } from "../http/problem.ts";
import type { AccessOptions } from "../http/caller.ts";
import { statusOf } from "./presenter.ts";
import { storageFullProblem } from "../http/send_problem.ts";
import { showBudget } from "../http/rate_limit.ts";

/** How long a client should wait when the queue is full. */
const QUEUE_FULL_RETRY_SECONDS = 30;

/** An operator pauses the intake for minutes, and then resumes it without notice. */
const INTAKE_PAUSED_RETRY_SECONDS = 60;

/** After this time the instance has stopped, and another one answers. */
const STOPPING_RETRY_SECONDS = 5;

const log = getLogger(["tripwright", "http"]);

/** Returns the problem of a caller that asks for its jobs without a key or client token. */
export function unknownCaller({ apiKeys }: AccessOptions): ProblemError {
  return apiKeys.isRequired
    ? new ProblemError({
      code: "unauthorized",
      detail: "A list of jobs requires an API key: send Authorization: Bearer <key>",
      headers: { "www-authenticate": "Bearer" },
    })
    : new ProblemError({
      code: "missing_client_token",
      detail: "A list of jobs requires a client token: send a Client-Token header",
    });
}

/** Returns the problem of a caller that asks for a callback but could not check its signature. */
export function callbackNotAllowed(): ProblemError {
  return new ProblemError({
    code: "callback_not_allowed",
    detail: "callbackUrl requires an API key",
    errors: [{ pointer: "#/callbackUrl", detail: "requires an API key" }],
  });
}

/** Returns the problem of a caller that asks for a read token where reads need no key. */
export function readTokenNotNeeded(): ProblemError {
  return new ProblemError({
    code: "read_token_not_needed",
    detail: "No read token is needed: this service shows a job to any caller that knows its id",
  });
}

/** Returns the problem of a caller whose key has ended while it waited, or that needs one now. */
export function keyEnded(): ProblemError {
  return new ProblemError({
    code: "unauthorized",
    detail: "This call now needs an API key that is still valid",
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });
}

/** Returns the problem of a caller that may read the job, but does not own it. */
export function notOwner(): ProblemError {
  return new ProblemError({
    code: "not_owner",
    detail: "Only the caller that created the job can cancel it",
  });
}

/** Returns the problem of a job that cannot be canceled because it has ended. */
export function jobFinished(job: JobRecord): ProblemError {
  const state = statusOf(job);
  return new ProblemError({
    code: "job_finished",
    detail: `The job cannot be canceled, because it has already ended: its status is ${state}`,
    extensions: { state },
  });
}

/** Returns the problem of a job that does not exist, or that the caller may not see. */
export function jobNotFound({ http }: PublicKind): ProblemError {
  return new ProblemError({ code: "job_not_found", detail: http.notFound });
}

/** Returns the problem of a plan that cannot be changed. */
export function refuseChange(kind: PublicKind, refusal: ChangeRefusal): ProblemError {
  return refusal.outcome === "parent unknown" ? jobNotFound(kind) : noPlanToRefine(refusal.parent);
}

/** What a caller can do about a job without a plan, by its status. */
const withoutPlan: Record<Status, string> = {
  completed: "it is a placeholder for a real plan. Create a new job",
  processing: "it is still being written. Wait until the job has completed",
  failed: "its job has failed. Create a new job",
  canceled: "its job was canceled. Create a new job",
};

function noPlanToRefine(parent: JobRecord): ProblemError {
  const state = statusOf(parent);
  return new ProblemError({
    code: "no_plan_to_refine",
    detail: `The plan cannot be changed: ${withoutPlan[state]}`,
    extensions: { state },
  });
}

/** The problem for each refusal of the engine. */
const refusals: {
  [Outcome in Refusal["outcome"]]: (refusal: Refusal & { outcome: Outcome }) => Problem;
} = {
  "request refused": ({ issues }) => ({
    code: "invalid_request",
    detail: issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`
    ).join("; "),
    errors: issues.map(({ path, message }) => ({
      pointer: jsonPointer([...path]),
      detail: message,
    })),
  }),
  "key reused": () => ({
    code: "idempotency_key_reused",
    detail: "This Idempotency-Key was used for another request",
  }),
  "budget spent": ({ budget: { limit, resetMs } }) => ({
    code: "daily_budget_spent",
    detail: `Your API key has reached its limit of ${limit} jobs a day`,
    headers: { "retry-after": String(Math.ceil(resetMs / 1_000)) },
  }),
  "cost spent": ({ limitUsd, resetMs }) => ({
    code: "daily_budget_spent",
    detail: `The jobs of your API key have reached its limit of ${limitUsd} US dollars a day`,
    headers: { "retry-after": String(Math.ceil(resetMs / 1_000)) },
  }),
  "queue full": () => ({
    code: "queue_full",
    detail: "Too many jobs are waiting. Please try again later",
    headers: { "retry-after": String(QUEUE_FULL_RETRY_SECONDS) },
  }),
  "storage full": () => storageFullProblem,
  "day over": ({ resetMs }) => ({
    code: "daily_limit_reached",
    detail: "This service accepts no more jobs today. Please try again after midnight UTC",
    headers: { "retry-after": String(Math.ceil(resetMs / 1_000)) },
  }),
  "intake paused": ({ note }) => ({
    code: "intake_paused",
    detail: "This service accepts no new jobs at the moment. Please try again later",
    extensions: { note },
    headers: { "retry-after": String(INTAKE_PAUSED_RETRY_SECONDS) },
  }),
  "stopping": () => ({
    code: "stopping",
    detail: "This instance is shutting down. Please try again",
    headers: { "retry-after": String(STOPPING_RETRY_SECONDS) },
  }),
};

/** Returns the problem for a refusal. */
export function refuse(c: Context, refusal: Refusal): ProblemError {
  if ("budget" in refusal) showBudget(c, refusal.budget);
  const problemOf = refusals[refusal.outcome] as (refusal: Refusal) => Problem;
  return new ProblemError(problemOf(refusal));
}

/**
 * Submits a job.
 *
 * @throws {ProblemError} 500 if the job could not be stored, and every problem of `submit`
 */
export async function accept<T>(submit: () => Promise<T>): Promise<T> {
  try {
    return await submit();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    log.error("accept failed", { error: describeError(error) });
    throw new ProblemError({ code: "accept_failed", detail: "Failed to initiate generation" });
  }
}
