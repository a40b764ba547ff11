import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { INTAKE } from "../../../jobs/operator/controls.ts";
import type { Actor } from "../../../jobs/operator/audit.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { VERSION } from "../../../lib/version.ts";
import {
  heldWork,
  jobOf,
  openRuntimes,
  openRuntimesOn,
  submit,
} from "../../../testing/runtimes.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { anyParts, anyRequest, modelOf, silentTurn, testKind } from "../../../testing/jobs.ts";

const ada: Actor = { name: "Ada", via: "api" };

/** Two instances and a kind whose model refuses its first call. */
async function openRefused(code: "rate_limited" | "quota_exceeded" = "rate_limited") {
  let calls = 0;
  const refusal = new JobError(code, "OpenAI API error: 429", { retryAfterMs: 300_000 });
  const chat = () =>
    calls++ === 0 ? Promise.reject(refusal) : Promise.resolve({ ...silentTurn, text: "plan" });
  const kind = testKind(async ({ text }, context) => {
    await context.chat("turn", anyRequest, anyParts);
    return { text };
  });
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openRuntimesOn(kv, { kinds: [kind], model: () => modelOf({ chat }) });
  return { ...env, hooks, kind: env.kind, [Symbol.dispose]: () => kv.close() };
}

Deno.test("closeBreaker() starts the jobs that wait, and jobs that were put back for later", async () => {
  using env = await openRefused();
  const { job: released } = await submit(env.a, env.kind, { text: "first" });
  await env.settled();
  const { job: waiting } = await submit(env.b, env.kind, { text: "second" });
  await env.settled();
  env.clock.advance(1_000);
  for (const { id } of [released, waiting]) {
    assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  }
  assertStrictEquals(await env.b.operator.controls.closeBreaker(ada, "test"), true);
  await env.settled();
  for (const { id } of [released, waiting]) {
    assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  }
  env.clock.advance(1);
  assertStrictEquals(await env.b.operator.controls.closeBreaker(ada, "test"), false);
  const { entries } = await env.a.operator.audit.page({}, { limit: 10 });
  assertEquals(
    entries.map(({ action, target, details, outcome }) => [action, target, details, outcome]),
    [
      ["breaker.close", "test", { jobsDue: 0 }, "done"],
      ["breaker.close", "test", { jobsDue: 1 }, "done"],
    ],
  );
});

Deno.test("closeBreaker() starts jobs that were put back before they could call the model", async () => {
  const second = Promise.withResolvers<void>();
  const refusal = new JobError("rate_limited", "OpenAI API error: 429", {
    retryAfterMs: 300_000,
  });
  let isDown = true;
  const chat = () =>
    isDown ? Promise.reject(refusal) : Promise.resolve({ ...silentTurn, text: "plan" });
  const kind = testKind(async ({ text }, context) => {
    if (text === "late") await second.promise;
    await context.chat("turn", anyRequest, anyParts);
    return { text };
  });
  using env = await openRuntimes({ kinds: [kind], model: () => modelOf({ chat }) });
  const { job: late } = await submit(env.a, kind, { text: "late" });
  await env.settled();
  await submit(env.a, kind, { text: "first" });
  await env.settled();
  second.resolve();
  await env.settled();
  assertStrictEquals((await jobOf(env.store, late.id)).state, "queued");
  isDown = false;
  env.clock.advance(1_000);
  await env.a.operator.controls.closeBreaker(ada, "test");
  await env.settled();
  assertStrictEquals((await jobOf(env.store, late.id)).state, "succeeded");
});

Deno.test("closeBreaker() is done if only the answer of its commit gets lost", async () => {
  using env = await openRefused();
  const { job } = await submit(env.a, env.kind, { text: "first" });
  await env.settled();
  env.clock.advance(1_000);
  env.hooks.commit = async (sets, run) => {
    const result = await run();
    // It deletes the state, and rings the bell.
    if (sets.length === 1 && sets[0]![0] === "bell") throw new Error("answer lost");
    return result;
  };
  assertStrictEquals(await env.b.operator.controls.closeBreaker(ada, "test"), true);
  await env.settled();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "succeeded");
});

Deno.test("closeBreaker() leaves the time of a retry alone", async () => {
  const { kv } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, {
    kinds: [
      testKind(() => Promise.reject(new JobError("upstream_error", "OpenAI API error: 500"))),
    ],
  });
  const { job } = await submit(env.a, env.kind, { text: "hello" });
  await env.settled();
  const before = await jobOf(env.store, job.id);
  assert(before.state === "queued" && before.runAt > NOON, before.state);
  await env.a.operator.controls.closeBreaker(ada, "test");
  assertEquals(await jobOf(env.store, job.id), before);
});

const changes: [what: string, action: string, target: string | null][] = [
  [INTAKE, "intake", null],
  ["test", "kind", "test"],
];

for (const [what, action, target] of changes) {
  Deno.test(`pause() and resume() of ${what} are in the audit, without the note`, async () => {
    using env = await openRefused();
    const { controls, audit } = env.a.operator;
    env.clock.advance(5);
    await controls.pause(ada, { what, note: what === INTAKE ? "Back at six" : null });
    const paused = await env.b.operator.controls.read();
    assertStrictEquals(paused.intake, what === INTAKE ? "paused" : "open");
    assertEquals(paused.kinds.map(({ kind, isPaused }) => [kind, isPaused]), [
      ["test", what === "test"],
    ]);
    assertEquals(paused.changed, { by: "Ada", at: NOON + 5 });
    env.clock.advance(1);
    await controls.resume(ada, what);
    assertStrictEquals((await env.b.operator.controls.read()).note, null);
    const { entries } = await audit.page({}, { limit: 10 });
    assertEquals(entries.map((entry) => [entry.action, entry.target, entry.details]), [
      [`${action}.resume`, target, {}],
      [`${action}.pause`, target, {}],
    ]);
  });
}

Deno.test("without its entry in the audit, nothing is paused", async () => {
  using env = await openRefused();
  env.hooks.commit = (sets, run) =>
    sets.some(([name]) => name === "audit") ? Promise.reject(new Error("full")) : run();
  const { controls } = env.a.operator;
  await assertRejects(() => controls.pause(ada, { what: "test" }), Error, "full");
  assertStrictEquals((await controls.read()).kinds[0]!.isPaused, false);
});

Deno.test("instances() lists the jobs that each instance works on", async () => {
  const held = Promise.withResolvers<void>();
  const { kv } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, {
    kinds: [testKind(async (request) => {
      await held.promise;
      return request;
    })],
  });
  const { job } = await submit(env.a, env.kind, { text: "hello" });
  await env.settled();
  const instances = await env.b.operator.controls.instances();
  assertEquals(instances.map(({ jobs, hasMore }) => [jobs, hasMore]).toSorted().reverse(), [
    [[job.id], false],
    [[], false],
  ]);
  held.resolve();
  await env.settled();
});

Deno.test("instances() lists idle instances that report, with what they report", async () => {
  using env = await openRuntimes({ concurrency: 7 });
  await env.a.operator.history.announce();
  const [one, other, ...more] = await env.b.operator.controls.instances();
  assertEquals(more, []);
  // The instance that answers is first, and has not reported.
  assertEquals([one!.isAlive, one!.presence], [true, null]);
  assertEquals([other!.isAlive, other!.heartbeatAt, other!.jobs], [true, null, []]);
  assertEquals(other!.presence, {
    holder: other!.id,
    version: VERSION,
    hostName: Deno.hostname(),
    startedAt: NOON,
    at: NOON,
    running: {},
    freeSlots: 7,
  });
});

Deno.test("instances() shows a silent holder of jobs as dead, although it has reported lately", async () => {
  const { kind, begun, finish } = heldWork();
  using env = await openRuntimes({ kinds: [kind] });
  await submit(env.a, kind, { text: "hello" });
  await begun;
  await env.a.operator.history.announce();
  env.clock.advance(20_000);
  const instances = await env.b.operator.controls.instances();
  assertEquals(instances.map(({ isAlive, jobs }) => [isAlive, jobs.length]).toSorted(), [
    [false, 1],
    [true, 0],
  ]);
  finish();
  await env.settled();
});
