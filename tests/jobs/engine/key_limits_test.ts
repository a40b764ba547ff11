/** The daily limits of single API keys: jobs and money. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Runtime } from "../../../jobs/runtime/runtime.ts";
import { DAY_MS } from "../../../lib/clock.ts";
import type { NewKey } from "../../../jobs/operator/operator_keys.ts";
import { anyParts, anyRequest, modelOf, silentTurn, testKind } from "../../../testing/jobs.ts";
import { openRuntimes, type RuntimeOverrides } from "../../../testing/runtimes.ts";

const untilMidnight = DAY_MS / 2;

const wish: NewKey = {
  name: "a client",
  scopes: ["make"],
  dailyJobs: null,
  dailyCostUsd: null,
  expiresAt: null,
};

const usage = {
  inputTokens: 1_000_000,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** A kind whose jobs cost a dollar. */
function dollar() {
  const kind = testKind(async ({ text }, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    return { text };
  });
  const chat = () => Promise.resolve({ ...silentTurn, text: "", usage });
  return {
    kinds: [kind],
    model: () => modelOf({ chat }),
    prices: { "gpt-test": { input: 1, output: 1 } },
  };
}

/** Opens two instances that know a key for each of these limits. */
async function openWith(limits: Partial<NewKey>[], overrides: RuntimeOverrides) {
  const env = await openRuntimes(overrides);
  const texts: string[] = [];
  for (const limit of limits) {
    const made = await env.a.operator.keys.create({ name: "ada", via: "api" }, {
      ...wish,
      ...limit,
    });
    texts.push(made.text);
  }
  await env.b.keys.refresh();
  const submit = ({ jobs, apiKeys }: Runtime, text: string) =>
    jobs.submit(env.kind, { text: "hello" }, { caller: apiKeys.find(text)! });
  return { ...env, texts, submit };
}

const budgets: [what: string, own: number | null, ofAll: number | undefined, expected: number][] = [
  ["its own limit", 2, undefined, 2],
  ["its own limit above DAILY_JOBS_PER_KEY", 3, 1, 3],
  ["its own limit below DAILY_JOBS_PER_KEY", 1, 3, 1],
  ["DAILY_JOBS_PER_KEY without a limit of its own", null, 2, 2],
];

for (const [what, dailyJobs, dailyJobsPerKey, expected] of budgets) {
  Deno.test(`a key creates as many jobs a day as ${what} allows, over all instances`, async () => {
    using env = await openWith([{ dailyJobs }, {}], { dailyJobsPerKey, concurrency: 0 });
    const [key, other] = env.texts as [string, string];
    for (let n = 0; n < expected; n++) {
      const { outcome } = await env.submit(n % 2 ? env.a : env.b, key);
      assertStrictEquals(outcome, "accepted");
    }
    for (const runtime of [env.a, env.b]) {
      assertEquals(await env.submit(runtime, key), {
        outcome: "budget spent",
        budget: { limit: expected, left: 0, resetMs: untilMidnight },
      });
    }
    assertStrictEquals((await env.submit(env.a, other)).outcome, "accepted");
    env.clock.advance(untilMidnight);
    assertStrictEquals((await env.submit(env.a, key)).outcome, "accepted");
  });
}

Deno.test("after its daily cost, a key is refused until midnight UTC, and others are not", async () => {
  using env = await openWith([{ dailyCostUsd: 1.5 }, { dailyCostUsd: 1.5 }, {}], dollar());
  const [key, ...others] = env.texts as [string, string, string];
  for (let n = 0; n < 2; n++) {
    assertStrictEquals((await env.submit(env.a, key)).outcome, "accepted");
    await env.a.instance.idle();
    env.clock.advance(500);
  }
  for (const runtime of [env.a, env.b]) {
    const resetMs = untilMidnight - 1_000;
    assertEquals(await env.submit(runtime, key), { outcome: "cost spent", limitUsd: 1.5, resetMs });
  }
  for (const other of others) {
    assertStrictEquals((await env.submit(env.a, other)).outcome, "accepted");
  }
  env.clock.advance(untilMidnight);
  assertStrictEquals((await env.submit(env.b, key)).outcome, "accepted");
  await env.a.instance.idle();
  await env.b.instance.idle();
});

Deno.test("jobs that have not ended count with the price of a plan", async () => {
  const { kinds, ...others } = dollar();
  const typicalUse = { model: "gpt-test", inputTokens: 1_000_000, outputTokens: 0 };
  const kind = { ...kinds[0]!, typicalUse };
  using env = await openWith([{ dailyCostUsd: 3 }], {
    ...others,
    kinds: [kind],
    generator: "openai",
    concurrency: 0,
  });
  const outcomes = [];
  for (let n = 0; n < 4; n++) outcomes.push((await env.submit(env.a, env.texts[0]!)).outcome);
  assertEquals(outcomes, ["accepted", "accepted", "accepted", "cost spent"]);
});

Deno.test("only keys with a limit for their cost have sums of their own", async () => {
  using env = await openWith([{ dailyCostUsd: 9 }, { dailyJobs: 9 }], dollar());
  for (const text of env.texts) await env.submit(env.a, text);
  await env.a.instance.idle();
  const entries = await Array.fromAsync(env.kv.list({ prefix: [] }));
  const sums = entries.filter(({ key }) => key[0] === "spent_by" || key[0] === "spent");
  const owner = env.a.apiKeys.find(env.texts[0]!)!.owner;
  assert(sums.length > 0 && sums.every(({ key }) => key[1] === owner));
});

Deno.test("a key cannot have a limit for its cost if the price of a model is not known", async () => {
  using env = await openWith([], { unpricedModel: "ITINERARY_MODEL gpt-test" });
  const creating = env.a.operator.keys.create({ name: "ada", via: "api" }, {
    ...wish,
    dailyCostUsd: 1,
  });
  const message = await creating.catch((error) => `${error.name}: ${error.message}`);
  assertStrictEquals(
    message,
    "KeyRefusal: needs the price of ITINERARY_MODEL gpt-test in MODEL_PRICES",
  );
  assertEquals((await env.a.operator.keys.list()).keys, []);
});
