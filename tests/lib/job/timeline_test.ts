import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  MAX_TRANSITIONS,
  mergeTimeline,
  type StepEvent,
  Timeline,
  type Transition,
  usageOf,
  withTransition,
} from "../../../lib/job/timeline.ts";

const usage = {
  inputTokens: 10,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 5,
  reasoningTokens: 0,
};

function step(overrides: Partial<StepEvent> = {}): StepEvent {
  return {
    event: "step",
    at: 5,
    attempt: 1,
    name: "turn-1",
    durationMs: 4,
    turn: { model: "gpt-test", responseId: "resp_1", usage, costUsd: 1 },
    tool: null,
    failed: null,
    ...overrides,
  };
}

const claimed = (at: number): Transition => ({ event: "claimed", at, attempt: 1, instance: "a" });

Deno.test("withTransition() drops the oldest transitions except the first, and counts them", () => {
  let timeline: Transition[] = [{ event: "accepted", at: 0 }];
  for (let at = 1; at <= 200; at++) timeline = withTransition(timeline, claimed(at));
  assertStrictEquals(timeline.length, MAX_TRANSITIONS);
  assertEquals(timeline[0], { event: "accepted", at: 0 });
  const [, omitted, next] = timeline;
  assert(omitted?.event === "omitted");
  assertStrictEquals(omitted.count, 200 - (MAX_TRANSITIONS - 2));
  assertStrictEquals(omitted.at, omitted.count);
  assertEquals(next, claimed(omitted.count + 1));
  assertEquals(timeline.at(-1), claimed(200));
});

Deno.test("mergeTimeline() sorts steps between the transitions by time", () => {
  const transitions: Transition[] = [{ event: "accepted", at: 0 }, claimed(1), {
    event: "canceled",
    at: 9,
  }];
  const events = mergeTimeline(transitions, [step({ at: 7 }), step({ at: 3 })]);
  assertEquals(events.map(({ at }) => at), [0, 1, 3, 7, 9]);
});

Deno.test("usageOf() counts the steps that this job has paid for", () => {
  const steps = [step(), step({ turn: null }), step({ attempt: 2 }), step({ attempt: 0 })];
  const total = usageOf(steps, 15);
  assertEquals([total?.inputTokens, total?.savedTokens, total?.costUsd], [20, 15, 2]);
});

Deno.test("mergeTimeline() keeps the order of the transitions, whatever their clocks say", () => {
  const transitions: Transition[] = [
    { event: "accepted", at: 100 },
    { event: "claimed", at: 110, attempt: 1, instance: "a" },
    { event: "released", at: 120, attempt: 1, runAt: 120 },
    { event: "claimed", at: 90, attempt: 1, instance: "b" },
    { event: "rescued", at: 200, attempt: 1 },
    { event: "claimed", at: 150, attempt: 2, instance: "a" },
  ];
  const steps = [step({ at: 50, attempt: 0 }), step({ at: 95 }), step({ at: 160, attempt: 2 })];
  const events = mergeTimeline(transitions, steps);
  assertEquals(events.filter(({ event }) => event !== "step"), transitions);
  assertEquals(events.map(({ at }) => at), [100, 50, 110, 120, 90, 95, 200, 150, 160]);
});

Deno.test("Timeline drops entries that only another version knows", () => {
  const known = [{ event: "accepted", at: 0 }, claimed(1)];
  assertEquals(Timeline.parse([known[0], { event: "praised", at: 1 }, 5, known[1]]), known);
});
