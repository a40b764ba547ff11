/**
 * Prints the results of an evaluation as a table and as totals.
 * @module
 */
import type { JobUsage } from "../lib/usage.ts";
import type { PlanReport } from "./plan_checks.ts";

/** The result of one request. */
export interface EvalResult {
  label: string;
  kind: string;
  request: unknown;
  /** Whether the plan passed all hard checks. */
  passed: boolean;
  /** Why there is no plan. */
  failure: { code: string; message: string } | null;
  /** The requested number of days or bundles. */
  asked: string;
  /** `null` if there is no plan. */
  report: PlanReport | null;
  language: string;
  turns: number;
  toolCalls: number;
  failedToolCalls: number;
  attempts: number;
  /** From the first claim to the end. */
  latencyMs: number;
  /** From the first claim to the time at which a client could see a finished part. */
  firstPartMs: number | null;
  usage: JobUsage | null;
  plan: unknown;
}

/** Returns the totals of all results. */
export function summarize(results: EvalResult[]) {
  const sum = (value: (result: EvalResult) => number | undefined) =>
    results.reduce((total, result) => total + (value(result) ?? 0), 0);
  return {
    requests: results.length,
    passed: sum(({ passed }) => Number(passed)),
    repeats: sum(({ report }) => report?.repeats.length),
    inventedLinks: sum(({ report }) => report?.inventedLinks.length),
    wrongLanguage: sum(({ report, language }) => report ? Number(report.language !== language) : 0),
    turns: sum(({ turns }) => turns),
    toolCalls: sum(({ toolCalls }) => toolCalls),
    inputTokens: sum(({ usage }) => usage?.inputTokens),
    cachedTokens: sum(({ usage }) => usage?.cachedTokens),
    cacheWriteTokens: sum(({ usage }) => usage?.cacheWriteTokens),
    outputTokens: sum(({ usage }) => usage?.outputTokens),
    reasoningTokens: sum(({ usage }) => usage?.reasoningTokens),
    /** `null` if the cost of an answer is not known. */
    costUsd: results.every(({ usage }) => usage !== null && usage.costUsd !== null)
      ? sum(({ usage }) => usage!.costUsd!)
      : null,
  };
}

/** Prints the table, the failures and faults, and the totals. */
export function printReport(
  results: EvalResult[],
  summary: ReturnType<typeof summarize> & {
    generator: string;
    promptVersions: string[];
    durationMs: number;
  },
): void {
  console.table(Object.fromEntries(results.map((result) => [result.label, rowOf(result)])));
  for (const { label, failure, report } of results) {
    if (failure) console.log(`${label}: ${failure.code}: ${failure.message}`);
    if (report?.repeats.length) console.log(`${label} repeats: ${report.repeats.join(", ")}`);
    if (report?.inventedLinks.length) {
      console.log(`${label} invents: ${report.inventedLinks.join(", ")}`);
    }
  }
  const { requests, passed, costUsd } = summary;
  console.log(`
generator ${summary.generator}, prompts ${summary.promptVersions.join(", ")}: \
${seconds(summary.durationMs)} s, ${summary.turns} turns, ${summary.toolCalls} tool calls
tokens: input ${summary.inputTokens}, of these cached ${summary.cachedTokens} \
and written to the cache ${summary.cacheWriteTokens}; \
output ${summary.outputTokens}, of these reasoning ${summary.reasoningTokens}; \
cost ${costUsd === null ? "unknown" : `$${costUsd.toFixed(4)}`}
repeats: ${summary.repeats}, invented links: ${summary.inventedLinks}, \
plans in the wrong language: ${summary.wrongLanguage}
${passed} of ${requests} requests passed all hard checks (schema, count, numbering, ascending times)`);
}

/** Returns one row of the table, without unknown values. */
function rowOf(result: EvalResult): Record<string, unknown> {
  const { report, usage, failedToolCalls: failed, language } = result;
  const row = {
    kind: result.kind,
    passed: result.passed,
    schema: report ? "valid" : result.failure?.code ?? "wrong",
    parts: `${report?.parts ?? 0}/${result.asked}`,
    numbered: report?.isNumbered,
    ascending: report?.isAscending,
    repeats: report?.repeats.length,
    "invented links": report?.inventedLinks.length,
    language: report &&
      (report.language === language ? language : `${report.language}, not ${language}`),
    costs: report?.costs && `${report.costs.known}/${report.costs.of}`,
    turns: result.turns,
    tools: failed === 0 ? result.toolCalls : `${result.toolCalls}, ${failed} failed`,
    "first part, s": result.firstPartMs === null ? null : seconds(result.firstPartMs),
    "all, s": seconds(result.latencyMs),
    input: usage?.inputTokens,
    cached: usage?.cachedTokens,
    output: usage?.outputTokens,
    reasoning: usage?.reasoningTokens,
    "cost, $": usage?.costUsd?.toFixed(4),
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value != null));
}

function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(2));
}
