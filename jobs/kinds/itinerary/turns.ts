/**
 * The turns of a model that writes an itinerary, or a part of one, until the review accepts it.
 * @module
 */
import type { ChatMessage, OutputFormat, ReasoningEffort } from "../../../lib/model/model.ts";
import type { PlanReview, ReviewedPlan } from "../../../lib/model/plan_review.ts";
import type { JobContext, PlanParts } from "../../kind.ts";

export interface TurnOptions<Written, Plan> {
  context: JobContext;
  model: string;
  /** Unset: the default of the model. */
  effort: ReasoningEffort | undefined;
  /** The instructions and the wish. */
  messages: readonly ChatMessage[];
  format: OutputFormat;
  parts: PlanParts;
  review: PlanReview<Written, Plan>;
  /** Completes what the model wrote in a turn, before its rules are checked. */
  complete: (written: Written, turn: number) => Promise<Plan>;
}

/**
 * Returns the limit of an answer in tokens. A day of six activities takes about 1,000 tokens in
 * English, and about 1,500 in other languages. The rest is for reasoning.
 *
 * @param days how many days the model may write
 */
export function tokensFor(days: number): number {
  return 6_000 + 1_500 * days;
}

/**
 * Lets the model write, and correct what the review finds.
 *
 * @throws {JobError} if no answer is usable
 */
export async function writeReviewed<Written, Plan>(
  { context, model, effort, format, parts, review, complete, ...options }: TurnOptions<
    Written,
    Plan
  >,
): Promise<ReviewedPlan<Plan>> {
  const messages = [...options.messages];
  for (let turn = 1;; turn++) {
    const request = { model, messages, format, reasoningEffort: effort };
    const answer = await context.chat(`turn-${turn}`, {
      ...request,
      maxTokens: review.maxTokens,
    }, parts).catch((error: unknown) => ({ plan: review.fallbackFor(error, context) }));
    if ("plan" in answer) return answer.plan;
    const verdict = await review.judge(answer, (written) => complete(written, turn));
    if ("value" in verdict) return verdict.value;
    if (verdict.feedback !== null) {
      messages.push(
        { role: "assistant", content: answer.text ?? "" },
        { role: "user", content: verdict.feedback },
      );
    }
  }
}
