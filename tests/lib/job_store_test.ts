import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { BlobTooLargeError, encodeBlob, MAX_BLOB_BYTES } from "../../lib/blob.ts";
import { failure } from "../../lib/failure.ts";
import { type JobStore, type Lease } from "../../lib/job_store.ts";
import { noProgress } from "../../lib/progress.ts";
import { openStores } from "../support/engines.ts";
import { FakeClock, NOON } from "../support/fake_clock.ts";
import { hookKv } from "../support/hooked_kv.ts";
import { HOUR, limits, MINUTE, queuedJob } from "../support/jobs.ts";

const A = "instance-a";
const B = "instance-b";
const fault = failure("upstream_error", "OpenAI API error: 500");
const plan = { result: { text: "plan" }, source: "openai", promptVersion: "test-1" } as const;
const step = { promptVersion: "test-1", name: "turn-1" };

async function openStore(path = ":memory:") {
  const kv = await Deno.openKv(path);
  const clock = new FakeClock();
  return { kv, clock, ...openStores(kv, { clock }), [Symbol.dispose]: () => kv.close() };
}

async function acceptAndClaim(store: JobStore, holder = A): Promise<Lease> {
  const job = queuedJob();
  await store.accept(job);
  const lease = await store.claim(job.id, { holder });
  assert.ok(lease);
  return lease;
}

async function keysOf(kv: Deno.Kv): Promise<string[]> {
  const found = [];
  for await (const { key } of kv.list({ prefix: [] })) found.push(key.slice(0, 2).join("/"));
  return found;
}

async function dueIn(store: JobStore): Promise<string[]> {
  return (await Array.fromAsync(store.due())).map(({ id }) => id);
}

Deno.test("accept() stores the record and its due entry together", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  assert.deepEqual((await env.store.read(job.id))?.job, job);
  assert.deepEqual(await dueIn(env.store), [job.id]);
  assert.deepEqual(await keysOf(env.kv), [`due/${NOON}`, `job/${job.id}`]);
});

Deno.test("accept() and complete() write all they write in one commit", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const [record, due] = await env.kv.getMany([["job", job.id], ["due", NOON, job.id]]);
  assert.equal(due.versionstamp, record.versionstamp);
  const lease = await env.store.claim(job.id, { holder: A });
  await env.store.complete(lease!, plan);
  const [done, result] = await env.kv.getMany([["job", job.id], ["result", job.id, 0]]);
  assert.equal(result.versionstamp, done.versionstamp);
});

Deno.test("accept() adds its bell to the same transaction", async () => {
  using kv = await Deno.openKv(":memory:");
  const announce = (commit: Deno.AtomicOperation, id: string) =>
    void commit.set(["bell", id], true);
  const clock = new FakeClock();
  const { store } = openStores(kv, { clock, limits, ttlMs: HOUR, announce });
  const job = queuedJob();
  await store.accept(job);
  const [bell, record] = await kv.getMany([["bell", job.id], ["job", job.id]]);
  assert.equal(bell.versionstamp, record.versionstamp);
});

Deno.test("accept() leaves nothing behind when it fails", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const before = await keysOf(env.kv);
  await assert.rejects(env.store.accept({ ...job, runAt: NOON + 5 }), /the id is taken/);
  assert.deepEqual(await keysOf(env.kv), before);
});

Deno.test("accept() succeeds when only the answer to its commit is lost", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const { store } = openStores(kv, { clock: new FakeClock(), limits, ttlMs: HOUR });
  hooks.commit = (_sets, run) => run().then(() => Promise.reject(new Error("answer lost")));
  const job = queuedJob();
  await store.accept(job);
  assert.deepEqual((await store.read(job.id))?.job, job);
  kv.close();
});

Deno.test("claim() leaves jobs of other kinds to others", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  assert.equal(await env.store.claim(job.id, { holder: A, kinds: new Set(["other"]) }), null);
  assert.ok(await env.store.claim(job.id, { holder: A, kinds: new Set(["other", "test"]) }));
});

Deno.test("claim() moves the job from the due index to its holder", async () => {
  using env = await openStore();
  const { job } = await acceptAndClaim(env.store);
  assert.equal(job.attempt, 1);
  assert.deepEqual(await dueIn(env.store), []);
  assert.deepEqual(await env.store.heldBy(A), [{ id: job.id, holder: A, attempt: 1 }]);
});

Deno.test("claim() renews the heartbeat of the holder in the same commit", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const [beat] = await env.instances.list();
  assert.equal(beat?.holder, A);
  assert.equal(beat?.versionstamp, lease.versionstamp);
});

Deno.test("claim() gives a job to one of many that ask at once", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const holders = Array.from({ length: 20 }, (_, n) => `instance-${n}`);
  const leases = await Promise.all(holders.map((holder) => env.store.claim(job.id, { holder })));
  assert.equal(leases.filter(Boolean).length, 1);
});

Deno.test("claim() returns null for a job that is running, not due, finished or unknown", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const { id } = lease.job;
  assert.equal(await env.store.claim(id, { holder: B }), null);
  await env.store.retry(lease, { failure: fault, runAt: NOON + 1_000 });
  assert.equal(await env.store.claim(id, { holder: B }), null);
  env.clock.advance(1_000);
  const second = await env.store.claim(id, { holder: B });
  assert.ok(second);
  await env.store.fail(second, fault);
  assert.equal(await env.store.claim(id, { holder: B }), null);
  assert.equal(await env.store.claim(crypto.randomUUID(), { holder: B }), null);
});

Deno.test("claim() fails a job whose deadline has passed while it waited", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.retry(lease, { failure: fault, runAt: NOON + limits.timeoutMs });
  env.clock.advance(limits.timeoutMs);
  assert.equal(await env.store.claim(lease.job.id, { holder: B }), null);
  const job = (await env.store.read(lease.job.id))?.job;
  assert.equal(job?.state === "failed" && job.failure.code, "deadline_exceeded");
  assert.equal(job?.attempt, 1);
  assert.deepEqual(await dueIn(env.store), []);
});

Deno.test("due() lists what is due, longest due first, and nothing else", async () => {
  using env = await openStore();
  const jobs = [3, 1, 2].map((second) => queuedJob({ now: NOON + second * 1_000 }));
  for (const job of jobs) await env.store.accept(job);
  env.clock.advance(2_000);
  assert.deepEqual(await dueIn(env.store), [jobs[1]!.id, jobs[2]!.id]);
  assert.equal(await env.store.countWaiting(100), 3);
  assert.equal(await env.store.countWaiting(2), 2);
});

Deno.test("complete() stores the plan and ends the job", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  env.clock.advance(5_000);
  assert.equal(await env.store.complete(lease, plan), "saved");
  const snapshot = await env.store.read(lease.job.id);
  assert.equal(snapshot?.job.state === "succeeded" && snapshot.job.finishedAt, NOON + 5_000);
  assert.deepEqual(snapshot?.result, plan.result);
  assert.deepEqual(await env.store.heldBy(A), []);
});

Deno.test("fail() ends the job with its reason", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  assert.equal(await env.store.fail(lease, fault), "saved");
  const job = (await env.store.read(lease.job.id))?.job;
  assert.deepEqual(job?.state === "failed" && job.failure, fault);
  assert.deepEqual(await env.store.heldBy(A), []);
});

Deno.test("release() puts the job back at once, its attempt not counted", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  assert.equal(await env.store.release(lease), "saved");
  const next = await env.store.claim(lease.job.id, { holder: B });
  assert.equal(next?.job.attempt, 1);
  assert.deepEqual(await env.store.heldBy(A), []);
});

Deno.test("a worker that lost its job can write nothing", async () => {
  using env = await openStore();
  const { store } = env;
  const lost = await acceptAndClaim(store);
  await store.release(lost);
  const owner = await store.claim(lost.job.id, { holder: B });
  assert.ok(owner);

  assert.equal(await store.report(lost, noProgress), "lost");
  assert.equal(await store.saveStep(lost, step, "output"), "lost");
  assert.equal(await store.retry(lost, { failure: fault, runAt: NOON }), "lost");
  assert.equal(await store.release(lost), "lost");
  assert.equal(await store.fail(lost, fault), "lost");
  assert.equal(await store.complete(lost, plan), "lost");
  assert.deepEqual((await store.read(lost.job.id))?.job, owner.job);
  assert.equal(await store.readStep(owner, step), null);
});

Deno.test("a finished job never changes again", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.complete(lease, plan);
  const before = await env.store.read(lease.job.id);
  assert.equal(await env.store.complete(lease, { ...plan, result: "other" }), "lost");
  assert.equal(await env.store.fail(lease, fault), "lost");
  assert.equal(await env.store.rescue(lease.job), null);
  assert.deepEqual(await env.store.read(lease.job.id), before);
});

Deno.test("readStep() returns to a later attempt what an earlier one has finished", async () => {
  using env = await openStore();
  const first = await acceptAndClaim(env.store);
  const output = { text: randomBytes(200_000).toString("hex") };
  assert.equal(await env.store.readStep(first, step), null);
  assert.equal(await env.store.saveStep(first, step, output), "saved");
  await env.store.release(first);
  const second = await env.store.claim(first.job.id, { holder: B });
  assert.ok(second);
  assert.deepEqual((await env.store.readStep(second, step))?.output, output);
  assert.equal(await env.store.readStep(second, { ...step, promptVersion: "test-2" }), null);
});

for (const [name, size] of [["300 KB", 300_000], ["1.3 MB", 1_300_000]] as const) {
  Deno.test(`a plan of ${name} that hardly compresses is read back as it was`, async () => {
    using env = await openStore();
    const lease = await acceptAndClaim(env.store);
    const result = { text: randomBytes(size / 2).toString("hex") };
    assert.equal(await env.store.complete(lease, { ...plan, result }), "saved");
    assert.deepEqual((await env.store.read(lease.job.id))?.result, result);
  });
}

Deno.test("the largest plan fits into a commit beside the largest request", async () => {
  using env = await openStore();
  const text = "😀".repeat(11_500);
  const job = queuedJob({ request: { text } });
  await env.store.accept(job);
  const lease = await env.store.claim(job.id, { holder: A });
  const result = { text: randomBytes(680_000).toString("hex") };
  const { bytes } = encodeBlob(result).ref;
  assert.ok(bytes > 0.97 * MAX_BLOB_BYTES && bytes <= MAX_BLOB_BYTES, `${bytes} bytes`);
  assert.equal(await env.store.complete(lease!, { ...plan, result }), "saved");
});

Deno.test("rescue() does nothing when the job is in another attempt by now", async () => {
  using env = await openStore();
  const first = await acceptAndClaim(env.store);
  await env.store.retry(first, { failure: fault, runAt: NOON });
  const second = await env.store.claim(first.job.id, { holder: A });
  assert.equal(await env.store.rescue(first.job), null);
  assert.equal(await env.store.complete(second!, plan), "saved");
});

Deno.test("complete() refuses a plan that does not fit and leaves the job running", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const result = { text: randomBytes(1_000_000).toString("hex") };
  await assert.rejects(env.store.complete(lease, { ...plan, result }), BlobTooLargeError);
  assert.equal((await env.store.read(lease.job.id))?.job.state, "running");
  assert.equal(await env.store.fail(lease, fault), "saved");
});

Deno.test("a job past its expiry does not exist, although KV still holds it", async () => {
  using env = await openStore();
  const { store, clock, kv } = env;
  const lease = await acceptAndClaim(store);
  const waiting = queuedJob();
  await store.accept(waiting);
  clock.advance(24 * HOUR - 1);
  assert.ok(await store.read(lease.job.id));
  clock.advance(1);
  assert.ok((await kv.get(["job", lease.job.id])).value);
  assert.equal(await store.read(lease.job.id), null);
  assert.equal(await store.claim(waiting.id, { holder: B }), null);
  assert.equal(await store.complete(lease, plan), "lost");
  assert.equal(await store.rescue(lease.job), null);
});

Deno.test("every key of a job expires with the job, counted from its creation", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/kv.sqlite`;
  const createdAt = Date.now();
  {
    using kv = await Deno.openKv(path);
    const clock = { now: () => createdAt + 60 * MINUTE, wait: () => Promise.resolve() };
    const { store } = openStores(kv, { clock, limits, ttlMs: 24 * HOUR });
    const [done, held, waiting] = [1, 2, 3].map(() => queuedJob({ now: createdAt }));
    for (const job of [done!, held!, waiting!]) await store.accept(job);
    const lease = await store.claim(done!.id, { holder: A });
    assert.ok(lease && await store.claim(held!.id, { holder: A }));
    await store.report(lease, noProgress);
    await store.saveStep(lease, step, "output");
    await store.complete(lease, plan);
  }
  const db = new DatabaseSync(path);
  const rows = db.prepare("select expiration_ms from kv").all();
  db.close();
  // Three records, one due entry, one held entry, a heartbeat, progress, a step in two, a result.
  assert.equal(rows.length, 10);
  const lifetimes = rows.map((row) => Number(row.expiration_ms) - Date.now());
  const heartbeats = lifetimes.filter((ms) => ms > 24 * HOUR);
  assert.equal(heartbeats.length, 1);
  for (const ms of lifetimes.filter((ms) => ms <= 24 * HOUR)) {
    assert.ok(Math.abs(ms - 23 * HOUR) < MINUTE, `expires in ${ms / HOUR} h`);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("rescue() takes a job from a dead instance and puts it back", async () => {
  using env = await openStore();
  const { job } = await acceptAndClaim(env.store);
  const [beat] = await env.instances.list();
  const rescued = await env.store.rescue(job, beat);
  assert.equal(rescued?.state, "queued");
  assert.deepEqual(await env.store.heldBy(A), []);
  assert.equal((await env.store.claim(job.id, { holder: B }))?.job.attempt, 2);
});

Deno.test("rescue() does nothing when the instance has given a sign of life meanwhile", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const [beat] = await env.instances.list();
  await env.instances.beat(A);
  assert.equal(await env.store.rescue(lease.job, beat), null);
  assert.equal(await env.store.complete(lease, plan), "saved");
});

Deno.test("rescue() of an entry whose job has expired only removes the entry", async () => {
  using env = await openStore();
  const { job } = await acceptAndClaim(env.store);
  await env.kv.delete(["job", job.id]);
  assert.equal(await env.store.rescue(job), null);
  assert.deepEqual(await env.store.heldBy(A), []);
});

Deno.test("forget() removes a silent instance and never one that came back", async () => {
  using env = await openStore();
  await env.instances.beat(A);
  const [first] = await env.instances.list();
  await env.instances.beat(A);
  await env.instances.forget(first!);
  assert.equal((await env.instances.list()).length, 1);
  const [second] = await env.instances.list();
  await env.instances.forget(second!);
  assert.deepEqual(await env.instances.list(), []);
});

Deno.test("read() refuses a record that it does not understand", async () => {
  using env = await openStore();
  const id = crypto.randomUUID();
  await env.kv.set(["job", id], { schema: 99, id });
  await assert.rejects(env.store.read(id));
});
