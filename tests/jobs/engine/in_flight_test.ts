import {
  assert,
  assertEquals,
  assertExists,
  assertNotMatch,
  assertStrictEquals,
} from "@std/assert";
import { z } from "zod";
import { follow } from "../../../jobs/engine/follower.ts";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import type { PublicKind } from "../../../jobs/kind.ts";
import { clientCaller } from "../../../lib/caller.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { JobStore } from "../../../lib/store/job_store.ts";
import { presentJob, presentTimeline } from "../../../routes/api/presenter.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { testApp } from "../../../testing/app.ts";
import {
  jobOf,
  openRuntimes,
  openRuntimesOn,
  openStores,
  submit,
  sweepFor,
} from "../../../testing/runtimes.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { post } from "../../../testing/http.ts";
import {
  anyParts,
  anyRequest,
  HOUR,
  limits,
  MINUTE,
  modelOf,
  queuedJob,
  scriptedModel,
  silentTurn,
  testKind,
  upstreamError,
} from "../../../testing/jobs.ts";
import { claim, lastRing } from "../../../testing/stores.ts";

const hello = { text: "hello" };
const plan = { text: "plan" };
const holder = "instance-c";
const ofPlan = { result: plan, source: "openai", promptVersion: "test-1" } as const;

/** A kind whose runs the test ends one by one. */
function workByHand() {
  const runs: PromiseWithResolvers<{ text: string }>[] = [];
  const kind = testKind(() => {
    const run = Promise.withResolvers<{ text: string }>();
    runs.push(run);
    return run.promise;
  });
  return { kind, runs };
}

type Engines = Awaited<ReturnType<typeof openRuntimes>>;

/** Both instances sweep. */
async function sweepAll({ a, b }: Engines): Promise<void> {
  await a.instance.sweep();
  await b.instance.sweep();
}

/** Waits until `count` runs have begun. */
async function untilBegun({ a }: Engines, { runs }: { runs: unknown[] }, count: number) {
  for (let n = 0; n < 1_000 && runs.length < count; n++) await a.jobs.ping();
  assert(runs.length >= count, `${runs.length} runs have begun`);
}

async function untilAllIdle({ a, b }: Engines): Promise<void> {
  await Promise.all([a.instance.idle(), b.instance.idle()]);
}

/** Engines with a running leader in the first one, and followers that wait for it. */
async function openFollowed({ followers = 1, overrides = {} } = {}) {
  const work = workByHand();
  const env = await openRuntimes({ kinds: [work.kind], dedupeInFlight: true, ...overrides });
  const { job: leader } = await submit(env.a, work.kind, hello);
  await untilBegun(env, work, 1);
  const ids = [];
  for (let n = 0; n < followers; n++) {
    env.clock.advance(1);
    ids.push((await submit(env.b, work.kind, hello)).job.id);
  }
  await sweepAll(env);
  for (const id of ids) assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  assertStrictEquals(work.runs.length, 1);
  return { ...env, work, leader: leader.id, ids, follower: ids[0]! };
}

async function statesOf(store: JobStore, ids: string[]): Promise<string[]> {
  const jobs = await Promise.all(ids.map((id) => jobOf(store, id)));
  return jobs.map(({ state }) => state);
}

Deno.test("identical jobs in flight are generated once", async () => {
  using env = await openFollowed({ followers: 2 });
  env.work.runs[0]!.resolve(plan);
  await env.a.instance.idle();
  await env.b.instance.sweep();
  await untilAllIdle(env);
  for (const id of [env.leader, ...env.ids]) {
    const snapshot = await env.store.read(id);
    assertEquals(snapshot?.result, plan);
    assertStrictEquals(snapshot?.job.state === "succeeded" && snapshot.job.source, "sample");
    assertStrictEquals(snapshot?.job.id, id);
  }
  assertStrictEquals(env.work.runs.length, 1);
});

Deno.test("jobs that differ in request, kind or caller are generated separately", async () => {
  const work = workByHand();
  const other: PublicKind = { ...work.kind, name: "other" };
  using env = await openRuntimes({ kinds: [work.kind, other], dedupeInFlight: true });
  await submit(env.a, work.kind, hello);
  await submit(env.a, work.kind, { text: "other" });
  await submit(env.a, other, hello);
  await submit(env.a, work.kind, hello, { caller: clientCaller("other") });
  await submit(env.a, work.kind, hello);
  await sweepAll(env);
  await untilBegun(env, work, 4);
  assertStrictEquals(work.runs.length, 4);
  for (const run of work.runs) run.resolve(plan);
  await untilAllIdle(env);
});

Deno.test("identical jobs are generated separately unless deduplication is switched on", async () => {
  const work = workByHand();
  using env = await openRuntimes({ kinds: [work.kind] });
  const { job: { id } } = await submit(env.a, work.kind, hello);
  await submit(env.a, work.kind, hello);
  await untilBegun(env, work, 2);
  assertStrictEquals((await jobOf(env.store, id)).dedupeKey, null);
  for (const run of work.runs) run.resolve(plan);
  await untilAllIdle(env);
});

Deno.test("a follower is generated by itself when its leader is canceled", async () => {
  using env = await openFollowed();
  await env.a.jobs.cancel(env.work.kind, env.leader);
  await untilBegun(env, env.work, 2);
  env.work.runs[1]!.resolve(plan);
  await untilAllIdle(env);
  const snapshot = await env.store.read(env.follower);
  assertStrictEquals(snapshot?.job.state, "succeeded");
  assertEquals(snapshot?.result, plan);
  assertStrictEquals((await jobOf(env.store, env.leader)).state, "canceled");
});

Deno.test("when a leader of three followers is canceled, one of them becomes the leader of the others", async () => {
  using env = await openFollowed({ followers: 3 });
  await env.a.jobs.cancel(env.work.kind, env.leader);
  await sweepAll(env);
  await untilBegun(env, env.work, 2);
  await sweepAll(env);
  assertEquals((await statesOf(env.store, env.ids)).toSorted(), [
    "queued",
    "queued",
    "running",
  ]);
  env.work.runs[1]!.resolve(plan);
  await untilAllIdle(env);
  await sweepAll(env);
  await untilAllIdle(env);
  assertEquals(await statesOf(env.store, env.ids), ["succeeded", "succeeded", "succeeded"]);
  assertStrictEquals(env.work.runs.length, 2);
});

Deno.test("of identical jobs that are claimed at the same time, one becomes the leader", async () => {
  using env = await openRuntimes();
  const jobs = Array.from({ length: 5 }, () => queuedJob({ dedupeKey: "same" }));
  for (const job of jobs) await env.store.accept(job);
  const leases = await Promise.all(
    jobs.map(({ id }) => claim(env.store, id, { holder })),
  );
  assertStrictEquals(leases.filter(Boolean).length, 1);
});

Deno.test("a follower fails at once when its leader fails, with the same failure", async () => {
  using env = await openFollowed();
  // The failure is one that allows retries.
  for (let attempt = 2; attempt <= limits.maxAttempts; attempt++) {
    env.work.runs.at(-1)!.reject(upstreamError());
    await env.a.instance.idle();
    env.clock.advance(MINUTE);
    await env.a.instance.sweep();
    await untilBegun(env, env.work, attempt);
  }
  env.work.runs.at(-1)!.reject(upstreamError());
  await untilAllIdle(env);
  const [leader, follower] = [
    await jobOf(env.store, env.leader),
    await jobOf(env.store, env.follower),
  ];
  assertStrictEquals(follower.attempt, 1);
  assertStrictEquals(follower.state === "failed" && follower.failure.code, "upstream_error");
  assertEquals(
    follower.state === "failed" && follower.failure,
    leader.state === "failed" && leader.failure,
  );
  assertStrictEquals(env.work.runs.length, limits.maxAttempts);
});

Deno.test("a follower keeps waiting while its leader is retried", async () => {
  using env = await openFollowed();
  env.work.runs[0]!.reject(upstreamError());
  await env.a.instance.idle();
  await sweepAll(env);
  assertEquals(await statesOf(env.store, [env.leader, env.follower]), ["queued", "queued"]);
  env.clock.advance(1_000);
  await env.b.instance.sweep();
  await untilBegun(env, env.work, 2);
  assertEquals(await statesOf(env.store, [env.leader, env.follower]), ["running", "queued"]);
  env.work.runs[1]!.resolve(plan);
  await untilAllIdle(env);
  await sweepAll(env);
  await untilAllIdle(env);
  assertEquals((await env.store.read(env.follower))?.result, plan);
  assertStrictEquals((await jobOf(env.store, env.follower)).attempt, 1);
  assertStrictEquals(env.work.runs.length, 2);
});

Deno.test("when the leader's instance dies, another one takes over the leader, and the follower keeps waiting", async () => {
  using env = await openFollowed();
  await sweepFor(env, 12_000);
  await untilBegun(env, env.work, 2);
  assertEquals(await statesOf(env.store, [env.leader, env.follower]), ["running", "queued"]);
  env.work.runs[1]!.resolve(plan);
  await env.b.instance.idle();
  assertEquals(await statesOf(env.store, [env.leader, env.follower]), [
    "succeeded",
    "succeeded",
  ]);
  assertStrictEquals(env.work.runs.length, 2);
  env.work.runs[0]!.resolve(plan);
  await env.a.instance.idle();
});

Deno.test("a job that is submitted after the end of an identical one is generated again", async () => {
  for (const end of ["resolve", "reject"] as const) {
    const work = workByHand();
    using env = await openRuntimes({ kinds: [work.kind], dedupeInFlight: true });
    for (const count of [1, 2, 3]) {
      const { job: { id } } = await submit(env.a, work.kind, hello);
      await untilBegun(env, work, count);
      if (end === "resolve") work.runs.at(-1)!.resolve(plan);
      else work.runs.at(-1)!.reject(new JobError("refused", "no"));
      await env.a.instance.idle();
      assertStrictEquals((await jobOf(env.store, id)).attempt, 1);
      env.clock.advance(1);
    }
  }
});

Deno.test("a follower is served by its own leader although later jobs are claimed first", async () => {
  using env = await openRuntimes();
  const job = (now: number) => queuedJob({ dedupeKey: "same", now });
  const now = env.clock.now();
  const [leader, follower, late, later] = [job(now), job(now), job(now + 2), job(now + 2)];
  for (const job of [leader, follower, late, later]) await env.store.accept(job);
  const lease = await claim(env.store, leader.id, { holder });
  env.clock.advance(1);
  await env.store.complete(lease!, ofPlan);
  env.clock.advance(1);
  // The follower is not claimed before the next jobs are.
  assertStrictEquals((await claim(env.store, late.id, { holder }))?.follows, undefined);
  await env.store.cancel(late.id);
  assertStrictEquals((await claim(env.store, later.id, { holder }))?.follows, undefined);
  assertStrictEquals((await claim(env.store, follower.id, { holder }))?.follows, leader.id);
});

Deno.test("requests that the schema makes equal are deduplicated per caller", async () => {
  const runs: unknown[] = [];
  const held = Promise.withResolvers<void>();
  const itineraries = itineraryKind({ model: "test" });
  const kind: PublicKind = {
    ...itineraries as PublicKind,
    generate: async (request, context) => {
      runs.push(request);
      await held.promise;
      return await (itineraries as PublicKind).generate(request, context);
    },
  };
  using env = await openRuntimes({
    kinds: [kind],
    dedupeInFlight: true,
    model: (plan) =>
      modelOf({ chat: async () => ({ ...silentTurn, text: JSON.stringify(await plan()) }) }),
  });
  const keys = ["first-key-0123456789", "second-key-0123456789"];
  const app = testApp(env.a, { clock: env.clock, apiKeys: keys });
  for (const key of keys) {
    const headers = { authorization: `Bearer ${key}` };
    for (
      const body of [
        '{"destination":"Tokyo","durationDays":2}',
        '{ "durationDays": 2, "unknown": 1, "destination": "  Tokyo " }',
      ]
    ) {
      assertStrictEquals((await post(app, "/api/itineraries", body, headers)).status, 202);
    }
  }
  await env.a.instance.sweep();
  await untilBegun(env, { runs }, 2);
  held.resolve();
  await env.a.instance.idle();
  const seen = [];
  for await (const { key, value } of env.kv.list({ prefix: [] })) {
    seen.push(Deno.inspect([key, value], { depth: 9 }));
    if (key[0] === "job") assertStrictEquals((value as { state: string }).state, "succeeded");
  }
  for (const key of keys) assertNotMatch(seen.join(), new RegExp(key));
  assertStrictEquals(runs.length, 2);
});

Deno.test("a bearer token does not distinguish callers when no API keys are configured", async () => {
  const work = workByHand();
  using env = await openRuntimes({ kinds: [work.kind], dedupeInFlight: true });
  const app = testApp(env.a, { clock: env.clock });
  for (const token of ["one", "two"]) {
    await post(app, "/api/tests", hello, { authorization: `Bearer ${token}` });
  }
  await env.a.instance.sweep();
  await untilBegun(env, work, 1);
  work.runs[0]!.resolve(plan);
  await env.a.instance.idle();
  assertStrictEquals(work.runs.length, 1);
});

Deno.test("canceling a follower does not affect its leader", async () => {
  using env = await openFollowed({ followers: 2 });
  await env.b.jobs.cancel(env.work.kind, env.follower);
  await sweepAll(env);
  env.work.runs[0]!.resolve(plan);
  await untilAllIdle(env);
  assertEquals(await statesOf(env.store, [env.leader, ...env.ids]), [
    "succeeded",
    "canceled",
    "succeeded",
  ]);
  assertStrictEquals(env.work.runs.length, 1);
});

Deno.test("a follower fails at its deadline, whatever its leader does", async () => {
  const held = { limits: { ...limits, timeoutMs: 10 * MINUTE }, jobTtlMs: 40 * MINUTE };
  using env = await openFollowed({ overrides: held });
  // Makes the leader appear to run all the time, whatever its worker does.
  const { job } = (await env.store.read(env.leader))!;
  await env.kv.set(["job", env.leader], { ...job, startedAt: env.clock.now() + 40 * MINUTE });
  env.clock.advance(29 * MINUTE);
  await env.b.instance.sweep();
  assertStrictEquals((await jobOf(env.store, env.follower)).state, "queued");
  env.clock.advance(MINUTE);
  await env.b.instance.sweep();
  const late = await jobOf(env.store, env.follower);
  assertStrictEquals(late.state === "failed" && late.failure.code, "deadline_exceeded");
  assertStrictEquals(late.attempt, 0);
  await env.a.instance.idle();
});

const usage = {
  inputTokens: 100,
  cachedTokens: 10,
  cacheWriteTokens: 0,
  outputTokens: 20,
  reasoningTokens: 5,
};

Deno.test("the timeline of a follower names its leader and the tokens saved", async () => {
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const kind = testKind(async (_request, context) => {
    begun.resolve();
    await held.promise;
    return { text: (await context.chat("turn", anyRequest, anyParts)).text! };
  });
  const { model, requests } = scriptedModel([{ text: "plan", usage }]);
  using env = await openRuntimes({ kinds: [kind], dedupeInFlight: true, model: () => model });
  const { job: leader } = await submit(env.a, kind, hello);
  await begun.promise;
  const { job: { id } } = await submit(env.a, kind, hello);
  await env.a.instance.sweep();
  held.resolve();
  await env.a.instance.idle();
  assertStrictEquals(requests.length, 1);

  const timeline = presentTimeline(
    kind as PublicKind,
    (await env.a.jobs.timeline(kind as PublicKind, id))!,
  );
  const events: object[] = timeline.events;
  assertEquals(events.map((event) => "event" in event && event.event), [
    "accepted",
    "claimed",
    "completed",
  ]);
  assertStrictEquals("follows" in events[1]! && events[1].follows, leader.id);
  const nothing = {
    inputTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
  const saved = { ...nothing, savedTokens: 120, costUsd: 0 };
  assertEquals(timeline.usage, saved);
  const first = await env.a.jobs.timeline(kind as PublicKind, leader.id);
  assert(first!.events.every((event) => !("follows" in event)));
});

/** A leader whose model has sent reasoning and written one part, and a follower. */
async function openWriting() {
  const held = Promise.withResolvers<void>();
  const model = modelOf({
    chat: () => Promise.resolve({ ...silentTurn, usage }),
    async respond(_request, { onEvent }) {
      await onEvent!({ type: "started", responseId: "resp_7", resumable: false });
      await onEvent!({ type: "reasoning", summary: "Thought about it" });
      await onEvent!({ type: "text", delta: '{"parts":["one",' });
      await held.promise;
      const reasoningSummaries = ["Thought about it"];
      return { ...silentTurn, responseId: "resp_7", text: "plan", usage, reasoningSummaries };
    },
  });
  const kind = testKind(async (_request, context) => {
    await context.chat("first", anyRequest, anyParts);
    return { text: (await context.respond("second", anyRequest, anyParts)).text! };
  }) as PublicKind;
  const env = await openRuntimes({ kinds: [kind], dedupeInFlight: true, model: () => model });
  const { job: leader } = await submit(env.a, kind, hello);
  while ((await env.a.jobs.read(kind, leader.id))!.progress.partial.length === 0) {
    env.clock.advance(500);
  }
  const { job: { id } } = await submit(env.b, kind, hello);
  await env.b.instance.sweep();
  return { ...env, kind, leader: leader.id, id, finish: held.resolve };
}

Deno.test("a follower shows the progress of its leader", async () => {
  using env = await openWriting();
  const shown = presentJob(env.kind, (await env.b.jobs.read(env.kind, env.id))!);
  const ahead = presentJob(env.kind, (await env.a.jobs.read(env.kind, env.leader))!);
  assertEquals(shown.partial, ["one"]);
  assertEquals(shown.progress, ahead.progress);
  assertStrictEquals(ahead.usage?.outputTokens, usage.outputTokens);
  assertStrictEquals(shown.usage, null);
  assertStrictEquals(shown.attempt, 0);
  env.finish();
  await env.a.instance.idle();
  await env.b.instance.sweep();
  await untilAllIdle(env);
  const { progress } = (await env.b.jobs.read(env.kind, env.id))!;
  assertEquals(progress.reasoningSummaries, ["Thought about it"]);
  assertStrictEquals(progress.openaiResponseId, "resp_7");
});

Deno.test("read() reads the leader only for a follower", async () => {
  using env = await openWriting();
  // A store of its own, because the instances read the database, too.
  const { kv, hooks } = hookKv(env.kv);
  const { store } = openStores(kv, { clock: env.clock });
  const readsOf = async (id: string) => {
    const sorts: unknown[] = [];
    hooks.get = ([sort]) => void sorts.push(sort);
    await store.read(id);
    return sorts;
  };
  const ownSorts = ["job", "progress"];
  assertEquals(await readsOf(env.leader), ownSorts);
  assertEquals(await readsOf(env.id), [...ownSorts, "in_flight", "job", "progress"]);
  env.finish();
  await env.a.instance.idle();
  await env.b.instance.idle();
});

Deno.test("a follower shows its own state while its leader is queued", async () => {
  using env = await openFollowed();
  env.work.runs[0]!.reject(upstreamError());
  await env.a.instance.idle();
  const shown = presentJob(env.work.kind as PublicKind, (await env.store.read(env.follower))!);
  assertStrictEquals(shown.progress?.phase, "queued");
});

Deno.test("followers do not make a worker spin, and block no other job", async () => {
  const work = workByHand();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const overrides = { kinds: [work.kind], dedupeInFlight: true, concurrency: 1 };
  using env = openRuntimesOn(kv, overrides);
  await submit(env.a, work.kind, hello);
  await untilBegun(env, work, 1);
  // The first instance has no slot for the followers.
  for (let n = 0; n < 5; n++) await submit(env.a, work.kind, hello);
  env.clock.advance(1);
  const { job: other } = await submit(env.a, work.kind, { text: "other" });
  let leaderReads = 0;
  let lists = 0;
  hooks.get = ([sort]) => void (leaderReads += sort === "in_flight" ? 1 : 0);
  hooks.list = (selector) => {
    if ("start" in selector && selector.start[1] === work.kind.name) lists++;
  };
  await env.b.instance.sweep();
  await untilBegun(env, work, 2);
  assertStrictEquals((await jobOf(env.store, other.id)).state, "running");
  hooks.get = undefined;
  // Five followers and the other job.
  assertEquals({ leaderReads, lists }, { leaderReads: 6, lists: 1 });
  for (const run of work.runs) run.resolve(plan);
  await untilAllIdle(env);
});

Deno.test("a follower is served within a second after its leader ends", async () => {
  using env = await openRuntimes({ leaseMs: 300_000 });
  const [leader, follower] = [queuedJob({ dedupeKey: "same" }), queuedJob({ dedupeKey: "same" })];
  await env.store.accept(leader);
  const lease = await claim(env.store, leader.id, { holder });
  await env.store.accept(follower);
  env.b.instance.start();
  await env.settled();
  await env.store.complete(lease!, ofPlan);
  const endedAt = env.clock.now();
  while ((await jobOf(env.store, follower.id)).state !== "succeeded") {
    env.clock.advance(100);
    await env.settled();
  }
  assert(env.clock.now() - endedAt <= 1_000, `${env.clock.now() - endedAt} ms`);
  await env.b.instance.stop(0);
});

/** All ways in which a job can end. */
const ends: Record<string, (env: Engines, id: string) => Promise<unknown>> = {
  "is complete": async ({ store }, id) =>
    await store.complete((await claim(store, id, { holder }))!, ofPlan),
  "has failed": async ({ store }, id) =>
    await store.fail((await claim(store, id, { holder }))!, upstreamError()),
  "is canceled": ({ store }, id) => store.cancel(id),
  "has lost its last worker": async ({ store }, id) => {
    const { job: { attempt } } = (await claim(store, id, { holder }))!;
    await store.rescue({ id, holder, attempt });
  },
  "is out of time": async ({ store, clock }, id) => {
    const lease = await claim(store, id, { holder });
    await store.release(lease!, { runAt: clock.now() + MINUTE });
    clock.advance(limits.timeoutMs);
    await claim(store, id, { holder });
  },
};

for (const [how, end] of Object.entries(ends)) {
  Deno.test(`a job that ${how} rings the bell for its followers`, async () => {
    for (const dedupeKey of ["same", null]) {
      using env = await openRuntimes({ limits: { ...limits, maxAttempts: 1 } });
      const job = queuedJob({ dedupeKey });
      await env.store.accept(job);
      const before = await lastRing(env.kv);
      await end(env, job.id);
      assert("finishedAt" in await jobOf(env.store, job.id));
      const rung = await lastRing(env.kv) !== before;
      assertStrictEquals(rung, dedupeKey !== null || how === "is canceled");
    }
  });
}

/** A job that has ended, and its follower. */
async function openEnded() {
  const work = workByHand();
  const env = await openRuntimes({ kinds: [work.kind] });
  const [leader, follower] = [queuedJob({ dedupeKey: "same" }), queuedJob({ dedupeKey: "same" })];
  for (const job of [leader, follower]) await env.store.accept(job);
  const lease = await claim(env.store, leader.id, { holder });
  await env.store.complete(lease!, { ...ofPlan, promptVersion: "test-0" });
  return { ...env, work, leader: leader.id, follower: follower.id };
}

Deno.test("a follower takes over the source and the prompt version of its leader", async () => {
  using env = await openEnded();
  await env.a.instance.sweep();
  await env.a.instance.idle();
  const job = await jobOf(env.store, env.follower);
  assertStrictEquals(job.state === "succeeded" && job.source, "openai");
  assertStrictEquals(job.promptVersion, "test-0");
  assertStrictEquals(env.work.runs.length, 0);
});

Deno.test("a follower ignores the breaker, and rings no bell at its end", async () => {
  using env = await openEnded();
  const failure = upstreamError().failure;
  const open = { openUntil: NOON + MINUTE, failures: 1, probe: null, opening: "1", failure };
  await env.kv.set(["breaker", env.work.kind.name], open);
  const before = await lastRing(env.kv);
  await env.a.instance.sweep();
  await env.a.instance.idle();
  const job = await jobOf(env.store, env.follower);
  assertStrictEquals(job.state, "succeeded");
  const claimed = job.timeline.find(({ event }) => event === "claimed");
  assertStrictEquals(claimed?.event === "claimed" && claimed.follows, env.leader);
  assertStrictEquals(await lastRing(env.kv), before);
});

const damages: Record<string, (env: Engines & { leader: string }) => Promise<unknown>> = {
  "a plan that is gone": ({ kv, leader }) => kv.delete(["result", leader, 0]),
  "a damaged plan": ({ kv, leader }) => kv.set(["result", leader, 0], new Uint8Array(9)),
  "a job that is gone": ({ kv, leader }) => kv.delete(["job", leader]),
  "a record that is not understood": ({ kv, leader }) => kv.set(["job", leader], { schema: 99 }),
  "a pointer that is not understood": ({ kv }) => kv.set(["in_flight", "same"], 7),
};

for (const [what, damage] of Object.entries(damages)) {
  Deno.test(`a follower that finds ${what} is generated by itself`, async () => {
    using env = await openEnded();
    await damage(env);
    await env.a.instance.sweep();
    await untilBegun(env, env.work, 1);
    env.work.runs[0]!.resolve({ text: "own" });
    await env.a.instance.idle();
    assertEquals((await env.store.read(env.follower))?.result, { text: "own" });
    assertStrictEquals((await jobOf(env.store, env.follower)).savedTokens, 0);
  });
}

Deno.test("a follower does not take over a plan that the schema of its kind no longer accepts", async () => {
  using env = await openEnded();
  const lease = (await claim(env.store, env.follower, { holder }))!;
  const other: PublicKind = { ...env.work.kind, result: z.object({ other: z.string() }) };
  const withKind = (kind: PublicKind) => ({ ...env, kinds: new Map([[kind.name, kind]]) });
  assertExists(await follow(lease, withKind(env.work.kind)));
  assertStrictEquals(await follow(lease, withKind(other)), null);
});

Deno.test("an expired job has no followers", async () => {
  using env = await openEnded();
  const late = queuedJob({ dedupeKey: "same", now: env.clock.now() + 24 * HOUR - 1 });
  const leader = await jobOf(env.store, env.leader);
  await env.kv.set(["job", env.leader], { ...leader, finishedAt: late.createdAt });
  await env.store.accept(late);
  env.clock.advance(24 * HOUR);
  assertStrictEquals((await claim(env.store, late.id, { holder }))?.follows, undefined);
});
