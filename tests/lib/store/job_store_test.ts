import {
  assert,
  assertEquals,
  assertExists,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { randomBytes } from "node:crypto";
import { BlobTooLargeError, encodeBlob, MAX_BLOB_BYTES } from "../../../lib/store/blob.ts";
import type { Lease, Written } from "../../../lib/store/job_commit.ts";
import { UnreadableJobError } from "../../../lib/store/job_entry.ts";
import type { JobStore } from "../../../lib/store/job_store.ts";
import type { EndedJob, QueuedJob } from "../../../lib/job/job_record.ts";
import { MAX_CHANGE_BYTES, MAX_LINEAGE, type Refinement } from "../../../lib/job/refinement.ts";
import { noProgress } from "../../../lib/job/progress.ts";
import { MAX_TRANSITIONS } from "../../../lib/job/timeline.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { delayCommit, hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, limits, queuedJob } from "../../../testing/jobs.ts";
import {
  acceptAndClaim,
  claim,
  countDue,
  dueIn,
  fault,
  finished,
  lastRing,
  openStore,
  plan,
  step,
} from "../../../testing/stores.ts";
import type { AtomicOperation, Kv } from "../../../lib/platform/kv.ts";

const A = "instance-a";
const B = "instance-b";

async function keysOf(kv: Kv): Promise<string[]> {
  const found = [];
  for await (const { key } of kv.list({ prefix: [] })) found.push(key.slice(0, 2).join("/"));
  return found;
}

Deno.test("accept() stores the record and its due entry together", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  assertEquals((await env.store.read(job.id))?.job, job);
  assertEquals(await dueIn(env.store), [job.id]);
  assertEquals(await keysOf(env.kv), ["due/test", `job/${job.id}`]);
});

Deno.test("accept() and complete() each write in one commit", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const [record, due] = await env.kv.getMany([["job", job.id], ["due", "test", NOON, job.id]]);
  assertStrictEquals(due.versionstamp, record.versionstamp);
  const lease = await claim(env.store, job.id, { holder: A });
  await env.store.complete(lease!, plan);
  const [done, result] = await env.kv.getMany([["job", job.id], ["result", job.id, 0]]);
  assertStrictEquals(result.versionstamp, done.versionstamp);
});

Deno.test("accept() adds its doorbell to the same transaction", async () => {
  using kv = await Deno.openKv(":memory:");
  const announce = (commit: AtomicOperation, id: string) => void commit.set(["bell", id], true);
  const clock = new FakeClock();
  const { store } = openStores(kv, { clock, limits, ttlMs: HOUR, announce });
  const job = queuedJob();
  await store.accept(job);
  const [bell, record] = await kv.getMany([["bell", job.id], ["job", job.id]]);
  assertStrictEquals(bell.versionstamp, record.versionstamp);
});

Deno.test("accept() leaves nothing when it fails", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const before = await keysOf(env.kv);
  await assertRejects(
    () => env.store.accept({ ...job, runAt: NOON + 5 }),
    Error,
    "the id is taken",
  );
  assertEquals(await keysOf(env.kv), before);
});

Deno.test("accept() succeeds when only the answer to its commit is lost", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const { store } = openStores(kv, { clock: new FakeClock(), limits, ttlMs: HOUR });
  hooks.commit = (_sets, run) => run().then(() => Promise.reject(new Error("answer lost")));
  const job = queuedJob();
  await store.accept(job);
  assertEquals((await store.read(job.id))?.job, job);
  kv.close();
});

Deno.test("accept() succeeds when its answer is lost and a worker has claimed the job already", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const { store } = openStores(kv, { clock: new FakeClock() });
  const job = queuedJob();
  hooks.commit = async (_sets, run) => {
    hooks.commit = undefined;
    await run();
    await claim(store, job.id, { holder: A });
    throw new Error("answer lost");
  };
  await store.accept(job);
  assertStrictEquals((await store.read(job.id))?.job.state, "running");
  kv.close();
});

Deno.test("claim() returns null for a job of a kind that the worker does not have", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  assertStrictEquals(
    await claim(env.store, job.id, { holder: A, kinds: new Set(["other"]) }),
    null,
  );
  assert(await claim(env.store, job.id, { holder: A, kinds: new Set(["other", "test"]) }));
});

Deno.test("claim() moves the job from the due index to its holder", async () => {
  using env = await openStore();
  const { job } = await acceptAndClaim(env.store);
  assertStrictEquals(job.attempt, 1);
  assertEquals(await dueIn(env.store), []);
  assertEquals(await env.store.index.heldBy(A), [{ id: job.id, holder: A, attempt: 1 }]);
});

Deno.test("claim() renews the heartbeat of the holder in the same commit", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const [beat] = await env.instances.list();
  assertStrictEquals(beat?.holder, A);
  assertStrictEquals(beat?.versionstamp, lease.versionstamp);
});

Deno.test("claim() gives a job to one of many concurrent callers", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const holders = Array.from({ length: 20 }, (_, n) => `instance-${n}`);
  const leases = await Promise.all(holders.map((holder) => claim(env.store, job.id, { holder })));
  assertStrictEquals(leases.filter(Boolean).length, 1);
});

Deno.test("claim() returns null for a job that is running, not due, finished or unknown", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const { id } = lease.job;
  assertStrictEquals(await claim(env.store, id, { holder: B }), null);
  await env.store.retry(lease, { failure: fault, runAt: NOON + 1_000 });
  assertStrictEquals(await claim(env.store, id, { holder: B }), null);
  env.clock.advance(1_000);
  const second = await claim(env.store, id, { holder: B });
  assert(second);
  await env.store.fail(second, { failure: fault });
  assertStrictEquals(await claim(env.store, id, { holder: B }), null);
  assertStrictEquals(await claim(env.store, crypto.randomUUID(), { holder: B }), null);
});

Deno.test("claim() fails a job whose deadline has passed while it waited", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.retry(lease, { failure: fault, runAt: NOON + limits.timeoutMs });
  env.clock.advance(limits.timeoutMs);
  assertStrictEquals(await claim(env.store, lease.job.id, { holder: B }), null);
  const job = (await env.store.read(lease.job.id))?.job;
  assertStrictEquals(job?.state === "failed" && job.failure.code, "deadline_exceeded");
  assertStrictEquals(job?.attempt, 1);
  assertEquals(await dueIn(env.store), []);
});

Deno.test("complete() stores the plan and ends the job", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  env.clock.advance(5_000);
  assertStrictEquals(await env.store.complete(lease, plan), "saved");
  const snapshot = await env.store.read(lease.job.id);
  assertStrictEquals(snapshot?.job.state === "succeeded" && snapshot.job.finishedAt, NOON + 5_000);
  assertEquals(snapshot?.result, plan.result);
  assertEquals(await env.store.index.heldBy(A), []);
});

Deno.test("fail() ends the job with its failure", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  assertStrictEquals(await env.store.fail(lease, { failure: fault }), "saved");
  const job = (await env.store.read(lease.job.id))?.job;
  assertEquals(job?.state === "failed" && job.failure, fault);
  assertEquals(await env.store.index.heldBy(A), []);
});

Deno.test("release() puts the job back at once and does not count its attempt", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  assertStrictEquals(await env.store.release(lease, { runAt: NOON }), "saved");
  const next = await claim(env.store, lease.job.id, { holder: B });
  assertStrictEquals(next?.job.attempt, 1);
  assertEquals(await env.store.index.heldBy(A), []);
});

Deno.test("a finished job never changes again", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.complete(lease, plan);
  const before = await env.store.read(lease.job.id);
  assertStrictEquals(await env.store.complete(lease, { ...plan, result: "other" }), "lost");
  assertStrictEquals(await env.store.fail(lease, { failure: fault }), "lost");
  assertStrictEquals(await env.store.rescue(lease.job), null);
  assertEquals(await env.store.read(lease.job.id), before);
});

for (
  const [name, leave] of Object.entries<(store: JobStore, lease: Lease) => Promise<Written>>({
    complete: (store, lease) => store.complete(lease, { ...plan, now: NOON }),
    fail: (store, lease) => store.fail(lease, { failure: fault, now: NOON }),
    retry: (store, lease) => store.retry(lease, { failure: fault, runAt: NOON, now: NOON }),
    release: (store, lease) => store.release(lease, { runAt: NOON, now: NOON }),
  })
) {
  Deno.test(`${name}() recognizes that an earlier try was committed`, async () => {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    const clock = new FakeClock();
    const { store } = openStores(kv, { clock });
    const lease = await acceptAndClaim(store);
    delayCommit(hooks, "job");
    await assertRejects(() => leave(store, lease), Error, "does not answer");
    clock.advance(5_000);
    assertStrictEquals(await leave(store, lease), "saved");
    kv.close();
  });

  Deno.test(`${name}() of a job that another worker holds fails as lost`, async () => {
    using env = await openStore();
    const lease = await acceptAndClaim(env.store);
    await env.store.rescue(lease.job);
    assertStrictEquals(await leave(env.store, lease), "lost");
  });
}

for (const [name, size] of [["300 KB", 300_000], ["1.3 MB", 1_300_000]] as const) {
  Deno.test(`a plan of ${name} that hardly compresses is read back unchanged`, async () => {
    using env = await openStore();
    const lease = await acceptAndClaim(env.store);
    const result = { text: randomBytes(size / 2).toString("hex") };
    assertStrictEquals(await env.store.complete(lease, { ...plan, result }), "saved");
    assertEquals((await env.store.read(lease.job.id))?.result, result);
  });
}

Deno.test("a plan of 3 MB of ordinary text is read back unchanged", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const days = Array.from({ length: 15_000 }, (_, n) => ({
    day: n,
    theme: `Tag ${n}: 美術館と庭園, ${(n * 7919) % 10_007} Schritte`,
    activities: [`Besuch ${n ** 2}`, "Mittagessen am Fluss — très bien", `Rückweg ${n % 97}`],
    place: randomBytes(8).toString("hex"),
  }));
  const bytes = new TextEncoder().encode(JSON.stringify(days)).length;
  assert(bytes > 2_500_000, `${bytes} bytes`);
  assertStrictEquals(await env.store.complete(lease, { ...plan, result: days }), "saved");
  const snapshot = await env.store.read(lease.job.id);
  assertExists(snapshot);
  assertEquals(snapshot.result, days);
  assert(snapshot.job.state === "succeeded" && snapshot.job.result.parts > 2);
});

/** The largest records: a new plan, and a change of a plan with the longest lineage. */
function largestJobs(): [what: string, job: QueuedJob][] {
  const lineage = Array.from({ length: MAX_LINEAGE }, () => crypto.randomUUID());
  const refinement: Refinement = {
    refines: lineage.at(-1)!,
    lineage,
    change: { instruction: "a".repeat(MAX_CHANGE_BYTES - 40_100) },
    base: { parts: 12, bytes: MAX_BLOB_BYTES },
  };
  return [
    ["a plan", queuedJob({ request: { text: "😀".repeat(11_500) } })],
    ["a change", queuedJob({ request: { text: "😀".repeat(10_000) }, refinement })],
  ];
}

for (const [what, job] of largestJobs()) {
  Deno.test(`the largest plan fits into one commit with the largest record of ${what}`, async () => {
    using env = await openStore();
    await env.store.accept(job);
    let lease = await claim(env.store, job.id, { holder: A });
    // The longest possible timeline, with the longest entries.
    for (let attempt = 1; attempt < MAX_TRANSITIONS; attempt++) {
      await env.store.retry(lease!, { failure: fault, runAt: NOON });
      lease = await claim(env.store, job.id, { holder: A });
    }
    assertStrictEquals(lease!.job.timeline.length, MAX_TRANSITIONS);
    const result = { text: randomBytes(680_000).toString("hex") };
    const { bytes } = encodeBlob(result).ref;
    assert(bytes > 0.97 * MAX_BLOB_BYTES && bytes <= MAX_BLOB_BYTES, `${bytes} bytes`);
    assertStrictEquals(await env.store.complete(lease!, { ...plan, result }), "saved");
  });
}

Deno.test("rescue() does nothing when the job is in another attempt", async () => {
  using env = await openStore();
  const first = await acceptAndClaim(env.store);
  await env.store.retry(first, { failure: fault, runAt: NOON });
  const second = await claim(env.store, first.job.id, { holder: A });
  assertStrictEquals(await env.store.rescue(first.job), null);
  assertStrictEquals(await env.store.complete(second!, plan), "saved");
});

Deno.test("complete() rejects a plan that does not fit and leaves the job running", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const result = { text: randomBytes(1_000_000).toString("hex") };
  await assertRejects(() => env.store.complete(lease, { ...plan, result }), BlobTooLargeError);
  assertStrictEquals((await env.store.read(lease.job.id))?.job.state, "running");
  assertStrictEquals(await env.store.fail(lease, { failure: fault }), "saved");
});

Deno.test("a job past its expiry does not exist, although KV still holds it", async () => {
  using env = await openStore();
  const { store, clock, kv } = env;
  const lease = await acceptAndClaim(store);
  const waiting = queuedJob();
  await store.accept(waiting);
  clock.advance(24 * HOUR - 1);
  assert(await store.read(lease.job.id));
  clock.advance(1);
  assert((await kv.get(["job", lease.job.id])).value);
  assertStrictEquals(await store.read(lease.job.id), null);
  assertStrictEquals(await claim(store, waiting.id, { holder: B }), null);
  assertStrictEquals(await store.complete(lease, plan), "lost");
  assertStrictEquals(await store.rescue(lease.job), null);
});

Deno.test("rescue() takes a job from a dead instance and puts it back", async () => {
  using env = await openStore();
  const { job } = await acceptAndClaim(env.store);
  const [beat] = await env.instances.list();
  const rescued = await env.store.rescue(job, beat);
  assertStrictEquals(rescued?.state, "queued");
  assertEquals(await env.store.index.heldBy(A), []);
  assertStrictEquals((await claim(env.store, job.id, { holder: B }))?.job.attempt, 2);
});

Deno.test("rescue() does nothing when the instance has renewed its heartbeat", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const [beat] = await env.instances.list();
  await env.instances.beat(A);
  assertStrictEquals(await env.store.rescue(lease.job, beat), null);
  assertStrictEquals(await env.store.complete(lease, plan), "saved");
});

Deno.test("rescue() of an entry whose job has expired only removes the entry", async () => {
  using env = await openStore();
  const { job } = await acceptAndClaim(env.store);
  await env.kv.delete(["job", job.id]);
  assertStrictEquals(await env.store.rescue(job), null);
  assertEquals(await env.store.index.heldBy(A), []);
});

Deno.test("every read of an unreadable record throws an UnreadableJobError", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const { id } = lease.job;
  await env.kv.set(["job", id], { schema: 99, id });
  const requests = {
    read: () => env.store.read(id),
    claim: () => claim(env.store, id, { holder: B }),
    cancel: () => env.store.cancel(id),
    rescue: () => env.store.rescue(lease.job),
    replay: () => env.store.derived.replay(id, fresh()),
    redeliver: () => env.store.derived.redeliver(id),
  };
  for (const request of Object.values(requests)) {
    await assertRejects(request, UnreadableJobError);
  }
});

Deno.test("cancel() ends a waiting job", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  env.clock.advance(5_000);
  assertStrictEquals(await env.store.cancel(job.id), "canceled");
  const canceled = (await env.store.read(job.id))?.job;
  assertStrictEquals(canceled?.state === "canceled" && canceled.finishedAt, NOON + 5_000);
  assertEquals(await dueIn(env.store), []);
  assertStrictEquals(await claim(env.store, job.id, { holder: B }), null);
});

Deno.test("cancel() takes a running job from its worker, which can write nothing more", async () => {
  using env = await openStore();
  const { store } = env;
  const lease = await acceptAndClaim(store);
  assertStrictEquals(await store.cancel(lease.job.id), "canceled");
  const canceled = await store.read(lease.job.id);
  assertEquals(await store.index.heldBy(A), []);

  assertStrictEquals(await store.checkpoints.report(lease, noProgress), "lost");
  assertStrictEquals(await store.checkpoints.saveStep(lease, step, finished), "lost");
  assertStrictEquals(await store.retry(lease, { failure: fault, runAt: NOON }), "lost");
  assertStrictEquals(await store.release(lease, { runAt: NOON }), "lost");
  assertStrictEquals(await store.fail(lease, { failure: fault }), "lost");
  assertStrictEquals(await store.complete(lease, plan), "lost");
  assertStrictEquals(await store.rescue(lease.job), null);
  assertEquals(await store.read(lease.job.id), canceled);
});

Deno.test("cancelUnlessStarted() cancels only a job that no worker has ever claimed", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  assertStrictEquals(await env.store.cancelUnlessStarted(job.id), "canceled");
  assertStrictEquals(await env.store.cancelUnlessStarted(job.id), "too late");
  const lease = await acceptAndClaim(env.store);
  assertStrictEquals(await env.store.cancelUnlessStarted(lease.job.id), "started");
  await env.store.release(lease, { runAt: NOON });
  assertStrictEquals(await env.store.cancelUnlessStarted(lease.job.id), "started");
  assertStrictEquals((await env.store.read(lease.job.id))?.job.state, "queued");
});

Deno.test("cancel() changes nothing for a job that has ended, has expired, or never existed", async () => {
  using env = await openStore();
  const [done, failed, canceled] = [1, 2, 3].map(() => acceptAndClaim(env.store));
  await env.store.complete(await done!, plan);
  await env.store.fail(await failed!, { failure: fault });
  await env.store.cancel((await canceled!).job.id);
  for (const lease of await Promise.all([done!, failed!, canceled!])) {
    const before = await env.store.read(lease.job.id);
    assertStrictEquals(await env.store.cancel(lease.job.id), "too late");
    assertEquals(await env.store.read(lease.job.id), before);
  }
  const expired = queuedJob();
  await env.store.accept(expired);
  env.clock.advance(24 * HOUR);
  assertStrictEquals(await env.store.cancel(expired.id), "too late");
  assertStrictEquals(await env.store.cancel(crypto.randomUUID()), "too late");
});

Deno.test("cancel() wins over a concurrent claim and a concurrent retry", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const { store } = openStores(kv, { clock: new FakeClock() });
  const job = queuedJob();
  await store.accept(job);
  const moves = [
    () => claim(store, job.id, { holder: A }),
    () => store.rescue({ id: job.id, holder: A, attempt: 1 }),
  ];
  hooks.commit = async (sets, run) => {
    const canceling = sets.some(([sort]) => sort === "bell");
    if (canceling) await moves.shift()?.();
    return await run();
  };
  assertStrictEquals(await store.cancel(job.id), "canceled");
  assertStrictEquals(moves.length, 0);
  assertStrictEquals((await store.read(job.id))?.job.state, "canceled");
  kv.close();
});

Deno.test("the bell rings when a job is put back or canceled, and only then", async () => {
  using env = await openStore();
  const rings = new Set<string | null>();
  const listen = async () => rings.add(await lastRing(env.kv));
  const lease = await acceptAndClaim(env.store);
  await listen();
  await env.store.checkpoints.saveStep(lease, step, finished);
  await env.store.retry(lease, { failure: fault, runAt: NOON });
  await listen();
  assertEquals([...rings], [null]);
  const again = await claim(env.store, lease.job.id, { holder: B });
  await env.store.release(again!, { runAt: NOON });
  await listen();
  assertStrictEquals(rings.size, 2);
  await env.store.cancel(lease.job.id);
  await listen();
  assertStrictEquals(rings.size, 3);
});

Deno.test("replay() creates a new job from a failed job, with its finished steps", async () => {
  using env = await openStore();
  const { store, clock } = env;
  const lease = await acceptAndClaim(store);
  const output = { text: randomBytes(200_000).toString("hex") };
  await store.checkpoints.saveStep(lease, step, { ...finished, output });
  await store.fail(lease, { failure: fault });
  const before = await store.read(lease.job.id);
  clock.advance(HOUR);

  const newId = crypto.randomUUID();
  const replay = await store.derived.replay(lease.job.id, { newId, steps: "reuse" });
  const job = { ...queuedJob({ id: newId, now: NOON + HOUR }), replayOf: lease.job.id };
  assertEquals(replay, { job, isNew: true });
  assertEquals((await store.read(newId))?.job, job);
  const again = await claim(store, newId, { holder: B });
  // The new job has not paid for them.
  const event = { ...finished.event, attempt: 0 };
  assertEquals(await store.checkpoints.readStep(again!, step), { event, output });
  // The failed job is unchanged.
  assertEquals(await store.read(lease.job.id), before);
});

Deno.test("replay() without the steps creates a new job that does all work again", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.checkpoints.saveStep(lease, step, finished);
  await env.store.fail(lease, { failure: fault });
  const { newId } = fresh();
  assert(await env.store.derived.replay(lease.job.id, { newId, steps: "discard" }));
  assertEquals(await env.store.checkpoints.steps(newId), []);
});

Deno.test("replay() leaves out an unreadable step", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.checkpoints.saveStep(lease, step, finished);
  await env.store.checkpoints.saveStep(lease, { ...step, name: "turn-2" }, finished);
  await env.kv.set(["step", lease.job.id, step.promptVersion, step.name], "no reference");
  await env.store.fail(lease, { failure: fault });
  const newId = crypto.randomUUID();
  assert(await env.store.derived.replay(lease.job.id, { newId, steps: "reuse" }));
  assertEquals(await env.store.checkpoints.steps(newId), [{ ...finished.event, attempt: 0 }]);
});

/** The options of a replay with a new id. */
function fresh() {
  return { newId: crypto.randomUUID(), steps: "reuse" } as const;
}

Deno.test("replay() of one job creates one job, however often it is called", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.fail(lease, { failure: fault });
  const { id } = lease.job;
  const replays = await Promise.all(
    Array.from({ length: 10 }, () => env.store.derived.replay(id, fresh())),
  );
  assertStrictEquals(replays.filter((replay) => replay?.isNew).length, 1);
  assertStrictEquals(new Set(replays.map((replay) => replay?.job.id)).size, 1);
  const again = await env.store.derived.replay(id, fresh());
  assertEquals([again?.isNew, again?.job], [false, replays[0]?.job]);
  assertStrictEquals((await dueIn(env.store)).length, 1);
});

Deno.test("replay() of a replayed job creates another one when the first is gone", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.fail(lease, { failure: fault });
  const first = await env.store.derived.replay(lease.job.id, fresh());
  await env.kv.delete(["job", first!.job.id]);
  const second = await env.store.derived.replay(lease.job.id, fresh());
  assertStrictEquals(second?.isNew, true);
  assertStrictEquals((await env.store.derived.of(lease.job.id)).replayedAs, second.job.id);
});

/** The final states, and how a job gets there. */
const finalStates = [
  ["succeeded", (store: JobStore, lease: Lease) => store.complete(lease, plan)],
  ["failed", (store: JobStore, lease: Lease) => store.fail(lease, { failure: fault })],
  ["canceled", (store: JobStore, lease: Lease) => store.cancel(lease.job.id)],
] as const;

for (const [state, end] of finalStates) {
  Deno.test(`replay() repeats a job that has ${state}, and does not change it`, async () => {
    using env = await openStore();
    const lease = await acceptAndClaim(env.store);
    await end(env.store, lease);
    const before = await env.store.read(lease.job.id);
    assertStrictEquals(before?.job.state, state);
    const replay = await env.store.derived.replay(lease.job.id, fresh());
    assertEquals([replay?.isNew, replay?.job.replayOf], [true, lease.job.id]);
    assertEquals(await env.store.read(lease.job.id), before);
  });
}

Deno.test("replay() refuses a job that has not ended, or no longer exists", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  assertStrictEquals(await env.store.derived.replay(lease.job.id, fresh()), null);
  await env.store.fail(lease, { failure: fault });
  env.clock.advance(24 * HOUR);
  assertStrictEquals(await env.store.derived.replay(lease.job.id, fresh()), null);
  assertStrictEquals(await env.store.derived.replay(crypto.randomUUID(), fresh()), null);
});

/** A store whose ended jobs have a callback job each. */
async function openCallbackStore() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const successorOf = (job: EndedJob) =>
    job.callbackUrl === null ? null : queuedJob({ kind: "callback" });
  const stores = openStores(kv, { clock, successorOf });
  return { kv, ...stores, [Symbol.dispose]: () => kv.close() };
}

Deno.test("redeliver() creates a callback job, and never a second one beside it", async () => {
  using env = await openCallbackStore();
  const { store } = env;
  const job = queuedJob({ callbackUrl: "https://example.com/" });
  await store.accept(job);
  assertStrictEquals(await store.derived.redeliver(job.id), null);
  await store.complete((await claim(store, job.id, { holder: A }))!, plan);
  const { callbacks: [first] } = await store.derived.of(job.id);
  const waiting = await store.derived.redeliver(job.id);
  assertEquals([waiting?.isNew, waiting?.job.id], [false, first]);
  const lease = await claim(store, first!, { holder: A });
  assertStrictEquals((await store.derived.redeliver(job.id))?.job.state, "running");
  await store.fail(lease!, { failure: fault });

  const again = await Promise.all(Array.from({ length: 5 }, () => store.derived.redeliver(job.id)));
  assertStrictEquals(again.filter((delivery) => delivery?.isNew).length, 1);
  const second = again[0]!.job.id;
  assertEquals(new Set(again.map((delivery) => delivery?.job.id)), new Set([second]));
  assertEquals((await store.derived.of(job.id)).callbacks, [first, second]);
});

Deno.test("redeliver() returns null for a job without a callback, and for an unknown job", async () => {
  using env = await openCallbackStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.complete(lease, plan);
  assertStrictEquals(await env.store.derived.redeliver(lease.job.id), null);
  assertStrictEquals(await env.store.derived.redeliver(crypto.randomUUID()), null);
});

Deno.test("readDue() finds a job only when it is due, and does not change it", async () => {
  using env = await openStore();
  const job = queuedJob({ now: NOON + 1_000 });
  await env.store.accept(job);
  assertStrictEquals(await env.store.readDue(job.id), null);
  env.clock.advance(1_000);
  const due = await env.store.readDue(job.id);
  assertExists(due);
  assertEquals(due.job, job);
  assert(!due.isOverdue);
  assertEquals((await env.store.read(job.id))?.job, job);
  assertEquals(await dueIn(env.store), [job.id]);
  assert(await env.store.claim(due, A));
  assertStrictEquals(await env.store.claim(due, B), null);
  assertStrictEquals(await env.store.readDue(job.id), null);
});

Deno.test("unreadable progress does not affect other reads", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.kv.set(["progress", lease.job.id], "from another version");
  assertEquals((await env.store.read(lease.job.id))?.progress, noProgress);
});

Deno.test("rescue() loses to a worker that completes the job in between", async () => {
  using env = await openStore();
  const { kv, hooks } = hookKv(env.kv);
  const { store } = openStores(kv, { clock: env.clock });
  const job = queuedJob();
  await store.accept(job);
  const lease = (await claim(store, job.id, { holder: A }))!;
  const [beat] = await env.instances.list();
  hooks.commit = async (_sets, run) => {
    hooks.commit = undefined;
    assertStrictEquals(await store.complete(lease, plan), "saved");
    return await run();
  };
  assertStrictEquals(await store.rescue(lease.job, beat), null);
  assertStrictEquals((await store.read(job.id))?.job.state, "succeeded");
});

Deno.test("replay() adds a doorbell to its commit, as accept() does", async () => {
  using kv = await Deno.openKv(":memory:");
  const announced: string[] = [];
  const announce = (_commit: AtomicOperation, id: string) => void announced.push(id);
  const { store } = openStores(kv, { clock: new FakeClock(), announce });
  const job = queuedJob();
  await store.accept(job);
  await store.fail((await claim(store, job.id, { holder: A }))!, { failure: fault });
  const newId = crypto.randomUUID();
  await store.derived.replay(job.id, { newId, steps: "reuse" });
  assertEquals(announced, [job.id, newId]);
});

Deno.test("ringFor() rings the bell for a waiting job, and does not for one that has ended", async () => {
  using env = await openStore();
  const { store, instances } = env;
  const lease = await acceptAndClaim(store);
  await store.checkpoints.saveResponse(lease, step, "resp_1");
  await store.retry(lease, { failure: fault, runAt: NOON });
  const before = await lastRing(env.kv);
  assertStrictEquals(await store.ringFor({ responseId: "resp_1", deliveryId: "wh_1" }), "rung");
  const rung = await lastRing(env.kv);
  assertNotStrictEquals(rung, before);
  assertEquals(await instances.takeWakes(A), []);

  await store.fail((await claim(store, lease.job.id, { holder: A }))!, { failure: fault });
  assertStrictEquals(await store.ringFor({ responseId: "resp_1", deliveryId: "wh_2" }), "rung");
  assertStrictEquals(await lastRing(env.kv), rung);
  assertEquals(await instances.takeWakes(A), []);
});

Deno.test("ringFor() wakes for each delivery, and only the instance that holds the job", async () => {
  using env = await openStore();
  const { store, instances } = env;
  const [lease, other] = [await acceptAndClaim(store), await acceptAndClaim(store, B)];
  await store.checkpoints.saveResponse(lease, step, "resp_1");
  await store.checkpoints.saveResponse(other, step, "resp_2");
  assertStrictEquals(await store.ringFor({ responseId: "resp_1", deliveryId: "wh_1" }), "rung");
  assertStrictEquals(await store.ringFor({ responseId: "resp_2", deliveryId: "wh_2" }), "rung");
  assertEquals(await instances.takeWakes(A), [lease.job.id]);
  assertEquals(await instances.takeWakes(B), [other.job.id]);
});

Deno.test("a job that ends without a worker has its usage", async () => {
  using env = await openStore();
  const { store, clock } = env;
  const usage = {
    inputTokens: 10,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 5,
    reasoningTokens: 0,
  };
  const turn = { model: "gpt-test", responseId: "resp_1", usage, costUsd: 1 };
  const [waits, held] = [await acceptAndClaim(store), await acceptAndClaim(store)];
  for (const lease of [waits, held]) {
    await store.checkpoints.saveStep(lease, step, {
      ...finished,
      event: { ...finished.event, turn },
    });
  }
  await store.retry(waits, { failure: fault, runAt: NOON });
  clock.advance(limits.timeoutMs);
  assertStrictEquals(await claim(store, waits.job.id, { holder: B }), null);
  await store.rescue((await store.index.heldBy(A))[0]!);
  for (const { job: { id } } of [waits, held]) {
    const { job } = (await store.read(id))!;
    assertEquals(job.state === "failed" && job.usage, { ...usage, savedTokens: 0, costUsd: 1 });
  }
});

Deno.test("a job that is put back for later does not ring the bell", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const before = await lastRing(env.kv);
  await env.store.release(lease, { runAt: NOON + 1 });
  assertStrictEquals(await lastRing(env.kv), before);
});

const ends: [
  how: string,
  end: (store: JobStore, id: string, clock: FakeClock) => Promise<unknown>,
][] = [
  ["complete()", async (store, id) => {
    await store.complete((await claim(store, id, { holder: A }))!, plan);
  }],
  ["fail()", async (store, id) => {
    await store.fail((await claim(store, id, { holder: A }))!, { failure: fault });
  }],
  ["cancel() of a waiting job", (store, id) => store.cancel(id)],
  ["cancel() of a running job", async (store, id) => {
    await claim(store, id, { holder: A });
    await store.cancel(id);
  }],
  ["claim() of a job after its deadline", async (store, id, clock) => {
    clock.advance(24 * HOUR - 1);
    await claim(store, id, { holder: A });
  }],
  ["rescue() of a job after its deadline", async (store, id, clock) => {
    await claim(store, id, { holder: A });
    clock.advance(limits.timeoutMs);
    await store.rescue({ id, holder: A, attempt: 1 });
  }],
];

for (const [how, end] of ends) {
  Deno.test(`${how} creates the successor of the job in the same commit`, async () => {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    const clock = new FakeClock();
    const successor = queuedJob({ kind: "callback" });
    const announced: string[] = [];
    const { store } = openStores(kv, {
      clock,
      announce: (_, id) => announced.push(id),
      successorOf: (job) => job.id === successor.id ? null : successor,
    });
    const job = queuedJob();
    await store.accept(job);
    let commits = 0;
    hooks.commit = async (sets, run) => {
      if (sets.some(([sort, id]) => sort === "job" && id === successor.id)) {
        commits++;
        assert(sets.some(([sort, id]) => sort === "job" && id === job.id));
      }
      return await run();
    };
    await end(store, job.id, clock);
    assertStrictEquals(commits, 1);
    assertEquals(announced, [job.id, successor.id]);
    assert("finishedAt" in (await store.read(job.id))!.job);
    assertStrictEquals(await countDue(kv, "callback"), 1);
    assertStrictEquals(await countDue(kv, "test"), 0);
    kv.close();
  });
}
