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

/** A call as tags. */
const TAGGED = /<function=([^>]+)>([^]*?)<\/function>/g;
const PARAMETER = /<parameter=([^>]+)>\n?([^]*?)\n?<\/parameter>/g;

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
  const tagged = [...answer.matchAll(TAGGED)].map(([, name = "", body = ""]) => ({
    name: functionName(name),
    arguments: JSON.stringify(parametersIn(body)),
  }));
  return tagged.length > 0 ? tagged : objectsIn(answer).map(callOf);
}

function parametersIn(body: string): Record<string, unknown> {
  const parameters = [...body.matchAll(PARAMETER)];
  return Object.fromEntries(
    parameters.map(([, name = "", value = ""]) => [name, parseJson(value) ?? value]),
  );
}

/** Returns a call; with an empty name if the object is none. */
function callOf(value: unknown): Written {
  const call = JsonCall.safeParse(value).data;
  return {
    name: functionName(call?.name ?? ""),
    arguments: argumentsText(call?.arguments || call?.parameters || ""),
  };
}
