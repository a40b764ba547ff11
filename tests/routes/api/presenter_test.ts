import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { failure, type FailureCode } from "../../../lib/job/failure.ts";
import { cancelJob, type JobRecord, releaseJob, retryJob } from "../../../lib/job/job_record.ts";
import { noProgress, type Progress } from "../../../lib/job/progress.ts";
import { presentJob, presentTimeline } from "../../../routes/api/presenter.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { queuedJob, runningJob, testKind } from "../../../testing/jobs.ts";

const kind = testKind();
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
const progress: Progress = {
  ...noProgress,
  phase: "writing",
  message: "Writing day 2 of 3",
  step: 1,
  of: 3,
  updatedAt: NOON + 2_000,
  partial: ["one"],
  usage: { ...usage, inputTokens: 1 },
};

/** The progress of a job whose position is not known. */
const notQueued = { position: null, expectedStartAt: null };

function shown(job: JobRecord, progress: Progress = noProgress) {
  return presentJob(kind, { job, progress, result: null });
}

Deno.test("presentJob() shows that an accepted job waits for a worker", () => {
  assertEquals(shown(queuedJob()).progress, {
    phase: "queued",
    message: "Waiting for a free worker",
    tools: [],
    step: 0,
    of: null,
    ...notQueued,
    updatedAt: "2026-11-21T12:00:00.000Z",
  });
});

Deno.test("presentJob() shows the progress of a running job, and its time", () => {
  const { progress: shownProgress, partial, usage: soFar } = shown(runningJob(), progress);
  assertEquals(shownProgress, {
    phase: "writing",
    message: "Writing day 2 of 3",
    tools: [],
    step: 1,
    of: 3,
    ...notQueued,
    updatedAt: "2026-11-21T12:00:02.000Z",
  });
  assertEquals([partial, soFar], [["one"], progress.usage]);
});

Deno.test("presentJob() uses the time of the claim for a running job without progress", () => {
  assertStrictEquals(shown(runningJob()).progress?.updatedAt, "2026-11-21T12:00:00.000Z");
});

Deno.test("presentJob() shows a retried job's failure, its time and its parts", () => {
  const options = { failure: fault, now: NOON + 5_000, runAt: NOON + 9_000 };
  const { progress: shownProgress, partial } = shown(retryJob(runningJob(), options), progress);
  assertEquals(shownProgress, {
    phase: "retrying",
    message: "Trying again after a fault: OpenAI API error: 500",
    tools: [],
    step: 1,
    of: 3,
    ...notQueued,
    updatedAt: "2026-11-21T12:00:05.000Z",
  });
  assertEquals(partial, ["one"]);
});

Deno.test("presentJob() shows the warnings of a plan, and none without a plan or a review", () => {
  const warnings = [{ code: "too_short", where: "text", message: "The text is short." }];
  const reviewed = { ...kind, warningsOf: () => warnings };
  const job = runningJob();
  const result = { text: "hello" };
  assertEquals(presentJob(reviewed, { job, progress, result }).warnings, warnings);
  assertEquals(presentJob(reviewed, { job, progress, result: null }).warnings, []);
  assertEquals(presentJob(kind, { job, progress, result }).warnings, []);
});

Deno.test("presentJob() shows that a released job waits for a worker", () => {
  const job = releaseJob(runningJob(), { now: NOON + 5_000, runAt: NOON + 5_000 });
  const { phase, updatedAt } = shown(job, progress).progress!;
  assertEquals([phase, updatedAt], ["queued", "2026-11-21T12:00:05.000Z"]);
});

const reasons: [FailureCode, message: RegExp][] = [
  ["rate_limited", /^The model service is busy\. /],
  ["overloaded", /^The model service is busy\. /],
  ["quota_exceeded", /^The model service accepts no requests\. /],
  ["connection_lost", /^The model service cannot be reached\. /],
  ["timeout", /^The model service cannot be reached\. /],
  ["upstream_error", /^The model service cannot be reached\. /],
];

for (const [code, message] of reasons) {
  Deno.test(`presentJob() shows that a job waits for the model: ${code}`, () => {
    const refusal = failure(code, "Why");
    const heldBack = { job: queuedJob(), progress: noProgress, result: null, heldBackBy: refusal };
    const release = { now: NOON + 5_000, runAt: NOON + 6_000, failure: refusal };
    const before = { ...runningJob(), lastFailure: fault };
    for (
      const [{ progress }, since] of [
        [presentJob(kind, heldBack), "2026-11-21T12:00:00.000Z"],
        [shown(releaseJob(before, release)), "2026-11-21T12:00:05.000Z"],
      ] as const
    ) {
      assertEquals([progress?.phase, progress?.updatedAt], ["waiting", since]);
      assertMatch(progress!.message, message);
    }
  });
}

const refusal = failure("rate_limited", "Why");
const queue = { isPaused: false, position: 3, expectedStartAt: NOON + 20_000 };

const waits: [
  name: string,
  members: object,
  phase: string,
  position: number | null,
  startsAt: string | null,
][] = [
  ["a position and an expected start", { queue }, "queued", 3, "2026-11-21T12:00:20.000Z"],
  ["a pause", { queue: { ...queue, isPaused: true, expectedStartAt: null } }, "paused", 3, null],
  ["no expected start in an outage", { queue, heldBackBy: refusal }, "waiting", 3, null],
  ["no position of a follower", { queue, isFollowing: true }, "starting", null, null],
];

for (const [name, members, phase, position, startsAt] of waits) {
  Deno.test(`presentJob() shows for a waiting job ${name}`, () => {
    const snapshot = { job: queuedJob(), progress: noProgress, result: null, ...members };
    const { progress } = presentJob(kind, snapshot);
    assertEquals([progress?.phase, progress?.position, progress?.expectedStartAt], [
      phase,
      position,
      startsAt,
    ]);
  });
}

Deno.test("presentJob() uses the time of creation for a waiting job without a timeline", () => {
  const { updatedAt } = shown({ ...queuedJob(), timeline: [] }).progress!;
  assertStrictEquals(updatedAt, "2026-11-21T12:00:00.000Z");
});

Deno.test("presentJob() shows the usage and the parts of an ended job, and no progress", () => {
  const job = cancelJob(runningJob(), { now: NOON + 5_000, usage });
  const ended = shown(job, progress);
  assertEquals([ended.progress, ended.partial, ended.usage], [null, ["one"], usage]);
  assertStrictEquals(shown(job).partial, null);
  const timeline = presentTimeline(kind, { job, progress, events: [] });
  assertEquals(timeline.usage, usage);
});

Deno.test("presentTimeline() writes all times in the same format", () => {
  const job = runningJob();
  const events = [
    { event: "accepted", at: NOON },
    { event: "retried", at: NOON + 1_000, attempt: 1, failure: fault, runAt: NOON + 2_000 },
  ] as const;
  assertEquals(
    presentTimeline(kind, { job, progress, events: [...events] }),
    {
      testId: job.id,
      status: "processing",
      attempt: 1,
      usage: progress.usage,
      events: [
        { at: "2026-11-21T12:00:00.000Z", event: "accepted" },
        {
          at: "2026-11-21T12:00:01.000Z",
          event: "retried",
          attempt: 1,
          failure: fault,
          runAt: "2026-11-21T12:00:02.000Z",
        },
      ],
    },
  );
});
