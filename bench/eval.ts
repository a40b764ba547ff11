/**
 * What the configured model makes of a dozen varied requests: each runs through the real engine, on
 * a database in memory, and its plan is checked. Ends with an error if a plan fails a hard check, so
 * that a change of a prompt can be tried before it is kept. Costs money if there is a key.
 *
 * `deno task eval --only bundles --concurrency 4 --json`
 */
import { parseArgs } from "node:util";
import { Bundles } from "../jobs/kinds/bundles/kind.ts";
import { Itinerary } from "../jobs/kinds/itinerary/kind.ts";
import type { PublicKind } from "../jobs/kind.ts";
import { fenced } from "../jobs/kinds/text.ts";
import { systemClock } from "../lib/clock.ts";
import { ConfigError, readConfig } from "../lib/config.ts";
import type { ModelProvider, ResponseRequest, ResponseTurn } from "../lib/model/model.ts";
import { createModelProvider } from "../jobs/model_provider.ts";
import { openBenchRuntime } from "./runtime.ts";
import { type EvalResult, printReport, summarize } from "./eval_report.ts";
import { type EvalRequest, evalRequests } from "./eval_requests.ts";
import { checkBundles, checkItinerary, linksIn } from "./plan_checks.ts";

/** As often as somebody looks who does not want to miss the first part of a plan. */
const POLL_MS = 100;

/** How many bundles the prompt asks for. */
const bundleCount = { min: 3, max: 5 };

const options = readOptions();
const config = readConfigOrExit();
/** What tools have returned, by the wish as the model has seen it. */
const toolLinks = new Map<unknown, Set<string>>();
/** What the model has written last, by the wish that it is about. */
const written = new Map<unknown, string>();
const kv = await Deno.openKv(":memory:");
const { jobs, instance, ...runtime } = openBenchRuntime(kv, {
  config: {
    ...config,
    concurrency: options.concurrency,
    // One instance needs no queue, and a placeholder says nothing about a prompt.
    doorbell: "sweep",
    mockIfQuota: false,
  },
  model: heard(createModelProvider(config, systemClock)),
});
const kinds = new Map(runtime.kinds.map((kind) => [kind.name, kind]));

instance.start();
const startedAt = performance.now();
const requests = evalRequests.filter(({ kind }) => kind === (options.only ?? kind));
const results = await Promise.all(requests.map(evaluate));
const durationMs = Math.round(performance.now() - startedAt);
await instance.stop(0);
kv.close();

const summary = {
  generator: config.generator,
  models: { itinerary: config.itineraryModel, bundles: config.bundlesModel },
  promptVersions: runtime.kinds.map(({ promptVersion }) => promptVersion),
  durationMs,
  ...summarize(results),
};
if (options.json) console.log(JSON.stringify({ ...summary, results }, null, 2));
else printReport(results, summary);
if (summary.passed < summary.requests) Deno.exitCode = 1;

function readOptions() {
  const { values } = parseArgs({
    options: {
      /** The kind of job; unset, both. */
      only: { type: "string" },
      /** One JSON document instead of the table. */
      json: { type: "boolean", default: false },
      /** How many jobs run at once: rate limits are for all of them together. */
      concurrency: { type: "string", default: "4" },
    },
  });
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    giveUp("--concurrency is no number above 0");
  }
  if (values.only !== undefined && !evalRequests.some(({ kind }) => kind === values.only)) {
    giveUp("--only is neither itinerary nor bundles");
  }
  return { ...values, concurrency };
}

function readConfigOrExit() {
  try {
    return readConfig({ dev: false });
  } catch (error) {
    if (error instanceof ConfigError) giveUp(error.message);
    throw error;
  }
}

/** Ends the process with one line that says why it cannot start. */
function giveUp(reason: string): never {
  console.error(`Cannot start: ${reason}`);
  Deno.exit(1);
}

/** The same models; what tools return to them is noted. */
function heard(provider: ModelProvider): ModelProvider {
  return (samplePlan, sampleReasoning) => {
    const model = provider(samplePlan, sampleReasoning);
    return {
      ...model,
      async respond(request, options) {
        const turn = await model.respond(request, options);
        noteLinks(request, turn);
        return turn;
      },
    };
  };
}

/** Hosted tools return their links within the model's own output. */
function noteLinks({ input }: ResponseRequest, { output, text }: ResponseTurn): void {
  const wish = input[0]?.content;
  const links = toolLinks.get(wish) ?? new Set();
  toolLinks.set(wish, links);
  const returned = input.filter(({ type }) => type === "function_call_output");
  const found = [
    ...returned.flatMap((item) => linksIn(String(item.output))),
    ...linksIn(JSON.stringify(output, withoutWords)),
  ];
  for (const link of found) links.add(link);
  if (text !== null) written.set(wish, text);
}

/** Leaves out what the model itself has written. */
function withoutWords(key: string, value: unknown): unknown {
  return key === "text" || key === "arguments" ? undefined : value;
}

async function evaluate(evalRequest: EvalRequest): Promise<EvalResult> {
  const { label, language, request } = evalRequest;
  const kind = kinds.get(evalRequest.kind)!;
  const submitted = await jobs.submit(kind, kind.request.parse(request));
  if (submitted.outcome !== "accepted") throw new Error(`${label}: ${submitted.outcome}`);
  const { id } = submitted.job;
  const { job, plan, firstPartAt } = await untilEnded(kind, id);
  // A real model takes minutes; standard output is for the results.
  console.error(`${label}: ${job.state}`);
  const { events } = (await jobs.timeline(kind, id))!;
  const steps = events.filter((event) => event.event === "step");
  const startedAt = job.startedAt ?? job.createdAt;
  const { asked, report } = check(evalRequest, plan);
  return {
    label,
    kind: kind.name,
    request,
    passed: report !== null && report.hasRightCount && report.isNumbered !== false &&
      report.isAscending !== false,
    failure: job.state === "failed" ? job.failure : null,
    asked,
    report,
    language,
    turns: steps.filter(({ turn }) => turn).length,
    toolCalls: steps.filter(({ tool }) => tool).length,
    failedToolCalls: steps.filter(({ tool }) => tool?.failed).length,
    attempts: job.attempt,
    latencyMs: job.finishedAt - startedAt,
    firstPartMs: firstPartAt && firstPartAt - startedAt,
    usage: job.usage,
    plan,
  };
}

/** Looks at a job as a client does, until it has ended. */
async function untilEnded(kind: PublicKind, id: string) {
  let firstPartAt: number | null = null;
  for (;;) {
    const { job, progress, result: plan } = (await jobs.read(kind, id))!;
    if (progress.partial.length > 0) firstPartAt ??= Date.now();
    if ("finishedAt" in job) {
      // Whoever has seen no part of it sees it whole.
      if (plan) firstPartAt = Math.min(firstPartAt ?? Infinity, job.finishedAt);
      return { job, plan, firstPartAt };
    }
    await systemClock.wait(POLL_MS);
  }
}

/** Checks a plan, if it is one. */
function check({ kind, request }: EvalRequest, plan: unknown) {
  if (kind === "itinerary") {
    const days = request.durationDays;
    const { data } = Itinerary.safeParse(plan);
    return { asked: String(days), report: data ? checkItinerary(data, { days }) : null };
  }
  const { min, max } = bundleCount;
  const wish = fenced(request);
  const seen = { links: toolLinks.get(wish) ?? new Set(), written: written.get(wish) };
  const { data } = Bundles.safeParse(plan);
  const report = data ? checkBundles(data, { min, max, ...seen }) : null;
  return { asked: `${min}-${max}`, report };
}
