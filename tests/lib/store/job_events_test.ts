/**
 * What the store reports of its transitions: each saved one once, and no other.
 */
import { deadlineFailure } from "../../../lib/job/job_record.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JobEvents } from "../../../lib/job/job_events.ts";
import type { Lease } from "../../../lib/store/job_commit.ts";
import type { JobStore } from "../../../lib/store/job_store.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { acceptAndClaim, claim, fault, plan } from "../../../testing/stores.ts";
import type { KvKey } from "../../../lib/platform/kv.ts";

/** The stores of a new database with hooks, and what they report. */
async function setUp() {
  const raw = await Deno.openKv(":memory:");
  const { kv, hooks } = hookKv(raw);
  const clock = new FakeClock();
  const reports: string[] = [];
  const events: JobEvents = {
    accepted: ({ kind }) => void reports.push(`accepted ${kind}`),
    claimed: (_job, { isFirst }) => void reports.push(isFirst ? "claimed first" : "claimed"),
    queued: (_job, why) => void reports.push(why),
    ended: ({ state }, { during, steps }) =>
      void reports.push(`${state} during ${during}, ${steps.length} steps`),
  };
  const stores = openStores(kv, {
    clock,
    events,
    successorOf: ({ callbackUrl }) =>
      callbackUrl === null ? null : queuedJob({ kind: "callback", id: crypto.randomUUID() }),
  });
  return { ...stores, kv, hooks, clock, reports, [Symbol.dispose]: () => raw.close() };
}

type Env = Awaited<ReturnType<typeof setUp>>;

async function heldJob(store: JobStore, lease: Lease) {
  const [held] = await store.index.heldBy(lease.job.holder);
  assert(held);
  return held;
}

const leased = async ({ store }: Env) => await acceptAndClaim(store);

async function failed(env: Env): Promise<string> {
  const lease = await leased(env);
  await env.store.fail(lease, { failure: fault });
  return lease.job.id;
}

/**
 * Each transition: it prepares a job, and returns the call that makes the transition. The call may be
 * repeated.
 */
const transitions: {
  name: string;
  reports: string[];
  prepare: (env: Env) => Promise<() => Promise<unknown>>;
}[] = [
  {
    name: "accept() of a job that waits",
    reports: ["accepted test"],
    prepare: ({ store }) => Promise.resolve(() => store.accept(queuedJob())),
  },
  {
    name: "accept() of a job that starts",
    reports: ["accepted test", "claimed first"],
    prepare: ({ store }) => Promise.resolve(() => store.accept(queuedJob(), { holder: "a" })),
  },
  {
    name: "claim() of a new job",
    reports: ["claimed first"],
    async prepare({ store }) {
      const job = queuedJob();
      await store.accept(job);
      const due = await store.readDue(job.id);
      assert(due?.isOverdue === false);
      return () => store.claim(due, "a");
    },
  },
  {
    name: "claim() of a retry",
    reports: ["claimed"],
    async prepare(env) {
      const lease = await leased(env);
      await env.store.retry(lease, { failure: fault, runAt: env.clock.now() });
      const due = await env.store.readDue(lease.job.id);
      assert(due?.isOverdue === false);
      return () => env.store.claim(due, "a");
    },
  },
  {
    name: "retry()",
    reports: ["retried"],
    async prepare(env) {
      const lease = await leased(env);
      const now = env.clock.now();
      return () => env.store.retry(lease, { failure: fault, runAt: now, now });
    },
  },
  {
    name: "release()",
    reports: ["released"],
    async prepare(env) {
      const lease = await leased(env);
      const now = env.clock.now();
      return () => env.store.release(lease, { runAt: now, now });
    },
  },
  {
    name: "complete() of a job with a callback",
    reports: ["succeeded during attempt, 0 steps", "accepted callback"],
    async prepare({ store, clock }) {
      const job = queuedJob({ callbackUrl: "https://example.com" });
      const { lease } = await store.accept(job, { holder: "a" }) as { lease: Lease };
      return () => store.complete(lease, { ...plan, now: clock.now() });
    },
  },
  {
    name: "fail()",
    reports: ["failed during attempt, 0 steps"],
    async prepare(env) {
      const lease = await leased(env);
      return () => env.store.fail(lease, { failure: fault, now: env.clock.now() });
    },
  },
  {
    name: "failWaiting()",
    reports: ["failed during queue, 0 steps"],
    async prepare({ store, clock }) {
      const job = queuedJob();
      await store.accept(job);
      await clock.advance(24 * HOUR - 1);
      const due = await store.readDue(job.id);
      assert(due?.isOverdue);
      return () => store.failWaiting(due, deadlineFailure());
    },
  },
  {
    name: "cancel() of a job that waits",
    reports: ["canceled during queue, 0 steps"],
    async prepare({ store }) {
      const job = queuedJob();
      await store.accept(job);
      return () => store.cancel(job.id);
    },
  },
  {
    name: "cancel() of a job that runs",
    reports: ["canceled during attempt, 0 steps"],
    async prepare(env) {
      const { job } = await leased(env);
      return () => env.store.cancel(job.id);
    },
  },
  {
    name: "rescue()",
    reports: ["rescued"],
    async prepare(env) {
      const held = await heldJob(env.store, await leased(env));
      return () => env.store.rescue(held);
    },
  },
  {
    name: "rescue() of a job without further attempts",
    reports: ["failed during rescue, 0 steps"],
    async prepare({ store }) {
      const job = queuedJob({ limits: { maxAttempts: 1, timeoutMs: HOUR } });
      const { lease } = await store.accept(job, { holder: "a" }) as { lease: Lease };
      const held = await heldJob(store, lease);
      return () => store.rescue(held);
    },
  },
  {
    name: "replay()",
    reports: ["replayed"],
    async prepare(env) {
      const id = await failed(env);
      const newId = crypto.randomUUID();
      return () => env.store.derived.replay(id, { newId, steps: "reuse" });
    },
  },
  {
    name: "redeliver()",
    reports: ["accepted callback"],
    async prepare({ store }) {
      const job = queuedJob({ callbackUrl: "https://example.com" });
      const { lease } = await store.accept(job, { holder: "a" }) as { lease: Lease };
      await store.fail(lease, { failure: fault });
      await store.cancel((await store.derived.of(job.id)).callbacks[0] ?? "");
      return () => store.derived.redeliver(job.id);
    },
  },
];

/** Whether a commit writes the record of a job. */
const changesJob = (sets: KvKey[]) => sets.some(([first]) => first === "job");

for (const { name, reports: expected, prepare } of transitions) {
  Deno.test(`${name} reports the transition once`, async () => {
    using env = await setUp();
    const act = await prepare(env);
    env.reports.length = 0;
    await act();
    assertEquals(env.reports, expected);
  });

  Deno.test(`${name} reports a saved transition once if the answer of its commit gets lost`, async () => {
    using env = await setUp();
    const act = await prepare(env);
    env.reports.length = 0;
    env.hooks.commit = async (sets, run) => {
      const result = await run();
      if (!changesJob(sets)) return result;
      env.hooks.commit = undefined;
      throw new Error("answer lost");
    };
    await act();
    assertEquals(env.reports, expected);
  });

  Deno.test(`${name} reports nothing if its commit is not saved`, async () => {
    using env = await setUp();
    const act = await prepare(env);
    env.reports.length = 0;
    env.hooks.commit = (sets, run) =>
      changesJob(sets) ? Promise.reject(new Error("not saved")) : run();
    await assertRejects(act, Error, "not saved");
    assertEquals(env.reports, []);
  });
}

const creations = transitions.filter(({ name }) => /^(accept|replay|redeliver)\(/.test(name));

for (const { name, reports: expected, prepare } of creations) {
  Deno.test(`${name} reports once if its answer gets lost and another instance is faster`, async () => {
    using env = await setUp();
    const other = openStores(env.kv, { clock: env.clock });
    const act = await prepare(env);
    env.reports.length = 0;
    env.hooks.commit = async (sets, run) => {
      const result = await run();
      const id = sets.find(([first]) => first === "job")?.[1];
      if (id === undefined) return result;
      env.hooks.commit = undefined;
      await other.store.cancel(String(id));
      throw new Error("answer lost");
    };
    await act();
    assertEquals(env.reports, expected);
  });
}

const handOvers = transitions.filter(({ name }) => name === "retry()" || name === "release()");
const cases = handOvers.flatMap((one) =>
  [false, true].map((areReadsLost) => ({ ...one, areReadsLost }))
);

for (const { name, reports: expected, prepare, areReadsLost } of cases) {
  const lost = areReadsLost ? "its answer and its check get lost" : "its answer gets lost";
  Deno.test(`${name} reports once if ${lost} and another instance claims the job`, async () => {
    using env = await setUp();
    const other = openStores(env.kv, { clock: env.clock });
    const act = await prepare(env);
    env.reports.length = 0;
    env.hooks.commit = async (sets, run) => {
      await run();
      env.hooks.commit = undefined;
      const id = String(sets.find(([first]) => first === "job")![1]);
      assert(await claim(other.store, id, { holder: "b" }));
      env.hooks.get = areReadsLost ? () => Promise.reject(new Error("read lost")) : undefined;
      throw new Error("answer lost");
    };
    // The worker repeats a write without an answer.
    if (areReadsLost) await assertRejects(act, Error, "read lost");
    env.hooks.get = undefined;
    assertEquals(await act(), "saved");
    assertEquals(env.reports, expected);
  });
}

Deno.test("a repeated write of an attempt reports once, though the first answer and its check got lost", async () => {
  using env = await setUp();
  const lease = await leased(env);
  const now = env.clock.now();
  env.reports.length = 0;
  env.hooks.commit = async (_sets, run) => {
    await run();
    throw new Error("answer lost");
  };
  env.hooks.get = () => Promise.reject(new Error("read lost"));
  const steps = { steps: [], now };
  await assertRejects(() => env.store.complete(lease, { ...plan, ...steps }), Error, "read lost");
  env.hooks.commit = env.hooks.get = undefined;
  assertEquals(await env.store.complete(lease, { ...plan, ...steps }), "saved");
  assertEquals(env.reports, ["succeeded during attempt, 0 steps"]);
});

Deno.test("the write of a worker that lost its job reports nothing", async () => {
  using env = await setUp();
  const lease = await leased(env);
  await env.store.cancel(lease.job.id);
  env.reports.length = 0;
  assertEquals(await env.store.complete(lease, plan), "lost");
  assertEquals(await env.store.retry(lease, { failure: fault, runAt: 0 }), "lost");
  assertEquals(env.reports, []);
});
