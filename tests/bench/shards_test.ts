/**
 * The simulation of several shards, over real databases in files.
 */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { Shard } from "../../bench/shards/shard.ts";
import { newShardedId, shardOfId, shardOfKey } from "../../bench/shards/shard_map.ts";
import { ShardProcess } from "../../bench/shards/shard_process.ts";
import { ShardDownError, ShardedJobs } from "../../bench/shards/sharded_jobs.ts";
import { idsFrom, timeOfId } from "../../lib/job/job_id.ts";
import { FakeClock, NOON } from "../../testing/fake_clock.ts";
import { workDirectory } from "../../testing/program.ts";

/** Longer than the test: a job with this delay ends only in another process. */
const ENDLESS_MS = 600_000;

Deno.test("an id names its shard, begins with its time, and is a UUID of version 7", () => {
  for (const shard of [0, 1, 15, 16, 4_095]) {
    const id = newShardedId(shard, NOON);
    assertStrictEquals(shardOfId(id), shard);
    assertStrictEquals(timeOfId(id), NOON);
    assert(id.startsWith(idsFrom(NOON)));
    assert(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id), id);
  }
  for (const shard of [-1, 1.5, 4_096]) assertThrows(() => newShardedId(shard, NOON), RangeError);
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

Deno.test("a killed shard takes no new job, and its jobs end in its next process", async () => {
  await using stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await workDirectory());
  const start = async (number: number, delayMs: number) => {
    const path = join(directory, `${number}.sqlite`);
    return stack.use(await ShardProcess.start(number, { path, delayMs }));
  };
  const [dying, other] = await Promise.all([start(0, ENDLESS_MS), start(1, 0)]);
  const jobs = new ShardedJobs([dying, other]);
  const ids = [await jobs.submit(), await jobs.submit()];
  const key = Array.from({ length: 64 }, (_, n) => `key ${n}`)
    .find((key) => shardOfKey(key, [0, 1]) === 0)!;
  const keyed = await jobs.submit(key);
  assertEquals([...ids, keyed].map(shardOfId), [0, 1, 0]);
  assertStrictEquals(await dying.sweep(), 2);
  await dying.kill();

  const later = [await jobs.submit(), await jobs.submit()];
  assertEquals(later.map(shardOfId), [1, 1]);
  await assertRejects(() => jobs.read(ids[0]!), ShardDownError);
  // Another shard would create a second job for the key.
  await assertRejects(() => jobs.submit(key), ShardDownError);

  jobs.replace(await start(0, 0));
  assertStrictEquals(await jobs.submit(key), keyed);
  const ended = await Promise.all([...ids, keyed, ...later].map((id) => jobs.readEnded(id)));
  assertEquals(ended.map((job) => job?.state), Array(5).fill("succeeded"));
  // The first attempt of two jobs was in the killed process.
  assertEquals(ended.map((job) => job?.attempt), [2, 1, 2, 1, 1]);
});

Deno.test("with a new shard, every key still finds its job, and every job its shard", async () => {
  await using stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await workDirectory());
  const clock = new FakeClock();
  const open = async (number: number) => {
    const path = join(directory, `${number}.sqlite`);
    return stack.adopt(await Shard.open(number, { path, clock }), (shard) => shard.close());
  };
  const jobs = new ShardedJobs([await open(0), await open(1)]);
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

Deno.test("an id of no shard, and a text that is no id, are of no job", async () => {
  await using directory = await workDirectory();
  const clock = new FakeClock();
  const shard = await Shard.open(0, { path: join(directory.path, "0.sqlite"), clock });
  const jobs = new ShardedJobs([shard]);
  const id = await jobs.submit();
  assertStrictEquals((await jobs.read(id))?.id, id);
  for (const forged of [`${id.slice(0, -3)}fff`, newShardedId(0, NOON), "x", ""]) {
    assertStrictEquals(await jobs.read(forged), null, forged);
  }
  await shard.close();
});
