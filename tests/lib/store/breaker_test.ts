import {
  assert,
  assertExists,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { Breaker, BreakerOpenError } from "../../../lib/store/breaker.ts";
import { type FailureCode, JobError } from "../../../lib/job/failure.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { failCommits, hookKv } from "../../../testing/hooked_kv.ts";

const one = { id: "job-1", kind: "itinerary" };
const two = { id: "job-2", kind: "itinerary" };
const other = { id: "job-3", kind: "bundles" };
const { signal } = new AbortController();

/** The breakers of two instances over one database. */
async function openBreakers() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const { instances } = openStores(kv, { clock });
  const ring = (commit: Deno.AtomicOperation) => instances.addRing(commit);
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

type Caller = typeof one;

/** A call that is turned away. */
async function turnAway(
  breaker: Breaker,
  caller: Caller,
  code: FailureCode = "rate_limited",
  retryAfterMs?: number,
) {
  const call = () => Promise.reject(new JobError(code, "Too much", { retryAfterMs }));
  await assertRejects(() => breaker.guard(caller, signal, call), Error, "Too much");
}

async function succeed(breaker: Breaker, caller: Caller) {
  assertStrictEquals(await breaker.guard(caller, signal, () => Promise.resolve("plan")), "plan");
}

Deno.test("a breaker is closed until a call is turned away, then open everywhere", async () => {
  using env = await openBreakers();
  assertStrictEquals(await env.a.admit(one), 0);
  await turnAway(env.a, one);
  assertStrictEquals(await env.a.admit(two), NOON + 1_000);
  assertStrictEquals(await env.b.admit(two), NOON + 1_000);
  assertStrictEquals(env.b.openUntil("itinerary"), NOON + 1_000);
});

Deno.test("each kind of job has its own breaker", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one);
  assertStrictEquals(await env.b.admit(other), 0);
});

Deno.test("only failures that say 'too much' open the breaker", async () => {
  const opening = ["rate_limited", "overloaded", "quota_exceeded"] as const;
  for (const code of opening) {
    using env = await openBreakers();
    await turnAway(env.a, one, code);
    assert(await env.b.admit(two) > NOON, code);
  }
  for (const code of ["upstream_error", "timeout", "unauthorized", "refused"] as const) {
    using env = await openBreakers();
    await turnAway(env.a, one, code);
    assertStrictEquals(await env.b.admit(two), 0, code);
  }
});

Deno.test("the breaker stays open for as long as Retry-After says, ten minutes at the most", async () => {
  for (const [seconds, expected] of [[20, 20], [86_400, 600], [0, 0]] as const) {
    using env = await openBreakers();
    await turnAway(env.a, one, "rate_limited", seconds * 1_000);
    assertStrictEquals(await env.b.admit(two), expected && NOON + expected * 1_000);
  }
});

Deno.test("after the pause one job may go ahead, and nobody else", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one);
  env.clock.advance(1_000);
  const callers = Array.from({ length: 20 }, (_, n) => ({ ...one, id: `job-${n}` }));
  const answers = await Promise.all(
    callers.map((caller, n) => (n % 2 ? env.a : env.b).admit(caller)),
  );
  assertStrictEquals(answers.filter((until) => until === 0).length, 1);
  const ahead = callers[answers.indexOf(0)]!;
  // It asks once more before its call: the way is still free for it.
  assertStrictEquals(await env.a.admit(ahead), 0);
  assertStrictEquals(await env.b.admit(ahead), 0);
});

Deno.test("the breaker closes for all when the call that went ahead succeeds", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one);
  env.clock.advance(1_000);
  const ring = await env.instances.lastRing();
  await succeed(env.b, two);
  // All instances are told.
  assertNotStrictEquals(await env.instances.lastRing(), ring);
  for (const breaker of [env.a, env.b]) {
    assertStrictEquals(await breaker.admit(one), 0);
    assertStrictEquals(await breaker.admit(two), 0);
  }
  assertStrictEquals((await env.kv.get(["breaker", "itinerary"])).value, null);
});

Deno.test("each call in a row that is turned away doubles the pause, up to its longest", async () => {
  for (
    const [code, firstMs, longestMs] of [
      ["rate_limited", 1_000, 60_000],
      ["overloaded", 1_000, 60_000],
      ["quota_exceeded", 60_000, 600_000],
    ] as const
  ) {
    using env = await openBreakers();
    let expected: number = firstMs;
    for (let n = 0; n < 10; n++) {
      const startedAt = env.clock.now();
      await turnAway(n % 2 ? env.a : env.b, one, code);
      const until = await env.a.admit(two);
      assertStrictEquals(until - startedAt, expected, `${code}, failure ${n + 1}`);
      env.clock.advance(until - startedAt);
      expected = Math.min(longestMs, 2 * expected);
    }
  }
});

Deno.test("calls that were under way when the breaker opened do not open it further", async () => {
  using env = await openBreakers();
  const calls = [1, 2, 3, 4].map((n) => ({
    caller: { ...one, id: `job-${n}` },
    answer: Promise.withResolvers<never>(),
  }));
  const ended = calls.map(({ caller, answer }) =>
    env.a.guard(caller, signal, () => answer.promise).catch(() => {})
  );
  await env.kv.get(["wait"]);
  for (const { answer } of calls) answer.reject(new JobError("rate_limited", "Too much"));
  await Promise.all(ended);
  assertStrictEquals(await env.b.admit(two), NOON + 1_000);
});

Deno.test("a late call that says how long to wait makes the pause longer, never shorter", async () => {
  using env = await openBreakers();
  const late = [5_000, 2_000].map((retryAfterMs) => {
    const answer = Promise.withResolvers<never>();
    const ended = env.a.guard(one, signal, () => answer.promise).catch(() => {});
    const error = new JobError("rate_limited", "Too much", { retryAfterMs });
    return { end: () => (answer.reject(error), ended) };
  });
  await env.kv.get(["wait"]);
  await turnAway(env.b, two);
  for (const { end } of late) {
    await end();
    env.b.forget();
    assertStrictEquals(await env.b.admit(two), NOON + 5_000);
  }
});

Deno.test("if the one that went ahead is not heard of, the next one may go after five seconds", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one);
  env.clock.advance(1_000);
  assertStrictEquals(await env.a.admit(one), 0);
  assertStrictEquals(await env.b.admit(two), NOON + 6_000);
  env.clock.advance(5_000);
  assertStrictEquals(await env.b.admit(two), 0);
});

Deno.test("guard() holds a call back for as long as the breaker is open", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one, "rate_limited", 10_000);
  let called = false;
  const call = env.b.guard(two, signal, () => Promise.resolve(called = true));
  while (env.clock.waiting === 0) await env.kv.get(["wait"]);
  assertStrictEquals(called, false);
  for (let second = 0; second < 10; second++) {
    assertStrictEquals(called, false);
    env.clock.advance(1_000);
    for (let n = 0; n < 5; n++) await env.kv.get(["wait"]);
  }
  await call;
  assertStrictEquals(called, true);
});

Deno.test("guard() gives up its wait when the job is aborted", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one, "rate_limited", 10_000);
  const abort = new AbortController();
  const call = env.b.guard(two, abort.signal, () => Promise.reject(new Error("was called")));
  while (env.clock.waiting === 0) await env.kv.get(["wait"]);
  abort.abort(new Error("over"));
  await assertRejects(() => call, Error, "over");
});

Deno.test("guard() does not wait for more than ten seconds, and says why and until when", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one, "rate_limited", 10_001);
  const call = env.b.guard(two, signal, () => Promise.reject(new Error("was called")));
  const error = await assertRejects(() => call, BreakerOpenError);
  assertStrictEquals(error.until, NOON + 10_001);
  assertStrictEquals(error.failure.code, "rate_limited");
  assertStrictEquals(error.message, "Too much");
});

/** A call that ends when the test says so. */
function heldCall(breaker: Breaker, caller: Caller) {
  const answer = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const ended = breaker.guard(caller, signal, () => (begun.resolve(), answer.promise))
    .catch(() => {});
  return {
    begun: begun.promise,
    succeed: () => (answer.resolve("plan"), ended),
    fail: (error: Error) => (answer.reject(error), ended),
  };
}

Deno.test("a slow call that went ahead closes the breaker, although others have gone since", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one);
  env.clock.advance(1_000);
  const slow = heldCall(env.a, one);
  await slow.begun;
  for (let n = 0; n < 3; n++) {
    env.clock.advance(5_000);
    const next = heldCall(env.b, { ...two, id: `next-${n}` });
    await next.begun;
    if (n === 2) await slow.succeed();
  }
  assertStrictEquals((await env.kv.get(["breaker", "itinerary"])).value, null);
});

Deno.test("a slow call that went ahead closes nothing if one after it was turned away", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one);
  env.clock.advance(1_000);
  const slow = heldCall(env.a, one);
  await slow.begun;
  env.clock.advance(5_000);
  await turnAway(env.b, two);
  await slow.succeed();
  assertExists((await env.kv.get(["breaker", "itinerary"])).value);
});

Deno.test("a slow call that went ahead closes nothing that was opened, or held open, since", async () => {
  for (const closedBefore of [true, false]) {
    using env = await openBreakers();
    const early = heldCall(env.b, { ...one, id: "early" });
    await early.begun;
    await turnAway(env.a, one);
    env.clock.advance(1_000);
    const slow = heldCall(env.a, one);
    await slow.begun;
    env.clock.advance(5_000);
    if (closedBefore) {
      await succeed(env.b, two);
      await turnAway(env.b, two, "rate_limited", 300_000);
    } else {
      await early.fail(new JobError("rate_limited", "Too much", { retryAfterMs: 300_000 }));
    }
    await slow.succeed();
    const { value } = await env.kv.get<{ openUntil: number }>(["breaker", "itinerary"]);
    assertStrictEquals(value?.openUntil, env.clock.now() + 300_000);
  }
});

Deno.test("the longest pause holds for an instance whose clock is a little behind", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one, "rate_limited", 3_600_000);
  const behind = new FakeClock(NOON - 5_000);
  const { kv, ring } = env;
  const until = await new Breaker(kv, { clock: behind, ring }).admit(two);
  assertStrictEquals(until, NOON + 600_000);
});

Deno.test("a call that went ahead and was looked at closes the breaker, whatever came of it", async () => {
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
    await turnAway(breaker, one);
    env.clock.advance(1_000);
    await turnAway(breaker, two, code);
    assertStrictEquals((await kv.get(["breaker", "itinerary"])).value === null, closed, code);
  }
});

Deno.test("a pause that a clock set back has made endless is over", async () => {
  using env = await openBreakers();
  await turnAway(env.a, one, "rate_limited", 600_000);
  const late = new FakeClock(NOON - 3_600_000);
  const { kv, ring } = env;
  assertStrictEquals(await new Breaker(kv, { clock: late, ring }).admit(two), 0);
});

Deno.test("a failure that is to be ignored opens nothing", async () => {
  using env = await openBreakers();
  const { kv, clock, ring } = env;
  const breaker = new Breaker(kv, { clock, ring, ignore: "quota_exceeded" });
  await turnAway(breaker, one, "quota_exceeded");
  assertStrictEquals(await env.a.admit(two), 0);
});

Deno.test("a breaker that cannot be read, or written, stops nobody", async () => {
  using env = await openBreakers();
  await env.kv.set(["breaker", "itinerary"], "nonsense");
  await succeed(env.a, one);
  env.hooks.get = () => Promise.reject(new Error("database lost"));
  await succeed(env.a, one);
  await turnAway(env.a, one);
  env.hooks.get = undefined;
  failCommits(env.hooks, "breaker", 1);
  await turnAway(env.a, one);
  await turnAway(env.a, one);
  assertStrictEquals(await env.b.admit(two), NOON + 1_000);
});

Deno.test("a breaker that was not needed for ten minutes has forgotten its failures", async () => {
  using env = await openBreakers();
  for (let n = 0; n < 3; n++) {
    await turnAway(env.a, one);
    env.clock.advance(10_000);
  }
  const { value } = await env.kv.get<{ openUntil: number }>(["breaker", "itinerary"]);
  env.clock.advance(value!.openUntil + 600_000 - env.clock.now());
  await turnAway(env.b, two);
  assertStrictEquals(await env.a.admit(one) - env.clock.now(), 1_000);
});
