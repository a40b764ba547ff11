/**
 * The response of the Responses API at its end, and the turn of the model in it.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { type FunctionCall, InputItem, type ResponseTurn } from "../model/model.ts";
import { fromFailedResponse, unreadableAnswer } from "./error.ts";
import { lenientId, lenientText } from "./lenient.ts";
import { TokenCount, type Usage, usageFrom } from "../usage.ts";

/** The used parts of a response. */
const ResponseBody = z.object({
  id: z.string().min(1),
  status: z.enum(["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]),
  /** Absent on servers without background responses. */
  background: z.boolean().nullish().catch(null),
  error: z.unknown().optional(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish().catch(null),
  output: z.array(InputItem).nullish().transform((items) => items ?? []),
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
 * @throws {JobError} if it is not valid
 */
export function parseResponse(answer: unknown): ResponseBody {
  const parsed = ResponseBody.safeParse(answer);
  if (!parsed.success) throw unreadableAnswer();
  return parsed.data;
}

/** Whether the response has ended. */
export function isOver({ status }: ResponseBody): boolean {
  return status !== "queued" && status !== "in_progress";
}

const MessageItem = z.object({
  type: z.literal("message"),
  content: z.union([
    z.string(),
    z.array(z.looseObject({ type: z.string().nullish().catch(null) })),
  ]).nullish().catch(null),
});

const CallItem = z.object({
  type: z.literal("function_call"),
  call_id: lenientId,
  id: lenientId,
  name: z.string(),
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]),
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
  if (body.incomplete_details?.reason === "content_filter") {
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
    // The last message is the answer. Earlier messages are comments.
    text: lenientText.parse(messages.at(-1)?.content) || null,
    truncated: body.status === "incomplete",
    output,
    calls,
    reasoningSummaries: output.flatMap((item) =>
      ReasoningItem.safeParse(item).data?.summary.map(({ text }) => text) ?? []
    ),
    stored: body.background === true,
  };
}

/**
 * Returns the items with a function call for each id, because the next request must have one output
 * for each of them. Some servers omit the ids, or send the arguments as an object.
 */
function withCallIds(items: InputItem[]): { output: InputItem[]; calls: FunctionCall[] } {
  const calls = new Map<string, FunctionCall>();
  const output = items.flatMap((item, index) => {
    if (item.type !== "function_call") return [item];
    const call = CallItem.safeParse(item).data;
    const callId = call?.call_id ?? call?.id ?? `call_${index}`;
    // A call without a name cannot be answered, and a repeated one has its answer.
    if (!call || calls.has(callId)) return [];
    const { name, arguments: given } = call;
    const text = typeof given === "string" ? given : JSON.stringify(given);
    calls.set(callId, { callId, name, arguments: text });
    return [{ ...item, call_id: callId, arguments: text }];
  });
  return { output, calls: [...calls.values()] };
}

function isRefusal({ content }: z.infer<typeof MessageItem>): boolean {
  return Array.isArray(content) && content.some(({ type }) => type === "refusal");
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
