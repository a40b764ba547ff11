/**
 * The body of a request that makes a job: the wish, and what is to happen when it has come true.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { objectionTo } from "../../lib/http/public_http.ts";

/** The members of the wish, and those that every kind of job has. */
export type RequestBody = Record<string, unknown> & { callbackUrl?: string | null };

/**
 * The body of `POST` for a kind of job.
 *
 * @param options `privateHosts`: hosts that may be called back although they are private
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
      "Where the end of the job is told, by a signed webhook; only with an API key",
    ),
  }) as z.ZodType<RequestBody>;
}
