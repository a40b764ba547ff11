/**
 * Reviews plans of a model: first their shape, then whether they make sense. The model gets one
 * turn to correct both. What remains of the second sort does not fail the job: the plan is kept,
 * with warnings.
 * @module
 */
import type { z } from "zod";
import { JobError } from "../job/failure.ts";
import type { PlanWarning } from "../job/plan_warning.ts";
import { OutputReview, type Review } from "./structured_output.ts";

/** A place where a plan breaks a rule. */
export interface Finding {
  /** The path in the plan: `["days", 2, "activities", 1]`. */
  where: (string | number)[];
  /** What the model should change. The path stands before it. */
  feedback: string;
  /** What a traveler should check, if the model does not change it. */
  message: string;
}

/** A rule for plans that have the right shape. Both functions are pure. */
export interface Rule<Plan> {
  /** The name in warnings. Clients know it, so it must never change. */
  readonly code: string;
  check(plan: Plan): Finding[];
  /** Removes what must not be shown. Applied to the last plan, if it breaks the rule. */
  repair?(plan: Plan): Plan;
}

/** A plan that keeps all rules, or a plan with what is wrong in it. */
export type ReviewedPlan<Plan> = Plan | (Plan & { warnings: PlanWarning[] });

export interface PlanReviewOptions<Plan> {
  /** The shape of a plan. */
  schema: z.ZodType<Plan>;
  rules: readonly Rule<Plan>[];
  /** The limit of the first answer, in tokens. */
  maxTokens: number;
}

/** Reviews the answers of one job. The same turns give the same results. */
export class PlanReview<Plan> {
  readonly #rules: readonly Rule<Plan>[];
  readonly #review: OutputReview<Plan>;
  /** The latest plan with the right shape that breaks a rule. */
  #kept: Plan | null = null;

  constructor({ schema, rules, maxTokens }: PlanReviewOptions<Plan>) {
    this.#rules = rules;
    this.#review = new OutputReview(
      schema.check((context) => {
        const findings = rules.flatMap((rule) => rule.check(context.value));
        if (findings.length > 0 && context.issues.length === 0) this.#kept = context.value;
        for (const { where: path, feedback: message } of findings) {
          context.issues.push({ code: "custom", path, message, input: context.value });
        }
      }),
      maxTokens,
    );
  }

  /** The limit of the next answer, in tokens. */
  get maxTokens(): number {
    return this.#review.maxTokens;
  }

  /** The plan to fall back on if no better one comes; `null` if there is none. */
  get fallback(): ReviewedPlan<Plan> | null {
    return this.#kept === null ? null : this.#finish(this.#kept);
  }

  /**
   * Reviews an answer. A broken rule counts as a wrong shape does, but at the second such answer
   * the value is the latest plan with the right shape.
   *
   * @throws {JobError} `truncated` or `invalid_output` at the second such answer, without a plan
   */
  judge(answer: Parameters<OutputReview<Plan>["judge"]>[0]): Review<ReviewedPlan<Plan>> {
    try {
      const verdict = this.#review.judge(answer);
      return "value" in verdict ? { value: this.#finish(verdict.value) } : verdict;
    } catch (error) {
      const value = error instanceof JobError ? this.fallback : null;
      if (value === null) throw error;
      return { value };
    }
  }

  #finish(plan: Plan): ReviewedPlan<Plan> {
    const warnings: PlanWarning[] = [];
    let repaired = plan;
    for (const { code, check, repair } of this.#rules) {
      const findings = check(plan);
      warnings.push(
        ...findings.map(({ where, message }) => ({ code, where: where.join("."), message })),
      );
      if (findings.length > 0 && repair) repaired = repair(repaired);
    }
    return warnings.length === 0 ? repaired : { ...repaired, warnings };
  }
}
