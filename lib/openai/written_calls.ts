/**
 * Reads function calls that a model has written as text in place of its answer. Small models on
 * servers that do not recognize their calls do so, in one form with or without tags:
 * `<tool_call>{"name":"get_weather","arguments":{"city":"Rome"}}</tool_call>`.
 * @module
 */
import { z } from "zod";
import { parseJson } from "../json.ts";
import { withoutThoughts } from "../model/json_document.ts";
import type { FunctionCall } from "../model/model.ts";
import { newCallId } from "./lenient.ts";

const Arguments = z.record(z.string(), z.unknown());

/** A call. The models of Meta name its arguments `parameters`. */
const Call = z.union([
  z.object({ name: z.string(), arguments: Arguments }),
  z.object({ name: z.string(), parameters: Arguments })
    .transform(({ name, parameters }) => ({ name, arguments: parameters })),
]);

const Calls = z.union([Call.transform((call) => [call]), z.array(Call)]);

/** What stands between the tags. The last one may be missing. */
const TAGGED = /<tool_call>([^]*?)(?:<\/tool_call>|$)/g;

/** A Markdown fence around the whole text. */
const FENCE = /^```\w*\s([^]*?)```$/;

/** More calls than a model makes in one turn. */
const MAX_CALLS = 100;

/**
 * Returns the calls in a text: all between tags, or those of which the whole text consists.
 *
 * @param tools the names of the functions that the model may call
 * @returns an empty list if any of them is not a call of these functions
 */
export function writtenCalls(text: string, tools: readonly string[]): FunctionCall[] {
  const answer = withoutThoughts(text);
  const tagged = Array.from(answer.matchAll(TAGGED), ([, body]) => body!);
  const documents = tagged.length > 0 ? tagged : [answer];
  const calls: FunctionCall[] = [];
  for (const document of documents) {
    const found = Calls.safeParse(parseJson(withoutFence(document.trim()))).data ?? [];
    if (found.length === 0 || !found.every(({ name }) => tools.includes(name))) return [];
    for (const { name, arguments: given } of found) {
      calls.push({ callId: newCallId(), name, arguments: JSON.stringify(given) });
    }
  }
  return calls.length > MAX_CALLS ? [] : calls;
}

function withoutFence(text: string): string {
  return FENCE.exec(text)?.[1]?.trim() ?? text;
}
