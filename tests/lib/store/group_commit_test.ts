import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { groupCommits } from "../../../lib/store/group_commit.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import type { AtomicOperation, KvKey } from "../../../lib/platform/kv.ts";

/** A database with grouped commits, and the number of keys that each commit of KV sets. */
async function openGrouped() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const commits: number[] = [];
  hooks.commit = (sets, run) => {
    commits.push(sets.length);
    return run();
  };
  return { kv, hooks, commits, grouped: groupCommits(kv), [Symbol.dispose]: () => kv.close() };
}

Deno.test("commits that arrive during another one are committed together", async () => {
  using env = await openGrouped();
  const set = (n: number) => env.grouped.atomic().set(["key", n], n).commit();
  const results = await Promise.all([1, 2, 3, 4].map(set));
  assert(results.every(({ ok }) => ok));
  assertEquals(env.commits, [1, 3]);
  const entries = await Array.fromAsync(env.kv.list({ prefix: ["key"] }));
  assertEquals(entries.map(({ value }) => value), [1, 2, 3, 4]);
  const stamps = results.map((result) => result.ok && result.versionstamp);
  assertEquals(entries.map(({ versionstamp }) => versionstamp), stamps);
});

Deno.test("a transaction whose check fails does not take the others down", async () => {
  using env = await openGrouped();
  await env.kv.set(["taken"], true);
  const free = { key: ["free"], versionstamp: null };
  const taken = { key: ["taken"], versionstamp: null };
  const results = await Promise.all([
    env.grouped.atomic().set(["first"], 1).commit(),
    env.grouped.atomic().check(free).set(["free"], 1).commit(),
    env.grouped.atomic().check(taken).set(["taken"], 1).commit(),
    env.grouped.atomic().set(["last"], 1).commit(),
  ]);
  assertEquals(results.map(({ ok }) => ok), [true, true, false, true]);
  assertEquals((await env.kv.get(["taken"])).value, true);
  assertEquals((await env.kv.get(["last"])).value, 1);
});

Deno.test("of transactions that race for a key exactly one wins", async () => {
  using env = await openGrouped();
  const claim = (n: number) =>
    env.grouped.atomic().check({ key: ["job"], versionstamp: null }).set(["job"], n).commit();
  const results = await Promise.all([1, 2, 3, 4, 5].map(claim));
  assertEquals(results.filter(({ ok }) => ok).length, 1);
  assertEquals((await env.kv.get(["job"])).value, 1);
});

Deno.test("a transaction that checks a key is not grouped with one that writes it", async () => {
  using env = await openGrouped();
  await env.kv.set(["heartbeat"], 1);
  const { versionstamp } = await env.kv.get(["heartbeat"]);
  const [, beat, rescue] = await Promise.all([
    env.grouped.atomic().set(["first"], 1).commit(),
    env.grouped.atomic().set(["heartbeat"], 2).commit(),
    env.grouped.atomic().check({ key: ["heartbeat"], versionstamp }).set(["rescued"], 1).commit(),
  ]);
  assertEquals([beat.ok, rescue.ok], [true, false]);
});

Deno.test("transactions may write the same key: the last one stays", async () => {
  using env = await openGrouped();
  await Promise.all([0, 1, 2, 3].map((n) => env.grouped.atomic().set(["bell"], n).commit()));
  assertStrictEquals((await env.kv.get(["bell"])).value, 3);
});

Deno.test("a value that is too large fails its own transaction only", async () => {
  using env = await openGrouped();
  const set = (value: unknown) => env.grouped.atomic().set(["key"], value).commit();
  const [first, tooLarge, last] = await Promise.allSettled([
    set(1),
    set(new Uint8Array(70_000)),
    set(2),
  ]);
  assertEquals([first.status, tooLarge.status, last.status], [
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
});

Deno.test("transactions that do not fit into one commit are divided", async () => {
  using env = await openGrouped();
  const large = new Uint8Array(60_000);
  const results = await Promise.all(Array.from({ length: 30 }, (_, n) => {
    return env.grouped.atomic().set(["large", n], large).commit();
  }));
  assert(results.every(({ ok }) => ok));
  assert(env.commits.length > 4 && Math.max(...env.commits) <= 6, `${env.commits}`);
});

Deno.test("large records are divided, too", async () => {
  using env = await openGrouped();
  const record = { text: "x".repeat(45_000) };
  await Promise.all(Array.from({ length: 30 }, (_, n) => {
    return env.grouped.atomic().set(["job", n], record).commit();
  }));
  assert(env.commits.length > 4 && Math.max(...env.commits) <= 5, `${env.commits}`);
});

Deno.test("an error whose effect is not known fails the whole group", async () => {
  using env = await openGrouped();
  let calls = 0;
  env.hooks.commit = async (_sets, run) => {
    const result = await run();
    if (++calls === 2) throw new Error("The database does not answer");
    return result;
  };
  const set = (n: number) => env.grouped.atomic().set(["key", n], n).commit();
  const [first, second, third] = [set(1), set(2), set(3)];
  const failed = Promise.all([second, third].map((commit) => assertRejects(() => commit, Error)));
  assertStrictEquals((await first).ok, true);
  await failed;
  assertStrictEquals((await set(4)).ok, true);
  assertStrictEquals((await env.kv.get(["key", 3])).value, 3);
});

Deno.test("a transaction that KV rejects at once fails alone, and later ones are committed", async () => {
  using env = await openGrouped();
  const set = (key: string, value: unknown) => env.grouped.atomic().set([key], value).commit();
  const notStorable = () => {};
  const first = set("first", 1);
  const [second, third] = await Promise.allSettled([set("second", notStorable), set("third", 1)]);
  assertEquals([(await first).ok, second.status, third.status], [true, "rejected", "fulfilled"]);
  assertEquals((await Promise.allSettled([set("alone", notStorable)]))[0].status, "rejected");
  assertStrictEquals((await set("later", 1)).ok, true);
});

Deno.test("the transactions of a group with a loser are committed at the same time", async () => {
  using env = await openGrouped();
  await env.kv.set(["taken"], true);
  let [running, most] = [0, 0];
  env.hooks.commit = async (_sets, run) => {
    most = Math.max(most, ++running);
    await nextTurn();
    return await run().finally(() => running--);
  };
  const loser = { key: ["taken"], versionstamp: null };
  const first = env.grouped.atomic().set(["first"], 1).commit();
  const others = Array.from({ length: 9 }, (_, n) => {
    const commit = env.grouped.atomic().set(["key", n], n);
    return (n === 4 ? commit.check(loser) : commit).commit();
  });
  await first;
  assertEquals((await Promise.all(others)).filter(({ ok }) => !ok).length, 1);
  assertStrictEquals(most, 9);
});

Deno.test("transactions that wait for a database without an answer fail with it", async () => {
  using env = await openGrouped();
  const failed = Promise.withResolvers<never>();
  env.hooks.commit = () => failed.promise;
  const set = (key: string) =>
    env.grouped.atomic().check({ key: [key], versionstamp: null })
      .set([key], 1).commit();
  const waiting = ["one", "two", "two", "two"].map(set);
  const ended = Promise.allSettled(waiting);
  failed.reject(new Error("The database does not answer"));
  assertEquals((await ended).map(({ status }) => status), Array(4).fill("rejected"));
  env.hooks.commit = undefined;
  assertStrictEquals((await set("one")).ok, true);
});

Deno.test("all methods of a transaction reach the database", async () => {
  using env = await openGrouped();
  await env.kv.set(["gone"], 1);
  await env.grouped.atomic().sum(["sum"], 2n).max(["max"], 3n).min(["min"], 4n).delete(["gone"])
    .mutate({ type: "set", key: ["set"], value: 5 }).set(["short"], 6, { expireIn: 60_000 })
    .commit();
  const entries = await Array.fromAsync(env.kv.list({ prefix: [] }));
  assertEquals(entries.map(({ key, value }) => [key[0], Number(value)]), [
    ["max", 3],
    ["min", 4],
    ["set", 5],
    ["short", 6],
    ["sum", 2],
  ]);
});

Deno.test("the sums of a group are committed as one for each key", async () => {
  const { kv } = await openGrouped();
  const sums: [KvKey, bigint][] = [];
  const counting = new Proxy(kv, {
    get: (target, name) => name === "atomic" ? atomic : Reflect.get(target, name),
  });
  function atomic(): AtomicOperation {
    const operation = kv.atomic();
    const sum = operation.sum.bind(operation);
    operation.sum = (key, n) => {
      sums.push([key, n]);
      return sum(key, n);
    };
    return operation;
  }
  const grouped = groupCommits(counting);
  const add = (n: bigint) => grouped.atomic().set(["job", n], 1).sum(["jobs"], n).commit();
  // A text and a number are different keys.
  const other = () => grouped.atomic().sum(["cost", 1], 1n).sum(["cost", "1"], 2n).commit();
  const results = await Promise.all([add(1n), add(2n), add(3n), add(4n), other()]);

  assert(results.every(({ ok }) => ok));
  assertEquals(sums, [
    [["jobs"], 1n],
    [["jobs"], 9n],
    [["cost", 1], 1n],
    [["cost", "1"], 2n],
  ]);
  const valueOf = async (key: KvKey) => (await kv.get<Deno.KvU64>(key)).value?.value;
  assertStrictEquals(await valueOf(["jobs"]), 10n);
  assertStrictEquals(await valueOf(["cost", "1"]), 2n);
  kv.close();
});

Deno.test("a transaction that adds to a key and also sets it keeps its order", async () => {
  using env = await openGrouped();
  const begin = () => env.grouped.atomic();
  const hundred = new Deno.KvU64(100n);
  await Promise.all([
    begin().set(["first"], 1).commit(),
    begin().sum(["a"], 5n).set(["a"], hundred).commit(),
    begin().set(["b"], hundred).sum(["b"], 5n).commit(),
  ]);
  const valueOf = async (key: string) => (await env.kv.get<Deno.KvU64>([key])).value?.value;
  assertEquals([await valueOf("a"), await valueOf("b")], [100n, 105n]);
});

Deno.test("a transaction that checks a key is not grouped with one that adds to it", async () => {
  using env = await openGrouped();
  const absent = { key: ["jobs"], versionstamp: null };
  const [, added, checked] = await Promise.all([
    env.grouped.atomic().set(["first"], 1).commit(),
    env.grouped.atomic().sum(["jobs"], 1n).commit(),
    env.grouped.atomic().check(absent).set(["checked"], 1).commit(),
  ]);
  assertEquals([added!.ok, checked!.ok], [true, false]);
});
