import { assertEquals } from "@std/assert";
import { compareRuns, type Difference } from "../../../bench/eval/compare.ts";
import { EvalRun, type WishResult, type Work } from "../../../bench/eval/run.ts";
import { scoresOf } from "../../../bench/eval/scores.ts";
import { filledIn, totalsOf } from "../../../bench/eval/totals.ts";

type Members = Partial<Omit<WishResult, "work">> & { work?: Partial<Work> };

/** Returns the result of a wish that passes both of its constraints. */
function result(label: string, { work, ...members }: Members = {}): WishResult {
  return {
    label,
    kind: "itinerary",
    delivered: true,
    failure: null,
    verdicts: {
      missing_meal: { group: "commonsense", passed: true },
      pace: { group: "hard", passed: true },
    },
    findings: [],
    filled: { mapQuery: { passed: 8, of: 10 } },
    work: [{
      attempts: 1,
      turns: 1,
      toolCalls: 0,
      failedToolCalls: 0,
      latencyMs: 10_000,
      firstPartMs: 4_000,
      usage: {
        inputTokens: 1000,
        cachedTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 2000,
        reasoningTokens: 0,
        savedTokens: 0,
        costUsd: 0.01,
      },
      ...work,
    }],
    request: {},
    plan: {},
    ...members,
  };
}

function run(results: WishResult[]): EvalRun {
  return EvalRun.parse({
    generator: "openai",
    models: { itinerary: "small" },
    promptVersions: ["itinerary-3"],
    serviceTier: null,
    startedAt: "2026-11-28T12:00:00Z",
    durationMs: 20_000,
    scores: scoresOf(results),
    filled: filledIn(results),
    totals: totalsOf(results),
    results,
  });
}

const before = [result("village"), result("island")];
const { usage } = before[0]!.work[0]!;
const failure = { code: "invalid_output", message: "No plan" };
const noMeal = {
  missing_meal: { group: "commonsense", passed: false },
  pace: { group: "hard", passed: true },
} as const;
const nothing = {
  missing_meal: { group: "commonsense", passed: false },
  pace: { group: "hard", passed: false },
} as const;

const worse: [what: string, change: Members, worse: [what: string, after: string][]][] = [
  ["nothing", {}, []],
  ["a constraint", { verdicts: noMeal }, [
    ["score commonsense micro", "50 % (1 of 2)"],
    ["score commonsense macro", "50 % (1 of 2)"],
    ["score final", "50 % (1 of 2)"],
    ["rule missing_meal", "50 % (1 of 2)"],
    ["wish island", "fails missing_meal"],
  ]],
  ["a plan", { delivered: false, failure, verdicts: nothing, filled: {} }, [
    ["score delivery", "50 % (1 of 2)"],
    ["score commonsense micro", "50 % (1 of 2)"],
    ["score commonsense macro", "50 % (1 of 2)"],
    ["score hard micro", "50 % (1 of 2)"],
    ["score hard macro", "50 % (1 of 2)"],
    ["score final", "50 % (1 of 2)"],
    ["rule missing_meal", "50 % (1 of 2)"],
    ["rule pace", "50 % (1 of 2)"],
    ["wish island", "invalid_output"],
  ]],
  ["a member in less than a tenth", { filled: { mapQuery: { passed: 7, of: 10 } } }, []],
  ["a member in more than a tenth", { filled: { mapQuery: { passed: 4, of: 10 } } }, [
    ["filled mapQuery", "60 % (12 of 20)"],
  ]],
  ["a fifth of the time", { work: { latencyMs: 15_000 } }, []],
  ["more than a fifth of the time", { work: { latencyMs: 15_100 } }, [
    ["total medianLatencyMs", "12.55 s"],
  ]],
  ["the time to the first part", { work: { firstPartMs: 6_100 } }, [
    ["total medianFirstPartMs", "5.05 s"],
  ]],
  ["tokens within the tolerance", { work: { usage: { ...usage!, outputTokens: 2400 } } }, []],
  ["tokens", { work: { usage: { ...usage!, inputTokens: 1300, outputTokens: 2500 } } }, [
    ["total inputTokens", "2300"],
    ["total outputTokens", "4500"],
  ]],
  ["cost", { work: { usage: { ...usage!, costUsd: 0.013 } } }, [
    ["total costUsd", "$0.0230"],
  ]],
  ["a cost that is not known", { work: { usage: { ...usage!, costUsd: null } } }, []],
];

for (const [what, change, expected] of worse) {
  Deno.test(`compareRuns() finds what is worse and what is better: ${what}`, () => {
    const after = run([before[0]!, result("island", change)]);

    const worsened = compareRuns(run(before), after);
    const improved = compareRuns(after, run(before));

    assertEquals(worsened.worse.map(({ what, after }) => [what, after]), expected);
    assertEquals(worsened.better, []);
    assertEquals(improved.worse, []);
    const whats = (differences: Difference[]) => differences.map((each) => each.what);
    assertEquals(whats(improved.better), whats(worsened.worse));
  });
}

Deno.test("compareRuns() reports both directions of one wish", () => {
  const noPace = {
    missing_meal: { group: "commonsense", passed: true },
    pace: { group: "hard", passed: false },
  } as const;

  const { better, worse } = compareRuns(
    run([result("village", { verdicts: noMeal })]),
    run([result("village", { verdicts: noPace })]),
  );

  assertEquals(better.at(-1), {
    what: "wish village",
    before: "fails missing_meal",
    after: "passes",
  });
  assertEquals(worse.at(-1), { what: "wish village", before: "passes", after: "fails pace" });
});

Deno.test("compareRuns() compares only the wishes of both runs", () => {
  const comparison = compareRuns(
    run([before[0]!, result("old", { verdicts: nothing })]),
    run([before[0]!, result("new", { verdicts: nothing, work: { latencyMs: 90_000 } })]),
  );

  assertEquals(comparison, { better: [], worse: [], onlyBefore: ["old"], onlyAfter: ["new"] });
});

Deno.test("compareRuns() does not compare a constraint that applied in one run only", () => {
  const { pace: _, ...withoutPace } = before[0]!.verdicts;

  const { better, worse } = compareRuns(
    run([result("village", { verdicts: withoutPace })]),
    run([result("village", { verdicts: nothing })]),
  );

  assertEquals(better, []);
  assertEquals(worse.find(({ what }) => what === "wish village")?.after, "fails missing_meal");
});
