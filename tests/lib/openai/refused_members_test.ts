/**
 * Requests of which a server refuses a member, in the words of real servers. Exactly that part is dropped or
 * translated, at once, and for all later requests.
 */
import { cityTool } from "../../../testing/model_case.ts";
import type { Body } from "../../../testing/openai_model.ts";
import {
  error,
  forbidden,
  formatOf,
  has,
  hasKeyword,
  limitOf,
  type RefusalCase,
  testRefusals,
} from "../../../testing/refusing_server.ts";

const tools = [cityTool];

const members: RefusalCase[] = [
  {
    name: "the newer name of the token limit, as Mistral",
    how: "chat",
    refuses: has("max_completion_tokens"),
    status: 422,
    says: forbidden("max_completion_tokens"),
    sends: (body) => body.max_tokens === 7_000,
  },
  {
    name: "both names of the token limit",
    how: "chat",
    refuses: (body) => has("max_completion_tokens")(body) || has("max_tokens")(body),
    says: error("Unsupported parameters: max_completion_tokens, max_tokens"),
    sends: (body) => limitOf(body) === undefined,
    refusals: 2,
  },
  {
    name: "the options of a stream, as Mistral",
    how: "chat",
    refuses: has("stream_options"),
    status: 422,
    says: forbidden("stream_options"),
    sends: (body) => body.stream === true,
  },
  {
    name: "the options of a stream, as a server of old",
    how: "chat",
    refuses: has("stream_options"),
    says: error("Unrecognized request argument supplied: stream_options"),
    sends: (body) => body.stream === true,
  },
  {
    name: "streams, for an unverified organization",
    how: "both",
    refuses: (body) => body.stream === true,
    says: error("Your organization must be verified to stream this model.", {
      param: "stream",
      code: "unsupported_value",
    }),
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "a format in streams, as Groq",
    how: "both",
    refuses: (body) => body.stream === true && formatOf(body) !== undefined,
    says: error("response_format` does not support streaming"),
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "storage, as Mistral",
    how: "both",
    isOpenAI: true,
    refuses: has("store"),
    status: 422,
    says: forbidden("store"),
  },
  {
    name: "storage, in a sentence",
    how: "both",
    isOpenAI: true,
    refuses: has("store"),
    says: error("Unknown parameter: 'store'."),
  },
  {
    name: "encrypted reasoning, as Azure",
    how: "respond",
    refuses: has("include"),
    says: error("Encrypted content is not supported with this model.", { param: "include" }),
    sends: has("reasoning"),
  },
  {
    name: "further output, as a validator",
    how: "respond",
    refuses: has("include"),
    status: 422,
    says: forbidden("include"),
  },
  {
    name: "one effort of reasoning",
    how: "respond",
    refuses: (body) => "effort" in Object(body.reasoning),
    says: error("Unsupported value: 'medium' is not supported with this model.", {
      param: "reasoning.effort",
      code: "unsupported_value",
    }),
    sends: has("reasoning"),
  },
  {
    name: "reasoning, by the name of its effort",
    how: "respond",
    refuses: has("reasoning"),
    // First without the effort, then without reasoning.
    refusals: 2,
    says: error("Unsupported parameter: 'reasoning.effort' is not supported with this model.", {
      param: "reasoning.effort",
      code: "unsupported_parameter",
    }),
    sends: has("include"),
  },
  {
    name: "a value of the effort of reasoning",
    how: "chat",
    refuses: has("reasoning_effort"),
    says: error("`reasoning_effort` must be one of `none` or `default`"),
  },
  ...[
    "Model grok-4 does not support parameter reasoningEffort.",
    '"llama3.2" does not support thinking',
    'invalid reasoning value: \'xhigh\' (must be "high", "medium", "low")',
    "Thinking level is not supported for this model.",
    "Budget 0 is invalid. This model only works in thinking mode.",
  ].flatMap((message): RefusalCase[] => [
    {
      name: `an effort, with "${message}"`,
      how: "chat",
      refuses: has("reasoning_effort"),
      says: error(message),
      sends: (body) => formatOf(body) === "json_schema",
    },
    {
      name: `an effort, with "${message}"`,
      how: "respond",
      refuses: (body) => "effort" in Object(body.reasoning),
      says: error(message),
      sends: has("reasoning"),
    },
    {
      name: `reasoning, with "${message}"`,
      how: "respond",
      refuses: has("reasoning"),
      says: error(message),
      refusals: 2,
    },
  ]),
  {
    name: "summaries, for an unverified organization",
    how: "respond",
    refuses: (body) => body.reasoning?.summary !== undefined,
    says: error("Your organization must be verified to generate reasoning summaries.", {
      param: "reasoning.summary",
      code: "unsupported_value",
    }),
    sends: (body) => body.reasoning?.effort === "low",
  },
  {
    name: "a message of the system, as Gemma",
    how: "chat",
    refuses: (body) => body.messages[0].role === "system",
    says: error("System role not supported"),
    sends: (body) => body.messages[0].content === "Plan trips.\n\nOne day.",
  },
  ...[
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    "Only user, assistant and tool roles are supported, got system.",
    "Only user and assistant roles are supported!",
    "Developer instruction is not enabled for models/gemma-3-27b-it",
    "Conversation roles must alternate user/assistant/user/assistant/...",
  ].map((message): RefusalCase => ({
    name: `a message of the system, with "${message}"`,
    how: "chat",
    refuses: (body) => body.messages[0].role === "system",
    says: error(message),
    sends: (body) => body.messages.length === 1,
  })),
  {
    name: "a function that the server cannot call by itself, as vLLM",
    how: "respond",
    request: { tools },
    refuses: (body) => body.tools.length > 0,
    says: error(
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    ),
  },
  {
    name: "functions, as OpenRouter",
    how: "respond",
    request: { tools },
    refuses: (body) => body.tools.length > 0,
    status: 404,
    says: error("No endpoints found that support tool use.", { code: 404 }),
  },
  {
    name: "a summary, by its place, as a validator",
    how: "respond",
    refuses: (body) => body.reasoning?.summary !== undefined,
    status: 422,
    says: {
      detail: [{
        type: "extra_forbidden",
        loc: ["body", "reasoning", "summary"],
        msg: "Extra inputs are not permitted",
        input: "auto",
      }],
    },
    sends: (body) => body.reasoning?.effort === "low",
  },
  {
    name: "functions, as Ollama",
    how: "respond",
    request: { tools },
    refuses: (body) => body.tools.length > 0,
    says: error("registry.ollama.ai/library/gemma3:latest does not support tools"),
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "the hosted search",
    how: "respond",
    request: { tools, webSearch: { city: null } },
    refuses: (body) => body.tools.some(({ type }: { type: string }) => type === "web_search"),
    says: error("Invalid value: 'web_search'. Supported values are: 'function'.", {
      param: "tools[1].type",
    }),
    sends: (body) => body.tools.length === 1 && body.tools[0].strict,
  },
  {
    name: "keywords in the schema of a function",
    how: "respond",
    request: { tools },
    refuses: (body) => JSON.stringify(body.tools).includes("minLength"),
    says: error("Invalid schema for function 'get_weather': 'minLength' is not permitted.", {
      param: "tools[0].parameters",
    }),
    sends: (body) => hasKeyword("minItems")(body) && body.tools[0].strict === false,
  },
];

/** A conversation with a function call that has no text. */
const called = [
  { role: "user", content: "One day." },
  { type: "function_call", call_id: "c1", name: "get_weather", arguments: '{"city":"Rome"}' },
  { type: "function_call_output", call_id: "c1", output: "{}" },
];
const hasNoContent = (body: Body) => body.messages.some(({ content }: Body) => content === null);
const hasKeywords = (body: Body) => JSON.stringify(body.tools ?? []).includes("additionalProp");

/** Refusals of turns with functions over Chat Completions. */
const overChat: Omit<RefusalCase, "how">[] = [
  {
    name: "reasoning beside functions, as OpenAI",
    request: { reasoningEffort: undefined },
    refuses: (body) => body.tools && body.reasoning_effort !== "none",
    says: error(
      "Function tools with reasoning_effort are not supported for gpt-6 in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
      { param: "reasoning_effort" },
    ),
    sends: (body) => body.tools.length === 1,
  },
  {
    name: "an effort beside functions, as OpenAI",
    refuses: (body) => body.tools && body.reasoning_effort !== "none",
    says: error("To use function tools, set reasoning_effort to 'none'.", {
      param: "reasoning_effort",
    }),
    sends: (body) => body.tools.length === 1,
  },
  {
    name: "keywords of parameters, as Gemini",
    refuses: hasKeywords,
    says: [
      error(
        "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters': Cannot find field.",
      ),
    ],
    sends: (body) => body.tools.length === 1 && formatOf(body) === "json_schema",
  },
  {
    name: "the schema of parameters, as Kimi",
    refuses: hasKeywords,
    says: error(
      "Invalid request: tools.function.parameters is not a valid moonshot flavored json schema",
    ),
    sends: (body) => body.tools.length === 1 && formatOf(body) === "json_schema",
  },
  {
    name: "functions, as LiteLLM",
    refuses: has("tools"),
    says: error(
      "litellm.UnsupportedParamsError: groq does not support parameters: ['tools', 'tool_choice']",
    ),
    sends: (body) => formatOf(body) === "json_schema",
  },
  {
    name: "a stream beside functions, as Bedrock",
    refuses: (body) => body.tools && body.stream,
    says: error("This model doesn't support tool use in streaming mode."),
    sends: (body) => body.tools.length === 1,
  },
  ...[
    "Invalid 'content': 'content' field must be a string or an array of objects.",
    "messages[2].content must be a string or an object (was null)",
    "[{'loc': ('body', 'messages', 2, 'content'), 'msg': 'none is not an allowed value'}]",
  ].map((message) => ({
    name: `a call without content, with "${message}"`,
    request: { input: called },
    refuses: hasNoContent,
    says: { error: message },
    sends: (body: Body) => body.messages[2].content === "" && body.messages[2].tool_calls.length,
  })),
  {
    name: "a call without content, as a validator",
    request: { input: called },
    refuses: hasNoContent,
    status: 422,
    says: {
      detail: [{
        type: "string_type",
        loc: ["body", "messages", 2, "content"],
        msg: "Input should be a valid string",
        input: null,
      }],
    },
  },
];

/** Refusals in the words of validators, and of servers that want an older member. */
const validators: RefusalCase[] = [
  {
    name: "a member, and lists the others, as serde",
    how: "chat",
    refuses: has("stream_options"),
    says: error(
      "unknown field `stream_options`, expected one of `model`, `messages`, `stream`, `max_completion_tokens`, `response_format`, `reasoning_effort`",
    ),
    sends: (body) => body.stream && body.reasoning_effort && body.max_completion_tokens,
  },
  {
    name: "a member, and lists the others, as Jackson",
    how: "chat",
    refuses: has("max_completion_tokens"),
    says: error(
      'Unrecognized field "max_completion_tokens" (5 known properties: "model", "stream", "reasoning_effort"])',
    ),
    sends: (body) => body.max_tokens === 7_000 && body.stream && body.reasoning_effort,
  },
  {
    name: "a value of the effort, as Ollama",
    how: "chat",
    refuses: has("reasoning_effort"),
    says: error('invalid think value: "low" (must be "high", true, or false)'),
  },
  {
    name: "the newer name of the token limit, because it wants the older one",
    how: "chat",
    refuses: (body) => !has("max_tokens")(body),
    says: error("max_tokens: Field required"),
    sends: (body) => body.max_tokens === 7_000,
  },
  {
    name: "the newer name of the token limit, because it wants the older one, as a validator",
    how: "chat",
    refuses: (body) => !has("max_tokens")(body),
    status: 422,
    says: {
      detail: [{
        type: "missing",
        loc: ["body", "max_tokens"],
        msg: "Field required",
        input: { stream: true, reasoning_effort: "low" },
      }],
    },
    sends: (body) => body.max_tokens === 7_000 && body.stream,
  },
];

testRefusals([
  ...members,
  ...validators,
  ...overChat.map((row): RefusalCase => ({
    ...row,
    how: "respond",
    isOverChat: true,
    request: { tools, ...row.request },
  })),
]);
