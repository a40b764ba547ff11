import { assertEquals, assertStrictEquals } from "@std/assert";
import { costOf, totalOf, Usage, usageFrom } from "../../lib/usage.ts";

const usage = {
  inputTokens: 1_000,
  cachedTokens: 400,
  cacheWriteTokens: 100,
  outputTokens: 200,
  reasoningTokens: 150,
};

const prices: [name: string, price: Parameters<typeof costOf>[1], cost: number | null][] = [
  ["a cheaper cache", { input: 2, cachedInput: 0.5, output: 8 }, 0.003],
  [
    "a price for writing the cache",
    { input: 2, cachedInput: 0.5, cacheWrite: 4, output: 8 },
    0.0032,
  ],
  ["no price for the cache", { input: 2, output: 8 }, 0.0036],
  ["no charge at all", { input: 0, output: 0 }, 0],
  ["an unknown price", undefined, null],
];

for (const [name, price, cost] of prices) {
  Deno.test(`costOf() computes the cost with ${name}`, () => {
    assertStrictEquals(costOf(usage, price), cost);
  });
}

Deno.test("totalOf() adds tokens and costs", () => {
  assertEquals(totalOf([{ usage, costUsd: 1 }, { usage, costUsd: 0.5 }], 70), {
    inputTokens: 2_000,
    cachedTokens: 800,
    cacheWriteTokens: 200,
    outputTokens: 400,
    reasoningTokens: 300,
    savedTokens: 70,
    costUsd: 1.5,
  });
});

Deno.test("totalOf() returns no cost when one of the prices is unknown", () => {
  assertStrictEquals(totalOf([{ usage, costUsd: null }, { usage, costUsd: 1 }], 0)?.costUsd, null);
});

Deno.test("totalOf() returns null for a job without model calls", () => {
  assertStrictEquals(totalOf([], 0), null);
  assertStrictEquals(totalOf([], 5)?.savedTokens, 5);
});

const reported: [what: string, counts: Parameters<typeof usageFrom>[0], usage: Usage][] = [
  [
    "all counts",
    { input: 100, cached: 60, cacheWrite: 30, output: 20, reasoning: 15 },
    {
      inputTokens: 100,
      cachedTokens: 60,
      cacheWriteTokens: 30,
      outputTokens: 20,
      reasoningTokens: 15,
    },
  ],
  [
    "totals only",
    { input: 100, cached: null, cacheWrite: undefined, output: 20, reasoning: null },
    {
      inputTokens: 100,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 20,
      reasoningTokens: 0,
    },
  ],
  [
    "parts that are larger than their totals",
    { input: 10, cached: 8, cacheWrite: 50, output: 5, reasoning: 7 },
    { inputTokens: 10, cachedTokens: 8, cacheWriteTokens: 2, outputTokens: 5, reasoningTokens: 5 },
  ],
];

for (const [what, counts, expected] of reported) {
  Deno.test(`usageFrom() converts ${what}`, () => {
    assertEquals(usageFrom(counts), expected);
  });
}

Deno.test("a stored usage without cache writes is readable", () => {
  const { cacheWriteTokens: _, ...stored } = usage;
  assertEquals(Usage.parse(stored), { ...usage, cacheWriteTokens: 0 });
});
