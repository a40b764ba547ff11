/**
 * The simulation of several shards, over real databases in files.
 */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { Shard, ShardDownError } from "../../bench/shards/shard.ts";
import { ShardedJobs } from "../../bench/shards/sharded_jobs.ts";
import { newShardedId, shardOfId, shardOfKey } from "../../bench/shards/shard_map.ts";
import { idsFrom, timeOfId } from "../../lib/job/job_id.ts";
import { FakeClock, nextTurn, NOON } from "../../testing/fake_clock.ts";
import { workDirectory } from "../../testing/program.ts";

/** How long a plan takes, by the fake clock. */
const DELAY_MS = 10_000;

/** Opens shards on files, and the jobs over them. */
async function openShards(count: number) {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(await workDirectory());
  const clock = new FakeClock();
  const own = (shard: Shard) => stack.adopt(shard, (shard) => shard.close());
  const open = async (number: number) => {
    const path = join(directory.path, `${number}.sqlite`);
    return own(await Shard.open(number, { path, clock, delayMs: DELAY_MS }));
  };
  const jobs = new ShardedJobs(await Promise.all(Array.from({ length: count }, (_, n) => open(n))));
  return { jobs, clock, open, own, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Sweeps and advances the clock until all jobs have ended. */
async function untilEnded(
  { jobs, clock }: Awaited<ReturnType<typeof openShards>>,
  ids: readonly string[],
): Promise<void> {
  for (let n = 0; n < 1_000; n++) {
    const states = await Promise.all(ids.map(async (id) => (await jobs.read(id))?.state));
    if (states.every((state) => state === "succeeded")) return;
    for (const shard of jobs.shards) await shard.sweep();
    clock.advance(1_000);
    await nextTurn();
  }
  throw new Error("The jobs do not end");
}

Deno.test("an id names its shard, begins with its time, and is a UUID of version 7", () => {
  for (const shard of [0, 1, 15, 16, 4_095]) {
    const id = newShardedId(shard, NOON);
    assertStrictEquals(shardOfId(id), shard);
    assertStrictEquals(timeOfId(id), NOON);
    assert(id.startsWith(idsFrom(NOON)));
    assert(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id), id);
  }
});

Deno.test("a new shard takes over its share of the keys, and no key moves between the others", () => {
  const keys = Array.from({ length: 4_000 }, (_, n) => `key ${n}`);
  const before = keys.map((key) => shardOfKey(key, [0, 1, 2, 3]));
  const after = keys.map((key) => shardOfKey(key, [0, 1, 2, 3, 4]));
  const moved = after.filter((shard, n) => shard !== before[n]);
  assertEquals(new Set(moved), new Set([4]));
  // A fifth of 4,000, within four standard deviations.
  assert(Math.abs(moved.length - 800) < 4 * Math.sqrt(4_000 * 0.2 * 0.8), `${moved.length}`);
  for (const shard of [0, 1, 2, 3]) {
    const share = before.filter((number) => number === shard).length;
    assert(Math.abs(share - 1_000) < 4 * Math.sqrt(4_000 * 0.25 * 0.75), `${share}`);
  }
});

Deno.test("a shard that dies takes no new job, and its jobs end after it is back", async () => {
  await using env = await openShards(3);
  const { jobs, own } = env;
  const ids = await Promise.all(Array.from({ length: 9 }, () => jobs.submit()));
  assertEquals(new Set(ids.map(shardOfId)), new Set([0, 1, 2]));
  for (const shard of jobs.shards) await shard.sweep();
  const dying = jobs.shards[1]!;
  assertStrictEquals(dying.running, 3);
  dying.die();

  const later = await Promise.all(Array.from({ length: 6 }, () => jobs.submit()));
  assertEquals(new Set(later.map(shardOfId)), new Set([0, 2]));
  const [lost, ...others] = [1, 0, 2].map((shard) => ids.filter((id) => shardOfId(id) === shard));
  await assertRejects(() => jobs.read(lost![0]!), ShardDownError);
  await untilEnded(env, [...others.flat(), ...later]);

  jobs.replace(own(await dying.reopen()));
  await untilEnded(env, ids);
  const records = await Promise.all(lost!.map((id) => jobs.read(id)));
  // The first attempt was that of the dead instance.
  assertEquals(records.map((job) => job!.attempt), [2, 2, 2]);
});

Deno.test("a key of a dead shard is refused, because another shard would create a second job", async () => {
  await using env = await openShards(3);
  const { jobs, own } = env;
  const id = await jobs.submit("key");
  assertStrictEquals(await jobs.submit("key"), id);
  const home = jobs.shards[shardOfId(id)]!;
  home.die();
  await assertRejects(() => jobs.submit("key"), ShardDownError);
  jobs.replace(own(await home.reopen()));
  assertStrictEquals(await jobs.submit("key"), id);
});

Deno.test("with a new shard, every key still finds its job, and every job its shard", async () => {
  await using env = await openShards(2);
  const { jobs, open } = env;
  const keys = Array.from({ length: 20 }, (_, n) => `key ${n}`);
  const submitAll = () => Promise.all(keys.map((key) => jobs.submit(key)));
  const ids = await submitAll();
  jobs.add(await open(2));
  assert(keys.some((key) => shardOfKey(key, [0, 1, 2]) === 2));
  assertEquals(await submitAll(), ids);
  for (const id of ids) assertStrictEquals((await jobs.read(id))?.id, id);
  const later = await Promise.all(Array.from({ length: 3 }, () => jobs.submit()));
  assertEquals(new Set(later.map(shardOfId)), new Set([0, 1, 2]));
});
