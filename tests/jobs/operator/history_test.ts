import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HOUR_MS, meanLevel, MINUTE_MS } from "../../../lib/history/range.ts";
import { countOf, isIdle, mergeRows, type Row } from "../../../lib/history/row.ts";
import type { Clock } from "../../../lib/clock.ts";
import { Metrics } from "../../../lib/metrics/metrics.ts";
import { HistoryStore } from "../../../lib/store/history_store.ts";
import { History } from "../../../jobs/operator/history.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { openRuntimes, submit } from "../../../testing/runtimes.ts";
import type { KvKey } from "../../../lib/platform/kv.ts";

/** Histories of several instances over one database, and the number of their commits. */
async function openHistories() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const commits: KvKey[][] = [];
  hooks.commit = (sets, run) => {
    commits.push(sets);
    return run();
  };
  function open(holder: string, aheadMs = 0) {
    const metrics = new Metrics();
    const own: Clock = { now: () => clock.now() + aheadMs, wait: clock.wait };
    const history = new History({
      store: new HistoryStore(kv, own),
      collect: () => metrics.collect(),
      presence: () => ({
        version: "1.0.0",
        hostName: null,
        startedAt: NOON,
        at: clock.now(),
        running: {},
        freeSlots: 1,
      }),
      holder,
      clock: own,
    });
    const accept = (count: number) =>
      metrics.add("tripwright.jobs.accepted", count, { kind: "bundles" });
    return { history, metrics, accept };
  }
  const accepted = async (history: History, range: "hour" | "day" | "month" = "hour") =>
    countOf(mergeRows((await history.read(range)).map(({ row }) => row)), "accepted");
  return {
    kv,
    hooks,
    clock,
    commits,
    open,
    accepted,
    rows: () => Array.fromAsync(kv.list({ prefix: ["minute"] })),
    [Symbol.dispose]: () => kv.close(),
  };
}

Deno.test("every range has what all instances have counted", async () => {
  using env = await openHistories();
  const [a, b] = [env.open("a"), env.open("b")];
  // Longer than rows wait for a database that is down.
  for (let n = 0; n < 9; n++) {
    a.accept(1);
    b.accept(10);
    await a.history.record();
    await b.history.record();
    env.clock.advance(MINUTE_MS);
  }
  for (const range of ["hour", "day", "month"] as const) {
    assertStrictEquals(await env.accepted(a.history, range), 99);
  }
});

Deno.test("an instance adds its own counts since its last record, once", async () => {
  using env = await openHistories();
  const { history, accept } = env.open("a");
  accept(2);
  await history.record();
  accept(3);
  assertStrictEquals(await env.accepted(history), 5);
  assertStrictEquals(await env.accepted(history), 5);
  assertStrictEquals(await env.accepted(env.open("b").history), 2);
  await history.record();
  assertStrictEquals(await env.accepted(history), 5);
});

Deno.test("the last minute has the queue of this moment, and longer ranges their peak", async () => {
  using env = await openHistories();
  const { history, metrics } = env.open("a");
  let waiting = 5;
  const attributes = { kind: "bundles" };
  metrics.observe("tripwright.jobs.waiting", () => [{ value: waiting, attributes }]);
  metrics.observe("tripwright.jobs.running", () => [{ value: 2, attributes }]);
  await history.record();
  const last = async (range: "hour" | "day") => (await history.read(range)).at(-1)!.row.gauges;
  for (const [now, hour, day] of [[7, 7, 7], [3, 3, 5]] as const) {
    waiting = now;
    assertEquals((await last("hour")).waiting, { bundles: hour });
    assertEquals((await last("day")).waiting, { bundles: day });
    assertEquals((await last("hour")).running, { bundles: 2 });
  }
});

Deno.test("a record is one commit, whatever the load, and an idle one writes only presence", async () => {
  using env = await openHistories();
  const { history, accept } = env.open("a");
  accept(10_000);
  await history.record();
  assertEquals(env.commits.map((sets) => sets.map(([name]) => name)), [
    ["present", "minute", "hour"],
  ]);
  env.clock.advance(MINUTE_MS);
  await history.record();
  assertEquals(env.commits.at(-1)!.map(([name]) => name), ["present"]);
});

Deno.test("a row of the past is not written again", async () => {
  using env = await openHistories();
  const { history, accept } = env.open("a");
  accept(1);
  await history.record();
  // Longer than an hour, so that other instances have merged it.
  env.clock.advance(2 * HOUR_MS);
  accept(1);
  await history.record();
  const hour = NOON / HOUR_MS;
  assertEquals(env.commits.at(-1)!.slice(1), [
    ["minute", NOON / MINUTE_MS + 120, "a"],
    ["hour", hour + 2, "a"],
  ]);
});

for (
  const [what, fail] of [
    ["was not saved", () => Promise.reject(new Error("KV is down"))],
    ["was saved, but its answer got lost", async (run: () => Promise<unknown>) => {
      await run();
      throw new Error("KV is down");
    }],
  ] as const
) {
  Deno.test(`a record that ${what} is repeated, and counts once`, async () => {
    using env = await openHistories();
    const { history, accept } = env.open("a");
    env.hooks.commit = (_, run) => fail(run);
    accept(5);
    await assertRejects(() => history.record());
    env.hooks.commit = undefined;
    env.clock.advance(MINUTE_MS);
    accept(2);
    await history.record();
    assertStrictEquals(await env.accepted(history), 7);
    assertStrictEquals(await env.accepted(history, "month"), 7);
    const minutes = (await env.rows()).map(({ key }) => Number(key[1]) - NOON / MINUTE_MS);
    assertEquals(minutes, [0, 1]);
  });
}

Deno.test("a database that is down for an hour costs no count, and doubles none", async () => {
  using env = await openHistories();
  const { history, accept } = env.open("a");
  let saved = 0;
  env.hooks.commit = async (_, run) => {
    // Of the first record, only the answer gets lost.
    if (saved++ === 0) await run();
    throw new Error("KV is down");
  };
  for (let n = 0; n < 60; n++) {
    accept(1);
    await assertRejects(() => history.record());
    env.clock.advance(MINUTE_MS);
  }
  env.hooks.commit = undefined;
  await history.record();
  assertStrictEquals(await env.accepted(history, "day"), 60);
  assertStrictEquals(await env.accepted(history, "month"), 60);
  // The older minutes are merged, so that the commit stays small.
  const rows = (await env.rows()).filter(({ value }) => !isIdle(value as Row));
  assertStrictEquals(rows.length, 5);
});

Deno.test("a clock that is set back costs no count", async () => {
  using env = await openHistories();
  const { history, accept } = env.open("a");
  for (const stepMs of [MINUTE_MS, HOUR_MS, -HOUR_MS - MINUTE_MS, MINUTE_MS]) {
    accept(1);
    await history.record();
    env.clock.advance(stepMs);
  }
  accept(1);
  await history.record();
  env.clock.advance(2 * HOUR_MS);
  assertStrictEquals(await env.accepted(history, "day"), 5);
  assertStrictEquals(await env.accepted(history, "month"), 5);
});

Deno.test("a row that an instance merges whose clock is ahead counts once", async () => {
  using env = await openHistories();
  const instances = [env.open("a"), env.open("b"), env.open("c", 30 * MINUTE_MS)];
  const ahead = instances[2]!.history;
  env.clock.advance(40 * MINUTE_MS);
  for (let n = 0; n < 20; n++) {
    for (const { history, accept } of instances) {
      accept(1);
      await history.record();
    }
    await ahead.mergePast();
    env.clock.advance(MINUTE_MS / 2);
  }
  assertStrictEquals(await env.accepted(ahead, "day"), 60);
  assertStrictEquals(await env.accepted(ahead, "month"), 60);
});

Deno.test("a stop writes the rest once, and removes the instance", async () => {
  using env = await openHistories();
  const { history, accept, metrics } = env.open("a");
  metrics.observe("tripwright.jobs.running", () => [{ value: 3, attributes: { kind: "bundles" } }]);
  accept(1);
  await history.record();
  assertEquals((await history.instances()).map(({ holder }) => holder), ["a"]);
  accept(2);
  await history.finish();
  assertStrictEquals(await env.accepted(history), 3);
  assertEquals(await history.instances(), []);
  // A gauge counts once in a minute.
  assertStrictEquals(meanLevel((await history.read("hour")).at(-1)!, "running"), 3);
});

Deno.test("rows of many short-lived instances are merged when their minute is long over", async () => {
  using env = await openHistories();
  for (let n = 0; n < 30; n++) {
    const { history, accept } = env.open(`instance-${n}`);
    accept(1);
    await history.record();
    await history.finish();
  }
  const { history } = env.open("reader");
  await history.mergePast();
  // Their instances may still repeat a write.
  assertStrictEquals((await env.rows()).length, 30);
  env.clock.advance(7 * MINUTE_MS);
  await history.mergePast();
  assertStrictEquals((await env.rows()).length, 1);
  assertStrictEquals(await env.accepted(history), 30);
  env.clock.advance(HOUR_MS);
  await history.mergePast();
  assertStrictEquals((await Array.fromAsync(env.kv.list({ prefix: ["hour"] }))).length, 1);
  assertStrictEquals(await env.accepted(history, "month"), 30);
});

Deno.test("an instance reports at its start, once a minute, and at its stop", async () => {
  using env = await openRuntimes();
  const { instance, operator: { history } } = env.a;
  const accepted = async () =>
    countOf(mergeRows((await history.read("hour")).map(({ row }) => row)), "accepted", "test");
  instance.start();
  await env.settled();
  assertEquals((await history.instances()).map(({ freeSlots }) => freeSlots), [100]);
  await submit(env.a, env.kind, { text: "one" });
  env.clock.advance(2_000);
  await env.settled();
  assertStrictEquals(await accepted(), 1);
  await submit(env.a, env.kind, { text: "two" });
  env.clock.advance(MINUTE_MS);
  await env.settled();
  assertStrictEquals(await accepted(), 2);
  await submit(env.a, env.kind, { text: "three" });
  await env.settled();
  await instance.stop(0);
  assertStrictEquals(await accepted(), 3);
  assertEquals(await history.instances(), []);
});
