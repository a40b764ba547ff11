/**
 * The output of a response as its events tell it, for servers that omit it, or a part of it, in the
 * last event.
 * @module
 */
import { z } from "zod";
import { isComplete } from "../model/json_document.ts";
import { InputItem } from "../model/model.ts";
import { unreadableAnswer } from "./error.ts";
import { lenientArguments, lenientText } from "./lenient.ts";
import type { ResponseBody } from "./response_body.ts";

const index = z.int().nonnegative();

/** A position; 0 on servers that send none. */
export const lenientIndex = index.nullish().catch(null).transform((position) => position ?? 0);

/** Events about the output. An invalid one is ignored. */
const OutputEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("response.output_text.delta"),
    output_index: lenientIndex,
    delta: z.string(),
  }),
  z.object({
    type: z.literal("response.output_text.done"),
    output_index: lenientIndex,
    text: z.string(),
  }),
  z.object({
    type: z.literal("response.refusal.done"),
    output_index: lenientIndex,
    refusal: z.string(),
  }),
  z.object({
    type: z.literal("response.function_call_arguments.done"),
    output_index: lenientIndex,
    arguments: lenientArguments,
  }),
  z.object({
    type: z.literal("response.output_item.added"),
    output_index: index.nullish().catch(null),
    item: InputItem.nullish().catch(null),
  }),
  z.object({
    type: z.literal("response.output_item.done"),
    output_index: index.nullish().catch(null),
    item: InputItem,
  }),
  z.object({ type: z.literal("response.reasoning_summary_text.done") }),
]);

/** More characters than an answer has with all of its parts. */
const MAX_CHARACTERS = 2_000_000;

/** The items of one response, by their positions. */
export class HeardOutput {
  /** The items that are done. */
  readonly #done = new Map<number, InputItem>();
  /** The items that have begun. */
  readonly #begun = new Map<number, InputItem>();
  readonly #texts = new Map<number, string>();
  readonly #refusals = new Map<number, string>();
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
        this.#characters += event.delta.length;
        if (this.#characters > MAX_CHARACTERS) throw unreadableAnswer();
        this.#texts.set(
          event.output_index,
          (this.#texts.get(event.output_index) ?? "") + event.delta,
        );
        break;
      case "response.output_text.done":
        this.#texts.set(event.output_index, event.text);
        break;
      case "response.refusal.done":
        this.#refusals.set(event.output_index, event.refusal);
        break;
      case "response.function_call_arguments.done":
        this.#addArguments(event.output_index, event.arguments);
        break;
      case "response.output_item.added":
        this.#begun.set(event.output_index ?? this.#begun.size, event.item ?? {});
        break;
      case "response.output_item.done":
        this.#done.set(event.output_index ?? this.#done.size, event.item);
    }
    return true;
  }

  #addArguments(at: number, text: string): void {
    const item = this.#begun.get(at);
    // The event that ends the item has more, and replaces this.
    if (item?.type === "function_call") this.#done.set(at, { ...item, arguments: text });
  }

  /** Whether each item that has begun is done, or a text is a complete document. */
  get isWhole(): boolean {
    const isDone = [...this.#begun.keys()].every((at) => this.#done.has(at)) &&
      [...this.#done.values()].some(isAnswer);
    const texts = [...this.#done.values()].map(({ content }) => lenientText.parse(content));
    return isDone || [...this.#texts.values(), ...texts].some(isComplete);
  }

  *#messages(): Generator<[number, InputItem]> {
    for (const [at, text] of this.#texts) yield [at, messageOf({ type: "output_text", text })];
    for (const [at, refusal] of this.#refusals) {
      yield [at, messageOf({ type: "refusal", refusal })];
    }
  }

  /** Returns the response with the output that was heard, if it has none of its own. */
  complete(body: ResponseBody): ResponseBody {
    if (body.output.length > 0) return body;
    const items = new Map(this.#done);
    const hasMessage = [...items.values()].some(({ type }) => type === "message");
    for (const [at, message] of hasMessage ? [] : this.#messages()) {
      // Without positions, a message comes after its reasoning.
      items.set(items.has(at) ? at + 0.5 : at, message);
    }
    const output = [...items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
    const { output_text: text } = body;
    if (!output.some(isAnswer) && text) output.push(messageOf({ type: "output_text", text }));
    return { ...body, output };
  }
}

/** Whether an item is an answer, or a part of one. */
function isAnswer({ type }: InputItem): boolean {
  return type === "message" || type === "function_call";
}

function messageOf(part: Record<string, unknown>): InputItem {
  const content = [{ annotations: [], ...part }];
  return { type: "message", role: "assistant", status: "completed", content };
}
