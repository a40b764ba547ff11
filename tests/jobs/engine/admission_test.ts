import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Admission } from "../../../jobs/engine/admission.ts";
import { WaitingCount } from "../../../lib/store/waiting_count.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { MINUTE, queuedJob } from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";

/** Counts its own scans; a scan takes `countMs`. */
class ScanCount extends WaitingCount {
  scanned = 0;
  readonly #clock: FakeClock;
  readonly #countMs: number;

  constructor(
    { store, instances }: ReturnType<typeof openStores>,
    { clock, countMs }: { clock: FakeClock; countMs: number },
  ) {
    super({ index: store.index, instances, holder: "a", clock, kinds: ["test"] });
    this.#clock = clock;
    this.#countMs = countMs;
  }

  override refresh(): Promise<void> {
    this.scanned++;
    this.#clock.advance(this.#countMs);
    return super.refresh();
  }
}

/** An `Admission` for `maxQueuedJobs` with `waiting` jobs in its store. */
async function setUp(maxQueuedJobs: number, { waiting = 0, countMs = 0 } = {}) {
  const clock = new FakeClock();
  const kv = await Deno.openKv(":memory:");
  const stores = openStores(kv, { clock });
  const { store } = stores;
  const scans = new ScanCount(stores, { clock, countMs });
  for (let n = 0; n < waiting; n++) await store.accept(queuedJob());
  const admission = new Admission({ waiting: scans, clock, maxQueuedJobs });
  const admit = (
    accept: () => Promise<{ outcome: string; waitsAt?: number }> = async () => ({
      ...await store.accept(queuedJob()),
      waitsAt: clock.now(),
    }),
  ) => admission.admit("test", accept);
  return {
    kv,
    clock,
    store,
    scans,
    admission,
    admit,
    /**
     * Calls `admit()` this many times at once. @returns how many calls were accepted
     */
    async admitted(calls: number): Promise<number> {
      const results = await Promise.all(Array.from({ length: calls }, () => admit()));
      return results.filter(({ outcome }) => outcome === "accepted").length;
    },
    async claimAll() {
      for await (const { id } of store.index.due("test")) {
        await claim(store, id, { holder: "instance-a" });
      }
    },
    [Symbol.dispose]: () => kv.close(),
  };
}

const full = { outcome: "queue full" as const, limit: 3 };

Deno.test("Admission accepts a job below the limit", async () => {
  using test = await setUp(3, { waiting: 2 });

  assertEquals((await test.admit()).outcome, "accepted");
});

for (const waiting of [3, 4]) {
  Deno.test(`Admission refuses a job when ${waiting} of 3 wait`, async () => {
    using test = await setUp(3, { waiting });

    assertEquals(await test.admit(), full);
  });
}

Deno.test("Admission counts a job that waits for its retry", async () => {
  using test = await setUp(1);
  await test.store.accept({ ...queuedJob(), runAt: test.clock.now() + MINUTE });

  assertEquals(await test.admit(), { ...full, limit: 1 });
});

Deno.test("Admission adds accepted jobs to its count between two scans", async () => {
  using test = await setUp(3, { waiting: 1 });

  await test.admit();
  assertStrictEquals(test.scans.scanned, 1);
  await test.admit();
  assertStrictEquals(test.scans.scanned, 1);

  assertEquals(await test.admit(), full);
});

Deno.test("Admission scans again before it refuses, because workers may have claimed jobs", async () => {
  using test = await setUp(1);
  for (let n = 0; n < 3; n++) {
    assertStrictEquals(await test.admitted(1), 1);
    await test.claimAll();
  }
});

Deno.test("Admission spends at most a tenth of its time on scans while the queue is full", async () => {
  using test = await setUp(1, { waiting: 1, countMs: 20 });
  assertStrictEquals(await test.admitted(1), 0);
  await test.claimAll();

  test.clock.advance(199);
  assertStrictEquals(await test.admitted(1), 0);
  assertStrictEquals(test.scans.scanned, 1);
  test.clock.advance(1);
  assertStrictEquals(await test.admitted(1), 1);
  assertStrictEquals(test.scans.scanned, 2);
});

Deno.test("Admission keeps counting a job that is being stored during a scan", async () => {
  using test = await setUp(1);
  const stored = Promise.withResolvers<{ outcome: string }>();
  const admitted = test.admit(() => stored.promise);
  test.clock.advance(500);

  assertEquals(await test.admit(), { ...full, limit: 1 });
  stored.resolve({ outcome: "accepted" });
  await admitted;
});

Deno.test("Admission frees the place of a job that could not be stored", async () => {
  using test = await setUp(1);
  await assertRejects(
    () => test.admit(() => Promise.reject(new Error("KV is away"))),
    Error,
    "KV is away",
  );

  assertStrictEquals(await test.admitted(1), 1);
});

Deno.test("Admission scans again after the clock was set back", async () => {
  using test = await setUp(2);
  assertStrictEquals(await test.admitted(1), 1);
  await test.claimAll();
  test.clock.advance(-MINUTE);

  assertStrictEquals(await test.admitted(2), 2);
});

Deno.test("Admission counts jobs that other instances accepted", async () => {
  using test = await setUp(3);
  assertStrictEquals(await test.admitted(1), 1);
  for (let n = 0; n < 3; n++) await test.store.accept(queuedJob());

  test.clock.advance(500);

  assertStrictEquals(await test.admitted(1), 0);
});

Deno.test("Admission accepts as many of 20 concurrent jobs as fit, with one scan", async () => {
  using test = await setUp(5, { waiting: 2 });

  assertStrictEquals(await test.admitted(20), 3);
  assertStrictEquals(test.scans.scanned, 1);
});

Deno.test("Admission scans again after a scan that failed", async () => {
  using test = await setUp(3);
  const { refresh } = test.scans;
  test.scans.refresh = () => Promise.reject(new Error("KV is away"));
  await assertRejects(() => test.admit(), Error, "KV is away");
  test.scans.refresh = refresh;

  assertStrictEquals(await test.admitted(1), 1);
});

Deno.test("Admission counts a long queue to its end before it accepts a job", async () => {
  using test = await setUp(3_000);
  const commit = test.kv.atomic();
  for (let n = 0; n < 500; n++) commit.set(["due", "test", n, "id"], n);
  await commit.commit();
  for (let n = 500; n < 3_000; n += 500) {
    const more = test.kv.atomic();
    for (let m = n; m < n + 500; m++) more.set(["due", "test", m, "id"], m);
    await more.commit();
  }
  assertStrictEquals(await test.admitted(5), 0);
});

Deno.test("Admission does not trust the old count of an instance that was idle", async () => {
  using test = await setUp(300);
  assertStrictEquals(await test.admitted(1), 1);
  const commit = test.kv.atomic();
  for (let n = 0; n < 299; n++) commit.set(["due", "test", n, "id"], n);
  await commit.commit();
  test.clock.advance(60_000);
  assertStrictEquals(await test.admitted(5), 0);
});

// A queue of 2,500 jobs takes more than one count. Before the start, another instance has counted it.
for (
  const { published, limit, outcome, counts } of [
    { published: 2_500, limit: 10_000, outcome: "accepted", counts: 1 },
    { published: 2_500, limit: 2_500, outcome: "queue full", counts: 2 },
    { published: 2_490, limit: 2_501, outcome: "accepted", counts: 2 },
    { published: 2_800, limit: 2_600, outcome: "accepted", counts: 2 },
    { published: null, limit: 10_000, outcome: "accepted", counts: 2 },
  ]
) {
  Deno.test(`after a start with ${published} published, one of ${limit} jobs is ${outcome} after ${counts} counts`, async () => {
    using test = await setUp(limit);
    for (let n = 0; n < 2_500; n += 500) {
      const commit = test.kv.atomic();
      for (let job = 0; job < 500; job++) {
        commit.set(["due", "test", test.clock.now() + n, crypto.randomUUID()], 0);
      }
      await commit.commit();
    }
    if (published !== null) await test.kv.set(["waiting"], { test: published });

    assertEquals((await test.admit()).outcome, outcome);
    assertStrictEquals(test.scans.scanned, counts);
  });
}

Deno.test("a job that starts at once does not count as waiting", async () => {
  using test = await setUp(2);
  const started = () => Promise.resolve({ outcome: "accepted" });
  for (let n = 0; n < 5; n++) assertEquals((await test.admit(started)).outcome, "accepted");
  assertStrictEquals(test.scans.total, 0);
});

Deno.test("roomIn() returns how many more jobs fit into a share of the queue", async () => {
  using env = await setUp(10, { waiting: 3 });
  assertEquals(
    await Promise.all([1, 0.5, 0.25].map((share) => env.admission.roomIn(share))),
    [7, 2, -1],
  );
});

Deno.test("noteWaiting() counts a job that no request has created", async () => {
  using env = await setUp(4, { waiting: 2 });
  assertStrictEquals(await env.admission.roomIn(1), 2);
  env.admission.noteWaiting("test", env.clock.now());
  // From memory: the database has no third job.
  assertStrictEquals(await env.admission.roomIn(1), 1);
});
