/**
 * Requests of which a server refuses a member, in the words of real servers. Exactly that part is dropped or
 * translated, at once, and for all later requests.
 */
import { cityTool } from "../../../testing/model_case.ts";
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

testRefusals(members);
