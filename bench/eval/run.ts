/**
 * The results of one evaluation, as `--json` prints them, and `--out` stores them.
 * @module
 */
import { z } from "zod";
import { JobUsage } from "../../lib/usage.ts";
import { Ratio, Scores, Verdict } from "./scores.ts";

const count = z.int().nonnegative();
const duration = z.number().nonnegative();

/** What a model and an instance did for one job. */
export const Work = z.object({
  attempts: count,
  /** Answers of the model. */
  turns: count,
  toolCalls: count,
  failedToolCalls: count,
  /** From the first claim to the end, in milliseconds. */
  latencyMs: duration,
  /** From the first claim to the time at which a client could see a finished part. */
  firstPartMs: duration.nullable(),
  /** `null` if the server did not report it. */
  usage: JobUsage.nullable(),
});
export type Work = z.infer<typeof Work>;

/** The result of one wish. */
export const WishResult = z.object({
  label: z.string(),
  kind: z.string(),
  /** Whether there is a plan of the right shape and size. */
  delivered: z.boolean(),
  /** Why there is no plan; `null` if there is one. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** By the code of the constraint. A constraint that does not apply is absent. */
  verdicts: z.record(z.string(), Verdict),
  /** What breaks each constraint, and where. */
  findings: z.array(z.object({ code: z.string(), text: z.string() })),
  /** How many values of a member are known, of how many, by the name of the member. */
  filled: z.record(z.string(), Ratio),
  /** The job of the wish, and that of its refinement. */
  work: z.array(Work),
  request: z.unknown(),
  /** The last plan. */
  plan: z.unknown(),
});
export type WishResult = z.infer<typeof WishResult>;

/** Tokens, money and time of a whole run. */
export const Totals = z.object({
  turns: count,
  toolCalls: count,
  inputTokens: count,
  cachedTokens: count,
  cacheWriteTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  /** In US dollars; `null` unless the cost of each job is known. */
  costUsd: z.number().nonnegative().nullable(),
  /** The median of all wishes with a plan, in milliseconds; `null` without any. */
  medianLatencyMs: duration.nullable(),
  medianFirstPartMs: duration.nullable(),
});
export type Totals = z.infer<typeof Totals>;

/** One evaluation. */
export const EvalRun = z.object({
  /** What wrote the plans: `openai` or `sample`. */
  generator: z.string(),
  models: z.record(z.string(), z.string()),
  promptVersions: z.array(z.string()),
  /** The service tier that was asked for; `null`: that of the account. */
  serviceTier: z.string().nullable(),
  startedAt: z.iso.datetime(),
  durationMs: duration,
  scores: Scores,
  filled: z.record(z.string(), Ratio),
  totals: Totals,
  results: z.array(WishResult),
});
export type EvalRun = z.infer<typeof EvalRun>;
