/**
 * The scores of an evaluation, as TravelPlanner defines them (Xie et al., 2024, arXiv 2402.01622,
 * section "Evaluation"):
 *
 * - The delivery rate is the share of wishes for which there is a plan.
 * - The micro pass rate is the share of passed constraints among all constraints of all wishes.
 * - The macro pass rate is the share of wishes whose plan passes all of its constraints.
 * - Both exist for commonsense constraints, which hold for every trip, and for hard constraints,
 *   which come from the wish.
 * - The final pass rate is the share of wishes whose plan passes all constraints of both groups.
 *
 * A wish without a plan passes none of its constraints, and counts in every denominator.
 * @module
 */
import { z } from "zod";

export const Group = z.enum(["commonsense", "hard"]);
export type Group = z.infer<typeof Group>;

/** What became of one constraint of one wish. A constraint that does not apply has none. */
export const Verdict = z.object({ group: Group, passed: z.boolean() });
export type Verdict = z.infer<typeof Verdict>;

/** A wish, as far as scores need it. */
export interface Scored {
  delivered: boolean;
  /** By the code of the constraint. */
  verdicts: Record<string, Verdict>;
}

const count = z.int().nonnegative();

/** How many of how many. */
export const Ratio = z.object({ passed: count, of: count });
export type Ratio = z.infer<typeof Ratio>;

const GroupScores = z.object({ micro: Ratio, macro: Ratio });

export const Scores = z.object({
  delivery: Ratio,
  commonsense: GroupScores,
  hard: GroupScores,
  final: Ratio,
  /** By the code of the constraint. */
  rules: z.record(z.string(), Ratio.extend({ group: Group })),
});
export type Scores = z.infer<typeof Scores>;

/** Returns the scores of these wishes. */
export function scoresOf(results: readonly Scored[]): Scores {
  return {
    delivery: ratioOf(results.map(({ delivered }) => delivered)),
    commonsense: groupScores(results, "commonsense"),
    hard: groupScores(results, "hard"),
    final: ratioOf(results.map((result) => passesAll(result, Group.options))),
    rules: ruleScores(results),
  };
}

function groupScores(results: readonly Scored[], group: Group): z.infer<typeof GroupScores> {
  const verdicts = results.flatMap(({ verdicts }) => Object.values(verdicts));
  return {
    micro: ratioOf(verdicts.filter((each) => each.group === group).map(({ passed }) => passed)),
    macro: ratioOf(results.map((result) => passesAll(result, [group]))),
  };
}

/** Returns whether there is a plan that passes all constraints of these groups. */
function passesAll({ delivered, verdicts }: Scored, groups: readonly Group[]): boolean {
  return delivered &&
    Object.values(verdicts).every(({ group, passed }) => passed || !groups.includes(group));
}

function ruleScores(results: readonly Scored[]): Scores["rules"] {
  const rules: Scores["rules"] = {};
  for (const { verdicts } of results) {
    for (const [code, { group, passed }] of Object.entries(verdicts)) {
      const rule = rules[code] ??= { group, passed: 0, of: 0 };
      rule.passed += Number(passed);
      rule.of++;
    }
  }
  return rules;
}

function ratioOf(passed: readonly boolean[]): Ratio {
  return { passed: passed.filter(Boolean).length, of: passed.length };
}

/** Returns a ratio as a number from 0 to 1; `null` if there is nothing to pass. */
export function rateOf({ passed, of }: Ratio): number | null {
  return of === 0 ? null : passed / of;
}
