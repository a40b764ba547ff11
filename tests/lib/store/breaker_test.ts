import {
  assert,
  assertEquals,
  assertExists,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { Breaker, type BreakerJob, BreakerOpenError } from "../../../lib/store/breaker.ts";
import { BreakerState } from "../../../lib/store/breaker_state.ts";
import { type FailureCode, JobError } from "../../../lib/job/failure.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { failCommits, hookKv } from "../../../testing/hooked_kv.ts";
import type { AtomicOperation, Kv } from "../../../lib/platform/kv.ts";
import { lastRing } from "../../../testing/stores.ts";

const opener = jobOf("job-0");
const one = jobOf("job-1");
const two = jobOf("job-2");
const other = jobOf("job-3", { kind: "bundles" });
const { signal } = new AbortController();

/** Returns a job whose source no other job has. */
function jobOf(id: string, more: Partial<BreakerJob> = {}): BreakerJob {
  return { id, kind: "itinerary", owner: null, request: id, ...more };
}

/** Opens the breakers of two instances over one database. */
async function openBreakers() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const { instances } = openStores(kv, { clock });
  const ring = (commit: AtomicOperation) => instances.addRing(commit);
  return {
    clock,
    kv,
    hooks,
    instances,
    ring,
    a: new Breaker(kv, { clock, ring }),
    b: new Breaker(kv, { clock, ring }),
    [Symbol.dispose]: () => kv.close(),
  };
}

/** Makes a call that fails. @returns the error that the guard throws */
async function rejectCall(
  breaker: Breaker,
  job: BreakerJob,
  code: FailureCode = "rate_limited",
  more: ConstructorParameters<typeof JobError>[2] = {},
): Promise<JobError> {
  const call = () => Promise.reject(new JobError(code, "Too much", more));
  return await assertRejects(() => breaker.guard(job, { signal }, call), JobError, "Too much");
}

/** Makes a call that fails before its answer began. */
async function loseCall(breaker: Breaker, job: BreakerJob): Promise<JobError> {
  return await rejectCall(breaker, job, "connection_lost", { unanswered: true });
}

async function succeed(breaker: Breaker, job: BreakerJob) {
  assertStrictEquals(await breaker.guard(job, { signal }, () => Promise.resolve("plan")), "plan");
}

Deno.test("a breaker is closed until a call is rejected, then open in every instance", async () => {
  using env = await openBreakers();
  assertStrictEquals(await env.a.admit(one), 0);
  await rejectCall(env.a, one);
  assertStrictEquals(await env.a.admit(two), NOON + 1_000);
  assertStrictEquals(await env.b.admit(two), NOON + 1_000);
  assertStrictEquals(env.b.openUntil("itinerary"), NOON + 1_000);
});

Deno.test("each kind has its own breaker", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one);
  assertStrictEquals(await env.b.admit(other), 0);
});

Deno.test("of the faults with an answer, only rate limits, overload and a spent quota open the breaker", async () => {
  const opening = ["rate_limited", "overloaded", "quota_exceeded"] as const;
  for (const code of opening) {
    using env = await openBreakers();
    await rejectCall(env.a, one, code);
    assert(await env.b.admit(two) > NOON, code);
  }
  const others = ["upstream_error", "timeout", "connection_lost", "rejected", "refused"] as const;
  for (const code of others) {
    using env = await openBreakers();
    await rejectCall(env.a, one, code);
    await rejectCall(env.a, two, code);
    for (const job of [one, two]) assertStrictEquals(await env.b.admit(job), 0, code);
  }
});

Deno.test("the breaker stays open as long as Retry-After asks, at most ten minutes", async () => {
  for (const [seconds, expected] of [[20, 20], [86_400, 600], [0, 0]] as const) {
    using env = await openBreakers();
    await rejectCall(env.a, one, "rate_limited", { retryAfterMs: seconds * 1_000 });
    assertStrictEquals(await env.b.admit(two), expected && NOON + expected * 1_000);
  }
});

Deno.test("after the pause one job is the probe, and no other job may call", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one);
  env.clock.advance(1_000);
  const callers = Array.from({ length: 20 }, (_, n) => jobOf(`job-${n}`));
  const answers = await Promise.all(
    callers.map((job, n) => (n % 2 ? env.a : env.b).admit(job)),
  );
  assertStrictEquals(answers.filter((until) => until === 0).length, 1);
  const ahead = callers[answers.indexOf(0)]!;
  // It asks again before its call, and is still admitted.
  assertStrictEquals(await env.a.admit(ahead), 0);
  assertStrictEquals(await env.b.admit(ahead), 0);
});

Deno.test("the breaker closes in every instance when the probe succeeds", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one);
  env.clock.advance(1_000);
  const ring = await lastRing(env.kv);
  await succeed(env.b, two);
  // All instances are informed.
  assertNotStrictEquals(await lastRing(env.kv), ring);
  for (const breaker of [env.a, env.b]) {
    assertStrictEquals(await breaker.admit(one), 0);
    assertStrictEquals(await breaker.admit(two), 0);
  }
  assertStrictEquals((await env.kv.get(["breaker", "itinerary"])).value, null);
});

Deno.test("each rejected call in a row doubles the pause, up to a maximum", async () => {
  for (
    const [code, firstMs, longestMs] of [
      ["rate_limited", 1_000, 60_000],
      ["overloaded", 1_000, 30_000],
      ["quota_exceeded", 60_000, 600_000],
    ] as const
  ) {
    using env = await openBreakers();
    let expected: number = firstMs;
    for (let n = 0; n < 10; n++) {
      const startedAt = env.clock.now();
      await rejectCall(n % 2 ? env.a : env.b, jobOf(`job-${n}`), code);
      const until = await env.a.admit(jobOf("next"));
      assertStrictEquals(until - startedAt, expected, `${code}, failure ${n + 1}`);
      env.clock.advance(until - startedAt);
      expected = Math.min(longestMs, 2 * expected);
    }
  }
});

Deno.test("calls that were in flight when the breaker opened do not lengthen the pause", async () => {
  using env = await openBreakers();
  const calls = [1, 2, 3, 4].map((n) => ({
    job: jobOf(`job-${n}`),
    begun: Promise.withResolvers<void>(),
    answer: Promise.withResolvers<never>(),
  }));
  const ended = calls.map(({ job, begun, answer }) =>
    env.a.guard(job, { signal }, () => (begun.resolve(), answer.promise)).catch(() => {})
  );
  await Promise.all(calls.map(({ begun }) => begun.promise));
  for (const { answer } of calls) answer.reject(new JobError("rate_limited", "Too much"));
  await Promise.all(ended);
  // Any of the four may have opened the breaker, and then waits a little longer.
  assertStrictEquals(await env.b.admit(opener), NOON + 1_000);
});

Deno.test("a late Retry-After makes the pause longer, never shorter", async () => {
  using env = await openBreakers();
  const late = [5_000, 2_000].map((retryAfterMs) => {
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<never>();
    const call = () => (begun.resolve(), answer.promise);
    const ended = env.a.guard(one, { signal }, call).catch(() => {});
    const error = new JobError("rate_limited", "Too much", { retryAfterMs });
    return { begun: begun.promise, end: () => (answer.reject(error), ended) };
  });
  await Promise.all(late.map(({ begun }) => begun));
  await rejectCall(env.b, opener);
  for (const { end } of late) {
    await end();
    env.b.forget();
    assertStrictEquals(await env.b.admit(two), NOON + 5_000);
  }
});

Deno.test("another job may be the probe five seconds after a probe that has not ended", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, opener);
  env.clock.advance(1_000);
  assertStrictEquals(await env.a.admit(one), 0);
  assertStrictEquals(await env.b.admit(two), NOON + 6_000);
  env.clock.advance(5_000);
  assertStrictEquals(await env.b.admit(two), 0);
});

Deno.test("guard() holds a call back while the breaker is open", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "rate_limited", { retryAfterMs: 10_000 });
  let called = false;
  const call = env.b.guard(two, { signal }, () => Promise.resolve(called = true));
  while (env.clock.waiting === 0) await env.kv.get(["wait"]);
  assertStrictEquals(called, false);
  for (let second = 0; second < 10; second++) {
    assertStrictEquals(called, false);
    env.clock.advance(1_000);
    while (!called && env.clock.waiting === 0) await env.kv.get(["wait"]);
  }
  await call;
  assertStrictEquals(called, true);
});

Deno.test("guard() stops waiting when the job is aborted", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "rate_limited", { retryAfterMs: 10_000 });
  const abort = new AbortController();
  const call = env.b.guard(
    two,
    { signal: abort.signal },
    () => Promise.reject(new Error("was called")),
  );
  while (env.clock.waiting === 0) await env.kv.get(["wait"]);
  abort.abort(new Error("over"));
  await assertRejects(() => call, Error, "over");
});

Deno.test("guard() waits at most ten seconds, and throws the failure and the end of the pause", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "rate_limited", { retryAfterMs: 10_001 });
  const call = env.b.guard(two, { signal }, () => Promise.reject(new Error("was called")));
  const error = await assertRejects(() => call, BreakerOpenError);
  assertStrictEquals(error.until, NOON + 10_001);
  assertStrictEquals(error.failure.code, "rate_limited");
  assertStrictEquals(error.message, "Too much");
});

/** A call that ends when the test says so. */
function heldCall(breaker: Breaker, job: BreakerJob) {
  const answer = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const ended = breaker.guard(job, { signal }, () => (begun.resolve(), answer.promise))
    .catch(() => {});
  return {
    begun: begun.promise,
    succeed: () => (answer.resolve("plan"), ended),
    fail: (error: Error) => (answer.reject(error), ended),
  };
}

Deno.test("a slow probe that succeeds closes the breaker, although others have called since", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, opener);
  env.clock.advance(1_000);
  const slow = heldCall(env.a, one);
  await slow.begun;
  for (let n = 0; n < 3; n++) {
    env.clock.advance(5_000);
    const next = heldCall(env.b, jobOf(`next-${n}`));
    await next.begun;
    if (n === 2) await slow.succeed();
  }
  assertStrictEquals((await env.kv.get(["breaker", "itinerary"])).value, null);
});

Deno.test("a slow probe does not close the breaker if a later call was rejected", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, opener);
  env.clock.advance(1_000);
  const slow = heldCall(env.a, one);
  await slow.begun;
  env.clock.advance(5_000);
  await rejectCall(env.b, two);
  await slow.succeed();
  assertExists((await env.kv.get(["breaker", "itinerary"])).value);
});

Deno.test("a slow probe does not close a breaker that was opened or extended since", async () => {
  for (const closedBefore of [true, false]) {
    using env = await openBreakers();
    const early = heldCall(env.b, jobOf("early"));
    await early.begun;
    await rejectCall(env.a, opener);
    env.clock.advance(1_000);
    const slow = heldCall(env.a, one);
    await slow.begun;
    env.clock.advance(5_000);
    if (closedBefore) {
      await succeed(env.b, two);
      await rejectCall(env.b, two, "rate_limited", { retryAfterMs: 300_000 });
    } else {
      await early.fail(new JobError("rate_limited", "Too much", { retryAfterMs: 300_000 }));
    }
    await slow.succeed();
    const { value } = await env.kv.get<{ openUntil: number }>(["breaker", "itinerary"]);
    assertStrictEquals(value?.openUntil, env.clock.now() + 300_000);
  }
});

Deno.test("the longest pause holds for an instance whose clock is 5 seconds behind", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "rate_limited", { retryAfterMs: 3_600_000 });
  const behind = new FakeClock(NOON - 5_000);
  const { kv, ring } = env;
  const until = await new Breaker(kv, { clock: behind, ring }).admit(two);
  assertStrictEquals(until, NOON + 600_000);
});

Deno.test("a probe closes the breaker with any answer that shows that the model is available", async () => {
  for (
    const [code, closed] of [
      ["refused", true],
      ["rejected", true],
      ["quota_exceeded", true],
      ["upstream_error", false],
      ["timeout", false],
      ["connection_lost", false],
    ] as const
  ) {
    using env = await openBreakers();
    const { kv, clock, ring } = env;
    const breaker = new Breaker(kv, { clock, ring, ignore: "quota_exceeded" });
    await rejectCall(breaker, one);
    env.clock.advance(1_000);
    await rejectCall(breaker, two, code);
    assertStrictEquals((await kv.get(["breaker", "itinerary"])).value === null, closed, code);
  }
});

Deno.test("a pause is over when the clock was set back further than the longest pause", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "rate_limited", { retryAfterMs: 600_000 });
  const late = new FakeClock(NOON - 3_600_000);
  const { kv, ring } = env;
  assertStrictEquals(await new Breaker(kv, { clock: late, ring }).admit(two), 0);
});

Deno.test("an ignored failure does not open the breaker", async () => {
  using env = await openBreakers();
  const { kv, clock, ring } = env;
  const breaker = new Breaker(kv, { clock, ring, ignore: "quota_exceeded" });
  await rejectCall(breaker, one, "quota_exceeded");
  assertStrictEquals(await env.a.admit(two), 0);
});

Deno.test("an unreadable breaker, or one that cannot be written, holds no job back", async () => {
  using env = await openBreakers();
  await env.kv.set(["breaker", "itinerary"], "nonsense");
  await succeed(env.a, one);
  env.hooks.get = () => Promise.reject(new Error("database lost"));
  await succeed(env.a, one);
  await rejectCall(env.a, one);
  env.hooks.get = undefined;
  failCommits(env.hooks, "breaker", 1);
  await rejectCall(env.a, one);
  await rejectCall(env.a, one);
  assertStrictEquals(await env.b.admit(two), NOON + 1_000);
});

Deno.test("a breaker forgets its failures ten minutes after its last use", async () => {
  using env = await openBreakers();
  for (let n = 0; n < 3; n++) {
    await rejectCall(env.a, one);
    env.clock.advance(10_000);
  }
  const { value } = await env.kv.get<{ openUntil: number }>(["breaker", "itinerary"]);
  env.clock.advance(value!.openUntil + 600_000 - env.clock.now());
  await rejectCall(env.b, two);
  assertStrictEquals(await env.a.admit(one) - env.clock.now(), 1_000);
});

for (const code of ["connection_lost", "timeout", "upstream_error"] as const) {
  Deno.test(`two jobs without an answer open the breaker for all: ${code}`, async () => {
    using env = await openBreakers();
    const more = { unanswered: true };
    await rejectCall(env.a, one, code, more);
    // One job may be the cause of its failure, so it waits alone.
    assertStrictEquals(await env.a.admit(one), NOON + 1_000);
    assertStrictEquals(await env.b.admit(one), NOON + 1_000);
    for (const breaker of [env.a, env.b]) {
      assertStrictEquals(await breaker.admit(two), 0);
      assertStrictEquals(breaker.openUntil("itinerary"), 0);
    }
    await rejectCall(env.b, two, code, more);
    assertStrictEquals(await env.a.admit(opener), NOON + 1_000);
    assertStrictEquals(env.a.openUntil("itinerary"), NOON + 1_000);
  });
}

/** Two jobs of one source, by what they have in common. */
const sources: [name: string, job: Partial<BreakerJob>][] = [
  ["equal owners", { owner: "key:1" }],
  ["equal senders without an owner", { sender: "1f" }],
  ["equal senders and requests", { sender: "1f", request: { text: "same" } }],
  ["equal requests without an owner", { request: { text: "same" } }],
];

for (const [name, more] of sources) {
  Deno.test(`two jobs of one source without an answer hold back this source alone: ${name}`, async () => {
    using env = await openBreakers();
    const [first, second, third] = ["1", "2", "3"].map((id) => jobOf(id, more)) as [
      BreakerJob,
      BreakerJob,
      BreakerJob,
    ];
    await loseCall(env.a, first);
    assertStrictEquals(await env.b.admit(third), 0);
    await loseCall(env.a, second);
    assertStrictEquals(await env.b.admit(third), NOON + 1_000);
    assertStrictEquals(await env.b.admit(two), 0);
    assertStrictEquals(env.b.openUntil("itinerary"), 0);
    assertStrictEquals((await env.b.heldBackBy(third))?.code, "connection_lost");
    assertStrictEquals(await env.b.heldBackBy(two), null);
    const ring = await lastRing(env.kv);
    await succeed(env.b, two);
    assertNotStrictEquals(await lastRing(env.kv), ring);
    env.a.forget();
    assertStrictEquals(await env.a.admit(third), 0);
  });

  Deno.test(`a job of a second source without an answer opens the breaker for all: ${name}`, async () => {
    using env = await openBreakers();
    for (const id of ["1", "2"]) await loseCall(env.a, jobOf(id, more));
    await loseCall(env.a, two);
    assertStrictEquals(await env.b.admit(opener), NOON + 1_000);
    assertStrictEquals(env.b.openUntil("itinerary"), NOON + 1_000);
    env.clock.advance(1_000);
    // A new job waits for other sources, and a refused job also for new jobs of its source.
    assertStrictEquals(await env.a.admit(jobOf("1", more)), NOON + 1_500);
    for (const breaker of [env.a, env.b]) {
      assertStrictEquals(await breaker.admit(jobOf("3", more)), NOON + 1_250);
    }
    assertStrictEquals(await env.a.admit(opener), 0);
  });
}

/** Jobs of one source, and which of them wait after the first two have failed without an answer. */
const families: [name: string, jobs: Partial<BreakerJob>[], held: boolean[]][] = [
  [
    "jobs with other requests of the source go on after equal requests have failed",
    [{ request: "bad" }, { request: "bad" }, { request: "bad" }, { request: "good" }],
    [true, true, true, false],
  ],
  [
    "all jobs of the source wait after different requests have failed",
    [{ request: "bad" }, { request: "worse" }, { request: "bad" }, { request: "good" }],
    [true, true, true, true],
  ],
  [
    "the same request of another sender goes on",
    [{ request: "bad" }, { request: "bad" }, { request: "bad" }, { sender: "2f", request: "bad" }],
    [true, true, true, false],
  ],
  [
    "the same request of a sender goes on waiting after midnight",
    [{ request: "bad" }, { request: "bad" }, { sender: "9f 1f", request: "bad" }, {
      sender: "9f",
      request: "bad",
    }],
    [true, true, true, false],
  ],
  [
    "a sender is one source before and after midnight",
    [{ sender: "1f 0f" }, { sender: "9f 1f" }, { sender: "1f 0f" }, { sender: "2f 3f" }],
    [true, true, true, false],
  ],
  [
    "all tokens of one sender are one source",
    [{ owner: "client:1" }, { owner: "client:2" }, { owner: "client:3" }, { sender: "2f" }],
    [true, true, true, false],
  ],
];

for (const [name, members, held] of families) {
  Deno.test(`in the family of a suspect, ${name}`, async () => {
    using env = await openBreakers();
    const jobs = members.map((more, n) => jobOf(`member-${n}`, { sender: "1f", ...more }));
    for (const job of jobs.slice(0, 2)) await loseCall(env.a, job);
    for (const breaker of [env.a, env.b]) {
      const waits = await Promise.all(jobs.map(async (job) => await breaker.admit(job) > 0));
      assertEquals(waits, held);
    }
  });
}

Deno.test("the jobs of a sender from before and after midnight do not open the breaker for all", async () => {
  using env = await openBreakers();
  for (const sender of ["1f 0f", "9f 1f"]) await loseCall(env.a, jobOf(sender, { sender }));
  assertStrictEquals(await env.b.admit(jobOf("of another", { sender: "2f 3f" })), 0);
  await loseCall(env.b, jobOf("of another", { sender: "2f 3f" }));
  assert(await env.a.admit(two) > 0);
});

Deno.test("a third suspicion doubles no pause, and the pauses of a request double", async () => {
  using env = await openBreakers();
  const pause = async (job: BreakerJob) => {
    await loseCall(env.a, job);
    const { value } = await env.kv.get<BreakerState>(["breaker", "itinerary"]);
    return value!.openUntil - env.clock.now();
  };
  const bad = (id: string, request = "bad") => jobOf(id, { sender: "1f", request });
  const pauses = [await pause(bad("1")), await pause(bad("2"))];
  env.clock.advance(1_000);
  pauses.push(await pause(bad("3")), await pause(bad("4", "worse")), await pause(two));
  assertEquals(pauses, [1_000, 1_000, 2_000, 1_000, 1_000]);
});

Deno.test("a state of an earlier version, which names no request, is read", async () => {
  using env = await openBreakers();
  await loseCall(env.a, one);
  const { value } = await env.kv.get<BreakerState>(["breaker", "itinerary"]);
  const { suspectRequest, ...old } = value!;
  assertStrictEquals(suspectRequest !== null, true);
  await env.kv.set(["breaker", "itinerary"], old);
  assertStrictEquals(await env.b.admit(one), NOON + 1_000);
  assertStrictEquals(await env.b.admit(two), 0);
  await loseCall(env.b, two);
  assertStrictEquals(await env.b.admit(opener), NOON + 1_000);
});

Deno.test("a fault without an answer opens the breaker at once if it has a Retry-After", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "upstream_error", { unanswered: true, retryAfterMs: 3_000 });
  assertStrictEquals(await env.b.admit(two), NOON + 3_000);
});

for (const alone of [true, false]) {
  const who = alone ? "one job" : "several jobs";
  Deno.test(`the pause of an outage doubles up to 30 seconds: ${who}`, async () => {
    using env = await openBreakers();
    if (!alone) await loseCall(env.a, opener);
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const job = alone ? one : jobOf(crypto.randomUUID());
      const now = env.clock.now();
      await loseCall(env.a, job);
      assertStrictEquals(await env.b.admit(alone ? one : two), now + seconds * 1_000);
      env.clock.advance(seconds * 1_000);
    }
  });
}

Deno.test("guard() throws when a refused job may continue, after the jobs that only waited", async () => {
  using env = await openBreakers();
  const until = async (job: BreakerJob, code: FailureCode, retryAfterMs?: number) => {
    const error = await rejectCall(env.a, job, code, { unanswered: true, retryAfterMs });
    assert(error instanceof BreakerOpenError);
    assertStrictEquals(error.hasCalled, true);
    assertStrictEquals(error.failure.code, code);
    return error.until - NOON;
  };
  assertStrictEquals(await until(one, "connection_lost"), 1_000);
  assertStrictEquals(await until(two, "connection_lost"), 1_500);
  env.clock.advance(1_000);
  assertStrictEquals(await env.a.admit(two), NOON + 1_500);
  assertStrictEquals(await env.a.admit(other), 0);
  // The breaker does not stay open for so long, but the job would not be accepted earlier.
  assertStrictEquals(await until(opener, "overloaded", 3_600_000), 3_601_000);
});

Deno.test("guard() throws the failure itself if the quota is spent", async () => {
  using env = await openBreakers();
  const error = await rejectCall(env.a, one, "quota_exceeded");
  assertStrictEquals(error instanceof BreakerOpenError, false);
});

/** Returns how many refused calls in a row hold back all jobs. */
async function refusedForAll(kv: Kv): Promise<number> {
  const { data: state } = BreakerState.safeParse((await kv.get(["breaker", "itinerary"])).value);
  return state?.suspect === null ? state.failures : 0;
}

/** What happens between two failures of a job, and whether the second one is its own fault. */
const verdicts: [
  name: string,
  between: (env: Awaited<ReturnType<typeof openBreakers>>) => Promise<unknown>,
  isOwnFault: boolean,
][] = [
  ["nothing", () => Promise.resolve(), false],
  ["another job is answered", ({ a }) => succeed(a, two), true],
  ["another job is answered in another instance", ({ b }) => succeed(b, two), true],
  ["another job is refused by the model", ({ b }) => rejectCall(b, two, "refused"), true],
  ["a job of another kind is answered", ({ a }) => succeed(a, other), false],
  ["another job fails as well", ({ b }) => loseCall(b, two), false],
  ["the job is answered", ({ a }) => succeed(a, one), false],
  ["the job is answered in another instance", ({ b }) => succeed(b, one), true],
  ["an outage ends, and another one begins", async ({ a, b, clock }) => {
    await loseCall(b, two);
    clock.advance(1_000);
    await succeed(a, opener);
    await loseCall(b, two);
    await loseCall(b, jobOf("next"));
  }, true],
];

for (const [name, between, isOwnFault] of verdicts) {
  const verdict = isOwnFault ? "is its own fault" : "is a wait";
  Deno.test(`the second failure of a job without an answer ${verdict}: ${name}`, async () => {
    using env = await openBreakers();
    assert(await loseCall(env.a, one) instanceof BreakerOpenError);
    env.clock.advance(1_500);
    await between(env);
    env.clock.advance(1_500);
    const failures = await refusedForAll(env.kv);
    const error = await loseCall(env.a, one);
    assertStrictEquals(error instanceof BreakerOpenError, !isOwnFault);
    if (isOwnFault) assertStrictEquals(await refusedForAll(env.kv), failures);
  });
}

Deno.test("a job that is at fault needs another answer to be at fault again", async () => {
  using env = await openBreakers();
  const failures: boolean[] = [];
  for (const isAnswered of [true, false, true]) {
    await loseCall(env.a, one);
    env.clock.advance(40_000);
    if (isAnswered) await succeed(env.b, two);
    env.a.forget();
    failures.push(await loseCall(env.a, one) instanceof BreakerOpenError);
    env.clock.advance(40_000);
  }
  assertEquals(failures, [false, true, false]);
});

Deno.test("a slow answer to another job shows that a job without an answer is at fault", async () => {
  using env = await openBreakers();
  await loseCall(env.a, one);
  const slow = heldCall(env.b, two);
  await slow.begun;
  env.clock.advance(1_000);
  assert(await loseCall(env.a, one) instanceof BreakerOpenError);
  await slow.succeed();
  assertStrictEquals((await env.kv.get(["breaker", "itinerary"])).value, null);
  env.clock.advance(2_000);
  assertStrictEquals(await loseCall(env.a, one) instanceof BreakerOpenError, false);
});

Deno.test("a slow answer that began in an earlier outage clears no job", async () => {
  using env = await openBreakers();
  await loseCall(env.a, one);
  const slow = heldCall(env.b, two);
  await slow.begun;
  await succeed(env.a, opener);
  const next = jobOf("next");
  await loseCall(env.a, next);
  await slow.succeed();
  env.clock.advance(1_000);
  assert(await loseCall(env.a, next) instanceof BreakerOpenError);
});

Deno.test("calls of other jobs cost no write while one job waits", async () => {
  using env = await openBreakers();
  await loseCall(env.a, one);
  env.clock.advance(1_000);
  let commits = 0;
  env.hooks.commit = (_sets, run) => (commits++, run());
  for (let n = 0; n < 3; n++) {
    assertStrictEquals(await env.a.admit(jobOf(`other-${n}`)), 0);
  }
  assertStrictEquals(commits, 0);
});

Deno.test("a slow answer that began before an outage does not end it", async () => {
  using env = await openBreakers();
  await loseCall(env.a, one);
  const slow = heldCall(env.b, opener);
  await slow.begun;
  await loseCall(env.a, two);
  await slow.succeed();
  assertStrictEquals(await env.a.admit(other), 0);
  assertStrictEquals(await env.a.admit(jobOf("next")), NOON + 1_000);
});

Deno.test("the breaker closes when the answer of the probe begins", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, opener);
  env.clock.advance(1_000);
  const ended = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  const ring = await lastRing(env.kv);
  let reads = 0;
  env.hooks.get = () => void reads++;
  const call = env.a.guard(one, { signal }, async (onAnswer) => {
    reads = 0;
    for (let n = 0; n < 100; n++) onAnswer();
    // Each piece of the answer calls it.
    assertStrictEquals(reads, 1);
    while (await env.a.admit(two) > 0) await env.kv.get(["wait"]);
    closed.resolve();
    return await ended.promise;
  });
  await closed.promise;
  assertNotStrictEquals(await lastRing(env.kv), ring);
  ended.resolve("plan");
  assertStrictEquals(await call, "plan");
});

/** How a call ends, and what the operator sees of it. */
const calls: [end: JobError | null, isReachable: boolean, failure: FailureCode | null][] = [
  [null, true, null],
  [new JobError("connection_lost", "Too much", { unanswered: true }), false, "connection_lost"],
  [new JobError("rate_limited", "Too much"), true, "rate_limited"],
  [new JobError("refused", "Too much"), true, "refused"],
];

for (const [end, isReachable, failure] of calls) {
  Deno.test(`lastCall() shows the last call of a kind: ${failure ?? "answered"}`, async () => {
    using env = await openBreakers();
    assertStrictEquals(env.a.lastCall(one.kind), null);
    const call = () => end ? Promise.reject(end) : Promise.resolve("plan");
    await env.a.guard(one, { signal }, call).catch(() => {});
    assertEquals(env.a.lastCall(one.kind), { at: NOON, isReachable, failure });
    assertStrictEquals(env.a.lastCall(other.kind), null);
    assertStrictEquals(env.b.lastCall(one.kind), null);
  });
}

Deno.test("lastCall() shows a call as soon as its answer begins", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "refused");
  await env.a.guard(one, { signal }, (onAnswer) => {
    env.clock.advance(1_000);
    onAnswer();
    assertEquals(env.a.lastCall(one.kind), { at: NOON + 1_000, isReachable: true, failure: null });
    return Promise.resolve("plan");
  });
});

Deno.test("guard() says why a job waits", async () => {
  using env = await openBreakers();
  await rejectCall(env.a, one, "overloaded");
  const reasons: string[] = [];
  const onWait = ({ code }: { code: string }) => void reasons.push(code);
  const call = env.b.guard(two, { signal, onWait }, () => Promise.resolve("plan"));
  while (env.clock.waiting === 0) await env.kv.get(["wait"]);
  env.clock.advance(1_000);
  assertStrictEquals(await call, "plan");
  assertEquals(reasons, ["overloaded"]);
});

Deno.test("heldBackBy() returns why jobs wait, until the breaker has closed in any instance", async () => {
  using env = await openBreakers();
  let reads = 0;
  env.hooks.get = () => void reads++;
  assertStrictEquals(await env.a.heldBackBy(two), null);
  assertStrictEquals(reads, 0);
  await loseCall(env.a, one);
  assertStrictEquals(await env.a.heldBackBy(two), null);
  await loseCall(env.a, two);
  env.a.forget();
  reads = 0;
  for (let n = 0; n < 5; n++) {
    assertStrictEquals((await env.a.heldBackBy(two))?.code, "connection_lost");
  }
  assertStrictEquals(reads, 0);
  env.clock.advance(1_000);
  await succeed(env.b, opener);
  assertStrictEquals(await env.a.heldBackBy(two), null);
  await rejectCall(env.a, one);
  env.clock.advance(6_000);
  assertStrictEquals(await env.a.heldBackBy(two), null);
});

Deno.test("calls cost no write and few reads while the breaker is closed", async () => {
  using env = await openBreakers();
  let [reads, commits] = [0, 0];
  env.hooks.get = () => void reads++;
  env.hooks.commit = (_sets, run) => (commits++, run());
  for (let n = 0; n < 100; n++) {
    await succeed(env.a, jobOf(`job-${n}`));
    env.clock.advance(10);
  }
  // Every 250 ms, however many calls there are.
  assertEquals([reads, commits], [4, 0]);
});
