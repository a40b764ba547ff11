import { assert, assertEquals, assertStrictEquals, fail } from "@std/assert";
import {
  deadlineError,
  decide,
  type DecideOptions,
  type Ended,
} from "../../../jobs/engine/outcome.ts";
import { BlobTooLargeError } from "../../../lib/store/blob.ts";
import { BreakerOpenError } from "../../../lib/store/breaker.ts";
import { failure, type FailureCode, failureKinds, JobError } from "../../../lib/job/failure.ts";
import { Postponement } from "../../../lib/job/postponement.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { limits, MINUTE, runningJob } from "../../../testing/jobs.ts";

const ALMOST_ONE = 1 - Number.EPSILON;

type Options = Partial<DecideOptions> & { attempt?: number };

/** Decides on an attempt that ended at noon: by default the first one, without jitter. */
function decideOn(ended: Ended, { attempt = 1, ...options }: Options = {}) {
  const job = runningJob({ attempt });
  return decide(ended, { job, limits, now: NOON, random: () => 0, ...options });
}

function failed(code: FailureCode, retryAfterMs?: number): Ended {
  return { error: new JobError(code, "Why", { retryAfterMs }) };
}

/** The time from noon to the next attempt. */
function waitAfter(ended: Ended, options: Options = {}): number {
  const outcome = decideOn(ended, options);
  assert(outcome.next === "retry", outcome.next);
  return outcome.runAt - NOON;
}

const plan = { result: { text: "plan" }, source: "openai" } as const;
const placeholder = { result: { text: "made up" }, source: "placeholder" } as const;

Deno.test("decide() returns a plan unchanged", () => {
  assertEquals(decideOn({ plan }), { next: "done", plan });
});

const retried = new Set<FailureCode>([
  "rate_limited",
  "overloaded",
  "upstream_error",
  "timeout",
  "connection_lost",
  "worker_lost",
  "callback_failed",
  "internal",
]);

for (const code of Object.keys(failureKinds) as FailureCode[]) {
  const why = failure(code, "Why");
  const expected = retried.has(code)
    ? { next: "retry", failure: why, runAt: NOON }
    : { next: "stop", failure: why };

  Deno.test(`decide() returns ${expected.next} after ${code}`, () => {
    assertEquals<unknown>(decideOn(failed(code)), expected);
  });
}

for (const code of ["refused", "quota_exceeded", "deadline_exceeded"] as const) {
  Deno.test(`decide() returns the kept plan after ${code}, rather than a failure or a placeholder`, () => {
    const outcome = decideOn(failed(code), { kept: plan, placeholder: () => placeholder });
    assertEquals(outcome, { next: "done", plan });
  });
}

Deno.test("decide() lets another attempt better a kept plan", () => {
  assertStrictEquals(decideOn(failed("overloaded"), { kept: plan }).next, "retry");
  const last = decideOn(failed("overloaded"), { kept: plan, attempt: limits.maxAttempts });
  assertEquals(last, { next: "done", plan });
});

Deno.test("decide() makes a job wait for the breaker, unless its deadline comes first", () => {
  const why = failure("rate_limited", "Why");
  const heldBack = (waitMs: number) =>
    decideOn({ error: new BreakerOpenError(NOON + waitMs, { now: NOON, failure: why }) });
  const waitMs = limits.timeoutMs - 1;
  assertEquals(heldBack(waitMs), { next: "wait", runAt: NOON + waitMs });
  assertEquals(heldBack(limits.timeoutMs), { next: "stop", failure: why });
});

Deno.test("decide() makes a postponed job wait, unless its deadline comes first", () => {
  const postponed = (waitMs: number) =>
    decideOn({ error: new Postponement("Not yet", NOON + waitMs) }, { attempt: 4 });
  const waitMs = limits.timeoutMs - 1;
  assertEquals(postponed(waitMs), { next: "wait", runAt: NOON + waitMs });
  const { failure } = deadlineError();
  assertEquals(postponed(limits.timeoutMs), { next: "stop", failure });
});

Deno.test("decide() makes a job wait whose call was refused, however many attempts it has used", () => {
  for (const code of ["rate_limited", "overloaded", "upstream_error", "timeout"] as const) {
    const refusal = new JobError(code, "Why", { unanswered: true });
    const { failure } = refusal;
    const refused = (waitMs: number) =>
      decideOn(
        { error: new BreakerOpenError(NOON + waitMs, { now: NOON, failure, refusal }) },
        { attempt: 4 },
      );
    assertEquals(refused(30_000), { next: "wait", runAt: NOON + 30_000, failure });
    assertEquals(refused(limits.timeoutMs), { next: "stop", failure });
  }
});

Deno.test("decide() retries while attempts are left", () => {
  const outcomes = [1, 2, 3, 4, 5].map((attempt) => decideOn(failed("timeout"), { attempt }).next);

  assertEquals(outcomes, ["retry", "retry", "retry", "stop", "stop"]);
});

Deno.test("decide() keeps the failure of the last attempt", () => {
  assertEquals(decideOn(failed("timeout"), { attempt: 4 }), {
    next: "stop",
    failure: failure("timeout", "Why"),
  });
});

const backoffs: [attempt: number, longestMs: number][] = [
  [1, 2_000],
  [2, 4_000],
  [3, 8_000],
  [4, 16_000],
  [5, 32_000],
  [6, 60_000],
  [50, 60_000],
];

const patient = { maxAttempts: 100, timeoutMs: 15 * MINUTE };

for (const [attempt, longestMs] of backoffs) {
  Deno.test(`decide() waits at most ${longestMs} ms after attempt ${attempt}`, () => {
    const wait = (random: number) =>
      waitAfter(failed("timeout"), { attempt, limits: patient, random: () => random });

    assertEquals([wait(0), wait(0.5), wait(ALMOST_ONE)], [0, longestMs / 2, longestMs]);
  });
}

Deno.test("decide() adds the jitter to the wait that the error asks for", () => {
  const rateLimited = failed("rate_limited", 20_000);

  assertStrictEquals(waitAfter(rateLimited), 20_000);
  assertStrictEquals(waitAfter(rateLimited, { random: () => 0.5 }), 21_000);
});

Deno.test("decide() rounds up to a whole millisecond", () => {
  assertStrictEquals(waitAfter(failed("rate_limited", 0.2)), 1);
});

Deno.test("decide() does not wait for an attempt that would start after the deadline", () => {
  assertStrictEquals(waitAfter(failed("rate_limited", 15 * MINUTE - 1)), 15 * MINUTE - 1);
  assertEquals(decideOn(failed("rate_limited", 15 * MINUTE)), {
    next: "stop",
    failure: failure("rate_limited", "Why"),
  });
});

Deno.test("decide() counts the deadline from the first attempt", () => {
  const job = runningJob({ startedAt: NOON - 14 * MINUTE, claimedAt: NOON });

  assertStrictEquals(decideOn(failed("rate_limited", MINUTE), { job }).next, "stop");
});

Deno.test("decide() returns a placeholder for a spent quota", () => {
  assertEquals(decideOn(failed("quota_exceeded"), { placeholder: () => placeholder }), {
    next: "done",
    plan: placeholder,
  });
});

for (const code of Object.keys(failureKinds) as FailureCode[]) {
  if (code === "quota_exceeded") continue;

  Deno.test(`decide() makes no placeholder for ${code}`, () => {
    const noPlaceholder = () => fail("must not be made");

    const outcome = decideOn(failed(code), { placeholder: noPlaceholder, attempt: 4 });

    assertStrictEquals(outcome.next, "stop");
  });
}

Deno.test("decide() does not retry when the plan is too large to store", () => {
  assertEquals(decideOn({ error: new BlobTooLargeError(1_000_000) }), {
    next: "stop",
    failure: failure("result_too_large", "The plan is too large to store"),
  });
});

for (const error of [new TypeError("s3cret"), "s3cret", undefined]) {
  Deno.test(`decide() retries after an unknown error: ${error}`, () => {
    assertEquals(decideOn({ error }), {
      next: "retry",
      failure: failure("internal", "Internal error"),
      runAt: NOON,
    });
  });
}

Deno.test("decide() does not retry a job that its deadline stopped", () => {
  assertEquals(decideOn({ error: deadlineError() }), {
    next: "stop",
    failure: failure("deadline_exceeded", "The plan was not finished in time"),
  });
});
