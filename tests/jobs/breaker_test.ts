import assert from "node:assert/strict";
import { z } from "zod";
import { JobError } from "../../lib/failure.ts";
import { ChatTurn, missingModel, type Model } from "../../lib/model.ts";
import { jobOf, openEngines } from "../support/engines.ts";
import { limits, MINUTE, testKind } from "../support/jobs.ts";

const rateLimited = () => new JobError("rate_limited", "OpenAI API rate limit exceeded");

/** A kind of job that makes one call, and a model that turns the first calls away. */
function limitedModel(...errors: Error[]) {
  let calls = 0;
  const chat = () => {
    const error = errors[calls++];
    const text = "plan";
    return error
      ? Promise.reject(error)
      : Promise.resolve({ responseId: "r", text, truncated: false });
  };
  const model: Model = { ...missingModel(), chat };
  const kind = testKind(async ({ text }, context) => {
    await context.step("turn", ChatTurn, () =>
      context.model.chat(
        { model: "m", messages: [], format: { name: "f", schema: z.any() }, maxTokens: 1 },
        context.signal,
      ));
    return { text };
  });
  return { overrides: { kinds: [kind], model: () => model }, kind, calls: () => calls };
}

Deno.test("while the breaker is open jobs wait, in every instance, and use up no attempt", async () => {
  const limited = limitedModel(rateLimited());
  using env = await openEngines(limited.overrides);
  const first = await env.a.submit(limited.kind, { text: "first" });
  await env.a.idle();
  const waiting = [];
  for (const engine of [env.a, env.b, env.a, env.b]) {
    waiting.push(await engine.submit(limited.kind, { text: "next" }));
    await engine.idle();
  }
  env.clock.advance(999);
  await Promise.all([env.a.sweep(), env.b.sweep()]);
  assert.equal(limited.calls(), 1);
  for (const { id } of waiting) {
    const job = await jobOf(env.store, id);
    assert.equal(job.state, "queued");
    assert.equal(job.attempt, 0);
  }
  // Full jitter put the first one's second attempt at the end of the pause.
  assert.equal((await jobOf(env.store, first.id)).attempt, 1);
});

Deno.test("after the pause one job goes ahead, and the others follow when it has succeeded", async () => {
  const limited = limitedModel(rateLimited());
  const held = Promise.withResolvers<void>();
  const model: Model = {
    ...limited.overrides.model(),
    chat: async (...args) => {
      if (limited.calls() === 1) {
        const answer = limited.overrides.model().chat(...args);
        await held.promise;
        return await answer;
      }
      return await limited.overrides.model().chat(...args);
    },
  };
  using env = await openEngines({ ...limited.overrides, model: () => model });
  const ids = [];
  for (let n = 0; n < 4; n++) {
    ids.push((await env.a.submit(limited.kind, { text: String(n) })).id);
    if (n === 0) await env.a.idle();
  }
  await env.a.idle();
  env.clock.advance(1_000);
  await Promise.all([env.a.sweep(), env.b.sweep()]);
  while (limited.calls() < 2) await env.a.ping();
  assert.equal(env.a.running + env.b.running, 1);
  held.resolve();
  await Promise.all([env.a.idle(), env.b.idle()]);
  env.clock.advance(5_000);
  await Promise.all([env.a.sweep(), env.b.sweep()]);
  await Promise.all([env.a.idle(), env.b.idle()]);
  for (const id of ids) assert.equal((await jobOf(env.store, id)).state, "succeeded");
  assert.equal(limited.calls(), 5);
});

Deno.test("jobs that the breaker held back start when the pause is over, without a sweep", async () => {
  const limited = limitedModel(rateLimited());
  using env = await openEngines(limited.overrides);
  await env.a.submit(limited.kind, { text: "first" });
  await env.a.idle();
  // Only the second instance is left.
  await env.a.stop(0);
  const { id } = await env.b.submit(limited.kind, { text: "second" });
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).state, "queued");
  env.clock.advance(1_000);
  for (let n = 0; n < 100 && env.b.running === 0; n++) await env.b.ping();
  await env.b.idle();
  assert.equal((await jobOf(env.store, id)).attempt, 1);
});

Deno.test("a job whose time is up fails although the breaker is open", async () => {
  const limited = limitedModel(new JobError("overloaded", "OpenAI API error: 503"), rateLimited());
  using env = await openEngines({ ...limited.overrides, random: () => 0 });
  const { id } = await env.a.submit(limited.kind, { text: "hello" });
  await env.a.idle();
  for (const pauseMs of [1_000, limits.timeoutMs]) {
    env.clock.advance(pauseMs);
    await env.kv.set(["breaker", limited.kind.name], {
      openUntil: env.clock.now() + MINUTE,
      failures: 1,
      probe: null,
    });
    await env.b.sweep();
    await env.b.idle();
    await env.b.sweep();
  }
  const job = await jobOf(env.store, id);
  assert.equal(job.state === "failed" && job.failure.code, "deadline_exceeded");
});

Deno.test("a spent quota keeps nobody waiting where placeholders are configured", async () => {
  const spent = () => new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  for (const mockIfQuota of [true, false]) {
    const limited = limitedModel(spent(), spent());
    using env = await openEngines({ ...limited.overrides, mockIfQuota });
    for (let n = 0; n < 2; n++) {
      await env.a.submit(limited.kind, { text: "hello" });
      await env.a.idle();
    }
    assert.equal(limited.calls(), mockIfQuota ? 2 : 1);
  }
});
