/**
 * Evaluates the plans of the configured model. It sends varied wishes through the real engine, on a
 * database in memory. It measures each plan by the rules of the plan review and by what the wish asks
 * for. The exit code is 1 if a wish gets no plan, or if a model falls for a trap. Run it before you
 * keep a change of a prompt. It costs money if an API key is set.
 *
 * `deno task eval --only bundles --wishes weekend --out after.json --compare before.json`
 */
import { parseArgs } from "node:util";
import { createModelProvider } from "../../jobs/runtime/model_provider.ts";
import { isoTime, systemClock } from "../../lib/clock.ts";
import type { Config } from "../../lib/config.ts";
import { openBenchRuntime } from "../runtime.ts";
import { exitWith, readConfigOrExit } from "../start.ts";
import { compareRuns } from "./compare.ts";
import { comparisonReport, type Output, reportOf } from "./report.ts";
import { EvalRun, type WishResult } from "./run.ts";
import { scoresOf } from "./scores.ts";
import { filledIn, totalsOf } from "./totals.ts";
import { trapCodes, type Wish } from "./wish.ts";
import { WishRunner } from "./wish_runner.ts";
import { wishesOn } from "./wishes.ts";

/** OpenAI recommends this timeout for a call in the tier `flex`. */
const FLEX_CALL_MS = 15 * 60 * 1000;

/** Bundles take about five calls. */
const FLEX_JOB_MS = 5 * FLEX_CALL_MS;

const options = readOptions();
const config = withTier(await readConfigOrExit());
const startedAt = isoTime(systemClock.now());
const wishes = chosenWishes(startedAt.slice(0, "YYYY-MM-DD".length));
const stored = options.compare === undefined ? null : await readRun(options.compare);
if (options.out !== undefined) await expectWritable(options.out);

const run = await evaluate();
if (options.out !== undefined) await Deno.writeTextFile(options.out, jsonOf(run));
const comparison = stored && compareRuns(stored, run);
if (options.json) console.log(jsonOf(comparison ? { ...run, comparison } : run).trimEnd());
else {
  const output = outputOf();
  console.log(reportOf(run, output));
  if (comparison) console.log(`\n${comparisonReport(comparison, { ...output, stored: stored! })}`);
}
if (!run.results.every(isAcceptable)) Deno.exitCode = 1;

function readOptions() {
  const values = readArguments();
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    exitWith("--concurrency must be a whole number from 1");
  }
  if (values.only !== undefined && !["itinerary", "bundles"].includes(values.only)) {
    exitWith("--only must be itinerary or bundles");
  }
  return { ...values, concurrency };
}

function readArguments() {
  try {
    return parseArguments();
  } catch (error) {
    exitWith(messageOf(error));
  }
}

function parseArguments() {
  const { values } = parseArgs({
    options: {
      /** The kind of job. Unset: both kinds. */
      only: { type: "string" },
      /** A part of the labels of the wishes, or several with commas. Unset: all wishes. */
      wishes: { type: "string" },
      /** How many jobs run at once. All of them share the rate limits of the model. */
      concurrency: { type: "string", default: "4" },
      /** Asks for the service tier `flex`: about half the price, but slow. */
      flex: { type: "boolean", default: false },
      /** Prints one JSON document instead of the tables. */
      json: { type: "boolean", default: false },
      /** Writes the JSON document to this file. */
      out: { type: "string" },
      /** Says what is better and worse than in this file of an earlier run. */
      compare: { type: "string" },
    },
  });
  return values;
}

function chosenWishes(today: string): Wish[] {
  const parts = options.wishes?.split(",").map((part) => part.trim()) ?? [""];
  const chosen = wishesOn(today).filter(({ kind, label }) =>
    kind === (options.only ?? kind) && parts.some((part) => label.includes(part))
  );
  if (chosen.length === 0) exitWith(`No wish has "${options.wishes}" in its label`);
  return chosen;
}

/** Asks for the tier `flex`. A server that does not know the member is asked again without it. */
function withTier(config: Config): Config {
  if (!options.flex) return config;
  const { openai, limits } = config;
  return {
    ...config,
    openai: {
      ...openai,
      serviceTier: "flex",
      timeoutMs: Math.max(openai.timeoutMs, FLEX_CALL_MS),
      // A call may wait in silence until there is room.
      idleMs: Math.max(openai.idleMs, FLEX_CALL_MS),
    },
    limits: { ...limits, timeoutMs: Math.max(limits.timeoutMs, FLEX_JOB_MS) },
  };
}

async function readRun(path: string): Promise<EvalRun> {
  try {
    return EvalRun.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    exitWith(`${path} is no stored evaluation: ${messageOf(error)}`);
  }
}

/** Ends the process if a file cannot be written: a run of a model is too expensive to be lost. */
async function expectWritable(path: string): Promise<void> {
  try {
    const file = await Deno.open(path, { create: true, append: true });
    file.close();
  } catch (error) {
    exitWith(`--out cannot be written: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function evaluate(): Promise<EvalRun> {
  const kv = await Deno.openKv(":memory:");
  const { jobs, instance, kinds } = openBenchRuntime(kv, {
    config: {
      ...config,
      concurrency: options.concurrency,
      // One instance needs no queue, and placeholders must not replace plans of the model.
      doorbell: "sweep",
      mockIfQuota: false,
    },
    model: createModelProvider(config, systemClock),
  });
  const runner = new WishRunner({ jobs, kinds, clock: systemClock });
  instance.start();
  const began = performance.now();
  const results = await Promise.all(wishes.map(async (wish) => {
    const result = await runner.run(wish);
    // A real model takes minutes, so this shows progress. Standard output is for the results.
    console.error(`${result.label}: ${result.delivered ? "a plan" : "no plan"}`);
    return result;
  }));
  const durationMs = Math.round(performance.now() - began);
  await instance.stop(0);
  kv.close();
  return {
    generator: config.generator,
    models: { itinerary: config.itineraryModel, bundles: config.bundlesModel },
    promptVersions: kinds.map(({ promptVersion }) => promptVersion),
    serviceTier: config.openai.serviceTier ?? null,
    startedAt,
    durationMs,
    scores: scoresOf(results),
    filled: filledIn(results),
    totals: totalsOf(results),
    results,
  };
}

/**
 * Returns whether there is a plan, and it has not fallen for a trap. Traps are for models: the sample
 * generator does not read them.
 */
function isAcceptable({ delivered, verdicts }: WishResult): boolean {
  return delivered && (config.generator === "sample" ||
    trapCodes.every((code) => verdicts[code]?.passed !== false));
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function outputOf(): Output {
  const isTerminal = Deno.stdout.isTerminal();
  return {
    columns: isTerminal ? Deno.consoleSize().columns : null,
    hasColors: isTerminal && !Deno.noColor,
  };
}
