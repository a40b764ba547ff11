import { assert, assertRejects, assertStrictEquals } from "@std/assert";
import { Watcher } from "../../../jobs/engine/watcher.ts";
import { UnreadableJobError } from "../../../lib/store/job_entry.ts";
import type { JobSnapshot } from "../../../lib/job/job_snapshot.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";

/** A watcher of one waiting job. With `withoutEvents`, the database reports no changes. */
async function openWatcher({ withoutEvents = false } = {}) {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const { store } = openStores(kv, { clock });
  if (withoutEvents) store.changes = async function* () {};
  const stop = new AbortController();
  const watcher = new Watcher({ store, clock, stopped: stop.signal });
  const job = queuedJob();
  await store.accept(job);
  let reads = 0;
  hooks.get = ([sort]) => {
    if (sort === "job") reads++;
  };
  return {
    clock,
    store,
    watcher,
    stop,
    hooks,
    kv,
    id: job.id,
    reads: () => reads,
    [Symbol.dispose]: () => kv.close(),
  };
}

type Env = Awaited<ReturnType<typeof openWatcher>>;

function watch({ watcher, id }: Env, signal = new AbortController().signal) {
  return watcher.watch(id, signal);
}

async function nextState(watch: AsyncGenerator<JobSnapshot | null>): Promise<string | undefined> {
  const { value } = await watch.next();
  return value?.job.state;
}

async function settle(): Promise<void> {
  for (let n = 0; n < 20; n++) await nextTurn();
}

Deno.test("watch() yields the job, each of its changes, and ends with it", async () => {
  using env = await openWatcher();
  const seen = watch(env);
  assertStrictEquals(await nextState(seen), "queued");
  const lease = await claim(env.store, env.id, { holder: "a" });
  assertStrictEquals(await nextState(seen), "running");
  await env.store.complete(lease!, { result: {}, source: "sample", promptVersion: "test-1" });
  assertStrictEquals(await nextState(seen), "succeeded");
  assert((await seen.next()).done);
  assertStrictEquals(env.watcher.watched, 0);
});

Deno.test("watch() reads once a second where the database reports no changes", async () => {
  using env = await openWatcher({ withoutEvents: true });
  const seen = watch(env);
  await seen.next();
  const next = nextState(seen);
  await settle();
  await env.store.cancel(env.id);
  const before = env.reads();
  env.clock.advance(999);
  await settle();
  assertStrictEquals(env.reads(), before);
  env.clock.advance(1);
  assertStrictEquals(await next, "canceled");
  // One read of the record of the waiting job, and one of the changed job with its progress.
  assertStrictEquals(env.reads(), before + 2);
});

Deno.test("a hundred watchers of one job cost as many reads as one", async () => {
  using env = await openWatcher({ withoutEvents: true });
  const watches = Array.from({ length: 100 }, () => watch(env));
  await Promise.all(watches.map((seen) => seen.next()));
  assertStrictEquals(env.watcher.watched, 1);
  const next = watches.map((seen) => nextState(seen));
  await settle();
  const before = env.reads();
  for (let n = 0; n < 5; n++) {
    env.clock.advance(1_000);
    await settle();
  }
  assertStrictEquals(env.reads(), before + 5);
  await env.store.cancel(env.id);
  env.clock.advance(1_000);
  for (const state of await Promise.all(next)) assertStrictEquals(state, "canceled");
  for (const seen of watches) assert((await seen.next()).done);
  assertStrictEquals(env.watcher.watched, 0);
  assertStrictEquals(env.clock.waiting, 0);
});

Deno.test("watch() shows a later watcher the current state, not the one before", async () => {
  using env = await openWatcher({ withoutEvents: true });
  const first = watch(env);
  assertStrictEquals(await nextState(first), "queued");
  await claim(env.store, env.id, { holder: "a" });
  const second = watch(env);
  assertStrictEquals(await nextState(second), "running");
  assertStrictEquals(await nextState(first), "running");
  await first.return(undefined);
  await second.return(undefined);
});

Deno.test("watch() continues after failed reads", async () => {
  using env = await openWatcher({ withoutEvents: true });
  const seen = watch(env);
  await seen.next();
  const next = nextState(seen);
  await env.store.cancel(env.id);
  env.hooks.get = () => Promise.reject(new Error("database lost"));
  for (let n = 0; n < 3; n++) {
    env.clock.advance(1_000);
    await settle();
  }
  env.hooks.get = undefined;
  env.clock.advance(1_000);
  assertStrictEquals(await next, "canceled");
  await seen.next();
});

Deno.test("watch() ends when its signal aborts, before or during a wait, and when the watcher stops", async () => {
  using env = await openWatcher();
  assert((await watch(env, AbortSignal.abort()).next()).done);
  const leave = new AbortController();
  const left = watch(env, leave.signal);
  const stopped = watch(env);
  await Promise.all([left.next(), stopped.next()]);
  const [nextLeft, nextStopped] = [left.next(), stopped.next()];
  leave.abort();
  assert((await nextLeft).done);
  assertStrictEquals(env.watcher.watched, 1);
  env.stop.abort();
  assert((await nextStopped).done);
  assertStrictEquals(env.watcher.watched, 0);
  await settle();
  assertStrictEquals(env.clock.waiting, 0);
  assert((await watch(env).next()).done);
});

Deno.test("watch() yields null for a job that is unknown or expires, and ends", async () => {
  using env = await openWatcher({ withoutEvents: true });
  const signal = new AbortController().signal;
  const unknown = env.watcher.watch(crypto.randomUUID(), signal);
  assertStrictEquals((await unknown.next()).value, null);
  assert((await unknown.next()).done);
  const seen = watch(env);
  await seen.next();
  const next = seen.next();
  await settle();
  env.clock.advance(24 * HOUR);
  assertStrictEquals((await next).value, null);
  assert((await seen.next()).done);
});

Deno.test("watch() rejects for a job that this version cannot read", async () => {
  using env = await openWatcher();
  await env.kv.set(["job", env.id], { schema: 99 });
  await assertRejects(() => watch(env).next(), UnreadableJobError);
  assertStrictEquals(env.watcher.watched, 0);
});
