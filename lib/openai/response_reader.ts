/**
 * Reads the events of a Responses API stream, and the response at its end.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 *
 * Servers with the same API differ in ids, numbers, the names of events and in what they repeat. What
 * is missing at the end is restored from what was heard before.
 * @module
 */
import { z } from "zod";
import type { CallOptions } from "../model/model.ts";
import { BlankRun } from "./blank_run.ts";
import { failureKinds } from "../job/failure.ts";
import { fromFailedResponse, unreadableAnswer } from "./error.ts";
import { lenientId } from "./lenient.ts";
import { HeardOutput, lenientIndex } from "./heard_output.ts";
import { isOver, parseResponse, type ResponseBody } from "./response_body.ts";

const startEvents = new Set(["response.created", "response.queued", "response.in_progress"]);

/** The last events, and the status of a response that has none. */
const endEvents = new Map<string, ResponseBody["status"]>([
  ["response.completed", "completed"],
  ["response.done", "completed"],
  ["response.incomplete", "incomplete"],
  ["response.failed", "failed"],
  ["response.cancelled", "cancelled"],
]);

/**
 * Returns the status of the response that an event ends, or `undefined`. Some servers have names of
 * their own for the last event.
 */
function endOf(type: string, status: unknown): ResponseBody["status"] | undefined {
  const known = endEvents.get(type);
  if (known || startEvents.has(type)) return known;
  return [...endEvents.values()].find((end) => end === status);
}

const AnyEvent = z.object({
  type: z.string().nullish().catch(null),
  sequence_number: z.int().nonnegative().nullish().catch(null),
  response: z.record(z.string(), z.unknown()).nullish().catch(null),
});

/** A whole response in place of its events. */
const WholeResponse = z.union([
  z.looseObject({ object: z.literal("response") }),
  z.looseObject({
    type: z.undefined().optional(),
    output: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()), z.string()]),
  }),
]);

/** Events for the reader of a plan. An invalid one is ignored: the last event has the output. */
const ShownEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("response.output_text.delta"),
    output_index: lenientIndex,
    delta: z.string(),
  }),
  z.object({
    type: z.literal("response.reasoning_summary_text.done"),
    output_index: lenientIndex,
    summary_index: lenientIndex,
    text: z.string(),
  }),
]);

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
  readonly #heard = new HeardOutput();
  readonly #blanks = new BlankRun();
  readonly #summaries = new Set<string>();
  /** Whether the events have numbers. Some servers send the same number with each event. */
  #isNumbered = true;
  /** The numbered events of this stream. */
  #seen = new Map<number, string>();
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
    this.#seen = new Map();
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
    const end = endOf(type ?? "", response?.status);
    if (end) {
      const body = this.#parse(response ?? {}, end);
      return this.#heard.complete(this.#withoutLateFault({
        ...body,
        status: isOver(body) ? body.status : end,
      }));
    }
    if (!type) return null;
    if (typeof sequence === "number" && !this.#isNew(sequence, data)) return null;
    this.newEvents++;
    if (startEvents.has(type)) await this.#start(this.#parse(response ?? {}, "in_progress"));
    else if (this.#heard.add(data)) {
      if (!this.#started) await this.#start(this.#parse({}, "in_progress"));
      this.#isWriting = true;
      await this.#show(data);
    }
    return this.#blanks.isEndless ? this.#stuck() : null;
  }

  /**
   * Returns the response if its stream has ended without a last event, although everything has
   * arrived.
   */
  atEnd(): ResponseBody | null {
    if (this.resumable || !this.#heard.isWhole) return null;
    return this.#heard.complete(this.#parse({}, "completed"));
  }

  /** Whether the model writes white space without end. The rest of the response is not needed. */
  get isStuck(): boolean {
    return this.#blanks.isEndless;
  }

  /** A fault of the server after the end of an answer does not matter. */
  #withoutLateFault(body: ResponseBody): ResponseBody {
    if (body.status !== "failed" || !this.#heard.isWhole) return body;
    const { failure } = fromFailedResponse(body.error);
    return failureKinds[failure.code].retriedByJob ? { ...body, status: "completed" } : body;
  }

  #stuck(): ResponseBody {
    return this.#heard.complete(this.#parse({}, "incomplete"));
  }

  async #readWhole(whole: Record<string, unknown>): Promise<ResponseBody | null> {
    const body = this.#parse(whole, "completed");
    await this.#start(body);
    return isOver(body) ? this.#heard.complete(body) : null;
  }

  /** Parses a response. Without an id, it has the one of an earlier event, or a new one. */
  #parse(response: object, status: ResponseBody["status"]): ResponseBody {
    const id = lenientId.parse("id" in response ? response.id : null) ?? this.responseId ??
      `resp-${crypto.randomUUID()}`;
    return parseResponse({ ...response, id }, status);
  }

  /** Returns whether the event is not a repeated one. */
  #isNew(sequence: number, event: unknown): boolean {
    if (!this.#isNumbered) return true;
    const json = JSON.stringify(event);
    const seen = this.#seen.get(sequence);
    // The same number with another event is no number.
    this.#isNumbered = seen === undefined || seen === json;
    if (!this.#isNumbered) return true;
    this.#seen.set(sequence, json);
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

  async #show(data: unknown): Promise<void> {
    const event = ShownEvent.safeParse(data).data;
    if (event?.type === "response.output_text.delta") await this.#addText(event);
    else if (event) {
      await this.#addSummary(`${event.output_index}/${event.summary_index}`, event.text);
    }
  }

  async #addText({ delta, output_index }: { delta: string; output_index: number }): Promise<void> {
    this.#characters += delta.length;
    if (this.#characters > MAX_CHARACTERS) throw unreadableAnswer();
    this.#blanks.add(delta);
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
}
