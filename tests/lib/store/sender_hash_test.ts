import {
  assert,
  assertEquals,
  assertMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { addressCaller } from "../../../lib/caller.ts";
import { DAY_MS } from "../../../lib/clock.ts";
import { sha256 } from "../../../lib/hash.ts";
import { SenderHashes } from "../../../lib/store/sender_hash.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR } from "../../../testing/jobs.ts";
import type { Kv } from "../../../lib/platform/kv.ts";

const { id } = addressCaller("203.0.113.7");

async function openHashes() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const [a, b] = [new SenderHashes(kv, clock), new SenderHashes(kv, clock)];
  return { kv, hooks, clock, a, b, [Symbol.dispose]: () => kv.close() };
}

Deno.test("hashOf() is the same in all instances, and another one for another sender", async () => {
  using env = await openHashes();
  const hashes = await Promise.all([env.a, env.b, env.a, env.b].map((made) => made.hashOf(id)));
  assertStrictEquals(new Set(hashes).size, 1);
  assertMatch(hashes[0]!, /^[0-9a-f]{32}$/);
  assertNotStrictEquals(await env.a.hashOf(addressCaller("203.0.113.8").id), hashes[0]);
});

Deno.test("hashOf() cannot be computed without the key", async () => {
  using env = await openHashes();
  using other = await openHashes();
  const hash = await env.a.hashOf(id);
  assertNotStrictEquals(await other.a.hashOf(id), hash);
  assert(!sha256(id).startsWith(hash!));
});

Deno.test("hashOf() has a new key each day, which expires soon after the next day", async () => {
  using env = await openHashes();
  const sets: unknown[] = [];
  const { kv } = env;
  const atomic = () => {
    const operation = kv.atomic();
    const set = operation.set.bind(operation);
    operation.set = (key, value, options) => {
      sets.push([key[0], options?.expireIn]);
      return set(key, value, options);
    };
    return operation;
  };
  const hashes = new SenderHashes({ get: kv.get, atomic } as Kv, env.clock);
  const first = await hashes.hashOf(id);
  // It is noon, and an hour is left for slow clocks.
  assertEquals(sets, [["sender_key", 37 * HOUR]]);
  env.clock.advance(DAY_MS);
  assertNotStrictEquals(await hashes.hashOf(id), first);
});

Deno.test("hashOf() has a hash in common with the next day, and none with the day after it", async () => {
  using env = await openHashes();
  const days = [];
  for (let day = 0; day < 3; day++) {
    // One instance was started on the day, and the other one has changed its key.
    const fresh = new SenderHashes(env.kv, env.clock);
    const [hashes, same] = [await env.a.hashOf(id), await fresh.hashOf(id)];
    assertStrictEquals(same, hashes);
    days.push(hashes!.split(" "));
    env.clock.advance(DAY_MS);
  }
  const [first, second, third] = days as [string[], string[], string[]];
  assertEquals([first.length, second.length, third.length], [1, 2, 2]);
  assertStrictEquals(second[1], first[0]);
  assertStrictEquals(third[1], second[0]);
});

Deno.test("hashOf() reads the keys of two days once a day", async () => {
  using env = await openHashes();
  let reads = 0;
  env.hooks.get = () => void reads++;
  for (let n = 0; n < 10; n++) await env.a.hashOf(`address:${n % 3}`);
  assertStrictEquals(reads, 2);
});

Deno.test("hashOf() returns null while the database does not answer, and a hash afterwards", async () => {
  using env = await openHashes();
  const hash = await env.b.hashOf(id);
  env.hooks.get = () => Promise.reject(new Error("database lost"));
  assertStrictEquals(await env.a.hashOf(id), null);
  env.hooks.get = undefined;
  assertStrictEquals(await env.a.hashOf(id), hash);
});

Deno.test("hashOf() replaces a key that is damaged", async () => {
  using env = await openHashes();
  await env.kv.set(["sender_key", Math.floor(env.clock.now() / DAY_MS)], "nonsense");
  assertStrictEquals(await env.a.hashOf(id), await env.b.hashOf(id));
});
