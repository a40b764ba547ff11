/**
 * Reads the chunks of a Chat Completions answer, or the whole answer in one document. What a server
 * adds, omits or misspells around the text must not cost a paid answer.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { parseJson } from "../json.ts";
import { isComplete } from "../model/json_document.ts";
import type { ChatTurn, FunctionCall } from "../model/model.ts";
import { unreadableAnswer } from "./error.ts";
import { lenientId, lenientText } from "./lenient.ts";
import { streamCut } from "./stream.ts";
import { TokenCount, type Usage, usageFrom } from "../usage.ts";

const ChatUsage = z.object({
  prompt_tokens: TokenCount,
  prompt_tokens_details: z.object({
    cached_tokens: TokenCount.nullish(),
    cache_write_tokens: TokenCount.nullish().catch(null),
  }).nullish().catch(null),
  completion_tokens: TokenCount,
  completion_tokens_details: z.object({
    reasoning_tokens: TokenCount.nullish(),
  }).nullish().catch(null),
});

/** A piece of a function call, or a whole call. */
const CallPiece = z.object({
  index: z.int().nonnegative().nullish().catch(null),
  id: z.string().nullish().catch(null),
  function: z.object({
    name: z.string().nullish().catch(null),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish().catch(null),
  }).nullish().catch(null),
});

const Message = z.object({
  content: lenientText,
  refusal: z.string().nullish().catch(null),
  tool_calls: z.array(CallPiece).nullish().catch(null),
});

/** The used parts of a chunk, or of a whole answer, which has a `message` in place of a `delta`. */
const Chunk = z.object({
  id: lenientId,
  choices: z.array(z.object({
    index: z.int().nullish().catch(null),
    delta: Message.nullish().catch(null),
    message: Message.nullish().catch(null),
    finish_reason: z.string().nullish().catch(null),
  })).nullish().catch(null),
  // Invalid usage must not discard an answer.
  usage: ChatUsage.nullish().catch(null),
});

/** The reasons for the end of an answer that mean more than that it has ended. */
const endings: Record<string, "truncated" | "filtered" | "failed"> = {
  length: "truncated",
  max_tokens: "truncated",
  model_length: "truncated",
  content_filter: "filtered",
  content_filtered: "filtered",
  guardrail_intervened: "filtered",
  safety: "filtered",
  sensitive: "filtered",
  prohibited_content: "filtered",
  recitation: "filtered",
  error: "failed",
  abort: "failed",
  aborted: "failed",
  cancelled: "failed",
  network_error: "failed",
  insufficient_system_resource: "failed",
};

/** A longer answer cannot be a plan: thirty days in any language take a tenth of it. */
const MAX_CHARACTERS = 1_000_000;

/** More white space than this within a document means that the model writes it without end. */
const MAX_BLANKS = 2_000;

/** More function calls than a turn has. */
const MAX_CALLS = 100;

/** An answer of Chat Completions, as far as it has arrived. */
export class ChatAnswer {
  #id: string | null = null;
  #ending: string | null = null;
  #text = "";
  #blanks = 0;
  #isRefusal = false;
  #hasChunk = false;
  /** Whether text has followed the end of the answer: some servers repeat it with each chunk. */
  #isOpen = true;
  #usage: Usage | null = null;
  readonly #calls: FunctionCall[] = [];

  /** The id of the server, or a new one if it sends none. */
  get id(): string {
    return this.#id ??= `chat-${crypto.randomUUID()}`;
  }

  /** Whether no part of the answer has arrived. */
  get isEmpty(): boolean {
    return !this.#hasChunk;
  }

  /** Whether only the usage is missing. */
  get isComplete(): boolean {
    return this.#ending !== null && !this.#isOpen;
  }

  /** Whether everything has arrived, although perhaps not the end. */
  get isWhole(): boolean {
    const { calls } = this;
    return calls.length > 0
      ? calls.every((call) => call.arguments === "" || parseJson(call.arguments) !== undefined)
      : isComplete(this.#text);
  }

  /** Whether the model writes white space without end. The rest of the answer is not needed. */
  get isStuck(): boolean {
    return this.#blanks > MAX_BLANKS;
  }

  /** The function calls of the model. */
  get calls(): FunctionCall[] {
    return this.#calls.filter(({ name }) => name !== "");
  }

  /**
   * Adds a chunk.
   *
   * @returns the text of the chunk
   */
  add(data: unknown): string {
    const { data: chunk } = Chunk.safeParse(data);
    if (!chunk) return "";
    if (chunk.usage) this.#usage = usageOf(chunk.usage);
    const choice = chunk.choices?.find(({ index }) => !index);
    // Azure sends chunks about its filters before the answer.
    if (!choice) return "";
    this.#hasChunk = true;
    this.#id ??= chunk.id;
    const message = choice.delta ?? choice.message;
    if (message?.refusal) this.#isRefusal = true;
    message?.tool_calls?.forEach((piece, n) => this.#addCall(piece, n));
    const delta = message?.content ?? "";
    this.#addText(delta);
    if (choice.finish_reason) this.#ending = choice.finish_reason.toLowerCase();
    this.#isOpen = this.#ending === null || delta !== "" && !isComplete(this.#text);
    return delta;
  }

  #addText(delta: string): void {
    this.#text += delta;
    if (this.#text.length > MAX_CHARACTERS) throw unreadableAnswer();
    if (delta.trim() === "") this.#blanks += delta.length;
    else this.#blanks = delta.length - delta.trimEnd().length;
  }

  #addCall({ index, id, function: called }: z.infer<typeof CallPiece>, position: number): void {
    const at = index ?? (id && this.#calls.length > 0 ? this.#calls.length : position);
    if (at >= MAX_CALLS) throw unreadableAnswer();
    while (this.#calls.length <= at) this.#calls.push({ callId: "", name: "", arguments: "" });
    const call = this.#calls[at]!;
    call.callId ||= id ?? "";
    call.name ||= called?.name ?? "";
    const piece = called?.arguments ?? "";
    call.arguments += typeof piece === "string" ? piece : JSON.stringify(piece);
  }

  /** @throws {JobError} if the answer did not arrive, or the server stopped it */
  toTurn(): ChatTurn {
    if (this.isEmpty) throw streamCut();
    const spent = { responseId: this.id, usage: this.#usage };
    if (this.#isRefusal) {
      throw new JobError("refused", "OpenAI API refused the request", { spent });
    }
    const ending = this.#ending === null ? undefined : endings[this.#ending];
    if (ending === "filtered") {
      const message = "OpenAI API content filter stopped the response";
      throw new JobError("content_filtered", message, { spent });
    }
    if (ending === "failed") {
      throw new JobError("upstream_error", "OpenAI API error: response failed", { spent });
    }
    if (this.#ending === null && !this.isStuck && !this.isWhole) throw streamCut();
    return {
      ...spent,
      text: this.#text || null,
      truncated: ending === "truncated" || this.isStuck,
    };
  }
}

function usageOf(usage: z.infer<typeof ChatUsage>): Usage {
  return usageFrom({
    input: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens,
    cacheWrite: usage.prompt_tokens_details?.cache_write_tokens,
    output: usage.completion_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens,
  });
}
