/**
 * What is answered when a request cannot be met: from the reasons of the engine to problems.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import type { Refusal } from "../../jobs/engine/job_service.ts";
import type { JobRecord } from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import { type Problem, ProblemError } from "../http/problem.ts";
import type { AccessOptions } from "../http/caller.ts";
import { statusOf } from "./presenter.ts";
import { showBudget } from "../http/rate_limit.ts";

/** How long a client that was refused for lack of room had better wait. */
const QUEUE_FULL_RETRY_SECONDS = 30;

/** By then an instance that is stopping has gone, and another one answers. */
const STOPPING_RETRY_SECONDS = 5;

const log = getLogger(["tripwright", "http"]);

/** A list of jobs was asked for by nobody who can be recognised. */
export function unknownCaller({ apiKeys }: AccessOptions): ProblemError {
  return apiKeys.size > 0
    ? new ProblemError({
      code: "unauthorized",
      detail: "Lists of jobs need an API key: send Authorization: Bearer <key>",
      headers: { "www-authenticate": "Bearer" },
    })
    : new ProblemError({
      code: "missing_client_token",
      detail: "Lists of jobs need a caller: send a Client-Token",
    });
}

/** A callback was asked for by somebody who could not check its signature. */
export function callbackNotAllowed(): ProblemError {
  return new ProblemError({
    code: "callback_not_allowed",
    detail: "callbackUrl is only for callers with an API key",
    errors: [{ pointer: "#/callbackUrl", detail: "needs an API key" }],
  });
}

/** The job may be seen, but is not the caller's. */
export function notOwner(): ProblemError {
  return new ProblemError({
    code: "not_owner",
    detail: "Only the API key that made the job may cancel it",
  });
}

/** The job has ended already. */
export function tooLate(job: JobRecord): ProblemError {
  const state = statusOf(job);
  return new ProblemError({
    code: "job_finished",
    detail: `The job cannot be canceled: it is ${state} already`,
    extensions: { state },
  });
}

/** What is answered for each reason not to accept a job. */
const refusals: { [Why in Refusal["outcome"]]: (refusal: Refusal & { outcome: Why }) => Problem } =
  {
    "key reused": () => ({
      code: "idempotency_key_reused",
      detail: "This Idempotency-Key was used for another request",
    }),
    "budget spent": ({ budget: { limit, resetMs } }) => ({
      code: "daily_budget_spent",
      detail: `All ${limit} jobs of today are made`,
      headers: { "retry-after": String(Math.ceil(resetMs / 1_000)) },
    }),
    "queue full": () => ({
      code: "queue_full",
      detail: "Too many jobs are waiting, please try again later",
      headers: { "retry-after": String(QUEUE_FULL_RETRY_SECONDS) },
    }),
    "stopping": () => ({
      code: "stopping",
      detail: "This instance is shutting down, please try again",
      headers: { "retry-after": String(STOPPING_RETRY_SECONDS) },
    }),
  };

/** The problem that says why a job was not accepted. */
export function refuse(c: Context, refusal: Refusal): ProblemError {
  if ("budget" in refusal) showBudget(c, refusal.budget);
  const problemOf = refusals[refusal.outcome] as (refusal: Refusal) => Problem;
  return new ProblemError(problemOf(refusal));
}

/**
 * Submits a job.
 *
 * @throws {ProblemError} 500 if the job could not be stored; a problem that `submit` throws
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
