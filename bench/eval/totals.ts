/**
 * Sums and medians of an evaluation.
 * @module
 */
import type { Totals, WishResult, Work } from "./run.ts";
import type { Ratio } from "./scores.ts";

/** Returns tokens, money and time of these results. */
export function totalsOf(results: readonly WishResult[]): Totals {
  const work = results.flatMap(({ work }) => work);
  const sum = (value: (work: Work) => number | undefined) =>
    work.reduce((total, each) => total + (value(each) ?? 0), 0);
  const delivered = results.filter((result) => result.delivered);
  return {
    turns: sum(({ turns }) => turns),
    toolCalls: sum(({ toolCalls }) => toolCalls),
    inputTokens: sum(({ usage }) => usage?.inputTokens),
    cachedTokens: sum(({ usage }) => usage?.cachedTokens),
    cacheWriteTokens: sum(({ usage }) => usage?.cacheWriteTokens),
    outputTokens: sum(({ usage }) => usage?.outputTokens),
    reasoningTokens: sum(({ usage }) => usage?.reasoningTokens),
    costUsd: costOf(work),
    medianLatencyMs: medianOf(delivered.map(latencyOf)),
    medianFirstPartMs: medianOf(delivered.flatMap(({ work }) => work[0]?.firstPartMs ?? [])),
  };
}

/** Returns the cost in US dollars; `null` if that of a job is not known. */
export function costOf(work: readonly Work[]): number | null {
  const costs = work.flatMap(({ usage }) => usage?.costUsd ?? []);
  return costs.length < work.length ? null : costs.reduce((total, cost) => total + cost, 0);
}

/** Returns how long all jobs of a wish took, in milliseconds. */
export function latencyOf({ work }: Pick<WishResult, "work">): number {
  return work.reduce((total, { latencyMs }) => total + latencyMs, 0);
}

/** Adds up how many values of each member are known. */
export function filledIn(results: readonly WishResult[]): Record<string, Ratio> {
  const sums: Record<string, Ratio> = {};
  for (const { filled } of results) {
    for (const [name, { passed, of }] of Object.entries(filled)) {
      const sum = sums[name] ??= { passed: 0, of: 0 };
      sum.passed += passed;
      sum.of += of;
    }
  }
  return sums;
}

/** Returns the middle value; of an even number of values, the mean of the middle two. */
export function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
