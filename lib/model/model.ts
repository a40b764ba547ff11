/**
 * What Tripwright asks of a language model, and what it gets: calls whose answers can be watched as
 * they are written, and end as plain data that can be stored as a checkpoint. `openai_model.ts` and
 * `sample_model.ts` implement it.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import type { Source } from "../job/job_record.ts";
import { Usage } from "../usage.ts";

/** The JSON that the answer has to be. The schema is sent along, and checked again afterwards. */
export interface OutputFormat {
  name: string;
  schema: z.ZodType;
}

/** One message of a Chat Completions call. */
export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  format: OutputFormat;
  /** Upper bound for the answer, reasoning included. */
  maxTokens: number;
}

/** A function that the model may call. */
export interface FunctionTool {
  name: string;
  description: string;
  parameters: z.ZodType;
}

export interface ResponseRequest {
  model: string;
  instructions: string;
  /** Everything said so far: our messages, the model's output items, the tools' outputs. */
  input: InputItem[];
  /** The response that the model's side has kept, and how many items of `input` it covers. */
  previous: { responseId: string; items: number } | null;
  format: OutputFormat;
  tools: FunctionTool[];
  /** Lets the model search the web with OpenAI's hosted tool. */
  webSearch: boolean;
  reasoningEffort: "low" | "medium" | "high";
  /** Upper bound for the turn, reasoning included. */
  maxTokens: number;
}

/** An item of a Responses API conversation, carried forward as it came. */
export const InputItem = z.record(z.string(), z.unknown());
export type InputItem = z.infer<typeof InputItem>;

/** A response's id at the model's side; it becomes part of a key, and keys have a limit. */
export const ResponseId = z.string().min(1).max(256);

const turn = {
  responseId: ResponseId,
  /** The answer; `null` if the model only called tools. */
  text: z.string().nullable(),
  /** The answer stopped at `maxTokens`. */
  truncated: z.boolean(),
  /** `null` if the model's side did not say. */
  usage: Usage.nullable(),
};

/** The model's answer to a {@link ChatRequest}. */
export const ChatTurn = z.object(turn);
export type ChatTurn = z.infer<typeof ChatTurn>;

/** A function call that the model asks for. */
export const FunctionCall = z.object({
  callId: z.string(),
  name: z.string(),
  /** JSON text, not yet checked. */
  arguments: z.string(),
});
export type FunctionCall = z.infer<typeof FunctionCall>;

/** The model's answer to a {@link ResponseRequest}. */
export const ResponseTurn = z.object({
  ...turn,
  /** All output items, to be carried into the next request. */
  output: z.array(InputItem),
  calls: z.array(FunctionCall),
  reasoningSummaries: z.array(z.string()),
  /** The model's side has kept it: the next request may refer to it. */
  stored: z.boolean(),
});
export type ResponseTurn = z.infer<typeof ResponseTurn>;

/** What can be heard of an answer while it is written. None of it is the answer. */
export type TurnEvent =
  /** An answer begins; what was heard before is void. A `resumable` one can be joined later. */
  | { type: "started"; responseId: string; resumable: boolean }
  /** Its text goes on. */
  | { type: "text"; delta: string }
  /** Another summary of the model's reasoning is complete. */
  | { type: "reasoning"; summary: string };

export interface CallOptions {
  signal: AbortSignal;
  /** Hears what happens, and is waited for. What it throws ends the call. */
  onEvent?: (event: TurnEvent) => void | Promise<void>;
  /** A `wake` event says that a response may have ended, so that its reader checks it at once. */
  wake?: EventTarget | undefined;
}

/** A language model. Its calls throw {@link JobError}, or the signal's reason when aborted. */
export interface Model {
  source: Source;
  chat(request: ChatRequest, options: CallOptions): Promise<ChatTurn>;
  respond(request: ResponseRequest, options: CallOptions): Promise<ResponseTurn>;
  /**
   * Waits for a resumable response that was begun earlier, in whatever process.
   *
   * @returns `null` if the response does not exist or has failed
   */
  join(responseId: string, options: CallOptions): Promise<ResponseTurn | null>;
  /** Asks the provider to stop a resumable response. */
  cancel(responseId: string): Promise<void>;
}

/**
 * Gives a job its model.
 *
 * @param samplePlan makes the plan that the sample generator answers with
 * @param sampleReasoning what it says of its reasoning
 */
export type ModelProvider = (
  samplePlan: () => unknown,
  sampleReasoning?: readonly string[],
) => Model;

/** Fails each job with an explanation, for a deployment without a key. */
export function missingModel(): Model {
  const unavailable = () =>
    Promise.reject(new JobError("model_unavailable", "No model is configured: no OPENAI_API_KEY"));
  return {
    source: "openai",
    chat: unavailable,
    respond: unavailable,
    join: unavailable,
    cancel: () => Promise.resolve(),
  };
}
