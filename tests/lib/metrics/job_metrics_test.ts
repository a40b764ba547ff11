import { assertEquals } from "@std/assert";
import { failure } from "../../../lib/job/failure.ts";
import {
  cancelJob,
  completeJob,
  failJob,
  replayJob,
  retryJob,
} from "../../../lib/job/job_record.ts";
import type { StepEvent } from "../../../lib/job/timeline.ts";
import { JobMetrics } from "../../../lib/metrics/job_metrics.ts";
import { Metrics } from "../../../lib/metrics/metrics.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { queuedJob, runningJob } from "../../../testing/jobs.ts";

const queued = queuedJob();
const running = runningJob({ claimedAt: NOON + 2_000 });
const fault = failure("upstream_error", "OpenAI API error: 500");
const end = { now: NOON + 10_000, usage: null };
const result = { parts: 1, bytes: 1 };
const succeeded = completeJob(running, { ...end, result, source: "openai", promptVersion: "1" });
const failed = failJob(running, { ...end, failure: fault, savedTokens: 7 });
const canceled = cancelJob(queued, end);
const callback = { ...succeeded, kind: "callback" };

/** A turn that cost 2.5 dollars. */
function turn(attempt: number): StepEvent {
  const usage = {
    inputTokens: 100,
    cachedTokens: 40,
    cacheWriteTokens: 10,
    outputTokens: 30,
    reasoningTokens: 20,
  };
  return {
    event: "step",
    at: NOON,
    attempt,
    name: "turn-1",
    durationMs: 0,
    turn: { model: "gpt-test", responseId: "r", usage, costUsd: 2.5 },
    tool: null,
    failed: null,
  };
}

/** Each call with the lines that it adds: an instrument, its attributes, its value or sum. */
const cases: { name: string; act: (metrics: JobMetrics) => void; counts: string[] }[] = [
  {
    name: "an accepted job",
    act: (metrics) => metrics.accepted(queued),
    counts: ["jobs.accepted test 1"],
  },
  {
    name: "a replay, which is a new job",
    act: (metrics) =>
      metrics.queued(replayJob(failed, { id: "x", now: NOON, ttlMs: 1 }), "replayed"),
    counts: ["jobs.accepted test 1"],
  },
  {
    name: "the first attempt",
    act: (metrics) => metrics.claimed(running, { isFirst: true }),
    counts: ["job.wait test 2"],
  },
  {
    name: "a further attempt",
    act: (metrics) => metrics.claimed(running, { isFirst: false }),
    counts: [],
  },
  {
    name: "a claim by a clock that is behind",
    act: (metrics) => metrics.claimed({ ...running, claimedAt: NOON - 1 }, { isFirst: true }),
    counts: ["job.wait test 0"],
  },
  {
    name: "a retry",
    act: (metrics) => {
      metrics.queued(retryJob(running, { now: NOON, failure: fault, runAt: NOON }), "retried");
    },
    counts: ["attempts test,retried 1"],
  },
  {
    name: "a release",
    act: (metrics) => metrics.queued(queued, "released"),
    counts: ["attempts test,released 1"],
  },
  {
    name: "a rescue",
    act: (metrics) => metrics.queued(queued, "rescued"),
    counts: ["attempts test,rescued 1", "rescues test 1"],
  },
  {
    name: "a plan",
    act: (metrics) => metrics.ended(succeeded, { during: "attempt", steps: [] }),
    counts: [
      "jobs.ended test,succeeded,none,openai 1",
      "job.duration test,succeeded 10",
      "attempts test,succeeded 1",
    ],
  },
  {
    name: "a failure with saved tokens",
    act: (metrics) => metrics.ended(failed, { during: "attempt", steps: [] }),
    counts: [
      "jobs.ended test,failed,upstream_error,none 1",
      "job.duration test,failed 10",
      "attempts test,failed 1",
      "tokens.saved test 7",
    ],
  },
  {
    name: "a failure because the instance died",
    act: (metrics) => metrics.ended({ ...failed, savedTokens: 0 }, { during: "rescue", steps: [] }),
    counts: [
      "jobs.ended test,failed,upstream_error,none 1",
      "job.duration test,failed 10",
      "attempts test,failed 1",
      "rescues test 1",
    ],
  },
  {
    name: "a canceled job that never started, which has no attempt",
    act: (metrics) => metrics.ended(canceled, { during: "queue", steps: [] }),
    counts: ["jobs.ended test,canceled,none,none 1", "job.duration test,canceled 10"],
  },
  {
    name: "the steps of a job, without steps that another job has paid for",
    act: (metrics) => {
      metrics.ended(canceled, { during: "queue", steps: [turn(0), turn(1), turn(2)] });
    },
    counts: [
      "jobs.ended test,canceled,none,none 1",
      "job.duration test,canceled 10",
      "tokens test,gpt-test,input 100",
      "tokens test,gpt-test,cached_input 80",
      "tokens test,gpt-test,cache_write 20",
      "tokens test,gpt-test,output 20",
      "tokens test,gpt-test,reasoning 40",
      "cost test,gpt-test 5",
    ],
  },
  {
    name: "a delivered callback",
    act: (metrics) => metrics.ended(callback, { during: "attempt", steps: [] }),
    counts: [
      "jobs.ended callback,succeeded,none,openai 1",
      "job.duration callback,succeeded 10",
      "attempts callback,succeeded 1",
      "callbacks delivered 1",
    ],
  },
  {
    name: "a callback that failed",
    act: (metrics) => {
      const job = { ...failed, kind: "callback", savedTokens: 0 };
      metrics.ended(job, { during: "attempt", steps: [] });
    },
    counts: [
      "jobs.ended callback,failed,upstream_error,none 1",
      "job.duration callback,failed 10",
      "attempts callback,failed 1",
      "callbacks failed 1",
    ],
  },
  {
    name: "a lost lease",
    act: (metrics) => metrics.leaseLost("test"),
    counts: ["leases.lost test 1"],
  },
  {
    name: "a call of the model",
    act: (metrics) =>
      metrics.modelCalled({ kind: "test", model: "m", provider: "openai", durationMs: 1_500 }),
    counts: ["gen_ai.client.operation.duration chat,openai,m 1.5"],
  },
  {
    name: "a failed call of the model",
    act: (metrics) =>
      metrics.modelCalled({
        kind: "test",
        model: "m",
        provider: "openai",
        durationMs: 1_500,
        errorType: "timeout",
        failure: "timeout",
      }),
    counts: [
      "model.errors test,m,timeout 1",
      "gen_ai.client.operation.duration chat,openai,m,timeout 1.5",
    ],
  },
];

for (const { name, act, counts } of cases) {
  Deno.test(`the metrics of ${name}`, async () => {
    const metrics = new Metrics();
    act(new JobMetrics({ metrics, kinds: [], callbackKind: "callback" }));
    const lines = (await metrics.collect()).flatMap(({ name, points }) =>
      points.map(({ attributes, value }) => ({
        text: [
          name.replace(/^tripwright\./, ""),
          Object.values(attributes).join(),
          typeof value === "number" ? value : value.sum,
        ].join(" "),
        isNew: typeof value !== "number" || value > 0,
      }))
    );
    const found = lines.filter(({ isNew }) => isNew).map(({ text }) => text);
    assertEquals(found.toSorted(), counts.toSorted());
  });
}

Deno.test("counters of known kinds begin at 0, so that their first increase is visible", async () => {
  const metrics = new Metrics();
  new JobMetrics({ metrics, kinds: ["a", "callback"], callbackKind: "callback" });
  const found = (await metrics.collect()).filter(({ points }) => points.length > 0);
  assertEquals(found.map(({ name, points }) => [name, points.map(({ value }) => value)]), [
    ["tripwright.jobs.accepted", [0, 0]],
    ["tripwright.rescues", [0, 0]],
    ["tripwright.leases.lost", [0, 0]],
    ["tripwright.tokens.saved", [0, 0]],
    ["tripwright.callbacks", [0, 0, 0]],
    ["tripwright.places", [0, 0, 0, 0, 0]],
  ]);
});
