import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { JobError } from "../../../lib/job/failure.ts";
import {
  heldWork,
  jobOf,
  openRuntime,
  openRuntimes,
  openRuntimesOn,
  submit,
} from "../../../testing/runtimes.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import {
  anyParts,
  anyRequest,
  HOUR,
  limits,
  MINUTE,
  modelOf,
  queuedJob,
  silentTurn,
  testKind,
  upstreamError,
} from "../../../testing/jobs.ts";
import { claim, countDue } from "../../../testing/stores.ts";

/** A kind that fails with each of `errors` in turn, then succeeds. */
function failingKind(...errors: Error[]) {
  let calls = 0;
  const kind = testKind(({ text }) => {
    const error = errors[calls++];
    return error ? Promise.reject(error) : Promise.resolve({ text });
  });
  return { kind, calls: () => calls };
}

Deno.test("a submitted job is executed without a doorbell", async () => {
  using env = await openRuntimes();
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  const snapshot = await env.a.jobs.read(env.kind, id);
  assertStrictEquals(snapshot?.job.state, "succeeded");
  assertEquals(snapshot?.result, { text: "hello" });
});

Deno.test("read() returns null for a job of another kind", async () => {
  using env = await openRuntimes();
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals(await env.a.jobs.read({ ...env.kind, name: "other" }, id), null);
});

Deno.test("sweep() returns before the jobs that it started end", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "slow" });
  await env.b.instance.sweep();
  await work.begun;
  assertStrictEquals((await jobOf(env.store, id)).state, "running");
  work.finish();
  await env.a.instance.idle();
  await env.b.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("two instances that sweep at the same time execute a job once", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  await submit(env.a, work.kind, { text: "once" });
  await Promise.all([
    env.a.instance.sweep(),
    env.b.instance.sweep(),
    env.a.instance.sweep(),
    env.b.instance.sweep(),
  ]);
  await work.begun;
  assertStrictEquals(env.a.instance.running + env.b.instance.running, 1);
  work.finish();
  await Promise.all([env.a.instance.idle(), env.b.instance.idle()]);
  await Promise.all([env.a.instance.sweep(), env.b.instance.sweep()]);
  assertStrictEquals(work.runs(), 1);
});

Deno.test("jobs that do not fit wait in KV until a slot is free", async () => {
  const gates: (() => void)[] = [];
  const full = Promise.withResolvers<void>();
  const kind = testKind(async ({ text }) => {
    const gate = Promise.withResolvers<void>();
    if (gates.push(gate.resolve) === 3) full.resolve();
    await gate.promise;
    return { text };
  });
  using env = await openRuntimes({ kinds: [kind], concurrency: 3 });
  const jobs = [];
  for (let n = 0; n < 20; n++) jobs.push((await submit(env.a, kind, { text: String(n) })).job);
  await env.a.instance.sweep();
  await full.promise;
  assertStrictEquals(env.a.instance.running, 3);
  assertStrictEquals(await countDue(env.kv), 17);

  let most = 0;
  const idle = env.a.instance.idle().then(() => true);
  while (!await Promise.race([idle, env.a.jobs.ping()])) {
    most = Math.max(most, env.a.instance.running);
    gates.splice(0).forEach((open) => open());
  }
  assertStrictEquals(most, 3);
  for (const { id } of jobs) assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("an unreadable record does not block other jobs", async () => {
  using env = await openRuntimes({ concurrency: 1 });
  await env.kv.set(["job", "broken"], { schema: 99 });
  await env.kv.set(["due", "test", NOON - 1, "broken"], 0);
  const next = queuedJob();
  await env.store.accept(next);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, next.id)).state, "succeeded");
});

Deno.test("the signal of an attempt aborts when the attempt ends", async () => {
  const left = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    left.resolve(context.signal);
    return Promise.reject(upstreamError());
  });
  using env = await openRuntimes({ kinds: [kind] });
  await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await left.promise).aborted, true);
});

Deno.test("a job with a transient failure is retried after its backoff", async () => {
  const { kind, calls } = failingKind(upstreamError());
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const waiting = await jobOf(env.store, id);
  // Half of the first backoff of two seconds.
  assertStrictEquals(waiting.state === "queued" && waiting.runAt, NOON + 1_000);
  assertStrictEquals(waiting.lastFailure?.code, "upstream_error");

  env.clock.advance(999);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  assertStrictEquals(calls(), 1);
  env.clock.advance(1);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a retry starts when it is due, without a sweep", async () => {
  const { kind, calls } = failingKind(upstreamError());
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  env.clock.advance(1_000);
  while ((await jobOf(env.store, id)).state !== "succeeded") await env.a.instance.idle();
  assertStrictEquals(calls(), 2);
});

Deno.test("a job that keeps failing ends as failed after its last attempt", async () => {
  const { kind, calls } = failingKind(...Array.from({ length: 9 }, upstreamError));
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  for (let n = 0; n < 9; n++) {
    env.clock.advance(60_000);
    await env.a.instance.sweep();
    await env.a.instance.idle();
  }
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.message, "OpenAI API error: 500");
  assertStrictEquals(calls(), limits.maxAttempts);
});

Deno.test("a job ends with the plan that it has kept, once no other attempt follows", async () => {
  const kind = testKind((_request, context) => {
    context.keep({ text: `attempt ${context.attempt}` });
    return Promise.reject(upstreamError());
  });
  using env = await openRuntimes({ kinds: [kind], limits: { ...limits, maxAttempts: 2 } });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  env.clock.advance(60_000);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  const snapshot = await env.store.read(id);
  assertStrictEquals(snapshot!.job.state, "succeeded");
  assertEquals(snapshot!.result, { text: "attempt 2" });
});

Deno.test("a job ends at its deadline with the plan that it has kept", async () => {
  const started = Promise.withResolvers<void>();
  const kind = testKind((_request, context) => {
    context.keep({ text: "good enough" });
    started.resolve();
    return new Promise(() => {});
  });
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await started.promise;
  env.clock.advance(limits.timeoutMs);
  await env.a.instance.idle();
  const snapshot = await env.store.read(id);
  assertEquals([snapshot!.job.state, snapshot!.result], ["succeeded", { text: "good enough" }]);
});

Deno.test("a kept plan that does not match its schema is not used", async () => {
  const kind = testKind((_request, context) => {
    context.keep({ words: 5 });
    return Promise.reject(new JobError("refused", "No."));
  });
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "failed");
});

Deno.test("a failure that a retry cannot cure ends the job at once", async () => {
  const { kind, calls } = failingKind(new JobError("refused", "OpenAI API refused the request"));
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "refused");
  assertStrictEquals(calls(), 1);
});

Deno.test("a spent quota produces a placeholder plan if that is configured", async () => {
  for (const mockIfQuota of [true, false]) {
    const { kind } = failingKind(new JobError("quota_exceeded", "OpenAI API error: 429 x"));
    using env = await openRuntimes({ kinds: [kind], mockIfQuota });
    const { job: { id } } = await submit(env.a, kind, { text: "hello" });
    await env.a.instance.idle();
    const snapshot = await env.store.read(id);
    if (mockIfQuota) {
      assertStrictEquals(snapshot?.job.state === "succeeded" && snapshot.job.source, "placeholder");
      assertEquals(snapshot?.result, { text: "sample" });
    } else {
      assertStrictEquals(snapshot?.job.state, "failed");
    }
  }
});

Deno.test("a plan of the wrong shape is not stored", async () => {
  const kind = testKind(() => Promise.resolve({ words: "wrong" } as unknown as { text: string }));
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const snapshot = await env.store.read(id);
  assertStrictEquals(
    snapshot?.job.state === "failed" && snapshot.job.failure.code,
    "invalid_output",
  );
  assertStrictEquals(snapshot?.result, null);
});

Deno.test("a plan that is too large to store fails the job and says so", async () => {
  const random = crypto.getRandomValues(new Uint8Array(60_000));
  const text = Array.from({ length: 20 }, (_, n) => random.map((byte) => byte ^ n).toHex()).join(
    "",
  );
  // Each stretch differs from all others, so gzip finds no repetition.
  const noise = [...text].map((c, n) => String.fromCharCode(c.charCodeAt(0) + n % 7919)).join("");
  const kind = testKind(() => Promise.resolve({ text: noise }));
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "result_too_large");
});

Deno.test("a job that does not end fails at its deadline", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "endless" });
  await work.begun;
  env.clock.advance(limits.timeoutMs);
  await env.a.instance.idle();
  const job = await jobOf(env.store, id);
  assertStrictEquals(job.state === "failed" && job.failure.code, "deadline_exceeded");
  work.finish();
});

Deno.test("idle() waits for the queued jobs too", async () => {
  using env = await openRuntimes({ concurrency: 1 });
  const jobs = [1, 2, 3].map(() => queuedJob());
  for (const job of jobs) await env.store.accept(job);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  for (const { id } of jobs) assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a sweep that loses a claim continues with the next job", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { concurrency: 1 });
  const [first, second] = [queuedJob({ now: NOON - 1 }), queuedJob()];
  await env.store.accept(first);
  await env.store.accept(second);
  hooks.get = async ([sort, id]) => {
    if (sort !== "job" || id !== first.id) return;
    hooks.get = undefined;
    await claim(env.store, first.id, { holder: "faster" });
  };
  await env.a.instance.sweep();
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, second.id)).state, "succeeded");
});

Deno.test("a sweep does not start a job again that the same instance executes", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, { text: "hello" });
  await work.begun;
  // With a slow clock, this sweep can still read the due entry of a running job.
  await env.kv.set(["due", "test", NOON, id], 0);
  await env.a.instance.sweep();
  assertStrictEquals(env.a.instance.running, 1);
  work.finish();
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  assertStrictEquals(work.runs(), 1);
});

Deno.test("a job of an unknown kind waits for an instance that knows the kind", async () => {
  using env = await openRuntimes();
  const newer = openRuntime(env.kv, env.clock, { kinds: [{ ...env.kind, name: "newer" }] });
  const { job: { id } } = await submit(env.a, newer.kinds[0]!, { text: "hello" });
  await env.a.instance.sweep();
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).attempt, 0);
  await newer.instance.sweep();
  await newer.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
});

Deno.test("a job that expires while it runs is dropped", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    begun.resolve(context.signal);
    return new Promise(() => {});
  });
  using env = await openRuntimes({ kinds: [kind], jobTtlMs: MINUTE });
  await submit(env.a, kind, { text: "hello" });
  const signal = await begun.promise;
  env.clock.advance(MINUTE);
  await env.a.instance.idle();
  assertStrictEquals(signal.aborted, true);
});

Deno.test("a job expires after its time to live", async () => {
  using env = await openRuntimes();
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  env.clock.advance(24 * HOUR);
  assertStrictEquals(await env.a.jobs.read(env.kind, id), null);
});

/** Records what an engine reads and writes during one minute of its clock. */
async function recordMinute(jobs: number) {
  const work = heldWork();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openRuntimesOn(kv, { kinds: [work.kind], concurrency: 100 });
  env.a.instance.start();
  for (let n = 0; n < jobs; n++) await submit(env.a, work.kind, { text: "hello" });
  while (jobs > 0 && work.runs() < jobs) await env.a.jobs.ping();
  const writes: string[] = [];
  const lists: string[] = [];
  const reads: string[] = [];
  hooks.commit = (sets, run) => {
    writes.push(...sets.map(([sort]) => String(sort)));
    return run();
  };
  hooks.list = (selector) => void lists.push(JSON.stringify(selector));
  hooks.get = ([sort]) => void reads.push(String(sort));
  for (let n = 0; n < 600; n++) {
    env.clock.advance(100);
    await env.settled();
  }
  hooks.commit = hooks.list = hooks.get = undefined;
  work.finish();
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  kv.close();
  return { writes, lists, reads };
}

/** What an instance writes for operators, once a minute. */
const REPORTS = ["present", "minute", "hour", "alerts"];

Deno.test("an instance writes its heartbeat and one report a minute, as often for 100 running jobs as for one", async () => {
  for (const jobs of [1, 100]) {
    const { writes } = await recordMinute(jobs);
    const beats = writes.filter((sort) => sort === "instance").length;
    // Five per lease of ten seconds.
    assert(beats > 0 && beats <= 31, `${beats} heartbeats`);
    assertEquals(writes.filter((sort) => sort !== "instance"), REPORTS);
  }
});

Deno.test("an idle instance writes one report a minute, and scans once every three seconds", async () => {
  const { writes, lists, reads } = await recordMinute(0);
  assertEquals(writes, ["present", "alerts"]);
  for (const [index, most] of [['["due"]', 21], ['"due","test"', 4], ["instance", 23]] as const) {
    const scans = lists.filter((selector) => selector.includes(index)).length;
    // 21 sweeps, of which the first one looks at each kind, and the report.
    assert(scans > 0 && scans <= most, `${scans} scans of ${index}`);
  }
  const readsOf = (sort: string) => reads.filter((read) => read === sort).length;
  // Twice a second, in one request.
  for (const key of ["bell", "queue"]) {
    assert(readsOf(key) > 100 && readsOf(key) <= 121, `${readsOf(key)} reads of the ${key}`);
  }
  const others = reads.filter((sort) => sort !== "bell" && sort !== "queue");
  assert(others.length <= 40, `${others}`);
  const keyReads = lists.filter((selector) => selector.includes("api_key")).length;
  assert(keyReads > 0 && keyReads <= 8, `${keyReads} reads of the keys`);
  const otherLists = lists.filter((selector) => !/due|instance|api_key/.test(selector));
  // The report reads the history, the oldest jobs, and merges minutes and hours.
  assert(otherLists.length > 0 && otherLists.length <= 8, `${otherLists}`);
});

Deno.test("sweeps that follow each other look for rare kinds of job once", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv);
  const lists: string[] = [];
  hooks.list = (selector) => void lists.push(JSON.stringify(selector));
  // A job that is due later: without one, a sweep does not look at each kind.
  await env.store.accept({ ...queuedJob(), runAt: NOON + HOUR });
  const scansOf = (kind: string) =>
    lists.filter((selector) => selector.includes(`"due","${kind}"`)).length;
  for (let n = 0; n < 10; n++) {
    await env.a.instance.sweep();
    env.clock.advance(100);
  }
  assertEquals([scansOf("test"), scansOf("bulk")], [10, 1]);
  env.clock.advance(1_000);
  await env.a.instance.sweep();
  assertEquals([scansOf("test"), scansOf("bulk")], [11, 2]);
});

Deno.test("a job that finds no free slot starts when a slot becomes free, without a sweep", async () => {
  const work = heldWork();
  using env = await openRuntimes({ kinds: [work.kind], concurrency: 1 });
  await submit(env.a, work.kind, { text: "first" });
  await work.begun;
  const { job: { id } } = await submit(env.a, work.kind, { text: "second" });
  work.finish();
  await env.a.instance.idle();
  assertStrictEquals((await env.store.read(id))?.job.state, "succeeded");
});

for (const owner of ["key:0123", null]) {
  Deno.test(`calls of the model name the caller ${owner}, in each attempt`, async () => {
    const callers: unknown[] = [];
    const model = modelOf({
      chat(_request, { caller }) {
        callers.push(caller);
        if (callers.length === 1) return Promise.reject(upstreamError());
        return Promise.resolve({ ...silentTurn, text: "hello" });
      },
    });
    const kind = testKind(async (request, context) => {
      await context.chat("turn-1", anyRequest, anyParts);
      return request;
    });
    using env = await openRuntimes({ kinds: [kind], model: () => model });
    const caller = { id: owner ?? "address:1", owner };
    await submit(env.a, kind, { text: "hello" }, { caller });
    await env.a.instance.idle();
    env.clock.advance(60_000);
    await env.settled();
    await env.a.instance.idle();
    assertEquals(callers, [owner, owner]);
  });
}
