import {
  assert,
  assertEquals,
  assertNotMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { PublicKind } from "../../../jobs/kind.ts";
import type { Runtime } from "../../../jobs/runtime/runtime.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { refinableKind, testKind } from "../../../testing/jobs.ts";
import { openRuntimes, openRuntimesOn, submit } from "../../../testing/runtimes.ts";

const actor = { name: "ada", via: "api" } as const;
const SECRET = "a surprise trip for Grace";
const CALLBACK = "https://hooks.example.com/?token=secret";

/** A kind whose jobs fail, unless `works` is set. */
function fragileKind() {
  const state = { works: false, runs: 0, steps: 0 };
  const kind: PublicKind = testKind(async ({ text }, context) => {
    state.runs++;
    await context.step("draft", testKind().result, () => {
      state.steps++;
      return Promise.resolve({ text });
    });
    if (!state.works) throw new JobError("refused", "No");
    return { text };
  });
  return { kind, state };
}

/** Opens runtimes whose callbacks go to a closed port. */
async function open(overrides: Parameters<typeof openRuntimes>[0] = {}) {
  const { kind, state } = fragileKind();
  const noticeOf = () => ({ type: "test.failed", data: {} });
  const env = await openRuntimes({ kinds: [kind], noticeOf, ...overrides });
  return { ...env, kind, state, operator: env.a.operator.jobs };
}

/** Submits a job and waits until the instance has nothing to do. */
async function runJob(a: Runtime, kind: PublicKind, callbackUrl: string | null = null) {
  const { job } = await submit(a, kind, { text: SECRET }, { callbackUrl });
  await a.instance.idle();
  return job.id;
}

async function audited(a: Runtime) {
  const { entries } = await a.operator.audit.page({}, { limit: 20 });
  return entries.map(({ action, target, outcome }) => [action, target, outcome]);
}

Deno.test("read() reports all about a job, but its request and the URL of its callback", async () => {
  const traceUrl = "https://traces.example.com/{traceId}?id={traceId}";
  using env = await open({ traceUrl });
  const id = "4bf92f3577b34da6a3ce929d0e0e4736";
  const trace = { traceparent: `00-${id}-00f067aa0ba902b7-01`, tracestate: null };
  const { job } = await submit(env.a, env.kind, { text: SECRET }, { callbackUrl: CALLBACK, trace });
  await env.a.instance.idle();
  const report = await env.operator.read(job.id);
  assert(report);
  assertEquals(report.summary.state, "failed");
  assertEquals([report.failure?.code, report.failure?.message], ["refused", "No"]);
  assertEquals(report.trace, { id, url: `https://traces.example.com/${id}?id=${id}` });
  assertEquals(report.events.map(({ event }) => event), ["accepted", "claimed", "step", "failed"]);
  assertEquals(report.spans.map(({ type }) => type), ["wait", "attempt", "step"]);
  assertEquals(report.callbacks.map(({ kind }) => kind), ["callback"]);
  assertEquals(report.actions, { cancel: false, replay: true, redeliver: true, reveal: true });
  assertNotMatch(JSON.stringify(report), /Grace|token=secret/);
  const delivery = await env.operator.read(report.callbacks[0]!.id);
  assertEquals(delivery?.about, job.id);
  assertEquals(delivery?.actions, { cancel: true, replay: false, redeliver: false, reveal: false });
  assertNotMatch(JSON.stringify(delivery), /token=secret/);
  assertStrictEquals(await env.operator.read(crypto.randomUUID()), null);
});

Deno.test("reveal() returns the request and records it, never its text", async () => {
  using env = await open();
  const id = await runJob(env.a, env.kind, CALLBACK);
  assertEquals(await env.operator.reveal(actor, id), {
    request: { text: SECRET },
    change: null,
  });
  assertEquals(await audited(env.a), [["job.reveal", id, "done"]]);
  const [callback] = (await env.operator.read(id))!.callbacks;
  assertStrictEquals(await env.operator.reveal(actor, callback!.id), "not possible");
  assertStrictEquals(await env.operator.reveal(actor, crypto.randomUUID()), "unknown");
  assertStrictEquals((await audited(env.a)).length, 1);
  const { entries } = await env.a.operator.audit.page({}, { limit: 1 });
  assertNotMatch(JSON.stringify(entries), /Grace/);
});

Deno.test("a report names the job that a refinement changes, and only reveal() shows the change", async () => {
  const kind = refinableKind();
  using env = await open({ kinds: [kind] });
  const id = await runJob(env.a, kind);
  const change = { add: SECRET.toUpperCase() };
  const refined = await env.a.jobs.refine(kind, { parentId: id, change });
  assert(refined.outcome === "accepted");
  await env.a.instance.idle();
  const report = await env.operator.read(refined.job.id);
  assertStrictEquals(report?.summary.refines, id);
  assertStrictEquals((await env.operator.read(id))?.summary.refines, null);
  const { plan: _, ...shown } = report;
  assertNotMatch(JSON.stringify(shown), /grace/i);
  const revealed = await env.operator.reveal(actor, refined.job.id);
  assertEquals(revealed, { request: { text: `${SECRET} ${change.add}` }, change });
});

Deno.test("reveal() shows nothing if the audit cannot be written", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  const id = await runJob(env.a, env.kind);
  hooks.commit = () => Promise.reject(new Error("disk full"));
  await assertRejects(() => env.a.operator.jobs.reveal(actor, id), Error, "disk full");
  hooks.commit = undefined;
});

Deno.test("cancel() cancels a job of any kind, and its worker stops", async () => {
  const held = Promise.withResolvers<void>();
  const kind: PublicKind = testKind(async (request, { signal }) => {
    signal.addEventListener("abort", () => held.resolve());
    await held.promise;
    return request;
  });
  using env = await open({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: SECRET });
  assertStrictEquals(await env.operator.cancel(actor, id), "canceled");
  await env.a.instance.idle();
  assertStrictEquals((await env.operator.read(id))?.summary.state, "canceled");
  assertStrictEquals(await env.operator.cancel(actor, id), "ended");
  assertStrictEquals(await env.operator.cancel(actor, crypto.randomUUID()), "unknown");
  assertEquals(await audited(env.a), [["job.cancel", id, "done"]]);
});

for (const [steps, total] of [["reuse", 1], ["discard", 2]] as const) {
  Deno.test(`replay() with steps "${steps}" runs ${total - 1} finished steps again`, async () => {
    using env = await open();
    const id = await runJob(env.a, env.kind);
    env.state.works = true;
    const replay = await env.operator.replay(actor, id, { steps });
    assert(typeof replay === "object" && replay.isNew);
    await env.a.instance.idle();
    assertEquals([env.state.runs, env.state.steps], [2, total]);
    const report = await env.operator.read(replay.job.id);
    assertEquals([report?.summary.state, report?.summary.replayOf], ["succeeded", id]);
    assertStrictEquals((await env.operator.read(id))?.summary.replayedAs, replay.job.id);
    // A second replay, however its steps are used, is the first one.
    for (const again of ["reuse", "discard"] as const) {
      const same = await env.operator.replay(actor, id, { steps: again });
      assertEquals(typeof same === "object" && [same.job.id, same.isNew], [replay.job.id, false]);
    }
    assertStrictEquals(env.state.runs, 2);
    assertStrictEquals((await audited(env.a)).length, 3);
  });
}

Deno.test("replay() refuses jobs that run, callbacks and unknown jobs", async () => {
  const held = Promise.withResolvers<{ text: string }>();
  const kind: PublicKind = testKind(() => held.promise);
  using env = await open({ kinds: [kind] });
  const options = { steps: "reuse" } as const;
  const { job: { id } } = await submit(env.a, kind, { text: SECRET }, { callbackUrl: CALLBACK });
  assertStrictEquals(await env.operator.replay(actor, id, options), "not ended");
  held.resolve({ text: "plan" });
  await env.a.instance.idle();
  const [callback] = (await env.operator.read(id))!.callbacks;
  await env.operator.cancel(actor, callback!.id);
  assertStrictEquals(await env.operator.replay(actor, callback!.id, options), "not possible");
  assertStrictEquals(await env.a.jobs.replay(callback!.id), null);
  const unknown = newJobId(env.clock.now());
  assertStrictEquals(await env.operator.replay(actor, unknown, options), "unknown");
});

Deno.test("redeliver() creates a callback job when no other one waits or runs", async () => {
  using env = await open();
  const id = await runJob(env.a, env.kind, CALLBACK);
  const [first] = (await env.operator.read(id))!.callbacks;
  const waiting = await env.operator.redeliver(actor, id);
  assertEquals(typeof waiting === "object" && [waiting.job.id, waiting.isNew], [first!.id, false]);
  await env.operator.cancel(actor, first!.id);
  const second = await env.operator.redeliver(actor, id);
  assert(typeof second === "object" && second.isNew);
  const { callbacks } = (await env.operator.read(id))!;
  assertEquals(callbacks.map((callback) => callback.id), [first!.id, second.job.id]);
  assertEquals(
    new Set((await audited(env.a)).map(([action]) => action)),
    new Set(["callback.redeliver", "job.cancel"]),
  );
  const plain = await runJob(env.a, env.kind);
  assertStrictEquals(await env.operator.redeliver(actor, plain), "not possible");
  assertStrictEquals(await env.operator.redeliver(actor, crypto.randomUUID()), "unknown");
});

Deno.test("page() takes ages as times before now", async () => {
  using env = await open();
  await runJob(env.a, env.kind);
  env.clock.advance(3_600_000);
  const id = await runJob(env.a, env.kind);
  const page = await env.operator.page({ since: "30m", state: "failed" }, { limit: 5 });
  assertEquals(page.jobs.map((job) => job.id), [id]);
});
