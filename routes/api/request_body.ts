/**
 * The body of a `POST` that creates a job: the request of its kind, and `callbackUrl`.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { objectionTo } from "../../lib/http/public_http.ts";

/** The members of the kind's request, and the members that all requests share. */
export type RequestBody = Record<string, unknown> & { callbackUrl?: string | null };

/**
 * Returns the schema of the body for a kind of job.
 *
 * @param options `privateHosts`: private hosts that callbacks may go to
 */
export function requestBody(
  kind: PublicKind,
  options: { privateHosts: readonly string[] },
): z.ZodType<RequestBody> {
  const callbackUrl = z.string({ error: "expected a URL" }).check((context) => {
    const message = objectionTo(context.value, options);
    if (message !== null) context.issues.push({ code: "custom", message, input: context.value });
  }).transform((url) => new URL(url).href);
  return kind.request.extend({
    callbackUrl: callbackUrl.nullish().describe(
      "The URL that receives a signed `POST` when the job has ended. Requires an API key.",
    ),
  }) as z.ZodType<RequestBody>;
}
