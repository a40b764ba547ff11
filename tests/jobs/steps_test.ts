import assert from "node:assert/strict";
import { z } from "zod";
import { Engine } from "../../jobs/engine.ts";
import { type JobContext } from "../../jobs/kind.ts";
import { JobError } from "../../lib/failure.ts";
import { noProgress } from "../../lib/progress.ts";
import {
  engineOptions,
  heldWork,
  jobOf,
  openEngines,
  openEnginesOn,
  sweepFor,
  untilIdle,
} from "../support/engines.ts";
import { failCommits, hookKv } from "../support/hooked_kv.ts";
import { queuedJob, testKind, upstreamError } from "../support/jobs.ts";

Deno.test("a plan that was paid for is stored although the database fails for a moment", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openEnginesOn(kv, { kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  failCommits(hooks, "result", 3);
  work.finish();
  await untilIdle(env.a, () => env.clock.advance(1_000));
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
  assert.equal(work.runs(), 1);
});

Deno.test("a job whose end cannot be stored is worked on again, not stuck", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openEnginesOn(kv, { kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  failCommits(hooks, "result", 6);
  work.finish();
  await untilIdle(env.a, () => env.clock.advance(1_000));
  assert.equal((await jobOf(env.store, id)).state, "running");
  await sweepFor(env, 12_000);
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a finished step is not run again by a later attempt", async () => {
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
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  await env.a.stop(0);
  env.clock.advance(60_000);
  await env.b.sweep();
  await env.b.idle();
  assert.deepEqual((await env.store.read(id))?.result, { text: "one two" });
  assert.deepEqual(runs, ["first", "second", "second"]);
});

Deno.test("a finished step is stored although the database fails for a moment", async () => {
  for (const sort of ["step", "progress"]) {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    let runs = 0;
    const kind = testKind(async ({ text }, context) => {
      await context.step("turn", z.string(), () => Promise.resolve(String(++runs)));
      await context.report(noProgress);
      return { text };
    });
    using env = openEnginesOn(kv, { kinds: [kind] });
    failCommits(hooks, sort, 1);
    const { id } = await env.a.submit(kind, { text: "hello" });
    await untilIdle(env.a, () => env.clock.advance(100));
    const job = await jobOf(env.store, id);
    assert.equal(job.state, "succeeded");
    assert.equal(job.attempt, 1);
    assert.equal(runs, 1);
  }
});

Deno.test("a step that is being stored in the moment of a shutdown is not run again", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const storing = Promise.withResolvers<void>();
  const stored = Promise.withResolvers<void>();
  let runs = 0;
  const kind = testKind(async (_request, context) => {
    const text = await context.step("turn", z.string(), () => Promise.resolve(`run ${++runs}`));
    return { text };
  });
  using env = openEnginesOn(kv, { kinds: [kind] });
  hooks.commit = async (sets, run) => {
    if (sets.some(([sort]) => sort === "step")) {
      storing.resolve();
      await stored.promise;
    }
    return await run();
  };
  const { id } = await env.a.submit(kind, { text: "hello" });
  await storing.promise;
  const stopped = env.a.stop(0);
  for (let n = 0; n < 10; n++) await env.a.ping();
  stored.resolve();
  await stopped;
  await env.b.sweep();
  await env.b.idle();
  assert.deepEqual((await env.store.read(id))?.result, { text: "run 1" });
  assert.equal(runs, 1);
});

Deno.test("a resumed attempt does not show less progress than the one before", async () => {
  const shown: number[] = [];
  let failures = 1;
  const kind = testKind(async ({ text }, context) => {
    const reasoningSummaries = [];
    for (const turn of ["one", "two", "three"]) {
      if (turn === "three" && failures-- > 0) throw upstreamError();
      reasoningSummaries.push(await context.step(turn, z.string(), () => Promise.resolve(turn)));
      await context.report({ ...noProgress, reasoningSummaries });
      shown.push((await env.store.read(id))!.progress.reasoningSummaries.length);
    }
    return { text };
  });
  using env = await openEngines({ kinds: [kind] });
  const job = queuedJob();
  const id = job.id;
  await env.store.accept(job);
  await env.a.sweep();
  await env.a.idle();
  await env.a.stop(0);
  env.clock.advance(2_000);
  await env.b.sweep();
  await env.b.idle();
  assert.deepEqual(shown, [1, 2, 2, 2, 3]);
});

Deno.test("a new prompt version starts the steps afresh", async () => {
  let runs = 0;
  const work = (_request: unknown, context: JobContext) =>
    context.step("turn", z.string(), () => Promise.resolve(String(++runs))).then((text) => {
      if (runs === 1) throw upstreamError();
      return { text };
    });
  using env = await openEngines({ kinds: [testKind(work)] });
  const next = { ...testKind(work), promptVersion: "test-2" };
  const { id } = await env.a.submit(env.kind, { text: "hello" });
  await env.a.idle();
  await env.a.stop(0);
  env.clock.advance(60_000);
  const upgraded = new Engine(engineOptions(env.kv, env.clock, { kinds: [next] }));
  await upgraded.sweep();
  await upgraded.idle();
  assert.deepEqual((await env.store.read(id))?.result, { text: "2" });
  assert.equal((await jobOf(env.store, id)).promptVersion, "test-2");
});

Deno.test("progress is shown while the job runs", async () => {
  const shown = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const progress = { reasoningSummaries: ["thinking"], openaiResponseId: "resp_1" };
  const kind = testKind(async ({ text }, context) => {
    await context.report(progress);
    shown.resolve();
    await held.promise;
    return { text };
  });
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  assert.deepEqual((await env.store.read(id))?.progress, noProgress);
  await shown.promise;
  assert.deepEqual((await env.store.read(id))?.progress, progress);
  held.resolve();
  await env.a.idle();
  assert.deepEqual((await env.store.read(id))?.progress, progress);
});

Deno.test("a finished step that cannot be read for a moment is read again, not paid for again", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  let runs = 0;
  const kind = testKind(async (_request, { step }) => {
    const text = await step("turn", z.string(), () => Promise.resolve(`run ${++runs}`));
    if (hooks.get === undefined) {
      let failures = 2;
      hooks.get = ([sort]) =>
        sort === "step" && failures-- > 0 ? Promise.reject(new Error("database lost")) : undefined;
      throw new JobError("upstream_error", "OpenAI API error: 500");
    }
    return { text };
  });
  using env = openEnginesOn(kv, { kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  await env.a.stop(0);
  env.clock.advance(1_000);
  await env.b.sweep();
  await untilIdle(env.b, () => env.clock.advance(100));
  const snapshot = (await env.store.read(id))!;
  assert.deepEqual(snapshot.result, { text: "run 1" });
  assert.equal(snapshot.job.attempt, 2);
});

Deno.test("a step that ends after its work was told to stop is stored all the same", async () => {
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let runs = 0;
  const kind = testKind(async (_request, { step }) => ({
    text: await step("turn", z.string(), async () => {
      begun.resolve();
      await held.promise;
      return `run ${++runs}`;
    }),
  }));
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await begun.promise;
  const stopped = env.a.stop(0);
  for (let n = 0; n < 10; n++) await env.a.ping();
  held.resolve();
  await stopped;
  await env.b.sweep();
  await env.b.idle();
  assert.deepEqual((await env.store.read(id))?.result, { text: "run 1" });
  assert.equal(runs, 1);
});
