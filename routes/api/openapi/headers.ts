/**
 * The headers of the API, by name. What clients may send and read is described, and allowed to the
 * scripts of other sites, from here.
 * @module
 */
import { z } from "zod";
import { EXAMPLE_ETAG } from "../examples.ts";

const wholeSeconds = z.string().regex(/^\d+$/);

/** Request headers; each is a parameter of the calls that list it. */
const requestHeaders = {
  "Client-Token": z.string().min(16).max(128).optional().describe(
    "A random string that the client keeps; whoever sends it has a list of their jobs",
  ),
  "X-Request-Id": z.string().optional().describe("Names the request in our logs"),
  "Idempotency-Key": z.string().min(1).max(255).optional().describe(
    "A new one for each wish, such as a UUID; sent again, it finds the same job",
  ),
  // No example: the reference page would send it.
  "Prefer": z.string().optional().describe(
    "`wait=N`: answer when there are news, after N seconds at the latest; at most 60",
  ),
  "traceparent": z.string().optional().describe("W3C trace context; the work continues it"),
  "tracestate": z.string().optional(),
  "If-None-Match": z.string().optional().describe("The version that the client has"),
  "Last-Event-ID": z.string().optional().describe("Go on after this event"),
};
export type RequestHeader = keyof typeof requestHeaders;

/** Response headers; each is sent where a response lists it. */
const responseHeaders = {
  "X-Request-Id": z.string().describe("Names this request in our logs"),
  "Location": z.string().describe("Where the job is to be asked for"),
  "Content-Location": z.string().describe(
    "Where the job that this answer shows is to be asked for",
  ),
  "Retry-After": wholeSeconds.describe("In how many seconds to ask again"),
  "ETag": z.string().meta({ description: "The version of what is shown", example: EXAMPLE_ETAG }),
  "Cache-Control": z.string(),
  "Idempotency-Replayed": z.literal("true").describe(
    "This request was accepted before; nothing new was made",
  ),
  "Preference-Applied": z.string().meta({
    description: "How long the answer was waited for at the most",
    example: "wait=30",
  }),
  "Link": z.string().describe('The next page, with `rel="next"` (RFC 8288)'),
  "WWW-Authenticate": z.string(),
  "RateLimit-Policy": z.string().meta({
    description: "How many requests are allowed in how many seconds",
    example: '"requests";q=600;w=60',
  }),
  "RateLimit": z.string().meta({
    description: "How many of them are left, and for how many seconds",
    example: '"requests";r=599;t=42',
  }),
};
export type ResponseHeader = keyof typeof responseHeaders;

/**
 * What a script of another site may send, beyond what it always may: the described headers, the key,
 * and the type of a body.
 */
export const allowedHeaders: string[] = [
  ...Object.keys(requestHeaders),
  "Authorization",
  "Content-Type",
].sort();

/** A browser shows the first to every script; of the second, a script learns all from the problem. */
const unexposed: readonly string[] = ["Cache-Control", "WWW-Authenticate"];

/** What a script of another site may read: the described headers, and the methods of a path. */
export const exposedHeaders: string[] = [
  ...Object.keys(responseHeaders).filter((name) => !unexposed.includes(name)),
  "Allow",
].sort();

/** What says how often a caller may send requests. */
export const RATE: ResponseHeader[] = ["RateLimit-Policy", "RateLimit"];

/** The headers of a call about jobs: those that all of them take, and these. */
export function sentByCaller(...names: RequestHeader[]): z.ZodObject {
  const taken = ["Client-Token", "X-Request-Id", ...names] satisfies RequestHeader[];
  return z.object(Object.fromEntries(taken.map((name) => [name, requestHeaders[name]])));
}

/** The headers of a response: what it may carry, and what it always does. */
export function sent(names: ResponseHeader[], always: ResponseHeader[] = []): z.ZodObject {
  const optional = names.map((name) => [name, responseHeaders[name].optional()]);
  const required = ["X-Request-Id" as const, ...always].map((name) => [
    name,
    responseHeaders[name],
  ]);
  return z.object(Object.fromEntries([...optional, ...required]));
}
