/**
 * Turns of the Responses API over Chat Completions, for servers that have only these: the
 * conversation with its function calls is translated in both directions.
 * @module
 */
import type OpenAI from "openai";
import { z } from "zod";
import type { CallOptions, InputItem, ResponseRequest, ResponseTurn } from "../model/model.ts";
import { complete } from "./chat.ts";
import type { ChatAnswer } from "./chat_answer.ts";
import type { OpenAICall } from "./client.ts";
import { lenientText } from "./lenient.ts";

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type ToolCall = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall;

/** The items of a conversation that exist in both APIs. */
const Item = z.union([
  z.object({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
    extra_content: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ type: z.literal("reasoning"), reasoning_content: z.string() }),
  z.object({ type: z.literal("function_call_output"), call_id: z.string(), output: z.string() }),
  z.object({
    type: z.literal("message").optional(),
    role: z.enum(["user", "assistant"]),
    content: lenientText,
  }),
]);

/** Makes one call. The hosted web search does not exist here. */
export async function respondByChat(
  call: OpenAICall,
  request: ResponseRequest,
  options: CallOptions,
): Promise<ResponseTurn> {
  const { model, instructions, input, format, maxTokens, reasoningEffort, tools } = request;
  const { answer, turn } = await complete(call, {
    model,
    messages: [{ role: "system", content: instructions }, ...messagesOf(input)],
    format,
    maxTokens,
    reasoningEffort,
    tools,
  }, options);
  return {
    ...turn,
    calls: answer.calls.map(({ extra: _, ...called }) => called),
    output: itemsOf(turn.text, answer),
    reasoningSummaries: [],
    stored: false,
  };
}

/** Returns the items of the Responses API for an answer of Chat Completions. */
function itemsOf(text: string | null, { calls, thoughts }: ChatAnswer): InputItem[] {
  const content = [{ type: "output_text", text, annotations: [] }];
  const hasThoughts = thoughts !== "" && calls.length > 0;
  return [
    ...(hasThoughts ? [{ type: "reasoning", reasoning_content: thoughts }] : []),
    ...(text === null ? [] : [{ type: "message", role: "assistant", content }]),
    ...calls.map((called) => ({
      type: "function_call",
      call_id: called.callId,
      name: called.name,
      arguments: called.arguments,
      ...(called.extra && { extra_content: called.extra }),
    })),
  ];
}

/** Translates a conversation. Text and function calls of one answer are one message. */
function messagesOf(input: InputItem[]): Message[] {
  const messages: Message[] = [];
  for (const value of input) {
    const item = Item.safeParse(value).data;
    // The reasoning of the Responses API, for example.
    if (!item) continue;
    if ("reasoning_content" in item) {
      messages.push(thoughtsOf(item));
    } else if ("output" in item) {
      messages.push({ role: "tool", tool_call_id: item.call_id, content: item.output });
    } else if ("name" in item) {
      addCall(messages, item);
    } else {
      const last = messages.at(-1);
      const { role, content } = item;
      // The thoughts of the model are part of the same message.
      if (role === "assistant" && last?.role === role && last.content === null) {
        last.content = content;
      } else messages.push({ role, content });
    }
  }
  return messages;
}

/** DeepSeek and Kimi refuse function calls without the thoughts that led to them. */
function thoughtsOf({ reasoning_content }: { reasoning_content: string }): Message {
  const message = { role: "assistant" as const, content: null, reasoning_content };
  return message;
}

type CallItem = Extract<z.infer<typeof Item>, { type: "function_call" }>;

function addCall(messages: Message[], called: CallItem): void {
  const { call_id: id, name, arguments: given, extra_content } = called;
  const toolCall: ToolCall = {
    type: "function",
    id,
    function: { name, arguments: given },
    // Gemini refuses function calls without the signature that it sent with them.
    ...(extra_content && { extra_content }),
  };
  const last = messages.at(-1);
  if (last?.role === "assistant") last.tool_calls = [...last.tool_calls ?? [], toolCall];
  else messages.push({ role: "assistant", content: null, tool_calls: [toolCall] });
}
