import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { WaitingCount } from "../../../lib/store/waiting_count.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";
import { openStores } from "../../../testing/runtimes.ts";

/** A database whose due index tests write, with counts of instances that see it. */
async function openIndex() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const { store, instances } = openStores(kv, { clock });
  const countOf = (holder: string) =>
    new WaitingCount({ index: store.index, instances, holder, kinds: ["test", "other"], clock });
  return {
    kv,
    hooks,
    clock,
    countOf,
    /** Writes due entries directly, which is faster than jobs. */
    async fill(count: number, { kind = "test", runAt = clock.now() } = {}) {
      for (let n = 0; n < count;) {
        const commit = kv.atomic();
        for (const end = Math.min(count, n + 500); n < end; n++) {
          commit.set(["due", kind, runAt - count + n, crypto.randomUUID()], runAt);
        }
        await commit.commit();
      }
    },
    /** Deletes the first entries, as claims do, or the last ones. */
    async claim(count: number, { reverse = false } = {}) {
      const due = await Array.fromAsync(kv.list({ prefix: ["due"] }, { limit: count, reverse }));
      for (let n = 0; n < due.length; n += 500) {
        const commit = kv.atomic();
        for (const { key } of due.slice(n, n + 500)) commit.delete(key);
        await commit.commit();
      }
    },
    [Symbol.dispose]: () => kv.close(),
  };
}

Deno.test("the first refresh counts all jobs of the kinds, including those due later", async () => {
  using env = await openIndex();
  await env.fill(700);
  await env.fill(10, { kind: "other", runAt: env.clock.now() + HOUR });
  await env.fill(5, { kind: "callback" });
  const count = env.countOf("a");
  assertStrictEquals(count.total, 0);
  await count.refresh();
  assertStrictEquals(count.total, 710);
});

Deno.test("a long queue is counted in several refreshes", async () => {
  using env = await openIndex();
  await env.fill(3_400);
  const count = env.countOf("a");
  const totals = [];
  while (!count.isComplete) {
    await count.refresh();
    totals.push(count.total);
  }
  assertEquals(totals, [2_000, 3_000, 3_400]);
});

Deno.test("a new instance begins with the last count of another one, and then counts", async () => {
  using env = await openIndex();
  await env.fill(3_400);
  const before = env.countOf("a");
  while (!before.isComplete) await before.refresh();
  before.add("test", env.clock.now());
  await before.refresh();
  const after = env.countOf("b");
  const totals = [];
  while (!after.isComplete) {
    await after.refresh();
    totals.push([after.total, after.isEstimated]);
  }
  assertEquals(totals, [[3_401, true], [3_401, true], [3_400, true]]);
});

Deno.test("an instance that has not counted all publishes no count", async () => {
  using env = await openIndex();
  await env.fill(3_400);
  const before = env.countOf("a");
  await before.refresh();
  before.add("test", env.clock.now());
  await before.refresh();
  assert(!before.isComplete);
  const after = env.countOf("b");
  await after.refresh();
  assertEquals([after.total, after.isEstimated], [2_000, false]);
});

Deno.test("a refresh reads as many entries of a long queue as of a short one", async () => {
  using env = await openIndex();
  await env.fill(20_000);
  const count = env.countOf("a");
  while (!count.isComplete) await count.refresh();
  let batches = 0;
  env.hooks.list = () => void batches++;
  // Two turns through the 40 segments.
  const refreshes = 40;
  for (let n = 0; n < refreshes; n++) {
    env.clock.advance(500);
    for (let job = 0; job < 50; job++) count.add("test", env.clock.now());
    await env.fill(50);
    await env.claim(50);
    await count.refresh();
  }
  // The list of instances, the first segment of each kind, two segments in turn, and `claim()`.
  assert(batches <= refreshes * 8, `${batches} lists`);
  assert(Math.abs(count.total - 20_000) <= 500, `${count.total}`);
});

Deno.test("jobs that other instances accept are counted, without a scan", async () => {
  using env = await openIndex();
  await env.fill(3_000);
  const [a, b] = [env.countOf("a"), env.countOf("b")];
  for (const count of [a, b]) {
    while (!count.isComplete) await count.refresh();
  }
  for (let n = 0; n < 700; n++) b.add("test", env.clock.now());
  env.clock.advance(500);
  await env.fill(700, { runAt: env.clock.now() });
  await b.refresh();
  await a.refresh();
  for (const count of [a, b]) assertStrictEquals(count.total, 3_700);
});

Deno.test("the count follows a queue that is emptied", async () => {
  using env = await openIndex();
  await env.fill(3_000);
  const count = env.countOf("a");
  while (!count.isComplete) await count.refresh();
  for (const left of [2_400, 1_500, 0]) {
    await env.claim(count.total - left);
    await count.refresh();
    assertStrictEquals(count.total, left);
  }
});

Deno.test("whatever happens to the index, some refreshes later the count is exact", async () => {
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom(
        "accept",
        "accept first",
        "accept unseen",
        "accept elsewhere",
        "claim",
        "retry later",
        "cancel",
      ),
      count: fc.integer({ min: 1, max: 900 }),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      using env = await openIndex();
      const [count, other] = [env.countOf("a"), env.countOf("b")];
      for (const { what, count: jobs } of steps) {
        env.clock.advance(500);
        switch (what) {
          case "accept":
            for (let n = 0; n < jobs; n++) count.add("test", env.clock.now());
            await env.fill(jobs);
            break;
          case "accept first":
            for (let n = 0; n < jobs; n++) count.add("test", NOON);
            await env.fill(jobs, { runAt: NOON });
            break;
          case "accept unseen":
            await env.fill(jobs);
            break;
          case "accept elsewhere":
            for (let n = 0; n < jobs; n++) other.add("test", env.clock.now());
            await env.fill(jobs, { runAt: NOON + jobs });
            await other.refresh();
            break;
          case "claim":
            await env.claim(jobs);
            break;
          case "retry later":
            await env.fill(jobs, { runAt: env.clock.now() + HOUR });
            break;
          case "cancel":
            await env.claim(jobs, { reverse: true });
        }
        await count.refresh();
      }
      for (let n = 0; n < 30; n++) await count.refresh();
      const entries = await Array.fromAsync(env.kv.list({ prefix: ["due"] }));
      assertStrictEquals(count.total, entries.length);
    }),
    {
      numRuns: 6,
      examples: [[[
        { what: "accept", count: 1 },
        { what: "accept", count: 508 },
        { what: "accept", count: 491 },
        { what: "retry later", count: 501 },
        { what: "accept", count: 1 },
      ]]],
    },
  );
});

Deno.test("a job of another kind does not change the count", async () => {
  using env = await openIndex();
  const count = env.countOf("a");
  count.add(queuedJob({ kind: "callback" }).kind, env.clock.now());
  await count.refresh();
  assertStrictEquals(count.total, 0);
});
