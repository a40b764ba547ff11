import assert from "node:assert/strict";
import { failure } from "../../lib/failure.ts";
import {
  claimJob,
  completeJob,
  deadlineOf,
  failJob,
  JobRecord,
  releaseJob,
  rescueJob,
  retryJob,
} from "../../lib/job_record.ts";
import { NOON } from "../support/fake_clock.ts";
import { HOUR, limits, MINUTE, queuedJob, runningJob } from "../support/jobs.ts";

const later = NOON + 1_000;
const fault = failure("upstream_error", "OpenAI API error: 500");

Deno.test("newJob() is due at once and expires after its time to live", () => {
  const job = queuedJob({ ttlMs: 2 * HOUR });
  assert.equal(job.state, "queued");
  assert.equal(job.runAt, NOON);
  assert.equal(job.attempt, 0);
  assert.equal(job.expiresAt, NOON + 2 * HOUR);
});

Deno.test("claimJob() counts the attempt and names the holder", () => {
  const job = claimJob(queuedJob(), { holder: "instance-a", now: later });
  assert.equal(job.state, "running");
  assert.equal(job.attempt, 1);
  assert.equal(job.holder, "instance-a");
  assert.equal(job.startedAt, later);
});

Deno.test("the deadline counts from the first claim, whatever comes after it", () => {
  const first = claimJob(queuedJob(), { holder: "instance-a", now: NOON });
  const again = claimJob(retryJob(first, { failure: fault, runAt: later }), {
    holder: "instance-b",
    now: NOON + 5 * MINUTE,
  });
  assert.equal(again.attempt, 2);
  assert.equal(deadlineOf(again, limits), NOON + limits.timeoutMs);
});

Deno.test("retryJob() queues the job for later and remembers why", () => {
  const job = retryJob(runningJob(), { failure: fault, runAt: later });
  assert.equal(job.state, "queued");
  assert.equal(job.runAt, later);
  assert.equal(job.attempt, 1);
  assert.deepEqual(job.lastFailure, fault);
});

Deno.test("releaseJob() does not count the attempt", () => {
  const job = releaseJob(runningJob({ attempt: 3 }), { runAt: later });
  assert.equal(job.state, "queued");
  assert.equal(job.runAt, later);
  assert.equal(job.attempt, 2);
});

Deno.test("rescueJob() counts the dead worker's attempt and queues the job at once", () => {
  const job = rescueJob(runningJob({ attempt: 3 }), { now: later, limits });
  assert.equal(job.state, "queued");
  assert.equal(job.attempt, 3);
  assert.equal(job.state === "queued" && job.runAt, later);
  assert.equal(job.lastFailure?.code, "worker_lost");
});

Deno.test("rescueJob() fails a job whose workers have used up all attempts", () => {
  const job = rescueJob(runningJob({ attempt: limits.maxAttempts }), { now: later, limits });
  assert.equal(job.state === "failed" && job.failure.code, "worker_lost");
});

Deno.test("rescueJob() fails a job whose deadline has passed", () => {
  const job = rescueJob(runningJob(), { now: NOON + limits.timeoutMs, limits });
  assert.equal(job.state === "failed" && job.failure.code, "deadline_exceeded");
});

Deno.test("finished jobs no longer name a holder", () => {
  const result = { parts: 1, bytes: 10 };
  const options = { result, source: "sample", promptVersion: "test-2", now: later } as const;
  const done = completeJob(runningJob(), options);
  assert.equal(done.state, "succeeded");
  assert.equal(done.promptVersion, "test-2");
  assert.equal(done.finishedAt, later);
  assert.ok(!("holder" in done));
  const failed = failJob(runningJob(), { failure: fault, now: later });
  assert.deepEqual(failed.failure, fault);
  assert.ok(!("holder" in failed));
});

Deno.test("every transition leaves a record that its schema accepts", () => {
  const result = { parts: 1, bytes: 10 };
  const records = [
    queuedJob(),
    runningJob(),
    retryJob(runningJob(), { failure: fault, runAt: later }),
    releaseJob(runningJob(), { runAt: later }),
    rescueJob(runningJob(), { now: later, limits }),
    completeJob(runningJob(), { result, source: "openai", promptVersion: "p", now: later }),
    failJob(runningJob(), { failure: fault, now: later }),
  ];
  for (const record of records) assert.deepEqual(JobRecord.parse(record), record);
});
