/**
 * Reads the events of a Responses API stream, and the response at its end.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 *
 * Servers with the same API differ in ids, numbers, the names of events and in what they repeat. What
 * is missing at the end is restored from what was heard before.
 * @module
 */
import { z } from "zod";
import { isComplete } from "../model/json_document.ts";
import { type CallOptions, InputItem } from "../model/model.ts";
import { fromFailedResponse, unreadableAnswer } from "./error.ts";
import { lenientId } from "./lenient.ts";
import { isOver, parseResponse, type ResponseBody } from "./response_body.ts";

const index = z.int().nonnegative();

const startEvents = new Set(["response.created", "response.queued", "response.in_progress"]);

/** The last events, and the status of a response that has none. */
const endEvents: Record<string, ResponseBody["status"]> = {
  "response.completed": "completed",
  "response.done": "completed",
  "response.incomplete": "incomplete",
  "response.failed": "failed",
  "response.cancelled": "cancelled",
};

const AnyEvent = z.object({
  type: z.string(),
  sequence_number: index.nullish().catch(null),
  response: z.record(z.string(), z.unknown()).nullish().catch(null),
});

/** A whole response in place of its events. */
const WholeResponse = z.looseObject({ object: z.literal("response") });

/** Events about the output. An invalid one is ignored: the last event has the whole output. */
const OutputEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("response.output_text.delta"),
    output_index: index.default(0),
    delta: z.string(),
  }),
  z.object({
    type: z.literal("response.output_text.done"),
    output_index: index.default(0),
    text: z.string(),
  }),
  z.object({
    type: z.literal("response.reasoning_summary_text.done"),
    output_index: index.default(0),
    summary_index: index.default(0),
    text: z.string(),
  }),
  z.object({ type: z.literal("response.output_item.added"), output_index: index }),
  z.object({
    type: z.literal("response.output_item.done"),
    output_index: index.optional(),
    item: InputItem,
  }),
]);
type OutputEvent = z.infer<typeof OutputEvent>;

/** The fault may be the event itself, or its member. */
const ErrorEvent = z.object({ type: z.literal("error"), error: z.unknown().optional() }).loose();

/** A longer answer cannot be a plan: five bundles take a hundredth of it. */
const MAX_CHARACTERS = 1_000_000;

/** More summaries than a reader would read. */
const MAX_SUMMARIES = 200;

/** Reads the events of one response, from one or more streams. */
export class ResponseReader {
  /** `null` until the first event. */
  responseId: string | null;
  /** Whether the response continues after the connection has ended, and can be joined. */
  resumable: boolean;
  /** The highest sequence number so far. */
  lastSequence = -1;
  /** The number of events so far, without repeated ones. */
  newEvents = 0;
  readonly #onEvent: CallOptions["onEvent"];
  readonly #items = new Map<number, InputItem>();
  /** The items that have begun, by their positions. */
  readonly #begun = new Set<number>();
  /** The texts of the output by the positions of their items. */
  readonly #texts = new Map<number, string>();
  readonly #summaries = new Set<string>();
  /** Whether the events have numbers. Some servers send the same number with each event. */
  #isNumbered = true;
  /** The last numbered event of this stream. */
  #last: { sequence: number; json: string } | null = null;
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

  /**
   * Prepares for another stream of the response, which may repeat events.
   *
   * @param options `fromStart`: it starts with the first event again
   */
  restart({ fromStart }: { fromStart: boolean }): void {
    if (fromStart) this.#started = false;
    this.#last = null;
  }

  /**
   * Reads an event.
   *
   * @returns the response if the event ends it, else `null`
   */
  async read(data: unknown): Promise<ResponseBody | null> {
    const whole = WholeResponse.safeParse(data).data;
    if (whole) return await this.#readWhole(whole);
    const { data: event } = AnyEvent.safeParse(data);
    // A ping, for example.
    if (!event) return null;
    const { type, sequence_number: sequence, response } = event;
    if (endEvents[type]) {
      const body = this.#parse(response ?? {}, endEvents[type]);
      return this.#completed(isOver(body) ? body : { ...body, status: endEvents[type] });
    }
    if (typeof sequence === "number" && !this.#isNew(sequence, data)) return null;
    this.newEvents++;
    if (startEvents.has(type)) {
      await this.#start(this.#parse(response ?? {}, "in_progress"));
    } else if (type === "error") {
      const fault = ErrorEvent.parse(data);
      throw fromFailedResponse(fault.error ?? fault);
    } else {
      const output = OutputEvent.safeParse(data).data;
      if (!output) return null;
      if (!this.#started) await this.#start(this.#parse({}, "in_progress"));
      this.#isWriting = true;
      await this.#readOutput(output);
    }
    return null;
  }

  /**
   * Returns the response if its stream has ended without a last event, although everything has
   * arrived: each item that has begun is done, or the text is a complete document.
   */
  atEnd(): ResponseBody | null {
    if (this.resumable || this.#items.size + this.#texts.size === 0) return null;
    const isDone = this.#items.size > 0 && [...this.#begun].every((at) => this.#items.has(at)) &&
      [...this.#items.values()].some(({ type }) => type === "message" || type === "function_call");
    const isWhole = isDone || [...this.#texts.values()].some(isComplete);
    return isWhole ? this.#completed(this.#parse({}, "completed")) : null;
  }

  async #readWhole(whole: Record<string, unknown>): Promise<ResponseBody | null> {
    const body = this.#parse(whole, "completed");
    await this.#start(body);
    return isOver(body) ? body : null;
  }

  /** Parses a response. Without an id, it has the one of an earlier event, or a new one. */
  #parse(response: object, status: ResponseBody["status"]): ResponseBody {
    const id = lenientId.parse("id" in response ? response.id : null) ?? this.responseId ??
      `resp-${crypto.randomUUID()}`;
    return parseResponse({ status, ...response, id });
  }

  /** Returns whether the event is not a repeated one. */
  #isNew(sequence: number, event: unknown): boolean {
    if (!this.#isNumbered) return true;
    const json = JSON.stringify(event);
    if (this.#last?.sequence === sequence && this.#last.json !== json) this.#isNumbered = false;
    this.#last = { sequence, json };
    if (!this.#isNumbered) return true;
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

  async #readOutput(event: OutputEvent): Promise<void> {
    switch (event.type) {
      case "response.output_text.delta":
        return await this.#addText(event);
      case "response.output_text.done":
        return void this.#texts.set(event.output_index, event.text);
      case "response.reasoning_summary_text.done":
        return await this.#addSummary(`${event.output_index}/${event.summary_index}`, event.text);
      case "response.output_item.added":
        return void this.#begun.add(event.output_index);
      case "response.output_item.done":
        this.#items.set(event.output_index ?? this.#items.size, event.item);
    }
  }

  async #addText({ delta, output_index }: { delta: string; output_index: number }): Promise<void> {
    this.#characters += delta.length;
    if (this.#characters > MAX_CHARACTERS) throw unreadableAnswer();
    if (this.#hasGap) return;
    this.#texts.set(output_index, (this.#texts.get(output_index) ?? "") + delta);
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

  /** Restores the output, because some servers omit it in the last event. */
  #completed(body: ResponseBody): ResponseBody {
    if (body.output.length > 0) return body;
    const items = [...this.#items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
    const hasMessage = items.some(({ type }) => type === "message" || type === "function_call");
    const text = [...this.#texts.values()].at(-1);
    const heard = hasMessage || text === undefined ? [] : [messageOf(text)];
    return { ...body, output: [...items, ...heard] };
  }
}

function messageOf(text: string): InputItem {
  const content = [{ type: "output_text", text, annotations: [] }];
  return { type: "message", role: "assistant", status: "completed", content };
}
