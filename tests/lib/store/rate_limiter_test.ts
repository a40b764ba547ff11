import { assert, assertEquals, assertStrictEquals, fail } from "@std/assert";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, MINUTE } from "../../../testing/jobs.ts";
import { captureLogs } from "../../../testing/log_records.ts";

const SECOND = 1_000;

/** Opens instances on one database, all with the same limit. */
async function setUp(limit: number, { instances = 1 } = {}) {
  const clock = new FakeClock();
  const memory = await Deno.openKv(":memory:");
  const { kv, hooks } = hookKv(memory);
  const open = (name = "requests") => new RateLimiter(kv, { clock, name, limit });
  const limiters = Array.from({ length: instances }, () => open());
  const test = {
    clock,
    kv,
    hooks,
    open,
    limiters,
    limiter: limiters[0]!,
    commits: 0,
    /**
     * Calls `take()` this many times at once. @returns how many requests were allowed
     */
    taken(requests: number, { limiter = limiters[0]!, caller = "ada" } = {}): number {
      return Array.from({ length: requests }, () => limiter.take(caller))
        .filter(({ allowed }) => allowed).length;
    },
    [Symbol.dispose]: () => memory.close(),
  };
  hooks.commit = (_sets, run) => {
    test.commits++;
    return run();
  };
  return test;
}

/** Records the expiry of each key, from the transactions. */
function watchExpiry(kv: Deno.Kv): { key: Deno.KvKey; expireIn: number | undefined }[] {
  const found: { key: Deno.KvKey; expireIn: number | undefined }[] = [];
  const atomic = kv.atomic.bind(kv);
  kv.atomic = () => {
    const operation = atomic();
    const set = operation.set.bind(operation);
    operation.set = (key, value, options) => {
      found.push({ key, expireIn: options?.expireIn });
      return set(key, value, options);
    };
    return operation;
  };
  return found;
}

Deno.test("take() allows as many requests as the limit, and returns how many are left", async () => {
  using test = await setUp(3);
  test.clock.advance(18 * SECOND);

  const verdicts = [1, 2, 3, 4, 5].map(() => test.limiter.take("ada"));

  const common = { limit: 3, resetMs: 42 * SECOND };
  assertEquals(verdicts, [
    { allowed: true, remaining: 2, ...common },
    { allowed: true, remaining: 1, ...common },
    { allowed: true, remaining: 0, ...common },
    { allowed: false, remaining: 0, ...common },
    { allowed: false, remaining: 0, ...common },
  ]);
  await test.limiter.settled();
});

Deno.test("take() counts each caller and each limit separately", async () => {
  using test = await setUp(3);
  const other = test.open("generations");

  assertStrictEquals(test.taken(4, { caller: "ada" }), 3);
  assertStrictEquals(test.taken(4, { caller: "grace" }), 3);
  await test.limiter.settled();
  assertStrictEquals(test.taken(1, { limiter: other, caller: "ada" }), 1);
  await other.settled();
  assertStrictEquals(test.taken(3, { limiter: other, caller: "ada" }), 2);
  await other.settled();
});

Deno.test("take() starts again with each minute of the clock", async () => {
  using test = await setUp(3);
  test.clock.advance(MINUTE - 1);
  assertStrictEquals(test.taken(4), 3);
  await test.limiter.settled();

  test.clock.advance(1);

  assertEquals(test.limiter.take("ada"), {
    allowed: true,
    limit: 3,
    remaining: 2,
    resetMs: MINUTE,
  });
  assertStrictEquals(test.taken(4), 2);
  await test.limiter.settled();
  assertStrictEquals(test.limiter.tracked, 1);
});

Deno.test("take() uses the window of the limit", async () => {
  using test = await setUp(3);
  const limiter = new RateLimiter(test.kv, {
    clock: new FakeClock(NOON + MINUTE),
    name: "hourly",
    limit: 3,
    windowMs: HOUR,
  });

  assertStrictEquals(limiter.take("ada").resetMs, 59 * MINUTE);
  assertEquals(limiter.policy, { name: "hourly", limit: 3, windowMs: HOUR });
  await limiter.settled();
});

Deno.test("an instance knows the counts of the others once it has synced", async () => {
  using test = await setUp(100, { instances: 3 });
  const [first, second, third] = test.limiters as [RateLimiter, RateLimiter, RateLimiter];
  assertStrictEquals(test.taken(70, { limiter: first }), 70);
  await first.settled();
  assertStrictEquals(test.taken(20, { limiter: second }), 20);
  await second.settled();

  assertStrictEquals(test.taken(9, { limiter: third }), 9);
  assertStrictEquals(third.take("ada").remaining, 90);
  await third.settled();

  assertStrictEquals(third.take("ada").allowed, false);
});

Deno.test("an instance tells the others at once that a caller has used up its limit", async () => {
  using test = await setUp(100, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  assertStrictEquals(test.taken(85, { limiter: second }), 85);
  await second.settled();
  assertStrictEquals(test.taken(10, { limiter: first }), 10);
  await first.settled();

  assertStrictEquals(test.taken(10, { limiter: first }), 5);
  await first.settled();

  test.clock.advance(15 * SECOND);
  assertStrictEquals(second.take("ada").allowed, true);
  await second.settled();
  assertStrictEquals(second.take("ada").allowed, false);
});

Deno.test("of two instances that sync at the same time, at least one sees the other", async () => {
  using test = await setUp(2, { instances: 2 });

  assertEquals(test.limiters.map((limiter) => test.taken(1, { limiter })), [1, 1]);
  await Promise.all(test.limiters.map((limiter) => limiter.settled()));

  const allowed = test.limiters.filter((limiter) => limiter.take("ada").allowed);
  assert(allowed.length < 2);
  await Promise.all(test.limiters.map((limiter) => limiter.settled()));
});

for (
  const { limit, instances, atMost } of [
    { limit: 100, instances: 2, atMost: 119 },
    { limit: 100, instances: 5, atMost: 149 },
    { limit: 5, instances: 3, atMost: 7 },
  ]
) {
  Deno.test(`${instances} instances allow at most ${atMost} requests with a limit of ${limit}`, async () => {
    using test = await setUp(limit, { instances });
    let allowed = 0;
    // The worst case: each instance allows as many requests as it can without a sync.
    for (const limiter of test.limiters) {
      allowed += test.taken(Math.ceil(limit / 10) - 1, { limiter });
      await limiter.settled();
    }
    for (let n = 0; n < 2 * limit; n++) {
      for (const limiter of test.limiters) {
        if (limiter.take("ada").allowed) allowed++;
        await limiter.settled();
      }
    }
    assert(allowed >= limit && allowed <= atMost, `${allowed} were allowed`);
  });
}

Deno.test("a caller that polls every 2 seconds costs 3 commits and 3 reads a minute", async () => {
  using test = await setUp(600);
  let lists = 0;
  test.hooks.list = () => void lists++;
  test.hooks.get = () => fail("a key was read in a separate call");

  for (let n = 0; n < 30; n++) {
    assertStrictEquals(test.limiter.take("ada").allowed, true);
    await test.limiter.settled();
    test.clock.advance(2 * SECOND);
  }

  assertStrictEquals(test.commits, 3);
  assertStrictEquals(lists, 3);
});

Deno.test("a caller that sends a few requests costs nothing", async () => {
  using test = await setUp(600);
  for (let n = 0; n < 5; n++) {
    test.taken(10);
    test.clock.advance(2 * SECOND);
  }
  await test.limiter.settled();

  assertStrictEquals(test.commits, 0);
});

Deno.test("a caller that sends requests without a pause costs at most 14 commits a minute", async () => {
  using test = await setUp(600);
  let allowed = 0;
  for (let n = 0; n < 6_000; n++) {
    if (test.limiter.take("ada").allowed) allowed++;
    await test.limiter.settled();
    test.clock.advance(10);
  }

  assertStrictEquals(allowed, 600);
  assert(test.commits >= 10 && test.commits <= 14, `${test.commits} commits`);
});

Deno.test("a caller has one sync in flight, and its later requests are synced after it", async () => {
  using test = await setUp(100, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  const answered = Promise.withResolvers<void>();
  test.hooks.commit = async (_sets, run) => {
    test.commits++;
    await answered.promise;
    return await run();
  };

  assertStrictEquals(test.taken(100, { limiter: first }), 100);
  assertStrictEquals(test.commits, 1);
  answered.resolve();
  await first.settled();
  assertStrictEquals(test.commits, 2);

  test.taken(10, { limiter: second });
  await second.settled();
  assertStrictEquals(second.take("ada").allowed, false);
});

Deno.test("each instance limits a caller by itself while the database is unavailable", async () => {
  using logs = captureLogs();
  using test = await setUp(100, { instances: 2 });
  test.hooks.commit = () => {
    test.commits++;
    return Promise.reject(new Error("database lost"));
  };

  for (const limiter of test.limiters) {
    assertStrictEquals(test.taken(150, { limiter }), 100);
    await limiter.settled();
  }
  assertStrictEquals(test.commits, 2);
  assertStrictEquals(logs.records.length, 2);
  assertEquals(logs.records[0]!.properties, {
    name: "requests",
    error: "Error: database lost",
  });
});

Deno.test("an unavailable database is tried every 5 seconds and reported once a minute", async () => {
  using logs = captureLogs();
  using test = await setUp(10_000);
  test.hooks.commit = () => {
    test.commits++;
    return Promise.reject(new Error("database lost"));
  };

  for (let n = 0; n < 1_200; n++) {
    test.taken(1_000, { caller: "ada" });
    test.taken(1_000, { caller: "grace" });
    await test.limiter.settled();
    test.clock.advance(100);
  }

  // Both callers may have a sync in flight before the first one fails.
  assert(test.commits >= 24 && test.commits <= 48, `${test.commits} commits`);
  assertStrictEquals(logs.records.length, 2);
});

Deno.test("a caller is limited by its own writes when other counts cannot be read", async () => {
  using test = await setUp(10);
  test.hooks.list = () => {
    throw new Error("database lost");
  };

  assertStrictEquals(test.taken(20), 10);
  await test.limiter.settled();

  test.hooks.list = undefined;
  test.clock.advance(5 * SECOND);
  assertStrictEquals(test.taken(20), 0);
  await test.limiter.settled();
});

Deno.test("instances share counts again after the database is available again", async () => {
  using test = await setUp(100, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  const { commit } = test.hooks;
  test.hooks.commit = () => Promise.reject(new Error("database lost"));
  assertStrictEquals(test.taken(100, { limiter: first }), 100);
  await first.settled();

  test.hooks.commit = commit;
  test.clock.advance(5 * SECOND);
  assertStrictEquals(first.take("ada").allowed, false);
  await first.settled();
  test.taken(10, { limiter: second });
  await second.settled();

  assertStrictEquals(second.take("ada").allowed, false);
});

Deno.test("take() continues when the database never answers, with at most 100 pending syncs", async () => {
  using test = await setUp(10);
  const answered = Promise.withResolvers<void>();
  test.hooks.commit = async (_sets, run) => {
    test.commits++;
    await answered.promise;
    return await run();
  };

  for (let n = 0; n < 1_000; n++) assertStrictEquals(test.taken(11, { caller: `caller-${n}` }), 10);
  await nextTurn();
  assertStrictEquals(test.commits, 100);

  answered.resolve();
  await test.limiter.settled();
});

Deno.test("take() does not throw when the database is closed", async () => {
  const test = await setUp(2);
  test[Symbol.dispose]();

  assertStrictEquals(test.taken(3), 2);
  await test.limiter.settled();
});

Deno.test("an unreadable count counts as none", async () => {
  using test = await setUp(5);
  for (const [part, count] of [["broken", "many"], ["negative", -9], ["fine", 2]] as const) {
    await test.kv.set(["rate", "requests", NOON, "ada", part], count);
  }

  assertStrictEquals(test.limiter.take("ada").allowed, true);
  await test.limiter.settled();
  assertStrictEquals(test.limiter.take("ada").remaining, 1);
  await test.limiter.settled();
});

Deno.test("a count in KV expires when its window is over for every clock", async () => {
  using kv = await Deno.openKv(":memory:");
  const sets = watchExpiry(kv);
  const clock = new FakeClock(NOON + 59 * SECOND);
  const limiter = new RateLimiter(kv, { clock, name: "requests", limit: 20 });

  for (let n = 0; n < 6; n++) {
    limiter.take("ada");
    await limiter.settled();
  }

  assertStrictEquals(sets.length, 3);
  for (const { key, expireIn } of sets) {
    assertEquals(key.slice(0, -1), ["rate", "requests", NOON, "ada"]);
    assertStrictEquals(expireIn, 2 * MINUTE);
  }
  assertStrictEquals(new Set(sets.map(({ key }) => key.at(-1))).size, 1);
});

Deno.test("a flood of callers is forgotten, and callers that keep asking are not", async () => {
  using test = await setUp(600);
  assertStrictEquals(test.taken(590), 590);
  await test.limiter.settled();
  test.taken(50, { caller: "grace" });

  for (let n = 0; n < 200_000; n++) {
    test.limiter.take(`2001:db8:${n}::/64`);
    if (n % 20_000 === 0) assertStrictEquals(test.limiter.take("ada").allowed, true);
  }

  assert(test.limiter.tracked <= 50_000, `${test.limiter.tracked} callers`);
  assertStrictEquals(test.taken(10), 0);
  assertStrictEquals(test.limiter.take("grace").remaining, 599);
  await test.limiter.settled();
});

Deno.test("the usage of a caller that was forgotten is read from KV", async () => {
  using test = await setUp(100);
  assertStrictEquals(test.taken(60), 60);
  await test.limiter.settled();
  for (let n = 0; n < 50_000; n++) test.limiter.take(`2001:db8:${n}::/64`);

  assertStrictEquals(test.taken(10), 10);
  await test.limiter.settled();

  assertStrictEquals(test.limiter.take("ada").remaining, 29);
});

Deno.test("take() starts again when the clock was set back, and continues to share", async () => {
  using logs = captureLogs();
  using test = await setUp(3, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  const { commit } = test.hooks;
  test.hooks.commit = () => Promise.reject(new Error("database lost"));
  assertStrictEquals(test.taken(4, { limiter: first }), 3);
  await first.settled();
  assertStrictEquals(logs.records.length, 1);

  test.hooks.commit = commit;
  test.clock.advance(-HOUR);
  assertStrictEquals(first.take("ada").resetMs, MINUTE);
  assertStrictEquals(test.taken(4, { limiter: first }), 2);
  await first.settled();

  second.take("ada");
  await second.settled();
  assertStrictEquals(second.take("ada").allowed, false);
});
