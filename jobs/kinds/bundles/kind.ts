/**
 * Bundles: three to five bundles of events for a traveller's preferences. A reasoning model writes
 * them in turns, and calls tools between the turns.
 * @module
 */
import { z } from "zod";
import { JobError } from "../../../lib/job/failure.ts";
import type {
  FunctionCall,
  InputItem,
  ReasoningEffort,
  ResponseRequest,
  ResponseTurn,
} from "../../../lib/model/model.ts";
import { bundlesContract } from "./contract.ts";
import { BUNDLES_PROMPT_VERSION, bundlesInstructions } from "./prompt.ts";
import { sampleBundles, sampleReasoning } from "./sample.ts";
import type { JobContext, PlanParts, PublicKind } from "../../kind.ts";
import type { Places } from "../../places/places.ts";
import { promptTime } from "../prompt_time.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import { fenced } from "../text.ts";
import { objectionsToDates } from "../trip_dates.ts";
import { withPlaces } from "./event_places.ts";
import { Bundle, Bundles, MAX_BUNDLES, WrittenBundle, WrittenBundles } from "./plan.ts";
import { BundlesRequest, RequestMembers } from "./request.ts";
import { Research } from "./research.ts";
import { withSoundPrices } from "./rules/money.ts";
import { bundlesRules } from "./rules/rules.ts";
import { type FoundPlace, runTool, type Tool, ToolOutput } from "../../tools/tool.ts";

const MAX_TURNS = 10;

/** A reasoning model with tools takes 2 to 5 minutes for its turns. */
const EXPECTED_MS = 180_000;

/**
 * About five turns, each of which gets the outputs of the tools before it. Most of the output is
 * reasoning.
 */
const TYPICAL_TOKENS = { inputTokens: 50_000, outputTokens: 20_000 };

/** Further calls in one turn get an error, to protect the third-party servers behind the tools. */
const MAX_CALLS_PER_TURN = 16;

/**
 * The token limit of one turn. Five full bundles take about 6,000 tokens, the rest is reasoning.
 */
const TURN_TOKENS = 32_000;

export interface BundlesSettings {
  model: string;
  /** Unset: the default of the model. */
  effort?: ReasoningEffort | undefined;
  tools: Tool[];
  webSearch: boolean;
  /** Where the kind learns about places; unset or `null`: it asks no other service. */
  places?: Places | null;
}

/** The members of the public answer that show the plan and the reasoning. */
const ResultMembers = z.object({
  bundles: z.array(Bundle).nullable().describe("The plan; `null` until it is finished"),
  reasoningSummaries: z.array(z.string()).describe("The model's summaries of its reasoning"),
  openaiResponseId: z.string().nullable().describe("The id of the model's latest response"),
  // Absent where nothing is known, so that these answers are the same as before.
  timeZone: z.string().optional().describe(
    "The IANA time zone of the place, such as `Europe/Lisbon`; absent if it is not known",
  ),
});

/** Creates the kind of job behind `/api/generations`. */
export function bundlesKind(settings: BundlesSettings) {
  return {
    name: "bundles" as const,
    http: bundlesContract,
    request: BundlesRequest,
    example: {
      preferences: {
        interests: ["music", "nightlife"],
        musicProfile: "Electronic, House",
        timeframe: "This weekend",
        otherPreferences: "Looking for underground venues",
      },
    },
    expectedMs: EXPECTED_MS,
    typicalUse: { model: settings.model, ...TYPICAL_TOKENS },
    requestMembers: RequestMembers,
    resultMembers: ResultMembers,
    result: Bundles,
    promptVersion: BUNDLES_PROMPT_VERSION,
    generate: (request, context) => generate(request, context, settings),
    // A placeholder is stored as it is; the sample model's answer is completed again.
    sample: (request) => new Research().complete(sampleBundles(request)),
    sampleReasoning,
    objectionsTo: ({ preferences }, { now, base }) =>
      objectionsToDates(preferences, { now, path: ["preferences"], accepted: base?.preferences }),
    presentRequest: ({ preferences }) => ({ preferences }),
    presentResult: ({ result, progress }) => ({
      bundles: result?.bundles ?? null,
      reasoningSummaries: progress.reasoningSummaries,
      openaiResponseId: progress.openaiResponseId,
      ...(result?.timeZone !== undefined && { timeZone: result.timeZone }),
    }),
    itemsOf: ({ bundles }) => bundles,
    warningsOf: ({ warnings }) => warnings ?? [],
  } satisfies PublicKind<BundlesRequest, Bundles, typeof RequestMembers, typeof ResultMembers>;
}

async function generate(
  request: BundlesRequest,
  context: JobContext,
  { model, effort, tools, webSearch, places = null }: BundlesSettings,
): Promise<Bundles> {
  const research = new Research();
  const rules = bundlesRules({
    request,
    startedAt: context.startedAt,
    destination: null,
    isKnownLink: (link) => research.isKnownLink(link),
  });
  const review = new PlanReview({
    schema: WrittenBundles,
    rules: () => rules,
    maxTokens: TURN_TOKENS,
  });
  const instructions = bundlesInstructions(promptTime(context.startedAt));
  const input: InputItem[] = [{ role: "user", content: fenced(request) }];
  let previous: ResponseRequest["previous"] = null;
  const parts = partsOf(research);

  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const answer = await context.respond(`turn-${turn}`, {
      model,
      instructions,
      input,
      previous,
      format: { name: "bundles", schema: WrittenBundles },
      tools,
      webSearch: webSearch ? { city: request.preferences.city ?? null } : null,
      reasoningEffort: effort,
      maxTokens: review.maxTokens,
    }, parts);
    research.addSearches(answer.output);
    if (answer.calls.length > 0 && !answer.truncated) {
      const outputs = await callTools(answer.calls, { turn, tools, context });
      previous = addAnswer(input, answer);
      for (const { item, place } of outputs) {
        input.push(item);
        research.addOutput(item.output, place);
      }
      continue;
    }
    const verdict = await review.judge(answer, (written) =>
      withPlaces(research.complete(written), {
        places,
        step: `turn-${turn}/places`,
        labelOf: (city) => research.labelOf(city),
        context,
      }));
    if ("value" in verdict) return verdict.value;
    if (verdict.feedback !== null) {
      // OpenAI refuses reasoning that nothing follows.
      if (answer.text !== null) previous = addAnswer(input, answer);
      input.push({ role: "user", content: verdict.feedback });
    }
  }
  if (review.fallback !== null) return review.fallback;
  throw new JobError("iteration_limit", "Maximum iteration limit reached");
}

/** Returns the schema of each single bundle, for partial plans. */
function partsOf(research: Research): PlanParts {
  const part = WrittenBundle.transform((bundle) => withSoundPrices(research.completePart(bundle)));
  return {
    member: "bundles",
    noun: "bundle",
    count: null,
    schemaAt: (index) => index < MAX_BUNDLES ? part : z.never(),
  };
}

/**
 * Adds the model's answer, reasoning included, to the conversation.
 *
 * @returns the reference for the next request, if the provider has stored the answer
 */
function addAnswer(input: InputItem[], answer: ResponseTurn): ResponseRequest["previous"] {
  input.push(...answer.output);
  return answer.stored ? { responseId: answer.responseId, items: input.length } : null;
}

const TOO_MANY_CALLS: ToolOutput = {
  text: JSON.stringify({
    error: `Not called: at most ${MAX_CALLS_PER_TURN} calls are made in one turn`,
  }),
  failed: true,
};

/** The output of a call as an item of the conversation, and the place that it is about. */
interface CallOutput {
  item: { type: string; call_id: string; output: string };
  place: FoundPlace | undefined;
}

/** Runs the calls of one turn in parallel, each as its own step. */
async function callTools(
  calls: FunctionCall[],
  { turn, tools, context }: { turn: number; tools: Tool[]; context: JobContext },
): Promise<CallOutput[]> {
  const messages = calls.flatMap((call) =>
    tools.find(({ name }) => name === call.name)?.message ?? []
  );
  context.showResearch(joinMessages([...new Set(messages)]) || "Looking things up");
  return await Promise.all(calls.map(async (call, index) => {
    const { text: output, place } = index < MAX_CALLS_PER_TURN
      ? await callTool(call, { step: `turn-${turn}/tool-${index + 1}`, tools, context })
      : TOO_MANY_CALLS;
    return { item: { type: "function_call_output", call_id: call.callId, output }, place };
  }));
}

/** Joins messages: `Checking the weather and searching for events`. */
function joinMessages(messages: string[]): string {
  const text = messages.map((message, index) =>
    index === 0 ? message : message.charAt(0).toLowerCase() + message.slice(1)
  );
  return new Intl.ListFormat("en").format(text);
}

/** Returns the name for the timeline. A name that the model invented is not shown. */
function nameOf({ name }: FunctionCall, tools: Tool[]): string {
  return tools.some((tool) => tool.name === name) ? name : "unknown";
}

async function callTool(
  call: FunctionCall,
  { step, tools, context }: { step: string; tools: Tool[]; context: JobContext },
): Promise<ToolOutput> {
  return await context.step(
    step,
    ToolOutput,
    () => runTool(tools, call, context),
    ({ failed }) => ({ tool: { name: nameOf(call, tools), failed } }),
  );
}
