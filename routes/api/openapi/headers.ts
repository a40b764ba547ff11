/**
 * The headers of the API. The OpenAPI document and the CORS rules are both built from these tables.
 * @module
 */
import { z } from "zod";
import { ClientToken, IdempotencyKey } from "../../http/request_headers.ts";
import { EXAMPLE_ETAG } from "../examples.ts";

const wholeSeconds = z.string().regex(/^\d+$/);

/** Request headers. Each is a parameter of the calls that list it. */
const requestHeaders = {
  "Client-Token": ClientToken.optional().describe(
    "A random string that the client keeps. It gives the client a list of its jobs, and " +
      "idempotency keys that do not depend on its network address. Only the client with the same " +
      "string can cancel these jobs.",
  ),
  "X-Request-Id": z.string().optional().describe("The id of this request in the service's logs"),
  "Idempotency-Key": IdempotencyKey.optional().describe(
    "A unique value for each new request, such as a UUID. The same request with the same key " +
      "returns the same job.",
  ),
  // No example, because the reference page would send it with each request.
  "Prefer": z.string().optional().describe(
    "`wait=N`: respond when the job changes (`GET`) or ends (`POST`), after N seconds at most. " +
      "The limit is 60 seconds.",
  ),
  "traceparent": z.string().optional().describe(
    "W3C trace context. The work on the job continues this trace.",
  ),
  "tracestate": z.string().optional().describe("Further data of the W3C trace context"),
  "If-None-Match": z.string().optional().describe("The `ETag` of the version that the client has"),
  "Last-Event-ID": z.string().optional().describe(
    "The id of the last event that the client received. The stream continues after it.",
  ),
};
export type RequestHeader = keyof typeof requestHeaders;

/** Response headers. Each is sent with the responses that list it. */
const responseHeaders = {
  "X-Request-Id": z.string().describe("The id of this request in the service's logs"),
  "Location": z.string().describe("The path of the job"),
  "Content-Location": z.string().describe("The path of the job in this response"),
  "Retry-After": wholeSeconds.describe("The number of seconds to wait before the next request"),
  "ETag": z.string().meta({ description: "The version of this content", example: EXAMPLE_ETAG }),
  "Cache-Control": z.string(),
  "Idempotency-Replayed": z.literal("true").describe(
    "The service accepted this request before, and created no new job",
  ),
  "Preference-Applied": z.string().meta({
    description: "The longest wait that the service applied to this request",
    example: "wait=30",
  }),
  "Link": z.string().describe('The path of the next page, with `rel="next"` (RFC 8288)'),
  "WWW-Authenticate": z.string(),
  "RateLimit-Policy": z.string().meta({
    description: "The number of requests (`q`) that are allowed in `w` seconds",
    example: '"requests";q=600;w=60',
  }),
  "RateLimit": z.string().meta({
    description: "The number of requests that remain (`r`), and the seconds until it resets (`t`)",
    example: '"requests";r=599;t=42',
  }),
};
export type ResponseHeader = keyof typeof responseHeaders;

/**
 * Headers that tracing tools add to the requests of a page. Without permission for them, the browser
 * sends no request at all. The service ignores them.
 */
const tracingHeaders = [
  // https://www.w3.org/TR/baggage/
  "baggage",
  // https://docs.sentry.io/platforms/javascript/tracing/distributed-tracing/
  "sentry-trace",
  // https://github.com/openzipkin/b3-propagation
  "b3",
  "X-B3-TraceId",
  "X-B3-SpanId",
  "X-B3-ParentSpanId",
  "X-B3-Sampled",
  "X-B3-Flags",
  // https://docs.datadoghq.com/real_user_monitoring/correlate_with_other_telemetry/apm/
  "x-datadog-trace-id",
  "x-datadog-parent-id",
  "x-datadog-origin",
  "x-datadog-sampling-priority",
  "x-datadog-tags",
  // https://docs.newrelic.com/docs/distributed-tracing/
  "newrelic",
  // https://learn.microsoft.com/azure/azure-monitor/app/javascript-sdk-configuration
  "Request-Id",
  "Request-Context",
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-RUM.html
  "X-Amzn-Trace-Id",
  // https://www.jaegertracing.io/docs/latest/client-libraries/
  "uber-trace-id",
  // https://skywalking.apache.org/docs/main/latest/en/api/x-process-propagation-headers-v3/
  "sw8",
];

/**
 * The request headers that CORS allows: those in the tables, the API key, and the type of the body.
 * `*` is every other header, because no list of tools is complete. It is harmless here: the API uses
 * no cookies, so a page of another site has no more rights than any other client. `*` does not
 * include `Authorization`, and browsers from before 2022 do not know it
 * (https://fetch.spec.whatwg.org/#http-access-control-allow-headers).
 */
export const allowedHeaders: string[] = [
  ...Object.keys(requestHeaders),
  ...tracingHeaders,
  "Authorization",
  "Content-Type",
  "*",
].sort();

/** Browsers expose the first to every script. The problem already says what the second one says. */
const unexposed: readonly string[] = ["Cache-Control", "WWW-Authenticate"];

/** The response headers that CORS exposes: those in the table, and the methods of a path. */
export const exposedHeaders: string[] = [
  ...Object.keys(responseHeaders).filter((name) => !unexposed.includes(name)),
  "Allow",
].sort();

/** The headers that describe the rate limits of the caller. */
export const RATE: ResponseHeader[] = ["RateLimit-Policy", "RateLimit"];

/** Returns the request headers of a call about jobs: those of all such calls, and `names`. */
export function requestHeadersOf(...names: RequestHeader[]): z.ZodObject {
  const allNames = ["Client-Token", "X-Request-Id", ...names] satisfies RequestHeader[];
  return z.object(Object.fromEntries(allNames.map((name) => [name, requestHeaders[name]])));
}

/** Returns the headers of a response: those it may have, and those it always has. */
export function responseHeadersOf(
  names: ResponseHeader[],
  always: ResponseHeader[] = [],
): z.ZodObject {
  const optional = names.map((name) => [name, responseHeaders[name].optional()]);
  const required = ["X-Request-Id" as const, ...always].map((name) => [
    name,
    responseHeaders[name],
  ]);
  return z.object(Object.fromEntries([...optional, ...required]));
}
