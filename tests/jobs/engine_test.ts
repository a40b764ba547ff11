import assert from "node:assert/strict";
import { z } from "zod";
import { Engine, StoppingError } from "../../jobs/engine.ts";
import type { JobContext } from "../../jobs/kind.ts";
import { JobError } from "../../lib/failure.ts";
import { type InstanceLocks, noInstanceLocks } from "../../lib/instance_locks.ts";
import type { JobRecord } from "../../lib/job_record.ts";
import type { JobStore } from "../../lib/job_store.ts";
import { ChatTurn, missingModel, type Model } from "../../lib/model.ts";
import { noProgress } from "../../lib/progress.ts";
import {
  engineOptions,
  heldWork,
  openEngines,
  openEnginesOn,
  untilIdle,
} from "../support/engines.ts";
import { FakeClock, NOON } from "../support/fake_clock.ts";
import { failCommits, hookKv } from "../support/hooked_kv.ts";
import { HOUR, limits, MINUTE, queuedJob, testKind } from "../support/jobs.ts";

/** The second instance sweeps every three seconds, for so long. */
async function sweepFor({ b, clock }: Awaited<ReturnType<typeof openEngines>>, ms: number) {
  await b.sweep();
  for (let passed = 0; passed < ms; passed += 3_000) {
    clock.advance(3_000);
    await b.sweep();
  }
}

async function jobOf(store: JobStore, id: string): Promise<JobRecord> {
  const snapshot = await store.read(id);
  assert.ok(snapshot, `there is no job ${id}`);
  return snapshot.job;
}

/** Fails the first times, then answers. */
function failingKind(...errors: Error[]) {
  let calls = 0;
  const kind = testKind(({ text }) => {
    const error = errors[calls++];
    return error ? Promise.reject(error) : Promise.resolve({ text });
  });
  return { kind, calls: () => calls };
}

const upstreamError = () => new JobError("upstream_error", "OpenAI API error: 500");

Deno.test("a submitted job is worked on without any other bell", async () => {
  using env = await openEngines();
  const { id } = await env.a.submit(env.kind, { text: "hello" });
  await env.a.idle();
  const snapshot = await env.a.read(env.kind, id);
  assert.equal(snapshot?.job.state, "succeeded");
  assert.deepEqual(snapshot?.result, { text: "hello" });
});

Deno.test("read() does not show a job under another kind", async () => {
  using env = await openEngines();
  const { id } = await env.a.submit(env.kind, { text: "hello" });
  await env.a.idle();
  assert.equal(await env.a.read({ ...env.kind, name: "other" }, id), null);
});

Deno.test("sweep() returns while the work goes on", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "slow" });
  await env.b.sweep();
  await work.begun;
  assert.equal((await jobOf(env.store, id)).state, "running");
  work.finish();
  await env.a.idle();
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("two instances that hear the same bell do the work once", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  await env.a.submit(work.kind, { text: "once" });
  await Promise.all([env.a.sweep(), env.b.sweep(), env.a.sweep(), env.b.sweep()]);
  await work.begun;
  assert.equal(env.a.running + env.b.running, 1);
  work.finish();
  await Promise.all([env.a.idle(), env.b.idle()]);
  await Promise.all([env.a.sweep(), env.b.sweep()]);
  assert.equal(work.runs(), 1);
});

Deno.test("what does not fit waits in KV until a slot is free", async () => {
  const gates: (() => void)[] = [];
  const full = Promise.withResolvers<void>();
  const kind = testKind(async ({ text }) => {
    const gate = Promise.withResolvers<void>();
    if (gates.push(gate.resolve) === 3) full.resolve();
    await gate.promise;
    return { text };
  });
  using env = await openEngines({ kinds: [kind], concurrency: 3 });
  const jobs = [];
  for (let n = 0; n < 20; n++) jobs.push(await env.a.submit(kind, { text: String(n) }));
  await env.a.sweep();
  await full.promise;
  assert.equal(env.a.running, 3);
  assert.equal(await env.store.countWaiting(100), 17);

  let most = 0;
  const idle = env.a.idle().then(() => true);
  while (!await Promise.race([idle, env.a.ping()])) {
    most = Math.max(most, env.a.running);
    gates.splice(0).forEach((open) => open());
  }
  assert.equal(most, 3);
  for (const { id } of jobs) assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a record that cannot be read does not keep others waiting", async () => {
  using env = await openEngines({ concurrency: 1 });
  await env.kv.set(["job", "broken"], { schema: 99 });
  await env.kv.set(["due", NOON - 1, "broken"], 0);
  const next = queuedJob();
  await env.store.accept(next);
  await env.a.sweep();
  await env.a.idle();
  assert.equal((await jobOf(env.store, next.id)).state, "succeeded");
});

Deno.test("what an attempt leaves behind is aborted when it ends", async () => {
  const left = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    left.resolve(context.signal);
    return Promise.reject(upstreamError());
  });
  using env = await openEngines({ kinds: [kind] });
  await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  assert.equal((await left.promise).aborted, true);
});

Deno.test("a job that fails for a moment is tried again after its backoff", async () => {
  const { kind, calls } = failingKind(upstreamError());
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  const waiting = await jobOf(env.store, id);
  // Half of the first backoff of two seconds.
  assert.equal(waiting.state === "queued" && waiting.runAt, NOON + 1_000);
  assert.equal(waiting.lastFailure?.code, "upstream_error");

  env.clock.advance(999);
  await env.a.sweep();
  await env.a.idle();
  assert.equal(calls(), 1);
  env.clock.advance(1);
  await env.a.sweep();
  await env.a.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a retry starts when it is due, without a sweep", async () => {
  const { kind, calls } = failingKind(upstreamError());
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  env.clock.advance(1_000);
  while ((await jobOf(env.store, id)).state !== "succeeded") await env.a.idle();
  assert.equal(calls(), 2);
});

Deno.test("a job that keeps failing fails for good after its last attempt", async () => {
  const { kind, calls } = failingKind(...Array.from({ length: 9 }, upstreamError));
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  for (let n = 0; n < 9; n++) {
    env.clock.advance(60_000);
    await env.a.sweep();
    await env.a.idle();
  }
  const job = await jobOf(env.store, id);
  assert.equal(job.state === "failed" && job.failure.message, "OpenAI API error: 500");
  assert.equal(calls(), limits.maxAttempts);
});

Deno.test("a failure that repeating does not cure ends the job at once", async () => {
  const { kind, calls } = failingKind(new JobError("refused", "OpenAI API refused the request"));
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  const job = await jobOf(env.store, id);
  assert.equal(job.state === "failed" && job.failure.code, "refused");
  assert.equal(calls(), 1);
});

Deno.test("a spent quota gives a placeholder plan, if that is configured", async () => {
  for (const mockIfQuota of [true, false]) {
    const { kind } = failingKind(new JobError("quota_exceeded", "OpenAI API error: 429 x"));
    using env = await openEngines({ kinds: [kind], mockIfQuota });
    const { id } = await env.a.submit(kind, { text: "hello" });
    await env.a.idle();
    const snapshot = await env.store.read(id);
    if (mockIfQuota) {
      assert.equal(snapshot?.job.state === "succeeded" && snapshot.job.source, "placeholder");
      assert.deepEqual(snapshot?.result, { text: "sample" });
    } else {
      assert.equal(snapshot?.job.state, "failed");
    }
  }
});

Deno.test("a plan of the wrong shape is never stored", async () => {
  const kind = testKind(() => Promise.resolve({ words: "wrong" } as unknown as { text: string }));
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  const snapshot = await env.store.read(id);
  assert.equal(snapshot?.job.state === "failed" && snapshot.job.failure.code, "invalid_output");
  assert.equal(snapshot?.result, null);
});

Deno.test("a plan that is too large to store fails the job and says so", async () => {
  const random = crypto.getRandomValues(new Uint8Array(60_000));
  const text = Array.from({ length: 20 }, (_, n) => random.map((byte) => byte ^ n).toHex()).join(
    "",
  );
  // Each stretch differs from all others, so that gzip does not find it again.
  const noise = [...text].map((c, n) => String.fromCharCode(c.charCodeAt(0) + n % 7919)).join("");
  const kind = testKind(() => Promise.resolve({ text: noise }));
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await env.a.idle();
  const job = await jobOf(env.store, id);
  assert.equal(job.state === "failed" && job.failure.code, "result_too_large");
});

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

Deno.test("a job that does not end is failed at its deadline", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "endless" });
  await work.begun;
  env.clock.advance(limits.timeoutMs);
  await env.a.idle();
  const job = await jobOf(env.store, id);
  assert.equal(job.state === "failed" && job.failure.code, "deadline_exceeded");
  work.finish();
});

Deno.test("another instance takes over the jobs of one that fell silent", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  await sweepFor(env, 9_000);
  assert.equal(env.b.running, 0);
  await sweepFor(env, 3_000);
  assert.equal(env.b.running, 1);
  const taken = await jobOf(env.store, id);
  assert.equal(taken.attempt, 2);

  // The silent one wakes up, finishes its work, and changes nothing.
  work.finish();
  await env.a.idle();
  await env.b.idle();
  const done = await jobOf(env.store, id);
  assert.equal(done.state, "succeeded");
  assert.equal(done.attempt, 2);
});

Deno.test("an instance that is dead and holds nothing is forgotten", async () => {
  using env = await openEngines();
  await env.a.submit(env.kind, { text: "hello" });
  await env.a.idle();
  assert.equal((await env.instances.list()).length, 1);
  await sweepFor(env, 12_000);
  assert.deepEqual(await env.instances.list(), []);
});

Deno.test("instances that slept with their machine do not rob each other", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  await env.b.sweep();
  env.clock.advance(10 * MINUTE);
  await env.b.sweep();
  assert.equal(env.b.running, 0);
  await env.a.beat();
  await sweepFor(env, 9_000);
  assert.equal(env.b.running, 0);
  work.finish();
  await env.a.idle();
});

Deno.test("a held record that cannot be read does not keep others from rescue", async () => {
  using env = await openEngines();
  const [broken, good] = [queuedJob(), queuedJob()];
  for (const job of [broken, good]) {
    await env.store.accept(job);
    await env.store.claim(job.id, { holder: job === broken ? "dead-1" : "dead-2" });
  }
  await env.kv.set(["job", broken.id], { schema: 99 });
  await sweepFor(env, 12_000);
  await env.b.idle();
  assert.equal((await jobOf(env.store, good.id)).state, "succeeded");
});

Deno.test("patrol() works off what waits, and stays until silent instances are judged", async () => {
  using env = await openEngines({ concurrency: 1 });
  const [waiting, abandoned] = [queuedJob(), queuedJob()];
  await env.store.accept(waiting);
  await env.store.accept(abandoned);
  await env.store.claim(abandoned.id, { holder: "dead" });
  let over = false;
  const patrol = env.b.patrol().then(() => over = true);
  while (!over) {
    env.clock.advance(1_000);
    await env.b.ping();
  }
  await patrol;
  for (const { id } of [waiting, abandoned]) {
    assert.equal((await jobOf(env.store, id)).state, "succeeded");
  }
});

Deno.test("an instance that keeps its heartbeat keeps its jobs", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  for (let second = 0; second < 60; second += 2) {
    env.clock.advance(2_000);
    await env.a.beat();
    await env.b.sweep();
  }
  assert.equal(env.b.running, 0);
  work.finish();
  await env.a.idle();
  assert.equal(work.runs(), 1);
});

Deno.test("an instance that wakes up from sleep does not take its own jobs away", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  await env.a.sweep();
  env.clock.advance(10 * MINUTE);
  await env.a.sweep();
  work.finish();
  await env.a.idle();
  const job = await jobOf(env.store, id);
  assert.equal(job.state, "succeeded");
  assert.equal(job.attempt, 1);
});

Deno.test("an instance without jobs writes no heartbeat", async () => {
  using env = await openEngines();
  await env.a.beat();
  assert.deepEqual(await env.instances.list(), []);
});

Deno.test("an instance that has lost a job learns of it with its next heartbeat", async () => {
  const signals: AbortSignal[] = [];
  const begun = Promise.withResolvers<void>();
  const kind = testKind((_request, context) => {
    signals.push(context.signal);
    begun.resolve();
    return new Promise(() => {});
  });
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await begun.promise;
  const [beat] = await env.instances.list();
  const [held] = await env.store.heldBy(beat!.holder);
  await env.store.rescue(held!, beat);
  assert.equal(signals[0]?.aborted, false);
  await env.a.beat();
  assert.equal(signals[0]?.aborted, true);
  await env.a.idle();
  assert.equal((await jobOf(env.store, id)).state, "queued");
});

Deno.test("a heartbeat gives back jobs that are this instance's but that it does not work on", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  await env.a.submit(work.kind, { text: "in hand" });
  await work.begun;
  const [beat] = await env.instances.list();
  // As if the answer to a claim had been lost on its way back from the database.
  const forgotten = await env.b.submit(work.kind, { text: "forgotten" });
  await env.b.stop(0);
  assert.ok(await env.store.claim(forgotten.id, { holder: beat!.holder }));
  await env.a.beat();
  const job = await jobOf(env.store, forgotten.id);
  assert.equal(job.state, "queued");
  work.finish();
  await env.a.idle();
});

Deno.test("stop() puts running jobs back for another instance, their attempt not counted", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  const stopped = env.a.stop(4_000);
  assert.equal((await jobOf(env.store, id)).state, "running");
  env.clock.advance(4_000);
  await stopped;
  const job = await jobOf(env.store, id);
  assert.equal(job.state === "queued" && job.runAt, NOON + 4_000);
  assert.equal(job.attempt, 0);
  await env.a.sweep();
  assert.equal(env.a.running, 0);
  work.finish();
  await env.b.sweep();
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("stop() puts jobs back although the database fails for a moment", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openEnginesOn(kv, { kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  failCommits(hooks, "due", 1);
  env.a.stop(0);
  await untilIdle(env.a, () => env.clock.advance(100));
  assert.equal((await jobOf(env.store, id)).state, "queued");
  work.finish();
});

Deno.test("idle() waits for the backlog too", async () => {
  using env = await openEngines({ concurrency: 1 });
  const jobs = [1, 2, 3].map(() => queuedJob());
  for (const job of jobs) await env.store.accept(job);
  await env.a.sweep();
  await env.a.idle();
  for (const { id } of jobs) assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a sweep that loses a claim goes on to the next job", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openEnginesOn(kv, { concurrency: 1 });
  const [first, second] = [queuedJob({ now: NOON - 1 }), queuedJob()];
  await env.store.accept(first);
  await env.store.accept(second);
  hooks.get = async ([sort, id]) => {
    if (sort !== "job" || id !== first.id) return;
    hooks.get = undefined;
    await env.store.claim(first.id, { holder: "faster" });
  };
  await env.a.sweep();
  await env.a.idle();
  assert.equal((await jobOf(env.store, second.id)).state, "succeeded");
});

Deno.test("the heartbeats of a started engine keep its jobs, even if one is never answered", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openEnginesOn(kv, { kinds: [work.kind] });
  env.a.start();
  await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  let beats = 0;
  hooks.commit = (sets, run) =>
    sets.length === 1 && sets[0]![0] === "instance" && ++beats === 1
      ? new Promise(() => {})
      : run();
  for (let second = 0; second < 30; second++) {
    env.clock.advance(1_000);
    await env.a.ping();
  }
  assert.ok(beats > 5, `${beats} heartbeats`);
  work.finish();
  await env.a.idle();
  await env.a.stop(0);
  env.kv.close();
  await env.a.ended();
});

Deno.test("stop() ends the grace when it is hurried", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  const hurry = new AbortController();
  const stopped = env.a.stop(4_000, hurry.signal);
  hurry.abort();
  await stopped;
  assert.equal((await jobOf(env.store, id)).state, "queued");
  work.finish();
});

Deno.test("a worker that finds its job lost when it writes works no further", async () => {
  let turns = 0;
  const lost = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const kind = testKind(async ({ text }, context) => {
    for (const turn of ["one", "two", "three"]) {
      turns++;
      begun.resolve();
      await lost.promise;
      await context.step(turn, z.string(), () => Promise.resolve(turn));
    }
    return { text };
  });
  using env = await openEngines({ kinds: [kind] });
  await env.a.submit(kind, { text: "hello" });
  await begun.promise;
  const [beat] = await env.instances.list();
  const [held] = await env.store.heldBy(beat!.holder);
  await env.store.rescue(held!);
  lost.resolve();
  await env.a.idle();
  assert.equal(turns, 1);
});

Deno.test("a bell for a job that this instance works on changes nothing", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  // Another instance's clock may be ahead: the entry is still in the index that this sweep reads.
  await env.kv.set(["due", NOON, id], true);
  await env.a.sweep();
  assert.equal(env.a.running, 1);
  work.finish();
  await env.a.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
  assert.equal(work.runs(), 1);
});

Deno.test("stop() waits for jobs that end in time", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  const stopped = env.a.stop(4_000);
  work.finish();
  await stopped;
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a job of a kind that only a newer version knows waits for that version", async () => {
  using env = await openEngines();
  const newer = new Engine(
    engineOptions(env.kv, env.clock, { kinds: [{ ...env.kind, name: "newer" }] }),
  );
  const { id } = await env.a.submit(newer.kinds[0]!, { text: "hello" });
  await env.a.sweep();
  await env.a.idle();
  assert.equal((await jobOf(env.store, id)).attempt, 0);
  await newer.sweep();
  await newer.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a job that expires while it is worked on is dropped", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    begun.resolve(context.signal);
    return new Promise(() => {});
  });
  using env = await openEngines({ kinds: [kind], jobTtlMs: MINUTE });
  await env.a.submit(kind, { text: "hello" });
  const signal = await begun.promise;
  env.clock.advance(MINUTE);
  await env.a.idle();
  assert.equal(signal.aborted, true);
});

Deno.test("a job expires after its time to live", async () => {
  using env = await openEngines();
  const { id } = await env.a.submit(env.kind, { text: "hello" });
  await env.a.idle();
  env.clock.advance(24 * HOUR);
  assert.equal(await env.a.read(env.kind, id), null);
});

Deno.test("a canceled job is stopped at once, and stays canceled", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    begun.resolve(context.signal);
    return new Promise(() => {});
  });
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  const signal = await begun.promise;
  const canceled = await env.a.cancel(kind, id);
  assert.equal(canceled?.job.state, "canceled");
  assert.equal(signal.aborted, true);
  await env.a.idle();
  await env.a.sweep();
  assert.equal((await jobOf(env.store, id)).state, "canceled");
});

Deno.test("a job that is canceled elsewhere is stopped within a second", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    begun.resolve(context.signal);
    return new Promise(() => {});
  });
  using env = await openEngines({ kinds: [kind], leaseMs: 300_000 });
  await env.a.start();
  const { id } = await env.a.submit(kind, { text: "hello" });
  const signal = await begun.promise;
  await env.b.cancel(kind, id);
  const canceledAt = env.clock.now();
  while (!signal.aborted) {
    env.clock.advance(100);
    await env.a.ping();
  }
  assert.ok(env.clock.now() - canceledAt <= 1_000, `${env.clock.now() - canceledAt} ms`);
  await env.a.idle();
  await env.a.stop(0);
});

Deno.test("cancel() does not touch jobs of another kind, or that have ended", async () => {
  using env = await openEngines();
  const { id } = await env.a.submit(env.kind, { text: "hello" });
  await env.a.idle();
  const before = await env.store.read(id);
  assert.equal(await env.a.cancel({ ...env.kind, name: "other" }, id), null);
  assert.deepEqual(await env.a.cancel(env.kind, id), before);
  assert.equal(await env.a.cancel(env.kind, crypto.randomUUID()), null);
});

Deno.test("a job that is put back at a shutdown starts elsewhere within a second", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind], leaseMs: 300_000 });
  const { id } = await env.a.submit(work.kind, { text: "hello" });
  await work.begun;
  await env.b.start();
  for (let n = 0; n < 10; n++) await env.b.ping();
  await env.a.stop(0);
  const releasedAt = env.clock.now();
  while (env.b.running === 0) {
    env.clock.advance(100);
    await env.b.ping();
  }
  assert.ok(env.clock.now() - releasedAt <= 1_000, `${env.clock.now() - releasedAt} ms`);
  work.finish();
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
  await env.b.stop(0);
});

Deno.test("an instance that is stopping takes no more work in", async () => {
  using env = await openEngines();
  await env.a.stop(0);
  await assert.rejects(env.a.submit(env.kind, { text: "hello" }), StoppingError);
  assert.equal(await env.store.countWaiting(10), 0);
});

const rateLimited = () => new JobError("rate_limited", "OpenAI API rate limit exceeded");

/** A kind of job that makes one call, and a model that turns the first calls away. */
function limitedModel(...errors: Error[]) {
  let calls = 0;
  const chat = () => {
    const error = errors[calls++];
    const text = "plan";
    return error
      ? Promise.reject(error)
      : Promise.resolve({ responseId: "r", text, truncated: false });
  };
  const model: Model = { ...missingModel(), chat };
  const kind = testKind(async ({ text }, context) => {
    await context.step("turn", ChatTurn, () =>
      context.model.chat(
        { model: "m", messages: [], format: { name: "f", schema: z.any() }, maxTokens: 1 },
        context.signal,
      ));
    return { text };
  });
  return { overrides: { kinds: [kind], model: () => model }, kind, calls: () => calls };
}

Deno.test("while the breaker is open jobs wait, in every instance, and use up no attempt", async () => {
  const limited = limitedModel(rateLimited());
  using env = await openEngines(limited.overrides);
  const first = await env.a.submit(limited.kind, { text: "first" });
  await env.a.idle();
  const waiting = [];
  for (const engine of [env.a, env.b, env.a, env.b]) {
    waiting.push(await engine.submit(limited.kind, { text: "next" }));
    await engine.idle();
  }
  env.clock.advance(999);
  await Promise.all([env.a.sweep(), env.b.sweep()]);
  assert.equal(limited.calls(), 1);
  for (const { id } of waiting) {
    const job = await jobOf(env.store, id);
    assert.equal(job.state, "queued");
    assert.equal(job.attempt, 0);
  }
  // Full jitter put the first one's second attempt at the end of the pause.
  assert.equal((await jobOf(env.store, first.id)).attempt, 1);
});

Deno.test("after the pause one job goes ahead, and the others follow when it has succeeded", async () => {
  const limited = limitedModel(rateLimited());
  const held = Promise.withResolvers<void>();
  const model: Model = {
    ...limited.overrides.model(),
    chat: async (...args) => {
      if (limited.calls() === 1) {
        const answer = limited.overrides.model().chat(...args);
        await held.promise;
        return await answer;
      }
      return await limited.overrides.model().chat(...args);
    },
  };
  using env = await openEngines({ ...limited.overrides, model: () => model });
  const ids = [];
  for (let n = 0; n < 4; n++) {
    ids.push((await env.a.submit(limited.kind, { text: String(n) })).id);
    if (n === 0) await env.a.idle();
  }
  await env.a.idle();
  env.clock.advance(1_000);
  await Promise.all([env.a.sweep(), env.b.sweep()]);
  while (limited.calls() < 2) await env.a.ping();
  assert.equal(env.a.running + env.b.running, 1);
  held.resolve();
  await Promise.all([env.a.idle(), env.b.idle()]);
  env.clock.advance(5_000);
  await Promise.all([env.a.sweep(), env.b.sweep()]);
  await Promise.all([env.a.idle(), env.b.idle()]);
  for (const id of ids) assert.equal((await jobOf(env.store, id)).state, "succeeded");
  assert.equal(limited.calls(), 5);
});

Deno.test("jobs that the breaker held back start when the pause is over, without a sweep", async () => {
  const limited = limitedModel(rateLimited());
  using env = await openEngines(limited.overrides);
  await env.a.submit(limited.kind, { text: "first" });
  await env.a.idle();
  // Only the second instance is left.
  await env.a.stop(0);
  const { id } = await env.b.submit(limited.kind, { text: "second" });
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).state, "queued");
  env.clock.advance(1_000);
  for (let n = 0; n < 100 && env.b.running === 0; n++) await env.b.ping();
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).attempt, 1);
});

Deno.test("a job whose time is up fails although the breaker is open", async () => {
  const limited = limitedModel(new JobError("overloaded", "OpenAI API error: 503"), rateLimited());
  using env = await openEngines({ ...limited.overrides, random: () => 0 });
  const { id } = await env.a.submit(limited.kind, { text: "hello" });
  await env.a.idle();
  for (const pauseMs of [1_000, limits.timeoutMs]) {
    env.clock.advance(pauseMs);
    await env.kv.set(["breaker", limited.kind.name], {
      openUntil: env.clock.now() + MINUTE,
      failures: 1,
      probe: null,
    });
    await env.b.sweep();
    await env.b.idle();
    await env.b.sweep();
  }
  const job = await jobOf(env.store, id);
  assert.equal(job.state === "failed" && job.failure.code, "deadline_exceeded");
});

Deno.test("a spent quota keeps nobody waiting where placeholders are configured", async () => {
  const spent = () => new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  for (const mockIfQuota of [true, false]) {
    const limited = limitedModel(spent(), spent());
    using env = await openEngines({ ...limited.overrides, mockIfQuota });
    for (let n = 0; n < 2; n++) {
      await env.a.submit(limited.kind, { text: "hello" });
      await env.a.idle();
    }
    assert.equal(limited.calls(), mockIfQuota ? 2 : 1);
  }
});

Deno.test("an instance whose lock is free is dead at once; one that is frozen is not", async () => {
  const dead = new Set<string>();
  const cleared: string[] = [];
  const locks: InstanceLocks = {
    ...noInstanceLocks,
    dead: () => Promise.resolve(new Set(dead)),
    clear: (holder) => Promise.resolve(void cleared.push(holder)),
  };
  using env = await openEngines({ locks });
  const job = queuedJob();
  await env.store.accept(job);
  await env.store.claim(job.id, { holder: "other" });
  await env.b.sweep();
  assert.equal((await jobOf(env.store, job.id)).state, "running");

  dead.add("other");
  await env.b.sweep();
  await env.b.idle();
  const done = await jobOf(env.store, job.id);
  assert.equal(done.state, "succeeded");
  assert.equal(done.attempt, 2);
  // Its lock is kept for as long as there may be something to rescue.
  assert.deepEqual(cleared, []);
  await env.b.sweep();
  await env.b.sweep();
  assert.deepEqual(cleared, ["other"]);
});

Deno.test("a dead instance is judged when its lease is over, not a whole sweep later", async () => {
  using env = await openEngines();
  await env.store.accept(queuedJob());
  const job = queuedJob();
  await env.store.accept(job);
  await env.store.claim(job.id, { holder: "dead" });
  await env.b.start();
  let waitedMs = 0;
  while ((await jobOf(env.store, job.id)).state === "running") {
    env.clock.advance(100);
    waitedMs += 100;
    for (let n = 0; n < 5; n++) await env.b.ping();
  }
  assert.ok(waitedMs >= 10_000 && waitedMs <= 11_000, `${waitedMs} ms`);
  await env.b.idle();
  await env.b.stop(0);
});

Deno.test("clocks that differ by seconds rob nobody of a job", async () => {
  const work = heldWork();
  using env = await openEngines({ kinds: [work.kind] });
  for (const aheadMs of [30_000, -30_000]) {
    const clock = new FakeClock(env.clock.now() + aheadMs);
    const other = new Engine(engineOptions(env.kv, clock, { kinds: [work.kind] }));
    const { id } = await env.a.submit(work.kind, { text: "hello" });
    await work.begun;
    for (let second = 0; second < 60; second += 2) {
      env.clock.advance(2_000);
      clock.advance(2_000);
      await env.a.beat();
      await other.sweep();
    }
    assert.equal(other.running, 0);
    assert.equal((await jobOf(env.store, id)).attempt, 1);
  }
  work.finish();
  await env.a.idle();
});

/** What an engine reads and writes during one minute of its clock. */
async function minuteOf(jobs: number) {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openEnginesOn(kv, { kinds: [work.kind], concurrency: 100 });
  await env.a.start();
  for (let n = 0; n < jobs; n++) await env.a.submit(work.kind, { text: "hello" });
  while (jobs > 0 && work.runs() < jobs) await env.a.ping();
  const writes: string[] = [];
  const lists: string[] = [];
  hooks.commit = (sets, run) => {
    writes.push(...sets.map(([sort]) => String(sort)));
    return run();
  };
  hooks.list = (selector) => lists.push(JSON.stringify(selector));
  for (let n = 0; n < 600; n++) {
    env.clock.advance(100);
    await env.a.ping();
  }
  hooks.commit = hooks.list = undefined;
  work.finish();
  await env.a.idle();
  await env.a.stop(0);
  kv.close();
  return { writes, lists };
}

Deno.test("an instance writes as often for 100 running jobs as for one: its heartbeat", async () => {
  for (const jobs of [1, 100]) {
    const { writes } = await minuteOf(jobs);
    assert.deepEqual(new Set(writes), new Set(["instance"]));
    // Five in each lease of ten seconds.
    assert.ok(writes.length >= 20 && writes.length <= 31, `${writes.length} writes`);
  }
});

Deno.test("an idle instance writes nothing, and scans once every three seconds", async () => {
  const { writes, lists } = await minuteOf(0);
  assert.deepEqual(writes, []);
  for (const index of ["due", "instance"]) {
    const scans = lists.filter((selector) => selector.includes(index)).length;
    assert.ok(scans >= 15 && scans <= 21, `${scans} scans`);
  }
  assert.ok(lists.every((selector) => /due|instance/.test(selector)));
});

Deno.test("a worker that wakes up late does not begin what another has finished", async () => {
  const frozen = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let first = true;
  const runs: string[] = [];
  const kind = testKind(async (_request, context) => {
    if (first) {
      first = false;
      begun.resolve();
      await frozen.promise;
    }
    const text = await context.step("turn", z.string(), () => {
      runs.push("turn");
      return Promise.resolve("plan");
    });
    return { text };
  });
  using env = await openEngines({ kinds: [kind] });
  const { id } = await env.a.submit(kind, { text: "hello" });
  await begun.promise;
  await sweepFor(env, 12_000);
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).state, "succeeded");
  frozen.resolve();
  await env.a.idle();
  assert.deepEqual(runs, ["turn"]);
});
