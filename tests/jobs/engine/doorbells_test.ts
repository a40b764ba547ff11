import { assertEquals, assertStrictEquals } from "@std/assert";
import { noDoorbell, queueDoorbell } from "../../../jobs/engine/doorbells.ts";
import { JobStore } from "../../../lib/store/job_store.ts";
import { spaceWrites } from "../../../lib/store/space_writes.ts";
import { StorageSpace } from "../../../lib/store/storage_space.ts";
import {
  heldWork,
  openRuntime,
  openRuntimes,
  openStores,
  submit,
} from "../../../testing/runtimes.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { HOUR, limits, queuedJob, testKind } from "../../../testing/jobs.ts";
import { MIB, openTestDisk } from "../../../testing/test_disk.ts";
import type { Kv } from "../../../lib/platform/kv.ts";

const storage = new StorageSpace({ clock: new FakeClock(), concurrency: 1 });

type Bell = "queue" | "sweep";

/** An instance that listens, and a store through which another instance accepts jobs. */
async function startInstance(doorbell: Bell) {
  const directory = await Deno.makeTempDir();
  const kv = await Deno.openKv(`${directory}/kv.sqlite`);
  const clock = new FakeClock();
  const runs: string[] = [];
  const kind = testKind(({ text }) => {
    runs.push(text);
    return Promise.resolve({ text });
  });
  const engine = openRuntime(kv, clock, { kinds: [kind], doorbell });
  const { announce } = doorbell === "queue" ? queueDoorbell(kv, { clock, storage }) : noDoorbell();
  const { store } = openStores(kv, { clock, limits, ttlMs: 24 * HOUR, announce });
  return {
    kv,
    clock,
    engine,
    store,
    runs,
    /**
     * Waits until the job has ended. The clock advances, and triggers timed sweeps, only where no
     * doorbell rings.
     */
    async end(id: string, options = { timePasses: doorbell === "sweep" }) {
      for (;;) {
        const state = (await store.read(id))?.job.state;
        if (state === "succeeded" || state === "failed") return state;
        if (options.timePasses) clock.advance(3_000);
      }
    },
    async [Symbol.asyncDispose]() {
      await engine.instance.stop(0);
      kv.close();
      await engine.instance.ended();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Both doorbells must pass the same tests, on a database in a file. */
for (const doorbell of ["queue", "sweep"] as const) {
  Deno.test(`${doorbell}: an instance executes a job that another instance accepted`, async () => {
    await using instance = await startInstance(doorbell);
    instance.engine.instance.start();
    const job = queuedJob();
    await instance.store.accept(job);
    assertStrictEquals(await instance.end(job.id), "succeeded");
  });

  Deno.test(`${doorbell}: an instance executes a job that was accepted before its start`, async () => {
    await using instance = await startInstance(doorbell);
    const job = queuedJob();
    await instance.store.accept(job);
    instance.engine.instance.start();
    assertStrictEquals(await instance.end(job.id, { timePasses: false }), "succeeded");
  });

  Deno.test(`${doorbell}: each of many jobs is executed once`, async () => {
    await using instance = await startInstance(doorbell);
    instance.engine.instance.start();
    const jobs = Array.from({ length: 50 }, (_, n) => queuedJob({ request: { text: String(n) } }));
    await Promise.all(jobs.map((job) => instance.store.accept(job)));
    for (const { id } of jobs) assertStrictEquals(await instance.end(id), "succeeded");
    assertEquals(instance.runs.toSorted(), jobs.map((_, n) => String(n)).toSorted());
  });

  Deno.test(`${doorbell}: a lost doorbell delays the job, but does not lose it`, async () => {
    await using instance = await startInstance(doorbell);
    instance.engine.instance.start();
    const { kv, clock } = instance;
    const { store: silent } = openStores(kv, { clock, limits, ttlMs: 24 * HOUR });
    const job = queuedJob();
    await silent.accept(job);
    assertStrictEquals(await instance.end(job.id, { timePasses: true }), "succeeded");
  });
}

/** Collects the ids that a queue doorbell rings for. */
async function listenTo(kv: Kv, expected: number) {
  const rung: string[] = [];
  const all = Promise.withResolvers<void>();
  const listening = queueDoorbell(kv, { clock: new FakeClock(), storage }).listen((id) => {
    if (rung.push(id) === expected) all.resolve();
    return Promise.resolve();
  }, new AbortController().signal);
  await all.promise;
  kv.close();
  await listening;
  return rung;
}

Deno.test("the queue doorbell rings for each valid message and drops all others", async () => {
  const kv = await Deno.openKv(":memory:");
  const ids = [crypto.randomUUID(), crypto.randomUUID()];
  for (const message of ["nonsense", { jobId: 7 }, null, { jobId: ids[0] }]) {
    await kv.enqueue(message);
  }
  const commit = kv.atomic();
  queueDoorbell(kv, { clock: new FakeClock(), storage }).announce(commit, ids[1]!);
  await commit.commit();
  assertEquals((await listenTo(kv, 2)).toSorted(), ids.toSorted());
});

Deno.test("the queue doorbell does not ring when the accepting commit fails", async () => {
  const kv = await Deno.openKv(":memory:");
  await kv.set(["taken"], true);
  const clock = new FakeClock();
  const doorbell = queueDoorbell(kv, { clock, storage });
  const failing = kv.atomic().check({ key: ["taken"], versionstamp: null });
  doorbell.announce(failing, crypto.randomUUID());
  assertStrictEquals((await failing.commit()).ok, false);
  clock.advance(100);
  const id = crypto.randomUUID();
  const commit = kv.atomic();
  doorbell.announce(commit, id);
  await commit.commit();
  assertEquals(await listenTo(kv, 1), [id]);
});

Deno.test("the queue doorbell rings at most once in 100 milliseconds", async () => {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const doorbell = queueDoorbell(kv, { clock, storage });
  const ids = Array.from({ length: 4 }, () => crypto.randomUUID());
  for (const [n, ms] of [0, 99, 1, -3_600_000].entries()) {
    clock.advance(ms);
    const commit = kv.atomic();
    doorbell.announce(commit, ids[n]!);
    await commit.commit();
  }
  assertEquals((await listenTo(kv, 3)).toSorted(), [ids[0]!, ids[2]!, ids[3]!].toSorted());
});

Deno.test("without enough space the queue doorbell does not ring", async () => {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const { disk, storage } = openTestDisk(clock);
  const doorbell = queueDoorbell(kv, { clock, storage });
  const ids = [crypto.randomUUID(), crypto.randomUUID()];
  for (const [n, freeBytes] of [16 * MIB, 100 * MIB].entries()) {
    disk.freeBytes = freeBytes;
    await storage.measure();
    const commit = kv.atomic();
    doorbell.announce(commit, ids[n]!);
    await commit.commit();
  }
  assertEquals(await listenTo(kv, 1), [ids[1]!]);
});

Deno.test("without enough space an instance does not listen to the queue, but later", async () => {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const { disk, storage } = openTestDisk(clock);
  disk.freeBytes = MIB;
  await storage.check(spaceWrites(kv));
  await kv.enqueue({ jobId: crypto.randomUUID() });
  const listened: string[] = [];
  const listenQueue = kv.listenQueue.bind(kv);
  kv.listenQueue = (handler) => {
    listened.push("listens");
    return listenQueue(handler);
  };
  const rung = Promise.withResolvers<void>();
  const { signal } = new AbortController();
  const doorbell = queueDoorbell(kv, { clock, storage });
  const listening = doorbell.listen(() => Promise.resolve(rung.resolve()), signal);
  const stop = new AbortController();
  const stopped = doorbell.listen(() => Promise.resolve(), stop.signal);
  await nextTurn();
  assertEquals(listened, []);
  stop.abort();
  await stopped;
  disk.freeBytes = 100 * MIB;
  await storage.check(spaceWrites(kv));
  await rung.promise;
  assertEquals(listened, ["listens"]);
  kv.close();
  await listening;
});

Deno.test("of jobs that are accepted at once, the ones for which no slot is free have a doorbell", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind], concurrency: 2 });
  const startsHere: boolean[] = [];
  const { accept } = JobStore.prototype;
  using _accept = {
    [Symbol.dispose]: () => void (JobStore.prototype.accept = accept),
  };
  JobStore.prototype.accept = function (job, terms) {
    startsHere.push(terms?.holder !== undefined || terms?.startsHere === true);
    return accept.call(this, job, terms);
  };
  await Promise.all(Array.from({ length: 5 }, () => submit(env.a, work.kind, { text: "hello" })));
  assertEquals(startsHere.filter(Boolean).length, 2);
  work.finish();
  await env.a.instance.idle();
});
