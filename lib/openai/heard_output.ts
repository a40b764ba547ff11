/**
 * The output of a response as its events tell it, for servers that omit it, or a part of it, in the
 * last event.
 * @module
 */
import { z } from "zod";
import { isComplete } from "../model/json_document.ts";
import type { InputItem } from "../model/model.ts";
import { unreadableAnswer } from "./error.ts";
import { lenientArguments, lenientId, lenientText } from "./lenient.ts";
import {
  hasArguments,
  MAX_ITEMS,
  messageOf,
  OutputItem,
  type ResponseBody,
  saysSomething,
} from "./response_body.ts";

const index = z.int().nonnegative();

/** A position; 0 on servers that send none. */
export const lenientIndex = index.nullish().catch(null).transform((position) => position ?? 0);

const text = { output_index: lenientIndex, content_index: lenientIndex };
const call = { output_index: lenientIndex, item_id: lenientId };

/** Events about the output. An invalid one is ignored. */
const OutputEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("response.output_text.delta"), ...text, delta: z.string() }),
  z.object({ type: z.literal("response.output_text.done"), ...text, text: z.string() }),
  z.object({
    type: z.literal("response.content_part.done"),
    ...text,
    part: z.object({ type: z.enum(["output_text", "text"]), text: z.string().min(1) }),
  }),
  z.object({
    type: z.literal("response.refusal.done"),
    output_index: lenientIndex,
    refusal: z.string(),
  }),
  z.object({
    type: z.literal("response.function_call_arguments.delta"),
    ...call,
    delta: z.string(),
  }),
  z.object({
    type: z.literal("response.function_call_arguments.done"),
    ...call,
    arguments: lenientArguments,
  }),
  z.object({
    type: z.literal("response.output_item.added"),
    output_index: index.nullish().catch(null),
    item: OutputItem.nullish().catch(null),
  }),
  z.object({
    type: z.literal("response.output_item.done"),
    output_index: index.nullish().catch(null),
    item: OutputItem,
  }),
  z.object({ type: z.literal("response.reasoning_summary_text.done") }),
]);

/** More characters than an answer has with all of its parts. */
const MAX_CHARACTERS = 2_000_000;

/** The distance of items that a server sends with the same position. They fit into half of 1. */
const STEP = 1 / 1_024;

/** The text of a message, in parts with positions of their own. */
class TextParts {
  readonly #parts = new Map<number, string>();
  #length = 0;

  add(at: number, delta: string): void {
    this.set(at, (this.#parts.get(at) ?? "") + delta);
  }

  /** @throws {JobError} if there are too many parts */
  set(at: number, text: string): void {
    this.#length += text.length - (this.#parts.get(at)?.length ?? 0);
    this.#parts.set(at, text);
    requireFew(this.#parts);
  }

  get whole(): string {
    return [...this.#parts.values()].join("");
  }

  /** Whether this is the whole text. A text of another length costs no comparison. */
  is(text: string): boolean {
    return text.length === this.#length && text === this.whole;
  }
}

/** The items of one response, by their positions. */
export class HeardOutput {
  /** The items that are done. */
  readonly #done = new Map<number, InputItem>();
  /** The items that have begun. */
  readonly #begun = new Map<number, InputItem>();
  /** The texts of messages. */
  readonly #texts = new Map<number, TextParts>();
  readonly #refusals = new Map<number, string>();
  /** The arguments of function calls that are not done. */
  readonly #arguments = new Map<number, string>();
  #characters = 0;

  /**
   * Reads an event.
   *
   * @returns whether it is about the output
   */
  add(data: unknown): boolean {
    const event = OutputEvent.safeParse(data).data;
    if (!event) return false;
    switch (event.type) {
      case "response.output_text.delta":
        this.#count(event.delta);
        this.#partsAt(event.output_index).add(event.content_index, event.delta);
        break;
      case "response.output_text.done":
        this.#setText(event, event.text);
        break;
      case "response.content_part.done":
        this.#setText(event, event.part.text);
        break;
      case "response.refusal.done":
        if (event.refusal) this.#refusals.set(event.output_index, event.refusal);
        requireFew(this.#refusals);
        break;
      case "response.function_call_arguments.delta":
        this.#addArguments(this.#callOf(event), event.delta);
        break;
      case "response.function_call_arguments.done":
        this.#setArguments(this.#callOf(event), event.arguments);
        break;
      case "response.output_item.added":
        place(this.#begun, event.output_index ?? this.#begun.size, event.item ?? {});
        break;
      case "response.output_item.done":
        place(this.#done, event.output_index ?? this.#done.size, event.item);
    }
    return true;
  }

  #count(text: string): void {
    this.#characters += text.length;
    if (this.#characters > MAX_CHARACTERS) throw unreadableAnswer();
  }

  #partsAt(at: number): TextParts {
    const parts = this.#texts.get(at) ?? new TextParts();
    this.#texts.set(at, parts);
    requireFew(this.#texts);
    return parts;
  }

  #setText(
    { output_index, content_index }: { output_index: number; content_index: number },
    text: string,
  ): void {
    const parts = this.#partsAt(output_index);
    // Some servers name the part only in some of the events.
    if (parts.is(text)) return;
    this.#count(text);
    parts.set(content_index, text);
  }

  /** Returns the place of the function call that an event is about: by its id, else the latest. */
  #callOf(
    { output_index: at, item_id }: { output_index: number; item_id: string | null },
  ): number | undefined {
    let latest: number | undefined;
    for (const [place, { type, id }] of this.#begun) {
      if (Math.floor(place) !== at || type !== "function_call") continue;
      if (item_id !== null && id === item_id) return place;
      latest = place;
    }
    return latest;
  }

  #addArguments(at: number | undefined, delta: string): void {
    this.#count(delta);
    if (at !== undefined) this.#arguments.set(at, (this.#arguments.get(at) ?? "") + delta);
  }

  #setArguments(at: number | undefined, text: string): void {
    // The event that ends the item has more, and replaces this.
    if (at !== undefined && text) this.#done.set(at, { ...this.#begun.get(at), arguments: text });
  }

  /** Whether each item that has begun is done, or a text is a complete document. */
  get isWhole(): boolean {
    const isDone = [...this.#begun.keys()].every((at) => this.#done.has(at)) &&
      [...this.#done.values()].some(isAnswer);
    const texts = [...this.#done.values()].map(({ content }) => lenientText.parse(content));
    return isDone || [...this.#heardTexts.values(), ...texts].some(isComplete);
  }

  get #heardTexts(): Map<number, string> {
    return new Map([...this.#texts].map(([at, parts]) => [at, parts.whole]));
  }

  *#messages(): Generator<[number, InputItem]> {
    for (const [at, text] of this.#heardTexts) {
      if (text) yield [at, messageOf({ type: "output_text", text })];
    }
    for (const [at, refusal] of this.#refusals) {
      yield [at, messageOf({ type: "refusal", refusal })];
    }
  }

  /** The items that were heard, in their order. */
  get #items(): InputItem[] {
    const items = new Map(this.#done);
    for (const [at, text] of this.#arguments) {
      const item = items.get(at) ?? this.#begun.get(at)!;
      if (!hasArguments(item)) items.set(at, { ...item, arguments: text });
    }
    const messages = [...items.values()].some(saysSomething) ? [] : [...this.#messages()];
    if (messages.length > 0) {
      for (const [at, { type }] of items) if (type === "message") items.delete(at);
    }
    for (const [at, message] of messages) {
      // Without positions, a message comes after its reasoning.
      items.set(items.has(at) ? at + 0.5 : at, message);
    }
    return [...items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
  }

  /** Returns the response with the output that was heard, if its own has no text and no call. */
  complete(body: ResponseBody): ResponseBody {
    if (body.output.some((item) => saysSomething(item) || hasArguments(item))) return body;
    const heard = this.#items;
    const own = body.output.filter((item) => !heard.some((other) => isRepeated(item, other)));
    const output = [...own, ...heard];
    const { output_text: text } = body;
    const hasAnswer = output.some((item) => saysSomething(item) || item.type === "function_call");
    if (!hasAnswer && text) output.push(messageOf({ type: "output_text", text }));
    return { ...body, output };
  }
}

/** Whether an item is an answer, or a part of one, and was not cut. */
function isAnswer({ type, status }: InputItem): boolean {
  return (type === "message" || type === "function_call") && status !== "incomplete";
}

/**
 * Adds an item, or replaces it. Some servers send several items with the same position.
 *
 * @throws {JobError} if there are too many
 */
function place(items: Map<number, InputItem>, position: number, item: InputItem): void {
  let at = position;
  for (let other = items.get(at); other && !isSame(item, other); other = items.get(at)) at += STEP;
  items.set(at, item);
  requireFew(items);
}

/** @throws {JobError} if there are more entries than a response has items, or an item parts */
function requireFew(entries: ReadonlyMap<number, unknown>): void {
  if (entries.size > MAX_ITEMS) throw unreadableAnswer();
}

/** Whether two items with the same position are one. */
function isSame(item: InputItem, other: InputItem): boolean {
  if (item.type !== other.type) return false;
  const id = ["call_id", "id"].find((name) => item[name] && other[name]);
  if (id) return item[id] === other[id];
  return item.name === other.name &&
    (!hasArguments(item) || !hasArguments(other) || item.arguments === other.arguments);
}

/** Whether an item without content is among the items that were heard. */
function isRepeated(item: InputItem, heard: InputItem): boolean {
  return item.type === "function_call" ? isSame(item, heard) : item.type === heard.type;
}
