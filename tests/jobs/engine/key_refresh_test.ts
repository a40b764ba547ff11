/** API keys of two instances over one database. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { KeyRefresh } from "../../../jobs/engine/key_refresh.ts";
import type { StoredKeys } from "../../../lib/api_keys.ts";
import { DAY_MS } from "../../../lib/clock.ts";
import { apiKeysOf, madeKey } from "../../../testing/api_keys.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { MINUTE } from "../../../testing/jobs.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import { openRuntimesOn } from "../../../testing/runtimes.ts";

const ada = { name: "ada", via: "api" } as const;
const wish = {
  name: "a client",
  scopes: ["make" as const],
  dailyJobs: null,
  dailyCostUsd: null,
  expiresAt: null,
};

/** Two instances whose loops run. Operators use the first one. */
async function openInstances() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const env = openRuntimesOn(kv, {}, clock);
  const instances = [env.a, env.b];
  for (const { instance } of instances) instance.start();
  await env.settled();
  return {
    ...env,
    hooks,
    /** Passes time in steps, as the loops need it. */
    async pass(ms: number, stepMs = 100) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await env.settled();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(instances.map(({ instance }) => instance.stop(0)));
      env[Symbol.dispose]();
      await Promise.all(instances.map(({ instance }) => instance.ended()));
    },
  };
}

Deno.test("a key is valid, and later revoked, in all instances within a second", async () => {
  await using env = await openInstances();
  assert(!env.b.apiKeys.isRequired);
  const { key, text, closesService } = await env.a.operator.keys.create(ada, wish);
  assert(closesService);
  assert(env.a.apiKeys.find(text), "at once in the instance of the operator");
  await env.pass(1_000);
  assert(env.b.apiKeys.isRequired);
  const caller = env.b.apiKeys.find(text)!;
  const end = env.b.apiKeys.endOf(caller)!;

  await env.pass(MINUTE / 2);
  assert(env.b.apiKeys.find(text));
  await env.a.operator.keys.revoke(ada, key.id);
  assertStrictEquals(env.a.apiKeys.find(text), null);
  await env.pass(1_000);
  assertStrictEquals(env.b.apiKeys.find(text), null);
  assert(end.aborted);
  assert(env.b.apiKeys.isRequired, "the service stays closed");
});

Deno.test("what is open for a key ends within a second after the key expires", async () => {
  await using env = await openInstances();
  // Not at the time of a regular read of the keys.
  const expiresAt = env.clock.now() + MINUTE + 5_000;
  const { text } = await env.a.operator.keys.create(ada, { ...wish, expiresAt });
  await env.pass(1_000);
  const end = env.b.apiKeys.endOf(env.b.apiKeys.find(text)!)!;
  await env.pass(MINUTE + 3_900);
  assert(!end.aborted);
  await env.pass(1_000);
  assert(end.aborted);
});

Deno.test("an instance that cannot read the bell learns of a revocation within 10 seconds", async () => {
  await using env = await openInstances();
  using _logs = captureLogs();
  const { key, text } = await env.a.operator.keys.create(ada, wish);
  await env.pass(1_000);
  env.hooks.get = (key) => {
    if (key[0] === "bell") throw new Error("database lost");
  };
  await env.a.operator.keys.revoke(ada, key.id);
  await env.pass(10_000);
  assertStrictEquals(env.b.apiKeys.find(text), null);
});

Deno.test("a ring before the first read of the bell is not missed", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, {});
  await env.b.keys.refresh();
  const { text } = await env.a.operator.keys.create(ada, wish);
  // Only the bell can tell of it.
  let isFirst = true;
  hooks.list = (selector) => {
    if ("prefix" in selector && selector.prefix[0] === "api_key" && isFirst) {
      isFirst = false;
      return Promise.reject(new Error("database lost"));
    }
  };
  using _logs = captureLogs();
  env.b.instance.start();
  await env.settled();
  env.clock.advance(500);
  await env.settled();
  assert(env.b.apiKeys.find(text));
  await env.b.instance.stop(0);
});

Deno.test("while the database does not answer, the keys stay as they are", async () => {
  await using env = await openInstances();
  using _logs = captureLogs();
  const { text } = await env.a.operator.keys.create(ada, wish);
  await env.pass(1_000);
  const lost = () => Promise.reject(new Error("database lost"));
  Object.assign(env.hooks, { get: lost, list: lost });
  await env.pass(MINUTE / 2);
  assert(env.b.apiKeys.find(text));
  Object.assign(env.hooks, { get: undefined, list: undefined });
});

Deno.test("a read that begins before a revocation does not bring the key back", async () => {
  const clock = new FakeClock();
  const apiKeys = apiKeysOf([], clock);
  const { key, text } = madeKey();
  const [older, newer] = [
    Promise.withResolvers<StoredKeys>(),
    Promise.withResolvers<StoredKeys>(),
  ];
  const reads = [older, newer].values();
  const store = {
    read: () => reads.next().value!.promise,
    noteUse: () => Promise.resolve(),
  };
  const refresh = new KeyRefresh({ apiKeys, store, clock, onDay: () => Promise.resolve() });
  const refreshing = [refresh.refresh(), refresh.refresh()];
  newer.resolve({ keys: [{ ...key, revokedAt: clock.now() }], isClosed: true });
  await nextTurn();
  older.resolve({ keys: [key], isClosed: true });
  await Promise.all(refreshing);
  assertStrictEquals(apiKeys.find(text), null);
});

Deno.test("the last use of a key is stored once a minute, by all instances together", async () => {
  await using env = await openInstances();
  const { key, text } = await env.a.operator.keys.create(ada, wish);
  await env.pass(1_000);
  let writes = 0;
  env.hooks.commit = async (sets, run) => {
    const result = await run();
    if (result.ok) writes += sets.filter(([name]) => name === "api_key").length;
    return result;
  };
  for (let second = 0; second < 180; second += 5) {
    for (const { apiKeys } of [env.a, env.b]) assert(apiKeys.find(text));
    await env.pass(5_000, 500);
  }
  assert(writes >= 2 && writes <= 4, `${writes} writes`);
  const listed = async () => (await env.a.operator.keys.list()).keys[0]!.lastUsedAt!;
  assertStrictEquals(await listed(), env.clock.now() - 5_000);
  const { value } = await env.kv.get<typeof key>(["api_key", key.id]);
  assert(env.clock.now() - value!.lastUsedAt! <= 70_000 + 5_000);
  await env.pass(3 * MINUTE, 500);
  const before = writes;
  await env.pass(3 * MINUTE, 500);
  assertStrictEquals(writes, before, "a key that is not used costs no writes");
});

Deno.test("the cost sums of past days are deleted, also of a key that was revoked", async () => {
  await using env = await openInstances();
  const { key, text } = await env.a.operator.keys.create(ada, { ...wish, dailyCostUsd: 1 });
  const { owner } = env.a.apiKeys.find(text)!;
  const sums = () => Array.fromAsync(env.kv.list({ prefix: ["spent_by"] }));
  await env.a.jobs.submit(env.kind, { text: "hello" }, { caller: env.a.apiKeys.find(text)! });
  await env.a.instance.idle();
  const stored = await sums();
  assert(stored.length > 0 && stored.every(({ key }) => key[1] === owner));
  await env.a.operator.keys.revoke(ada, key.id);
  env.clock.advance(2 * DAY_MS);
  await env.settled();
  assertEquals(await sums(), []);
});

Deno.test("deletions of cost sums are repeated after a fault", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, {});
  await env.a.operator.keys.create(ada, { ...wish, dailyCostUsd: 1 });
  let tries = 0;
  hooks.list = (selector) => {
    if (!("prefix" in selector) || selector.prefix[0] !== "spent_by") return;
    if (tries++ === 0) return Promise.reject(new Error("database lost"));
  };
  await env.a.keys.run().catch(() => {});
  await env.a.keys.run();
  await env.a.keys.run();
  assertStrictEquals(tries, 2);
});

Deno.test("a service whose instances have just started knows its keys after one read", async () => {
  using env = openRuntimesOn(await Deno.openKv(":memory:"));
  const { key, text } = madeKey();
  await env.kv.set(["api_key", key.id], key);
  assert(!env.a.apiKeys.isRequired);
  await env.a.keys.refresh();
  assert(env.a.apiKeys.isRequired && env.a.apiKeys.find(text));
});
