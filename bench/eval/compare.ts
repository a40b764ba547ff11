/**
 * Compares two evaluations: what got better, and what got worse.
 * @module
 */
import { ownCodes } from "./checks.ts";
import { activityMembers, eventMembers } from "./plan_view.ts";
import { ruleTerms } from "./rule_checks.ts";
import type { EvalRun, Totals, WishResult } from "./run.ts";
import { rateOf, type Ratio, type Scores, scoresOf } from "./scores.ts";
import { filledIn, totalsOf } from "./totals.ts";
import { trapCodes } from "./wish.ts";

/** A difference between two runs. */
export interface Difference {
  /** `score`, `rule`, `wish`, `filled`, or `total`, and its name. */
  what: string;
  before: string;
  after: string;
}

export interface Comparison {
  better: Difference[];
  worse: Difference[];
  /** The labels of wishes that only one of the runs has. They do not count. */
  onlyBefore: string[];
  onlyAfter: string[];
}

/**
 * Smaller relative changes say nothing: two runs of the same prompt differ as much. Servers vary
 * more in time than in the length of what they write.
 */
const tolerances = { time: 0.2, use: 0.1 };

/** The totals that are compared. For each, less is better. */
const compared: [name: keyof Totals, tolerance: number, format: (value: number) => string][] = [
  ["medianLatencyMs", tolerances.time, (ms) => `${seconds(ms)} s`],
  ["medianFirstPartMs", tolerances.time, (ms) => `${seconds(ms)} s`],
  ["inputTokens", tolerances.use, String],
  ["outputTokens", tolerances.use, String],
  ["costUsd", tolerances.use, (usd) => `$${usd.toFixed(4)}`],
];

/**
 * A member that is filled in more often is not always a better one, so only large changes, in parts
 * of all values, are reported.
 */
const FILLED_TOLERANCE = 0.1;

/** The names of all rows that a comparison may have, but for wishes. */
export const comparedNames: ReadonlySet<string> = new Set([
  ...Object.keys(ratiosOf(scoresOf([]))),
  ...[...Object.keys(ruleTerms), ...ownCodes, ...trapCodes].map((code) => `rule ${code}`),
  ...[...activityMembers, ...eventMembers].map((member) => `filled ${member}`),
  ...compared.map(([name]) => `total ${name}`),
]);

/** Compares the wishes that both runs have. */
export function compareRuns(before: EvalRun, after: EvalRun): Comparison {
  const [old, now] = [before.results, after.results].map(byLabel) as [Results, Results];
  const labels = [...now.keys()].filter((label) => old.has(label));
  const [shared, sharedNow] = [old, now].map((results) =>
    labels.map((label) => results.get(label)!)
  ) as [WishResult[], WishResult[]];
  const comparison: Comparison = {
    better: [],
    worse: [],
    onlyBefore: [...old.keys()].filter((label) => !now.has(label)),
    onlyAfter: [...now.keys()].filter((label) => !old.has(label)),
  };
  compareScores(comparison, scoresOf(shared), scoresOf(sharedNow));
  labels.forEach((label) => compareWish(comparison, old.get(label)!, now.get(label)!));
  compareFilled(comparison, filledIn(shared), filledIn(sharedNow));
  compareTotals(comparison, totalsOf(shared), totalsOf(sharedNow));
  return comparison;
}

type Results = Map<string, WishResult>;

function byLabel(results: readonly WishResult[]): Results {
  return new Map(results.map((result) => [result.label, result]));
}

function compareScores(comparison: Comparison, before: Scores, after: Scores): void {
  const [old, now] = [before, after].map(ratiosOf) as [Ratios, Ratios];
  for (const [what, ratio] of Object.entries(now)) {
    if (old[what]) compareRatios(comparison, what, { before: old[what], after: ratio });
  }
}

type Ratios = Record<string, Ratio>;

/** Returns all ratios of the scores by their names. */
function ratiosOf({ delivery, commonsense, hard, final, rules }: Scores): Ratios {
  return {
    "score delivery": delivery,
    "score commonsense micro": commonsense.micro,
    "score commonsense macro": commonsense.macro,
    "score hard micro": hard.micro,
    "score hard macro": hard.macro,
    "score final": final,
    ...Object.fromEntries(
      Object.entries(rules).map(([code, ratio]) => [`rule ${code}`, ratio]),
    ),
  };
}

function compareRatios(
  comparison: Comparison,
  what: string,
  { before, after, tolerance = 0 }: { before: Ratio; after: Ratio; tolerance?: number },
): void {
  const [old, now] = [rateOf(before), rateOf(after)];
  if (old === null || now === null || Math.abs(now - old) <= tolerance) return;
  const difference = { what, before: percent(before), after: percent(after) };
  (now > old ? comparison.better : comparison.worse).push(difference);
}

/** Lists the constraints that a wish passes now and did not pass before, and the other way round. */
function compareWish(comparison: Comparison, before: WishResult, after: WishResult): void {
  const what = `wish ${after.label}`;
  if (before.delivered !== after.delivered) {
    const list = after.delivered ? comparison.better : comparison.worse;
    list.push({ what, before: deliveryOf(before), after: deliveryOf(after) });
    return;
  }
  const codes = Object.keys(after.verdicts).filter((code) => before.verdicts[code]);
  const flipped = (passed: boolean) =>
    codes.filter((code) =>
      after.verdicts[code]!.passed === passed && before.verdicts[code]!.passed !== passed
    ).join(", ");
  const [passed, failed] = [flipped(true), flipped(false)];
  if (passed) comparison.better.push({ what, before: `fails ${passed}`, after: "passes" });
  if (failed) comparison.worse.push({ what, before: "passes", after: `fails ${failed}` });
}

function deliveryOf({ delivered, failure }: WishResult): string {
  return delivered ? "a plan" : failure?.code ?? "no plan";
}

function compareFilled(comparison: Comparison, before: Ratios, after: Ratios): void {
  for (const [name, ratio] of Object.entries(after)) {
    const old = before[name];
    if (!old) continue;
    compareRatios(comparison, `filled ${name}`, {
      before: old,
      after: ratio,
      tolerance: FILLED_TOLERANCE,
    });
  }
}

function compareTotals(comparison: Comparison, before: Totals, after: Totals): void {
  for (const [name, tolerance, format] of compared) {
    const [old, now] = [before[name], after[name]];
    if (old === null || now === null) continue;
    // The larger one, so that the same two runs differ in both orders.
    if (Math.abs(now - old) <= tolerance * Math.max(now, old)) continue;
    const list = now < old ? comparison.better : comparison.worse;
    list.push({ what: `total ${name}`, before: format(old), after: format(now) });
  }
}

/** Returns a ratio for people: `80 % (4 of 5)`. */
export function percent(ratio: Ratio): string {
  const rate = rateOf(ratio);
  return rate === null ? "–" : `${Math.round(100 * rate)} % (${ratio.passed} of ${ratio.of})`;
}

/** Returns milliseconds as seconds. */
export function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(2));
}
