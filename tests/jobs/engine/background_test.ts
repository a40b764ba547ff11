/**
 * Responses that continue at the provider: which call joins them, and what cancels them.
 */
import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals, fail } from "@std/assert";
import { z } from "zod";
import { JobError } from "../../../lib/job/failure.ts";
import type { CallOptions, Model } from "../../../lib/model/model.ts";
import {
  jobOf,
  openRuntime,
  openRuntimes,
  openRuntimesOn,
  submit,
  sweepFor,
  tryAgain,
  untilIdle,
} from "../../../testing/runtimes.ts";
import { delayCommit, failCommits, hookKv } from "../../../testing/hooked_kv.ts";
import {
  anyParts,
  anyRequest,
  limits,
  modelOf,
  queuedJob,
  silentTurn,
  testKind,
} from "../../../testing/jobs.ts";
import { lastRing } from "../../../testing/stores.ts";

const usage = {
  inputTokens: 100,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 50,
  reasoningTokens: 0,
};

const kind = testKind(async (_request, context) => {
  const { text } = await context.respond("turn-1", anyRequest, anyParts);
  return { text: text ?? "" };
});

const unavailable = new JobError("connection_lost", "OpenAI API connection lost");

/** A model with background responses, a log of the calls it received, and what it deleted. */
function backgroundModel(
  { join, respond }: {
    join?: Model["join"];
    /** The rest of the call, once the response has begun. */
    respond?: (options: CallOptions) => Promise<typeof silentTurn>;
  } = {},
) {
  const asked: string[] = [];
  const deleted: string[] = [];
  let responses = 0;
  const model = modelOf({
    async respond(_request, options) {
      const responseId = `resp_${++responses}`;
      asked.push(`respond ${responseId}`);
      await options.onEvent?.({ type: "started", responseId, resumable: true });
      const turn = await respond?.(options) ?? silentTurn;
      return { ...turn, responseId, text: responseId, usage };
    },
    async join(responseId, options) {
      asked.push(`join ${responseId}`);
      await options.onEvent?.({ type: "started", responseId, resumable: true });
      return await join?.(responseId, options) ?? null;
    },
    cancel(responseId) {
      asked.push(`cancel ${responseId}`);
      return Promise.resolve();
    },
    delete(responseId) {
      deleted.push(responseId);
      return Promise.resolve();
    },
  });
  return { model: () => model, asked, deleted };
}

const never = ({ signal }: CallOptions) =>
  new Promise<never>((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });

/** One attempt on `a`, then, a minute later, one on `b`. */
async function twoAttempts(env: Awaited<ReturnType<typeof openRuntimes>>) {
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  await tryAgain(env, 1);
  return id;
}

Deno.test("the next attempt joins a response that an earlier attempt started", async () => {
  const { model, asked } = backgroundModel({
    respond: () => Promise.reject(unavailable),
    join: (id) => Promise.resolve({ ...silentTurn, responseId: id, text: `joined ${id}`, usage }),
  });
  using env = await openRuntimes({ kinds: [kind], model });
  const id = await twoAttempts(env);
  assertEquals((await env.store.read(id))?.result, { text: "joined resp_1" });
  assertEquals(asked, ["respond resp_1", "join resp_1"]);
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "succeeded" && job.usage?.inputTokens, 100);
});

Deno.test("an attempt starts a new response when the joined one is lost, and the next attempt joins that", async () => {
  let failures = 2;
  const { model, asked } = backgroundModel({
    respond: () => failures-- > 0 ? Promise.reject(unavailable) : Promise.resolve(silentTurn),
  });
  using env = await openRuntimes({ kinds: [kind], model });
  const id = await twoAttempts(env);
  await tryAgain(env, 1);
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  assertEquals(asked, [
    "respond resp_1",
    "join resp_1",
    "respond resp_2",
    "join resp_2",
    "respond resp_3",
  ]);
});

Deno.test("an attempt joins a response although the breaker has opened in the meantime", async () => {
  const { model, asked } = backgroundModel({
    respond: () => Promise.reject(unavailable),
    join: (id) => Promise.resolve({ ...silentTurn, responseId: id, text: "joined", usage }),
  });
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { kinds: [kind], model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(60_000);
  hooks.commit = async (sets, run) => {
    const result = await run();
    if (!sets.some(([sort]) => sort === "running")) return result;
    hooks.commit = undefined;
    await kv.set(["breaker", kind.name], {
      openUntil: env.clock.now() + 60_000,
      failures: 1,
      probe: null,
      opening: crypto.randomUUID(),
      failure: new JobError("quota_exceeded", "OpenAI API error: 429").failure,
    });
    return result;
  };
  await env.b.instance.sweep();
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  assertEquals(asked, ["respond resp_1", "join resp_1"]);
});

Deno.test("a finished turn deletes its stored response id", async () => {
  const { model } = backgroundModel();
  using env = await openRuntimes({ kinds: [kind], model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals(await env.store.checkpoints.openResponse(id), null);
});

Deno.test("canceling a job cancels its response", async () => {
  const { model, asked } = backgroundModel({ respond: never });
  using env = await openRuntimes({ kinds: [kind], model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) === null);
  await env.b.jobs.cancel(kind, id);
  await env.b.instance.stop(0);
  await env.a.instance.stop(0);
  assertEquals(asked, ["respond resp_1", "cancel resp_1"]);
});

Deno.test("a job that reaches its deadline cancels its response", async () => {
  const { model, asked } = backgroundModel({ respond: never });
  using env = await openRuntimes({ kinds: [kind], model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) === null);
  await untilIdle(env.a, () => env.clock.advance(60_000));
  await env.a.instance.stop(0);
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "deadline_exceeded");
  assertEquals(asked, ["respond resp_1", "cancel resp_1"]);
});

Deno.test("a worker that shuts down leaves its response running", async () => {
  const { model, asked } = backgroundModel({ respond: never });
  using env = await openRuntimes({ kinds: [kind], model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) === null);
  await env.a.instance.stop(0);
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  assertEquals(asked, ["respond resp_1"]);
});

Deno.test("a response is canceled and deleted when its job was canceled while it started", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const { model, asked, deleted } = backgroundModel();
  using env = openRuntimesOn(kv, { kinds: [kind], model });
  hooks.commit = async (sets, run) => {
    // The job is canceled at the moment when its response begins.
    if (sets.some(([sort]) => sort === "response")) {
      hooks.commit = undefined;
      await env.store.cancel(id);
    }
    return await run();
  };
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertEquals(asked, ["respond resp_1", "cancel resp_1"]);
  for (let n = 0; deleted.length === 0 && n < 20; n++) await env.settled();
  assertEquals(deleted, ["resp_1"]);
});

Deno.test("a response whose id cannot be stored is canceled, even if the cancellation fails", async () => {
  const asked: string[] = [];
  const model = modelOf({
    async respond(_request, { onEvent }) {
      await onEvent?.({ type: "started", responseId: "resp_1", resumable: true });
      return fail("must not go on");
    },
    cancel(responseId) {
      asked.push(`cancel ${responseId}`);
      return Promise.reject(new Error("no"));
    },
  });
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, {
    kinds: [kind],
    model: () => model,
    limits: { ...limits, maxAttempts: 1 },
  });
  failCommits(hooks, "response", 6);
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await untilIdle(env.a, () => env.clock.advance(1_000));
  assertEquals(asked, ["cancel resp_1"]);
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "internal");
});

Deno.test("a worker that shows progress learns that it has lost its job", async () => {
  const aborted = Promise.withResolvers<void>();
  const lost = testKind(async (request, context) => {
    context.signal.addEventListener("abort", () => aborted.resolve());
    await env.store.cancel(id);
    context.showResearch("Looking");
    await aborted.promise;
    return request;
  });
  using env = await openRuntimes({ kinds: [lost] });
  const { id } = queuedJob();
  await env.store.accept(queuedJob({ id }));
  await env.a.instance.sweep();
  await env.settled();
  assertStrictEquals(env.a.instance.running, 0);
  aborted.resolve();
  await env.a.instance.idle();
});

Deno.test("cancel() does not wait for the provider", async () => {
  const model = modelOf({
    async respond(_request, options) {
      await options.onEvent?.({ type: "started", responseId: "resp_1", resumable: true });
      return await never(options);
    },
    cancel: () => new Promise(() => {}),
  });
  using env = await openRuntimes({ kinds: [kind], model: () => model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) === null);
  assertStrictEquals((await env.b.jobs.cancel(kind, id))?.job.state, "canceled");
  await env.a.instance.stop(0);
  // A shutdown waits for the cancellation, but at most a second.
  let stopped = false;
  env.b.instance.stop(0).then(() => stopped = true);
  env.clock.advance(999);
  await env.settled();
  assertStrictEquals(stopped, false);
  for (let n = 0; n < 10 && !stopped; n++) {
    env.clock.advance(1_000);
    await env.settled();
  }
  assertStrictEquals(stopped, true);
});

Deno.test("a failed cancellation of a response disturbs neither cancel() nor the shutdown", async () => {
  const model = modelOf({
    async respond(_request, options) {
      await options.onEvent?.({ type: "started", responseId: "resp_1", resumable: true });
      return await never(options);
    },
    cancel: () => Promise.reject(new Error("no")),
  });
  using env = await openRuntimes({ kinds: [kind], model: () => model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) === null);
  assertStrictEquals((await env.a.jobs.cancel(kind, id))?.job.state, "canceled");
  await env.a.instance.stop(0);
});

Deno.test("a response that cannot be resumed is neither stored nor canceled", async () => {
  const asked: string[] = [];
  const model = modelOf({
    async respond(_request, { onEvent }) {
      await onEvent?.({ type: "started", responseId: "resp_1", resumable: false });
      throw new JobError("refused", "OpenAI API refused the request");
    },
    cancel: (responseId) => Promise.resolve(void asked.push(`cancel ${responseId}`)),
  });
  using env = await openRuntimes({ kinds: [kind], model: () => model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "failed");
  assertStrictEquals(await env.store.checkpoints.openResponse(id), null);
  assertEquals(asked, []);
});

Deno.test("a webhook wakes the waiting call, whichever instance receives it", async () => {
  const waiting = Promise.withResolvers<void>();
  let wakes = 0;
  const { model } = backgroundModel({
    respond: (options) => {
      options.wake!.addEventListener("wake", () => wakes++);
      waiting.resolve();
      return never(options);
    },
  });
  using env = await openRuntimes({ kinds: [kind], model });
  env.a.instance.start();
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await waiting.promise;
  const pass = async () => {
    env.clock.advance(500);
    await env.settled();
  };
  await pass();
  const job = await jobOf(env.store, id);
  assert(job.state === "running");
  // The first wake is for a job that the instance no longer has.
  const commit = env.kv.atomic();
  env.instances.addWake(commit, { holder: job.holder, id: "0" });
  await commit.commit();
  assertStrictEquals(
    await env.b.jobs.handleWebhook({ responseId: "resp_1", deliveryId: "wh_1" }),
    "rung",
  );
  for (let n = 0; n < 20; n++) await pass();
  assertStrictEquals(wakes, 1);
  await env.a.instance.stop(0);
});

Deno.test("ringFor() rings once for each delivery, and only for a stored response", async () => {
  const { model } = backgroundModel({ respond: never });
  using env = await openRuntimes({ kinds: [kind], model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) === null);
  const before = await lastRing(env.kv);
  assertStrictEquals(
    await env.store.ringFor({ responseId: "resp_2", deliveryId: "wh_1" }),
    "unknown",
  );
  assertStrictEquals(await lastRing(env.kv), before);

  assertStrictEquals(await env.store.ringFor({ responseId: "resp_1", deliveryId: "wh_1" }), "rung");
  const rung = await lastRing(env.kv);
  assertNotStrictEquals(rung, before);
  const job = await jobOf(env.store, id);
  assert(job.state === "running");
  assertEquals(await env.instances.takeWakes(job.holder), [id]);
  assertEquals(await env.instances.takeWakes(job.holder), []);

  assertStrictEquals(
    await env.store.ringFor({ responseId: "resp_1", deliveryId: "wh_1" }),
    "repeated",
  );
  assertStrictEquals(await lastRing(env.kv), rung);
  await env.a.instance.stop(0);
  assertStrictEquals(await env.store.ringFor({ responseId: "resp_1", deliveryId: "wh_2" }), "rung");
  env.clock.advance(24 * 3_600_000);
  assertStrictEquals(
    await env.store.ringFor({ responseId: "resp_1", deliveryId: "wh_3" }),
    "unknown",
  );
});

for (const how of ["rescued", "claimed"] as const) {
  Deno.test(`a job that fails when it is ${how} cancels its response`, async () => {
    const { model, asked } = backgroundModel({
      respond: how === "rescued" ? never : () => Promise.reject(unavailable),
    });
    const limits = { maxAttempts: how === "rescued" ? 1 : 4, timeoutMs: 60_000 };
    using env = await openRuntimes({ kinds: [kind], model, limits });
    const { job: { id } } = await submit(env.a, kind, { text: "hello" });
    while (await env.store.checkpoints.openResponse(id) === null);
    if (how === "rescued") {
      await sweepFor(env, 12_000);
    } else {
      await env.a.instance.idle();
      await env.a.instance.stop(0);
      env.clock.advance(60_000);
      await env.b.instance.sweep();
    }
    await env.b.instance.stop(0);
    assertStrictEquals((await jobOf(env.store, id)).state, "failed");
    assertEquals(asked, ["respond resp_1", "cancel resp_1"]);
    await env.a.instance.stop(0);
  });
}

Deno.test("a response that was started with another prompt version is canceled", async () => {
  let failures = 1;
  const { model, asked } = backgroundModel({
    respond: () => failures-- > 0 ? Promise.reject(unavailable) : Promise.resolve(silentTurn),
  });
  using env = await openRuntimes({ kinds: [kind], model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  env.clock.advance(60_000);
  const next = { ...kind, promptVersion: "test-2" };
  const upgraded = openRuntime(env.kv, env.clock, { kinds: [next], model });
  await upgraded.instance.sweep();
  await upgraded.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  assertEquals(asked, ["respond resp_1", "cancel resp_1", "respond resp_2"]);
});

const spent = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");

Deno.test("a placeholder plan cancels the response that it replaces", async () => {
  const { model, asked } = backgroundModel({ respond: () => Promise.reject(spent) });
  using env = await openRuntimes({ kinds: [kind], model, mockIfQuota: true });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "succeeded" && job.source, "placeholder");
  assertEquals(asked, ["respond resp_1", "cancel resp_1"]);
});

for (const mockIfQuota of [true, false]) {
  const end = mockIfQuota ? "placeholder" : "failure";
  Deno.test(`a ${end} that is stored only after the instance gave up waiting cancels its response`, async () => {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    const { model, asked } = backgroundModel({ respond: () => Promise.reject(spent) });
    using env = openRuntimesOn(kv, { kinds: [kind], model, mockIfQuota });
    delayCommit(hooks, "ended");
    const { job: { id } } = await submit(env.a, kind, { text: "hello" });
    await untilIdle(env.a, () => env.clock.advance(1_000));
    await env.a.instance.stop(0);
    assertStrictEquals((await jobOf(env.store, id)).state, mockIfQuota ? "succeeded" : "failed");
    assertEquals(asked, ["respond resp_1", "cancel resp_1"]);
  });
}

Deno.test("a webhook for a finished response wakes no worker", async () => {
  const held = Promise.withResolvers<void>();
  const twice = testKind(async (_request, context) => {
    await context.respond("turn-1", anyRequest, anyParts);
    await context.step("tool", z.string(), () => held.promise.then(() => "done"));
    return { text: "" };
  });
  const { model } = backgroundModel();
  using env = await openRuntimes({ kinds: [twice], model });
  const { job: { id } } = await submit(env.a, twice, { text: "hello" });
  while ((await env.store.checkpoints.steps(id)).length === 0);
  const job = await jobOf(env.store, id);
  assert(job.state === "running");
  assertStrictEquals(await env.store.ringFor({ responseId: "resp_1", deliveryId: "wh_1" }), "rung");
  assertEquals(await env.instances.takeWakes(job.holder), []);
  held.resolve();
  await env.a.instance.idle();
});
