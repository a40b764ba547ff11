/**
 * What a model's answers cost: tokens, and money where prices are known.
 * @module
 */
import { z } from "zod";

/** More than any model can read or write: what says more is no count of tokens. */
const MAX_TOKENS = 1_000_000_000;

const tokens = z.int().nonnegative();

/** Tokens as OpenAI counts them. */
export const Usage = z.object({
  inputTokens: tokens,
  /** Those of the input that came from the model's prompt cache. */
  cachedTokens: tokens,
  outputTokens: tokens,
  /** The part of the output tokens that is reasoning, and not shown. */
  reasoningTokens: tokens,
});
export type Usage = z.infer<typeof Usage>;

/** A number of tokens as a server tells it. */
export const TokenCount = z.int().min(0).max(MAX_TOKENS);

/** What a server tells of an answer. */
export interface TokenCounts {
  input: number;
  cached: number | null | undefined;
  output: number;
  reasoning: number | null | undefined;
}

/** Some servers count what came from the cache, or was not seen, beside the rest. */
export function usageFrom({ input, cached, output, reasoning }: TokenCounts): Usage {
  return {
    inputTokens: input,
    cachedTokens: Math.min(cached ?? 0, input),
    outputTokens: output,
    reasoningTokens: Math.min(reasoning ?? 0, output),
  };
}

/** What a job has used up so far. */
export const JobUsage = Usage.extend({
  /** Tokens of finished steps, or of an identical job, that were not paid for again. */
  savedTokens: tokens,
  /** In US dollars; `null` unless the price of each answer is known. */
  costUsd: z.number().nonnegative().nullable(),
});
export type JobUsage = z.infer<typeof JobUsage>;

/** What one model costs, in US dollars for a million tokens. */
export const ModelPrice = z.strictObject({
  input: z.number().nonnegative(),
  /** Unset: as much as any other input. */
  cachedInput: z.number().nonnegative().optional(),
  output: z.number().nonnegative(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

const MILLION = 1_000_000;

/** What one answer has used up, and its price, as far as they are known. */
export interface Expense {
  usage: Usage | null;
  costUsd: number | null;
}

/** The price of an answer in US dollars; `null` if the model's price is not known. */
export function costOf(usage: Usage, price: ModelPrice | undefined): number | null {
  if (!price) return null;
  const { inputTokens, cachedTokens, outputTokens } = usage;
  const cached = cachedTokens * (price.cachedInput ?? price.input);
  return ((inputTokens - cachedTokens) * price.input + cached + outputTokens * price.output) /
    MILLION;
}

/** Adds up what a job has paid for; `null` if nothing is known of it, and nothing was saved. */
export function totalOf(expenses: readonly Expense[], savedTokens: number): JobUsage | null {
  if (savedTokens === 0 && !expenses.some(({ usage }) => usage)) return null;
  const total: JobUsage = { ...nothing, savedTokens, costUsd: 0 };
  for (const { usage, costUsd } of expenses) {
    const { inputTokens, cachedTokens, outputTokens, reasoningTokens } = usage ?? nothing;
    total.inputTokens += inputTokens;
    total.cachedTokens += cachedTokens;
    total.outputTokens += outputTokens;
    total.reasoningTokens += reasoningTokens;
    total.costUsd = total.costUsd === null || costUsd === null ? null : total.costUsd + costUsd;
  }
  return total;
}

const nothing: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 };

/** All tokens of an answer, whatever they cost. */
export function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}
