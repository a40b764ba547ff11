/**
 * The body of a `POST` that creates a job: the request of its kind, and `callbackUrl`.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { MAX_URL_LENGTH, objectionTo } from "../../lib/http/public_http.ts";

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
  // A trusted host may use http.
  const scheme = options.privateHosts.length > 0 ? "https?" : "https";
  const callbackUrl = z.string({ error: "expected a URL" }).check((context) => {
    const message = objectionTo(normalized(context.value), options);
    if (message !== null) context.issues.push({ code: "custom", message, input: context.value });
  })
    // JSON Schema cannot tell which hosts are public.
    .meta({
      format: "uri",
      maxLength: MAX_URL_LENGTH,
      pattern: `^${scheme}://[^\\s/?#@]+([/?#]\\S*)?$`,
    })
    .transform(normalized);
  return kind.request.extend({
    callbackUrl: callbackUrl.nullish().describe(
      "The URL that receives a signed `POST` when the job has ended. Its host must be public, " +
        "unless the operator trusts it. Requires an API key.",
    ),
  }) as z.ZodType<RequestBody>;
}

/** Returns a URL as it is stored: encoded, and so perhaps longer. */
function normalized(url: string): string {
  return URL.parse(url)?.href ?? url;
}
