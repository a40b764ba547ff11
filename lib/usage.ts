/**
 * The cost of a model's answers: tokens, and money if prices are known.
 * @module
 */
import { z } from "zod";

/** More than any model can read or write: a larger number is not a count of tokens. */
const MAX_TOKENS = 1_000_000_000;

const tokens = z.int().nonnegative();

/** Numbers of tokens, as OpenAI counts them. */
export const Usage = z.object({
  inputTokens: tokens.describe("What the model read"),
  cachedTokens: tokens.describe("The input tokens that came from the model's prompt cache"),
  /** Older records do not have them. */
  cacheWriteTokens: tokens.default(0).describe(
    "The input tokens that were written to the prompt cache",
  ),
  outputTokens: tokens.describe("What the model wrote"),
  reasoningTokens: tokens.describe("The output tokens of the model's hidden reasoning"),
});
export type Usage = z.infer<typeof Usage>;

/** A number of tokens as a server reports it. */
export const TokenCount = z.int().min(0).max(MAX_TOKENS);

/** The tokens of one answer as a server reports them. */
export interface TokenCounts {
  input: number;
  cached: number | null | undefined;
  cacheWrite: number | null | undefined;
  output: number;
  reasoning: number | null | undefined;
}

/**
 * Converts reported counts. Some servers do not include cached or reasoning tokens in the totals,
 * so each is capped at its total. A token is either read from the cache or written to it.
 */
export function usageFrom(
  { input, cached, cacheWrite, output, reasoning }: TokenCounts,
): Usage {
  const cachedTokens = Math.min(cached ?? 0, input);
  return {
    inputTokens: input,
    cachedTokens,
    cacheWriteTokens: Math.min(cacheWrite ?? 0, input - cachedTokens),
    outputTokens: output,
    reasoningTokens: Math.min(reasoning ?? 0, output),
  };
}

/** The tokens and the cost of a job so far. */
export const JobUsage = Usage.extend({
  savedTokens: tokens.describe(
    "Tokens of finished steps, or of an identical job, that did not have to be paid again",
  ),
  costUsd: z.number().nonnegative().nullable().describe(
    "The cost in US dollars; `null` unless the price of each answer is known",
  ),
});
export type JobUsage = z.infer<typeof JobUsage>;

/** The price of one model, in US dollars per million tokens. */
export const ModelPrice = z.strictObject({
  input: z.number().nonnegative(),
  /** Unset: the same as `input`. */
  cachedInput: z.number().nonnegative().optional(),
  /** Of tokens that are written to the prompt cache. Unset: the same as `input`. */
  cacheWrite: z.number().nonnegative().optional(),
  output: z.number().nonnegative(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

const MILLION = 1_000_000;

/** The tokens and the price of one answer, `null` if unknown. */
export interface Expense {
  usage: Usage | null;
  costUsd: number | null;
}

/** Returns the price of an answer in US dollars, or `null` if the model's price is not known. */
export function costOf(usage: Usage, price: ModelPrice | undefined): number | null {
  if (!price) return null;
  const { inputTokens, cachedTokens, cacheWriteTokens, outputTokens } = usage;
  const plain = (inputTokens - cachedTokens - cacheWriteTokens) * price.input;
  const cached = cachedTokens * (price.cachedInput ?? price.input);
  const written = cacheWriteTokens * (price.cacheWrite ?? price.input);
  return (plain + cached + written + outputTokens * price.output) / MILLION;
}

/** Returns the price of an estimated answer in US dollars; 0 if the model's price is not known. */
export function estimatedCost(
  tokens: Pick<Usage, "inputTokens" | "outputTokens">,
  price: ModelPrice | undefined,
): number {
  return costOf({ ...nothing, ...tokens }, price) ?? 0;
}

/** Adds up the expenses of a job. Returns `null` if no usage is known and no tokens were saved. */
export function totalOf(expenses: readonly Expense[], savedTokens: number): JobUsage | null {
  if (savedTokens === 0 && !expenses.some(({ usage }) => usage)) return null;
  const total: JobUsage = { ...nothing, savedTokens, costUsd: 0 };
  for (const { usage, costUsd } of expenses) {
    for (const name of counts) total[name] += (usage ?? nothing)[name];
    total.costUsd = total.costUsd === null || costUsd === null ? null : total.costUsd + costUsd;
  }
  return total;
}

const nothing: Usage = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

const counts = Object.keys(nothing) as (keyof Usage)[];

/** Returns the number of tokens of an answer: input, cached or not, and output. */
export function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}
