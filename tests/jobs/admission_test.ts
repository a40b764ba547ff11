import assert from "node:assert/strict";
import { Admission, QueueFullError } from "../../jobs/admission.ts";
import { JobStore } from "../../lib/job_store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { HOUR, limits, MINUTE, queuedJob } from "../support/jobs.ts";

class CountingStore extends JobStore {
  counts = 0;
  override countWaiting(limit: number): Promise<number> {
    this.counts++;
    return super.countWaiting(limit);
  }
}

/** An admission for `maxQueuedJobs` with `waiting` jobs in its store. */
async function setUp(maxQueuedJobs: number, { waiting = 0 } = {}) {
  const clock = new FakeClock();
  const kv = await Deno.openKv(":memory:");
  const store = new CountingStore(kv, { clock, limits, ttlMs: 24 * HOUR });
  for (let n = 0; n < waiting; n++) await store.accept(queuedJob());
  const admission = new Admission({ store, clock, maxQueuedJobs });
  return {
    clock,
    store,
    /** Calls `admit()` so many times at once. @returns how many were let in */
    async admitted(calls: number): Promise<number> {
      const results = await Promise.allSettled(
        Array.from({ length: calls }, () => admission.admit()),
      );
      return results.filter(({ status }) => status === "fulfilled").length;
    },
    admit: () => admission.admit(),
    [Symbol.dispose]: () => kv.close(),
  };
}

const full = { name: "QueueFullError", message: "Cannot accept job: 3 jobs are waiting" };

Deno.test("Admission lets a job in below the limit", async () => {
  using test = await setUp(3, { waiting: 2 });

  assert.equal(await test.admit(), undefined);
});

for (const waiting of [3, 4]) {
  Deno.test(`Admission refuses a job when ${waiting} of 3 wait`, async () => {
    using test = await setUp(3, { waiting });

    await assert.rejects(test.admit(), full);
    await assert.rejects(test.admit(), QueueFullError);
  });
}

Deno.test("Admission counts a job that waits for its retry", async () => {
  using test = await setUp(1);
  await test.store.accept({ ...queuedJob(), runAt: test.clock.now() + MINUTE });

  await assert.rejects(test.admit(), QueueFullError);
});

Deno.test("Admission adds what it lets in between two counts", async () => {
  using test = await setUp(3, { waiting: 1 });

  await test.admit();
  await test.admit();

  await assert.rejects(test.admit(), full);
  assert.equal(test.store.counts, 1);
});

Deno.test("Admission believes a count for 500 ms and then counts again", async () => {
  using test = await setUp(1, { waiting: 1 });
  assert.equal(await test.admitted(1), 0);
  for await (const id of test.store.due()) await test.store.claim(id, "instance-a");

  test.clock.advance(499);
  assert.equal(await test.admitted(1), 0);
  test.clock.advance(1);
  assert.equal(await test.admitted(1), 1);
  assert.equal(test.store.counts, 2);
});

Deno.test("Admission sees what other instances have accepted", async () => {
  using test = await setUp(3);
  assert.equal(await test.admitted(1), 1);
  for (let n = 0; n < 3; n++) await test.store.accept(queuedJob());

  test.clock.advance(500);

  assert.equal(await test.admitted(1), 0);
});

Deno.test("Admission lets in as many of a flood as there is room for, with one count", async () => {
  using test = await setUp(5, { waiting: 2 });

  assert.equal(await test.admitted(20), 3);
  assert.equal(test.store.counts, 1);
});

Deno.test("Admission counts again after a count that failed", async () => {
  using test = await setUp(3);
  const { countWaiting } = test.store;
  test.store.countWaiting = () => Promise.reject(new Error("KV is away"));
  await assert.rejects(test.admit(), { message: "KV is away" });
  test.store.countWaiting = countWaiting;

  assert.equal(await test.admitted(1), 1);
});
