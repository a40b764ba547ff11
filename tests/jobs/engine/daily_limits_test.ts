/** The daily limits of the whole service: jobs and money, over all instances and callers. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { DailyLimits } from "../../../jobs/engine/daily_limits.ts";
import { createKinds } from "../../../jobs/registry.ts";
import { DAY_MS } from "../../../lib/clock.ts";
import { parseConfig } from "../../../lib/config.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { SpendingStore } from "../../../lib/store/spending_store.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { delayCommit, failCommits, hookKv } from "../../../testing/hooked_kv.ts";
import { anyParts, anyRequest, modelOf, silentTurn, testKind } from "../../../testing/jobs.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import {
  openRuntime,
  openRuntimes,
  openRuntimesOn,
  type RuntimeOverrides,
  submit,
} from "../../../testing/runtimes.ts";
import type { Kv } from "../../../lib/platform/kv.ts";

const hello = { text: "hello" };
const untilMidnight = DAY_MS / 2;

const jobs = (limit: number): RuntimeOverrides => ({
  daily: { jobs: limit, costUsd: undefined },
  concurrency: 0,
});

function openSpending(kv: Kv, clock: FakeClock): SpendingStore {
  const isCostLimited = () => false;
  return new SpendingStore(kv, {
    clock,
    holder: "a",
    kinds: ["test"],
    isLimited: true,
    isCostLimited,
  });
}

type Env = Awaited<ReturnType<typeof openRuntimes>>;

/** Submits a job, and returns the outcome. */
async function outcomeOf({ kind }: Env, { jobs }: Env["a"], options = {}): Promise<string> {
  return (await jobs.submit(kind, hello, options)).outcome;
}

Deno.test("after DAILY_JOBS jobs, all callers are refused until midnight UTC", async () => {
  using logs = captureLogs();
  using env = await openRuntimes(jobs(2));
  for (const id of ["ada", "grace"]) {
    const caller = { id, owner: null };
    assertStrictEquals(await outcomeOf(env, env.a, { caller }), "accepted");
  }
  for (const runtime of [env.a, env.b]) {
    const refused = await runtime.jobs.submit(env.kind, hello);
    assertEquals(refused, { outcome: "day over", limit: "jobs", resetMs: untilMidnight });
  }
  const warnings = logs.records.filter(({ rawMessage }) => rawMessage === "daily limit reached");
  // Once in each instance.
  assertStrictEquals(warnings.length, 2);

  env.clock.advance(untilMidnight - 1);
  assertStrictEquals(await outcomeOf(env, env.a), "day over");
  env.clock.advance(1);
  assertStrictEquals(await outcomeOf(env, env.a), "accepted");
  assertStrictEquals(await outcomeOf(env, env.b), "accepted");
  assertStrictEquals(await outcomeOf(env, env.b), "day over");
});

Deno.test("of a flood, exactly DAILY_JOBS jobs are accepted", async () => {
  using env = await openRuntimes(jobs(7));
  const flood = Array.from({ length: 60 }, () => outcomeOf(env, env.a));
  const accepted = (await Promise.all(flood)).filter((outcome) => outcome === "accepted");
  assertStrictEquals(accepted.length, 7);
  assertStrictEquals(await outcomeOf(env, env.b), "day over");
});

for (const concurrency of [0, 32]) {
  Deno.test(`two instances with ${concurrency} slots accept too many only by requests at the same moment`, async () => {
    using env = await openRuntimes({ ...jobs(23), concurrency });
    let accepted = 0;
    for (let n = 0; n < 20; n++) {
      const pair = await Promise.all([env.a, env.b].map((runtime) => outcomeOf(env, runtime)));
      accepted += pair.filter((outcome) => outcome === "accepted").length;
      env.clock.advance(100);
    }
    assert(accepted >= 23 && accepted <= 24, `${accepted} were accepted`);
    for (const runtime of [env.a, env.b]) await runtime.instance.idle();
  });
}

Deno.test("a job that is accepted while the sums are read counts", async () => {
  using kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const spending = openSpending(kv, clock);
  const limits = new DailyLimits({ spending, clock, jobs: 2, typicalUsd: () => 0 });
  const stored = Promise.withResolvers<{ outcome: string }>();
  const accepted = { outcome: "accepted" };
  const accept = () => Promise.resolve(accepted);
  const first = limits.admit("test", () => stored.promise);
  await nextTurn();
  clock.advance(500);
  // This request begins a read, which does not see the commit of the first one.
  const second = limits.admit("test", accept);
  stored.resolve(accepted);

  assertEquals([await first, await second], [accepted, accepted]);
  assertStrictEquals((await limits.admit("test", accept)).outcome, "day over");
});

Deno.test("a new instance knows what was accepted before a crash", async () => {
  using env = await openRuntimes(jobs(3));
  for (let n = 0; n < 2; n++) await outcomeOf(env, env.a);
  const next = openRuntime(env.kv, env.clock, jobs(3));
  assertStrictEquals(await outcomeOf(env, next), "accepted");
  assertStrictEquals(await outcomeOf(env, next), "day over");
});

Deno.test("an acceptance that fails does not count, one whose answer is lost counts once", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, jobs(2));
  failCommits(hooks, "job", 1);
  const failed = await env.a.jobs.submit(env.kind, hello).catch(({ message }) => message);
  assertStrictEquals(failed, "database lost");
  hooks.commit = async (_sets, run) => {
    hooks.commit = undefined;
    await run();
    throw new Error("The answer was lost");
  };
  assertStrictEquals(await outcomeOf(env, env.a), "accepted");
  env.clock.advance(1_000);
  assertStrictEquals(await outcomeOf(env, env.a), "accepted");
  assertStrictEquals(await outcomeOf(env, env.a), "day over");
});

Deno.test("a repeated request is answered after the limit, and counts once", async () => {
  using env = await openRuntimes(jobs(2));
  const options = { idempotencyKey: "wish-1" };
  for (let n = 0; n < 3; n++) {
    assertStrictEquals(await outcomeOf(env, env.a, options), "accepted");
  }
  assertStrictEquals(await outcomeOf(env, env.a), "accepted");
  assertStrictEquals(await outcomeOf(env, env.a), "day over");
  assertStrictEquals(await outcomeOf(env, env.a, options), "accepted");
});

Deno.test("requests that a full queue refuses do not count", async () => {
  using env = await openRuntimes({ ...jobs(2), maxQueuedJobs: 1 });
  const outcomes = [];
  for (let n = 0; n < 3; n++) outcomes.push(await outcomeOf(env, env.a));
  assertEquals(outcomes, ["accepted", "queue full", "queue full"]);
  const next = openRuntime(env.kv, env.clock, jobs(2));
  assertStrictEquals(await outcomeOf(env, next), "accepted");
});

Deno.test("DAILY_JOBS costs an acceptance no read and no further commit", async () => {
  const operations = async (overrides: RuntimeOverrides) => {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    using env = openRuntimesOn(kv, { concurrency: 0, ...overrides });
    // The first requests count what waits, and what was accepted today.
    await outcomeOf(env, env.a);
    const seen = { gets: 0, lists: 0, commits: 0, failed: 0 };
    hooks.get = () => void seen.gets++;
    hooks.list = () => void seen.lists++;
    hooks.commit = async (_sets, run) => {
      seen.commits++;
      const result = await run();
      if (!result.ok) seen.failed++;
      return result;
    };
    for (let n = 0; n < 100; n++) await outcomeOf(env, env.a);
    await Promise.all(Array.from({ length: 100 }, () => outcomeOf(env, env.a)));
    return seen;
  };
  const without = await operations({});
  assertEquals(await operations(jobs(100_000)), without);
  assertEquals([without.gets, without.lists, without.failed], [0, 0, 0]);
});

Deno.test("an instance alone reads the sums twice a second, also close to the limit", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, jobs(100));
  let lists = 0;
  hooks.list = (selector) => {
    if ("prefix" in selector && selector.prefix[0] === "spent") lists++;
  };
  for (let n = 0; n < 100; n++) {
    assertStrictEquals(await outcomeOf(env, env.a), "accepted");
    env.clock.advance(10);
  }
  assertStrictEquals(lists, 2);
});

Deno.test("the sums are read twice a second, also under a flood that is refused", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, jobs(1));
  await outcomeOf(env, env.a);
  let lists = 0;
  hooks.list = (selector) => {
    if ("prefix" in selector && selector.prefix[0] === "spent") lists++;
  };
  for (let n = 0; n < 100; n++) {
    assertStrictEquals(await outcomeOf(env, env.a), "day over");
    env.clock.advance(10);
  }
  assert(lists <= 2, `${lists} reads`);
});

const usage = {
  inputTokens: 1_000_000,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** A kind whose only turn costs a dollar, and ends as `end` says. */
function dollar(end: () => Promise<{ text: string }> = () => Promise.resolve(hello)) {
  const kind = testKind(async (_request, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    return await end();
  });
  const chat = () => Promise.resolve({ ...silentTurn, text: "", usage });
  return {
    kinds: [kind],
    model: () => modelOf({ chat }),
    prices: { "gpt-test": { input: 1, output: 1 } },
  };
}

const cost = (costUsd: number) => ({ daily: { jobs: undefined, costUsd } });

Deno.test("after DAILY_COST_USD dollars, jobs are refused until midnight UTC", async () => {
  using env = await openRuntimes({ ...dollar(), ...cost(1.5) });
  for (let n = 0; n < 2; n++) {
    assertStrictEquals(await outcomeOf(env, env.a), "accepted");
    await env.a.instance.idle();
    env.clock.advance(500);
  }
  for (const runtime of [env.a, env.b]) {
    const refused = await runtime.jobs.submit(env.kind, hello);
    const resetMs = untilMidnight - 1_000;
    assertEquals(refused, { outcome: "day over", limit: "cost", resetMs });
  }
  env.clock.advance(untilMidnight);
  assertStrictEquals(await outcomeOf(env, env.b), "accepted");
  await env.b.instance.idle();
});

const endings: [how: string, end: () => Promise<{ text: string }>][] = [
  ["completes", () => Promise.resolve(hello)],
  ["fails", () => Promise.reject(new JobError("refused", "no"))],
];

for (const [how, end] of endings) {
  Deno.test(`the cost of a job that ${how} counts`, async () => {
    using env = await openRuntimes({ ...dollar(end), ...cost(1) });
    await submit(env.a, env.kind, hello);
    await env.a.instance.idle();
    env.clock.advance(500);
    assertStrictEquals(await outcomeOf(env, env.a), "day over");
  });
}

Deno.test("the cost of a canceled job counts, and running jobs continue after the limit", async () => {
  const held = Promise.withResolvers<void>();
  const end = () => held.promise.then(() => hello);
  using env = await openRuntimes({ ...dollar(end), ...cost(1) });
  const [first, second] = [
    await submit(env.a, env.kind, hello),
    await submit(env.a, env.kind, hello),
  ];
  await env.settled();
  await env.a.jobs.cancel(env.kind, first.job.id);
  env.clock.advance(500);
  assertStrictEquals(await outcomeOf(env, env.a), "day over");

  held.resolve();
  await env.a.instance.idle();
  const snapshot = await env.a.jobs.read(env.kind, second.job.id);
  assertStrictEquals(snapshot?.job.state, "succeeded");
});

/** The costs of finished plans, and the numbers of open jobs. */
interface Day {
  plans?: number[];
  open?: number;
  unpriced?: number;
}

const loads: [today: Day, yesterday: Day, typicalUsd: number, isOver: boolean][] = [
  // Nothing is known about the price of a job.
  [{ open: 1_000 }, {}, 0, false],
  [{ open: 9 }, {}, 1, false],
  [{ open: 10 }, {}, 1, true],
  [{ plans: [1, 3], open: 2 }, {}, 100, false],
  [{ plans: [1, 3], open: 3 }, {}, 0, true],
  [{ plans: [1, 3], unpriced: 3 }, {}, 0, true],
  [{ plans: [1, 3], open: 2 }, { open: 1 }, 0, true],
  [{ plans: [10] }, {}, 0, true],
  [{ plans: [4, 5.5] }, {}, 0, false],
  // Yesterday tells what a job costs until the first plan of today is finished.
  [{ open: 9 }, { plans: [0.5, 1.5] }, 100, false],
  [{ open: 10 }, { plans: [0.5, 1.5] }, 0, true],
  [{ plans: [0.5], open: 18 }, { plans: [2, 2], unpriced: 50 }, 0, false],
];

for (const [today, yesterday, typicalUsd, isOver] of loads) {
  const shown = [today, yesterday].map((day) => JSON.stringify(day)).join(" after ");
  const title = `with a limit of $10, a typical price of $${typicalUsd}, and ${shown}, ` +
    `a job is ${isOver ? "refused" : "accepted"}`;
  Deno.test(title, async () => {
    using kv = await Deno.openKv(":memory:");
    const clock = new FakeClock();
    const spending = openSpending(kv, clock);
    const add = async ({ plans = [], open = 0, unpriced = 0 }: Day) => {
      const job = { kind: "test", createdAt: clock.now(), owner: null };
      const operation = kv.atomic();
      for (let n = 0; n < open + plans.length; n++) spending.addAccepted(operation, job);
      for (let n = 0; n < unpriced; n++) spending.addUnpriced(operation, job);
      for (const costUsd of plans) {
        spending.addEnded(operation, job, { costUsd, isUnpriced: false, isPlanPrice: true });
      }
      await operation.commit();
    };
    await add(yesterday);
    clock.advance(DAY_MS);
    await add(today);
    const limits = new DailyLimits({
      spending,
      clock,
      costUsd: 10,
      typicalUsd: () => typicalUsd,
    });
    const { outcome } = await limits.admit("test", () => Promise.resolve({ outcome: "accepted" }));
    assertStrictEquals(outcome, isOver ? "day over" : "accepted");
  });
}

Deno.test("an end that is committed twice counts once", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { ...dollar(), ...cost(1.5) });
  const ended = Promise.withResolvers<void>();
  const waits = testKind(async (_request, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    await ended.promise;
    return hello;
  });
  const runtime = openRuntime(kv, env.clock, { ...dollar(), ...cost(1.5), kinds: [waits] });
  await submit(runtime, waits, hello);
  await env.settled();
  delayCommit(hooks, "result");
  ended.resolve();
  while (runtime.instance.running > 0) {
    env.clock.advance(1_000);
    await env.settled();
  }
  const spent = await Array.fromAsync(kv.list<Deno.KvU64>({ prefix: ["spent"] }));
  const sums = spent.filter(({ key }) => key[4] === "cost").map(({ value }) => value.value);
  assertEquals(sums, [1_000_000_000n]);
});

Deno.test("without a daily limit, the sums are not written", async () => {
  using env = await openRuntimes(dollar());
  await submit(env.a, env.kind, hello);
  await env.a.instance.idle();
  assertEquals(await Array.fromAsync(env.kv.list({ prefix: ["spent"] })), []);
});

Deno.test("the documents name the typical number of tokens of each kind", async () => {
  const text = await Deno.readTextFile("docs/configuration.md");
  const spending = text.split("## Spending")[1]!.split("\n## ")[0]!;
  for (const { name, typicalUse } of createKinds(parseConfig({}))) {
    assert(typicalUse, name);
    for (const tokens of [typicalUse.inputTokens, typicalUse.outputTokens]) {
      assert(spending.includes(` ${tokens.toLocaleString("en-US")}`), name);
    }
  }
});
