/**
 * Submits a request to the engine, for the API and for the forms.
 * @module
 */
import type { Context } from "hono";
import type { JobService, Submission } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { traceOf } from "../../lib/trace_context.ts";
import type { AppEnv } from "../http/caller.ts";
import { countFor, type RateLimiters } from "../http/rate_limit.ts";
import { accept, refuse } from "./refusals.ts";

export interface AcceptOptions {
  jobs: JobService;
  rateLimiters: RateLimiters;
  /** The output of the kind's request schema. */
  request: unknown;
  /** The same request with the same key returns the same job. */
  idempotencyKey: string | undefined;
  /** The callers that share the key, as a name. Unset: the key belongs to the caller. */
  idempotencyScope?: string | undefined;
  /** Whether a repeated request creates another job if the first one failed or was canceled. */
  replacesFailed?: boolean | undefined;
  /** The URL that receives a callback when the job has ended. */
  callbackUrl?: string | null | undefined;
}

/**
 * Creates a job, or returns the job that the same request created before.
 *
 * @throws {ProblemError} if the service does not accept the request
 */
export async function acceptJob(
  c: Context<AppEnv>,
  kind: PublicKind,
  { jobs, rateLimiters, request, ...options }: AcceptOptions,
): Promise<Submission> {
  const { idempotencyKey, idempotencyScope, replacesFailed, callbackUrl } = options;
  const submitted = await accept(() =>
    jobs.submit(kind, request, {
      caller: c.get("caller"),
      turnOf: c.get("countedAs"),
      sender: c.get("sender"),
      idempotencyKey,
      idempotencyScope,
      replacesFailed,
      callbackUrl,
      trace: traceOf(c.req.raw.headers),
      permit: () => countFor(c, rateLimiters.jobs),
    })
  );
  if (submitted.outcome !== "accepted") throw refuse(c, submitted);
  return submitted;
}
