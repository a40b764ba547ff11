/**
 * What an instance does while the disk of its database is full, or soon will be.
 * @module
 */
import { assertEquals, assertNotEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { LogRecord } from "@logtape/logtape";
import { persist } from "../../../lib/store/persist.ts";
import { autoAdvancing, FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import { MINUTE, queuedJob, testKind, upstreamError } from "../../../testing/jobs.ts";
import {
  heldWork,
  jobOf,
  openRuntimesOn,
  refused,
  submit,
  sweepFor,
} from "../../../testing/runtimes.ts";
import { countDue } from "../../../testing/stores.ts";
import { MIB, openTestDisk } from "../../../testing/test_disk.ts";
import type { KvKey } from "../../../lib/platform/kv.ts";

/** Two instances over one database and one disk. */
async function openOnDisk(overrides: Parameters<typeof openRuntimesOn>[1] = {}) {
  const clock = new FakeClock();
  const { disk, storage } = openTestDisk(clock);
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openRuntimesOn(kv, { storage, ...overrides }, clock);
  return {
    ...env,
    hooks,
    storage,
    async setFree(mebibytes: number) {
      disk.freeBytes = mebibytes * MIB;
      await env.a.instance.checkSpace();
    },
  };
}

Deno.test("below the mark a new job is refused and not stored, and a repeated request is answered", async () => {
  using env = await openOnDisk({ concurrency: 0 });
  const idempotencyKey = "wish-1";
  const { job } = await submit(env.a, env.kind, { text: "hello" }, { idempotencyKey });
  await env.setFree(16);
  const permit = () => {
    throw new Error("the refused job was counted");
  };
  assertEquals(await refused(env.a, env.kind, { text: "other" }, { permit }), {
    outcome: "storage full",
  });
  assertStrictEquals(await countDue(env.kv), 1);
  const repeated = await submit(env.a, env.kind, { text: "hello" }, { idempotencyKey, permit });
  assertStrictEquals(repeated.job.id, job.id);
  await env.setFree(21);
  await submit(env.a, env.kind, { text: "other" });
});

/** What SQLite says of a disk that takes no data. */
const unwritable = [
  "database or disk is full",
  "disk I/O error",
  "attempt to write a readonly database",
];

function isFailedRescue({ rawMessage }: LogRecord): boolean {
  return rawMessage === "rescue failed";
}

for (const message of unwritable) {
  const fail = () => Promise.reject(new TypeError(message));

  Deno.test(`"${message}" of a commit refuses the job, and frees its slot`, async () => {
    using env = await openOnDisk({ concurrency: 1 });
    env.hooks.commit = fail;
    assertEquals(await refused(env.a, env.kind, { text: "hello" }), { outcome: "storage full" });
    env.hooks.commit = undefined;
    assertStrictEquals(env.a.instance.running, 0);
    const { waitsAt } = await submit(env.a, env.kind, { text: "hello" });
    assertStrictEquals(waitsAt, undefined);
    await env.settled();
  });

  Deno.test(`after "${message}" of a rescue, a whole lease must pass without a heartbeat`, async () => {
    using logs = captureLogs();
    const work = heldWork();
    using env = await openOnDisk({ kinds: [work.kind], concurrency: 1 });
    const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
    await work.begun;
    env.hooks.commit = fail;
    await sweepFor(env, 30_000);
    assertStrictEquals(logs.records.filter(isFailedRescue).length, 1);
    env.hooks.commit = undefined;
    await sweepFor(env, 9_000);
    assertStrictEquals((await jobOf(env.store, id)).attempt, 1);
    await env.a.instance.beat();
    await sweepFor(env, 9_000);
    assertStrictEquals((await jobOf(env.store, id)).attempt, 1);
    // Without a further heartbeat, the instance is dead.
    await sweepFor(env, 3_000);
    assertStrictEquals((await jobOf(env.store, id)).attempt, 2);
    work.finish();
    await env.a.instance.idle();
    await env.b.instance.idle();
  });

  Deno.test(`persist() keeps a result for ten minutes on "${message}"`, async () => {
    const clock = new FakeClock();
    const startedAt = clock.now();
    let writableAt = startedAt + 9 * MINUTE;
    const write = () => clock.now() < writableAt ? fail() : Promise.resolve("saved");
    assertStrictEquals(await persist(write, autoAdvancing(clock)), "saved");
    writableAt = Infinity;
    const before = clock.now();
    await assertRejects(() => persist(write, autoAdvancing(clock)), TypeError, message);
    const minutes = (clock.now() - before) / MINUTE;
    assertStrictEquals(Math.round(minutes), 10);
  });
}

Deno.test("while the disk takes no data, silent instances keep their jobs, and one lease longer", async () => {
  const work = heldWork();
  using env = await openOnDisk({ kinds: [work.kind], concurrency: 1 });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  env.storage.reportUnwritable(new TypeError("disk I/O error"));
  await sweepFor(env, 30_000);
  await env.b.instance.checkSpace();
  assertStrictEquals(env.storage.startsJobs, true);
  await sweepFor(env, 9_000);
  const { state, attempt } = await jobOf(env.store, id);
  assertEquals([state, attempt], ["running", 1]);
  await sweepFor(env, 3_000);
  assertStrictEquals((await jobOf(env.store, id)).attempt, 2);
  work.finish();
  await env.a.instance.idle();
  await env.b.instance.idle();
});

Deno.test("the first write after the disk took no data is the heartbeat of an instance with jobs", async () => {
  const work = heldWork();
  using env = await openOnDisk({ kinds: [work.kind], concurrency: 1 });
  await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  const beatOf = async () => (await env.instances.list()).map(({ versionstamp }) => versionstamp);
  const before = await beatOf();
  env.storage.reportUnwritable(new TypeError("disk I/O error"));
  env.hooks.commit = () => Promise.reject(new TypeError("disk I/O error"));
  await env.a.instance.checkSpace();
  assertEquals([env.storage.startsJobs, await beatOf()], [false, before]);
  env.hooks.commit = undefined;
  await env.a.instance.checkSpace();
  assertStrictEquals(env.storage.startsJobs, true);
  assertNotEquals(await beatOf(), before);
  work.finish();
  await env.a.instance.idle();
});

Deno.test("on a full disk running jobs end, waiting jobs wait, and then start by themselves", async () => {
  const work = heldWork();
  using env = await openOnDisk({ kinds: [work.kind], concurrency: 1 });
  const running = await submit(env.a, work.kind, { text: "running" });
  const waiting = await submit(env.a, work.kind, { text: "waiting" });
  await work.begun;
  await env.setFree(8);
  work.finish();
  await env.a.instance.idle();
  for (const { instance } of [env.a, env.b]) await instance.sweep();
  assertStrictEquals((await jobOf(env.store, running.job.id)).state, "succeeded");
  assertStrictEquals((await jobOf(env.store, waiting.job.id)).state, "queued");
  assertStrictEquals(work.runs(), 1);
  // Less than for new jobs is enough for waiting ones.
  await env.setFree(11);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  await env.settled();
  assertStrictEquals((await jobOf(env.store, waiting.job.id)).state, "succeeded");
});

Deno.test("on a full disk a job that failed is not tried again, but later", async () => {
  let runs = 0;
  const kind = testKind(() =>
    ++runs === 1 ? Promise.reject(upstreamError()) : Promise.resolve({ text: "plan" })
  );
  using env = await openOnDisk({ kinds: [kind], concurrency: 1 });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.setFree(8);
  await env.a.instance.idle();
  // The worker has a timer for each retry, besides the sweeps.
  env.clock.advance(MINUTE);
  await env.settled();
  assertEquals([runs, (await jobOf(env.store, id)).state], [1, "queued"]);
  await env.setFree(100);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  assertEquals([runs, (await jobOf(env.store, id)).state], [2, "succeeded"]);
});

Deno.test("on a full disk a sweep reads no record of the jobs that wait", async () => {
  using env = await openOnDisk({ concurrency: 10 });
  for (let n = 0; n < 5; n++) await env.store.accept(queuedJob());
  await env.setFree(8);
  const read: KvKey[] = [];
  env.hooks.get = (key) => void read.push(key);
  for (let n = 0; n < 2; n++) await env.a.instance.sweep();
  assertEquals(read.filter(([sort]) => sort === "job"), []);
});

Deno.test("on a full disk a job whose time is over fails", async () => {
  using env = await openOnDisk({ concurrency: 1 });
  const job = { ...queuedJob(), startedAt: env.clock.now(), attempt: 1 };
  await env.store.accept(job);
  await env.setFree(8);
  env.clock.advance(16 * MINUTE);
  await env.a.instance.sweep();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "failed");
});

Deno.test("the instance reads the space when it starts, and then once a second", async () => {
  using env = await openOnDisk({ concurrency: 1 });
  let reads = 0;
  const { check } = env.storage;
  env.storage.check = (writes) => {
    reads++;
    return check.call(env.storage, writes);
  };
  env.a.instance.start();
  await env.settled();
  assertStrictEquals(reads, 1);
  for (const [ms, expected] of [[999, 1], [1, 2], [1_000, 3]] as const) {
    env.clock.advance(ms);
    await env.settled();
    assertStrictEquals(reads, expected);
  }
  await env.a.instance.stop(0);
});
