import { assert, assertEquals, assertStrictEquals, fail } from "@std/assert";
import { DAY_MS } from "../../../lib/clock.ts";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, MINUTE } from "../../../testing/jobs.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import type { Kv, KvKey } from "../../../lib/platform/kv.ts";

const SECOND = 1_000;

/** Opens instances on one database, all with the same limit. */
async function setUp(limit: number, { instances = 1 } = {}) {
  const clock = new FakeClock();
  const memory = await Deno.openKv(":memory:");
  const { kv, hooks } = hookKv(memory);
  const open = (name = "requests", windowMs?: number) =>
    new RateLimiter(kv, { clock, name, limit, windowMs });
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
    async taken(requests: number, { limiter = limiters[0]!, caller = "ada" } = {}) {
      const verdicts = Array.from({ length: requests }, () => limiter.take(caller));
      return (await Promise.all(verdicts)).filter(({ allowed }) => allowed).length;
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
function watchExpiry(kv: Kv): { key: KvKey; expireIn: number | undefined }[] {
  const found: { key: KvKey; expireIn: number | undefined }[] = [];
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

  const verdicts = [];
  for (let n = 0; n < 5; n++) verdicts.push(await test.limiter.take("ada"));

  const common = { limit: 3, resetMs: MINUTE };
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

  assertStrictEquals(await test.taken(4, { caller: "ada" }), 3);
  assertStrictEquals(await test.taken(4, { caller: "grace" }), 3);
  await test.limiter.settled();
  assertStrictEquals(await test.taken(1, { limiter: other, caller: "ada" }), 1);
  await other.settled();
  assertStrictEquals(await test.taken(3, { limiter: other, caller: "ada" }), 2);
  await other.settled();
});

Deno.test("take() allows a request again when an earlier one is a window old", async () => {
  using test = await setUp(3);
  assertStrictEquals(await test.taken(1), 1);
  test.clock.advance(50 * SECOND);
  assertStrictEquals(await test.taken(3), 2);

  test.clock.advance(10 * SECOND - 1);
  const refused = { allowed: false, limit: 3, remaining: 0, resetMs: 1 };
  assertEquals(await test.limiter.take("ada"), refused);
  test.clock.advance(1);

  // The requests of this second leave together.
  const last = { allowed: true, limit: 3, remaining: 0, resetMs: 50 * SECOND };
  assertEquals(await test.limiter.take("ada"), last);
  assertStrictEquals(await test.taken(1), 0);
  await test.limiter.settled();
  assertStrictEquals(test.limiter.tracked, 1);
});

Deno.test("a refused request is allowed after its resetMs, even above the limit", async () => {
  using test = await setUp(10, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  // Without the database, both allow the limit.
  const { commit } = test.hooks;
  test.hooks.commit = () => Promise.reject(new Error("database lost"));
  for (let n = 0; n < 10; n++) {
    await first.take("ada");
    await second.take("ada");
    await Promise.all([first.settled(), second.settled()]);
    test.clock.advance(SECOND);
  }
  test.hooks.commit = commit;
  test.clock.advance(5 * SECOND);
  for (const limiter of [first, second]) {
    assertStrictEquals((await limiter.take("ada")).allowed, false);
    await limiter.settled();
  }

  // Of 20 requests, 11 have to leave: the last of them came after five seconds.
  const { resetMs } = await second.take("ada");
  assertStrictEquals(resetMs, 50 * SECOND);
  test.clock.advance(resetMs - 1);
  assertStrictEquals((await second.take("ada")).allowed, false);
  test.clock.advance(1);
  assertStrictEquals((await second.take("ada")).allowed, true);
  await second.settled();
});

for (const limit of [60, 7]) {
  const share = Math.ceil(limit / 10);
  Deno.test(`two instances allow less than ${limit + 2 * share} of ${limit} in any minute, with any timing`, async () => {
    using test = await setUp(limit, { instances: 2 });
    const times: number[] = [];
    // A linear congruential generator: the same bursts in each run.
    let seed = 7;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    // The first bursts are on both sides of a full minute.
    test.clock.advance(59 * SECOND);
    for (let n = 0; n < 200; n++) {
      const bursts = test.limiters.map((limiter) =>
        test.taken(Math.ceil(random() * 3 * limit), { limiter })
      );
      for (const allowed of await Promise.all(bursts)) {
        times.push(...Array<number>(allowed).fill(test.clock.now()));
      }
      await Promise.all(test.limiters.map((limiter) => limiter.settled()));
      test.clock.advance(n < 5 ? 2 * SECOND : Math.floor(random() * 40 * SECOND));
    }

    const inMinute = times.map((time, n) => times.findLastIndex((t) => t < time + MINUTE) - n + 1);
    const most = Math.max(...inMinute);
    assert(most >= limit && most < limit + 2 * share, `${most} were allowed`);
  });
}

Deno.test("an instance alone never allows more than the limit in a minute", async () => {
  using test = await setUp(60);
  const times: number[] = [];
  for (let n = 0; n < 600; n++) {
    const allowed = await test.taken(n % 7 === 0 ? 30 : 1);
    times.push(...Array<number>(allowed).fill(test.clock.now()));
    test.clock.advance(n % 3 === 0 ? 1_999 : 350);
  }
  await test.limiter.settled();

  const inMinute = times.map((time, n) => times.findLastIndex((t) => t < time + MINUTE) - n + 1);
  assertStrictEquals(Math.max(...inMinute), 60);
});

Deno.test("take() uses the window of the limit", async () => {
  using test = await setUp(3);
  const limiter = new RateLimiter(test.kv, {
    clock: new FakeClock(NOON + MINUTE),
    name: "hourly",
    limit: 3,
    windowMs: HOUR,
  });

  assertStrictEquals((await limiter.take("ada")).resetMs, HOUR);
  assertEquals(limiter.policy, { name: "hourly", limit: 3, windowMs: HOUR });
  await limiter.settled();
});

Deno.test("an instance knows the counts of the others once it has synced", async () => {
  using test = await setUp(100, { instances: 3 });
  const [first, second, third] = test.limiters as [RateLimiter, RateLimiter, RateLimiter];
  assertStrictEquals(await test.taken(70, { limiter: first }), 70);
  await first.settled();
  assertStrictEquals(await test.taken(20, { limiter: second }), 20);
  await second.settled();

  assertStrictEquals(await test.taken(9, { limiter: third }), 9);
  assertStrictEquals((await third.take("ada")).remaining, 90);
  await third.settled();

  assertStrictEquals((await third.take("ada")).allowed, false);
});

Deno.test("with a window of a day, a new instance learns with its first request what others allowed", async () => {
  using test = await setUp(20);
  let allowed = 0;
  // Instances that live for a few requests, as on Deno Deploy.
  for (let n = 0; n < 40; n++) {
    const limiter = test.open("jobs-per-day", DAY_MS);
    for (let m = 0; m < 5; m++) {
      allowed += await test.taken(1, { limiter });
      await limiter.settled();
      test.clock.advance(MINUTE);
    }
  }
  // The first request of an instance does not wait for the database.
  assertStrictEquals(allowed, 20 + 36);
});

Deno.test("with a window of a day, requests are shared after 15 seconds, too", async () => {
  using test = await setUp(100);
  const [first, second] = [test.open("day", DAY_MS), test.open("day", DAY_MS)];
  for (let n = 0; n < 5; n++) {
    await test.taken(1, { limiter: first });
    await first.settled();
    test.clock.advance(15 * SECOND);
  }
  await test.taken(1, { limiter: second });
  await second.settled();
  assertStrictEquals((await second.take("ada")).remaining, 100 - 5 - 2);
  await second.settled();
});

Deno.test("an instance tells the others at once that a caller has used up its limit", async () => {
  using test = await setUp(100, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  assertStrictEquals(await test.taken(85, { limiter: second }), 85);
  test.clock.advance(15 * SECOND);
  assertStrictEquals(await test.taken(1, { limiter: second }), 1);
  await second.settled();
  assertStrictEquals(await test.taken(10, { limiter: first }), 10);
  await first.settled();

  assertStrictEquals(await test.taken(10, { limiter: first }), 4);
  await first.settled();

  test.clock.advance(15 * SECOND);
  assertStrictEquals((await second.take("ada")).allowed, true);
  await second.settled();
  assertStrictEquals((await second.take("ada")).allowed, false);
});

Deno.test("of two instances that sync at the same time, at least one sees the other", async () => {
  using test = await setUp(2, { instances: 2 });

  const first = await Promise.all(test.limiters.map((limiter) => limiter.take("ada")));
  assertEquals(first.map(({ allowed }) => allowed), [true, true]);
  await Promise.all(test.limiters.map((limiter) => limiter.settled()));

  const next = await Promise.all(test.limiters.map((limiter) => limiter.take("ada")));
  assert(next.filter(({ allowed }) => allowed).length < 2);
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
      allowed += await test.taken(Math.ceil(limit / 10) - 1, { limiter });
      await limiter.settled();
    }
    for (let n = 0; n < 2 * limit; n++) {
      for (const limiter of test.limiters) {
        if ((await limiter.take("ada")).allowed) allowed++;
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
    assertStrictEquals((await test.limiter.take("ada")).allowed, true);
    await test.limiter.settled();
    test.clock.advance(2 * SECOND);
  }

  assertStrictEquals(test.commits, 3);
  assertStrictEquals(lists, 3);
});

Deno.test("a caller that sends a few requests costs nothing", async () => {
  using test = await setUp(600);
  for (let n = 0; n < 5; n++) {
    await test.taken(10);
    test.clock.advance(2 * SECOND);
  }
  await test.limiter.settled();

  assertStrictEquals(test.commits, 0);
});

Deno.test("a caller that sends requests without a pause costs at most 14 commits a minute", async () => {
  using test = await setUp(600);
  let allowed = 0;
  for (let n = 0; n < 6_000; n++) {
    if ((await test.limiter.take("ada")).allowed) allowed++;
    await test.limiter.settled();
    test.clock.advance(10);
  }

  assertStrictEquals(allowed, 600);
  assert(test.commits >= 10 && test.commits <= 14, `${test.commits} commits`);
});

Deno.test("a caller has one sync in flight, and waits for it after a share of its limit", async () => {
  using test = await setUp(100, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  const answered = Promise.withResolvers<void>();
  test.hooks.commit = async (_sets, run) => {
    test.commits++;
    await answered.promise;
    return await run();
  };
  let decided = 0;
  const verdicts = Array.from({ length: 150 }, async () => {
    const { allowed } = await first.take("ada");
    decided++;
    return allowed;
  });
  // Other callers do not wait.
  assertStrictEquals((await first.take("grace")).allowed, true);
  assertStrictEquals(decided, 10);
  assertStrictEquals(test.commits, 1);

  answered.resolve();
  assertStrictEquals((await Promise.all(verdicts)).filter(Boolean).length, 100);
  await first.settled();
  assertStrictEquals(test.commits, 10);

  await test.taken(10, { limiter: second });
  await second.settled();
  assertStrictEquals((await second.take("ada")).allowed, false);
});

Deno.test("each instance limits a caller by itself while the database is unavailable", async () => {
  using logs = captureLogs();
  using test = await setUp(100, { instances: 2 });
  test.hooks.commit = () => {
    test.commits++;
    return Promise.reject(new Error("database lost"));
  };

  for (const limiter of test.limiters) {
    assertStrictEquals(await test.taken(150, { limiter }), 100);
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
    await test.taken(1_000, { caller: "ada" });
    await test.taken(1_000, { caller: "grace" });
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

  assertStrictEquals(await test.taken(20), 10);
  await test.limiter.settled();

  test.hooks.list = undefined;
  test.clock.advance(5 * SECOND);
  assertStrictEquals(await test.taken(20), 0);
  await test.limiter.settled();
});

Deno.test("instances share counts again after the database is available again", async () => {
  using test = await setUp(100, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  const { commit } = test.hooks;
  test.hooks.commit = () => Promise.reject(new Error("database lost"));
  assertStrictEquals(await test.taken(100, { limiter: first }), 100);
  await first.settled();

  test.hooks.commit = commit;
  test.clock.advance(5 * SECOND);
  assertStrictEquals((await first.take("ada")).allowed, false);
  await first.settled();
  await test.taken(10, { limiter: second });
  await second.settled();

  assertStrictEquals((await second.take("ada")).allowed, false);
});

Deno.test("take() waits six seconds for a database that never answers, then no more", async () => {
  using logs = captureLogs();
  using test = await setUp(10);
  const answered = Promise.withResolvers<void>();
  test.hooks.commit = async (_sets, run) => {
    test.commits++;
    await answered.promise;
    return await run();
  };

  for (const late of [1, 2]) {
    const waiting = Array.from(
      { length: 1_000 },
      (_, n) => test.taken(11, { caller: `caller-${late}-${n}` }),
    );
    await nextTurn();
    assertStrictEquals(test.commits, 100);
    test.clock.advance(6 * SECOND);
    for (const allowed of await Promise.all(waiting)) assertStrictEquals(allowed, 10);
    // Until the next try, nothing waits.
    assertStrictEquals(await test.taken(11, { caller: `other-${late}` }), 10);
    test.clock.advance(5 * SECOND);
  }
  assert(logs.records.length > 0);

  answered.resolve();
  await test.limiter.settled();
});

Deno.test("take() does not throw when the database is closed", async () => {
  const test = await setUp(2);
  test[Symbol.dispose]();

  assertStrictEquals(await test.taken(3), 2);
  await test.limiter.settled();
});

Deno.test("an unreadable count counts as none", async () => {
  using test = await setUp(5);
  const parts = { broken: "many", negative: [[NOON, -9]], old: 3, fine: [[NOON, 2]] };
  for (const [part, stored] of Object.entries(parts)) {
    await test.kv.set(["rate", "requests", "ada", part], stored);
  }

  assertStrictEquals((await test.limiter.take("ada")).allowed, true);
  await test.limiter.settled();
  assertStrictEquals((await test.limiter.take("ada")).remaining, 1);
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
    assertEquals(key.slice(0, -1), ["rate", "requests", "ada"]);
    assertStrictEquals(expireIn, 2 * MINUTE);
  }
  assertStrictEquals(new Set(sets.map(({ key }) => key.at(-1))).size, 1);
});

Deno.test("a flood of callers is forgotten, and callers that keep asking are not", async () => {
  using test = await setUp(600);
  assertStrictEquals(await test.taken(590), 590);
  await test.limiter.settled();
  await test.taken(50, { caller: "grace" });

  for (let n = 0; n < 200_000; n++) {
    test.limiter.take(`2001:db8:${n}::/64`);
    if (n % 20_000 === 0) assertStrictEquals((await test.limiter.take("ada")).allowed, true);
  }

  assert(test.limiter.tracked <= 50_000, `${test.limiter.tracked} callers`);
  assertStrictEquals(await test.taken(10), 0);
  assertStrictEquals((await test.limiter.take("grace")).remaining, 599);
  await test.limiter.settled();
});

Deno.test("the usage of a caller that was forgotten is read from KV", async () => {
  using test = await setUp(100);
  assertStrictEquals(await test.taken(60), 60);
  await test.limiter.settled();
  for (let n = 0; n < 50_000; n++) test.limiter.take(`2001:db8:${n}::/64`);

  assertStrictEquals(await test.taken(10), 10);
  await test.limiter.settled();

  assertStrictEquals((await test.limiter.take("ada")).remaining, 29);
});

Deno.test("take() starts again when the clock was set back, and continues to share", async () => {
  using logs = captureLogs();
  using test = await setUp(3, { instances: 2 });
  const [first, second] = test.limiters as [RateLimiter, RateLimiter];
  const { commit } = test.hooks;
  test.hooks.commit = () => Promise.reject(new Error("database lost"));
  assertStrictEquals(await test.taken(4, { limiter: first }), 3);
  await first.settled();
  assertStrictEquals(logs.records.length, 1);

  test.hooks.commit = commit;
  test.clock.advance(-HOUR);
  assertStrictEquals((await first.take("ada")).resetMs, MINUTE);
  assertStrictEquals(await test.taken(4, { limiter: first }), 2);
  await first.settled();

  second.take("ada");
  await second.settled();
  assertStrictEquals((await second.take("ada")).allowed, false);
});
