/**
 * Evaluates the plans of the configured model for 15 varied requests. Each request runs through the
 * real engine, on a database in memory. The exit code is 1 if a plan fails a hard check. Run it
 * before you keep a change of a prompt. It costs money if an API key is set.
 *
 * `deno task eval --only bundles --concurrency 4 --json`
 */
import { parseArgs } from "node:util";
import { Bundles } from "../jobs/kinds/bundles/plan.ts";
import { Itinerary } from "../jobs/kinds/itinerary/plan.ts";
import type { PublicKind } from "../jobs/kind.ts";
import { fenced } from "../jobs/kinds/text.ts";
import { systemClock } from "../lib/clock.ts";
import type { ModelProvider, ResponseRequest, ResponseTurn } from "../lib/model/model.ts";
import { createModelProvider } from "../jobs/runtime/model_provider.ts";
import { openBenchRuntime } from "./runtime.ts";
import { exitWith, readConfigOrExit } from "./start.ts";
import { type EvalResult, printReport, summarize } from "./eval_report.ts";
import { type EvalRequest, evalRequests } from "./eval_requests.ts";
import { checkBundles, checkItinerary, linksIn } from "./plan_checks.ts";

/** Short enough to measure when the first part of a plan becomes visible. */
const POLL_MS = 100;

/** How many bundles the prompt asks for. */
const bundleCount = { min: 3, max: 5 };

const options = readOptions();
const config = await readConfigOrExit();
/** The links that tools returned, by the user message. */
const toolLinks = new Map<unknown, Set<string>>();
/** The last text of the model, by the user message. */
const lastTexts = new Map<unknown, string>();
const kv = await Deno.openKv(":memory:");
const { jobs, instance, ...runtime } = openBenchRuntime(kv, {
  config: {
    ...config,
    concurrency: options.concurrency,
    // One instance needs no queue, and placeholders must not replace plans of the model.
    doorbell: "sweep",
    mockIfQuota: false,
  },
  model: withRecordedLinks(createModelProvider(config, systemClock)),
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
      /** The kind of job. Unset: both kinds. */
      only: { type: "string" },
      /** Prints one JSON document instead of the table. */
      json: { type: "boolean", default: false },
      /** How many jobs run at once. All of them share the rate limits of the model. */
      concurrency: { type: "string", default: "4" },
    },
  });
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    exitWith("--concurrency must be a whole number from 1");
  }
  if (values.only !== undefined && !evalRequests.some(({ kind }) => kind === values.only)) {
    exitWith("--only must be itinerary or bundles");
  }
  return { ...values, concurrency };
}

/** Returns the same models, and records the links that tools return to them. */
function withRecordedLinks(provider: ModelProvider): ModelProvider {
  return (samplePlan, sampleReasoning) => {
    const model = provider(samplePlan, sampleReasoning);
    return {
      ...model,
      async respond(request, options) {
        const turn = await model.respond(request, options);
        recordLinks(request, turn);
        return turn;
      },
    };
  };
}

/** Records the links of tool outputs. Those of hosted tools are part of the model's output. */
function recordLinks({ input }: ResponseRequest, { output, text }: ResponseTurn): void {
  const userMessage = input[0]?.content;
  const links = toolLinks.get(userMessage) ?? new Set();
  toolLinks.set(userMessage, links);
  const returned = input.filter(({ type }) => type === "function_call_output");
  const found = [
    ...returned.flatMap((item) => linksIn(String(item.output))),
    ...linksIn(JSON.stringify(output, withoutModelText)),
  ];
  for (const link of found) links.add(link);
  if (text !== null) lastTexts.set(userMessage, text);
}

/** Omits the members that contain text of the model. */
function withoutModelText(key: string, value: unknown): unknown {
  return key === "text" || key === "arguments" ? undefined : value;
}

async function evaluate(evalRequest: EvalRequest): Promise<EvalResult> {
  const { label, language, request } = evalRequest;
  const kind = kinds.get(evalRequest.kind)!;
  const submitted = await jobs.submit(kind, kind.request.parse(request));
  if (submitted.outcome !== "accepted") throw new Error(`${label}: ${submitted.outcome}`);
  const { id } = submitted.job;
  const { job, plan, firstPartAt } = await untilEnded(kind, id);
  // A real model takes minutes, so this shows progress. Standard output is for the results.
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

/** Polls a job like a client until it ends. */
async function untilEnded(kind: PublicKind, id: string) {
  let firstPartAt: number | null = null;
  for (;;) {
    const { job, progress, result: plan } = (await jobs.read(kind, id))!;
    if (progress.partial.length > 0) firstPartAt ??= Date.now();
    if ("finishedAt" in job) {
      // The end of the job shows all parts.
      if (plan) firstPartAt = Math.min(firstPartAt ?? Infinity, job.finishedAt);
      return { job, plan, firstPartAt };
    }
    await systemClock.wait(POLL_MS);
  }
}

/** Checks a plan. The report is `null` if the plan does not match its schema. */
function check({ kind, request }: EvalRequest, plan: unknown) {
  if (kind === "itinerary") {
    const days = request.durationDays;
    const { data } = Itinerary.safeParse(plan);
    return { asked: String(days), report: data ? checkItinerary(data, { days }) : null };
  }
  const { min, max } = bundleCount;
  const userMessage = fenced(request);
  const recorded = {
    links: toolLinks.get(userMessage) ?? new Set(),
    written: lastTexts.get(userMessage),
  };
  const { data } = Bundles.safeParse(plan);
  const report = data ? checkBundles(data, { min, max, ...recorded }) : null;
  return { asked: `${min}-${max}`, report };
}
