/**
 * How the API and the forms have the engine accept a job.
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
  /** As the kind's schema returned it. */
  request: unknown;
  /** The caller's own name for this request: sent again with it, it finds the same job. */
  idempotencyKey: string | undefined;
  /** Where its end is to be told. */
  callbackUrl?: string | null | undefined;
}

/**
 * Accepts a request: makes a job, or finds the job that the same request made before.
 *
 * @throws {ProblemError} if the service does not accept the request
 */
export async function acceptJob(
  c: Context<AppEnv>,
  kind: PublicKind,
  { jobs, rateLimiters, request, idempotencyKey, callbackUrl }: AcceptOptions,
): Promise<Submission> {
  const submitted = await accept(() =>
    jobs.submit(kind, request, {
      caller: c.get("caller"),
      idempotencyKey,
      callbackUrl,
      trace: traceOf(c.req.raw.headers),
      permit: () => countFor(c, rateLimiters.jobs),
    })
  );
  if (submitted.outcome !== "accepted") throw refuse(c, submitted);
  return submitted;
}
