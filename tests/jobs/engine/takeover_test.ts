import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import type { QueuedJob } from "../../../lib/job/job_record.ts";
import { patientKv } from "../../../lib/store/database.ts";
import { type InstanceLocks, noInstanceLocks } from "../../../lib/store/instance_locks.ts";
import {
  heldWork,
  jobOf,
  openRuntime,
  openRuntimes,
  openRuntimesOn,
  submit,
  sweepFor,
  untilIdle,
} from "../../../testing/runtimes.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv, settled } from "../../../testing/hooked_kv.ts";
import {
  anyParts,
  anyRequest,
  HOUR,
  limits,
  MINUTE,
  modelOf,
  queuedJob,
  silentTurn,
  testKind,
} from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";
import { withWaitLimit } from "../../../testing/wait_limit.ts";
import type { KvKeyPart } from "../../../lib/platform/kv.ts";

Deno.test("another instance takes over the jobs of an instance whose heartbeat stands still", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  await sweepFor(env, 9_000);
  assertStrictEquals(env.b.instance.running, 0);
  await sweepFor(env, 3_000);
  assertStrictEquals(env.b.instance.running, 1);
  const taken = await jobOf(env.store, id);
  assertStrictEquals(taken.attempt, 2);

  // The first instance wakes up, finishes its work, and changes nothing.
  work.finish();
  await env.a.instance.idle();
  await env.b.instance.idle();
  const done = await jobOf(env.store, id);
  assertStrictEquals(done.state, "succeeded");
  assertStrictEquals(done.attempt, 2);
});

Deno.test("a dead instance without jobs is removed from the list", async () => {
  using env = await openRuntimes();
  await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await env.instances.list()).length, 1);
  await sweepFor(env, 12_000);
  assertEquals(await env.instances.list(), []);
});

Deno.test("instances on a machine that slept do not take each other's jobs", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  await env.b.instance.sweep();
  env.clock.advance(10 * MINUTE);
  await env.b.instance.sweep();
  assertStrictEquals(env.b.instance.running, 0);
  await env.a.instance.beat();
  await sweepFor(env, 9_000);
  assertStrictEquals(env.b.instance.running, 0);
  work.finish();
  await env.a.instance.idle();
});

Deno.test("an unreadable record of one dead instance does not keep other jobs from rescue", async () => {
  using env = await openRuntimes();
  const [broken, good] = [queuedJob(), queuedJob()];
  for (const job of [broken, good]) {
    await env.store.accept(job);
    await claim(env.store, job.id, { holder: job === broken ? "dead-1" : "dead-2" });
  }
  await env.kv.set(["job", broken.id], { schema: 99 });
  await sweepFor(env, 12_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, good.id)).state, "succeeded");
});

Deno.test("patrol() executes waiting jobs, and stays until silent instances are judged", async () => {
  using env = await openRuntimes({ concurrency: 1 });
  const [waiting, abandoned] = [queuedJob(), queuedJob()];
  await env.store.accept(waiting);
  await env.store.accept(abandoned);
  await claim(env.store, abandoned.id, { holder: "dead" });
  let over = false;
  const patrol = env.b.instance.patrol().then(() => over = true);
  while (!over) {
    env.clock.advance(1_000);
    await env.settled();
  }
  await patrol;
  for (const { id } of [waiting, abandoned]) {
    assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  }
});

Deno.test("patrol() executes what its jobs leave, and does not watch its own heartbeat", async () => {
  const left = queuedJob();
  const leaving = testKind(async ({ text }) => {
    if (text === "leave") await env.store.accept(left);
    return { text };
  });
  using env = await openRuntimes({ kinds: [leaving] });
  await env.store.accept(queuedJob({ request: { text: "leave" } }));
  // The clock stands still: a wait would never end.
  await env.b.instance.patrol();
  assertStrictEquals((await jobOf(env.store, left.id)).state, "succeeded");
  assertEquals(await env.instances.list(), []);
});

Deno.test("patrol() executes what a job has left that ended before the sweep did", async () => {
  const [leaving, slow, left] = ["leave", "slow", "left"].map((text) =>
    queuedJob({ request: { text } })
  ) as [QueuedJob, QueuedJob, QueuedJob];
  const kind = testKind(async ({ text }) => {
    if (text === "leave") await env.store.accept(left);
    return { text };
  });
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [kind] });
  await env.store.accept(leaving);
  await env.store.accept(slow);
  hooks.get = async ([, id]) => {
    if (id !== slow.id) return;
    hooks.get = undefined;
    // The other job ends meanwhile, and this one cannot be claimed any more.
    while (env.b.instance.running > 1) await nextTurn();
    await env.store.cancel(slow.id);
  };
  await env.b.instance.patrol();
  assertStrictEquals(hooks.get, undefined);
  assertStrictEquals((await jobOf(env.store, left.id)).state, "succeeded");
});

Deno.test("patrol() does not wait for the retry of a job that fails at once", async () => {
  const failing = testKind(() => Promise.reject(new Error("it fails")));
  using env = await openRuntimes({ kinds: [failing] });
  const { id } = queuedJob();
  await env.store.accept(queuedJob({ id }));
  // The clock stands still: a wait, and a second attempt, would never end.
  await env.b.instance.patrol();
  const job = await jobOf(env.store, id);
  assertEquals([job.state, job.attempt], ["queued", 1]);
});

Deno.test("patrol() ends when its instance stops, with a job or while it watches", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  await env.store.accept(queuedJob());
  const patrols = [env.a.instance.patrol()];
  await work.begun;
  // The first instance has the job, so this one has only a heartbeat to watch.
  patrols.push(env.b.instance.patrol());
  await env.settled();
  await env.b.instance.stop(0);
  await env.a.instance.stop(0);
  await withWaitLimit(Promise.all(patrols), () => "the patrols end");
  work.finish();
});

Deno.test("an instance with a heartbeat keeps its jobs", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  for (let second = 0; second < 60; second += 2) {
    env.clock.advance(2_000);
    await env.a.instance.beat();
    await env.b.instance.sweep();
  }
  assertStrictEquals(env.b.instance.running, 0);
  work.finish();
  await env.a.instance.idle();
  assertStrictEquals(work.runs(), 1);
});

Deno.test("an instance that wakes up from sleep does not take its own jobs", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  await env.a.instance.sweep();
  env.clock.advance(10 * MINUTE);
  await env.a.instance.sweep();
  work.finish();
  await env.a.instance.idle();
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state, "succeeded");
  assertStrictEquals(job.attempt, 1);
});

Deno.test("an instance without jobs writes no heartbeat", async () => {
  using env = await openRuntimes();
  await env.a.instance.beat();
  assertEquals(await env.instances.list(), []);
});

Deno.test("an instance learns from its next heartbeat that it has lost a job", async () => {
  const signals: AbortSignal[] = [];
  const begun = Promise.withResolvers<void>();
  const kind = testKind((_request, context) => {
    signals.push(context.signal);
    begun.resolve();
    return new Promise(() => {});
  });
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await begun.promise;
  const [beat] = await env.instances.list();
  const [held] = await env.store.index.heldBy(beat!.holder);
  await env.store.rescue(held!, beat);
  assertStrictEquals(signals[0]?.aborted, false);
  await env.a.instance.beat();
  assertStrictEquals(signals[0]?.aborted, true);
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
});

Deno.test("a heartbeat puts back jobs that the instance holds but does not execute", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  await submit(env.a, work.kind, { text: "running" });
  await work.begun;
  const [beat] = await env.instances.list();
  // As if the answer to a claim had been lost on its way back from the database.
  const { job: forgotten } = await submit(env.b, work.kind, { text: "forgotten" });
  await env.b.instance.stop(0);
  assert(await claim(env.store, forgotten.id, { holder: beat!.holder }));
  await env.a.instance.beat();
  const job = await jobOf(env.store, forgotten.id);
  assertStrictEquals(job.state, "queued");
  work.finish();
  await env.a.instance.idle();
});

Deno.test("a worker stops when a write shows that it has lost its job", async () => {
  let turns = 0;
  const lost = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const kind = testKind(async ({ text }, context) => {
    for (const turn of ["one", "two", "three"]) {
      turns++;
      begun.resolve();
      await lost.promise;
      await context.step(turn, z.string(), () => Promise.resolve(turn));
    }
    return { text };
  });
  using env = await openRuntimes({ kinds: [kind] });
  await submit(env.a, kind, { text: "hello" });
  await begun.promise;
  const [beat] = await env.instances.list();
  const [held] = await env.store.index.heldBy(beat!.holder);
  await env.store.rescue(held!);
  lost.resolve();
  await env.a.instance.idle();
  assertStrictEquals(turns, 1);
});

Deno.test("an instance whose lock is free is dead at once, and a frozen instance is not", async () => {
  const dead = new Set<string>();
  const cleared: string[] = [];
  const locks: InstanceLocks = {
    ...noInstanceLocks,
    dead: () => Promise.resolve(new Set(dead)),
    clear: (holder) => Promise.resolve(void cleared.push(holder)),
  };
  using env = await openRuntimes({ locks });
  const job = queuedJob();
  await env.store.accept(job);
  await claim(env.store, job.id, { holder: "other" });
  await env.b.instance.sweep();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "running");

  dead.add("other");
  await env.b.instance.sweep();
  await env.b.instance.idle();
  const done = await jobOf(env.store, job.id);
  assertStrictEquals(done.state, "succeeded");
  assertStrictEquals(done.attempt, 2);
  // The lock file stays as long as there may be jobs to rescue.
  assertEquals(cleared, []);
  await env.b.instance.sweep();
  await env.b.instance.sweep();
  assertEquals(cleared, ["other"]);
});

Deno.test("the jobs of a dead instance are rescued as soon as its lease ends, without waiting for the next sweep", async () => {
  using env = await openRuntimes();
  await env.store.accept(queuedJob());
  const job = queuedJob();
  await env.store.accept(job);
  await claim(env.store, job.id, { holder: "dead" });
  env.b.instance.start();
  let waitedMs = 0;
  while ((await jobOf(env.store, job.id)).state === "running") {
    env.clock.advance(100);
    waitedMs += 100;
    await env.settled();
  }
  assert(waitedMs >= 10_000 && waitedMs <= 11_000, `${waitedMs} ms`);
  await env.b.instance.idle();
  await env.b.instance.stop(0);
});

Deno.test("clocks that differ by 30 seconds take no job from its instance", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  for (const aheadMs of [30_000, -30_000]) {
    const clock = new FakeClock(env.clock.now() + aheadMs);
    const other = openRuntime(env.kv, clock, { kinds: [work.kind] });
    const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
    await work.begun;
    for (let second = 0; second < 60; second += 2) {
      env.clock.advance(2_000);
      clock.advance(2_000);
      await env.a.instance.beat();
      await other.instance.sweep();
    }
    assertStrictEquals(other.instance.running, 0);
    assertStrictEquals((await jobOf(env.store, id)).attempt, 1);
  }
  work.finish();
  await env.a.instance.idle();
});

Deno.test("a worker that wakes up late does not start a step that another worker has finished", async () => {
  const frozen = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let first = true;
  const runs: string[] = [];
  const kind = testKind(async (_request, context) => {
    if (first) {
      first = false;
      begun.resolve();
      await frozen.promise;
    }
    const text = await context.step("turn", z.string(), () => {
      runs.push("turn");
      return Promise.resolve("plan");
    });
    return { text };
  });
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await begun.promise;
  await sweepFor(env, 12_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  frozen.resolve();
  await env.a.instance.idle();
  assertEquals(runs, ["turn"]);
});

Deno.test("an instance keeps its jobs when one heartbeat is never answered", async () => {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openRuntimesOn(kv, { kinds: [work.kind] });
  env.a.instance.start();
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  let beats = 0;
  hooks.commit = (sets, run) =>
    sets.length === 1 && sets[0]![0] === "instance" && ++beats === 1
      ? new Promise(() => {})
      : run();
  for (let tenth = 0; tenth < 300; tenth++) {
    env.clock.advance(100);
    await env.settled();
    if (tenth % 10 === 0) await env.b.instance.sweep();
  }
  assert(beats > 5, `${beats} heartbeats`);
  assertStrictEquals(env.b.instance.running, 0);
  work.finish();
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).attempt, 1);
  await env.a.instance.stop(0);
  env.kv.close();
  await env.a.instance.ended();
});

Deno.test("the heartbeat decides when locks cannot be read", async () => {
  const locks = { ...noInstanceLocks, dead: () => Promise.reject(new Error("no such directory")) };
  using env = await openRuntimes({ locks });
  const job = queuedJob();
  await env.store.accept(job);
  await claim(env.store, job.id, { holder: "dead" });
  await sweepFor(env, 12_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "succeeded");
});

Deno.test("an unreadable index entry keeps no job from rescue", async () => {
  using env = await openRuntimes();
  const jobs = [queuedJob(), queuedJob()];
  for (const [n, job] of jobs.entries()) {
    await env.store.accept(job);
    await claim(env.store, job.id, { holder: `dead-${n}` });
  }
  await env.kv.set(["running", "dead-0", jobs[0]!.id], { from: "another version" });
  await sweepFor(env, 12_000);
  await env.b.instance.idle();
  for (const { id } of jobs) assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("claims whose answers are lost use no attempt", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  hooks.commit = async (sets, run) => {
    const result = await run();
    if (sets.some(([sort]) => sort === "running")) throw new Error("answer lost");
    return result;
  };
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state, "succeeded");
  assertStrictEquals(job.attempt, 1);
});

Deno.test("a job that starts at once is accepted and claimed by one commit", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const held = heldWork();
  using env = openRuntimesOn(kv, { kinds: [held.kind], concurrency: 1 });
  const commits: KvKeyPart[][] = [];
  hooks.commit = (sets, run) => {
    commits.push(sets.map(([sort]) => sort!).toSorted());
    return run();
  };
  const work = [1, 2].map(() => submit(env.a, env.kind, { text: "hello" }));
  const [first, second] = await Promise.all(work);
  assertEquals(commits.slice(0, 2).toSorted(), [["due", "job"], ["instance", "job", "running"]]);
  // Either of them gets the slot.
  const jobs = await Promise.all([first!, second!].map(({ job }) => jobOf(env.store, job.id)));
  assertEquals(jobs.map(({ state }) => state).toSorted(), ["queued", "running"]);
  held.finish();
  await env.a.instance.idle();
  await env.a.instance.sweep();
  await env.a.instance.idle();
  for (const { job } of [first!, second!]) {
    assertStrictEquals((await jobOf(env.store, job.id)).state, "succeeded");
  }
});

Deno.test("a job that could not be stored leaves its slot to others", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { concurrency: 1 });
  hooks.commit = () => Promise.reject(new Error("disk full"));
  await assertRejects(() => submit(env.a, env.kind, { text: "hello" }), Error, "disk full");
  assertStrictEquals(env.a.instance.running, 0);
  hooks.commit = undefined;
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a job starts at once although the answer of the commit that accepted it is lost", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { concurrency: 1 });
  let lost = 0;
  hooks.commit = async (sets, run) => {
    const result = await run();
    if (lost++ === 0 && sets.some(([sort]) => sort === "running")) throw new Error("answer lost");
    return result;
  };
  // The first read after the commit fails, too.
  let reads = 0;
  hooks.get = ([sort]) => {
    if (sort === "job" && lost === 1 && reads++ === 0) throw new Error("not read");
  };
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  const job = await jobOf(env.store, id);
  assertEquals([job.state, job.attempt], ["succeeded", 1]);
});

for (const sort of ["result", "running"]) {
  Deno.test(`a job ends although a commit of its ${sort} is never answered`, async () => {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    const clock = new FakeClock();
    using env = openRuntimesOn(patientKv(kv, { clock }), { concurrency: 1 }, clock);
    let hung = 0;
    hooks.commit = (sets, run) =>
      sets.some(([first]) => first === sort) && hung++ === 0 ? new Promise(() => {}) : run();
    const { id } = queuedJob();
    await env.store.accept({ ...queuedJob(), id });
    const firstSweep = env.a.instance.sweep();
    await settled(kv);
    assertStrictEquals(hung, 1);
    // A sweep that waits for the commit goes on when the clock advances, so it is not awaited.
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      await settled(kv);
      if (second > 10) env.a.instance.sweep();
    }
    await settled(kv);
    assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
    assertStrictEquals(hung, 2);
    await firstSweep;
    // Timers of answered requests are gone; the engine's own timers are left.
    await untilIdle(env.a, () => clock.advance(1_000));
  });
}

Deno.test("a job that no worker starts fails before it expires", async () => {
  using env = await openRuntimes({ concurrency: 0 });
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  env.clock.advance(24 * HOUR - limits.timeoutMs - 1);
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  env.clock.advance(1);
  await claim(env.store, id, { holder: "any" });
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "deadline_exceeded");
});

Deno.test("an instance does not judge itself, however late its heartbeat is", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  for (let n = 0; n < 6; n++) {
    await env.a.instance.sweep();
    env.clock.advance(3_000);
  }
  work.finish();
  await env.a.instance.idle();
  const job = (await env.store.read(id))!.job;
  assertStrictEquals(job.state, "succeeded");
  assertStrictEquals(job.attempt, 1);
});

Deno.test("an unreadable record is read and reported once, not with each sweep", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  const [due, held] = [queuedJob(), queuedJob()];
  for (const job of [due, held]) await env.store.accept(job);
  await claim(env.store, held.id, { holder: "dead" });
  for (const { id } of [due, held]) await kv.set(["job", id], { schema: 99 });
  const reads: unknown[] = [];
  hooks.get = ([sort, id]) => void (sort === "job" && reads.push(id));
  for (let n = 0; n < 10; n++) {
    await env.b.instance.sweep();
    env.clock.advance(3_000);
  }
  assertEquals(reads, [due.id, held.id]);
});

Deno.test("no loop ends when a rescue fails or a bell cannot be read", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openRuntimesOn(kv);
  let faults = 0;
  hooks.list = () => {
    if (faults++ < 2) throw new Error("database lost");
  };
  hooks.get = ([sort]) => {
    if (sort === "bell" && faults++ < 4) throw new Error("database lost");
  };
  env.a.instance.start();
  const held = queuedJob();
  await env.store.accept(held);
  await claim(env.store, held.id, { holder: "dead" });
  for (let tenth = 0; tenth < 300; tenth++) {
    env.clock.advance(100);
    await env.settled();
  }
  await env.a.instance.idle();
  assert(faults >= 4);
  assertStrictEquals((await jobOf(env.store, held.id)).state, "succeeded");
  await env.a.instance.stop(0);
  kv.close();
  await env.a.instance.ended();
});

Deno.test("a worker that was frozen before a call does not make the call after it has lost its job", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const [frozen, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const chat = () => {
    calls++;
    return Promise.resolve({ ...silentTurn, text: "plan" });
  };
  const model = modelOf({ chat });
  const kind = testKind(async ({ text }, context) => {
    // The next look at the breaker is the one in front of the call.
    if (calls === 0 && !hooks.get) {
      env.clock.advance(250);
      hooks.get = ([sort]) => {
        if (sort !== "breaker") return;
        hooks.get = () => {};
        reached.resolve();
        return frozen.promise;
      };
    }
    await context.chat("turn", anyRequest, anyParts);
    return { text };
  });
  using env = openRuntimesOn(kv, { kinds: [kind], model: () => model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await reached.promise;
  await sweepFor(env, 12_000);
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  frozen.resolve();
  await env.a.instance.idle();
  assertStrictEquals(calls, 1);
});
