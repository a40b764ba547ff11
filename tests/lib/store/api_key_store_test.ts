import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { DAY_MS } from "../../../lib/clock.ts";
import { ApiKeyStore, MAX_KEYS } from "../../../lib/store/api_key_store.ts";
import { InstanceStore } from "../../../lib/store/instance_store.ts";
import { madeKey } from "../../../testing/api_keys.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import { lastRing } from "../../../testing/stores.ts";

async function openStore() {
  const database = await Deno.openKv(":memory:");
  const { kv, hooks } = hookKv(database);
  const clock = new FakeClock();
  const instances = new InstanceStore(kv, { clock, ttlMs: DAY_MS });
  const store = new ApiKeyStore(kv, { clock, ring: (commit) => instances.addRing(commit) });
  /** Runs a change, and returns whether it rang the bell. */
  const rings = async (change: () => Promise<unknown>) => {
    const before = await lastRing(kv);
    await change();
    return await lastRing(kv) !== before;
  };
  return { kv, hooks, clock, store, rings, [Symbol.dispose]: () => database.close() };
}

Deno.test("a made key is stored without its text, closes the service, and rings the bell", async () => {
  using env = await openStore();
  assertEquals(await env.store.read(), { keys: [], isClosed: false });
  const { key, text } = madeKey();
  assert(await env.rings(() => env.store.create(key)));
  assertEquals(await env.store.read(), { keys: [key], isClosed: true });
  const entries = await Array.fromAsync(env.kv.list({ prefix: [] }));
  assert(!JSON.stringify(entries).includes(text.slice(8)));
});

Deno.test("revoke() ends a key once, and rings the bell", async () => {
  using env = await openStore();
  const { key } = madeKey();
  await env.store.create(key);
  env.clock.advance(1_000);
  const revoked = { ...key, revokedAt: NOON + 1_000 };
  assert(await env.rings(async () => assertEquals(await env.store.revoke(key.id), revoked)));
  env.clock.advance(1_000);
  assert(!await env.rings(async () => assertEquals(await env.store.revoke(key.id), revoked)));
  assertStrictEquals(await env.store.revoke(crypto.randomUUID()), null);
  assertEquals(await env.store.read(), { keys: [revoked], isClosed: true });
});

Deno.test("revoke() revokes a key although its use is stored at the same moment", async () => {
  using env = await openStore();
  const { key } = madeKey();
  await env.store.create(key);
  let isFirst = true;
  env.hooks.commit = async (_, run) => {
    if (isFirst) {
      isFirst = false;
      await env.store.noteUse(key.id, NOON);
    }
    return await run();
  };
  assertEquals(await env.store.revoke(key.id), { ...key, lastUsedAt: NOON, revokedAt: NOON });
});

const ends: [what: string, life: { expiresAt: number | null; revokedAt: number | null }][] = [
  ["expired", { expiresAt: NOON, revokedAt: null }],
  ["was revoked", { expiresAt: null, revokedAt: NOON }],
  ["was revoked before it expires", { expiresAt: NOON + 90 * DAY_MS, revokedAt: NOON }],
];

for (const [what, life] of ends) {
  Deno.test(`a key that ${what} is kept for 31 days`, async () => {
    using env = await openStore();
    const { key } = madeKey(life);
    await env.store.create(key);
    env.clock.advance(31 * DAY_MS - 1);
    assertEquals((await env.store.read()).keys, [key]);
    env.clock.advance(1);
    assertEquals((await env.store.read()).keys, []);
  });
}

Deno.test("a service stays closed without valid keys, until it is opened", async () => {
  using env = await openStore();
  const { key } = madeKey();
  await env.store.create(key);
  assertStrictEquals(await env.store.open(), "keys left");
  await env.store.revoke(key.id);
  env.clock.advance(40 * DAY_MS);
  assertEquals(await env.store.read(), { keys: [], isClosed: true });
  assert(await env.rings(async () => assertStrictEquals(await env.store.open(), "open")));
  assertEquals(await env.store.read(), { keys: [], isClosed: false });
});

Deno.test("open() does not open the service for a key that is made at the same moment", async () => {
  using env = await openStore();
  const { key } = madeKey();
  await env.store.create({ ...key, revokedAt: NOON });
  const other = madeKey().key;
  let isFirst = true;
  env.hooks.commit = async (_, run) => {
    if (isFirst) {
      isFirst = false;
      await env.store.create(other);
    }
    return await run();
  };
  assertStrictEquals(await env.store.open(), "keys left");
  assertStrictEquals((await env.store.read()).isClosed, true);
});

Deno.test("noteUse() stores a use once a minute, and rings no bell", async () => {
  using env = await openStore();
  const { key } = madeKey();
  await env.store.create(key);
  const versions = async (usedAt: number) => {
    const rang = await env.rings(() => env.store.noteUse(key.id, usedAt));
    assert(!rang);
    const { value, versionstamp } = await env.kv.get<typeof key>(["api_key", key.id]);
    return { usedAt: value!.lastUsedAt, versionstamp };
  };
  const first = await versions(NOON);
  assertStrictEquals(first.usedAt, NOON);
  assertEquals(await versions(NOON + 59_999), first);
  assertEquals(await versions(NOON - 1), first);
  const next = await versions(NOON + 60_000);
  assertStrictEquals(next.usedAt, NOON + 60_000);
  assertNotStrictEquals(next.versionstamp, first.versionstamp);
  await env.store.noteUse(crypto.randomUUID(), NOON);
  assertStrictEquals((await env.store.read()).keys.length, 1);
});

Deno.test("read() leaves out a key that this version cannot read, and reports it", async () => {
  using env = await openStore();
  using logs = captureLogs();
  const { key } = madeKey();
  await env.store.create(key);
  const id = crypto.randomUUID();
  await env.kv.set(["api_key", id], { ...key, id, scopes: ["fly"] });
  assertEquals((await env.store.read()).keys, [key]);
  assertEquals(logs.records.map(({ properties }) => properties.id), [id]);
  assertStrictEquals(await env.store.revoke(id), null);
});

Deno.test(`create() refuses a key if there are ${MAX_KEYS}`, async () => {
  using env = await openStore();
  const { key } = madeKey();
  for (let n = 0; n < MAX_KEYS; n += 100) {
    const commit = env.kv.atomic();
    for (let m = 0; m < 100; m++) {
      const id = crypto.randomUUID();
      commit.set(["api_key", id], { ...key, id });
    }
    await commit.commit();
  }
  assertStrictEquals(await env.store.create(key), "too many");
  assertStrictEquals((await env.store.read()).keys.length, MAX_KEYS);
});
