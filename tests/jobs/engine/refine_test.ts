import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import type { ChangeRefusal } from "../../../jobs/engine/refinement_draft.ts";
import type { RefineOptions, Refusal, Submission } from "../../../jobs/engine/submission.ts";
import type { PublicKind } from "../../../jobs/kind.ts";
import { clientCaller, keyCaller } from "../../../lib/caller.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { JobRecord } from "../../../lib/job/job_record.ts";
import { MAX_LINEAGE } from "../../../lib/job/refinement.ts";
import type { JobStore } from "../../../lib/store/job_store.ts";
import { noSums, SpendingStore } from "../../../lib/store/spending_store.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import {
  anyParts,
  anyRequest,
  changedPlan,
  HOUR,
  modelOf,
  refinableKind,
  silentTurn,
} from "../../../testing/jobs.ts";
import {
  jobOf,
  openRuntimes,
  openRuntimesOn,
  submit,
  sweepFor,
  tryAgain,
} from "../../../testing/runtimes.ts";

type Env = Pick<Awaited<ReturnType<typeof openRuntimes>>, "a" | "kind">;

/** Sends a change that must be accepted. */
async function refine(
  { a, kind }: Env,
  parentId: string,
  { add = "world", ...options }: RefineOptions & { add?: string } = {},
): Promise<Submission> {
  const submitted = await a.jobs.refine(kind, { parentId, change: { add } }, options);
  assert(submitted.outcome === "accepted", submitted.outcome);
  return submitted;
}

/** Sends a change that must be refused. */
async function refusedChange(
  { a, kind }: Env,
  parentId: string,
  { add = "world", ...options }: RefineOptions & { add?: string } = {},
): Promise<Refusal | ChangeRefusal> {
  const submitted = await a.jobs.refine(kind, { parentId, change: { add } }, options);
  assert(submitted.outcome !== "accepted");
  return submitted;
}

/** Writes a plan and returns its job. */
async function planned({ a, kind }: Env, text = "hello"): Promise<JobRecord> {
  const { job } = await submit(a, kind, { text });
  await a.instance.idle();
  return job;
}

async function planOf(store: JobStore, id: string): Promise<unknown> {
  return (await store.read(id))?.result;
}

async function openRefinable(
  overrides: Parameters<typeof openRuntimes>[0] = {},
  kind: PublicKind = refinableKind(),
) {
  return await openRuntimes({ kinds: [kind], ...overrides });
}

Deno.test("refine() starts a job from the plan of its parent, which does not change", async () => {
  await using env = await openRefinable();
  const parent = await planned(env);
  const before = await env.store.read(parent.id);
  const { job, isRepeated } = await refine(env, parent.id);
  assertStrictEquals(isRepeated, false);
  await env.a.instance.idle();
  assertEquals(await planOf(env.store, job.id), { text: "hello +world" });
  const done = await jobOf(env.store, job.id);
  assertEquals([done.schema, done.request], [3, { text: "hello world" }]);
  assertEquals(done.refinement, {
    refines: parent.id,
    lineage: [parent.id],
    change: { add: "world" },
    base: done.refinement!.base,
  });
  assertEquals(await env.store.read(parent.id), before);
});

Deno.test("refine() changes the plan of a refinement, and the lineage grows to its limit", async () => {
  await using env = await openRefinable();
  const ids = [(await planned(env)).id];
  for (let n = 1; n <= MAX_LINEAGE + 3; n++) {
    const { job } = await refine(env, ids.at(-1)!, { add: `n${n}.` });
    await env.a.instance.idle();
    assertEquals(job.refinement!.refines, ids.at(-1));
    assertEquals(job.refinement!.lineage, ids.slice(-MAX_LINEAGE));
    ids.push(job.id);
  }
  const text = ["hello", ...ids.slice(1).map((_, n) => `+n${n + 1}.`)].join(" ");
  assertEquals(await planOf(env.store, ids.at(-1)!), { text });
});

/** An instance that accepts jobs and leaves them to others. */
function acceptingOnly({ kv, clock, kind }: Awaited<ReturnType<typeof openRuntimes>>) {
  const { a } = openRuntimesOn(kv, { kinds: [kind], concurrency: 0 }, clock);
  return { a, kind };
}

Deno.test("a refinement has its own copy of the plan, for when its parent has expired", async () => {
  await using env = await openRefinable();
  const parent = await planned(env);
  env.clock.advance(23 * HOUR);
  const { job } = await refine(acceptingOnly(env), parent.id);
  env.clock.advance(2 * HOUR);
  assertStrictEquals(await env.store.read(parent.id), null);
  await env.b.instance.sweep();
  await env.b.instance.idle();
  assertEquals(await planOf(env.store, job.id), { text: "hello +world" });
});

Deno.test("refine() refuses unknown jobs, hidden jobs, other kinds and jobs without a plan", async () => {
  const failing = refinableKind(({ text }) =>
    text === "fail" ? Promise.reject(new JobError("refused", "No")) : Promise.resolve({ text })
  );
  await using env = await openRefinable({}, failing);
  const permit = () => {
    throw new Error("the refused change was counted");
  };
  const unknown = { outcome: "parent unknown" } as const;
  assertEquals(await refusedChange(env, crypto.randomUUID(), { permit }), unknown);
  const parent = await planned(env);
  const other = { ...env, kind: { ...env.kind, name: "other" } };
  assertEquals(await refusedChange(other, parent.id, { permit }), unknown);
  const seen: string[] = [];
  const maySee = ({ id }: JobRecord) => seen.push(id) < 0;
  assertEquals(await refusedChange(env, parent.id, { permit, maySee }), unknown);
  assertEquals(seen, [parent.id]);
  const failed = await planned(env, "fail");
  const { job: waiting } = await submit(acceptingOnly(env).a, env.kind, { text: "later" });
  const { job: canceled } = await submit(acceptingOnly(env).a, env.kind, { text: "never" });
  await env.a.jobs.cancel(env.kind, canceled.id);
  for (
    const [id, state] of [[failed.id, "failed"], [waiting.id, "queued"], [canceled.id, "canceled"]]
  ) {
    const refusal = await refusedChange(env, id!, { permit });
    assert(refusal.outcome === "parent without plan");
    assertStrictEquals(refusal.parent.state, state);
  }
});

Deno.test("refine() refuses a change that the kind refuses, and stores nothing", async () => {
  await using env = await openRefinable();
  const parent = await planned(env);
  const count = async () => (await Array.fromAsync(env.kv.list({ prefix: [] }))).length;
  const before = await count();
  assertEquals(await refusedChange(env, parent.id, { add: "hell" }), {
    outcome: "request refused",
    issues: [{ path: ["add"], message: "the plan has it already" }],
  });
  assertStrictEquals(await count(), before);
});

Deno.test("refine() refuses a request and a change that do not fit into a record together", async () => {
  await using env = await openRefinable();
  const parent = await planned(env, "a".repeat(24_000));
  assertStrictEquals((await refine(env, parent.id, { add: "b".repeat(900) })).isRepeated, false);
  // The text is in the new request and in the change.
  const refusal = await refusedChange(env, parent.id, { add: "b".repeat(14_000) });
  assert(refusal.outcome === "request refused");
  assertEquals(refusal.issues.map(({ path }) => path), [[]]);
  await env.a.instance.idle();
});

Deno.test("a repeated refinement finds its job, also when the parent has expired", async () => {
  await using env = await openRefinable();
  const caller = clientCaller("11111111-2222-4333-8444-555555555555");
  const options = { caller, idempotencyKey: "change-1" };
  const parent = await planned(env);
  env.clock.advance(23 * HOUR);
  const first = await refine(env, parent.id, options);
  await env.a.instance.idle();
  env.clock.advance(2 * HOUR);
  const again = await refine(env, parent.id, options);
  assertEquals([again.job.id, again.isRepeated], [first.job.id, true]);
  assertEquals(again.job.refinement, first.job.refinement);
  const reused = { outcome: "key reused" } as const;
  assertEquals(await refusedChange(env, parent.id, { ...options, add: "moon" }), reused);
  assertEquals(await refusedChange(env, crypto.randomUUID(), options), reused);
  assertEquals(await env.a.jobs.submit(env.kind, { text: "hello world" }, options), reused);
  const missing = await refusedChange(env, parent.id, { caller, idempotencyKey: "change-2" });
  assertStrictEquals(missing.outcome, "parent unknown");
});

Deno.test("two instances accept a repeated refinement once", async () => {
  await using env = await openRefinable();
  const parent = await planned(env);
  const options = { idempotencyKey: "change-1" };
  const [one, other] = await Promise.all([
    refine(env, parent.id, options),
    refine({ a: env.b, kind: env.kind }, parent.id, options),
  ]);
  assertStrictEquals(one.job.id, other.job.id);
  await Promise.all([env.a.instance.idle(), env.b.instance.idle()]);
});

Deno.test("identical refinements in flight share one plan, others do not", async () => {
  let runs = 0;
  const kind = refinableKind(async ({ text }, { refinement }) => {
    runs++;
    return await Promise.resolve(refinement ? changedPlan(refinement) : { text });
  });
  await using env = await openRefinable({ dedupeInFlight: true }, kind);
  const [parent, twin] = [await planned(env, "hello"), await planned(env, "hello")];
  runs = 0;
  const accepting = acceptingOnly(env);
  accepting.a =
    openRuntimesOn(env.kv, { kinds: [kind], concurrency: 0, dedupeInFlight: true }, env.clock).a;
  const jobs = [];
  for (const [id, add] of [[parent.id, "x"], [parent.id, "x"], [parent.id, "y"], [twin.id, "x"]]) {
    jobs.push((await refine(accepting, id!, { add: add! })).job);
  }
  for (let n = 0; n < 3; n++) {
    await env.a.instance.sweep();
    await env.a.instance.idle();
    env.clock.advance(5_000);
  }
  const plans = await Promise.all(jobs.map(({ id }) => planOf(env.store, id)));
  assertEquals(plans, ["x", "x", "y", "x"].map((add) => ({ text: `hello +${add}` })));
  assertStrictEquals(runs, 3);
});

Deno.test("a refinement that loses its instance resumes from its steps and the same plan", async () => {
  const calls: string[] = [];
  const begun = Promise.withResolvers<void>();
  const kind = refinableKind(async ({ text }, context) => {
    const { refinement, attempt } = context;
    if (!refinement) return { text };
    const plan = await context.step("write", z.object({ text: z.string() }), () => {
      calls.push(`write ${attempt}`);
      return Promise.resolve(changedPlan(refinement));
    });
    if (attempt === 1) {
      begun.resolve();
      return await new Promise(() => {});
    }
    return plan;
  });
  await using env = await openRefinable({}, kind);
  const parent = await planned(env);
  const { job } = await refine(env, parent.id);
  await begun.promise;
  await sweepFor(env, 12_000);
  await env.b.instance.idle();
  assertEquals(await planOf(env.store, job.id), { text: "hello +world" });
  const done = await jobOf(env.store, job.id);
  assertEquals([done.attempt, done.refinement], [2, job.refinement]);
  assertEquals(calls, ["write 1"]);
});

for (const steps of ["reuse", "discard"] as const) {
  Deno.test(`a replay of a refinement starts from the same plan (steps: ${steps})`, async () => {
    let calls = 0;
    const kind = refinableKind(async ({ text }, context) => {
      const { refinement } = context;
      if (!refinement) return { text };
      const output = z.object({ text: z.string() });
      const plan = await context.step(
        "write",
        output,
        () => Promise.resolve(changedPlan(refinement)),
      );
      if (++calls === 1) throw new JobError("refused", "No");
      return plan;
    });
    await using env = await openRefinable({}, kind);
    const parent = await planned(env);
    const { job } = await refine(env, parent.id);
    await env.a.instance.idle();
    env.clock.advance(23 * HOUR);
    const replayed = await env.a.jobs.replay(job.id, steps);
    assert(replayed?.isNew);
    await env.a.instance.idle();
    const done = await jobOf(env.store, replayed.job.id);
    assertEquals([done.state, done.replayOf, done.schema], ["succeeded", job.id, 3]);
    assertEquals(done.refinement, job.refinement);
    assertEquals(await planOf(env.store, done.id), { text: "hello +world" });
    // It lives longer than the job that it repeats.
    env.clock.advance(2 * HOUR);
    const again = await refine(env, done.id, { add: "moon" });
    await env.a.instance.idle();
    assertEquals(await planOf(env.store, again.job.id), { text: "hello +world +moon" });
  });
}

Deno.test("a refinement gets no placeholder when the quota is spent", async () => {
  const kind = refinableKind(({ text }, { refinement }) =>
    refinement ? Promise.reject(new JobError("quota_exceeded", "Quota")) : Promise.resolve({ text })
  );
  await using env = await openRefinable({ mockIfQuota: true }, kind);
  const { job } = await refine(env, (await planned(env)).id);
  await env.a.instance.idle();
  const done = await jobOf(env.store, job.id);
  assert(done.state === "failed");
  assertStrictEquals(done.failure.code, "quota_exceeded");
});

Deno.test("refine() refuses to change a placeholder", async () => {
  const kind = refinableKind(() => Promise.reject(new JobError("quota_exceeded", "Quota")));
  await using env = await openRefinable({ mockIfQuota: true }, kind);
  const parent = await jobOf(env.store, (await planned(env)).id);
  assert(parent.state === "succeeded");
  assertStrictEquals(parent.source, "placeholder");
  assertEquals(await refusedChange(env, parent.id), { outcome: "parent without plan", parent });
});

Deno.test("a refinement whose copy does not fit on the disk is refused", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [refinableKind()] });
  const parent = await planned(env);
  hooks.commit = (sets, run) =>
    sets.some(([type]) => type === "base")
      ? Promise.reject(new Error("database or disk is full"))
      : run();
  assertEquals(await refusedChange(env, parent.id), { outcome: "storage full" });
});

Deno.test("a refinement counts for the daily jobs of its key", async () => {
  await using env = await openRefinable();
  const caller = keyCaller("0123", { scopes: ["make"], dailyJobs: 2, dailyCostUsd: null });
  const { job: parent } = await submit(env.a, env.kind, { text: "hello" }, { caller });
  await env.a.instance.idle();
  assertStrictEquals((await refine(env, parent.id, { caller })).budget?.left, 0);
  const refusal = await refusedChange(env, parent.id, { caller, add: "moon" });
  assertStrictEquals(refusal.outcome, "budget spent");
  await env.a.instance.idle();
});

Deno.test("the refinements of a job are listed for their owner, newest first and in pages", async () => {
  await using env = await openRefinable();
  const [ours, theirs] = ["ours", "theirs"].map((name) => clientCaller(name.repeat(4)));
  const [parent, other] = [await planned(env), await planned(env)];
  const ids: string[] = [];
  for (const add of ["a", "b", "c", "d", "e"].map((letter) => `${letter}.`)) {
    ids.unshift((await refine(env, parent.id, { caller: ours!, add })).job.id);
    env.clock.advance(1_000);
  }
  const theirId = (await refine(env, parent.id, { caller: theirs! })).job.id;
  await refine(env, other.id, { caller: ours! });
  const owner = ours!.owner!;
  const found: string[] = [];
  for (let after = null;;) {
    const page = await env.a.jobs.list(env.kind, { owner, refines: parent.id, limit: 2, after });
    found.push(...page.jobs.map(({ id }) => id));
    if (page.next === null) break;
    after = page.next;
  }
  assertEquals(found, ids);
  const all = await env.a.jobs.listAll(env.kind, { refines: parent.id, limit: 9, after: null });
  assertEquals(all.jobs.map(({ id }) => id), [theirId, ...ids]);
  const kind = { ...env.kind, name: "other" };
  const none = await env.a.jobs.list(kind, { owner, refines: parent.id, limit: 2, after: null });
  assertEquals(none.jobs, []);
  await env.a.instance.idle();
});

Deno.test("a replay of a refinement is in no list of its owner", async () => {
  await using env = await openRefinable();
  const caller = clientCaller("ours".repeat(4));
  const parent = await planned(env);
  const { job } = await refine(env, parent.id, { caller });
  await env.a.instance.idle();
  await env.a.jobs.replay(job.id);
  await tryAgain(env, 1);
  const owner = caller.owner!;
  const { jobs } = await env.a.jobs.list(env.kind, {
    owner,
    refines: parent.id,
    limit: 9,
    after: null,
  });
  assertEquals(jobs.map(({ id }) => id), [job.id]);
});

Deno.test("a refinement costs what its turn costs, and that is not the price of a plan", async () => {
  const kind = refinableKind(async (request, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    return context.refinement ? changedPlan(context.refinement) : request;
  });
  const tokens = { cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const usage = { inputTokens: 1_000_000, ...tokens };
  const model = () => modelOf({ chat: () => Promise.resolve({ ...silentTurn, text: "", usage }) });
  const prices = { "gpt-test": { input: 1, output: 1 } };
  const daily = { jobs: 10, costUsd: undefined };
  await using env = await openRefinable({ model, prices, daily }, kind);
  await refine(env, (await planned(env)).id);
  await env.a.instance.idle();
  const spending = new SpendingStore(env.kv, {
    clock: env.clock,
    holder: "a",
    kinds: ["test"],
    isLimited: true,
    isCostLimited: () => false,
  });
  const sums = (await spending.read()).today.kinds.get("test");
  const expected = { accepted: 2, closed: 2, cost: 2, plans: 1, planCost: 1 };
  assertEquals(sums, { ...noSums(), ...expected });
});
