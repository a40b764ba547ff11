import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { callerWith } from "../../../testing/api_keys.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { jobOf, openRuntimes, refused, submit } from "../../../testing/runtimes.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import {
  anyParts,
  anyRequest,
  limits,
  MINUTE,
  modelOf,
  queuedJob,
  silentTurn,
  testKind,
} from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";

const rateLimited = () => new JobError("rate_limited", "OpenAI API rate limit exceeded");

/** A kind whose jobs make one call, and a model that rejects the first calls. */
function limitedModel(...errors: Error[]) {
  let calls = 0;
  const chat = () => {
    const error = errors[calls++];
    return error ? Promise.reject(error) : Promise.resolve({ ...silentTurn, text: "plan" });
  };
  const model = modelOf({ chat });
  const kind = testKind(async ({ text }, context) => {
    await context.chat("turn", anyRequest, anyParts);
    return { text };
  });
  return { overrides: { kinds: [kind], model: () => model }, kind, calls: () => calls };
}

Deno.test("while the breaker is open, jobs wait in every instance and use no attempt", async () => {
  const limited = limitedModel(rateLimited());
  using env = await openRuntimes(limited.overrides);
  const { job: first } = await submit(env.a, limited.kind, { text: "first" });
  await env.a.instance.idle();
  const waiting = [];
  for (const engine of [env.a, env.b, env.a, env.b]) {
    waiting.push((await submit(engine, limited.kind, { text: "next" })).job);
    await engine.instance.idle();
  }
  env.clock.advance(999);
  await Promise.all([env.a.instance.sweep(), env.b.instance.sweep()]);
  assertStrictEquals(limited.calls(), 1);
  for (const { id } of waiting) {
    const job = await jobOf(env.store, id);
    assertStrictEquals(job.state, "queued");
    assertStrictEquals(job.attempt, 0);
  }
  const held = await jobOf(env.store, first.id);
  // It lets the other jobs call first.
  assertStrictEquals(held.state === "queued" && held.runAt, NOON + 1_500);
  assertStrictEquals(held.attempt, 0);
});

Deno.test("after the pause one job is the probe, and the others follow when it succeeds", async () => {
  const limited = limitedModel(rateLimited());
  const held = Promise.withResolvers<void>();
  const model = modelOf({
    chat: async (...args) => {
      if (limited.calls() === 1) {
        const answer = limited.overrides.model().chat(...args);
        await held.promise;
        return await answer;
      }
      return await limited.overrides.model().chat(...args);
    },
  });
  using env = await openRuntimes({ ...limited.overrides, model: () => model });
  const ids = [];
  for (let n = 0; n < 4; n++) {
    ids.push((await submit(env.a, limited.kind, { text: String(n) })).job.id);
    if (n === 0) await env.a.instance.idle();
  }
  await env.a.instance.idle();
  env.clock.advance(1_000);
  await Promise.all([env.a.instance.sweep(), env.b.instance.sweep()]);
  while (limited.calls() < 2) await env.a.jobs.ping();
  assertStrictEquals(env.a.instance.running + env.b.instance.running, 1);
  held.resolve();
  await Promise.all([env.a.instance.idle(), env.b.instance.idle()]);
  env.clock.advance(5_000);
  await Promise.all([env.a.instance.sweep(), env.b.instance.sweep()]);
  await Promise.all([env.a.instance.idle(), env.b.instance.idle()]);
  for (const id of ids) assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  assertStrictEquals(limited.calls(), 5);
});

Deno.test("jobs that the breaker held back start when the pause ends, without a sweep", async () => {
  const limited = limitedModel(rateLimited());
  using env = await openRuntimes({ ...limited.overrides, random: () => 0.99 });
  await submit(env.a, limited.kind, { text: "first" });
  await env.a.instance.idle();
  // Only the second instance is left.
  await env.a.instance.stop(0);
  const { job: { id } } = await submit(env.b, limited.kind, { text: "second" });
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  env.clock.advance(1_000);
  await env.settled();
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).attempt, 1);
});

Deno.test("a job fails at its deadline although the breaker is open", async () => {
  const limited = limitedModel(new JobError("overloaded", "OpenAI API error: 503"), rateLimited());
  using env = await openRuntimes({ ...limited.overrides, random: () => 0 });
  const { job: { id } } = await submit(env.a, limited.kind, { text: "hello" });
  await env.a.instance.idle();
  for (const pauseMs of [1_000, limits.timeoutMs]) {
    env.clock.advance(pauseMs);
    await env.kv.set(["breaker", limited.kind.name], {
      openUntil: env.clock.now() + MINUTE,
      failures: 1,
      probe: null,
      opening: "one",
      failure: rateLimited().failure,
    });
    await env.b.instance.sweep();
    await env.b.instance.idle();
    await env.b.instance.sweep();
  }
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "deadline_exceeded");
});

Deno.test("a spent quota holds no job back where placeholders are configured", async () => {
  const spent = () => new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  for (const mockIfQuota of [true, false]) {
    const limited = limitedModel(spent(), spent());
    using env = await openRuntimes({ ...limited.overrides, mockIfQuota });
    for (let n = 0; n < 2; n++) {
      await submit(env.a, limited.kind, { text: "hello" });
      await env.a.instance.idle();
    }
    assertStrictEquals(limited.calls(), mockIfQuota ? 2 : 1);
  }
});

/**
 * A kind of two turns; the breaker opens between them for `pauseMs`. The resumed attempt calls
 * `resume` between its turns.
 */
async function runBetweenTurns(pauseMs: number, resume = () => Promise.resolve()) {
  let calls = 0;
  let opened = false;
  const chat = () => {
    calls++;
    return Promise.resolve({ ...silentTurn, text: "plan" });
  };
  const model = modelOf({ chat });
  const kind = testKind(async ({ text }, context) => {
    for (const turn of ["one", "two"]) {
      await context.chat(turn, anyRequest, anyParts);
      if (turn === "two") break;
      if (opened) {
        await resume();
        continue;
      }
      opened = true;
      await env.kv.set(["breaker", "test"], {
        openUntil: env.clock.now() + pauseMs,
        failures: 1,
        probe: null,
        opening: "one",
        failure: rateLimited().failure,
      });
      // Until then, the breaker that this instance has read as closed counts as closed.
      env.clock.advance(250);
    }
    return { text };
  });
  const other = { ...testKind(), name: "other" };
  const env = await openRuntimes({ kinds: [kind, other], model: () => model, concurrency: 1 });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  return { ...env, other, id, calls: () => calls };
}

Deno.test("a job that would wait long before a call is put back, and its slot is free", async () => {
  using env = await runBetweenTurns(60_000);
  await env.a.instance.idle();
  const job = await jobOf(env.store, env.id);
  assertStrictEquals(job.state === "queued" && job.runAt, NOON + 60_000);
  assertStrictEquals(job.attempt, 0);
  const { job: other } = await submit(env.a, env.other, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, other.id)).state, "succeeded");

  env.clock.advance(60_000);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  const done = await jobOf(env.store, env.id);
  assertStrictEquals(done.state, "succeeded");
  assertStrictEquals(done.attempt, 1);
  assertStrictEquals(env.calls(), 2);
});

Deno.test("other jobs start as soon as the answer of the probe begins", async () => {
  const begins = Promise.withResolvers<void>();
  const ends = Promise.withResolvers<void>();
  let calls = 0;
  const model = modelOf({
    async chat(_request, { onEvent }) {
      const call = ++calls;
      if (call === 1) throw rateLimited();
      if (call === 2) {
        await onEvent!({ type: "started", responseId: "resp_1", resumable: false });
        await begins.promise;
        await onEvent!({ type: "text", delta: "pl" });
        await ends.promise;
      }
      return { ...silentTurn, text: "plan" };
    },
  });
  const { kind } = limitedModel();
  using env = await openRuntimes({ kinds: [kind], model: () => model });
  for (const text of ["first", "second", "third"]) {
    await submit(env.a, kind, { text });
    await env.settled();
  }
  env.clock.advance(1_000);
  await env.settled();
  await env.a.instance.sweep();
  await env.settled();
  assertStrictEquals(calls, 2);
  begins.resolve();
  await env.settled();
  await env.a.instance.sweep();
  await env.settled();
  assertStrictEquals(calls, 3);
  ends.resolve();
  await env.a.instance.idle();
});

Deno.test("a running job shows that it waits for the breaker, and that it continues", async () => {
  using env = await runBetweenTurns(5_000);
  const phase = async () => {
    await env.settled();
    return (await env.store.read(env.id))?.progress.phase;
  };
  await env.settled();
  env.clock.advance(1_000);
  assertStrictEquals(await phase(), "waiting");
  for (let second = 0; second < 5; second++) {
    env.clock.advance(1_000);
    await env.settled();
  }
  await env.a.instance.idle();
  const { state, attempt } = await jobOf(env.store, env.id);
  assertEquals([state, attempt, await phase()], ["succeeded", 1, "thinking"]);
});

Deno.test("a job whose deadline comes before the end of the pause fails with the error that opened the breaker", async () => {
  const openFor = async (probe: string | null) => {
    await env.kv.set(["breaker", "test"], {
      openUntil: env.clock.now() + 9 * MINUTE,
      failures: 2,
      probe,
      opening: "one",
      failure: rateLimited().failure,
    });
    env.clock.advance(250);
  };
  using env = await runBetweenTurns(9 * MINUTE, () => openFor(null));
  await env.a.instance.idle();
  const waiting = await jobOf(env.store, env.id);
  assertStrictEquals(waiting.state, "queued");
  env.clock.advance(9 * MINUTE);
  // The claim lets it through; then the breaker holds it back before the call.
  await openFor(env.id);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  const job = await jobOf(env.store, env.id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "rate_limited");
});

Deno.test("a job fails at its deadline although its instance knows that the breaker is open", async () => {
  using env = await openRuntimes();
  const job = queuedJob();
  await env.store.accept(job);
  const lease = (await claim(env.store, job.id, { holder: "other" }))!;
  await env.store.retry(lease, { failure: rateLimited().failure, runAt: NOON + 1_000 });
  env.clock.advance(limits.timeoutMs);
  await env.kv.set(["breaker", "test"], {
    openUntil: env.clock.now() + MINUTE,
    failures: 1,
    probe: null,
    opening: "one",
    failure: rateLimited().failure,
  });
  // The instance learns that the breaker is open.
  const { job: other } = await submit(env.b, env.kind, { text: "waits" });
  await env.b.instance.idle();
  assertStrictEquals((await env.store.read(other.id))?.job.state, "queued");
  await env.b.instance.sweep();
  assertStrictEquals((await env.store.read(job.id))?.job.state, "failed");
});

Deno.test("a rejected call opens the breaker, for chat() and for respond()", async () => {
  for (const sort of ["chat", "respond"] as const) {
    const model = modelOf({ [sort]: () => Promise.reject(rateLimited()) });
    const kind = testKind(async ({ text }, context) => {
      await context[sort]("turn", anyRequest, anyParts);
      return { text };
    });
    using env = await openRuntimes({ kinds: [kind], model: () => model });
    await submit(env.a, kind, { text: "hello" });
    await env.a.instance.idle();
    assertNotStrictEquals((await env.kv.get(["breaker", "test"])).value, null, sort);
  }
});

Deno.test("a request that is not accepted does not take the probe", async () => {
  const limited = limitedModel();
  using env = await openRuntimes({ ...limited.overrides, dailyJobsPerKey: 1 });
  const caller = callerWith("key-of-a-caller-0123456789");
  await submit(env.a, limited.kind, { text: "first" }, { caller });
  await env.a.instance.idle();
  env.clock.advance(1_000);
  const key = ["breaker", limited.kind.name];
  const failure = rateLimited().failure;
  const opening = "one";
  const open = { openUntil: env.clock.now() - 1, failures: 1, probe: null, opening, failure };
  await env.kv.set(key, { ...open, outage: opening, suspect: null });
  const spent = await refused(env.a, limited.kind, { text: "second" }, { caller });
  assertStrictEquals(spent.outcome, "budget spent");
  assertStrictEquals((await env.kv.get<{ probe: string | null }>(key)).value?.probe, null);
});

const quotaSpent = () => new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");

Deno.test("while the quota is known to be spent, a new job fails at once, in every instance, without a call", async () => {
  const limited = limitedModel(quotaSpent(), quotaSpent());
  await using env = await openRuntimes(limited.overrides);
  await submit(env.a, limited.kind, { text: "first" });
  await env.a.instance.idle();
  for (const engine of [env.a, env.b]) {
    const { job: { id } } = await submit(engine, limited.kind, { text: "next" });
    await env.settled();
    const job = await jobOf(env.store, id);
    assertEquals(
      [job.state, job.state === "failed" && job.failure.code, job.startedAt],
      ["failed", "quota_exceeded", null],
    );
  }
  assertStrictEquals(limited.calls(), 1);
});

Deno.test("jobs that waited for a slot fail, too, when the quota turns out to be spent", async () => {
  const limited = limitedModel(quotaSpent());
  await using env = await openRuntimes({ ...limited.overrides, concurrency: 1 });
  const ids = [];
  for (let n = 0; n < 5; n++) {
    ids.push((await submit(env.a, limited.kind, { text: String(n) })).job.id);
  }
  await env.a.instance.idle();
  await env.a.instance.sweep();
  await env.settled();
  for (const id of ids) assertStrictEquals((await jobOf(env.store, id)).state, "failed");
  assertStrictEquals(limited.calls(), 1);
});

Deno.test("after the pause of a spent quota one job calls, others wait for its answer, and all go on", async () => {
  const answer = Promise.withResolvers<void>();
  let calls = 0;
  const model = modelOf({
    async chat() {
      if (++calls === 1) throw quotaSpent();
      await answer.promise;
      return { ...silentTurn, text: "plan" };
    },
  });
  const { kind } = limitedModel();
  await using env = await openRuntimes({ kinds: [kind], model: () => model });
  await submit(env.a, kind, { text: "first" });
  await env.a.instance.idle();
  env.clock.advance(60_000);
  const probe = (await submit(env.a, kind, { text: "probe" })).job.id;
  await env.settled();
  const other = (await submit(env.b, kind, { text: "other" })).job.id;
  await env.settled();
  assertEquals([calls, (await jobOf(env.store, other)).state], [2, "queued"]);
  answer.resolve();
  await env.settled();
  // The bell would tell the other instance at once, but no loop runs here.
  env.clock.advance(5_000);
  await env.b.instance.sweep();
  await env.settled();
  for (const id of [probe, other]) {
    assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  }
});

Deno.test("a job with finished steps waits although the quota is spent, and does not pay for them again", async () => {
  const turns = ["one", "two"];
  let calls = 0;
  const model = modelOf({
    chat() {
      calls++;
      return Promise.resolve({ ...silentTurn, text: "plan" });
    },
  });
  const kind = testKind(async ({ text }, context) => {
    for (const turn of turns) {
      await context.chat(turn, anyRequest, anyParts);
      if (turn === "two" || env.clock.now() > NOON + 250) continue;
      await env.kv.set(["breaker", "test"], {
        openUntil: NOON + 60_000,
        failures: 1,
        probe: null,
        opening: "one",
        failure: quotaSpent().failure,
      });
      env.clock.advance(250);
    }
    return { text };
  });
  await using env = await openRuntimes({ kinds: [kind], model: () => model });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertEquals([(await jobOf(env.store, id)).state, calls], ["queued", 1]);
  env.clock.advance(60_000);
  await env.settled();
  await env.a.instance.sweep();
  await env.a.instance.idle();
  assertEquals([(await jobOf(env.store, id)).state, calls], ["succeeded", 2]);
});

Deno.test("a job that the breaker holds back says so from its first read on, in every instance", async () => {
  const limited = limitedModel(rateLimited());
  await using env = await openRuntimes(limited.overrides);
  await submit(env.a, limited.kind, { text: "first" });
  await env.a.instance.idle();
  const { job: { id } } = await submit(env.b, limited.kind, { text: "next" });
  for (const { jobs } of [env.a, env.b]) {
    const snapshot = await jobs.read(limited.kind, id);
    assertStrictEquals(snapshot?.heldBackBy?.code, "rate_limited");
  }
});
