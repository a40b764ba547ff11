import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { noProgress } from "../../../lib/job/progress.ts";
import { refinementOf } from "../../../lib/job/refinement.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { HOUR, limits, MINUTE, queuedJob } from "../../../testing/jobs.ts";
import {
  acceptAndClaim,
  claim,
  fault,
  finished,
  openStore,
  plan,
  step,
} from "../../../testing/stores.ts";

const A = "instance-a";
const B = "instance-b";

const notFound = { responseId: null, orphanId: null };

Deno.test("a worker that has lost its job can write nothing", async () => {
  using env = await openStore();
  const { store } = env;
  const lost = await acceptAndClaim(store);
  await store.release(lost, { runAt: NOON });
  const owner = await claim(store, lost.job.id, { holder: B });
  assert(owner);

  assertStrictEquals(await store.checkpoints.readStep(lost, step), "lost");
  assertStrictEquals(await store.checkpoints.report(lost, noProgress), "lost");
  assertStrictEquals(await store.checkpoints.saveStep(lost, step, finished), "lost");
  assertStrictEquals(await store.retry(lost, { failure: fault, runAt: NOON }), "lost");
  assertStrictEquals(await store.release(lost, { runAt: NOON + 1 }), "lost");
  assertStrictEquals(await store.fail(lost, { failure: fault }), "lost");
  assertStrictEquals(await store.complete(lost, plan), "lost");
  assertEquals((await store.read(lost.job.id))?.job, owner.job);
  assertEquals(await store.checkpoints.readStep(owner, step), notFound);
});

Deno.test("every key of a job expires with the job, counted from its creation", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/kv.sqlite`;
  const createdAt = Date.now();
  {
    using kv = await Deno.openKv(path);
    const clock = { now: () => createdAt + 60 * MINUTE, wait: () => Promise.resolve() };
    const { store } = openStores(kv, { clock, limits, ttlMs: 24 * HOUR });
    const [done, held, waiting, dead] = [1, 2, 3, 4].map(() => queuedJob({ now: createdAt }));
    for (const job of [done!, held!, waiting!, dead!]) await store.accept(job);
    const change = queuedJob({ now: createdAt, owner: "client:ours" });
    const base = await store.bases.put({ plan: {}, request: {} }, change);
    await store.accept({ ...change, refinement: refinementOf(done!, { change: {}, base }) });
    const lease = await claim(store, done!.id, { holder: A });
    assert(lease && await claim(store, held!.id, { holder: A }));
    await store.checkpoints.report(lease, noProgress);
    await store.checkpoints.saveStep(lease, step, finished);
    await store.complete(lease, plan);
    const failing = await claim(store, dead!.id, { holder: A });
    await store.fail(failing!, { failure: fault });
  }
  const db = new DatabaseSync(path);
  const rows = db.prepare("select expiration_ms from kv").all();
  db.close();
  // Four records, one due entry, one held entry, a heartbeat, progress, a step and its output, a
  // result, two entries of ended jobs. Of the change: the record, the due entry, the base plan, two
  // entries of its owner.
  assertStrictEquals(rows.length, 13 + 5);
  const lifetimes = rows.map((row) => Number(row.expiration_ms) - Date.now());
  const heartbeats = lifetimes.filter((ms) => ms > 24 * HOUR);
  assertStrictEquals(heartbeats.length, 1);
  for (const ms of lifetimes.filter((ms) => ms <= 24 * HOUR)) {
    assert(Math.abs(ms - 23 * HOUR) < MINUTE, `expires in ${ms / HOUR} h`);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("replayed steps expire with the new job", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/kv.sqlite`;
  {
    using kv = await Deno.openKv(path);
    const createdAt = Date.now();
    let now = createdAt;
    const { store } = openStores(kv, { clock: { now: () => now, wait: () => Promise.resolve() } });
    const job = queuedJob({ now: createdAt });
    await store.accept(job);
    const lease = (await claim(store, job.id, { holder: A }))!;
    await store.checkpoints.saveStep(lease, step, finished);
    await store.fail(lease, { failure: fault });
    now += HOUR;
    const newId = crypto.randomUUID();
    await store.derived.replay(job.id, { newId, steps: "reuse" });
    for await (const { key } of kv.list({ prefix: [] })) {
      if (!key.includes(newId)) await kv.delete(key);
    }
  }
  const db = new DatabaseSync(path);
  const rows = db.prepare("select expiration_ms from kv").all();
  db.close();
  assertStrictEquals(rows.length, 4);
  for (const row of rows) {
    assert(Math.abs(Number(row.expiration_ms) - Date.now() - 24 * HOUR) < 60_000);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("the keys of a response expire with its job, and a wake within ten minutes", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/kv.sqlite`;
  {
    using kv = await Deno.openKv(path);
    const createdAt = Date.now();
    const clock = { now: () => createdAt + HOUR, wait: () => Promise.resolve() };
    const { store } = openStores(kv, { clock });
    const job = queuedJob({ now: createdAt });
    await store.accept(job);
    const lease = (await claim(store, job.id, { holder: A }))!;
    await store.checkpoints.saveResponse(lease, step, "resp_1");
    await store.ringFor({ responseId: "resp_1", deliveryId: "wh_1" });
    for await (const { key } of kv.list({ prefix: [] })) {
      if (/^(job|running|instance|bell)$/.test(String(key[0]))) await kv.delete(key);
    }
  }
  const db = new DatabaseSync(path);
  const rows = db.prepare("select expiration_ms from kv").all();
  db.close();
  const minutes = rows.map((row) => Math.round((Number(row.expiration_ms) - Date.now()) / MINUTE));
  // The wake; the response, its owner, its entry for the deletion, and the delivery.
  assertEquals(minutes.toSorted((a, b) => a - b), [10, ...Array(4).fill(23 * 60)]);
  await Deno.remove(directory, { recursive: true });
});
