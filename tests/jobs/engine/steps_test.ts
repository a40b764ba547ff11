import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { type JobContext } from "../../../jobs/kind.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { noProgress, type Progress } from "../../../lib/job/progress.ts";
import {
  heldWork,
  jobOf,
  openRuntime,
  openRuntimes,
  openRuntimesOn,
  submit,
  sweepFor,
  untilIdle,
} from "../../../testing/runtimes.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { failCommits, hookKv } from "../../../testing/hooked_kv.ts";
import {
  anyParts,
  anyRequest,
  modelOf,
  queuedJob,
  silentTurn,
  testKind,
  upstreamError,
} from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";

/** A kind whose jobs make this many conversation turns, with research in between. */
function conversationKind(turns: number) {
  return testKind(async ({ text }, context) => {
    for (let n = 1; n <= turns; n++) {
      const instructions = `turn-${n}`;
      await context.respond(instructions, { ...anyRequest, instructions }, anyParts);
      if (n < turns) context.showResearch("Looking things up");
    }
    return { text };
  });
}

/** A model that sends reasoning in each turn, and then answers or fails. */
function thinkingModel(
  { failAt = () => false, answer }: {
    failAt?: (turn: string) => boolean;
    answer?: () => Promise<void>;
  } = {},
) {
  return modelOf({
    async respond({ instructions: turn }, { onEvent }) {
      const responseId = `resp_${turn}`;
      await onEvent?.({ type: "started", responseId, resumable: false });
      await onEvent?.({ type: "reasoning", summary: `on ${turn}` });
      await answer?.();
      if (failAt(turn)) throw upstreamError();
      return { ...silentTurn, responseId, reasoningSummaries: [`on ${turn}`] };
    },
  });
}

Deno.test("a finished plan is stored although commits fail for a while", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  failCommits(hooks, "result", 3);
  work.finish();
  await untilIdle(env.a, () => env.clock.advance(1_000));
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  assertStrictEquals(work.runs(), 1);
});

Deno.test("a job whose end cannot be stored is rescued and executed again", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  failCommits(hooks, "result", 6);
  work.finish();
  await untilIdle(env.a, () => env.clock.advance(1_000));
  assertStrictEquals((await jobOf(env.store, id)).state, "running");
  await sweepFor(env, 12_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a later attempt does not run a finished step again", async () => {
  const runs: string[] = [];
  const kind = testKind(async (_request, context) => {
    const first = await context.step("first", z.string(), () => {
      runs.push("first");
      return Promise.resolve("one");
    });
    const second = await context.step("second", z.string(), () => {
      runs.push("second");
      return runs.length < 3 ? Promise.reject(upstreamError()) : Promise.resolve("two");
    });
    return { text: `${first} ${second}` };
  });
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(60_000);
  await env.b.instance.sweep();
  await env.b.instance.idle();
  assertEquals((await env.store.read(id))?.result, { text: "one two" });
  assertEquals(runs, ["first", "second", "second"]);
});

Deno.test("a finished step is stored although a commit fails", async () => {
  for (const sort of ["step", "progress"]) {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    let runs = 0;
    const kind = testKind(async ({ text }, context) => {
      await context.step("turn", z.string(), () => Promise.resolve(String(++runs)));
      return { text };
    });
    using env = openRuntimesOn(kv, { kinds: [kind] });
    failCommits(hooks, sort, 1);
    const { job: { id } } = await submit(env.a, kind, { text: "hello" });
    await untilIdle(env.a, () => env.clock.advance(100));
    const job = await jobOf(env.store, id);
    assertStrictEquals(job.state, "succeeded");
    assertStrictEquals(job.attempt, 1);
    assertStrictEquals(runs, 1);
    assertNotEquals((await env.store.read(id))?.progress, noProgress, sort);
  }
});

Deno.test("a step that is being stored during a shutdown is not run again", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const storing = Promise.withResolvers<void>();
  const stored = Promise.withResolvers<void>();
  let runs = 0;
  const kind = testKind(async (_request, context) => {
    const text = await context.step("turn", z.string(), () => Promise.resolve(`run ${++runs}`));
    return { text };
  });
  using env = openRuntimesOn(kv, { kinds: [kind] });
  hooks.commit = async (sets, run) => {
    if (sets.some(([sort]) => sort === "step")) {
      storing.resolve();
      await stored.promise;
    }
    return await run();
  };
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await storing.promise;
  const stopped = env.a.instance.stop(0);
  await env.settled();
  stored.resolve();
  await stopped;
  await env.b.instance.sweep();
  await env.b.instance.idle();
  assertEquals((await env.store.read(id))?.result, { text: "run 1" });
  assertStrictEquals(runs, 1);
});

Deno.test("a resumed attempt never shows less progress than the attempt before", async () => {
  const shown: Progress[] = [];
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  hooks.commit = async (sets, run) => {
    const result = await run();
    const write = sets.find(([sort]) => sort === "progress");
    if (write) {
      shown.push((await env.store.checkpoints.readEarlierAttempts(String(write[1]))).progress);
    }
    return result;
  };
  let failures = 1;
  using env = openRuntimesOn(kv, {
    kinds: [conversationKind(3)],
    model: () => thinkingModel({ failAt }),
  });
  function failAt(turn: string) {
    return turn === "turn-3" && failures-- > 0;
  }
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await untilIdle(env.a, () => env.clock.advance(100));
  const before = (await env.store.read(id))!.progress;
  assertEquals(before.reasoningSummaries, ["on turn-1", "on turn-2", "on turn-3"]);
  await env.a.instance.stop(0);
  env.clock.advance(2_000);
  await env.b.instance.sweep();
  await untilIdle(env.b, () => env.clock.advance(100));
  assertStrictEquals((await jobOf(env.store, id)).attempt, 2);
  const counts = shown.map(({ reasoningSummaries }) => reasoningSummaries.length);
  const withoutUnfinished = counts.map((count) => Math.min(count, 2));
  assertEquals(withoutUnfinished, withoutUnfinished.toSorted());
  assertStrictEquals(counts.at(-1), 3);
  const ids = shown.map(({ openaiResponseId }) => openaiResponseId);
  assertEquals(ids, ids.toSorted());
});

Deno.test("the progress of a job has the reasoning of all turns and the latest response id", async () => {
  using env = await openRuntimes({ kinds: [conversationKind(3)], model: () => thinkingModel() });
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  const { reasoningSummaries, openaiResponseId } = (await env.store.read(id))!.progress;
  assertEquals(reasoningSummaries, ["on turn-1", "on turn-2", "on turn-3"]);
  assertStrictEquals(openaiResponseId, "resp_turn-3");
});

Deno.test("a new prompt version runs all steps again", async () => {
  let runs = 0;
  const work = (_request: unknown, context: JobContext) =>
    context.step("turn", z.string(), () => Promise.resolve(String(++runs))).then((text) => {
      if (runs === 1) throw upstreamError();
      return { text };
    });
  using env = await openRuntimes({ kinds: [testKind(work)] });
  const next = { ...testKind(work), promptVersion: "test-2" };
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(60_000);
  const upgraded = openRuntime(env.kv, env.clock, { kinds: [next] });
  await upgraded.instance.sweep();
  await upgraded.instance.idle();
  assertEquals((await env.store.read(id))?.result, { text: "2" });
  assertStrictEquals((await jobOf(env.store, id)).promptVersion, "test-2");
});

Deno.test("a job shows its progress while it runs", async () => {
  const shown = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const model = thinkingModel({
    answer: async () => {
      shown.resolve();
      await held.promise;
    },
  });
  using env = await openRuntimes({ kinds: [conversationKind(1)], model: () => model });
  const { id } = queuedJob();
  await env.store.accept(queuedJob({ id }));
  assertEquals((await env.store.read(id))?.progress, noProgress);
  await env.a.instance.sweep();
  await shown.promise;
  const expected: Progress = {
    ...noProgress,
    phase: "thinking",
    message: "Reading your request",
    of: 2,
    updatedAt: NOON,
    reasoningSummaries: ["on turn-1"],
    openaiResponseId: "resp_turn-1",
  };
  // The first write is made at once, the next one after half a second.
  await env.settled();
  assertEquals((await env.store.read(id))?.progress, {
    ...expected,
    reasoningSummaries: [],
    openaiResponseId: null,
  });
  env.clock.advance(500);
  await env.settled();
  assertEquals((await env.store.read(id))?.progress, expected);
  held.resolve();
  await env.a.instance.idle();
  const { progress } = (await env.store.read(id))!;
  assertEquals({ ...progress, updatedAt: NOON }, expected);
});

Deno.test("a failed read of the progress uses no attempt", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  const { id } = queuedJob();
  await env.store.accept(queuedJob({ id }));
  // Only an attempt after the first one reads progress.
  const lease = (await claim(env.store, id, { holder: "other" }))!;
  await env.store.release(lease, { runAt: NOON });
  let failures = 1;
  hooks.get = ([sort]) =>
    sort === "progress" && failures-- > 0 ? Promise.reject(new Error("database lost")) : undefined;
  await env.a.instance.sweep();
  await untilIdle(env.a, () => env.clock.advance(100));
  assert(failures <= 0);
  const { state, attempt } = await jobOf(env.store, id);
  assertEquals([state, attempt], ["succeeded", 1]);
});

Deno.test("a failed read of a finished step is repeated, and the step is not run again", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  let runs = 0;
  const kind = testKind(async (_request, context) => {
    const text = await context.step("turn", z.string(), () => Promise.resolve(`run ${++runs}`));
    if (hooks.get === undefined) {
      let failures = 2;
      hooks.get = ([sort]) =>
        sort === "step" && failures-- > 0 ? Promise.reject(new Error("database lost")) : undefined;
      throw new JobError("upstream_error", "OpenAI API error: 500");
    }
    return { text };
  });
  using env = openRuntimesOn(kv, { kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(1_000);
  await env.b.instance.sweep();
  await untilIdle(env.b, () => env.clock.advance(100));
  const snapshot = (await env.store.read(id))!;
  assertEquals(snapshot.result, { text: "run 1" });
  assertStrictEquals(snapshot.job.attempt, 2);
});

Deno.test("a step that ends after its attempt was aborted is stored", async () => {
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let runs = 0;
  const kind = testKind(async (_request, context) => ({
    text: await context.step("turn", z.string(), async () => {
      begun.resolve();
      await held.promise;
      return `run ${++runs}`;
    }),
  }));
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await begun.promise;
  const stopped = env.a.instance.stop(0);
  await env.settled();
  held.resolve();
  await stopped;
  await env.b.instance.sweep();
  await env.b.instance.idle();
  assertEquals((await env.store.read(id))?.result, { text: "run 1" });
  assertStrictEquals(runs, 1);
});

Deno.test("a step is run again when its stored output does not match the schema", async () => {
  const kindOf = <T>(schema: z.ZodType<T>, output: T, fails: boolean) =>
    testKind(async (_request, context) => {
      const found = await context.step("turn", schema, () => Promise.resolve(output));
      if (fails) throw upstreamError();
      return { text: JSON.stringify(found) };
    });
  using env = await openRuntimes({ kinds: [kindOf(z.string(), "one", true)] });
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(60_000);
  const kinds = [kindOf(z.int(), 2, false)];
  const upgraded = openRuntime(env.kv, env.clock, { kinds });
  await upgraded.instance.sweep();
  await upgraded.instance.idle();
  assertEquals((await env.store.read(id))?.result, { text: "2" });
});

Deno.test("a step that never ends does not keep its job from ending", async () => {
  const kind = testKind(async (request, context) => {
    const begun = Promise.withResolvers<void>();
    const endless = () => {
      begun.resolve();
      return new Promise<string>(() => {});
    };
    context.step("lost", z.string(), endless).catch(() => {});
    await begun.promise;
    return request;
  });
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  for (let n = 0; n < 100 && (await jobOf(env.store, id)).state !== "succeeded"; n++) {
    env.clock.advance(100);
  }
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  await env.a.instance.idle();
});
