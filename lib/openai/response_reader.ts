/**
 * Reads the events of a Responses API stream, and the response at its end.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { type CallOptions, InputItem, ResponseId, type ResponseTurn } from "../model/model.ts";
import { fromFailedResponse, unreadableAnswer } from "./error.ts";
import { TokenCount, type Usage, usageFrom } from "../usage.ts";

const index = z.int().nonnegative();

/** The used parts of a response. */
const ResponseBody = z.object({
  id: ResponseId,
  status: z.enum(["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]),
  /** Absent on servers without background responses. */
  background: z.boolean().nullish(),
  error: z.object({ code: z.unknown() }).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(InputItem).default([]),
  // Invalid usage must not discard an answer.
  usage: z.object({
    input_tokens: TokenCount,
    input_tokens_details: z.object({ cached_tokens: TokenCount.nullish() }).nullish(),
    output_tokens: TokenCount,
    output_tokens_details: z.object({ reasoning_tokens: TokenCount.nullish() }).nullish(),
  }).nullish().catch(null),
});
export type ResponseBody = z.infer<typeof ResponseBody>;

/** The used parts of an output item. The items themselves are kept unchanged. */
const OutputItem = z.union([
  z.object({
    type: z.literal("message"),
    content: z.array(z.object({
      type: z.string(),
      text: z.string().nullish(),
      refusal: z.string().nullish(),
    })),
  }),
  z.object({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({ type: z.literal("reasoning"), summary: z.array(z.object({ text: z.string() })) }),
  z.object({ type: z.string() }).transform(() => ({ type: "other" as const })),
]);

const Snapshot = z.object({ response: ResponseBody });

const startEvents = new Set(["response.created", "response.queued", "response.in_progress"]);
const endEvents = new Set(["response.completed", "response.incomplete", "response.failed"]);

/** Events for display only. An invalid one is ignored, because it does not affect the answer. */
const DisplayEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("response.output_text.delta"),
    output_index: index.default(0),
    delta: z.string(),
  }),
  z.object({
    type: z.literal("response.reasoning_summary_text.done"),
    output_index: index.default(0),
    summary_index: index.default(0),
    text: z.string(),
  }),
  z.object({
    type: z.literal("response.output_item.done"),
    output_index: index.optional(),
    item: InputItem,
  }),
]);

const ErrorEvent = z.object({ type: z.literal("error"), code: z.unknown() });

const AnyEvent = z.object({ type: z.string(), sequence_number: index.nullish() });

/** A longer answer cannot be a plan: five bundles take a hundredth of it. */
const MAX_CHARACTERS = 1_000_000;

/** More summaries than a reader would read. */
const MAX_SUMMARIES = 200;

/** Reads the events of one response, from one or more streams. */
export class ResponseReader {
  responseId: string | null;
  /** Whether the response continues after the connection has ended, and can be joined. */
  resumable: boolean;
  /** The highest sequence number so far. */
  lastSequence = -1;
  /** The number of events so far, without repeated ones. */
  newEvents = 0;
  readonly #onEvent: CallOptions["onEvent"];
  readonly #items = new Map<number, InputItem>();
  readonly #summaries = new Set<string>();
  /** Whether an event is missing. Later text then does not continue the earlier text. */
  #hasGap = false;
  #characters = 0;
  #started = false;
  #isWriting = false;
  /** The output item of the latest text. */
  #textIndex: number | null = null;

  /** @param responseId of a response that was created earlier */
  constructor({ onEvent }: CallOptions, responseId: string | null = null) {
    this.#onEvent = onEvent;
    this.responseId = responseId;
    this.resumable = responseId !== null;
  }

  /**
   * Whether silence counts. A server may think for a long time before the first output. But a
   * resumable response can be polled at any time.
   */
  get canStall(): boolean {
    return this.#isWriting || this.resumable;
  }

  /** Prepares for a stream that starts with the first event again. */
  restart(): void {
    this.#started = false;
  }

  /**
   * Reads an event.
   *
   * @returns the response if the event ends it, else `null`
   */
  async read(data: unknown): Promise<ResponseBody | null> {
    const { type, sequence_number: sequence } = parse(AnyEvent, data);
    if (endEvents.has(type)) return this.#completed(parse(Snapshot, data).response);
    if (typeof sequence === "number" && !this.#isNext(sequence)) return null;
    this.newEvents++;
    if (startEvents.has(type)) {
      await this.#start(parse(Snapshot, data).response);
    } else if (type === "error") {
      throw fromFailedResponse(ErrorEvent.safeParse(data).data);
    } else {
      this.#isWriting = true;
      const event = DisplayEvent.safeParse(data).data;
      if (event) await this.#display(event);
    }
    return null;
  }

  /** Whether the event is new. */
  #isNext(sequence: number): boolean {
    if (sequence <= this.lastSequence) return false;
    // Some servers count from 1.
    if (this.lastSequence >= 0 && sequence > this.lastSequence + 1) this.#hasGap = true;
    this.lastSequence = sequence;
    return true;
  }

  async #start(body: ResponseBody): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.responseId = body.id;
    this.resumable ||= body.background === true;
    await this.#emitStarted();
  }

  async #emitStarted(): Promise<void> {
    const { responseId, resumable } = this;
    if (responseId !== null) await this.#onEvent?.({ type: "started", responseId, resumable });
  }

  async #display(event: z.infer<typeof DisplayEvent>): Promise<void> {
    switch (event.type) {
      case "response.output_text.delta":
        return await this.#addText(event);
      case "response.reasoning_summary_text.done":
        return await this.#addSummary(`${event.output_index}/${event.summary_index}`, event.text);
      case "response.output_item.done":
        this.#items.set(event.output_index ?? this.#items.size, event.item);
    }
  }

  async #addText({ delta, output_index }: { delta: string; output_index: number }): Promise<void> {
    this.#characters += delta.length;
    if (this.#characters > MAX_CHARACTERS) throw unreadableAnswer();
    if (this.#hasGap) return;
    // Text of another message: the earlier message was not part of the answer.
    const isOther = this.#textIndex !== null && this.#textIndex !== output_index;
    this.#textIndex = output_index;
    if (isOther) await this.#emitStarted();
    await this.#onEvent?.({ type: "text", delta });
  }

  async #addSummary(key: string, summary: string): Promise<void> {
    if (this.#summaries.has(key) || this.#summaries.size >= MAX_SUMMARIES) return;
    this.#summaries.add(key);
    await this.#onEvent?.({ type: "reasoning", summary });
  }

  /**
   * Restores the output, because some servers omit it in the last event after they sent its items.
   */
  #completed(body: ResponseBody): ResponseBody {
    if (body.output.length > 0) return body;
    const items = [...this.#items].toSorted(([a], [b]) => a - b);
    return { ...body, output: items.map(([, item]) => item) };
  }
}

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
    throw new JobError("content_filtered", "OpenAI API content filter stopped the response", {
      spent,
    });
  }
  const items = parse(z.array(OutputItem), body.output);
  const messages = items.flatMap((item) => item.type === "message" ? [item.content] : []);
  if (messages.flat().some(({ type }) => type === "refusal")) {
    throw new JobError("refused", "OpenAI API refused the request", { spent });
  }
  // The last message is the answer. Earlier messages are comments.
  const texts = messages.at(-1)?.flatMap(({ text }) => text ?? []) ?? [];
  return {
    ...spent,
    text: texts.length > 0 ? texts.join("") : null,
    truncated: body.status === "incomplete",
    output: body.output,
    calls: items.flatMap((item) =>
      item.type === "function_call"
        ? [{ callId: item.call_id, name: item.name, arguments: item.arguments }]
        : []
    ),
    reasoningSummaries: items.flatMap((item) =>
      item.type === "reasoning" ? item.summary.map((part) => part.text) : []
    ),
    stored: body.background === true,
  };
}

function usageOf({ usage }: ResponseBody): Usage | null {
  return usage
    ? usageFrom({
      input: usage.input_tokens,
      cached: usage.input_tokens_details?.cached_tokens,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.reasoning_tokens,
    })
    : null;
}

/** Whether the response has ended. */
export function isOver({ status }: ResponseBody): boolean {
  return status !== "queued" && status !== "in_progress";
}

/**
 * Parses a response.
 *
 * @throws {JobError} if it is not valid
 */
export function parseResponse(answer: unknown): ResponseBody {
  return parse(ResponseBody, answer);
}

function parse<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadableAnswer();
  return parsed.data;
}
