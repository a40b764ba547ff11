/**
 * The turns of a model that writes bundles, or a part of them, until the review accepts it. The model
 * calls tools between its turns.
 * @module
 */
import { JobError } from "../../../lib/job/failure.ts";
import type {
  FunctionCall,
  InputItem,
  OutputFormat,
  ReasoningEffort,
  ResponseRequest,
  ResponseTurn,
  WebSearch,
} from "../../../lib/model/model.ts";
import type { PlanReview, ReviewedPlan } from "../../../lib/model/plan_review.ts";
import type { JobContext, PlanParts } from "../../kind.ts";
import { type FoundPlace, runTool, type Tool, ToolOutput } from "../../tools/tool.ts";
import type { Research } from "./research.ts";

const MAX_TURNS = 10;

/** Further calls in one turn get an error, to protect the third-party servers behind the tools. */
const MAX_CALLS_PER_TURN = 16;

/**
 * The token limit of one turn. Five full bundles take about 6,000 tokens, the rest is reasoning.
 */
export const TURN_TOKENS = 32_000;

export interface TurnOptions<Written, Plan> {
  context: JobContext;
  model: string;
  /** Unset: the default of the model. */
  effort: ReasoningEffort | undefined;
  tools: Tool[];
  /** `null`: the model may not search the web. */
  webSearch: WebSearch | null;
  instructions: string;
  /** The wish, as the model gets it. */
  message: string;
  format: OutputFormat;
  parts: PlanParts;
  /** Gets what the tools find. */
  research: Research;
  review: PlanReview<Written, Plan>;
  /** Completes what the model wrote in a turn, before its rules are checked. */
  complete: (written: Written, turn: number) => Promise<Plan>;
  /** Makes the plan of the job. Unset: it is the reviewed plan itself. */
  finish?: (plan: ReviewedPlan<Plan>) => ReviewedPlan<Plan>;
}

/**
 * Lets the model research, write, and correct what the review finds.
 *
 * @throws {JobError} if no answer is usable
 */
export async function writeReviewed<Written, Plan>(
  options: TurnOptions<Written, Plan>,
): Promise<ReviewedPlan<Plan>> {
  const { context, effort, message, parts, research, review, complete, ...rest } = options;
  const { finish = (plan: ReviewedPlan<Plan>) => plan, ...request } = rest;
  const input: InputItem[] = [{ role: "user", content: message }];
  let previous: ResponseRequest["previous"] = null;
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const answer = await context.respond(`turn-${turn}`, {
      ...request,
      input,
      previous,
      reasoningEffort: effort,
      maxTokens: review.maxTokens,
    }, parts);
    research.addSearches(answer.output);
    if (answer.calls.length > 0 && !answer.truncated) {
      const outputs = await callTools(answer.calls, { turn, tools: request.tools, context });
      previous = addAnswer(input, answer);
      for (const { item, place } of outputs) {
        input.push(item);
        research.addOutput(item.output, place);
      }
      continue;
    }
    const verdict = await review.judge(answer, (written) => complete(written, turn));
    if ("value" in verdict) return finish(verdict.value);
    if (review.fallback !== null) context.keep(finish(review.fallback));
    if (verdict.feedback !== null) {
      // OpenAI refuses reasoning that nothing follows.
      if (answer.text !== null) previous = addAnswer(input, answer);
      input.push({ role: "user", content: verdict.feedback });
    }
  }
  if (review.fallback !== null) return finish(review.fallback);
  throw new JobError("iteration_limit", "Maximum iteration limit reached");
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
  const called = tools.filter(({ name }) => calls.some((call) => call.name === name));
  const message = joinMessages(called.map(({ message }) => message)) || "Looking things up";
  context.showResearch(message, called.map(({ name }) => name));
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
