/**
 * Chat Completions, streamed.
 * https://platform.openai.com/docs/api-reference/chat-streaming
 * @module
 */
import type OpenAI from "openai";
import type {
  CallOptions,
  ChatRequest,
  ChatTurn,
  FunctionTool,
  OutputFormat,
} from "../model/model.ts";
import { recordResponseModel } from "../model_trace.ts";
import { accountMembers, withFallbackTier } from "./account.ts";
import { ChatAnswer } from "./chat_answer.ts";
import { sentMessages } from "./chat_messages.ts";
import type { OpenAICall } from "./client.ts";
import { type Dialect, negotiate, type SentBody, type SentRequest } from "./dialect.ts";
import { isBadDraw, unreadableAnswer } from "./error.ts";
import { openEvents } from "./events.ts";
import { chatFormat, formatInstructions, parametersOf } from "./format.ts";
import { fromStreamError, Watchdog } from "./stream.ts";

/** How long to wait for the usage and the end of the stream, after the answer is complete. */
const USAGE_MS = 5_000;

/** How long to wait for the end of the stream, after the server has said that it has ended. */
const DONE_MS = 1_000;

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** A conversation in the form of Chat Completions. */
export interface Conversation {
  model: string;
  messages: Message[];
  format: OutputFormat;
  maxTokens: number;
  tools?: readonly FunctionTool[] | undefined;
  reasoningEffort?: string | undefined;
}

/** Makes one call. */
export async function chat(
  call: OpenAICall,
  request: ChatRequest,
  options: CallOptions,
): Promise<ChatTurn> {
  const { model, messages, format, maxTokens, reasoningEffort } = request;
  const conversation = { model, messages, format, maxTokens, reasoningEffort };
  const { turn } = await complete(call, conversation, options);
  return turn;
}

/** Makes one call, and reads its answer to the end. */
export async function complete(
  call: OpenAICall,
  conversation: Conversation,
  options: CallOptions,
): Promise<{ answer: ChatAnswer; turn: ChatTurn }> {
  const { model, messages, tools, maxTokens } = conversation;
  // Some servers support functions, but not together with everything else.
  const dialect = call.dialect(tools?.length ? "chat with functions" : "chat", model);
  const answer = await readAnswer(call, { conversation, dialect }, options);
  recordResponseModel(answer.model);
  const turn = answer.toTurn();
  dialect.noteEnd(turn, { maxTokens, prompt: messages });
  return { answer, turn };
}

async function readAnswer(
  call: OpenAICall,
  { conversation, dialect }: { conversation: Conversation; dialect: Dialect },
  { signal, onEvent }: CallOptions,
): Promise<ChatAnswer> {
  const { clock, timeoutMs, idleMs } = call;
  const answer = new ChatAnswer();
  using watchdog = new Watchdog({ clock, endsAt: clock.now() + timeoutMs, idleMs });
  let fault: unknown;
  let events = 0;
  try {
    const { completions } = call.client().chat;
    const stopped = AbortSignal.any([signal, watchdog.signal]);
    const chunks = await withFallbackTier(call, (call) =>
      negotiate(
        dialect,
        (dialect) => bodyOf(conversation, call, dialect),
        async (body) => {
          const request = completions.create(body as never, { signal: stopped });
          const { onBytes } = watchdog;
          const onDone = () => void (watchdog.endsBy = clock.now() + DONE_MS);
          const answer = await request.asResponse();
          return await openEvents(answer, { signal: stopped, onBytes, onDone });
        },
      ));
    for await (const chunk of chunks) {
      watchdog.arm();
      events++;
      const isFirst = answer.isEmpty;
      const delta = answer.add(chunk);
      // Some servers keep the connection open, and send comments for ever.
      if (!answer.isComplete) watchdog.endsBy = Infinity;
      else watchdog.endsBy = Math.min(watchdog.endsBy, clock.now() + USAGE_MS);
      if (isFirst && !answer.isEmpty) {
        await onEvent?.({ type: "started", responseId: answer.id, resumable: false });
      }
      if (delta) await onEvent?.({ type: "text", delta });
      if (answer.isStuck) break;
    }
  } catch (error) {
    const rejected = rejectedAnswer(error);
    if (rejected !== null) return rejected;
    fault = fromStreamError(error, clock.now());
  }
  // A fault after the end of an answer does not matter.
  if (answer.isComplete) return answer;
  signal.throwIfAborted();
  // Some servers do not send the end, or break the connection instead.
  if (answer.isStuck || answer.isWhole) return answer;
  watchdog.signal.throwIfAborted();
  if (fault) throw fault;
  if (answer.isEmpty && events > 0) throw unreadableAnswer();
  return answer;
}

/** Returns the answer for one that the server found invalid, or `null` for any other error. */
function rejectedAnswer(error: unknown): ChatAnswer | null {
  if (!isBadDraw(error)) return null;
  const answer = new ChatAnswer();
  answer.add({ choices: [{ finish_reason: "stop" }] });
  return answer;
}

/** Returns the request in the form that the server supports. */
function bodyOf(
  conversation: Conversation,
  call: OpenAICall,
  dialect: Dialect,
): SentRequest {
  const { helpers, isOpenAI } = call;
  const { model, messages, format, tools, maxTokens, reasoningEffort } = conversation;
  const asked = dialect.tokens(maxTokens, messages);
  const isStreamed = dialect.takes("stream");
  const body = {
    model,
    messages: sentMessages(
      messages,
      dialect,
      formatInstructions(helpers, format, dialect.format),
    ),
    ...(tools?.length && dialect.takes("tools") && { tools: toolsOf(tools, call, dialect) }),
    response_format: chatFormat(helpers, format, dialect.format),
    ...tokenLimit(dialect, asked),
    ...effortOf(reasoningEffort, dialect),
    stream: isStreamed,
    ...(isStreamed && dialect.takes("stream_options") &&
      { stream_options: { include_usage: true } }),
    // Otherwise the settings of the account decide whether OpenAI stores a traveller's request.
    ...(isOpenAI && dialect.takes("store") && { store: false }),
    ...accountMembers(call, dialect),
  };
  return { body, asked };
}

function tokenLimit(dialect: Dialect, asked: number): SentBody {
  if (dialect.takes("max_completion_tokens")) return { max_completion_tokens: asked };
  return dialect.takes("max_tokens") ? { max_tokens: asked } : {};
}

/** Chat Completions of most servers know few keywords. Tools check their arguments themselves. */
function toolsOf(
  tools: readonly FunctionTool[],
  { helpers }: OpenAICall,
  dialect: Dialect,
): OpenAI.Chat.Completions.ChatCompletionTool[] {
  const level = dialect.takes("function keywords") ? "plain" : "bare";
  return tools.map((tool) => {
    const { name, description } = tool;
    const parameters = parametersOf(helpers, tool, level);
    return { type: "function", function: { name, description, parameters } };
  });
}

function effortOf(effort: string | undefined, dialect: Dialect): SentBody {
  if (!dialect.takes("reasoning beside functions")) return { reasoning_effort: "none" };
  return effort && dialect.takes("reasoning_effort") ? { reasoning_effort: effort } : {};
}
