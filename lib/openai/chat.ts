/**
 * Chat Completions, streamed.
 * https://platform.openai.com/docs/api-reference/chat-streaming
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { type CallOptions, type ChatRequest, type ChatTurn, ResponseId } from "../model/model.ts";
import { unreadableAnswer } from "./error.ts";
import type { OpenAICall } from "./client.ts";
import { fromStreamError, streamCut, Watchdog } from "./stream.ts";
import { TokenCount, type Usage, usageFrom } from "../usage.ts";

const ChatUsage = z.object({
  prompt_tokens: TokenCount,
  prompt_tokens_details: z.object({ cached_tokens: TokenCount.nullish() }).nullish(),
  completion_tokens: TokenCount,
  completion_tokens_details: z.object({ reasoning_tokens: TokenCount.nullish() }).nullish(),
});

/** The used parts of a chunk. */
const Chunk = z.object({
  id: ResponseId,
  choices: z.array(z.object({
    delta: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).nullish(),
    finish_reason: z.string().nullish(),
  })),
  // Invalid usage must not discard an answer.
  usage: ChatUsage.nullish().catch(null),
});

/** How long to wait for the chunk with the usage, after the answer is complete. */
const USAGE_MS = 5_000;

/** A longer answer cannot be a plan: thirty days in any language take a tenth of it. */
const MAX_CHARACTERS = 1_000_000;

/** Makes one call. */
export async function chat(
  call: OpenAICall,
  request: ChatRequest,
  { signal, onEvent }: CallOptions,
): Promise<ChatTurn> {
  const { clock, timeoutMs, idleMs, helpers } = call;
  const answer = new Answer();
  using watchdog = new Watchdog({ clock, endsAt: clock.now() + timeoutMs, idleMs });
  let fault: unknown;
  try {
    const { format } = request;
    const stream = await call.client(watchdog.onBytes).chat.completions.create({
      model: request.model,
      messages: request.messages,
      response_format: helpers.zodResponseFormat(format.schema, format.name),
      max_completion_tokens: request.maxTokens,
      stream: true,
      stream_options: { include_usage: true },
    }, { signal: AbortSignal.any([signal, watchdog.signal]) });
    for await (const chunk of stream) {
      watchdog.arm();
      const isFirst = answer.id === null;
      const delta = answer.add(chunk);
      if (answer.isComplete) watchdog.idleMs = Math.min(idleMs, USAGE_MS);
      if (isFirst) await onEvent?.({ type: "started", responseId: answer.id!, resumable: false });
      if (delta) await onEvent?.({ type: "text", delta });
    }
  } catch (error) {
    fault = fromStreamError(error, clock.now());
  }
  // A fault after the end of an answer does not matter.
  if (!answer.isComplete) {
    signal.throwIfAborted();
    watchdog.signal.throwIfAborted();
    if (fault) throw fault;
  }
  return answer.toTurn();
}

/** The answer so far. */
class Answer {
  id: string | null = null;
  #finishReason: string | null = null;
  #text = "";
  #isRefusal = false;
  #usage: Usage | null = null;

  /** Whether only the usage is missing. */
  get isComplete(): boolean {
    return this.#finishReason !== null;
  }

  /**
   * Adds a chunk.
   *
   * @returns the text of the chunk
   */
  add(data: unknown): string {
    const { data: chunk } = Chunk.safeParse(data);
    if (!chunk) throw unreadableAnswer();
    this.id ??= chunk.id;
    if (chunk.usage) this.#usage = usageOf(chunk.usage);
    const [choice] = chunk.choices;
    if (choice?.delta?.refusal) this.#isRefusal = true;
    if (choice?.finish_reason) this.#finishReason = choice.finish_reason;
    const delta = choice?.delta?.content ?? "";
    this.#text += delta;
    if (this.#text.length > MAX_CHARACTERS) throw unreadableAnswer();
    return delta;
  }

  toTurn(): ChatTurn {
    if (this.id === null) throw streamCut();
    const spent = { responseId: this.id, usage: this.#usage };
    if (this.#isRefusal) {
      throw new JobError("refused", "OpenAI API refused the request", { spent });
    }
    if (this.#finishReason === null) throw streamCut();
    if (this.#finishReason === "content_filter") {
      throw new JobError("content_filtered", "OpenAI API content filter stopped the response", {
        spent,
      });
    }
    return {
      ...spent,
      text: this.#text || null,
      truncated: this.#finishReason === "length",
    };
  }
}

function usageOf(usage: z.infer<typeof ChatUsage>): Usage {
  return usageFrom({
    input: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens,
    output: usage.completion_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens,
  });
}
