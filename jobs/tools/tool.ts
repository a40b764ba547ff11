/**
 * Functions that a model may call. The model receives a tool's error as the output of the call, and
 * can continue without the tool.
 * @module
 */
import { z } from "zod";
import { getLogger } from "@logtape/logtape";
import { type Clock, DeadlineError, withDeadline } from "../../lib/clock.ts";
import { parseJson } from "../../lib/json.ts";
import { JsonFetchError } from "../../lib/http/json_fetch.ts";
import type { FunctionCall, FunctionTool } from "../../lib/model/model.ts";
import { problemsOf } from "../../lib/model/structured_output.ts";
import { TimeZoneName } from "../../lib/time_zone.ts";
import { writeOutput } from "./output.ts";

/** A place that a tool has found, with its time zone. */
export const FoundPlace = z.object({
  name: z.string(),
  timeZone: TimeZoneName,
  /** The name with its region and country; unset in steps of earlier versions. */
  label: z.string().optional(),
});
export type FoundPlace = z.infer<typeof FoundPlace>;

/** The context of a tool call. */
export interface ToolContext {
  /** Aborts when the tool times out, or when this worker must stop work on the job. */
  signal: AbortSignal;
  clock: Clock;
  /** Notes the place that the output is about, for the program. The model does not see it. */
  notePlace?: (place: FoundPlace) => void;
}

/** A tool and its implementation. */
export interface Tool<Args = unknown> extends FunctionTool {
  parameters: z.ZodType<Args>;
  /** One sentence that the traveller sees while the tool runs. */
  message: string;
  /** The timeout in milliseconds. Unset: {@link TOOL_TIMEOUT_MS}. */
  timeoutMs?: number;
  run(args: Args, context: ToolContext): Promise<unknown>;
}

/** The output of a call, as the model receives it. */
export const ToolOutput = z.object({
  /** JSON: the tool's result, or `{"error": …}`. */
  text: z.string(),
  failed: z.boolean(),
  /** The place that the output is about. The tool wrote it, so the model cannot invent it. */
  place: FoundPlace.optional().catch(undefined),
});
export type ToolOutput = z.infer<typeof ToolOutput>;

/** Enough for two requests of ten seconds each. */
export const TOOL_TIMEOUT_MS = 20_000;

const log = getLogger(["tripwright", "tool"]);

/**
 * Runs one call of a tool.
 *
 * @throws only the reason of `signal`, if it aborts
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
    if (call.arguments.length > MAX_ARGUMENT_CHARACTERS) {
      return failed(`The arguments have more than ${MAX_ARGUMENT_CHARACTERS} characters`);
    }
    const args = tool.parameters.safeParse(parseJson(call.arguments));
    if (!args.success) return failed("The arguments are not valid", problemsOf(args.error));
    const { timeoutMs: ms = TOOL_TIMEOUT_MS } = tool;
    let place: FoundPlace | undefined;
    const notePlace = (found: FoundPlace) => void (place = found);
    const output = await withDeadline(
      (signal) => tool.run(args.data, { signal, clock, notePlace }),
      { ms, clock, signal: context.signal },
    );
    return { text: writeOutput(output), failed: false, ...(place && { place }) };
  } catch (error) {
    context.signal.throwIfAborted();
    // The model gets only our own messages. Other messages could contain a URL with an API key.
    const reason = error instanceof JsonFetchError
      ? error.message
      : error instanceof DeadlineError
      ? `no answer within ${tool?.timeoutMs ?? TOOL_TIMEOUT_MS} ms`
      : "internal error";
    log.warning("tool failed", { tool: tool?.name, reason });
    return failed(`The tool failed: ${reason}`);
  }
}

/** The words for a search are shorter. A tool may send them to another server, in a URL. */
const MAX_ARGUMENT_CHARACTERS = 4_000;

/** Limits the length of an unknown tool name in the error for the model. */
const MAX_NAME_CHARACTERS = 100;

function failed(error: string, problems?: string[]): ToolOutput {
  return { text: JSON.stringify({ error, problems }), failed: true };
}
