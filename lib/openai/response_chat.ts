/**
 * Turns of Chat Completions over the Responses API, for models that have only this one.
 * @module
 */
import { type CallOptions, type ChatRequest, ChatTurn } from "../model/model.ts";
import type { OpenAICall } from "./client.ts";
import { respond } from "./response.ts";

/** Makes one call. The response is not a background response: no later attempt joins it. */
export async function chatByResponses(
  call: OpenAICall,
  { messages, ...request }: ChatRequest,
  { signal, onEvent, caller }: CallOptions,
): Promise<ChatTurn> {
  const isInstruction = ({ role }: ChatRequest["messages"][number]) => role === "system";
  const turn = await respond({ ...call, background: false }, {
    ...request,
    instructions: messages.filter(isInstruction).map(({ content }) => content).join("\n\n"),
    // Some servers refuse a message without content.
    input: messages.filter((message) => !isInstruction(message) && message.content !== "")
      .map(({ role, content }) => ({ role, content })),
    previous: null,
    tools: [],
    webSearch: null,
  }, { signal, caller, ...(onEvent && { onEvent }) });
  return ChatTurn.parse(turn);
}
