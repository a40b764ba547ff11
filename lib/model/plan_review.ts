/**
 * Reviews plans of a model: first their shape, then whether they make sense. The model gets one
 * turn to correct each. What remains of the second sort does not fail the job: the plan is kept,
 * with warnings.
 * @module
 */
import type { z } from "zod";
import { failureKinds, JobError } from "../job/failure.ts";
import type { PlanWarning } from "../job/plan_warning.ts";
import { feedbackOn, OutputReview, type Review } from "./structured_output.ts";

/**
 * The largest number of faults in one feedback. There is no second one, and half of the activities of
 * the longest plan may be wrong.
 */
const MAX_FAULTS = 100;

/** A place where a plan breaks a rule. */
export interface Finding {
  /** The path in the plan: `["days", 2, "activities", 1]`. */
  where: (string | number)[];
  /** Further places, if one finding is about all of them. Unset: it is about one place. */
  others?: Finding["where"][];
  /**
   * What the model should change. The path stands before it. `null`: the model has not written it, so
   * another turn does not help.
   */
  feedback: string | null;
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

export interface PlanReviewOptions<Written, Plan> {
  /** The shape of a plan as the model writes it. */
  schema: z.ZodType<Written>;
  /** Returns what a plan must keep to. Called when a plan was completed. */
  rules: () => readonly Rule<Plan>[];
  /** The limit of the first answer, in tokens. */
  maxTokens: number;
}

/** A plan with the right shape that breaks rules. */
interface FaultyPlan<Plan> {
  plan: Plan;
  faults: number;
}

/** Reviews the answers of one job. The same turns give the same results. */
export class PlanReview<Written, Plan> {
  readonly #rules: () => readonly Rule<Plan>[];
  readonly #review: OutputReview<Written>;
  /** The best plan so far with the right shape that breaks a rule. */
  #kept: FaultyPlan<Plan> | null = null;

  constructor({ schema, rules, maxTokens }: PlanReviewOptions<Written, Plan>) {
    this.#rules = rules;
    this.#review = new OutputReview(schema, maxTokens);
  }

  /** The limit of the next answer, in tokens. */
  get maxTokens(): number {
    return this.#review.maxTokens;
  }

  /** The plan to fall back on if no better one comes; `null` if there is none. */
  get fallback(): ReviewedPlan<Plan> | null {
    return this.#kept && this.#finish(this.#kept.plan);
  }

  /**
   * Returns the plan to fall back on when the turn that should correct it has failed for good.
   *
   * @param options `isLastAttempt`: whether no other attempt of the job can repeat the turn
   * @throws `error` if there is no such plan, or if another attempt may repeat the turn
   */
  fallbackFor(
    error: unknown,
    { isLastAttempt }: { isLastAttempt: boolean },
  ): ReviewedPlan<Plan> {
    const { fallback } = this;
    const isFinal = error instanceof JobError &&
      (isLastAttempt || !failureKinds[error.failure.code].retriedByJob);
    if (!isFinal || fallback === null) throw error;
    return fallback;
  }

  /**
   * Reviews an answer. The first plan that breaks rules gives feedback. After that, the value is the
   * plan with the fewest faults, the later one of two equal ones.
   *
   * @param complete completes a plan that has the right shape, before the rules see it
   * @throws {JobError} `truncated` or `invalid_output` at the second such answer, without a plan
   * @throws the error of `complete`
   */
  async judge(
    answer: Parameters<OutputReview<Written>["judge"]>[0],
    complete: (written: Written) => Promise<Plan> | Plan,
  ): Promise<Review<ReviewedPlan<Plan>>> {
    const shaped = this.#shapeOf(answer);
    // Once there is a plan to fall back on, a wrong shape gets no further turn.
    if (shaped === null || (!("value" in shaped) && shaped.feedback !== null && this.#kept)) {
      return { value: this.fallback! };
    }
    if (!("value" in shaped)) return shaped;
    const plan = await complete(shaped.value);
    const findings = this.#rules().flatMap((rule) => rule.check(plan));
    if (findings.length === 0) return { value: plan };
    const isFirst = this.#kept === null;
    if (isFirst || findings.length <= this.#kept!.faults) {
      this.#kept = { plan, faults: findings.length };
    }
    const problems = findings.flatMap((finding) => problemOf(finding) ?? []);
    return isFirst && problems.length > 0
      ? { feedback: feedbackOn("Your plan has these faults:", problems, MAX_FAULTS) }
      : { value: this.fallback! };
  }

  /**
   * @returns `null` if the answer ends the job, but there is a plan to fall back on
   * @throws {JobError} if there is none
   */
  #shapeOf(answer: Parameters<OutputReview<Written>["judge"]>[0]): Review<Written> | null {
    try {
      return this.#review.judge(answer);
    } catch (error) {
      if (error instanceof JobError && this.#kept) return null;
      throw error;
    }
  }

  #finish(plan: Plan): ReviewedPlan<Plan> {
    return withWarnings(plan, this.#rules());
  }
}

/** Returns what the model reads about a finding; `null`: nothing. */
function problemOf({ where, others = [], feedback }: Finding): string | null {
  if (feedback === null) return null;
  const same = others.length === 0 ? "" : `; the same at ${listOf(others.map(pathOf))}`;
  return `${pathOf(where) || "(root)"}: ${feedback}${same}`;
}

function pathOf(where: Finding["where"]): string {
  return where.join(".");
}

/** Joins paths: `days.0, days.1 and days.4`. */
function listOf(paths: readonly string[]): string {
  return [paths.slice(0, -1).join(", "), ...paths.slice(-1)].filter(Boolean).join(" and ");
}

/** Returns a plan with what is wrong in it, and without what must not be shown. */
export function withWarnings<Plan>(plan: Plan, rules: readonly Rule<Plan>[]): ReviewedPlan<Plan> {
  const warnings: PlanWarning[] = [];
  let repaired = plan;
  for (const { code, check, repair } of rules) {
    const findings = check(plan);
    warnings.push(
      ...findings.map(({ where, message }) => ({ code, where: pathOf(where), message })),
    );
    if (findings.length > 0 && repair) repaired = repair(repaired);
  }
  return warnings.length === 0 ? repaired : { ...repaired, warnings };
}
