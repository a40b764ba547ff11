/** KV Connect sends a commit again if its answer is lost. No store may take that for a conflict. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { AlertBook } from "../../../lib/store/alert_store.ts";
import { AlertStore } from "../../../lib/store/alert_store.ts";
import { ApiKeyStore } from "../../../lib/store/api_key_store.ts";
import { Breaker } from "../../../lib/store/breaker.ts";
import { BulkTurns } from "../../../lib/store/bulk_turns.ts";
import { keepReceipts } from "../../../lib/store/commit_receipts.ts";
import { ControlsStore } from "../../../lib/store/controls_store.ts";
import { HistoryStore } from "../../../lib/store/history_store.ts";
import type { AcceptTerms } from "../../../lib/store/acceptance_store.ts";
import type { Lease } from "../../../lib/store/job_commit.ts";
import { PlaceTurns } from "../../../lib/store/place_store.ts";
import { QueueStore } from "../../../lib/store/queue_store.ts";
import { SpendingStore } from "../../../lib/store/spending_store.ts";
import { StoredResponses } from "../../../lib/store/stored_responses.ts";
import { HOUR_MS, MINUTE_MS } from "../../../lib/history/range.ts";
import { secretsOf } from "../../../lib/api_key.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { noProgress } from "../../../lib/job/progress.ts";
import { deadlineFailure } from "../../../lib/job/job_record.ts";
import { madeKey } from "../../../testing/api_keys.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { rowOf } from "../../../testing/history.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";
import { limitChecks } from "../../../testing/limited_kv.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { claim, fault, finished, plan, step } from "../../../testing/stores.ts";
import type { Kv } from "../../../lib/platform/kv.ts";

const A = "instance-a";

/** Ids that are the same in each run, so that what is stored can be compared. */
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** The stores over a database like one over a network. */
async function openEnv() {
  const { kv: raw, hooks } = hookKv(await Deno.openKv(":memory:"));
  const kv: Kv = limitChecks(keepReceipts(raw));
  const clock = new FakeClock();
  const spending = new SpendingStore(kv, {
    clock,
    holder: A,
    kinds: ["test"],
    isLimited: true,
    isCostLimited: () => false,
  });
  const { store, instances } = openStores(kv, {
    clock,
    spending,
    successorOf: (job) => job.kind === "test" ? queuedJob({ id: idOf(9), kind: "callback" }) : null,
  });
  const job = queuedJob({ id: idOf(1), owner: "client:ours" });
  return {
    kv,
    raw,
    hooks,
    clock,
    store,
    instances,
    job,
    ring: instances.addRing.bind(instances),
    /** Accepts the job. */
    accept: (terms: AcceptTerms = {}) => store.accept(job, terms),
    /** Accepts the job, and claims it. */
    async hold(): Promise<Lease> {
      await store.accept(job);
      const lease = await claim(store, job.id, { holder: A });
      assert(lease);
      return lease;
    },
    async due() {
      const due = await store.readDue(job.id);
      assert(due && !due.isOverdue);
      return due;
    },
    [Symbol.dispose]: () => kv.close(),
  };
}
type Env = Awaited<ReturnType<typeof openEnv>>;

/** The parts of a key that are random otherwise. */
const sameKey = { id: idOf(3), start: "tw_00000", secrets: secretsOf("tw_0") };

/** Prepares the database, and returns the change whose commits are sent twice. */
type Change = (env: Env) => Promise<() => Promise<unknown>>;

const book: AlertBook = { at: NOON, holder: A, alerts: [], changes: [] };
const part = { from: NOON - HOUR_MS, to: NOON + HOUR_MS };

const changes: Record<string, Change> = {
  "a job is accepted": ({ accept }) => Promise.resolve(async () => (await accept()).outcome),
  "a job is accepted on all terms": ({ accept }) =>
    Promise.resolve(async () => {
      const idempotency = { key: "key", fingerprint: "same" };
      const { lease, ...acceptance } = await accept({ idempotency, dailyBudget: 5, holder: A });
      return [acceptance, lease?.job.attempt];
    }),
  "a job is claimed": async ({ accept, due, store }) => {
    await accept();
    const found = await due();
    return async () => (await store.claim(found, A))?.job.attempt;
  },
  "a waiting job fails": async ({ accept, due, store }) => {
    await accept();
    const found = await due();
    return async () => (await store.failWaiting(found, deadlineFailure()))?.state;
  },
  "a step is stored": async ({ hold, store }) => {
    const lease = await hold();
    return () => store.checkpoints.saveStep(lease, step, finished);
  },
  "a response is stored": async ({ hold, store }) => {
    const lease = await hold();
    return () => store.checkpoints.saveResponse(lease, step, "resp_1");
  },
  "progress is stored": async ({ hold, store }) => {
    const lease = await hold();
    return () => store.checkpoints.report(lease, noProgress);
  },
  "a job is put back": async ({ hold, store }) => {
    const lease = await hold();
    return () => store.retry(lease, { failure: fault, runAt: NOON, isUnpriced: true });
  },
  "a job is released": async ({ hold, store }) => {
    const lease = await hold();
    return () => store.release(lease, { runAt: NOON });
  },
  "a job is completed": async ({ hold, store }) => {
    const lease = await hold();
    return () => store.complete(lease, plan);
  },
  "a job fails": async ({ hold, store }) => {
    const lease = await hold();
    return () => store.fail(lease, { failure: fault });
  },
  "a job is canceled": async ({ hold, store, job }) => {
    await hold();
    return () => store.cancel(job.id);
  },
  "a job is rescued": async ({ hold, store, instances, job }) => {
    await hold();
    const [beat] = await instances.list();
    const held = { id: job.id, holder: A, attempt: 1 };
    return async () => (await store.rescue(held, beat))?.state;
  },
  "a job is replayed": async ({ hold, store, job }) => {
    await store.complete(await hold(), plan);
    return async () =>
      (await store.derived.replay(job.id, { newId: idOf(2), steps: "reuse" }))?.isNew;
  },
  "a callback is delivered again": async ({ hold, store, job }) => {
    await store.complete(await hold(), plan);
    await store.cancel(idOf(9));
    return async () => (await store.derived.redeliver(job.id))?.isNew;
  },
  "a webhook wakes a job": async ({ hold, store }) => {
    await store.checkpoints.saveResponse(await hold(), step, "resp_1");
    return () => store.ringFor({ responseId: "resp_1", deliveryId: "delivery" });
  },
  "a bulk job takes its turn": ({ kv, clock }) =>
    Promise.resolve(() => new BulkTurns(kv, { clock, ttlMs: HOUR }).take("replay", idOf(1))),
  "an operator pauses the intake": ({ kv, clock, ring }) =>
    Promise.resolve(() =>
      new ControlsStore(kv, { clock, ring })
        .change({ what: { intake: true }, isPaused: true, by: "Ann" })
    ),
  "an API key is revoked": async ({ kv, clock, ring }) => {
    const keys = new ApiKeyStore(kv, { clock, ring });
    const { key } = madeKey({ ...sameKey });
    await keys.create(key);
    return async () => (await keys.revoke(key.id))?.revokedAt;
  },
  "the service is opened again": async ({ kv, clock, ring }) => {
    const keys = new ApiKeyStore(kv, { clock, ring });
    const { key } = madeKey({ ...sameKey, revokedAt: NOON });
    await keys.create(key);
    return () => keys.open();
  },
  "the breaker is closed": async ({ kv, clock, ring }) => {
    const breaker = new Breaker(kv, { clock, ring });
    const job = { id: idOf(1), kind: "test", request: "request", owner: null };
    const refuse = () => Promise.reject(new JobError("quota_exceeded", "OpenAI API error: 429"));
    await breaker.guard(job, { signal: new AbortController().signal }, refuse).catch(() => {});
    assert(await breaker.read("test") !== null);
    return () => breaker.closeNow("test");
  },
  "alerts are stored, and delivered": async ({ kv, clock, store: jobs }) => {
    const alerts = new AlertStore(kv, { clock, jobs });
    const stored = await alerts.read();
    // More than a commit may have checks.
    const notices = Array.from({ length: 12 }, (_, n) => queuedJob({ id: idOf(n), kind: "alert" }));
    return () => alerts.save(stored, { book, jobs: notices });
  },
  "a row of the history is replaced": async ({ kv, clock }) => {
    const history = new HistoryStore(kv, clock);
    const own = { level: "minute", period: NOON / MINUTE_MS, writer: A } as const;
    const row = rowOf({ counters: { accepted: { test: 1 } } });
    const replaces = await history.writeLast(A, [{ ...own, row, replaces: null }]);
    assert(replaces);
    return async () => await history.writeLast(A, [{ ...own, row, replaces }]) !== null;
  },
  "rows of the history are merged": async ({ kv, clock }) => {
    const history = new HistoryStore(kv, clock);
    const row = rowOf({ counters: { accepted: { test: 1 } } });
    for (let n = 0; n < 12; n++) {
      const own = { level: "minute", period: NOON / MINUTE_MS, writer: `instance-${n}` } as const;
      await history.writeLast(own.writer, [{ ...own, row }]);
    }
    return () => history.merge("minute", part);
  },
  "an instance takes a turn at a service": ({ kv, clock }) =>
    Promise.resolve(() =>
      new PlaceTurns(kv, { clock, intervalMs: 1_000 }).take(new AbortController().signal)
    ),
  "an instance claims a sweep": ({ kv, clock }) =>
    Promise.resolve(async () => (await new StoredResponses(kv, clock).claimSweep())?.at),
  "the queue is published": ({ kv }) =>
    Promise.resolve(async () => {
      const lists = {
        jobs: new Float64Array(),
        places: new Float64Array(),
        positions: new Float64Array(),
        startsAt: new Float64Array(),
      };
      const pace = { starts: 0, ms: 0 };
      const queue = { number: 1, by: A, at: NOON, isPartial: false, ...lists, pace };
      return await new QueueStore(kv).publish("test", { queue, replaced: null }) !== null;
    }),
};

/** Returns what is stored, but for the receipts. */
async function storedIn(kv: Kv) {
  const entries = await Array.fromAsync(kv.list({ prefix: [] }));
  return entries.filter(({ key }) => key[0] !== "receipt").map(({ key, value }) => [key, value]);
}

/** Makes a change, and returns what its caller got, what is stored, and the number of commits. */
async function make(change: Change, { tries }: { tries: number }) {
  using env = await openEnv();
  const run = await change(env);
  let commits = 0;
  env.hooks.commit = async (_sets, commit) => {
    commits++;
    for (let n = 1; n < tries; n++) await commit();
    return await commit();
  };
  const outcome = await run();
  return { outcome, stored: await storedIn(env.raw), commits };
}

for (const [name, change] of Object.entries(changes)) {
  Deno.test(`${name}, with the same effect if each commit is sent twice`, async () => {
    const once = await make(change, { tries: 1 });
    assert(once.commits > 0);
    assertEquals(await make(change, { tries: 2 }), once);
  });
}

Deno.test("a commit whose check fails has no receipt, and its result says so", async () => {
  using env = await openEnv();
  await env.kv.set(["key"], "other");
  const absent = { key: ["key"], versionstamp: null };
  assertEquals(await env.kv.atomic().check(absent).set(["key"], "own").commit(), { ok: false });
  assertEquals(await storedIn(env.raw), [[["key"], "other"]]);
  assertStrictEquals((await Array.fromAsync(env.raw.list({ prefix: ["receipt"] }))).length, 0);
});

Deno.test("only commits that must not be repeated have a receipt", async () => {
  using env = await openEnv();
  const receipts = async () =>
    (await Array.fromAsync(env.raw.list({ prefix: ["receipt"] }))).length;
  const lease = await env.hold();
  const before = await receipts();
  await env.instances.beat(A);
  await env.store.checkpoints.report(lease, noProgress);
  assertStrictEquals(await receipts(), before);
  await env.store.complete(lease, plan);
  assertStrictEquals(await receipts(), before + 1);
});

Deno.test("a database like one over a network takes no commit with more checks than denokv", async () => {
  using env = await openEnv();
  const commit = env.kv.atomic();
  const check = { key: ["absent"], versionstamp: null };
  for (let n = 0; n < 9; n++) commit.check(check);
  let refused: unknown;
  try {
    commit.check(check);
  } catch (error) {
    refused = error;
  }
  assert(refused instanceof Error);
});
