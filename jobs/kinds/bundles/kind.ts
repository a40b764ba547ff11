/**
 * Bundles: three to five bundles of events for a traveller's preferences. A reasoning model writes
 * them in turns, and calls tools between the turns.
 * @module
 */
import { z } from "zod";
import { countCodePoints } from "../../../lib/characters.ts";
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
import type { JobContext, PublicKind } from "../../kind.ts";
import { promptTime } from "../prompt_time.ts";
import { PlanWarning } from "../../../lib/job/plan_warning.ts";
import { TimeZoneName } from "../../../lib/time_zone.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import {
  areSingleCharacters,
  fenced,
  modelText,
  SINGLE_CHARACTERS,
  travellerText,
} from "../text.ts";
import { KnownLinks } from "./known_links.ts";
import { bundlesRules } from "./review.ts";
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
 * The token limit of one turn. Five full bundles take about 4,000 tokens, the rest is reasoning.
 */
const TURN_TOKENS = 32_000;

const text = travellerText({ max: 500 }).nullish();

/** The message of the service before Tripwright for missing values. Old clients know it. */
const MISSING = "Missing preferences in request body";

/**
 * The limit of all preferences together, in code points: that of each text times their number. A
 * record holds 64 KiB, and a code point takes up to four bytes.
 */
const MAX_CODE_POINTS = 11_500;

const Preferences = z.object({
  interests: z.array(travellerText({ max: 500 }), { error: "expected a list of strings" })
    .max(20, { error: "expected at most 20 entries" }).nullish(),
  musicProfile: text,
  timeframe: text,
  otherPreferences: text,
}, { error: ({ input }) => input ? "expected an object" : MISSING })
  .refine(({ interests, musicProfile, timeframe, otherPreferences }) => {
    const texts = [...interests ?? [], musicProfile, timeframe, otherPreferences];
    return countCodePoints(texts.join("")) <= MAX_CODE_POINTS;
  }, { error: `expected at most ${MAX_CODE_POINTS} Unicode code points in all texts together` });

export const BundlesRequest = z.object({ preferences: Preferences }, { error: MISSING });
export type BundlesRequest = z.infer<typeof BundlesRequest>;

export const KeyEvent = z.object({
  name: modelText,
  date: modelText.describe("Local date and time, as exact as it is known"),
  venue: z.string().nullable(),
  neighborhood: z.string().nullable(),
  url: z.string().nullable().describe("Only a URL that a tool returned; otherwise null"),
  why: modelText.describe("Why this traveller will like it, one sentence"),
});

export const Bundle = z.object({
  title: modelText,
  description: modelText,
  keyEvents: z.array(KeyEvent).min(1).max(8),
  imageUrl: z.string().nullable().describe("Only a URL that a tool returned; otherwise null"),
});

export type Bundle = z.infer<typeof Bundle>;

const MAX_BUNDLES = 5;

/** A bundle that is not cut to single characters. */
const WholeBundle = Bundle.refine(({ title, description, keyEvents }) => {
  const texts = keyEvents.flatMap(({ name, date, why }) => [name, date, why]);
  return !areSingleCharacters([title, description, ...texts]);
}, { error: SINGLE_CHARACTERS });

/** A plan as the model writes it. */
const WrittenBundles = z.object({ bundles: z.array(WholeBundle).min(3).max(MAX_BUNDLES) });
export type WrittenBundles = z.infer<typeof WrittenBundles>;

/** A plan as it is stored. */
export const Bundles = z.object({
  bundles: z.array(Bundle).min(3).max(MAX_BUNDLES),
  warnings: z.array(PlanWarning).optional(),
  /** The time zone of the place, from a tool; unset: not known. */
  timeZone: TimeZoneName.optional().catch(undefined),
});
export type Bundles = z.infer<typeof Bundles>;

export interface BundlesSettings {
  model: string;
  /** Unset: the default of the model. */
  effort?: ReasoningEffort | undefined;
  tools: Tool[];
  webSearch: boolean;
}

/** The members of the public answer that repeat the request. */
const RequestMembers = z.object({ preferences: Preferences });

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
    sample: sampleBundles,
    sampleReasoning,
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
  { model, effort, tools, webSearch }: BundlesSettings,
): Promise<Bundles> {
  const review = new PlanReview({
    schema: WrittenBundles,
    rules: bundlesRules,
    maxTokens: TURN_TOKENS,
  });
  const instructions = bundlesInstructions(promptTime(context.startedAt));
  const input: InputItem[] = [{ role: "user", content: fenced(request) }];
  let previous: ResponseRequest["previous"] = null;
  const known = new KnownLinks();
  const checked = (bundle: Bundle) => known.keepKnown(bundle);
  const places = new Map<string, string>();
  const finished = (plan: Bundles): Bundles => ({
    ...plan,
    bundles: plan.bundles.map(checked),
    ...timeZoneOf(places),
  });
  const schemaAt = (index: number) =>
    index < MAX_BUNDLES ? WholeBundle.transform(checked) : z.never();

  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const answer = await context.respond(`turn-${turn}`, {
      model,
      instructions,
      input,
      previous,
      format: { name: "bundles", schema: WrittenBundles },
      tools,
      // The preferences have no member for a place.
      webSearch: webSearch ? { city: null } : null,
      reasoningEffort: effort,
      maxTokens: review.maxTokens,
    }, { member: "bundles", noun: "bundle", count: null, schemaAt });
    known.addSearches(answer.output);
    if (answer.calls.length > 0 && !answer.truncated) {
      const outputs = await callTools(answer.calls, { turn, tools, context });
      previous = addAnswer(input, answer);
      for (const { item, place } of outputs) {
        input.push(item);
        known.addOutput(item.output);
        if (place) places.set(place.name, place.timeZone);
      }
      continue;
    }
    const verdict = await review.judge(answer, (written): Bundles => written);
    if ("value" in verdict) return finished(verdict.value);
    if (verdict.feedback !== null) {
      // OpenAI refuses reasoning that nothing follows.
      if (answer.text !== null) previous = addAnswer(input, answer);
      input.push({ role: "user", content: verdict.feedback });
    }
  }
  if (review.fallback !== null) return finished(review.fallback);
  throw new JobError("iteration_limit", "Maximum iteration limit reached");
}

/**
 * Returns the time zone of a plan, if all of its places have the same one.
 *
 * @param places the time zones by the names of the places. The model asks again for a place of the
 * same name if it meant another one, so the last one counts.
 */
function timeZoneOf(places: ReadonlyMap<string, string>): Pick<Bundles, "timeZone"> {
  const [timeZone, ...others] = new Set(places.values());
  return timeZone === undefined || others.length > 0 ? {} : { timeZone };
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
