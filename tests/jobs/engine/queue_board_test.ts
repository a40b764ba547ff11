import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Chance } from "../../../bench/chance.ts";
import { FairOrder } from "../../../jobs/engine/fair_order.ts";
import { QueueBoard, READ_MS, SHOW_MS } from "../../../jobs/engine/queue_board.ts";
import type { Clock } from "../../../lib/clock.ts";
import { failure } from "../../../lib/job/failure.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import type { QueuedJob } from "../../../lib/job/job_record.ts";
import { QueueStore } from "../../../lib/store/queue_store.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { queuedJob } from "../../../testing/jobs.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { claim } from "../../../testing/stores.ts";

/** Does what the loops of an instance do twice a second. */
async function refresh(board: QueueBoard): Promise<void> {
  await board.read();
  await board.count();
}

/** Instances over one database: each has a board, an order and a clock that may be wrong. */
async function openBoards(
  instances: number,
  { clockErrorMs = [], others = 0 }: { clockErrorMs?: number[]; others?: number } = {},
) {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const { store } = openStores(kv, { clock });
  const held = { isPaused: false, openUntil: 0, startsJobs: true };
  const open = (n: number) => {
    const order = new FairOrder();
    const own: Clock = {
      now: () => clock.now() + (clockErrorMs[n] ?? 0),
      wait: (ms, signal) => clock.wait(ms, signal),
    };
    const board = new QueueBoard({
      holder: `instance-${n}`,
      kinds: ["test"],
      store: new QueueStore(kv),
      index: store.index,
      order,
      breaker: { openUntil: () => held.openUntil },
      controls: { isPaused: () => held.isPaused },
      storage: held,
      waiting: { before: () => 0, others },
      clock: own,
    });
    return { order, board };
  };
  const all = Array.from({ length: instances }, (_, n) => open(n));
  const env = {
    kv,
    clock,
    store,
    held,
    all,
    /** Accepts a job of a caller on an instance, where it must wait. */
    async post(caller: string, n = 0): Promise<QueuedJob> {
      clock.advance(1);
      const now = clock.now();
      const { order, board } = all[n]!;
      const first = await store.index.first("test");
      if (first) order.noteFirst("test", first.place);
      const place = order.placeFor("test", { caller, now });
      const position = board.positionAt("test", { place, first });
      const job = { ...queuedJob({ id: newJobId(now), now }), place, position };
      await store.accept(job);
      board.noteAccepted("test", { place, createdAt: now });
      return job;
    },
    /** Claims the first job. */
    async start() {
      const first = await store.index.first("test");
      const lease = first && await claim(store, first.id, { holder: "worker" });
      if (lease) { for (const { order } of all) order.noteStart("test", first!.place); }
      return lease;
    },
    /** Lets time pass. All instances refresh twice a second. */
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 500) {
        clock.advance(500);
        for (const { board } of all) await refresh(board);
      }
    },
    positions: (jobs: QueuedJob[], n = 0) =>
      jobs.map((job) => all[n]!.board.waitOf(job)?.position ?? null),
    [Symbol.dispose]: () => kv.close(),
  };
  await env.pass(500);
  return env;
}

type Env = Awaited<ReturnType<typeof openBoards>>;

Deno.test("a job has its position in the answer to its POST, and on every instance soon after", async () => {
  using env = await openBoards(2);
  const jobs = [await env.post("A"), await env.post("B"), await env.post("C")];
  assertEquals(env.positions(jobs), [1, 2, 3]);
  await env.pass(4_000);
  assertEquals(env.positions(jobs, 1), [1, 2, 3]);
  await env.start();
  await env.pass(4_000);
  assertEquals(env.positions(jobs.slice(1), 1), [1, 2]);
});

Deno.test("the first job of a new caller has the position at which it starts", async () => {
  using env = await openBoards(2);
  for (let n = 0; n < 50; n++) await env.post("A");
  await env.pass(4_000);
  const job = await env.post("B", 1);
  assertEquals(env.positions([job], 1), [1]);
  assertStrictEquals((await env.start())?.job.id, job.id);
});

Deno.test("until jobs are counted, a position includes as many jobs of each other instance", async () => {
  using env = await openBoards(1, { others: 2 });
  const jobs = [await env.post("A"), await env.post("B")];
  assertEquals(env.positions(jobs), [1, 4]);
  await env.pass(4_000);
  assertEquals(env.positions(jobs), [1, 2]);
});

Deno.test("a job whose place later jobs take keeps its position until it is true again", async () => {
  using env = await openBoards(2);
  const jobs = [await env.post("A"), await env.post("A"), await env.post("A")];
  await env.pass(4_000);
  for (let n = 0; n < 5; n++) await env.post(`B${n}`, 1);
  await env.pass(4_000);
  assertEquals(env.positions(jobs), [1, 2, 3]);
  assertEquals(env.positions(jobs, 1), [1, 2, 3]);
});

Deno.test("positions above 100 are rounded up to two digits", async () => {
  using env = await openBoards(1);
  const jobs: QueuedJob[] = [];
  for (let n = 0; n < 131; n++) jobs.push(await env.post("A"));
  await env.pass(4_000);
  assertEquals(env.positions([jobs[98]!, jobs[99]!, jobs[100]!, jobs[130]!]), [99, 100, 110, 140]);
});

Deno.test("beyond the counted jobs, a job keeps the position of its acceptance", async () => {
  using env = await openBoards(2);
  const jobs: QueuedJob[] = [];
  for (let n = 0; n < 1_100; n++) jobs.push(await env.post("A"));
  await env.pass(4_000);
  const last = jobs.slice(-1);
  assertEquals(env.positions(last), [1_100]);
  // It was counted last, and is pushed out of the counted part.
  const counted = [jobs[999]!];
  assertEquals(env.positions(counted, 1), [1_000]);
  for (let n = 0; n < 40; n++) await env.post(`B${n}`);
  await env.pass(4_000);
  assertEquals(env.positions(counted, 1), [1_000]);
});

Deno.test("an instance that has not read for two seconds shows no positions", async () => {
  using env = await openBoards(1);
  const job = await env.post("A");
  await env.pass(4_000);
  env.clock.advance(SHOW_MS - 1);
  assertEquals(env.positions([job]), [1]);
  env.clock.advance(1);
  assertEquals(env.positions([job]), [null]);
});

Deno.test("when the instance that counts dies, another one continues", async () => {
  using env = await openBoards(2);
  const jobs = [await env.post("A"), await env.post("B"), await env.post("C")];
  await env.pass(4_000);
  env.all.shift();
  await env.start();
  await env.pass(8_000);
  assertEquals(env.positions(jobs.slice(1)), [1, 2]);
});

Deno.test("if the instance that counts dies as clocks are set back, another one continues soon", async () => {
  using env = await openBoards(2);
  await env.pass(50_000);
  const jobs = [await env.post("A"), await env.post("B")];
  await env.pass(4_000);
  env.all.shift();
  env.clock.advance(-40_000);
  await env.store.cancel(jobs[0]!.id);
  await env.pass(8_000);
  assertEquals(env.positions(jobs.slice(1)), [1]);
});

for (const stepMs of [-40_000, 40_000]) {
  Deno.test(`positions go on when all clocks are set by ${stepMs} ms`, async () => {
    using env = await openBoards(2);
    await env.pass(50_000);
    const jobs = [await env.post("A"), await env.post("B"), await env.post("C")];
    await env.pass(4_000);
    await env.start();
    await env.pass(500);
    env.clock.advance(stepMs);
    await env.pass(4_000);
    assertEquals(env.positions(jobs.slice(1)), [1, 2]);
    assertEquals(env.positions(jobs.slice(1), 1), [1, 2]);
    // Another instance takes over.
    env.all.shift();
    await env.store.cancel(jobs[1]!.id);
    await env.pass(8_000);
    assertEquals(env.positions(jobs.slice(2)), [1]);
  });
}

Deno.test("a publication that this version cannot read is left alone, and positions are not known", async () => {
  using env = await openBoards(1);
  const job = await env.post("A");
  await env.kv.set(["queue", "test"], { number: "newer" });
  await env.pass(4_000);
  assertEquals(env.positions([job]), [null]);
  assertEquals((await env.kv.get(["queue", "test"])).value, { number: "newer" });
});

Deno.test("the expected start follows the pace of the starts, and is not known before one", async () => {
  using env = await openBoards(2);
  const jobs: QueuedJob[] = [];
  for (let n = 0; n < 40; n++) jobs.push(await env.post(`caller ${n}`));
  await env.pass(3_000);
  const expected = (n: number) => env.all[1]!.board.waitOf(jobs[n]!)?.expectedStartAt ?? null;
  assertStrictEquals(expected(39), null);
  // One job starts every two seconds.
  for (let n = 0; n < 30; n++) {
    await env.pass(2_000);
    await env.start();
  }
  await env.pass(2_000);
  const inMs = expected(39)! - env.clock.now();
  assert(inMs > 15_000 && inMs < 25_000, `it starts in ${inMs} ms, and not in about 20 s`);
  for (const reason of [{ isPaused: true }, { openUntil: env.clock.now() + 1 }]) {
    Object.assign(env.held, reason);
    assertStrictEquals(expected(39), null);
    Object.assign(env.held, { isPaused: false, openUntil: 0 });
  }
});

Deno.test("a pause does not change the pace", async () => {
  using env = await openBoards(1);
  const jobs: QueuedJob[] = [];
  for (let n = 0; n < 20; n++) jobs.push(await env.post(`caller ${n}`));
  for (let n = 0; n < 10; n++) {
    await env.pass(2_000);
    await env.start();
  }
  await env.pass(2_000);
  const left = () => env.all[0]!.board.waitOf(jobs[19]!)!.expectedStartAt! - env.clock.now();
  const before = left();
  env.held.isPaused = true;
  await env.pass(600_000);
  env.held.isPaused = false;
  await env.pass(4_000);
  assert(Math.abs(left() - before) <= 5_000, `${before} ms before the pause, ${left()} after it`);
});

Deno.test("without waiting jobs nothing is counted or written", async () => {
  using env = await openBoards(2);
  await env.pass(10_000);
  assertStrictEquals((await env.kv.get(["queue", "test"])).versionstamp, null);
  await env.post("A");
  await env.start();
  for (const { order } of env.all) order.noteEmpty("test");
  await env.pass(10_000);
  const { versionstamp } = await env.kv.get(["queue", "test"]);
  await env.pass(60_000);
  assertStrictEquals((await env.kv.get(["queue", "test"])).versionstamp, versionstamp);
});

Deno.test("an instance without jobs knows every position, whenever it reads the queues", async () => {
  for (let offset = 0; offset < 600; offset += 50) {
    using env = await openBoards(2);
    const next = [env.clock.now(), env.clock.now() + offset];
    const jobs: QueuedJob[] = [];
    for (let passed = 0; passed < 6_000; passed += 50) {
      if (passed % 1_000 === 0) jobs.push(await env.post("A"));
      env.clock.advance(50);
      for (const [n, { board }] of env.all.entries()) {
        if (env.clock.now() < next[n]!) continue;
        await refresh(board);
        next[n] = env.clock.now() + READ_MS;
      }
      const places = jobs.map((_, n) => n + 1);
      assertEquals(env.positions(jobs, 1), places, `offset ${offset}, after ${passed} ms`);
    }
  }
});

/** Polls a job on an instance, and checks that its position has not grown. */
function poll(env: Env, { job, n }: { job: QueuedJob; n: number }, seen: Map<string, number>) {
  const position = env.all[n]!.board.waitOf(job)?.position ?? null;
  if (position === null) return false;
  const last = seen.get(job.id) ?? Infinity;
  assert(position <= last, `instance ${n}: ${last} became ${position} at ${env.clock.now()}`);
  seen.set(job.id, position);
  return true;
}

/** Does something that changes the queue. */
async function act(env: Env, chance: Chance, jobs: Map<string, QueuedJob>): Promise<void> {
  const instance = chance.below(env.all.length);
  const choice = chance.below(10);
  if (choice < 5) {
    // Some callers have many jobs, most have one.
    const caller = chance.below(2) === 0 ? "many" : `caller ${chance.below(1_000)}`;
    const job = await env.post(caller, instance);
    jobs.set(job.id, job);
  } else if (choice < 8) {
    const lease = await env.start();
    if (lease) jobs.delete(lease.job.id);
    // A retry begins a new wait.
    const runAt = env.clock.now() + 1_000 * chance.below(20);
    const fault = failure("upstream_error", "OpenAI API error: 500");
    if (lease && choice === 7) await env.store.retry(lease, { failure: fault, runAt });
  } else if (choice === 8) {
    const [id] = [...jobs.keys()].slice(chance.below(jobs.size));
    if (id && await env.store.cancel(id) === "canceled") jobs.delete(id);
  }
}

const runs: [seed: number, clockErrorMs: number[]][] = [
  [1, []],
  [2, []],
  [3, []],
  // The clocks of the machines differ by a few milliseconds, and polls are farther apart.
  [4, [0, 40, -40, 20]],
];

for (const [seed, clockErrorMs] of runs) {
  Deno.test(`no position grows, whichever of four instances a client polls (seed ${seed})`, async () => {
    using env = await openBoards(4, { clockErrorMs, others: 3 });
    const chance = new Chance(seed);
    const jobs = new Map<string, QueuedJob>();
    const seen = new Map<string, number>();
    const frozenUntil = [0, 0, 0, 0];
    let polls = 0;
    for (let step = 0; step < 1_200; step++) {
      for (let n = chance.below(4); n > 0; n--) await act(env, chance, jobs);
      env.clock.advance(100);
      for (const [n, { board }] of env.all.entries()) {
        // An instance may hang for seconds, and its reads are up to 100 ms late.
        if (chance.below(200) === 0) frozenUntil[n] = step + chance.below(80);
        if (step < frozenUntil[n]!) continue;
        if ((step + n) % 5 === chance.below(2)) await refresh(board);
      }
      // Each client polls once in a step, which is longer than the clocks differ.
      for (const job of jobs.values()) {
        if (poll(env, { job, n: chance.below(4) }, seen)) polls++;
      }
    }
    assert(polls > 10_000, `only ${polls} polls have shown a position`);
    await env.pass(8_000);
    const first = await env.store.index.first("test");
    assert(first, "no job waits at the end");
    assertEquals(env.positions([jobs.get(first.id)!], 3), [1]);
  });
}
