import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { noInstanceLocks } from "../../../lib/store/instance_locks.ts";
import {
  heldWork,
  jobOf,
  openRuntimes,
  openRuntimesOn,
  refused,
  submit,
  sweepFor,
  untilIdle,
} from "../../../testing/runtimes.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { failCommits, hookKv } from "../../../testing/hooked_kv.ts";
import { queuedJob } from "../../../testing/jobs.ts";
import { claim, countDue } from "../../../testing/stores.ts";

Deno.test("stop() puts running jobs back for another instance and does not count their attempt", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  const stopped = env.a.instance.stop(4_000);
  assertStrictEquals((await jobOf(env.store, id)).state, "running");
  env.clock.advance(4_000);
  await stopped;
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "queued" && job.runAt, NOON + 4_000);
  assertStrictEquals(job.attempt, 0);
  await env.a.instance.sweep();
  assertStrictEquals(env.a.instance.running, 0);
  work.finish();
  await env.b.instance.sweep();
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("stop() puts jobs back although a commit fails", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  failCommits(hooks, "due", 1);
  env.a.instance.stop(0);
  await untilIdle(env.a, () => env.clock.advance(100));
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  work.finish();
});

Deno.test("stop() deletes the heartbeat, so that no other instance watches it", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  assertStrictEquals((await env.instances.list()).length, 1);
  await env.a.instance.stop(0);
  assertEquals(await env.instances.list(), []);
  work.finish();
});

Deno.test("stop() keeps the heartbeat while KV lists a job under it, which is then rescued", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  failCommits(hooks, "due", Infinity);
  let isStopped = false;
  env.a.instance.stop(0).then(() => isStopped = true);
  while (!isStopped) {
    env.clock.advance(100);
    await env.settled();
  }
  assertStrictEquals((await env.instances.list()).length, 1);
  hooks.commit = undefined;
  work.finish();
  await sweepFor(env, 30_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("stop() keeps the heartbeat of a claim that is stored while it looks for jobs", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  const [{ holder } = { holder: "" }] = await env.instances.list();
  const job = queuedJob();
  await env.store.accept(job);
  hooks.commit = async (sets, run) => {
    // Only the end of the heartbeat sets nothing.
    if (sets.length > 0) return await run();
    hooks.commit = undefined;
    await claim(env.store, job.id, { holder });
    return await run();
  };
  await env.a.instance.stop(0);
  assertStrictEquals(hooks.commit, undefined);
  assertEquals((await env.instances.list()).map(({ holder }) => holder), [holder]);
  await sweepFor(env, 30_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "succeeded");
});

Deno.test("a claim that is stored after stop() has its heartbeat, and the job is rescued", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  const job = queuedJob();
  await env.store.accept(job);
  const [claiming, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  hooks.commit = async (sets, run) => {
    if (!sets.some(([sort]) => sort === "running")) return await run();
    hooks.commit = undefined;
    claiming.resolve();
    await late.promise;
    const result = await run();
    // Its process has ended meanwhile.
    return await new Promise(() => result);
  };
  env.a.instance.sweep();
  await claiming.promise;
  let isStopped = false;
  env.a.instance.stop(0).then(() => isStopped = true);
  while (!isStopped) {
    env.clock.advance(100);
    await env.settled();
  }
  assertEquals(await env.instances.list(), []);
  late.resolve();
  await env.settled();
  assertStrictEquals((await env.instances.list()).length, 1);
  await sweepFor(env, 30_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "succeeded");
});

Deno.test("stop() ends the grace period when its signal aborts", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  const hurry = new AbortController();
  const stopped = env.a.instance.stop(4_000, hurry.signal);
  hurry.abort();
  await stopped;
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  work.finish();
});

Deno.test("stop() waits for jobs that end in time", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  const stopped = env.a.instance.stop(4_000);
  work.finish();
  await stopped;
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a job that is put back at a shutdown starts in another instance within a second", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind], leaseMs: 300_000 });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  env.b.instance.start();
  await env.settled();
  await env.a.instance.stop(0);
  const releasedAt = env.clock.now();
  while (env.b.instance.running === 0) {
    env.clock.advance(100);
    await env.settled();
  }
  assert(env.clock.now() - releasedAt <= 1_000, `${env.clock.now() - releasedAt} ms`);
  work.finish();
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  await env.b.instance.stop(0);
});

Deno.test("an instance that is stopping accepts no jobs", async () => {
  using env = await openRuntimes();
  await env.a.instance.stop(0);
  assertEquals(await refused(env.a, env.kind, { text: "hello" }), { outcome: "stopping" });
  assertStrictEquals(await countDue(env.kv), 0);
});

Deno.test("an instance keeps its lock until its jobs are put back", async () => {
  const work = heldWork();
  const states: string[] = [];
  let id = "";
  const release = async () => {
    states.push((await jobOf(env.store, id)).state);
  };
  using env = await openRuntimes({ kinds: [work.kind], locks: { ...noInstanceLocks, release } });
  ({ job: { id } } = await submit(env.a, work.kind, { text: "hello" }));
  await work.begun;
  await env.a.instance.stop(0);
  assertEquals(states, ["queued"]);
  work.finish();
});
