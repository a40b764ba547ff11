/**
 * Turns of the Responses API over Chat Completions, for servers that have only these: the
 * conversation with its function calls is translated in both directions.
 * @module
 */
import type OpenAI from "openai";
import { z } from "zod";
import type { CallOptions, InputItem, ResponseRequest, ResponseTurn } from "../model/model.ts";
import { complete } from "./chat.ts";
import type { OpenAICall } from "./client.ts";
import { parametersOf } from "./format.ts";
import { lenientText } from "./lenient.ts";

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type ToolCall = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall;

/** The items of a conversation that Chat Completions has, too. */
const Item = z.union([
  z.object({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
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
  const { model, instructions, input, format, maxTokens, reasoningEffort } = request;
  const tools = request.tools.map((tool) => {
    const { name, description } = tool;
    // Chat Completions of most servers know few keywords. Tools check their arguments themselves.
    const parameters = parametersOf(call.helpers, tool, { isStrict: false });
    return { type: "function" as const, function: { name, description, parameters } };
  });
  const answer = await complete(call, {
    model,
    messages: [{ role: "system", content: instructions }, ...messagesOf(input)],
    format,
    maxTokens,
    reasoningEffort,
    tools,
  }, options);
  const turn = answer.toTurn();
  const { calls } = answer;
  return {
    ...turn,
    calls,
    output: itemsOf(turn.text, calls),
    reasoningSummaries: [],
    stored: false,
  };
}

/** Returns the items of the Responses API for an answer of Chat Completions. */
function itemsOf(text: string | null, calls: ResponseTurn["calls"]): InputItem[] {
  const content = [{ type: "output_text", text, annotations: [] }];
  return [
    ...(text === null ? [] : [{ type: "message", role: "assistant", content }]),
    ...calls.map((called) => ({
      type: "function_call",
      call_id: called.callId,
      name: called.name,
      arguments: called.arguments,
    })),
  ];
}

/** Translates a conversation. Text and function calls of one answer are one message. */
function messagesOf(input: InputItem[]): Message[] {
  const messages: Message[] = [];
  for (const value of input) {
    const item = Item.safeParse(value).data;
    // Reasoning, for example.
    if (!item) continue;
    if ("output" in item) {
      messages.push({ role: "tool", tool_call_id: item.call_id, content: item.output });
    } else if ("name" in item) {
      addCall(messages, item);
    } else {
      messages.push({ role: item.role, content: item.content });
    }
  }
  return messages;
}

function addCall(
  messages: Message[],
  called: { call_id: string; name: string; arguments: string },
): void {
  const toolCall: ToolCall = {
    type: "function",
    id: called.call_id,
    function: { name: called.name, arguments: called.arguments },
  };
  const last = messages.at(-1);
  if (last?.role === "assistant") last.tool_calls = [...last.tool_calls ?? [], toolCall];
  else messages.push({ role: "assistant", content: null, tool_calls: [toolCall] });
}
