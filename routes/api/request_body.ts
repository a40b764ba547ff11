/**
 * The bodies of `POST` that create jobs: the request of a kind or a change of its plans, and
 * `callbackUrl`.
 * @module
 */
import { z } from "zod";
import { nameOf } from "../../jobs/job_answer.ts";
import type { KindRefinement, PublicKind } from "../../jobs/kind.ts";
import { MAX_URL_LENGTH, objectionTo } from "../../lib/http/public_http.ts";

/** The members of the kind's request or change, and the members that all bodies share. */
export type RequestBody = Record<string, unknown> & { callbackUrl?: string | null };

/** A kind whose plans can be changed. */
export type RefinedKind = Pick<PublicKind, "http"> & { refinement: KindRefinement };

interface BodyOptions {
  /** Private hosts that callbacks may go to. */
  privateHosts: readonly string[];
}

/** Returns the schema of the body that creates a job of a kind. */
export function requestBody(kind: PublicKind, options: BodyOptions): z.ZodType<RequestBody> {
  const body = kind.request.extend(sharedMembers(options)).meta({
    id: `${nameOf(kind)}Request`,
    description: `The request for a job of the kind ${kind.http.noun}`,
  });
  return body as unknown as z.ZodType<RequestBody>;
}

/** Returns the schema of the body that creates a refinement. */
export function changeBody(
  { http, refinement: { change } }: RefinedKind,
  options: BodyOptions,
): z.ZodType<RequestBody> {
  const body = change.safeExtend(sharedMembers(options));
  // An extended schema has no metadata.
  return body.meta({ ...change.meta(), id: `${nameOf({ http })}Change` }) as z.ZodType<RequestBody>;
}

function sharedMembers(options: BodyOptions) {
  const callbackUrl = z.string({ error: "expected a URL" }).check((context) => {
    const message = objectionTo(normalized(context.value), options);
    if (message !== null) context.issues.push({ code: "custom", message, input: context.value });
  })
    // JSON Schema cannot tell which hosts are public.
    .meta({ format: "uri", maxLength: MAX_URL_LENGTH, pattern: urlPattern(options) })
    .transform(normalized);
  return {
    callbackUrl: callbackUrl.nullish().describe(
      "The URL that receives a signed `POST` when the job has ended. Its host must be public, " +
        "unless the operator trusts it. Requires an API key.",
    ),
  };
}

/** The rest of a URL after its host and port: characters of RFC 3986. */
const REST = "([/?#][A-Za-z0-9_.~:/?#\\[\\]@!$&'()*+,;=%-]*)?";

const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";

/** A port up to 65535. */
const PORT =
  "(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";

/**
 * Returns the pattern of URLs for JSON Schema. A trusted host may have any name and use http; of
 * the others, it describes the names.
 */
function urlPattern({ privateHosts }: { privateHosts: readonly string[] }): string {
  if (privateHosts.length > 0) return `^https?://[^\\s/?#@]+${REST}$`;
  return `^https://(${LABEL}\\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])${PORT}${REST}$`;
}

/** Returns a URL as it is stored: encoded, and so perhaps longer. */
function normalized(url: string): string {
  return URL.parse(url)?.href ?? url;
}
