import { assertEquals } from "@std/assert";
import type { GaugeName } from "../../../lib/metrics/instruments.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import { StorageSpace } from "../../../lib/store/storage_space.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, queuedJob, testKind } from "../../../testing/jobs.ts";
import { openRuntimesOn, submit } from "../../../testing/runtimes.ts";
import { openTestDisk } from "../../../testing/test_disk.ts";
import { fault } from "../../../testing/stores.ts";

/** Two instances that each work on one job at a time, which does not end. */
async function setUp(storage?: (clock: FakeClock) => StorageSpace) {
  const raw = await Deno.openKv(":memory:");
  const { kv, hooks } = hookKv(raw);
  const clock = new FakeClock();
  const kinds = [testKind(() => new Promise(() => {}))];
  const overrides = { kinds, concurrency: 1, storage: storage?.(clock) };
  const env = openRuntimesOn(kv, overrides, clock);
  return { ...env, hooks, [Symbol.dispose]: () => raw.close() };
}

type Env = Awaited<ReturnType<typeof setUp>>;

/** The values of a gauge, by its attribute if it has one. */
async function read({ a }: Env, name: GaugeName) {
  const readings = await a.metrics.collect();
  const { points = [] } = readings.find((reading) => reading.name === name) ?? {};
  return Object.fromEntries(
    points.map(({ attributes, value }) => [Object.values(attributes).join() || "value", value]),
  );
}

/** Stores a job that was created some time ago. */
async function addOldJob({ store, clock }: Env, ageMs: number): Promise<void> {
  const now = clock.now() - ageMs;
  await store.accept(queuedJob({ id: newJobId(now), now }));
}

Deno.test("the gauges count the running jobs of this instance, all waiting jobs, and the age of the oldest", async () => {
  using env = await setUp();
  await submit(env.a, env.kind, { text: "runs" });
  await env.settled();
  await submit(env.a, env.kind, { text: "waits" });
  await env.clock.advance(4_000);
  await submit(env.b, env.kind, { text: "runs in the other instance" });
  await env.settled();
  await submit(env.b, env.kind, { text: "waits, too" });
  assertEquals(await read(env, "tripwright.jobs.running"), { test: 1, bulk: 0, alert: 0 });
  assertEquals(await read(env, "tripwright.jobs.waiting"), { test: 2 });
  assertEquals(await read(env, "tripwright.jobs.waiting.age"), { test: 4 });
});

Deno.test("without waiting jobs their age is 0", async () => {
  using env = await setUp();
  assertEquals(await read(env, "tripwright.jobs.waiting"), { test: 0 });
  assertEquals(await read(env, "tripwright.jobs.waiting.age"), { test: 0 });
});

Deno.test("a reading is valid for some seconds, so that several scrapers cost no reads", async () => {
  using env = await setUp();
  await addOldJob(env, 1_000);
  assertEquals(await read(env, "tripwright.jobs.waiting"), { test: 1 });
  await addOldJob(env, 1_000);
  let reads = 0;
  env.hooks.list = () => void reads++;
  env.hooks.get = () => void reads++;
  await env.clock.advance(4_999);
  assertEquals(await read(env, "tripwright.jobs.waiting"), { test: 1 });
  assertEquals(reads, 0);
  await env.clock.advance(1);
  assertEquals(await read(env, "tripwright.jobs.waiting"), { test: 2 });
});

Deno.test("the storage gauges count expired jobs that the database still holds, up to 1,000", async () => {
  using env = await setUp();
  await addOldJob(env, 23 * HOUR);
  assertEquals(await read(env, "tripwright.storage.expired"), { value: 0 });
  const { jobTtlMs: ttl } = { jobTtlMs: 24 * HOUR };
  for (let n = 0; n < 1_001; n++) {
    const id = newJobId(env.clock.now() - ttl - 1);
    await env.kv.set(["job", id], {});
  }
  await env.clock.advance(5_000);
  assertEquals(await read(env, "tripwright.storage.expired"), { value: 1_000 });
});

Deno.test("the storage gauges have the sizes that the last check has read", async () => {
  let disk: ReturnType<typeof openTestDisk> | undefined;
  using env = await setUp((clock) => (disk = openTestDisk(clock)).storage);
  assertEquals(await read(env, "tripwright.storage.free"), {});
  Object.assign(disk!.disk, { freeBytes: 500, reusableBytes: 30, fileBytes: 7, logBytes: 2 });
  await disk!.storage.measure();
  assertEquals(await read(env, "tripwright.storage.free"), { value: 530 });
  assertEquals(await read(env, "tripwright.storage.size"), { value: 9 });
});

Deno.test("the gauges show the breakers, and the instances that live", async () => {
  using env = await setUp();
  assertEquals(await read(env, "tripwright.breaker.state"), { test: 0 });
  await submit(env.b, env.kind, { text: "gives b a heartbeat" });
  await env.settled();
  await env.kv.set(["breaker", "test"], {
    openUntil: env.clock.now() + 8_000,
    failures: 1,
    probe: null,
    opening: "o",
    outage: "o",
    suspect: null,
    suspectRequest: null,
    suspectSource: null,
    sources: [],
    failure: fault,
  });
  await env.clock.advance(5_000);
  assertEquals(await read(env, "tripwright.breaker.state"), { test: 2 });
  assertEquals(await read(env, "tripwright.instances"), { value: 2 });
  await env.clock.advance(5_000);
  assertEquals(await read(env, "tripwright.breaker.state"), { test: 1 });
  const { value } = await env.kv.get<object>(["breaker", "test"]);
  await env.kv.set(["breaker", "test"], { ...value, suspectSource: "one" });
  await env.clock.advance(5_000);
  assertEquals(await read(env, "tripwright.breaker.state"), { test: 0 });
});

Deno.test("while the database fails, its gauges have no values, and the others have theirs", async () => {
  using env = await setUp();
  await submit(env.a, env.kind, { text: "runs" });
  await env.settled();
  env.hooks.list = () => Promise.reject(new Error("lost"));
  assertEquals(await read(env, "tripwright.jobs.waiting"), {});
  assertEquals(await read(env, "tripwright.jobs.running"), { test: 1, bulk: 0, alert: 0 });
  env.hooks.list = undefined;
  // A failed reading is not kept.
  assertEquals(await read(env, "tripwright.jobs.waiting"), { test: 0 });
});
