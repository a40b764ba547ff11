/**
 * Requests of which a server refuses the number of tokens, in the words of real servers. Exactly that part is dropped or
 * translated, at once, and for all later requests.
 */
import {
  asks,
  error,
  limitOf,
  type RefusalCase,
  testRefusals,
} from "../../../testing/refusing_server.ts";

const sizes: RefusalCase[] = [
  {
    name: "more tokens than the model writes, with a separator",
    how: "both",
    refuses: asks(4_096),
    says: error("max_tokens must not exceed 4,096"),
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than the model writes, as OpenAI",
    how: "both",
    refuses: asks(4_096),
    says: error(
      "max_tokens is too large: 7000. This model supports at most 4096 completion tokens, whereas you provided 7000.",
      { param: "max_tokens" },
    ),
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than its context, as vLLM",
    how: "both",
    refuses: asks(4_000),
    says: {
      object: "error",
      message:
        "This model's maximum context length is 4500 tokens. However, you requested 7500 tokens (500 in the messages, 7000 in the completion).",
      code: 400,
    },
    sends: (body) => limitOf(body) > 3_900,
  },
  {
    name: "more tokens than its context, in newer words of vLLM",
    how: "chat",
    refuses: asks(4_000),
    says: {
      object: "error",
      message:
        "'max_tokens' or 'max_completion_tokens' is too large: 7000. This model's maximum context length is 4500 tokens and your request has 500 input tokens (7000 > 4500 - 500).",
      code: 400,
    },
    sends: (body) => limitOf(body) > 3_900,
  },
  {
    name: "more tokens than its context, with a status of its own, behind a gateway",
    how: "both",
    refuses: asks(4_000),
    status: 500,
    says: error(
      "This model's maximum context length is 4500 tokens. However, you requested 7500 tokens (500 in the messages, 7000 in the completion).",
      { type: "one_api_error", code: "context_length_exceeded" },
    ),
    sends: (body) => limitOf(body) > 3_900,
  },
  {
    name: "more tokens than its context, as SGLang",
    how: "chat",
    refuses: asks(4_000),
    says: {
      object: "error",
      message:
        "Requested token count exceeds the model's maximum context length of 4500 tokens. You requested a total of 7500 tokens: 500 tokens from the input messages and 7000 tokens for the completion.",
      code: 400,
    },
    sends: (body) => limitOf(body) > 3_900,
  },
  {
    name: "more tokens than its context, as TGI and Together",
    how: "chat",
    refuses: asks(4_000),
    status: 422,
    says: {
      error:
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4500. Given: 500 `inputs` tokens and 7000 `max_new_tokens`",
    },
    sends: (body) => limitOf(body) > 3_900,
  },
  {
    name: "more tokens than its context, behind a gateway",
    how: "chat",
    refuses: asks(4_000),
    says: error(
      "input length and `max_tokens` exceed context limit: 500 + 7000 > 4500, decrease input length or `max_tokens` and try again",
    ),
    sends: (body) => limitOf(body) > 3_900,
  },
  {
    name: "more tokens than its context, and only the sum, as Cloudflare",
    how: "chat",
    refuses: asks(4_000),
    status: 413,
    says: error(
      "The estimated number of input and maximum output tokens (7500) exceeded this model context window limit (4500).",
    ),
    sends: (body) => limitOf(body) > 3_900,
  },
  {
    name: "more tokens than the model writes, behind a gateway",
    how: "chat",
    refuses: asks(4_096),
    says: error(
      "max_tokens: 7000 > 4096, which is the maximum allowed number of output tokens for model-3-5",
    ),
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than the model writes, as Bedrock",
    how: "chat",
    refuses: asks(4_096),
    says: {
      message:
        "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.",
    },
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than the model writes, as Groq",
    how: "chat",
    refuses: asks(4_096),
    says: error(
      "`max_completion_tokens` must be less than or equal to `4096`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model",
    ),
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than the model writes, as Gemini",
    how: "chat",
    refuses: asks(4_096),
    says: [{
      error: {
        code: 400,
        message:
          "Unable to submit request because it has a maxOutputTokens value of 7000 but the supported range is from 1 (inclusive) to 4097 (exclusive).",
        status: "INVALID_ARGUMENT",
      },
    }],
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than the model writes, as DeepSeek",
    how: "chat",
    refuses: asks(4_096),
    says: error("Invalid max_tokens value, the valid range of max_tokens is [1, 4096]"),
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than the model writes, behind a status, as Alibaba",
    how: "chat",
    refuses: asks(4_096),
    says: error(
      "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 4096]",
    ),
    sends: (body) => limitOf(body) === 4_096,
  },
  {
    name: "more tokens than its context, as Cerebras",
    how: "both",
    refuses: asks(6_062),
    says: error(
      "Please reduce the length of the messages or completion. Current length is 7130 while limit is 6192",
      { code: "context_length_exceeded" },
    ),
    sends: (body) => limitOf(body) > 5_900,
  },
  {
    name: "more tokens than a minute has",
    how: "both",
    refuses: asks(4_000),
    status: 429,
    says: error(
      "Request too large for gpt-4o on tokens per min (TPM): Limit 4500, Requested 7500. The input or output tokens must be reduced in order to run successfully.",
      { type: "tokens", code: "rate_limit_exceeded" },
    ),
    sends: (body) => limitOf(body) > 3_900,
  },
];

testRefusals(sizes);
