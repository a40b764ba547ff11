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

Deno.test("a job tries again by itself after faults that pass by themselves", () => {
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

Deno.test("a client is told to stop where repeating cannot help", () => {
  assertEquals(codesWhere(({ retryable }) => !retryable), [
    "quota_exceeded",
    "unauthorized",
    "rejected",
    "model_unavailable",
    "refused",
    "content_filtered",
    "result_too_large",
    "callback_failed",
    "callback_refused",
  ]);
});

Deno.test("every hint is one line that ends in a full stop", () => {
  for (const code of codes) assertMatch(failureKinds[code].hint, /^[A-Z][^\n]{20,120}\.$/, code);
});

Deno.test("failure() adds what the table says of the code", () => {
  assertEquals(failure("refused", "No"), {
    code: "refused",
    message: "No",
    retryable: false,
    hint: "The model declined this wish; say it differently.",
  });
});

Deno.test("failure() makes what is stored, for every code", () => {
  for (const code of codes) {
    assertEquals(Failure.parse(failure(code, "Why")), failure(code, "Why"));
  }
});

Deno.test("a stored failure has a code of the table", () => {
  const stored = { ...failure("internal", "Internal error"), code: "unheard_of" };

  assertStrictEquals(Failure.parse(stored).code, "internal");
});

Deno.test("JobError carries its failure, its cause and how long to wait", () => {
  const cause = new Error("upstream");
  const error = new JobError("rate_limited", "Too fast", { retryAfterMs: 1_500, cause });

  assertStrictEquals(error.name, "JobError");
  assertStrictEquals(error.message, "Too fast");
  assertEquals(error.failure, failure("rate_limited", "Too fast"));
  assertStrictEquals(error.retryAfterMs, 1_500);
  assertStrictEquals(error.cause, cause);
});

Deno.test("JobError knows of no wait unless told", () => {
  assertStrictEquals(new JobError("internal", "Internal error").retryAfterMs, undefined);
});
