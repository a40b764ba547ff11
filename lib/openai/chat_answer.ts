/**
 * Reads the chunks of a Chat Completions answer, or the whole answer in one document. What a server
 * adds, omits or misspells around the text must not cost a paid answer.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { isComplete } from "../model/json_document.ts";
import type { ChatTurn } from "../model/model.ts";
import { BlankRun } from "./blank_run.ts";
import { CallPiece, CallPieces, type ChatCall } from "./call_pieces.ts";
import { endingOf } from "./ending.ts";
import { fromFailedResponse, unreadableAnswer } from "./error.ts";
import { lenientId, lenientText } from "./lenient.ts";
import { parseJson } from "../json.ts";
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

/** A message, or a part of one. Some servers send only its text. */
const Message = z.preprocess(
  (value) => typeof value === "string" ? { content: value } : value,
  z.object({
    content: lenientText,
    reasoning_content: lenientText,
    reasoning: lenientText,
    refusal: z.string().nullish().catch(null),
    tool_calls: z.array(CallPiece.nullable().catch(null)).nullish().catch(null),
  }),
);

/** The used parts of an answer in a chunk. A whole answer has a `message` in place of a `delta`. */
const Choice = z.object({
  index: z.int().nullish().catch(null),
  delta: Message.nullish().catch(null),
  message: Message.nullish().catch(null),
  /** The text, in the form of the older Completions. */
  text: z.string().nullish().catch(null),
  finish_reason: z.string().nullish().catch(null),
  /** Why the answer has failed. */
  error: z.unknown().optional(),
});
type Choice = z.infer<typeof Choice>;

/** A chunk of an answer, or a whole answer. */
const Chunk = z.object({
  id: lenientId,
  model: z.string().nullish().catch(null),
  choices: z.array(Choice.nullable().catch(null)).nullish().catch(null),
  // Invalid usage must not discard an answer.
  usage: ChatUsage.nullish().catch(null),
});

/**
 * Returns whether a chunk has text of the answer. Some servers put an error of something else beside
 * it.
 */
export function hasText(chunk: unknown): boolean {
  const choices = Chunk.safeParse(chunk).data?.choices ?? [];
  return choices.some((choice) =>
    Boolean(choice?.delta?.content || choice?.message?.content || choice?.text) &&
    endingOf(choice?.finish_reason ?? "") === null
  );
}

/** A longer answer cannot be a plan: thirty days in any language take a tenth of it. */
const MAX_CHARACTERS = 1_000_000;

/** How often a text is searched for a whole document while it arrives. Each search reads all of it. */
const MAX_SEARCHES = 20;

/** An answer of Chat Completions, as far as it has arrived. */
export class ChatAnswer {
  #id: string | null = null;
  #reason: string | null = null;
  #model: string | null = null;
  #error: unknown = null;
  /** The position of the choice that is read. */
  #index: number | null = null;
  #text = "";
  #thoughts = "";
  readonly #blanks = new BlankRun();
  readonly #calls = new CallPieces();
  #isRefusal = false;
  #hasChunk = false;
  #isComplete = false;
  #searches = 0;
  #usage: Usage | null = null;

  /** The model that the server says it has used. */
  get model(): string | null {
    return this.#model;
  }

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
    return this.#isComplete;
  }

  /** Whether everything has arrived, although perhaps not the end. */
  get isWhole(): boolean {
    return this.#calls.isEmpty ? isComplete(this.#answer) : this.#calls.isWhole;
  }

  /** Whether the model writes white space without end. The rest of the answer is not needed. */
  get isStuck(): boolean {
    return this.#blanks.isEndless;
  }

  /** The thoughts of the model, or an empty text. Some servers want them back with its calls. */
  get thoughts(): string {
    return this.#thoughts;
  }

  /** The function calls of the model. */
  get calls(): ChatCall[] {
    return this.#calls.calls;
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
    const choice = this.#choiceOf(chunk.choices?.filter((choice) => choice !== null) ?? []);
    // Azure sends chunks about its filters before the answer.
    if (!choice) return "";
    this.#hasChunk = true;
    this.#id ??= chunk.id;
    this.#model ??= chunk.model ?? null;
    const { delta, message } = choice;
    if (delta?.refusal || message?.refusal) this.#isRefusal = true;
    const calls = this.#calls.isEmpty ? message?.tool_calls : null;
    const pieces = delta?.tool_calls?.length ? delta.tool_calls : calls ?? [];
    for (const piece of pieces) if (piece) this.#calls.add(piece);
    // Some servers repeat the whole text in the last chunk.
    const whole = this.#text === "" ? message?.content : "";
    const text = delta?.content || choice.text || whole || "";
    this.#addText(text);
    this.#addThoughts(delta ?? message);
    if (text !== "" || !this.#calls.isEmpty) this.#index ??= choice.index ?? 0;
    if (choice.finish_reason) this.#reason = choice.finish_reason;
    this.#error ??= choice.error;
    this.#isComplete = this.#hasEnded(text);
    return text;
  }

  /** Returns the choice that has the text. Some servers count from 1. */
  #choiceOf(choices: Choice[]): Choice | undefined {
    const index = this.#index;
    if (index !== null) return choices.find((choice) => (choice.index ?? index) === index);
    return choices.find((choice) => !choice.index) ?? choices[0];
  }

  /** The text. Some servers take a document that has no thoughts before it for the thoughts. */
  get #answer(): string {
    const isDocument = this.#text.trim() === "" && this.#thoughts.trimStart().startsWith("{") &&
      parseJson(this.#thoughts) !== undefined;
    return isDocument ? this.#thoughts : this.#text;
  }

  #addThoughts(message: Choice["message"]): void {
    const thoughts = message?.reasoning_content || message?.reasoning || "";
    if (this.#thoughts.length + thoughts.length <= MAX_CHARACTERS) this.#thoughts += thoughts;
  }

  #addText(text: string): void {
    this.#text += text;
    if (this.#text.length > MAX_CHARACTERS) throw unreadableAnswer();
    this.#blanks.add(text);
  }

  /** Whether the answer has ended. Some servers send the reason for its end with each chunk. */
  #hasEnded(latest: string): boolean {
    if (this.#reason === null) return false;
    if (endingOf(this.#reason) !== null || this.#isComplete && latest === "") return true;
    return ++this.#searches <= MAX_SEARCHES && this.isWhole;
  }

  /** @throws {JobError} if the answer did not arrive, or the server stopped it */
  toTurn(): ChatTurn {
    if (this.isEmpty) throw streamCut();
    const spent = { responseId: this.id, usage: this.#usage };
    const ending = this.#reason === null ? null : endingOf(this.#reason);
    if (this.#isRefusal || ending === "refused") {
      throw new JobError("refused", "OpenAI API refused the request", { spent });
    }
    if (ending === "filtered") {
      const message = "OpenAI API content filter stopped the response";
      throw new JobError("content_filtered", message, { spent });
    }
    const isUnfinished = this.#reason === null && !this.isStuck || ending === "failed";
    if (isUnfinished && !this.isWhole) {
      if (ending === null) throw streamCut();
      throw fromFailedResponse(this.#error, spent);
    }
    return {
      ...spent,
      text: (this.#calls.isEmpty ? this.#answer : this.#text) || null,
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
