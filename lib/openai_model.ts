/**
 * OpenAI, or any server that speaks its protocol: one call, one turn, no retries (the job's record
 * owns those).
 * @module
 */
import type OpenAI from "openai";
import { APIError } from "openai/error";
import { z } from "zod";
import { JobError } from "./failure.ts";
import {
  type ChatRequest,
  type ChatTurn,
  InputItem,
  type Model,
  type ResponseRequest,
  type ResponseTurn,
} from "./model.ts";
import { fromFailedResponse, fromOpenAIError, unreadableAnswer } from "./openai_error.ts";

export interface OpenAIModelOptions {
  apiKey: string;
  /** Unset: OpenAI's own. */
  baseUrl?: string | undefined;
  /** Longest wait for one answer, in milliseconds. */
  timeoutMs: number;
}

/** Of a chat completion, the parts that are used. */
const Completion = z.object({
  id: z.string(),
  choices: z.tuple([
    z.object({
      finish_reason: z.string(),
      message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    }),
  ], z.unknown()),
});

/** Of a response, the parts that are used. */
const ResponseBody = z.object({
  id: z.string(),
  status: z.enum(["completed", "incomplete", "failed", "cancelled"]),
  error: z.object({ code: z.unknown() }).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(InputItem),
});

/** Of a response's output items, the parts that are used; the items themselves are kept whole. */
const OutputItem = z.union([
  z.object({
    type: z.literal("message"),
    content: z.array(z.object({
      type: z.string(),
      text: z.string().nullish(),
      refusal: z.string().nullish(),
    })),
  }),
  z.object({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({ type: z.literal("reasoning"), summary: z.array(z.object({ text: z.string() })) }),
  z.object({ type: z.string() }).transform(() => ({ type: "other" as const })),
]);

/**
 * Creates a model that calls OpenAI.
 *
 * The SDK takes a tenth of a second and 24 MB to load, so it is loaded with the first call.
 */
export function openaiModel(options: OpenAIModelOptions): Model {
  let sdk: Promise<Sdk> | undefined;
  const load = () => sdk ??= loadSdk(options);
  return {
    source: "openai",
    chat: (request, signal) => call({ load, signal }, (sdk) => chat(sdk, request, signal)),
    respond: (request, signal) => call({ load, signal }, (sdk) => respond(sdk, request, signal)),
  };
}

interface Sdk {
  client: OpenAI;
  helpers: typeof import("openai/helpers/zod");
}

async function loadSdk({ apiKey, baseUrl, timeoutMs }: OpenAIModelOptions): Promise<Sdk> {
  const [{ default: OpenAI }, helpers] = await Promise.all([
    import("openai"),
    import("openai/helpers/zod"),
  ]);
  const client = new OpenAI({
    apiKey,
    // Null, not undefined: the SDK would read these from the environment by itself.
    baseURL: baseUrl ?? null,
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    timeout: timeoutMs,
    maxRetries: 0,
    // The SDK's log shows what was sent and received.
    logLevel: "off",
  });
  return { client, helpers };
}

async function call<Turn>(
  { load, signal }: { load: () => Promise<Sdk>; signal: AbortSignal },
  ask: (sdk: Sdk) => Promise<Turn>,
): Promise<Turn> {
  try {
    return await ask(await load());
  } catch (error) {
    signal.throwIfAborted();
    throw fromOpenAIError(error);
  }
}

async function chat(sdk: Sdk, request: ChatRequest, signal: AbortSignal): Promise<ChatTurn> {
  const { format } = request;
  const answer = await sdk.client.chat.completions.create({
    model: request.model,
    messages: request.messages,
    response_format: sdk.helpers.zodResponseFormat(format.schema, format.name),
    max_completion_tokens: request.maxTokens,
  }, { signal });

  const completion = read(Completion, answer);
  const { message, finish_reason } = completion.choices[0];
  if (message.refusal) throw refused();
  if (finish_reason === "content_filter") throw filtered();
  return {
    responseId: completion.id,
    text: message.content ?? null,
    truncated: finish_reason === "length",
  };
}

async function respond(
  sdk: Sdk,
  request: ResponseRequest,
  signal: AbortSignal,
): Promise<ResponseTurn> {
  const response = read(ResponseBody, await createResponse(sdk, request, signal));
  if (response.status === "failed" || response.status === "cancelled") {
    throw fromFailedResponse(response.error);
  }
  const reason = response.incomplete_details?.reason;
  if (reason === "content_filter") throw filtered();

  const items = read(z.array(OutputItem), response.output);
  const contents = items.flatMap((item) => item.type === "message" ? item.content : []);
  if (contents.some((content) => content.type === "refusal")) throw refused();
  const texts = contents.flatMap((content) => content.text ?? []);
  return {
    responseId: response.id,
    text: texts.length > 0 ? texts.join("") : null,
    truncated: response.status === "incomplete",
    output: response.output,
    calls: items.flatMap((item) =>
      item.type === "function_call"
        ? [{ callId: item.call_id, name: item.name, arguments: item.arguments }]
        : []
    ),
    reasoningSummaries: items.flatMap((item) =>
      item.type === "reasoning" ? item.summary.map((part) => part.text) : []
    ),
  };
}

/**
 * Reasoning summaries are only given to organisations that OpenAI has verified; the others get the
 * same answer without them.
 */
async function createResponse(
  sdk: Sdk,
  request: ResponseRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const create = (reasoning: OpenAI.Reasoning) =>
    sdk.client.responses.create({
      model: request.model,
      instructions: request.instructions,
      // The items are OpenAI's own, carried forward unread.
      input: request.input as unknown as OpenAI.Responses.ResponseInput,
      reasoning,
      text: { format: sdk.helpers.zodTextFormat(request.format.schema, request.format.name) },
      tools: [
        ...request.tools.map((tool) => sdk.helpers.zodResponsesFunction(tool)),
        ...(request.webSearch ? [{ type: "web_search" as const }] : []),
      ],
      max_output_tokens: request.maxTokens,
      // A traveller's wish is not left at OpenAI: the conversation travels with each request, its
      // reasoning encrypted.
      store: false,
      include: ["reasoning.encrypted_content"],
    }, { signal });
  const effort = request.reasoningEffort;
  try {
    return await create({ effort, summary: "auto" });
  } catch (error) {
    const noSummaries = error instanceof APIError && error.status === 400 &&
      error.param === "reasoning.summary";
    if (!noSummaries) throw error;
    return await create({ effort });
  }
}

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadableAnswer();
  return parsed.data;
}

function refused(): JobError {
  return new JobError("refused", "OpenAI API refused the request");
}

function filtered(): JobError {
  return new JobError("content_filtered", "OpenAI API content filter stopped the response");
}
