/**
 * Functions that a model may call. Whatever goes wrong in one is told to the model as the call's
 * output: it can go on without.
 * @module
 */
import { z } from "zod";
import { getLogger } from "@logtape/logtape";
import { type Clock, DeadlineError, withDeadline } from "../../lib/clock.ts";
import { parseJson } from "../../lib/json.ts";
import { JsonFetchError } from "../../lib/http/json_fetch.ts";
import type { FunctionCall, FunctionTool } from "../../lib/model/model.ts";
import { problemsOf } from "../../lib/model/structured_output.ts";

/** What a tool runs with. */
export interface ToolContext {
  /** Aborts when the tool has used up its time, or the job is no longer this worker's. */
  signal: AbortSignal;
  clock: Clock;
}

/** A tool and the code behind it. */
export interface Tool<Args = unknown> extends FunctionTool {
  parameters: z.ZodType<Args>;
  /** What the traveller is told while it runs, one sentence. */
  message: string;
  /** Longest run, in milliseconds; unset, {@link TOOL_TIMEOUT_MS}. */
  timeoutMs?: number;
  run(args: Args, context: ToolContext): Promise<unknown>;
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
  context: ToolContext,
): Promise<ToolOutput> {
  const { clock } = context;
  const tool = tools.find(({ name }) => name === call.name);
  try {
    if (!tool) return failed(`There is no tool named ${call.name.slice(0, MAX_NAME_CHARACTERS)}`);
    const args = tool.parameters.safeParse(parseJson(call.arguments));
    if (!args.success) return failed("The arguments are not valid", problemsOf(args.error));
    const { timeoutMs: ms = TOOL_TIMEOUT_MS } = tool;
    const output = await withDeadline(
      (signal) => tool.run(args.data, { signal, clock }),
      { ms, clock, signal: context.signal },
    );
    return { text: bounded(output), failed: false };
  } catch (error) {
    context.signal.throwIfAborted();
    // Only messages of our own go to the model: another one could quote a URL with a key in it.
    const reason = error instanceof JsonFetchError
      ? error.message
      : error instanceof DeadlineError
      ? `no answer within ${tool?.timeoutMs ?? TOOL_TIMEOUT_MS} ms`
      : "internal error";
    log.warning("tool failed", { tool: tool?.name, reason });
    return failed(`The tool failed: ${reason}`);
  }
}

/** A name that the model has made up is repeated to it, but not at any length. */
const MAX_NAME_CHARACTERS = 100;

function failed(error: string, problems?: string[]): ToolOutput {
  return { text: JSON.stringify({ error, problems }), failed: true };
}

function bounded(output: unknown): string {
  const text = JSON.stringify(output) ?? "null";
  if (text.length <= MAX_OUTPUT_CHARACTERS) return text;
  return `${text.slice(0, MAX_OUTPUT_CHARACTERS).toWellFormed()} [cut off]`;
}
