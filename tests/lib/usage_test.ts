import { assertEquals, assertStrictEquals } from "@std/assert";
import { costOf, totalOf, usageFrom } from "../../lib/usage.ts";

const usage = { inputTokens: 1_000, cachedTokens: 400, outputTokens: 200, reasoningTokens: 150 };

const prices: [name: string, price: Parameters<typeof costOf>[1], cost: number | null][] = [
  ["a cheaper cache", { input: 2, cachedInput: 0.5, output: 8 }, 0.003],
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

Deno.test("usageFrom() limits cached and reasoning tokens to the totals", () => {
  assertEquals(usageFrom({ input: 10, cached: 50, output: 5, reasoning: 7 }), {
    inputTokens: 10,
    cachedTokens: 10,
    outputTokens: 5,
    reasoningTokens: 5,
  });
});
