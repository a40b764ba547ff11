/**
 * The response of the Responses API at its end, and the turn of the model in it.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { type FunctionCall, InputItem, type ResponseTurn } from "../model/model.ts";
import { fromFailedResponse, unreadableAnswer } from "./error.ts";
import { argumentsText, functionName } from "./called.ts";
import { endingOf } from "./ending.ts";
import { isComplete } from "../model/json_document.ts";
import { lenientArguments, lenientId, lenientText, newCallId } from "./lenient.ts";
import { TokenCount, type Usage, usageFrom } from "../usage.ts";

const Status = z.enum(["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]);

/** A function call in the form of Chat Completions. */
const WrappedCall = z.looseObject({
  type: z.enum(["function", "function_call"]).optional(),
  function: z.object({ name: z.string(), arguments: z.unknown() }),
});

/** More items than a response has. */
export const MAX_ITEMS = 500;

/** Converts an item to the form that OpenAI documents. */
function itemOf(value: unknown): unknown {
  const item = knownItemOf(value);
  const { type, arguments: given } = Object(item);
  // Written once, because each later item is compared with it.
  if (type !== "function_call") return item;
  return { ...Object(item), arguments: lenientArguments.parse(given).trim() };
}

function knownItemOf(value: unknown): unknown {
  if (typeof value === "string") return messageOf({ type: "output_text", text: value });
  const call = WrappedCall.safeParse(value).data;
  if (call) {
    const { function: called, ...item } = call;
    return { ...item, ...called, type: "function_call" };
  }
  const { type, role } = Object(value);
  if (type === "output_text") return messageOf(Object(value));
  return !type && role === "assistant" ? { ...Object(value), type: "message" } : value;
}

/** An item of a response. Some servers send messages and function calls in other forms. */
export const OutputItem = z.preprocess(itemOf, InputItem);

/** Returns a message with one part. */
export function messageOf(part: Record<string, unknown>): InputItem {
  const content = [{ annotations: [], ...part }];
  return { type: "message", role: "assistant", status: "completed", content };
}

/** The items of a response. Some servers send one item in place of the list. */
function itemsOf(output: unknown): unknown[] {
  if (Array.isArray(output)) return output;
  const { type, role } = Object(output);
  return typeof output === "string" || type || role ? [output] : [];
}

/** The used parts of a response. */
const ResponseBody = z.object({
  id: z.string().min(1),
  status: Status,
  model: z.string().nullish().catch(null),
  /** Absent on servers without background responses. */
  background: z.boolean().nullish().catch(null),
  error: z.unknown().optional(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish().catch(null),
  output: z.preprocess(itemsOf, z.array(OutputItem.nullable().catch(null)).max(MAX_ITEMS))
    .transform((items) => items.filter((item) => item !== null)),
  /** Some servers send the text beside the items, or in place of them. */
  output_text: z.string().nullish().catch(null),
  // Invalid usage must not discard an answer.
  usage: z.object({
    input_tokens: TokenCount,
    input_tokens_details: z.object({
      cached_tokens: TokenCount.nullish(),
      cache_write_tokens: TokenCount.nullish().catch(null),
    }).nullish().catch(null),
    output_tokens: TokenCount,
    output_tokens_details: z.object({
      reasoning_tokens: TokenCount.nullish(),
    }).nullish().catch(null),
  }).nullish().catch(null),
});
export type ResponseBody = z.infer<typeof ResponseBody>;

/**
 * Parses a response.
 *
 * @param status for a response that has none, or an unknown one
 * @throws {JobError} if it is not valid
 */
export function parseResponse(answer: object, status?: ResponseBody["status"]): ResponseBody {
  const known = Status.safeParse("status" in answer ? answer.status : null).data;
  const parsed = ResponseBody.safeParse({ ...answer, status: known ?? status });
  if (!parsed.success) throw unreadableAnswer();
  return parsed.data;
}

/** Returns the response for an answer that the server itself found invalid. */
export function emptyResponse(): ResponseBody {
  return parseResponse({ id: `resp-${crypto.randomUUID()}` }, "completed");
}

/** Whether the response has ended. */
export function isOver({ status }: ResponseBody): boolean {
  return status !== "queued" && status !== "in_progress";
}

const MessageItem = z.object({ type: z.literal("message"), content: z.unknown() });

/** Some servers send an empty refusal beside the text. */
const RefusalPart = z.object({
  type: z.literal("refusal"),
  refusal: z.string().nullish().catch(null),
  text: z.string().nullish().catch(null),
}).refine(({ refusal, text }) => Boolean(refusal || text));

const CallItem = z.object({
  type: z.literal("function_call"),
  call_id: lenientId,
  id: lenientId,
  name: z.string(),
  arguments: lenientArguments,
});

const ReasoningItem = z.object({
  type: z.literal("reasoning"),
  summary: z.array(z.object({ text: z.string() })),
});

/**
 * Converts an ended response to a turn.
 *
 * @throws {JobError} if it has no answer
 */
export function toTurn(body: ResponseBody): ResponseTurn {
  const spent = { responseId: body.id, usage: usageOf(body) };
  if (body.status === "failed" || body.status === "cancelled") {
    throw fromFailedResponse(body.error, spent);
  }
  if (endingOf(body.incomplete_details?.reason ?? "") === "filtered") {
    const message = "OpenAI API content filter stopped the response";
    throw new JobError("content_filtered", message, { spent });
  }
  const { output, calls } = withCallIds(body.output);
  const messages = output.flatMap((item) => MessageItem.safeParse(item).data ?? []);
  if (messages.some(isRefusal)) {
    throw new JobError("refused", "OpenAI API refused the request", { spent });
  }
  return {
    ...spent,
    text: answerOf(messages.map(({ content }) => lenientText.parse(content))),
    truncated: body.status === "incomplete",
    output,
    calls,
    reasoningSummaries: output.flatMap((item) =>
      ReasoningItem.safeParse(item).data?.summary.map(({ text }) => text) ?? []
    ),
    stored: body.background === true,
  };
}

/** Returns the last text that is a document, else the last text. The others are comments. */
function answerOf(texts: string[]): string | null {
  return texts.findLast(isComplete) ?? texts.findLast((text) => text !== "") ?? null;
}

/**
 * Returns the items with a function call for each id, because the next request must have one output
 * for each of them. Some servers omit the ids, or send the arguments as an object.
 */
function withCallIds(items: InputItem[]): { output: InputItem[]; calls: FunctionCall[] } {
  const calls = new Map<string, FunctionCall>();
  const output = items.flatMap((item) => {
    if (item.type !== "function_call") return [item];
    const call = CallItem.safeParse(item).data;
    const callId = call?.call_id ?? call?.id ?? newCallId();
    // A call without a name cannot be answered, and a repeated one has its answer.
    if (!call || calls.has(callId)) return [];
    const name = functionName(call.name);
    const text = argumentsText(call.arguments);
    calls.set(callId, { callId, name, arguments: text });
    return [{ ...item, call_id: callId, name, arguments: text }];
  });
  return { output, calls: [...calls.values()] };
}

function isRefusal({ content }: InputItem | z.infer<typeof MessageItem>): boolean {
  return Array.isArray(content) && content.some((part) => RefusalPart.safeParse(part).success);
}

/** Whether an item is a message that says something. */
export function saysSomething(item: InputItem): boolean {
  return item.type === "message" && (isRefusal(item) || lenientText.parse(item.content) !== "");
}

/** Whether an item is a function call whose arguments have arrived. */
export function hasArguments(item: InputItem): boolean {
  return item.type === "function_call" && item.arguments !== "";
}

function usageOf({ usage }: ResponseBody): Usage | null {
  return usage
    ? usageFrom({
      input: usage.input_tokens,
      cached: usage.input_tokens_details?.cached_tokens,
      cacheWrite: usage.input_tokens_details?.cache_write_tokens,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.reasoning_tokens,
    })
    : null;
}
