/**
 * What a job records about itself: its timeline and its usage.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { failure, JobError } from "../../../lib/job/failure.ts";
import {
  jobOf,
  openRuntimes,
  openRuntimesOn,
  submit,
  tryAgain,
} from "../../../testing/runtimes.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { anyParts, anyRequest, modelOf, silentTurn, testKind } from "../../../testing/jobs.ts";

const usage = {
  inputTokens: 1_000,
  cachedTokens: 200,
  cacheWriteTokens: 0,
  outputTokens: 500,
  reasoningTokens: 100,
};
const prices = {
  "gpt-other": { input: 7, output: 7 },
  "gpt-test": { input: 1, cachedInput: 0.5, output: 2 },
};
const costUsd = (800 * 1 + 200 * 0.5 + 500 * 2) / 1_000_000;

/** Two turns with a tool in between; the second turn fails as often as `failures` says. */
function twoTurns({ failures = 0, lasts = false } = {}) {
  const kind = testKind(async ({ text }, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    await context.step(
      "turn-1/tool-1",
      z.string(),
      () => Promise.resolve("sunny"),
      () => ({ tool: { name: "get_weather", failed: false } }),
    );
    await context.chat("turn-2", anyRequest, anyParts);
    return { text };
  });
  let calls = 0;
  const model = modelOf({
    chat(_request, { signal }) {
      calls++;
      if (calls > 1 && failures-- > 0) {
        return Promise.reject(new JobError("upstream_error", "OpenAI API error: 500"));
      }
      if (calls > 1 && lasts) {
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        );
      }
      return Promise.resolve({ ...silentTurn, responseId: `resp_${calls}`, text: "", usage });
    },
  });
  return { kind, model: () => model, prices };
}

const paidOnce = { ...usage, savedTokens: 0, costUsd };
const paidTwice = {
  inputTokens: 2_000,
  cachedTokens: 400,
  cacheWriteTokens: 0,
  outputTokens: 1_000,
  reasoningTokens: 200,
  savedTokens: 0,
  costUsd: 2 * costUsd,
};

Deno.test("a job that has succeeded shows the usage of its turns", async () => {
  const { kind, ...options } = twoTurns();
  using env = await openRuntimes({ kinds: [kind], ...options });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const { job, progress } = (await env.store.read(id))!;
  assertEquals(job.state === "succeeded" && job.usage, paidTwice);
  assertEquals(progress.usage, paidTwice);
});

Deno.test("turns that were finished are not paid for again, and count as saved", async () => {
  const { kind, ...options } = twoTurns({ failures: 2 });
  using env = await openRuntimes({ kinds: [kind], ...options });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const { usage: inBetween } = (await env.store.read(id))!.progress;
  assertEquals(inBetween, paidOnce);
  await env.a.instance.stop(0);
  await tryAgain(env, 2);
  const { job, progress } = (await env.store.read(id))!;
  assertEquals(job.state === "succeeded" && job.usage, { ...paidTwice, savedTokens: 3_000 });
  assertEquals(progress.usage, { ...paidTwice, savedTokens: 3_000 });
});

Deno.test("a failed or canceled job shows its usage up to its end", async () => {
  const failing = twoTurns({ failures: 4 });
  using env = await openRuntimes({ ...failing, kinds: [failing.kind] });
  const { job: { id } } = await submit(env.a, failing.kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  await tryAgain(env, 3);
  const failed = await jobOf(env.store, id);
  assertEquals(failed.state === "failed" && failed.usage, { ...paidOnce, savedTokens: 4_500 });

  const lasting = twoTurns({ lasts: true });
  using other = await openRuntimes({ ...lasting, kinds: [lasting.kind] });
  const { job } = await submit(other.a, lasting.kind, { text: "hello" });
  while ((await other.store.checkpoints.steps(job.id)).length < 2);
  await other.b.jobs.cancel(lasting.kind, job.id);
  const canceled = await jobOf(other.store, job.id);
  assertEquals(canceled.state === "canceled" && canceled.usage, paidOnce);
  await other.a.instance.stop(0);
});

Deno.test("saved tokens are counted although the breaker puts the job back", async () => {
  const { kind, ...options } = twoTurns({ failures: 1 });
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [kind], ...options });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(60_000);
  hooks.commit = async (sets, run) => {
    const result = await run();
    if (!sets.some(([sort]) => sort === "running")) return result;
    hooks.commit = undefined;
    await kv.set(["breaker", kind.name], {
      openUntil: env.clock.now() + 60_000,
      failures: 1,
      probe: null,
      opening: crypto.randomUUID(),
      failure: failure("quota_exceeded", "OpenAI API error: 429"),
    });
    env.clock.advance(250);
    return result;
  };
  await env.b.instance.sweep();
  await env.b.instance.idle();
  const { state, savedTokens, timeline } = await jobOf(env.store, id);
  assertEquals([state, timeline.at(-1)?.event, savedTokens], ["queued", "released", 1_500]);
});

Deno.test("a replay does not pay again for the finished turns of the failed job", async () => {
  const { kind, ...options } = twoTurns({ failures: 4 });
  using env = await openRuntimes({
    kinds: [kind],
    ...options,
    limits: { maxAttempts: 1, timeoutMs: 9e5 },
  });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const newId = crypto.randomUUID();
  await env.store.derived.replay(id, { newId, steps: "reuse" });
  const { usage: before } = (await env.store.read(newId))!.progress;
  assertStrictEquals(before, null);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  const job = await jobOf(env.store, newId);
  assertEquals(job.state === "failed" && job.usage, {
    inputTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    savedTokens: 1_500,
    costUsd: 0,
  });
});

Deno.test("the timeline lists what happened to a job, in order", async () => {
  const { kind, ...options } = twoTurns({ failures: 1 });
  using env = await openRuntimes({ kinds: [kind], ...options });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(1_000);
  await env.b.instance.sweep();
  await env.b.instance.idle();
  const { events } = (await env.b.jobs.timeline(kind, id))!;
  const turn = (responseId: string) => ({ model: "gpt-test", responseId, usage, costUsd });
  const step = { event: "step", durationMs: 0, turn: null, tool: null, failed: null };
  const instances = events.flatMap((event) => event.event === "claimed" ? [event.instance] : []);
  assertStrictEquals(new Set(instances).size, 2);
  const expected = [
    { event: "accepted", at: NOON },
    { event: "claimed", at: NOON, attempt: 1, instance: instances[0] },
    { ...step, at: NOON, attempt: 1, name: "turn-1", turn: turn("resp_1") },
    {
      ...step,
      at: NOON,
      attempt: 1,
      name: "turn-1/tool-1",
      tool: { name: "get_weather", failed: false },
    },
    {
      event: "retried",
      at: NOON,
      attempt: 1,
      failure: failure("upstream_error", "OpenAI API error: 500"),
      runAt: NOON + 1_000,
    },
    { event: "claimed", at: NOON + 1_000, attempt: 2, instance: instances[1] },
    { ...step, at: NOON + 1_000, attempt: 2, name: "turn-2", turn: turn("resp_3") },
    { event: "completed", at: NOON + 1_000, attempt: 2, source: "openai" },
  ];
  assertEquals<unknown>(events, expected);
});

Deno.test("the timeline of an unknown job, or of a job of another kind, is null", async () => {
  const { kind, ...options } = twoTurns();
  using env = await openRuntimes({ kinds: [kind], ...options });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  assertStrictEquals(await env.b.jobs.timeline({ ...kind, name: "other" }, id), null);
  assertStrictEquals(await env.b.jobs.timeline(kind, crypto.randomUUID()), null);
  await env.a.instance.idle();
});

Deno.test("the cost of a turn is null when the provider does not report usage", async () => {
  const kind = testKind(async (request, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    return request;
  });
  const model = modelOf({ chat: () => Promise.resolve({ ...silentTurn, text: "" }) });
  using env = await openRuntimes({ kinds: [kind], model: () => model, prices });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const [step] = await env.store.checkpoints.steps(id);
  const turn = { model: "gpt-test", responseId: "resp_1", usage: null, costUsd: null };
  assertEquals(step?.turn, turn);
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "succeeded" && job.usage, null);
});

Deno.test("a turn of the sample generator is listed as a turn of the model `sample`", async () => {
  const kind = testKind(async (request, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    return request;
  });
  using env = await openRuntimes({ kinds: [kind], prices });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await env.store.checkpoints.steps(id))[0]?.turn?.model, "sample");
});

Deno.test("a failed turn that was paid for is in the usage and in the timeline", async () => {
  let calls = 0;
  const kind = testKind(async (_request, context) => ({
    text: (await context.chat("turn-1", anyRequest, anyParts)).text!,
  }));
  const model = modelOf({
    chat() {
      const spent = { responseId: `resp_${++calls}`, usage };
      return calls < 3
        ? Promise.reject(new JobError("upstream_error", "OpenAI API error", { spent }))
        : Promise.resolve({ ...silentTurn, ...spent, text: "done" });
    },
  });
  using env = await openRuntimes({ kinds: [kind], model: () => model, prices });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  await tryAgain(env, 2);
  const { job, progress } = (await env.store.read(id))!;
  assert(job.state === "succeeded");
  assertEquals([job.usage?.outputTokens, job.usage?.costUsd], [1_500, 3 * costUsd]);
  assertEquals(progress.usage, job.usage);
  const { events } = (await env.b.jobs.timeline(kind, id))!;
  assertEquals(
    events.map((event) => event.event === "step" ? event.failed ?? event.name : event.event),
    [
      "accepted",
      "claimed",
      "upstream_error",
      "retried",
      "claimed",
      "upstream_error",
      "retried",
      "claimed",
      "turn-1",
      "completed",
    ],
  );
});
