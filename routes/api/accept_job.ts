/**
 * Accepting a job, for the API and for forms alike.
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
 * Makes a job, or finds the one that the same request has made before.
 *
 * @throws {ProblemError} that says why the job was not accepted
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
