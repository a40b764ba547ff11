/**
 * Function calls that a model writes into its text, because the server does not read them there. The
 * forms are those of Hermes and Qwen, Mistral, Llama, and of Qwen's coders.
 * @module
 */
import { z } from "zod";
import { parseJson } from "../json.ts";
import { objectsIn, withoutThoughts } from "../model/json_document.ts";
import type { FunctionTool, ResponseTurn } from "../model/model.ts";
import { argumentsText, functionName } from "./called.ts";
import { lenientArguments, newCallId } from "./lenient.ts";

/** A call as JSON. Llama calls the arguments parameters. */
const JsonCall = z.object({
  name: z.string(),
  arguments: lenientArguments,
  parameters: lenientArguments,
});

/**
 * A longer answer is a text, not a list of calls. Arguments have at most 4,000 characters, and an
 * answer has a few calls.
 */
const MAX_CHARACTERS = 200_000;

/** The most calls that are read, and the most parameters of one call. */
const MAX_ELEMENTS = 100;

interface Written {
  name: string;
  arguments: string;
}

/** Returns a turn with the calls in its text, if the text consists of calls of these functions. */
export function withWrittenCalls(turn: ResponseTurn, tools: readonly FunctionTool[]): ResponseTurn {
  if (turn.text === null || turn.calls.length > 0 || turn.truncated) return turn;
  const written = callsIn(turn.text);
  const isKnown = ({ name }: Written) => tools.some((tool) => tool.name === name);
  if (written.length === 0 || !written.every(isKnown)) return turn;
  const calls = written.map((call) => ({ callId: newCallId(), ...call }));
  const items = calls.map(({ callId, ...call }) => (
    { type: "function_call", call_id: callId, ...call }
  ));
  const others = turn.output.filter(({ type }) => type !== "message");
  // The server has stored a text, not calls.
  return { ...turn, text: null, calls, output: [...others, ...items], stored: false };
}

function callsIn(text: string): Written[] {
  const answer = withoutThoughts(text);
  if (answer.length > MAX_CHARACTERS) return [];
  const tagged = elementsIn(answer, "function").map(({ name, content }) => ({
    name: functionName(name),
    arguments: JSON.stringify(parametersIn(content)),
  }));
  return tagged.length > 0 ? tagged : objectsIn(answer).map(callOf);
}

function parametersIn(content: string): Record<string, unknown> {
  const parameters = elementsIn(content, "parameter").map(({ name, content }) => {
    const value = content.replaceAll(/^\n|\n$/g, "");
    return [name, parseJson(value) ?? value];
  });
  return Object.fromEntries(parameters);
}

/** Such as `<function=name>content</function>`. */
interface Element {
  name: string;
  content: string;
}

/** Returns the elements in a text, one after another. Reads each character once. */
function elementsIn(text: string, tag: "function" | "parameter"): Element[] {
  const [opening, closing] = [`<${tag}=`, `</${tag}>`];
  const elements: Element[] = [];
  let end = 0;
  while (elements.length < MAX_ELEMENTS) {
    const start = text.indexOf(opening, end);
    const nameEnd = start < 0 ? -1 : text.indexOf(">", start);
    const contentEnd = nameEnd < 0 ? -1 : text.indexOf(closing, nameEnd);
    // A later element would lack the same.
    if (contentEnd < 0) break;
    const name = text.slice(start + opening.length, nameEnd);
    elements.push({ name, content: text.slice(nameEnd + 1, contentEnd) });
    end = contentEnd + closing.length;
  }
  return elements;
}

/** Returns a call; with an empty name if the object is none. */
function callOf(value: unknown): Written {
  const call = JsonCall.safeParse(value).data;
  return {
    name: functionName(call?.name ?? ""),
    arguments: argumentsText(call?.arguments || call?.parameters || ""),
  };
}
