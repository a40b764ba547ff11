import { assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { Audit } from "../../../jobs/operator/audit.ts";
import { BulkJobs } from "../../../jobs/operator/bulk_jobs.ts";
import type { BulkOrder } from "../../../jobs/operator/bulk_order.ts";
import type { PublicKind } from "../../../jobs/kind.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import type { JobRecord } from "../../../lib/job/job_record.ts";
import { AuditStore } from "../../../lib/store/audit_store.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { anyParts, anyRequest, HOUR, modelOf, queuedJob, testKind } from "../../../testing/jobs.ts";
import { openRuntimesOn, type RuntimeOverrides, submit } from "../../../testing/runtimes.ts";
import type { Kv } from "../../../lib/platform/kv.ts";

const ada = { name: "ada", via: "api" } as const;
const failed: BulkOrder = { action: "replay", filter: { state: "failed" } };

/** A kind that pays for one step and then fails, until the test repairs it. */
function repairableKind() {
  const state = { isBroken: true, paid: 0 };
  const kind = testKind(async ({ text }, context) => {
    const step = await context.step("turn", z.string(), () => Promise.resolve(`${++state.paid}`));
    if (state.isBroken) throw new JobError("refused", "No");
    return { text: `${text} ${step}` };
  });
  return { kind, state };
}

/** Two instances, and the bulk jobs of an operator. */
async function openBulk(overrides: RuntimeOverrides = {}) {
  return openBulkOn(await Deno.openKv(":memory:"), overrides);
}

function openBulkOn(database: Kv, overrides: RuntimeOverrides = {}) {
  const { kind, state } = repairableKind();
  const env = openRuntimesOn(database, { kinds: [kind], ...overrides });
  const { kv, clock, store } = env;
  const audit = new Audit(new AuditStore(kv, clock));
  const kinds = new Set(["test"]);
  const bulk = new BulkJobs({ store, jobs: env.a.jobs, audit, clock, ttlMs: 24 * HOUR, kinds });
  const jobsOf = async (kind: string) => {
    const entries = await Array.fromAsync(kv.list<JobRecord>({ prefix: ["job"] }));
    return entries.map(({ value }) => value).filter((job) => job.kind === kind);
  };
  return {
    ...env,
    model: state,
    audit,
    bulk,
    jobsOf,
    /** Creates jobs, of which each fails unless the kind is repaired. */
    async fail(count: number, options: Parameters<typeof submit>[3] = {}): Promise<void> {
      for (let n = 0; n < count; n++) await submit(env.a, env.kind, { text: `${n}` }, options);
      await env.a.instance.idle();
      clock.advance(1_000);
    },
    /** Executes what is due at a later time. */
    async work(ms = 20_000): Promise<void> {
      clock.advance(ms);
      await env.a.instance.sweep();
      await env.a.instance.idle();
    },
  };
}

/** The same for tests whose other environments need time to close. */
function asyncDisposable(env: ReturnType<typeof openBulkOn>) {
  return { ...env, [Symbol.asyncDispose]: () => Promise.resolve(env[Symbol.dispose]()) };
}

const statesOf = (jobs: JobRecord[]) => jobs.map(({ state }) => state).toSorted();

Deno.test("20 failed jobs are replayed: all complete, and no finished step is paid for again", async () => {
  using env = await openBulk();
  await env.fail(20);
  assertStrictEquals(env.model.paid, 20);
  env.model.isBroken = false;
  const { id } = await env.bulk.start(ada, failed);
  await env.work();
  const bulkJob = await env.bulk.read(id);
  assertEquals(
    [bulkJob?.state, bulkJob?.totals, bulkJob?.hasReachedLimit],
    ["completed", { done: 20, skipped: {}, failed: {} }, false],
  );
  assertEquals(bulkJob?.expected, { count: 20, isMore: false });
  const jobs = await env.jobsOf("test");
  const replays = jobs.filter(({ replayOf }) => replayOf !== null);
  assertEquals(statesOf(replays), Array(20).fill("succeeded"));
  assertStrictEquals(new Set(replays.map(({ replayOf }) => replayOf)).size, 20);
  assertStrictEquals(env.model.paid, 20);
  const page = await env.bulk.page(id, 1);
  assertEquals(
    page?.jobs.map(({ newId }) => newId).toSorted(),
    replays.map((job) => job.id).toSorted(),
  );
});

Deno.test("a replay without finished steps pays for them again", async () => {
  using env = await openBulk();
  await env.fail(2);
  env.model.isBroken = false;
  await env.bulk.start(ada, { ...failed, steps: "discard" });
  await env.work();
  assertStrictEquals(env.model.paid, 4);
});

Deno.test("a second bulk job replays nothing again, and says why", async () => {
  using env = await openBulk();
  await env.fail(3);
  env.model.isBroken = false;
  await env.bulk.start(ada, failed);
  await env.work();
  const { id } = await env.bulk.start(ada, failed);
  await env.work();
  const { totals } = (await env.bulk.read(id))!;
  assertEquals(totals, { done: 0, skipped: { already_replayed: 3 }, failed: {} });
  assertStrictEquals((await env.jobsOf("test")).length, 6);
});

Deno.test("a bulk job does not replay the jobs that failed after its start, nor its own", async () => {
  using env = await openBulk();
  await env.fail(2);
  const { id } = await env.bulk.start(ada, failed);
  await env.fail(1);
  await env.work();
  assertStrictEquals((await env.bulk.read(id))?.totals.done, 2);
  // The replays have failed as well.
  assertStrictEquals((await env.jobsOf("test")).length, 5);
});

Deno.test("replays keep the owner of the original, and count for no daily budget", async () => {
  using env = await openBulk({ dailyJobsPerKey: 2 });
  const caller = { id: "key:1", owner: "key:1" };
  await env.fail(2, { caller });
  env.model.isBroken = false;
  await env.bulk.start(ada, failed);
  await env.work();
  const replays = (await env.jobsOf("test")).filter(({ replayOf }) => replayOf !== null);
  assertEquals(replays.map(({ owner, state }) => [owner, state]), [
    ["key:1", "succeeded"],
    ["key:1", "succeeded"],
  ]);
});

Deno.test("undo within 15 seconds leaves no trace on the jobs", async () => {
  using env = await openBulk();
  await env.fail(3);
  const { id } = await env.bulk.start(ada, failed);
  await env.work(14_000);
  assertStrictEquals((await env.bulk.read(id))?.state, "scheduled");
  const undo = await env.bulk.undo(ada, id, { cancelCreated: true });
  assertEquals([undo?.outcome, undo?.bulkJob.state, undo?.cleanUp], ["undone", "undone", null]);
  await env.work();
  assertEquals(statesOf(await env.jobsOf("test")), ["failed", "failed", "failed"]);
});

Deno.test("a bulk job begins when its undo window is over", async () => {
  using env = await openBulk();
  await env.fail(1);
  const { id, dueAt } = await env.bulk.start(ada, failed);
  assertStrictEquals(dueAt, env.clock.now() + 15_000);
  await env.work(15_000);
  assertStrictEquals((await env.bulk.read(id))?.state, "completed");
});

Deno.test("a clock that is set back does not delay a bulk job", async () => {
  using env = await openBulk();
  await env.work();
  env.clock.advance(-300_000);
  const { id } = await env.bulk.start(ada, failed);
  await env.work();
  assertStrictEquals((await env.bulk.read(id))?.state, "completed");
});

Deno.test("a bulk job ends at its limit, with the newest jobs", async () => {
  using env = await openBulk();
  await env.fail(5);
  const { id } = await env.bulk.start(ada, { ...failed, limit: 2 });
  await env.work();
  const { totals, hasReachedLimit } = (await env.bulk.read(id))!;
  assertEquals([totals.done, hasReachedLimit], [2, true]);
});

/** Occupies the three slots of the first instance with jobs that do not end, and lets two wait. */
async function openBusy(database?: Kv) {
  const held = Promise.withResolvers<void>();
  const kind: PublicKind = testKind(async ({ text }) => {
    await held.promise;
    return { text };
  });
  const overrides = { concurrency: 3, kinds: [kind] };
  const env = openBulkOn(database ?? await Deno.openKv(":memory:"), overrides);
  for (let n = 0; n < 5; n++) await submit(env.a, kind, { text: `${n}` });
  env.clock.advance(1_000);
  return {
    ...env,
    async [Symbol.asyncDispose]() {
      held.resolve();
      await env.a.instance.idle();
      env.kv.close();
    },
  };
}

Deno.test("jobs that wait and run are canceled, but no bulk job and no callback is", async () => {
  await using env = await openBusy();
  for (const kind of ["bulk", "callback"]) {
    const now = env.clock.now();
    const job = queuedJob({ kind, id: newJobId(now), now });
    await env.store.accept({ ...job, runAt: now + HOUR });
  }
  env.clock.advance(1_000);
  const cancel: BulkOrder = { action: "cancel", filter: {} };
  assertEquals(await env.bulk.preview(cancel), { count: 5, isMore: false });
  const { id } = await env.bulk.start(ada, cancel);
  for (let n = 0; n < 3; n++) {
    env.clock.advance(10_000);
    await env.b.instance.sweep();
    await env.settled();
  }
  const bulkJob = await env.bulk.read(id);
  assertEquals([bulkJob?.state, bulkJob?.totals.done], ["completed", 5]);
  assertEquals(statesOf(await env.jobsOf("test")), Array(5).fill("canceled"));
  assertEquals(statesOf(await env.jobsOf("bulk")), ["queued", "succeeded"]);
  assertEquals(statesOf(await env.jobsOf("callback")), ["queued"]);
});

const previews: [name: string, order: BulkOrder, count: number][] = [
  ["all failed jobs", failed, 3],
  ["failed jobs without a state", { action: "replay", filter: {} }, 3],
  ["failed jobs of another kind", { action: "replay", filter: { kind: "other" } }, 0],
  ["failed jobs with a code", { action: "replay", filter: { code: "refused" } }, 3],
  ["failed jobs with another code", { action: "replay", filter: { code: "timeout" } }, 0],
  ["jobs to cancel", { action: "cancel", filter: {} }, 0],
];

for (const [name, order, count] of previews) {
  Deno.test(`preview() counts ${name}`, async () => {
    using env = await openBulk();
    await env.fail(3);
    assertEquals(await env.bulk.preview(order), { count, isMore: false });
  });
}

Deno.test("preview() does not count jobs that were replayed", async () => {
  using env = await openBulk();
  await env.fail(3);
  const [first] = await env.jobsOf("test");
  env.model.isBroken = false;
  await env.a.jobs.replay(first!.id);
  await env.a.instance.idle();
  assertEquals(await env.bulk.preview(failed), { count: 2, isMore: false });
});

Deno.test("preview() counts waiting jobs once", async () => {
  await using env = await openBusy();
  const cancel: BulkOrder = { action: "cancel", filter: {} };
  assertEquals(await env.bulk.preview(cancel), { count: 5, isMore: false });
});

Deno.test("start() and undo() are in the audit", async () => {
  using env = await openBulk();
  const { id } = await env.bulk.start(ada, { ...failed, limit: 5 });
  await env.bulk.undo({ ...ada, name: "bob" }, id, { cancelCreated: false });
  const { entries } = await env.audit.page({}, { limit: 10 });
  const facts = entries.map(({ actor, action, target, details, outcome }) => ({
    by: actor.name,
    action,
    target,
    details,
    outcome,
  })).toSorted((a, b) => a.action < b.action ? -1 : 1);
  const order = { bulkAction: "replay", limit: 5, steps: "reuse", state: "failed" };
  const undone = { cancelCreated: false, outcome: "undone", cleanUp: null };
  assertEquals(facts, [
    { by: "ada", action: "bulk.start", target: id, details: order, outcome: "done" },
    { by: "bob", action: "bulk.undo", target: id, details: undone, outcome: "done" },
  ]);
});

Deno.test("undo() and read() know no other jobs", async () => {
  using env = await openBulk();
  await env.fail(1);
  for (const id of [(await env.jobsOf("test"))[0]!.id, crypto.randomUUID()]) {
    assertStrictEquals(await env.bulk.read(id), null);
    assertStrictEquals(await env.bulk.page(id, 1), null);
    assertStrictEquals(await env.bulk.undo(ada, id, { cancelCreated: false }), null);
  }
  assertEquals((await env.audit.page({}, { limit: 10 })).entries, []);
});

Deno.test("of each action, one bulk job works at a time, and replays fill half of the queue", async () => {
  using env = await openBulk({ maxQueuedJobs: 2 });
  await env.fail(2);
  env.model.isBroken = false;
  const started = [await env.bulk.start(ada, failed), await env.bulk.start(ada, failed)];
  const states = async () => {
    const found = await Promise.all(started.map(({ id }) => env.bulk.read(id)));
    return found.map((bulkJob) => `${bulkJob?.state} ${bulkJob?.totals.done}`).toSorted();
  };
  await env.work();
  // One replay fills half of the queue, as far as the instance knows.
  assertEquals(await states(), ["running 0", "running 1"]);
  for (let n = 0; n < 4; n++) await env.work(10_000);
  assertEquals(await states(), ["completed 0", "completed 2"]);
});

for (const what of ["intake", "test"]) {
  Deno.test(`a pause of ${what} does not stop replays`, async () => {
    using env = await openBulk();
    await env.fail(2);
    env.model.isBroken = false;
    await env.a.operator.controls.pause(ada, { what });
    const { id } = await env.bulk.start(ada, failed);
    await env.work();
    assertStrictEquals((await env.bulk.read(id))?.totals.done, 2);
    const states = (await env.jobsOf("test")).filter(({ replayOf }) => replayOf !== null);
    // The jobs of a paused kind wait.
    assertEquals(statesOf(states), Array(2).fill(what === "intake" ? "succeeded" : "queued"));
  });
}

/** A model that is rate limited, so that the breaker opens and replays wait. */
async function openLimited(overrides: RuntimeOverrides = {}) {
  const state = { isBroken: true };
  const limited = new JobError("rate_limited", "Slow down", { retryAfterMs: 600_000 });
  const model = () => modelOf({ chat: () => Promise.reject(limited) });
  const kind = testKind(async (_, context) => {
    if (state.isBroken) throw new JobError("refused", "No");
    await context.chat("turn", anyRequest, anyParts);
    throw limited;
  });
  const env = await openBulk({ kinds: [kind], model, ...overrides });
  await env.fail(3);
  state.isBroken = false;
  const { job } = await submit(env.a, kind, { text: "opens the breaker" });
  await env.a.instance.idle();
  const replays = async () =>
    (await env.jobsOf("test")).filter(({ replayOf }) => replayOf !== null);
  return { ...env, other: job.id, replays };
}

Deno.test("an open breaker does not stop replays, which wait; undo cancels them if they never started", async () => {
  using env = await openLimited();
  const { id } = await env.bulk.start(ada, failed);
  await env.work();
  assertEquals((await env.bulk.read(id))?.state, "completed");
  assertEquals(statesOf(await env.replays()), ["queued", "queued", "queued"]);

  const undo = await env.bulk.undo(ada, id, { cancelCreated: true });
  assertEquals([undo?.outcome, undo?.cleanUp?.createdBy], ["ended", id]);
  const again = await env.bulk.undo(ada, id, { cancelCreated: true });
  assertStrictEquals(again?.cleanUp?.id, undo?.cleanUp?.id);
  await env.work();
  assertEquals((await env.bulk.read(undo!.cleanUp!.id))?.totals.done, 3);
  assertEquals(statesOf(await env.replays()), ["canceled", "canceled", "canceled"]);
  assertStrictEquals((await env.store.read(env.other))?.job.state, "queued");
});

Deno.test("a bulk job that waits for room is stopped: the rest is not replayed, what it created is canceled", async () => {
  // One job waits already, and half of four may wait.
  using env = await openLimited({ maxQueuedJobs: 4 });
  const { id } = await env.bulk.start(ada, failed);
  await env.work();
  const waiting = await env.bulk.read(id);
  assertEquals([waiting?.state, waiting?.totals.done], ["running", 1]);
  assertStrictEquals(waiting?.dueAt, env.clock.now() + 10_000);

  const undo = await env.bulk.undo(ada, id, { cancelCreated: true });
  assertEquals([undo?.outcome, undo?.bulkJob.state], ["stopped", "stopped"]);
  for (let n = 0; n < 3; n++) await env.work();
  assertEquals(statesOf(await env.replays()), ["canceled"]);
  assertStrictEquals((await env.bulk.read(id))?.totals.done, 1);
});

Deno.test("a bulk job that is stopped within a page reports what it has done", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = await openBulkOn(kv);
  await env.fail(5);
  env.model.isBroken = false;
  const { id } = await env.bulk.start(ada, failed);
  let replays = 0;
  hooks.commit = async (sets, run) => {
    const result = await run();
    const isReplay = sets.some(([sort]) => sort === "replayed");
    if (isReplay && ++replays === 2) await env.bulk.undo(ada, id, { cancelCreated: false });
    return result;
  };
  await env.work();
  const bulkJob = await env.bulk.read(id);
  assertEquals([bulkJob?.state, bulkJob?.totals.done, replays], ["stopped", 2, 2]);
  const { jobs, next } = (await env.bulk.page(id, 1))!;
  const outcomes = jobs.map(({ outcome }) => outcome);
  assertEquals([outcomes, next], [["done", "done", null, null, null], null]);
});

const repeated: [action: "replay" | "cancel", sort: string][] = [
  ["replay", "replayed"],
  ["cancel", "ended"],
];

for (const [action, sort] of repeated) {
  Deno.test(`a bulk job that fails within a page repeats it, and each ${action} counts once`, async () => {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    await using env = action === "replay" ? asyncDisposable(openBulkOn(kv)) : await openBusy(kv);
    if (action === "replay") await env.fail(5);
    env.model.isBroken = false;
    const { id } = await env.bulk.start(ada, { action, filter: {} });
    let commits = 0;
    hooks.commit = (sets, run) => {
      const isAction = sets.some(([first, kind]) => first === sort && kind !== "bulk");
      // The third job of the page.
      return isAction && ++commits === 3 ? Promise.reject(new Error("database lost")) : run();
    };
    for (let n = 0; n < 3; n++) {
      env.clock.advance(60_000);
      await env.b.instance.sweep();
      await env.settled();
    }
    const bulkJob = await env.bulk.read(id);
    const totals = { done: 5, skipped: {}, failed: {} };
    assertEquals([bulkJob?.state, bulkJob?.totals], ["completed", totals]);
    const job = (await env.store.read(id))?.job;
    assertEquals([job?.attempt, (await env.jobsOf("test")).length], [
      2,
      action === "replay" ? 10 : 5,
    ]);
  });
}

Deno.test("a stopped bulk job replays nothing more, although its worker does not know", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openBulkOn(kv);
  await env.fail(5);
  const { id } = await env.bulk.start(ada, failed);
  let replays = 0;
  hooks.commit = async (sets, run) => {
    const isReplay = sets.some(([first]) => first === "replayed");
    if (isReplay && replays++ === 2) await env.store.cancel(id);
    return await run();
  };
  await env.work();
  const jobs = await env.jobsOf("test");
  assertStrictEquals(jobs.filter(({ replayOf }) => replayOf !== null).length, 2);
  assertStrictEquals((await env.bulk.read(id))?.state, "stopped");
});

Deno.test("list() has the bulk jobs, newest first", async () => {
  using env = await openBulk();
  const first = await env.bulk.start(ada, failed);
  await env.work();
  const second = await env.bulk.start(ada, { action: "cancel", filter: {} });
  const page = await env.bulk.list({ limit: 10 });
  assertEquals(
    page.bulkJobs.map(({ id, state }) => [id, state]),
    [[second.id, "scheduled"], [first.id, "completed"]],
  );
});
