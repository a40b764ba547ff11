import { assertStrictEquals } from "@std/assert";
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  ContentFilterFinishReasonError,
} from "openai/error";
import type { FailureCode, JobError } from "../../../lib/job/failure.ts";
import {
  fromFailedResponse,
  fromOpenAIError,
  unreadableAnswer,
} from "../../../lib/openai/error.ts";
import { NOON } from "../../../testing/fake_clock.ts";

interface UpstreamError {
  message?: unknown;
  code?: unknown;
  type?: unknown;
  param?: unknown;
}

/** Returns the error that the SDK throws for an answer of OpenAI. */
function apiError(status: number, error: UpstreamError, headers: HeadersInit = {}): APIError {
  return APIError.generate(status, { error }, undefined, new Headers(headers));
}

function jobError(error: unknown): JobError {
  return fromOpenAIError(error, NOON) as JobError;
}

const quotaCodes = [
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
];

const answers: [status: number, error: UpstreamError, code: FailureCode, message: string][] = [
  [400, { type: "invalid_request_error" }, "rejected", "400 invalid_request_error"],
  [400, { code: "context_length_exceeded" }, "request_too_large", "400 context_length_exceeded"],
  [401, { code: "invalid_api_key" }, "unauthorized", "401 invalid_api_key"],
  [403, { code: "model_not_allowed" }, "unauthorized", "403 model_not_allowed"],
  [404, { code: "model_not_found" }, "rejected", "404 model_not_found"],
  [408, {}, "upstream_error", "408"],
  [409, { code: "conflict" }, "upstream_error", "409 conflict"],
  [422, { code: null, type: "unprocessable" }, "rejected", "422 unprocessable"],
  [500, { type: "server_error" }, "upstream_error", "500 server_error"],
  [502, {}, "upstream_error", "502"],
  [503, { code: "slow_down" }, "overloaded", "503 slow_down"],
  ...quotaCodes.flatMap((code): typeof answers => [
    [429, { code }, "quota_exceeded", `429 ${code}`],
    [429, { type: code }, "quota_exceeded", `429 ${code}`],
    [403, { code }, "quota_exceeded", `403 ${code}`],
  ]),
];

for (const [status, error, code, message] of answers) {
  Deno.test(`fromOpenAIError() maps ${status} ${JSON.stringify(error)} to ${code}`, () => {
    const { failure, message: actual } = jobError(apiError(status, error));

    assertStrictEquals(failure.code, code);
    assertStrictEquals(actual, `OpenAI API error: ${message}`);
  });
}

Deno.test("fromOpenAIError() puts the code before the type into its message", () => {
  const error = apiError(429, { code: "billing_hard_limit", type: "insufficient_quota" });

  assertStrictEquals(jobError(error).failure.code, "quota_exceeded");
  assertStrictEquals(jobError(error).message, "OpenAI API error: 429 billing_hard_limit");
});

const rateLimits: [status: number, error: UpstreamError][] = [
  [429, { code: "rate_limit_exceeded", type: "tokens" }],
  [429, {}],
  [400, { code: "rate_limit_exceeded" }],
];

for (const [status, error] of rateLimits) {
  Deno.test(`fromOpenAIError() maps ${status} ${JSON.stringify(error)} to a rate limit`, () => {
    const { failure, message } = jobError(apiError(status, error));

    assertStrictEquals(failure.code, "rate_limited");
    assertStrictEquals(message, "OpenAI API rate limit exceeded");
  });
}

const otherErrors: [error: Error, code: FailureCode, message: string][] = [
  [new APIConnectionTimeoutError(), "timeout", "OpenAI API request timed out"],
  [new APIConnectionError({}), "connection_lost", "OpenAI API connection lost"],
  [new SyntaxError("Unexpected <"), "upstream_error", "OpenAI API error: unreadable response"],
  [
    new ContentFilterFinishReasonError(),
    "upstream_error",
    "OpenAI API error: unreadable response",
  ],
];

for (const [error, code, message] of otherErrors) {
  Deno.test(`fromOpenAIError() maps the SDK's ${error.constructor.name} to ${code}`, () => {
    assertStrictEquals(jobError(error).failure.code, code);
    assertStrictEquals(jobError(error).message, message);
  });
}

Deno.test("fromOpenAIError() returns other errors unchanged", () => {
  const foreign = [new TypeError("x is undefined"), new DOMException("", "AbortError"), "text", 5];

  for (const error of foreign) assertStrictEquals(fromOpenAIError(error, NOON), error);
});

const waits: [headers: HeadersInit, ms: number | undefined][] = [
  [{ "retry-after": "20" }, 20_000],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "1.5" }, 1_500],
  [{ "retry-after": "1.001" }, 1_001],
  [{ "retry-after": "20", "retry-after-ms": "1250.5" }, 1_251],
  [{ "retry-after": new Date(NOON + 90_000).toUTCString() }, 90_000],
  [{ "retry-after": new Date(NOON - 90_000).toUTCString() }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "20", "retry-after-ms": "350" }, 350],
  [{ "retry-after": "20", "retry-after-ms": "-1" }, 20_000],
  [{}, undefined],
];

for (const [headers, ms] of waits) {
  Deno.test(`fromOpenAIError() reads ${JSON.stringify(headers)} as ${ms} ms`, () => {
    assertStrictEquals(jobError(apiError(429, {}, headers)).retryAfterMs, ms);
  });
}

const leaks: [what: string, error: UpstreamError][] = [
  ["the message", { message: "Incorrect API key provided: sk-live-123" }],
  ["a code that looks like a key", { code: "sk-live-123" }],
  ["a type that looks like a key", { type: "sk-live-123" }],
  ["a code with a line break", { code: "sk_live\n" }],
  ["a code that is not a string", { code: { key: "sk-live-123" } }],
  ["a very long code", { code: "sk".repeat(5_000) }],
  ["the param", { param: "sk-live-123" }],
];

for (const [what, error] of leaks) {
  Deno.test(`fromOpenAIError() does not repeat ${what}`, () => {
    assertStrictEquals(jobError(apiError(401, error)).message, "OpenAI API error: 401");
  });
}

const failedResponses: [error: { code?: unknown } | null, code: FailureCode, message: string][] = [
  [{ code: "server_error" }, "upstream_error", "OpenAI API error: response failed server_error"],
  [
    { code: "invalid_prompt" },
    "content_filtered",
    "OpenAI API error: response failed invalid_prompt",
  ],
  [
    { code: "content_filter" },
    "content_filtered",
    "OpenAI API error: response failed content_filter",
  ],
  [{ code: "rate_limit_exceeded" }, "rate_limited", "OpenAI API rate limit exceeded"],
  [
    { code: "insufficient_quota" },
    "quota_exceeded",
    "OpenAI API error: response failed insufficient_quota",
  ],
  [{ code: "sk-live-123" }, "upstream_error", "OpenAI API error: response failed"],
  [{ code: 5 }, "upstream_error", "OpenAI API error: response failed"],
  [{}, "upstream_error", "OpenAI API error: response failed"],
  [null, "upstream_error", "OpenAI API error: response failed"],
];

for (const [error, code, message] of failedResponses) {
  Deno.test(`fromFailedResponse() maps ${JSON.stringify(error)} to ${code}`, () => {
    assertStrictEquals(fromFailedResponse(error).failure.code, code);
    assertStrictEquals(fromFailedResponse(error).message, message);
  });
}

Deno.test("unreadableAnswer() returns an upstream error", () => {
  assertStrictEquals(unreadableAnswer().failure.code, "upstream_error");
  assertStrictEquals(unreadableAnswer().message, "OpenAI API error: unreadable response");
});
