/**
 * Submits a request to the engine, for the API and for the forms.
 * @module
 */
import type { Context } from "hono";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type {
  RefineOptions,
  Refusal,
  Submission,
  SubmitOptions,
} from "../../jobs/engine/submission.ts";
import type { ChangeRefusal, ChangeRequest } from "../../jobs/engine/refinement_draft.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { traceOf } from "../../lib/trace_context.ts";
import type { AppEnv } from "../http/caller.ts";
import { countFor, countForDay, type RateLimiters } from "../http/rate_limit.ts";
import { accept, refuse, refuseChange } from "./refusals.ts";

/** What all requests that create jobs have. */
export interface CreateOptions {
  jobs: JobService;
  rateLimiters: RateLimiters;
  /** The same request with the same key returns the same job. */
  idempotencyKey: string | undefined;
  /** The callers that share the key, as a name. Unset: the key belongs to the caller. */
  idempotencyScope?: string | undefined;
  /** Whether a repeated request creates another job if the first one failed or was canceled. */
  replacesFailed?: boolean | undefined;
  /** The URL that receives a callback when the job has ended. */
  callbackUrl?: string | null | undefined;
}

export interface AcceptOptions extends CreateOptions {
  /** The output of the kind's request schema. */
  request: unknown;
}

/**
 * Creates a job, or returns the job that the same request created before.
 *
 * @throws {ProblemError} if the service does not accept the request
 */
export async function acceptJob(
  c: Context<AppEnv>,
  kind: PublicKind,
  { request, ...options }: AcceptOptions,
): Promise<Submission> {
  const submit = () => options.jobs.submit(kind, request, submitOptions(c, options));
  const submitted = await accept(submit);
  if (submitted.outcome !== "accepted") throw refuse(c, submitted);
  return submitted;
}

export interface AcceptChangeOptions extends CreateOptions, ChangeRequest {
  maySee: RefineOptions["maySee"];
}

/**
 * Creates a job that changes a plan, or returns the job that the same request created before.
 *
 * @throws {ProblemError} if the service does not accept the request
 */
export async function acceptRefinement(
  c: Context<AppEnv>,
  kind: PublicKind,
  { parentId, change, maySee, ...options }: AcceptChangeOptions,
): Promise<Submission> {
  const refineOptions = { ...submitOptions(c, options), maySee };
  const refine = () => options.jobs.refine(kind, { parentId, change }, refineOptions);
  const submitted = await accept(refine);
  if (submitted.outcome === "accepted") return submitted;
  throw isChangeRefusal(submitted) ? refuseChange(kind, submitted) : refuse(c, submitted);
}

function isChangeRefusal(refusal: Refusal | ChangeRefusal): refusal is ChangeRefusal {
  return refusal.outcome === "parent unknown" || refusal.outcome === "parent without plan";
}

function submitOptions(
  c: Context<AppEnv>,
  { rateLimiters, ...options }: CreateOptions,
): SubmitOptions {
  const { idempotencyKey, idempotencyScope, replacesFailed, callbackUrl } = options;
  return {
    caller: c.get("caller"),
    turnOf: c.get("countedAs"),
    sender: c.get("sender"),
    idempotencyKey,
    idempotencyScope,
    replacesFailed,
    callbackUrl,
    trace: traceOf(c.req.raw.headers),
    permit: () => countFor(c, rateLimiters.jobs),
    permitDay: () => countForDay(c, rateLimiters.jobsPerDay),
  };
}
