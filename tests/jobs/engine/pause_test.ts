import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { PublicKind } from "../../../jobs/kind.ts";
import { type ControlChange, ControlsStore } from "../../../lib/store/controls_store.ts";
import { isEnded } from "../../../lib/job/job_record.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, MINUTE, testKind } from "../../../testing/jobs.ts";
import { heldWork, jobOf, openRuntimesOn, refused, submit } from "../../../testing/runtimes.ts";
import type { AtomicOperation } from "../../../lib/platform/kv.ts";

/** Two started instances, and the controls as another instance changes them. */
async function openPausable(kind: PublicKind = testKind()) {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openRuntimesOn(kv, { kinds: [kind] });
  const controls = new ControlsStore(kv, {
    clock: env.clock,
    ring: (commit) => env.instances.addRing(commit),
  });
  const change = (isPaused: boolean, what: ControlChange["what"] = { kind: "test" }) =>
    controls.change({ what, isPaused, note: "Back at six", by: "ada" });
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      env.clock.advance(500);
      await env.settled();
    }
  }
  env.a.instance.start();
  env.b.instance.start();
  await env.settled();
  return {
    ...env,
    kind,
    hooks,
    change,
    pass,
    /** Returns the states of jobs. */
    states: (ids: string[]) =>
      Promise.all(ids.map(async (id) => (await jobOf(env.store, id)).state)),
    async [Symbol.asyncDispose]() {
      await Promise.all([env.a.instance.stop(0), env.b.instance.stop(0)]);
      env.kv.close();
    },
  };
}

Deno.test("jobs of a paused kind wait on all instances, and start within a second of resume", async () => {
  await using env = await openPausable();
  await env.change(true);
  await env.pass(500);
  const ids: string[] = [];
  for (const engine of [env.a, env.b, env.a]) {
    ids.push((await submit(engine, env.kind, { text: "hello" })).job.id);
  }
  await env.pass(10 * MINUTE);
  assertEquals(await env.states(ids), ["queued", "queued", "queued"]);
  const first = await env.store.index.first("test");
  for (const { jobs } of [env.a, env.b]) {
    const { queue } = (await jobs.read(env.kind, first!.id))!;
    assertEquals(queue, { isPaused: true, position: 1, expectedStartAt: null });
  }
  await env.change(false);
  await env.pass(1_000);
  assertEquals(await env.states(ids), ["succeeded", "succeeded", "succeeded"]);
});

Deno.test("a kind that is paused before the start of an instance waits there too", async () => {
  const { kv } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  const ring = (commit: AtomicOperation) => env.instances.addRing(commit);
  const controls = new ControlsStore(kv, { clock: env.clock, ring });
  await controls.change({ what: { kind: "test" }, isPaused: true, by: "ada" });
  const { job } = await submit(env.a, env.kind, { text: "hello" });
  await env.settled();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "queued");
  await env.b.instance.sweep();
  assertStrictEquals((await jobOf(env.store, job.id)).state, "queued");
});

Deno.test("a running job of a paused kind goes on, and can be canceled while it waits", async () => {
  const work = heldWork();
  await using env = await openPausable(work.kind);
  const { job } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  await env.change(true);
  await env.pass(1_000);
  const { job: waiting } = await submit(env.b, work.kind, { text: "later" });
  work.finish();
  await env.settled();
  assertEquals(await env.states([job.id, waiting.id]), ["succeeded", "queued"]);
  assertStrictEquals((await env.a.jobs.cancel(work.kind, waiting.id))?.job.state, "canceled");
});

Deno.test("a job that waits for a resume outlasts the timeout, but not its life", async () => {
  await using env = await openPausable();
  await env.change(true);
  await env.pass(500);
  const { job } = await submit(env.a, env.kind, { text: "hello" });
  env.clock.advance(23 * HOUR);
  await env.settled();
  assertEquals(await env.states([job.id]), ["queued"]);
  env.clock.advance(50 * MINUTE);
  await env.pass(1_000);
  const failed = await jobOf(env.store, job.id);
  assert(isEnded(failed) && failed.state === "failed", failed.state);
  assertStrictEquals(failed.failure.code, "deadline_exceeded");
});

Deno.test("a paused intake refuses jobs, and answers repeated requests", async () => {
  await using env = await openPausable();
  const key = { idempotencyKey: "trip-1" };
  const { job } = await submit(env.a, env.kind, { text: "hello" }, key);
  await env.change(true, { intake: true });
  await env.pass(500);
  for (const engine of [env.a, env.b]) {
    assertEquals(await refused(engine, env.kind, { text: "new" }), {
      outcome: "intake paused",
      note: "Back at six",
    });
  }
  const again = await submit(env.b, env.kind, { text: "hello" }, key);
  assertStrictEquals(again.job.id, job.id);
  await env.change(false, { intake: true });
  await env.pass(500);
  assertStrictEquals((await submit(env.b, env.kind, { text: "new" })).outcome, "accepted");
});

Deno.test("a pause that an instance could not hear reaches it with the next sweep", async () => {
  await using env = await openPausable();
  let isBroken = true;
  env.hooks.get = ([name]) => {
    if (name === "controls" && isBroken) throw new Error("no connection");
  };
  const { kv, clock, instances } = env;
  const ring = (commit: AtomicOperation) => instances.addRing(commit);
  isBroken = false;
  const controls = new ControlsStore(kv, { clock, ring });
  await controls.change({ what: { kind: "test" }, isPaused: true, by: "ada" });
  isBroken = true;
  await env.pass(1_000);
  isBroken = false;
  await env.pass(500);
  const { job } = await submit(env.b, env.kind, { text: "hello" });
  await env.pass(5_000);
  assertEquals(await env.states([job.id]), ["queued"]);
});
