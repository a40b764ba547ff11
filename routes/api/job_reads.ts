/**
 * What all calls that show a job share.
 * @module
 */
import type { Context } from "hono";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Clock } from "../../lib/clock.ts";
import { answer, setHeaders } from "../http/answer.ts";
import type { AccessOptions, AppEnv } from "../http/caller.ts";
import { isKnown } from "../http/request_headers.ts";
import type { JobView } from "./job_views.ts";
import { retryAfterSeconds } from "./poll_interval.ts";

/**
 * Returns the signal that aborts when the reader may no longer read, see {@link ApiKeys.endOf};
 * `null`: without a key, it always may.
 */
export function keyEndOf(
  c: Context<AppEnv>,
  { apiKeys, publicReads }: AccessOptions,
): AbortSignal | null {
  const reader = c.get("reader") ?? c.get("caller");
  return publicReads && !reader.rights ? null : apiKeys.endOf(reader);
}

/**
 * Answers with a version of a job.
 *
 * @param options `status`: of the answer. Unset: 200, or 304 if the client has this version
 */
export function sendView(
  c: Context<AppEnv>,
  view: JobView,
  { kind, clock, status }: { kind: PublicKind; clock: Clock; status?: 200 | 202 },
): Response {
  const seconds = retryAfterSeconds(kind, view.job, clock.now());
  if (seconds !== null) setHeaders(c, { "retry-after": String(seconds) });
  setHeaders(c, { "cache-control": "private, no-cache", etag: view.etag });
  if (status === undefined && isKnown(c, view.etag)) return answer(c, null, 304);
  setHeaders(c, { "content-type": "application/json" });
  return answer(c, view.body, status);
}
