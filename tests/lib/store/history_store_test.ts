import { assertEquals, assertStrictEquals } from "@std/assert";
import { HOUR_MS, MINUTE_MS } from "../../../lib/history/range.ts";
import { countOf, mergeRows } from "../../../lib/history/row.ts";
import { HistoryStore, type Presence } from "../../../lib/store/history_store.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { rowOf } from "../../../testing/history.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";

const MINUTE = NOON / MINUTE_MS;

const presence: Presence = {
  version: "1.0.0",
  hostName: null,
  startedAt: NOON,
  at: NOON,
  running: { bundles: 2 },
  freeSlots: 3,
};

const jobs = (accepted: number) => rowOf({ counters: { accepted: { bundles: accepted } } });

async function openHistory() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const store = new HistoryStore(kv, clock);
  return {
    kv,
    hooks,
    clock,
    store,
    write: (holder: string, minute: number, accepted: number) =>
      store.write(holder, {
        rows: [{ level: "minute", period: minute, writer: holder, row: jobs(accepted) }],
        presence,
      }),
    hour: () => store.read("minute", { from: NOON - HOUR_MS, to: NOON + HOUR_MS }),
    keys: async () =>
      (await Array.fromAsync(kv.list({ prefix: ["minute"] }))).map(({ key }) => key.slice(1)),
    [Symbol.dispose]: () => kv.close(),
  };
}

Deno.test("read() returns the rows of all instances, oldest first", async () => {
  using env = await openHistory();
  await env.write("b", MINUTE + 1, 4);
  await env.write("a", MINUTE, 1);
  await env.write("b", MINUTE, 2);
  const rows = await env.hour();
  assertEquals(rows.map(({ at, row }) => [at - NOON, countOf(row, "accepted")]), [
    [0, 1],
    [0, 2],
    [MINUTE_MS, 4],
  ]);
});

Deno.test("read() returns the rows from one time until before another", async () => {
  using env = await openHistory();
  for (let n = 0; n < 4; n++) await env.write("a", MINUTE + n, n);
  const part = { from: NOON + 1, to: NOON + 3 * MINUTE_MS };
  const rows = await env.store.read("minute", part);
  assertEquals(rows.map(({ row }) => countOf(row, "accepted")), [1, 2]);
});

Deno.test("a repeated write of a row counts once", async () => {
  using env = await openHistory();
  await env.write("a", MINUTE, 5);
  await env.write("a", MINUTE, 5);
  assertEquals((await env.hour()).map(({ row }) => countOf(row, "accepted")), [5]);
});

Deno.test("merge() makes one row of a period, and keeps its sum", async () => {
  using env = await openHistory();
  // More rows than one transaction merges, as with instances that live for seconds.
  for (let n = 0; n < 120; n++) await env.write(`instance-${n}`, MINUTE, 1);
  await env.write("a", MINUTE + 1, 3);
  const part = { from: NOON, to: NOON + HOUR_MS };
  for (let n = 0; n < 3; n++) {
    await env.store.merge("minute", part);
    const sum = countOf(mergeRows((await env.hour()).map(({ row }) => row)), "accepted");
    assertStrictEquals(sum, 123);
  }
  assertEquals(await env.keys(), [[MINUTE, "all"], [MINUTE + 1, "a"]]);
  // A row that arrives late.
  await env.write("b", MINUTE, 7);
  await env.store.merge("minute", part);
  assertEquals((await env.hour()).map(({ row }) => countOf(row, "accepted")), [127, 3]);
});

Deno.test("two instances that merge at the same time count each row once", async () => {
  using env = await openHistory();
  for (const holder of ["a", "b", "c"]) await env.write(holder, MINUTE, 1);
  const part = { from: NOON, to: NOON + HOUR_MS };
  const merged = await Promise.all([1, 2].map(() => env.store.merge("minute", part)));
  assertEquals(merged.toSorted(), [0, 3]);
  assertEquals((await env.hour()).map(({ row }) => countOf(row, "accepted")), [3]);
});

Deno.test("merge() loses no row that its instance replaces meanwhile", async () => {
  using env = await openHistory();
  for (const holder of ["a", "b"]) await env.write(holder, MINUTE, 1);
  env.hooks.commit = async (_, run) => {
    env.hooks.commit = undefined;
    await env.write("b", MINUTE, 5);
    return await run();
  };
  const part = { from: NOON, to: NOON + HOUR_MS };
  assertStrictEquals(await env.store.merge("minute", part), 0);
  assertEquals((await env.hour()).map(({ row }) => countOf(row, "accepted")), [1, 5]);
  assertStrictEquals(await env.store.merge("minute", part), 2);
});

Deno.test("an unreadable row hides no other, and is not merged", async () => {
  using env = await openHistory();
  await env.kv.atomic().set(["minute", MINUTE, "x"], { from: "another version" }).commit();
  await env.write("a", MINUTE, 1);
  await env.write("b", MINUTE, 2);
  await env.store.merge("minute", { from: NOON, to: NOON + HOUR_MS });
  assertEquals((await env.hour()).map(({ row }) => countOf(row, "accepted")), [3]);
  assertEquals(await env.keys(), [[MINUTE, "all"], [MINUTE, "x"]]);
});

Deno.test("an instance is present until it stops", async () => {
  using env = await openHistory();
  await env.write("a", MINUTE, 0);
  await env.write("b", MINUTE, 0);
  assertEquals(await env.store.present(), [
    { holder: "a", ...presence },
    { holder: "b", ...presence },
  ]);
  await env.store.writeLast("a", [{ level: "minute", period: MINUTE, writer: "a", row: jobs(9) }]);
  assertEquals((await env.store.present()).map(({ holder }) => holder), ["b"]);
  assertEquals((await env.hour()).map(({ row }) => countOf(row, "accepted")), [9, 0]);
});
