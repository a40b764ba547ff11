/**
 * The interface to language models. A call reports events while the model writes, and returns plain
 * data that can be stored as a checkpoint. `lib/openai/model.ts` and `sample_model.ts` implement
 * it.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import type { Source } from "../job/job_record.ts";
import { Usage } from "../usage.ts";

/** The format of the JSON answer. The model gets the schema, and the answer is validated again. */
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
  /** The largest size of the answer, with reasoning. */
  maxTokens: number;
  /** How much the model reasons; unset: the default of the model. */
  reasoningEffort?: ReasoningEffort | undefined;
}

/** How much a model reasons before it answers. Not every model knows every value. */
export const ReasoningEffort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]);
export type ReasoningEffort = z.infer<typeof ReasoningEffort>;

/** A function that the model may call. */
export interface FunctionTool {
  name: string;
  description: string;
  parameters: z.ZodType;
}

/** What the hosted web search may know about the traveler. */
export interface WebSearch {
  /** The city that the search is about; `null`: not known. */
  city: string | null;
}

export interface ResponseRequest {
  model: string;
  instructions: string;
  /** The conversation so far: our messages, the model's output items, the outputs of tools. */
  input: InputItem[];
  /** A response that the provider has stored, and how many items of `input` it covers. */
  previous: { responseId: string; items: number } | null;
  format: OutputFormat;
  tools: FunctionTool[];
  /** Lets the model search the web with OpenAI's hosted tool; `null`: it may not. */
  webSearch: WebSearch | null;
  /** How much the model reasons; unset: the default of the model. */
  reasoningEffort?: ReasoningEffort | undefined;
  /** The largest size of the turn, with reasoning. */
  maxTokens: number;
}

/** An item of a Responses API conversation, passed on unchanged. */
export const InputItem = z.record(z.string(), z.unknown());
export type InputItem = z.infer<typeof InputItem>;

/** The provider's id of a response. Some gateways have ids of more than 2,000 characters. */
export const ResponseId = z.string().min(1).max(10_000);

const turn = {
  responseId: ResponseId,
  /** The answer; `null` if the model only called tools. */
  text: z.string().nullable(),
  /** The answer stopped at `maxTokens`. */
  truncated: z.boolean(),
  /** `null` if the provider did not report it. */
  usage: Usage.nullable(),
};

/** The model's answer to a {@link ChatRequest}. */
export const ChatTurn = z.object(turn);
export type ChatTurn = z.infer<typeof ChatTurn>;

/** A function call that the model requests. */
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
  /** All output items, for the input of the next request. */
  output: z.array(InputItem),
  calls: z.array(FunctionCall),
  reasoningSummaries: z.array(z.string()),
  /** Whether the provider has stored the response, so that the next request may refer to it. */
  stored: z.boolean(),
});
export type ResponseTurn = z.infer<typeof ResponseTurn>;

/**
 * An event while the model writes an answer. Events are only for display, they are not the answer.
 */
export type TurnEvent =
  /** An answer begins; all earlier events are void. A `resumable` response can be joined later. */
  | { type: "started"; responseId: string; resumable: boolean }
  /** The next piece of the text. */
  | { type: "text"; delta: string }
  /** Another summary of the model's reasoning is complete. */
  | { type: "reasoning"; summary: string };

export interface CallOptions {
  signal: AbortSignal;
  /** Gets each event. The call awaits it, and ends with what it throws. */
  onEvent?: (event: TurnEvent) => void | Promise<void>;
  /** Its `wake` events mean that the response may have ended. The call then checks it at once. */
  wake?: EventTarget | undefined;
  /** `Caller.owner` of the job; `null` or unset: not known. */
  caller?: string | null | undefined;
}

/** A language model. Its calls throw {@link JobError}, or the signal's reason when aborted. */
export interface Model {
  source: Source;
  chat(request: ChatRequest, options: CallOptions): Promise<ChatTurn>;
  respond(request: ResponseRequest, options: CallOptions): Promise<ResponseTurn>;
  /**
   * Waits for a resumable response that this or another process has begun.
   *
   * @returns `null` if the response does not exist any more, or has failed or was canceled
   */
  join(responseId: string, options: CallOptions): Promise<ResponseTurn | null>;
  /** Cancels a resumable response that is no longer needed. */
  cancel(responseId: string): Promise<void>;
  /** Deletes a response that the provider stores. It may be gone already. */
  delete(responseId: string): Promise<void>;
}

/**
 * Returns the model for a job.
 *
 * @param samplePlan creates the plan that the sample generator returns, or a promise of it
 * @param sampleReasoning the reasoning summaries of the sample generator
 */
export type ModelProvider = (
  samplePlan: () => unknown,
  sampleReasoning?: readonly string[],
) => Model;

/** Returns a model that fails all calls with an explanation, for a deployment without a key. */
export function missingModel(): Model {
  const unavailable = () =>
    Promise.reject(new JobError("model_unavailable", "No model is configured: no OPENAI_API_KEY"));
  return {
    source: "openai",
    chat: unavailable,
    respond: unavailable,
    join: unavailable,
    cancel: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  };
}
