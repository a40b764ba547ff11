import assert from "node:assert/strict";
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
  assert.deepEqual(codesWhere(({ retriedByJob }) => retriedByJob), [
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
  assert.deepEqual(codesWhere(({ retryable }) => !retryable), [
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
  for (const code of codes) assert.match(failureKinds[code].hint, /^[A-Z][^\n]{20,120}\.$/, code);
});

Deno.test("failure() adds what the table says of the code", () => {
  assert.deepEqual(failure("refused", "No"), {
    code: "refused",
    message: "No",
    retryable: false,
    hint: "The model declined this wish; say it differently.",
  });
});

Deno.test("failure() makes what is stored, for every code", () => {
  for (const code of codes) {
    assert.deepEqual(Failure.parse(failure(code, "Why")), failure(code, "Why"));
  }
});

Deno.test("a stored failure has a code of the table", () => {
  const stored = { ...failure("internal", "Internal error"), code: "unheard_of" };

  assert.equal(Failure.parse(stored).code, "internal");
});

Deno.test("JobError carries its failure, its cause and how long to wait", () => {
  const cause = new Error("upstream");
  const error = new JobError("rate_limited", "Too fast", { retryAfterMs: 1_500, cause });

  assert.equal(error.name, "JobError");
  assert.equal(error.message, "Too fast");
  assert.deepEqual(error.failure, failure("rate_limited", "Too fast"));
  assert.equal(error.retryAfterMs, 1_500);
  assert.equal(error.cause, cause);
});

Deno.test("JobError knows of no wait unless told", () => {
  assert.equal(new JobError("internal", "Internal error").retryAfterMs, undefined);
});
