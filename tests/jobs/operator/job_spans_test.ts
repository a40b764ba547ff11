import { assertEquals } from "@std/assert";
import { spansOf } from "../../../jobs/operator/job_spans.ts";
import { failure } from "../../../lib/job/failure.ts";
import type { StepEvent, TimelineEvent } from "../../../lib/job/timeline.ts";

const timeout = failure("timeout", "Too slow");
const usage = {
  inputTokens: 100,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 20,
  reasoningTokens: 5,
};

function step(at: number, overrides: Partial<StepEvent> = {}): StepEvent {
  const empty = { turn: null, tool: null, failed: null };
  return { event: "step", at, attempt: 1, name: "work", durationMs: 10, ...empty, ...overrides };
}

function turn(at: number, overrides: Partial<StepEvent> = {}): StepEvent {
  const paid = { model: "gpt", responseId: "r", usage, costUsd: 0.25 };
  return step(at, { name: "turn-1", turn: paid, ...overrides });
}

const claim = (at: number, attempt = 1) =>
  ({ event: "claimed", at, attempt, instance: "a" }) as const;

/** What each part of a timeline becomes: type, start, end, and one fact. */
const cases: [string, TimelineEvent[], unknown[][]][] = [
  ["a job that waits", [{ event: "accepted", at: 1 }], [["wait", 1, null, "new"]]],
  ["a job that runs", [{ event: "accepted", at: 1 }, claim(5)], [
    ["wait", 1, 5, "new"],
    ["attempt", 5, null, null],
  ]],
  [
    "a retry",
    [
      { event: "accepted", at: 1 },
      claim(5),
      { event: "retried", at: 9, attempt: 1, failure: timeout, runAt: 20 },
      claim(21, 2),
      { event: "completed", at: 30, attempt: 2, source: "openai" },
    ],
    [
      ["wait", 1, 5, "new"],
      ["attempt", 5, 9, "retried"],
      ["wait", 9, 21, "retried"],
      ["attempt", 21, 30, "completed"],
    ],
  ],
  [
    "a release and a rescue",
    [
      { event: "accepted", at: 1 },
      claim(2),
      { event: "released", at: 3, attempt: 1, runAt: 3 },
      claim(4),
      { event: "rescued", at: 9, attempt: 1 },
    ],
    [
      ["wait", 1, 2, "new"],
      ["attempt", 2, 3, "released"],
      ["wait", 3, 4, "released"],
      ["attempt", 4, 9, "rescued"],
      ["wait", 9, null, "rescued"],
    ],
  ],
  [
    "a job that is canceled while it waits",
    [{ event: "accepted", at: 1 }, { event: "canceled", at: 4 }],
    [["wait", 1, 4, "new"]],
  ],
  [
    "steps",
    [
      { event: "accepted", at: 0 },
      claim(0),
      turn(20),
      step(40, { tool: { name: "get_weather", failed: true } }),
      step(50),
      turn(70, { failed: "truncated" }),
      { event: "failed", at: 80, attempt: 1, failure: timeout },
    ],
    [
      ["wait", 0, 0, "new"],
      ["attempt", 0, 80, "failed"],
      ["turn", 10, 20, null],
      ["tool", 30, 40, "tool_error"],
      ["step", 40, 50, null],
      ["turn", 60, 70, "truncated"],
    ],
  ],
  [
    "transitions that were removed",
    [{ event: "accepted", at: 1 }, { event: "omitted", at: 5, count: 3 }, claim(7, 4)],
    [["wait", 1, 5, "new"], ["omitted", 5, 5, 3], ["attempt", 7, null, null]],
  ],
  [
    "a clock that is behind",
    [{ event: "accepted", at: 10 }, claim(4)],
    [["wait", 10, 10, "new"], ["attempt", 4, null, null]],
  ],
];

Deno.test("spansOf() returns waits, attempts and their steps in order", () => {
  for (const [name, events, expected] of cases) {
    const rows = spansOf(events).map((span) => {
      const fact = span.type === "wait"
        ? span.reason
        : span.type === "attempt"
        ? span.outcome
        : span.type === "omitted"
        ? span.count
        : span.failed;
      return [span.type, span.startedAt, span.endedAt, fact];
    });
    assertEquals(rows, expected, name);
  }
});

Deno.test("an attempt has the sum of its own turns, and not of another job's", () => {
  const [, attempt, reused] = spansOf([
    { event: "accepted", at: 0 },
    claim(1),
    turn(0, { attempt: 0 }),
    turn(20),
    turn(30, { failed: "truncated" }),
  ]);
  assertEquals(attempt?.type === "attempt" && [attempt.usage, attempt.costUsd], [
    { ...usage, inputTokens: 200, outputTokens: 40, reasoningTokens: 10 },
    0.5,
  ]);
  assertEquals(reused?.type === "turn" && reused.attempt, 0);
});

Deno.test("waits and attempts name the failure that ended the attempt", () => {
  const spans = spansOf([
    { event: "accepted", at: 0 },
    claim(1),
    { event: "retried", at: 2, attempt: 1, failure: timeout, runAt: 3 },
  ]);
  assertEquals(spans.map((span) => "failure" in span && span.failure), [null, timeout, timeout]);
});
