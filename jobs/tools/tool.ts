/**
 * Functions that a model may call. Whatever goes wrong in one is told to the model as the call's
 * output: it can go on without.
 * @module
 */
import { z } from "zod";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { parseJson } from "../../lib/json.ts";
import { JsonFetchError } from "../../lib/http/json_fetch.ts";
import type { FunctionCall, FunctionTool } from "../../lib/model/model.ts";
import { problemsOf } from "../../lib/model/structured_output.ts";

/** A tool and the code behind it. */
export interface Tool<Args = unknown> extends FunctionTool {
  parameters: z.ZodType<Args>;
  /** What the traveller is told while it runs, one sentence. */
  message: string;
  /** Longest run, in milliseconds; unset, {@link TOOL_TIMEOUT_MS}. */
  timeoutMs?: number;
  run(args: Args, signal: AbortSignal): Promise<unknown>;
}

/** What the model is told of a call. */
export const ToolOutput = z.object({
  /** JSON: what the tool returned, or `{"error": …}`. */
  text: z.string(),
  failed: z.boolean(),
});
export type ToolOutput = z.infer<typeof ToolOutput>;

/** The model reads at most this many characters of one tool's output; the rest is cut off. */
export const MAX_OUTPUT_CHARACTERS = 16_000;

/** Two requests of ten seconds each. */
export const TOOL_TIMEOUT_MS = 20_000;

const log = getLogger(["tripwright", "tool"]);

/**
 * Runs one call.
 *
 * @throws the reason of `signal`, if that aborts; nothing else
 */
export async function runTool(
  tools: Tool[],
  call: FunctionCall,
  context: { signal: AbortSignal; clock: Clock },
): Promise<ToolOutput> {
  const tool = tools.find(({ name }) => name === call.name);
  try {
    if (!tool) return failed(`There is no tool named ${call.name.slice(0, MAX_NAME_CHARACTERS)}`);
    const args = tool.parameters.safeParse(parseJson(call.arguments));
    if (!args.success) return failed("The arguments are not valid", problemsOf(args.error));
    return { text: bounded(await runInTime(tool, args.data, context)), failed: false };
  } catch (error) {
    context.signal.throwIfAborted();
    // Only messages of our own go to the model: another one could quote a URL with a key in it.
    const reason = error instanceof JsonFetchError || error instanceof ToolTimeoutError
      ? error.message
      : "internal error";
    log.warning("tool failed", { tool: tool?.name, reason });
    return failed(`The tool failed: ${reason}`);
  }
}

/** A name that the model has made up is repeated to it, but not at any length. */
const MAX_NAME_CHARACTERS = 100;

class ToolTimeoutError extends Error {
  override name = "ToolTimeoutError";
}

/** Gives the tool its time, whether it listens to its signal or not. */
async function runInTime(
  { run, timeoutMs = TOOL_TIMEOUT_MS }: Tool,
  args: unknown,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<unknown> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const late = clock.wait(timeoutMs, until).then(() => {
    signal.throwIfAborted();
    throw new ToolTimeoutError(`no answer within ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([run(args, until), late]);
  } finally {
    late.catch(() => {});
    over.abort();
  }
}

function failed(error: string, problems?: string[]): ToolOutput {
  return { text: JSON.stringify({ error, problems }), failed: true };
}

function bounded(output: unknown): string {
  const text = JSON.stringify(output) ?? "null";
  if (text.length <= MAX_OUTPUT_CHARACTERS) return text;
  return `${text.slice(0, MAX_OUTPUT_CHARACTERS).toWellFormed()} [cut off]`;
}
