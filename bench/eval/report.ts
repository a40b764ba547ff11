/**
 * Prints an evaluation as tables.
 * @module
 */
import { type Column, paint, tableOf } from "../../ops/admin/table.ts";
import { type Comparison, type Difference, percent, seconds } from "./compare.ts";
import type { EvalRun, WishResult, Work } from "./run.ts";
import type { Group, Ratio, Scores } from "./scores.ts";
import { costOf, latencyOf } from "./totals.ts";

/** Where the tables are printed. */
export interface Output {
  /** The width; `null`: not limited. */
  columns: number | null;
  hasColors: boolean;
}

const wishColumns: Column<WishResult>[] = [
  { title: "WISH", text: ({ label }) => label },
  { title: "KIND", text: ({ kind }) => kind, isOptional: true },
  { title: "PLAN", text: planOf, color: ({ delivered }) => delivered ? undefined : "red" },
  { title: "COMMONSENSE", text: (result) => passedOf(result, "commonsense"), align: "right" },
  { title: "HARD", text: (result) => passedOf(result, "hard"), align: "right" },
  {
    title: "FAILS",
    text: ({ verdicts, delivered }) => delivered ? failedCodes(verdicts).join(", ") : "",
    color: () => "yellow",
    isShortenable: true,
  },
  count("TURNS", ({ turns }) => turns),
  { title: "TOOLS", text: toolsOf, align: "right", isOptional: true },
  {
    title: "FIRST, S",
    text: ({ work }) => textOf(work[0]?.firstPartMs, seconds),
    align: "right",
  },
  { title: "ALL, S", text: (result) => String(seconds(latencyOf(result))), align: "right" },
  count("INPUT", ({ usage }) => usage?.inputTokens),
  { ...count("CACHED", ({ usage }) => usage?.cachedTokens), isOptional: true },
  count("OUTPUT", ({ usage }) => usage?.outputTokens),
  { ...count("REASONING", ({ usage }) => usage?.reasoningTokens), isOptional: true },
  {
    title: "COST, $",
    text: ({ work }) => textOf(work.some(({ usage }) => usage) ? costOf(work) : null, dollars),
    align: "right",
  },
];

/** Returns a column with the sum over all jobs of a wish. */
function count(title: string, value: (work: Work) => number | undefined): Column<WishResult> {
  return {
    title,
    text: ({ work }) => {
      const known = work.flatMap((each) => value(each) ?? []);
      return known.length === 0 ? "" : String(known.reduce((sum, each) => sum + each, 0));
    },
    align: "right",
  };
}

function planOf({ delivered, failure }: WishResult): string {
  return delivered ? "yes" : failure?.code ?? "wrong size";
}

function passedOf({ verdicts }: WishResult, wanted: Group): string {
  const own = Object.values(verdicts).filter(({ group }) => group === wanted);
  return `${own.filter(({ passed }) => passed).length}/${own.length}`;
}

function failedCodes(verdicts: WishResult["verdicts"]): string[] {
  return Object.entries(verdicts).filter(([, { passed }]) => !passed).map(([code]) => code);
}

function toolsOf({ work }: WishResult): string {
  const calls = work.reduce((sum, { toolCalls }) => sum + toolCalls, 0);
  const failed = work.reduce((sum, { failedToolCalls }) => sum + failedToolCalls, 0);
  return failed === 0 ? String(calls) : `${calls}, ${failed} failed`;
}

function textOf(
  value: number | null | undefined,
  format: (value: number) => number | string,
): string {
  return value === null || value === undefined ? "" : String(format(value));
}

function dollars(usd: number): string {
  return usd.toFixed(4);
}

/** A line of the table of rules. */
type Row = Ratio & { name: string; group: string };

const ratioColumns: Column<Row>[] = [
  { title: "GROUP", text: ({ group }) => group },
  { title: "RULE", text: ({ name }) => name },
  {
    title: "PASSED",
    text: percent,
    color: ({ passed, of }) => passed < of ? "yellow" : undefined,
    align: "right",
  },
];

/** Returns all tables of a run, and what breaks which constraint. */
export function reportOf(run: EvalRun, output: Output): string {
  const { results, scores, filled } = run;
  const failures = results.flatMap(({ label, failure }) =>
    failure ? [`${label}: ${failure.code}: ${failure.message}`] : []
  );
  const findings = results.flatMap(({ label, findings }) =>
    findings.map(({ code, text }) => `${label}: ${code}: ${text}`)
  );
  const filledRows = Object.entries(filled).map(([name, ratio]) => ({
    group: "filled in",
    name,
    ...ratio,
  }));
  return [
    tableOf({ rows: results, columns: wishColumns }, output),
    [...failures, ...findings].join("\n"),
    tableOf({ rows: [...ruleRows(scores), ...filledRows], columns: ratioColumns }, output),
    summaryOf(run),
  ].filter(Boolean).join("\n\n");
}

function ruleRows({ rules }: Scores): Row[] {
  return Object.entries(rules)
    .map(([name, rule]) => ({ name, ...rule }))
    .toSorted((a, b) => a.group.localeCompare(b.group) || a.name.localeCompare(b.name));
}

/** Says what wrote the plans. */
function originOf({ generator, models, promptVersions, serviceTier }: EvalRun): string {
  const used = Object.entries(models).map(([kind, model]) => `${kind} ${model}`).join(", ");
  return `generator ${generator}${generator === "sample" ? "" : ` (${used})`}, ` +
    `prompts ${promptVersions.join(", ")}, service tier ${serviceTier ?? "of the account"}`;
}

function summaryOf(run: EvalRun): string {
  const { totals, scores } = run;
  const { commonsense, hard } = scores;
  const medians = [totals.medianFirstPartMs, totals.medianLatencyMs]
    .map((ms) => textOf(ms, seconds) || "–");
  return [
    originOf(run),
    `${seconds(run.durationMs)} s in all; median of a wish: first part ${medians[0]} s, ` +
    `whole plan ${medians[1]} s; ${totals.turns} turns, ${totals.toolCalls} tool calls`,
    `tokens: input ${totals.inputTokens}, of these cached ${totals.cachedTokens} and written to ` +
    `the cache ${totals.cacheWriteTokens}; output ${totals.outputTokens}, of these reasoning ` +
    `${totals.reasoningTokens}; cost ${
      totals.costUsd === null ? "unknown" : `$${dollars(totals.costUsd)}`
    }`,
    `delivery ${percent(scores.delivery)}`,
    `commonsense: micro ${percent(commonsense.micro)}, macro ${percent(commonsense.macro)}`,
    `hard: micro ${percent(hard.micro)}, macro ${percent(hard.macro)}`,
    `final ${percent(scores.final)}`,
  ].join("\n");
}

/** Returns what got better and worse since a stored run. */
export function comparisonReport(
  { better, worse, onlyBefore, onlyAfter }: Comparison,
  { stored, ...output }: Output & { stored: EvalRun },
): string {
  const columns: Column<Difference>[] = [
    { title: "WHAT", text: ({ what }) => what },
    { title: "BEFORE", text: ({ before }) => before, isShortenable: true },
    { title: "AFTER", text: ({ after }) => after, isShortenable: true },
  ];
  const section = (title: string, color: "red" | "green", rows: Difference[]) =>
    rows.length === 0
      ? `${title}: nothing`
      : `${paint(title, color, output)}:\n${tableOf({ rows, columns }, output)}`;
  return [
    `Compared with the run of ${stored.startedAt}: ${originOf(stored)}`,
    section("Better", "green", better),
    section("Worse", "red", worse),
    ...onlyBefore.length > 0 ? [`Only in the stored run: ${onlyBefore.join(", ")}`] : [],
    ...onlyAfter.length > 0 ? [`Only in this run: ${onlyAfter.join(", ")}`] : [],
  ].join("\n\n");
}
