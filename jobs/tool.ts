/**
 * Functions that a model may call. Whatever goes wrong in one is told to the model as the call's
 * output: it can go on without.
 * @module
 */
import type { z } from "zod";
import { getLogger } from "@logtape/logtape";
import { parseJson } from "../lib/json.ts";
import { JsonFetchError } from "../lib/json_fetch.ts";
import type { FunctionCall, FunctionTool } from "../lib/model.ts";
import { problemsOf } from "./structured_output.ts";

/** A tool and the code behind it. */
export interface Tool<Args = unknown> extends FunctionTool {
  parameters: z.ZodType<Args>;
  run(args: Args, signal: AbortSignal): Promise<unknown>;
}

/** The model reads at most this many characters of one tool's output; the rest is cut off. */
export const MAX_OUTPUT_CHARACTERS = 16_000;

const log = getLogger(["tripwright", "tool"]);

/**
 * Runs one call.
 *
 * @returns the JSON text for the model: what the tool returned, or `{"error": …}`
 * @throws the reason of `signal`, if that aborts; nothing else
 */
export async function runTool(
  tools: Tool[],
  call: FunctionCall,
  signal: AbortSignal,
): Promise<string> {
  const text = JSON.stringify(await outputOf(tools, call, signal)) ?? "null";
  if (text.length <= MAX_OUTPUT_CHARACTERS) return text;
  return `${text.slice(0, MAX_OUTPUT_CHARACTERS).toWellFormed()} [cut off]`;
}

async function outputOf(tools: Tool[], call: FunctionCall, signal: AbortSignal): Promise<unknown> {
  const tool = tools.find(({ name }) => name === call.name);
  if (!tool) return { error: `There is no tool named ${call.name}` };
  const args = tool.parameters.safeParse(parseJson(call.arguments));
  if (!args.success) {
    return { error: "The arguments are not valid", problems: problemsOf(args.error) };
  }
  try {
    return await tool.run(args.data, signal);
  } catch (error) {
    signal.throwIfAborted();
    // Only messages of our own go to the model: another one could quote a URL with a key in it.
    const reason = error instanceof JsonFetchError ? error.message : "internal error";
    log.warning("tool failed", { tool: tool.name, reason });
    return { error: `The tool failed: ${reason}` };
  }
}
