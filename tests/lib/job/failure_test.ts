import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import {
  Failure,
  failure,
  type FailureCode,
  failureKinds,
  JobError,
} from "../../../lib/job/failure.ts";

const codes = Object.keys(failureKinds) as FailureCode[];

function codesWhere(is: (kind: (typeof failureKinds)[FailureCode]) => boolean): FailureCode[] {
  return codes.filter((code) => is(failureKinds[code]));
}

Deno.test("a job is retried after transient failures only", () => {
  assertEquals(codesWhere(({ retriedByJob }) => retriedByJob), [
    "rate_limited",
    "overloaded",
    "upstream_error",
    "timeout",
    "connection_lost",
    "callback_failed",
    "worker_lost",
    "internal",
  ]);
});

Deno.test("a client is told not to retry where a new request cannot succeed", () => {
  assertEquals(codesWhere(({ retryable }) => !retryable), [
    "quota_exceeded",
    "unauthorized",
    "rejected",
    "request_too_large",
    "model_unavailable",
    "refused",
    "content_filtered",
    "result_too_large",
    "callback_failed",
    "callback_refused",
  ]);
});

Deno.test("every hint is one sentence on one line", () => {
  for (const code of codes) assertMatch(failureKinds[code].hint, /^[A-Z][^\n]{20,120}\.$/, code);
});

Deno.test("failure() adds the entries of the table for the code", () => {
  assertEquals(failure("refused", "No"), {
    code: "refused",
    message: "No",
    retryable: false,
    hint: "The model declined this request. Rephrase it and try again.",
  });
});

Deno.test("failure() returns a valid stored failure for every code", () => {
  for (const code of codes) {
    assertEquals(Failure.parse(failure(code, "Why")), failure(code, "Why"));
  }
});

Deno.test("a stored failure is invalid with a code that is not in the table", () => {
  const stored = { ...failure("internal", "Internal error"), code: "unheard_of" };

  assertStrictEquals(Failure.parse(stored).code, "internal");
});

Deno.test("JobError has a failure, a cause and a wait", () => {
  const cause = new Error("upstream");
  const error = new JobError("rate_limited", "Too fast", { retryAfterMs: 1_500, cause });

  assertStrictEquals(error.name, "JobError");
  assertStrictEquals(error.message, "Too fast");
  assertEquals(error.failure, failure("rate_limited", "Too fast"));
  assertStrictEquals(error.retryAfterMs, 1_500);
  assertStrictEquals(error.cause, cause);
});

Deno.test("JobError has no wait by default", () => {
  assertStrictEquals(new JobError("internal", "Internal error").retryAfterMs, undefined);
});
