import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { failure } from "../../../lib/job/failure.ts";
import {
  acceptedJob,
  cancelJob,
  claimJob,
  completeJob,
  deadlineOf,
  failJob,
  JobRecord,
  releaseJob,
  rescueJob,
  retryJob,
} from "../../../lib/job/job_record.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { HOUR, limits, MINUTE, queuedJob, runningJob } from "../../../testing/jobs.ts";

const later = NOON + 1_000;
const fault = failure("upstream_error", "OpenAI API error: 500");
const usage = {
  inputTokens: 900,
  cachedTokens: 100,
  cacheWriteTokens: 0,
  outputTokens: 400,
  reasoningTokens: 300,
  savedTokens: 0,
  costUsd: 0.01,
};

Deno.test("newJob() returns a job that is due at once and expires after its time to live", () => {
  const job = queuedJob({ ttlMs: 2 * HOUR });
  assertStrictEquals(job.state, "queued");
  assertStrictEquals(job.runAt, NOON);
  assertStrictEquals(job.attempt, 0);
  assertStrictEquals(job.expiresAt, NOON + 2 * HOUR);
});

Deno.test("a record keeps its trace, and is valid without one or with an unreadable one", () => {
  const trace = {
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    tracestate: "vendor=1",
  };
  const job = queuedJob({ trace });
  const done = claimJob(job, { holder: "instance-a", now: later });
  assertEquals(JobRecord.parse(done).trace, trace);
  const { trace: _, ...older } = job;
  for (const record of [older, { ...job, trace: { ...trace, traceparent: "00-0-0-01" } }]) {
    assertStrictEquals(JobRecord.parse(record).trace, null);
  }
});

Deno.test("a record keeps the hash of its sender, and is valid without one", () => {
  const job = queuedJob({ sender: "1f" });
  assertStrictEquals(acceptedJob(claimJob(job, { holder: "a", now: later })).sender, "1f");
  const { sender: _, ...older } = job;
  for (const record of [older, { ...job, sender: 7 }]) {
    assertStrictEquals(JobRecord.parse(record).sender, null);
  }
});

Deno.test("claimJob() counts the attempt and sets the holder", () => {
  const job = claimJob(queuedJob(), { holder: "instance-a", now: later });
  assertStrictEquals(job.state, "running");
  assertStrictEquals(job.attempt, 1);
  assertStrictEquals(job.holder, "instance-a");
  assertStrictEquals(job.startedAt, later);
});

Deno.test("the deadline counts from the first claim, whatever follows", () => {
  const first = claimJob(queuedJob(), { holder: "instance-a", now: NOON });
  const again = claimJob(retryJob(first, { failure: fault, runAt: later, now: NOON }), {
    holder: "instance-b",
    now: NOON + 5 * MINUTE,
  });
  assertStrictEquals(again.attempt, 2);
  assertStrictEquals(deadlineOf(again, limits), NOON + limits.timeoutMs);
});

Deno.test("retryJob() queues the job for later and stores the failure", () => {
  const job = retryJob(runningJob(), { failure: fault, runAt: later, now: NOON });
  assertStrictEquals(job.state, "queued");
  assertStrictEquals(job.runAt, later);
  assertStrictEquals(job.attempt, 1);
  assertEquals(job.lastFailure, fault);
});

Deno.test("releaseJob() does not count the attempt", () => {
  const job = releaseJob(runningJob({ attempt: 3 }), { runAt: later, now: NOON });
  assertStrictEquals(job.state, "queued");
  assertStrictEquals(job.runAt, later);
  assertStrictEquals(job.attempt, 2);
});

Deno.test("releaseJob() adds the refusal of a call to the timeline, and keeps the last failure", () => {
  const before = { ...runningJob(), lastFailure: null };
  const job = releaseJob(before, { runAt: later, now: NOON, failure: fault });
  const released = { event: "released", at: NOON, attempt: 1, failure: fault, runAt: later };
  assertEquals<unknown>(job.timeline.at(-1), released);
  assertStrictEquals(job.lastFailure, null);
});

Deno.test("rescueJob() counts the attempt of the dead worker and queues the job at once", () => {
  const job = rescueJob(runningJob({ attempt: 3 }), { now: later, limits });
  assert("state" in job);
  assertStrictEquals(job.state, "queued");
  assertStrictEquals(job.attempt, 3);
  assertStrictEquals(job.runAt, later);
  assertStrictEquals(job.lastFailure?.code, "worker_lost");
});

Deno.test("rescueJob() fails a job whose workers have used all attempts", () => {
  const job = rescueJob(runningJob({ attempt: limits.maxAttempts }), { now: later, limits });
  assertStrictEquals("failure" in job && job.failure.code, "worker_lost");
});

Deno.test("rescueJob() fails a job whose deadline has passed", () => {
  const job = rescueJob(runningJob(), { now: NOON + limits.timeoutMs, limits });
  assertStrictEquals("failure" in job && job.failure.code, "deadline_exceeded");
});

Deno.test("a finished job has no holder", () => {
  const result = { parts: 1, bytes: 10 };
  const done = completeJob(runningJob(), {
    result,
    source: "sample",
    promptVersion: "test-2",
    now: later,
    usage,
  });
  assertStrictEquals(done.state, "succeeded");
  assertStrictEquals(done.promptVersion, "test-2");
  assertStrictEquals(done.finishedAt, later);
  assertEquals(done.usage, usage);
  assert(!("holder" in done));
  const failed = failJob(runningJob(), { failure: fault, now: later, usage: null });
  assertEquals(failed.failure, fault);
  assertStrictEquals(failed.usage, null);
  assert(!("holder" in failed));
  assert(!("holder" in cancelJob(runningJob(), { now: later, usage })));
});

Deno.test("every transition returns a valid record", () => {
  const result = { parts: 1, bytes: 10 };
  const records = [
    queuedJob(),
    runningJob(),
    retryJob(runningJob(), { failure: fault, runAt: later, now: NOON }),
    releaseJob(runningJob(), { runAt: later, now: NOON }),
    rescueJob(runningJob(), { now: later, limits }),
    completeJob(runningJob(), { result, source: "openai", promptVersion: "p", now: later, usage }),
    failJob(queuedJob(), { failure: fault, now: later, usage: null }),
    failJob(runningJob(), { failure: fault, now: later, usage }),
    cancelJob(queuedJob(), { now: later, usage: null }),
    cancelJob(runningJob(), { now: later, usage }),
  ];
  for (const record of records) assertEquals(JobRecord.parse(record), record);
});

Deno.test("every transition adds itself to the timeline, with the attempt that it ended", () => {
  const running = runningJob({ attempt: 3, timeline: [] });
  const [now, runAt, attempt] = [later, later + MINUTE, 3];
  const result = { parts: 1, bytes: 10 };
  const rescued = rescueJob(running, { now, limits });
  assert("state" in rescued);
  const jobs = [
    retryJob(running, { now, runAt, failure: fault }),
    releaseJob(running, { now, runAt }),
    rescued,
    completeJob(running, { now, result, source: "openai", promptVersion: "p", usage }),
    failJob(running, { now, failure: fault, usage }),
    cancelJob(running, { now, usage }),
  ];
  assertEquals(jobs.map(({ timeline }) => timeline), [
    [{ event: "retried", at: now, attempt, runAt, failure: fault }],
    [{ event: "released", at: now, attempt, runAt }],
    [{ event: "rescued", at: now, attempt }],
    [{ event: "completed", at: now, attempt, source: "openai" }],
    [{ event: "failed", at: now, attempt, failure: fault }],
    [{ event: "canceled", at: now }],
  ]);
  assertEquals(queuedJob().timeline, [{ event: "accepted", at: NOON }]);
  assertEquals(claimJob(queuedJob(), { holder: "instance-a", now }).timeline.at(-1), {
    event: "claimed",
    at: now,
    attempt: 1,
    instance: "instance-a",
  });
});

Deno.test("a record without usage and timeline is read with empty ones", () => {
  const { replayOf: _, savedTokens: __, timeline: ___, ...old } = failJob(runningJob(), {
    failure: fault,
    now: later,
    usage,
  });
  const { usage: ____, ...oldest } = old;
  const job = JobRecord.parse(oldest);
  assert(job.state === "failed");
  assertEquals([job.replayOf, job.savedTokens, job.timeline, job.usage], [null, 0, [], null]);
});
