import type { JobRecord } from "../../../lib/job/job_record.ts";
import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { type Failure, failure } from "../../../lib/job/failure.ts";
import { noProgress } from "../../../lib/job/progress.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv, settled } from "../../../testing/hooked_kv.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { claim, plan } from "../../../testing/stores.ts";
import type { KvKey } from "../../../lib/platform/kv.ts";

/** A store over a database with hooks. */
async function openHooked() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const { store } = openStores(kv, { clock });
  return { kv, hooks, clock, store, [Symbol.dispose]: () => kv.close() };
}

Deno.test("read() returns the same object as long as nothing changes", async () => {
  using env = await openHooked();
  const job = queuedJob();
  await env.store.accept(job);
  const waiting = await env.store.read(job.id);
  assertStrictEquals(await env.store.read(job.id), waiting);
  const lease = (await claim(env.store, job.id, { holder: "a" }))!;
  const running = await env.store.read(job.id);
  assertStrictEquals(running?.job.state, "running");
  assertStrictEquals(await env.store.read(job.id), running);
  const progress = { ...noProgress, message: "Writing day 1 of 3", step: 1 };
  await env.store.checkpoints.report(lease, progress);
  const writing = await env.store.read(job.id);
  assertNotStrictEquals(writing, running);
  assertNotStrictEquals(writing!.version, running.version);
  assertEquals(writing!.progress, progress);
  await env.store.complete(lease, plan);
  const ended = await env.store.read(job.id);
  assertStrictEquals(ended?.job.state, "succeeded");
  assertEquals(ended.result, plan.result);
});

Deno.test("read() returns null for a job that has expired since the last read", async () => {
  using env = await openHooked();
  const job = queuedJob();
  await env.store.accept(job);
  assert(await env.store.read(job.id));
  env.clock.advance(24 * HOUR);
  assertStrictEquals(await env.store.read(job.id), null);
});

Deno.test("simultaneous reads of a job are one read, those of several jobs share calls", async () => {
  using env = await openHooked();
  const jobs = Array.from({ length: 12 }, () => queuedJob());
  for (const job of jobs) await env.store.accept(job);
  const calls: number[] = [];
  const store = openStores(
    new Proxy(env.kv, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (name !== "getMany") return value;
        return (keys: KvKey[]) => {
          calls.push(keys.length);
          return value.call(target, keys);
        };
      },
    }),
    { clock: env.clock },
  ).store;
  const ids = [...jobs, ...jobs].map(({ id }) => id);
  const found = await Promise.all(ids.map((id) => store.read(id)));
  assertEquals(found.map((snapshot) => snapshot!.job.id), ids);
  assertEquals(calls, [10, 10, 4]);
  // A job that no worker has claimed has no progress.
  calls.length = 0;
  await Promise.all(ids.map((id) => store.read(id)));
  assertEquals(calls, [10, 2]);
});

Deno.test("read() does not use a read of KV that began before the call", async () => {
  using env = await openHooked();
  const job = queuedJob();
  await env.store.accept(job);
  const held = Promise.withResolvers<void>();
  env.hooks.get = () => held.promise;
  const early = env.store.read(job.id);
  await settled(env.kv);
  env.hooks.get = undefined;
  assertStrictEquals(await env.store.cancel(job.id, job.kind), "canceled");
  const late = await env.store.read(job.id);
  assertStrictEquals(late?.job.state, "canceled");
  held.resolve();
  assertStrictEquals((await early)?.job.id, job.id);
});

Deno.test("a failed read fails the reads that share it, and no later one", async () => {
  using env = await openHooked();
  const jobs = [queuedJob(), queuedJob()];
  for (const job of jobs) await env.store.accept(job);
  env.hooks.get = () => Promise.reject(new Error("database lost"));
  const failed = await Promise.allSettled(jobs.map(({ id }) => env.store.read(id)));
  assertEquals(failed.map(({ status }) => status), ["rejected", "rejected"]);
  env.hooks.get = undefined;
  for (const { id } of jobs) assertStrictEquals((await env.store.read(id))?.job.id, id);
});

Deno.test("read() shows why a queued job is held back, as another version of the job", async () => {
  using env = await openHooked();
  let reason: Failure | null = null;
  const heldBackBy = ({ kind }: JobRecord) => Promise.resolve(kind === "test" ? reason : null);
  const { store } = openStores(env.kv, { clock: env.clock, heldBackBy });
  const job = queuedJob();
  await store.accept(job);
  const free = await store.read(job.id);
  reason = failure("overloaded", "Why");
  const heldBack = await store.read(job.id);
  assertEquals(heldBack?.heldBackBy, reason);
  assertNotStrictEquals(heldBack?.version, free?.version);
  assertStrictEquals(await store.read(job.id), heldBack);
  reason = failure("connection_lost", "Why");
  assertNotStrictEquals((await store.read(job.id))?.version, heldBack?.version);
  reason = null;
  assertStrictEquals(await store.read(job.id), free);
  reason = failure("overloaded", "Why");
  await claim(store, job.id, { holder: "a" });
  assertStrictEquals((await store.read(job.id))?.heldBackBy, undefined);
});
