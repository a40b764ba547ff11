/**
 * Asks the configured model for one tiny plan of each kind, and prints what the server supports. Run
 * it before you trust a new server or model with jobs. The exit code is 1 if a plan fails. It costs
 * a few cents if the server costs money.
 *
 * `deno task probe --json`
 */
import { configure, type LogRecord } from "@logtape/logtape";
import { parseArgs } from "node:util";
import type { PublicKind } from "../jobs/kind.ts";
import { createModelProvider } from "../jobs/runtime/model_provider.ts";
import { systemClock } from "../lib/clock.ts";
import { isEnded } from "../lib/job/job_record.ts";
import type { CallOptions, ModelProvider } from "../lib/model/model.ts";
import { openBenchRuntime } from "./runtime.ts";
import { exitWith, readConfigOrExit } from "./start.ts";

/** The smallest useful request of each kind. */
const requests: Record<string, unknown> = {
  itinerary: { destination: "Ghent, Belgium", durationDays: 1 },
  bundles: { preferences: { interests: ["music"], timeframe: "This weekend, in Ghent" } },
};

/** What was observed of one kind. */
interface Observed {
  kind: string;
  model: string;
  /** `completed`, or the code of the failure. */
  result: string;
  /** Turns of the model. Requests that the server refused are not counted. */
  turns: number;
  seconds: number;
  /** After how many seconds the first text arrived; `null` if all came at the end. */
  firstTextSeconds: number | null;
  /** Whether the server reports tokens. */
  usage: boolean;
  /** What the server refused, so that it was omitted or translated. */
  notSupported: string;
  /** What to do about a failure. */
  hint: string;
}

const { values: options } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const config = await readConfigOrExit();
if (config.generator !== "openai") exitWith("no model is configured, set OPENAI_API_KEY");
const refused: string[] = [];
await configure({
  sinks: { refusals: remember },
  loggers: [
    { category: ["tripwright", "model"], lowestLevel: "info", sinks: ["refusals"] },
    { category: ["logtape", "meta"], lowestLevel: "warning", sinks: [] },
  ],
});
const results: Observed[] = [];
for (const name of Object.keys(requests)) results.push(await probe(name));
if (options.json) console.log(JSON.stringify(results, null, 2));
else print(results);
if (results.some(({ result }) => result !== "completed")) Deno.exitCode = 1;

function remember({ properties }: LogRecord): void {
  if (typeof properties.what === "string") refused.push(properties.what);
}

/** Runs one job through the real engine, on a database in memory. */
async function probe(name: string): Promise<Observed> {
  const heard = { turns: 0, firstTextAt: null as number | null, lastTextAt: null as number | null };
  const kv = await Deno.openKv(":memory:");
  const { jobs, instance, kinds } = openBenchRuntime(kv, {
    config: {
      ...config,
      doorbell: "sweep",
      mockIfQuota: false,
      limits: { ...config.limits, maxAttempts: 1 },
    },
    model: observing(createModelProvider(config, systemClock), heard),
  });
  const kind = kinds.find((kind) => kind.name === name)!;
  refused.length = 0;
  const startedAt = performance.now();
  const snapshot = await runJob({ jobs, instance }, kind, requests[name]);
  const endedAt = performance.now();
  await instance.stop(0);
  kv.close();
  const { job, progress } = snapshot;
  const failure = job.state === "failed" ? job.failure : null;
  const isLive = heard.firstTextAt !== null && heard.firstTextAt !== heard.lastTextAt;
  return {
    kind: name,
    model: name === "itinerary" ? config.itineraryModel : config.bundlesModel,
    result: failure ? failure.code : job.state === "succeeded" ? "completed" : job.state,
    turns: heard.turns,
    seconds: toSeconds(endedAt - startedAt),
    firstTextSeconds: isLive ? toSeconds(heard.firstTextAt! - startedAt) : null,
    usage: (progress.usage?.outputTokens ?? 0) > 0,
    notSupported: [...new Set(refused)].join("; "),
    hint: failure ? `${failure.message}. ${failure.hint}` : "",
  };
}

/** Runs a job to its end. */
async function runJob(
  { jobs, instance }: Pick<ReturnType<typeof openBenchRuntime>, "jobs" | "instance">,
  kind: PublicKind,
  request: unknown,
) {
  const submitted = await jobs.submit(kind, kind.request.parse(request));
  if (submitted.outcome !== "accepted") exitWith(`the job was refused: ${submitted.outcome}`);
  instance.start();
  for (;;) {
    const snapshot = await jobs.read(kind, submitted.job.id);
    if (snapshot && isEnded(snapshot.job)) return snapshot;
    await systemClock.wait(100);
  }
}

/** Returns the same models, and records when text arrives. */
function observing(
  provider: ModelProvider,
  heard: { turns: number; firstTextAt: number | null; lastTextAt: number | null },
): ModelProvider {
  const hear = (options: CallOptions): CallOptions => ({
    ...options,
    async onEvent(event) {
      if (event.type === "text") {
        heard.lastTextAt = performance.now();
        heard.firstTextAt ??= heard.lastTextAt;
      }
      await options.onEvent?.(event);
    },
  });
  const counted = <T>(turn: T): T => {
    heard.turns++;
    return turn;
  };
  return (...samples) => {
    const model = provider(...samples);
    return {
      ...model,
      chat: async (request, options) => counted(await model.chat(request, hear(options))),
      respond: async (request, options) => counted(await model.respond(request, hear(options))),
    };
  };
}

function toSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

function print(results: Observed[]): void {
  console.log(`server: ${config.openai.baseUrl ?? "OpenAI"}`);
  console.table(Object.fromEntries(results.map(({ kind, hint: _, ...row }) => [kind, {
    ...row,
    firstTextSeconds: row.firstTextSeconds ?? "only at the end",
    usage: row.usage ? "reported" : "not reported",
    notSupported: row.notSupported || "nothing",
  }])));
  for (const { kind, hint } of results) if (hint) console.log(`${kind}: ${hint}`);
}
