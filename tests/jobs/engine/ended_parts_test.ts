import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { JobError } from "../../../lib/job/failure.ts";
import type { PublicKind } from "../../../jobs/kind.ts";
import { presentJob } from "../../../routes/api/presenter.ts";
import {
  anyParts,
  anyRequest,
  HOUR,
  modelOf,
  silentTurn,
  testKind,
} from "../../../testing/jobs.ts";
import { openRuntimes, type RuntimeOverrides, submit } from "../../../testing/runtimes.ts";

/** A job whose model has written one of two parts, and goes on when the test lets it. */
async function openWriting(overrides: RuntimeOverrides = {}) {
  const held = Promise.withResolvers<void>();
  const model = modelOf({
    async chat(_request, { onEvent }) {
      await onEvent!({ type: "started", responseId: "resp_1", resumable: false });
      await onEvent!({ type: "text", delta: '{"parts":["one",' });
      await held.promise;
      await onEvent!({ type: "text", delta: '"two"]}' });
      return { ...silentTurn, text: "plan" };
    },
  });
  const kind = testKind(async (_request, context) => ({
    text: (await context.chat("turn", anyRequest, anyParts)).text!,
  })) as PublicKind;
  const env = await openRuntimes({ kinds: [kind], model: () => model, ...overrides });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  const shown = async (of = id) => {
    const snapshot = await env.b.jobs.read(kind, of);
    return snapshot && presentJob(kind, snapshot);
  };
  while ((await shown())!.partial?.length !== 1) {
    env.clock.advance(500);
    await env.settled();
  }
  /** Whether the record and the parts of a job were written by one commit. */
  const isOneCommit = async (of = id) => {
    const [record, progress] = await env.kv.getMany([["job", of], ["progress", of]]);
    return record.versionstamp === progress.versionstamp;
  };
  return { ...env, kind, id, shown, isOneCommit, ...held };
}

Deno.test("a canceled job keeps its finished parts, and its worker adds none", async () => {
  await using env = await openWriting();
  await env.b.jobs.cancel(env.kind, env.id);
  const canceled = await env.shown();
  assertEquals([canceled!.status, canceled!.partial], ["canceled", ["one"]]);
  // The worker in the other instance has not noticed yet, and the model goes on.
  env.resolve();
  for (let n = 0; n < 4; n++) {
    env.clock.advance(500);
    await env.settled();
  }
  await env.a.instance.idle();
  assertEquals(await env.shown(), canceled);
  env.clock.advance(24 * HOUR);
  assertStrictEquals(await env.shown(), null);
});

Deno.test("a failed job keeps the parts that the model finished last, in the commit that ends it", async () => {
  await using env = await openWriting({ limits: { maxAttempts: 1, timeoutMs: HOUR } });
  env.reject(new JobError("upstream_error", "OpenAI API error: 500"));
  await env.a.instance.idle();
  const failed = await env.shown();
  assertEquals([failed!.status, failed!.partial], ["failed", ["one"]]);
  assert(await env.isOneCommit());
});

for (const code of ["refused", "content_filtered"] as const) {
  Deno.test(`a plan that was stopped for its content shows no parts: ${code}`, async () => {
    await using env = await openWriting();
    env.reject(new JobError(code, "Stopped"));
    await env.a.instance.idle();
    const failed = await env.shown();
    assertEquals([failed!.status, failed!.partial], ["failed", null]);
  });
}

Deno.test("a completed job has its plan, and no parts beside it", async () => {
  await using env = await openWriting();
  env.resolve();
  await env.a.instance.idle();
  const done = await env.shown();
  assertEquals([done!.status, done!.answered, done!.partial], ["completed", "plan", null]);
});

Deno.test("a job that waits for its leader keeps the parts that it has shown, when it is canceled", async () => {
  await using env = await openWriting({ dedupeInFlight: true });
  const { job: { id } } = await submit(env.b, env.kind, { text: "hello" });
  await env.settled();
  assertEquals((await env.shown(id))!.partial, ["one"]);
  await env.a.jobs.cancel(env.kind, id);
  const canceled = await env.shown(id);
  assertEquals([canceled!.status, canceled!.partial], ["canceled", ["one"]]);
  assert(await env.isOneCommit(id));
  env.resolve();
  await env.a.instance.idle();
  assertEquals(await env.shown(id), canceled);
  assertStrictEquals((await env.shown())!.status, "completed");
});

Deno.test("a job that ends before its first part shows none", async () => {
  using env = await openRuntimes();
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.jobs.cancel(env.kind, id);
  const { partial } = presentJob(env.kind, (await env.a.jobs.read(env.kind, id))!);
  assertStrictEquals(partial, null);
});
