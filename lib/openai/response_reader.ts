/**
 * What the Responses API sends: the events of a stream, and the response that they end with.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { type CallOptions, InputItem, ResponseId, type ResponseTurn } from "../model/model.ts";
import { fromFailedResponse, unreadableAnswer } from "./error.ts";
import { TokenCount, type Usage, usageFrom } from "../usage.ts";

const index = z.int().nonnegative();

/** Of a response, the parts that are used. */
const ResponseBody = z.object({
  id: ResponseId,
  status: z.enum(["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]),
  /** Servers that do not know background responses do not say that this is one. */
  background: z.boolean().nullish(),
  error: z.object({ code: z.unknown() }).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(InputItem).default([]),
  // What it cost is no reason to throw an answer away.
  usage: z.object({
    input_tokens: TokenCount,
    input_tokens_details: z.object({ cached_tokens: TokenCount.nullish() }).nullish(),
    output_tokens: TokenCount,
    output_tokens_details: z.object({ reasoning_tokens: TokenCount.nullish() }).nullish(),
  }).nullish().catch(null),
});
export type ResponseBody = z.infer<typeof ResponseBody>;

/** Of a response's output items, the parts that are used; the items themselves are kept whole. */
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

const begins = new Set(["response.created", "response.queued", "response.in_progress"]);
const ends = new Set(["response.completed", "response.incomplete", "response.failed"]);

/** The events that only show something: one that cannot be read does the answer no harm. */
const Shown = z.discriminatedUnion("type", [
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

/** An answer that grows beyond this is no plan: five bundles take a hundredth of it. */
const MAX_CHARACTERS = 1_000_000;

/** More summaries are not useful to a reader. */
const MAX_SUMMARIES = 200;

/** Makes sense of the events of one response, over as many streams as it takes. */
export class ResponseReader {
  responseId: string | null;
  /** The response goes on without us, and can be joined. */
  resumable: boolean;
  /** The highest number of an event so far. */
  lastSequence = -1;
  /** How many events there were that had not been there before. */
  news = 0;
  readonly #onEvent: CallOptions["onEvent"];
  readonly #items = new Map<number, InputItem>();
  readonly #summaries = new Set<string>();
  /** An event is missing: what comes now does not follow what was heard. */
  #broken = false;
  #characters = 0;
  #started = false;
  #isWriting = false;
  /** The output item whose text was heard last. */
  #textIndex: number | null = null;

  /** @param responseId of a response that was begun earlier */
  constructor({ onEvent }: CallOptions, responseId: string | null = null) {
    this.#onEvent = onEvent;
    this.responseId = responseId;
    this.resumable = responseId !== null;
  }

  /**
   * Whether silence means something: a server may think for long before it says anything at all, but
   * a look at what goes on by itself costs nothing.
   */
  get isUnderWay(): boolean {
    return this.#isWriting || this.resumable;
  }

  /** The next stream begins at the beginning. */
  startAgain(): void {
    this.#started = false;
  }

  /** @returns the response, once it is over */
  async read(data: unknown): Promise<ResponseBody | null> {
    const { type, sequence_number: sequence } = parse(AnyEvent, data);
    if (ends.has(type)) return this.#completed(parse(Snapshot, data).response);
    if (typeof sequence === "number" && !this.#isNext(sequence)) return null;
    this.news++;
    if (begins.has(type)) {
      await this.#start(parse(Snapshot, data).response);
    } else if (type === "error") {
      throw fromFailedResponse(ErrorEvent.safeParse(data).data);
    } else {
      this.#isWriting = true;
      const shown = Shown.safeParse(data).data;
      if (shown) await this.#show(shown);
    }
    return null;
  }

  /** Whether the event has not been there before. */
  #isNext(sequence: number): boolean {
    if (sequence <= this.lastSequence) return false;
    // Some servers count from 1.
    if (this.lastSequence >= 0 && sequence > this.lastSequence + 1) this.#broken = true;
    this.lastSequence = sequence;
    return true;
  }

  async #start(body: ResponseBody): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.responseId = body.id;
    this.resumable ||= body.background === true;
    await this.#tellStart();
  }

  async #tellStart(): Promise<void> {
    const { responseId, resumable } = this;
    if (responseId !== null) await this.#onEvent?.({ type: "started", responseId, resumable });
  }

  async #show(event: z.infer<typeof Shown>): Promise<void> {
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
    if (this.#broken) return;
    // Another message: what the one before said was no part of the answer.
    const isOther = this.#textIndex !== null && this.#textIndex !== output_index;
    this.#textIndex = output_index;
    if (isOther) await this.#tellStart();
    await this.#onEvent?.({ type: "text", delta });
  }

  async #addSummary(key: string, summary: string): Promise<void> {
    if (this.#summaries.has(key) || this.#summaries.size >= MAX_SUMMARIES) return;
    this.#summaries.add(key);
    await this.#onEvent?.({ type: "reasoning", summary });
  }

  /** Some servers leave the output out of the last event, because they have sent it item by item. */
  #completed(body: ResponseBody): ResponseBody {
    if (body.output.length > 0) return body;
    const items = [...this.#items].toSorted(([a], [b]) => a - b);
    return { ...body, output: items.map(([, item]) => item) };
  }
}

/**
 * The answer of a response that is over.
 *
 * @throws {JobError} if it has none
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
  // The last one is the answer; what comes before it is said on the way.
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

/** Whether nothing more will come of it. */
export function isOver({ status }: ResponseBody): boolean {
  return status !== "queued" && status !== "in_progress";
}

/** @throws {JobError} if it is no response */
export function parseResponse(answer: unknown): ResponseBody {
  return parse(ResponseBody, answer);
}

function parse<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadableAnswer();
  return parsed.data;
}
