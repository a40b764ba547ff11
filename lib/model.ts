/**
 * What Tripwright asks of a language model, and what it gets: two calls, each answered with plain
 * data that can be stored as a checkpoint. `openai_model.ts` and `sample_model.ts` implement it.
 * @module
 */
import { z } from "zod";
import { JobError } from "./failure.ts";
import type { Source } from "./job_record.ts";

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

const turn = {
  /** The response's id at the model's side. */
  responseId: z.string(),
  /** The answer; `null` if the model only called tools. */
  text: z.string().nullable(),
  /** The answer stopped at `maxTokens`. */
  truncated: z.boolean(),
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
});
export type ResponseTurn = z.infer<typeof ResponseTurn>;

/** A language model. Its calls throw {@link JobError}, or the signal's reason when aborted. */
export interface Model {
  source: Source;
  chat(request: ChatRequest, signal: AbortSignal): Promise<ChatTurn>;
  respond(request: ResponseRequest, signal: AbortSignal): Promise<ResponseTurn>;
}

/**
 * Gives a job its model.
 *
 * @param samplePlan makes the plan that the sample generator answers with
 */
export type ModelProvider = (samplePlan: () => unknown) => Model;

/** Fails each job with an explanation: for a deployment that nobody has given a key. */
export function missingModel(): Model {
  const unavailable = () =>
    Promise.reject(new JobError("model_unavailable", "No model is configured: no OPENAI_API_KEY"));
  return { source: "openai", chat: unavailable, respond: unavailable };
}
