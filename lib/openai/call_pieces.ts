/**
 * Assembles the function calls of Chat Completions, which arrive in pieces.
 * @module
 */
import { z } from "zod";
import type { FunctionCall } from "../model/model.ts";
import { argumentsText, functionName } from "./called.ts";
import { unreadableAnswer } from "./error.ts";
import { GrowingJson } from "./growing_json.ts";
import { lenientArguments, lenientId, newCallId } from "./lenient.ts";

/** A piece of a function call, or a whole call. */
export const CallPiece = z.object({
  index: z.int().nonnegative().nullish().catch(null),
  id: lenientId,
  function: z.object({
    name: z.string().nullish().catch(null).transform((name) => name ?? ""),
    arguments: lenientArguments,
  }),
  extra_content: z.record(z.string(), z.unknown()).nullish().catch(null),
});
type CallPiece = z.infer<typeof CallPiece>;

/** A function call of Chat Completions. */
export interface ChatCall extends FunctionCall {
  /** What the server wants back with the call, unchanged: Gemini's signature of its thoughts. */
  extra: Record<string, unknown> | null;
}

/** More function calls than a turn has. */
const MAX_CALLS = 100;

/** More characters than the arguments of all calls of a turn have. */
const MAX_CHARACTERS = 1_000_000;

/** A call, as far as it has arrived. */
interface Part {
  index: number | null;
  id: string | null;
  name: string;
  arguments: GrowingJson;
  extra: ChatCall["extra"];
}

/** The function calls of one answer. */
export class CallPieces {
  readonly #parts: Part[] = [];
  #characters = 0;

  /** Whether no call has arrived. */
  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** Whether every call has all of its arguments. */
  get isWhole(): boolean {
    return this.#parts.every((part) => part.arguments.isBlank || part.arguments.isWhole);
  }

  /** The calls. Each has an id of its own, also on servers that send none or repeat them. */
  get calls(): ChatCall[] {
    const calls = new Map<string, ChatCall>();
    for (const { id, name: given, arguments: written, extra } of this.#parts) {
      const known = id === null ? undefined : calls.get(id);
      const name = functionName(given);
      const text = argumentsText(written.text);
      // A call without a name cannot be answered, and a repeated one has its answer.
      if (name === "" || known?.name === name && known.arguments === text) continue;
      const callId = id === null || known ? newCallId() : id;
      calls.set(callId, { callId, name, arguments: text, extra });
    }
    return [...calls.values()];
  }

  /** Adds a piece. */
  add(piece: CallPiece): void {
    const { index = null, id, function: { name, arguments: given } } = piece;
    const part = this.#partOf({ index, id, name });
    part.extra ??= piece.extra_content ?? null;
    part.id ??= id;
    part.name ||= name;
    part.arguments.add(given);
    this.#characters += given.length;
    if (this.#characters > MAX_CHARACTERS || this.#parts.length > MAX_CALLS) {
      throw unreadableAnswer();
    }
  }

  /**
   * Returns the call that a piece continues, or a new one. Some servers send each call with the same
   * index, or no index, or no ids, and some repeat id and name in each piece.
   */
  #partOf({ index, id, name }: Pick<Part, "index" | "id" | "name">): Part {
    const found = index === null
      ? this.#parts.findLast((part) => id === null || part.id === id)
      : this.#parts.findLast((part) => part.index === index);
    if (found && !isOther(found, { id, name })) return found;
    const part = { index, id, name: "", arguments: new GrowingJson(), extra: null };
    this.#parts.push(part);
    return part;
  }
}

/** Returns whether a piece begins another call, although it has the place of this one. */
function isOther(part: Part, { id, name }: Pick<Part, "id" | "name">): boolean {
  if (name === "" || part.name === "") return false;
  return (id === null || id !== part.id) && part.arguments.isWhole;
}
