/**
 * The failures of model servers, with their own bodies. Each gets its code in one call. It comes as a status,
 * or in the middle of a stream.
 */
import { assertStrictEquals } from "@std/assert";
import type { FailureCode } from "../../../lib/job/failure.ts";
import {
  chunk,
  DAY_PLAN,
  DONE,
  healthyEvents,
  runCase,
  stream,
  type Wire,
} from "../../../testing/model_case.ts";
import { type Answer, ask, codeOf, openModel } from "../../../testing/openai_model.ts";

const error = (message: string, more: object = {}) => ({ error: { message, ...more } });
const type = "invalid_request_error";

type Row = [name: string, status: number, body: unknown, code: FailureCode];

/** Requests that a filter stopped, and texts that only name its policy. */
const flags: Row[] = [
  [
    "a flagged input that cost no credits, as OpenRouter",
    403,
    error(
      'The model requires moderation on OpenAI. Your input was flagged for "violence". No credits were charged.',
      { code: 403, metadata: { flagged_input: "We have a spending limit" } },
    ),
    "content_filtered",
  ],
  ["a risk, as DeepSeek", 400, error("Content Exists Risk", { type }), "content_filtered"],
  [
    "a filtered output, behind a gateway",
    400,
    error("Output blocked by content filtering policy", { type }),
    "content_filtered",
  ],
  ["a guardrail, as LiteLLM", 400, error("Violated guardrail policy"), "content_filtered"],
  [
    "a safety system",
    400,
    error("Your request was rejected as a result of our safety system.", { type }),
    "content_filtered",
  ],
  [
    "a sensitive text by its code, as Volcengine",
    400,
    error("Refused", { code: "InputTextSensitiveContentDetected" }),
    "content_filtered",
  ],
  [
    "a sensitive text in words, as Volcengine",
    400,
    error("The request failed because the input text may contain sensitive information."),
    "content_filtered",
  ],
  [
    "a sensitive text by its code, as Zhipu",
    400,
    error("No", { code: "1301" }),
    "content_filtered",
  ],
  [
    "a sensitive text in words, as Zhipu",
    400,
    error("The system detected potentially unsafe or sensitive content in input or generation"),
    "content_filtered",
  ],
  [
    "a high risk, as Moonshot",
    400,
    error("The request was rejected because it was considered high risk", {
      type: "content_filter_error",
    }),
    "content_filtered",
  ],
  ["a filtered input, as MiniMax", 200, {
    choices: null,
    object: "chat.completion",
    base_resp: { status_code: 1026, status_msg: "input new_sensitive" },
  }, "content_filtered"],
  ["checks of a gateway, as Portkey", 446, {
    error: {
      message: "The guardrail checks defined in the config failed. See `hook_results`.",
      type: "hooks_failed",
      code: null,
    },
    hook_results: {},
  }, "content_filtered"],
  ["a blocked prompt, as Cloudflare", 424, {
    success: false,
    error: [{ code: 2016, message: "Prompt blocked due to security configurations" }],
  }, "content_filtered"],
  [
    "a policy of content safety, as LiteLLM",
    400,
    error("{'error': 'Violated content safety policy', 'source': 'input'}", { code: "400" }),
    "content_filtered",
  ],
  [
    "a blocked word, as LiteLLM",
    403,
    error("{'error': \"Content blocked: keyword 'hell' detected\"}", { code: "403" }),
    "content_filtered",
  ],
  [
    "a blocked name, as LiteLLM",
    400,
    error("Blocked entity detected: PERSON by Guardrail: presidio.", { code: "400" }),
    "content_filtered",
  ],
  ["a threat, as Helicone", 400, {
    success: false,
    error: { code: "PROMPT_THREAT_DETECTED", message: "Your request cannot be processed." },
  }, "content_filtered"],
  [
    "flagged content",
    400,
    error("This content was flagged for possible cybersecurity risk.", { code: "cyber_policy" }),
    "content_filtered",
  ],
  ["sensitive content, as SiliconFlow", 451, {
    code: 20015,
    message: "Content contains sensitive information",
  }, "content_filtered"],
  ["sensitive content in Chinese", 400, error("系统检测到敏感内容"), "content_filtered"],
  ["content against the rules in Chinese", 400, error("输入内容违规，请修改"), "content_filtered"],
  ["a firewall that says nothing", 403, { error: "Your request was blocked." }, "unauthorized"],
  [
    "a page of a firewall",
    403,
    "\n<!DOCTYPE html><p>This violates the usage policy of your company.</p>",
    "unauthorized",
  ],
  [
    "a request that a filter blocked",
    400,
    error("Request blocked by content filter"),
    "content_filtered",
  ],
  [
    "an unknown guardrail",
    400,
    error("The guardrail identifier provided in the request does not exist."),
    "rejected",
  ],
  ["a filter that is out of order", 503, error("The guardrail checks failed"), "overloaded"],
  [
    "a rate limit that links to a policy",
    429,
    error("Rate limit reached. See our usage policy.", { code: "rate_limit_exceeded" }),
    "rate_limited",
  ],
  [
    "an account that violated a policy",
    403,
    error("Your account was suspended for violating our usage policies"),
    "unauthorized",
  ],
];

const wish = "We have no credit card and a spending limit";

/** Errors that repeat a wish with words about money. */
const echoes: Row[] = [
  ["a wish with a credit card", 400, error("Invalid wish: no credit card"), "rejected"],
  [
    "a wish within a message of pydantic",
    400,
    error(
      `1 error\n messages: Input is odd [type=list, input_value=[{'content': '${wish}'}], input_type=list]`,
    ),
    "rejected",
  ],
  [
    "an error behind a wish within a message of pydantic",
    400,
    error(`[type=list, input_value='${wish}', input_type=str] prompt is too long`),
    "request_too_large",
  ],
  [
    "a wish within the errors of Python",
    400,
    error(
      `[{'type': 'list', 'loc': ('body', 'x'), 'msg': 'Odd', 'input': [{'type': 'text'}, {'type': '${wish}'}]}]`,
    ),
    "rejected",
  ],
  [
    "an error behind a wish within the errors of Python",
    400,
    error(
      `[{'type': 'list', 'loc': (), 'input': '${wish}'}, {'type': 'long', 'loc': (), 'msg': 'prompt is too long'}]`,
    ),
    "request_too_large",
  ],
  [
    "a member that is called input",
    400,
    error("Invalid 'input': request too large"),
    "request_too_large",
  ],
  [
    "a wish in an error within a text",
    400,
    error("Odd", { metadata: { raw: JSON.stringify({ detail: [{ input: wish }] }) } }),
    "rejected",
  ],
  ["a long wish", 422, {
    detail: [{ type: "list", loc: ["body", "x"], input: wish.repeat(500), msg: "Odd" }],
  }, "rejected"],
  ["a code behind a long wish", 400, {
    detail: [{ input: wish.repeat(500) }],
    code: "context_length_exceeded",
  }, "request_too_large"],
  ...["flagged_input", "prompt", "messages", "body", "ctx"].map((name): Row => [
    `a wish in the member ${name}`,
    400,
    error("Odd", { [name]: wish }),
    "rejected",
  ]),
];

/** Accounts without money. */
const accounts: Row[] = [
  ...[400, 429].map((status): Row => [
    `a budget with status ${status}, as LiteLLM`,
    status,
    error("Budget!", { type: "budget_exceeded", code: String(status) }),
    "quota_exceeded",
  ]),
  [
    "a budget in words, as LiteLLM",
    400,
    error("Budget has been exceeded! Current cost: 2, Max budget: 1"),
    "quota_exceeded",
  ],
  [
    "the limit of a key, as OpenRouter",
    403,
    error("Key limit exceeded (total limit). Manage it in your settings.", { code: 403 }),
    "quota_exceeded",
  ],
  ["no quota, as Perplexity", 401, error("No", { type: "insufficient_quota" }), "quota_exceeded"],
  [
    "no balance with status 401",
    401,
    { type: "error", error: { type: "CreditsError", message: "Insufficient balance" } },
    "quota_exceeded",
  ],
  ["no balance, as SiliconFlow", 403, {
    code: 30001,
    message: "Sorry, your account balance is insufficient",
    data: null,
  }, "quota_exceeded"],
  ["no balance by its code, as Novita", 403, {
    code: 403,
    reason: "NOT_ENOUGH_BALANCE",
    message: "denied",
  }, "quota_exceeded"],
  ["no balance in words, as Novita", 403, { message: "not enough balance" }, "quota_exceeded"],
  ["a new team, as xAI", 403, {
    code: "The caller does not have permission",
    error: "Your newly created team doesn't have any credits yet.",
  }, "quota_exceeded"],
  [
    "an overdue account by its code, as Volcengine",
    403,
    error("Forbidden", { code: "AccountOverdueError" }),
    "quota_exceeded",
  ],
  [
    "an overdue account in words, as Volcengine",
    403,
    error("The request failed because your account has an overdue balance."),
    "quota_exceeded",
  ],
  ["no prepaid credits, as Gemini", 429, [
    error("Your prepayment credits are depleted.", { code: 429, status: "RESOURCE_EXHAUSTED" }),
  ], "quota_exceeded"],
  [
    "no balance in Chinese, as Zhipu",
    429,
    error("余额不足或无可用资源包,请充值。", { code: "1113" }),
    "quota_exceeded",
  ],
  ["arrears in Chinese, as Tencent", 400, error("账户欠费，请充值"), "quota_exceeded"],
  [
    "the spent quota of a key, as New API",
    401,
    error("该令牌额度已用尽 TokenStatusExhausted[sk-0***1]", { type: "new_api_error" }),
    "quota_exceeded",
  ],
  [
    "too little quota of a key, as New API",
    403,
    error("token quota is not enough, token remain quota: 0.2, need quota: 0.3", {
      code: "pre_consume_token_quota_failed",
    }),
    "quota_exceeded",
  ],
  ["no credits by their reason, as Gemini", 429, {
    error: {
      code: 429,
      message: "Resource has been exhausted (e.g. check quota).",
      status: "RESOURCE_EXHAUSTED",
      details: [{ reason: "INSUFFICIENT_G1_CREDITS_BALANCE" }],
    },
  }, "quota_exceeded"],
  [
    "the words of OpenAI without its code, as LiteLLM",
    429,
    error(
      "litellm.RateLimitError: OpenAIException - You exceeded your current quota, please check your plan and billing details. Read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
      { type: null, code: "429" },
    ),
    "quota_exceeded",
  ],
  [
    "the limit of a day in the words of OpenAI, as Gemini",
    429,
    [
      error(
        "You exceeded your current quota, please check your plan and billing details. Head to: https://ai.google.dev/gemini-api/docs/rate-limits.",
        { code: 429 },
      ),
    ],
    "rate_limited",
  ],
  [
    "the limit of a week, as Ollama",
    429,
    { error: "you (a) have reached your weekly usage limit, upgrade for higher limits" },
    "quota_exceeded",
  ],
  ["the limit of an hour", 429, error("You have reached your hourly usage limit"), "rate_limited"],
  [
    "the limit of a month, as Cohere",
    429,
    { message: "You are using a Trial key, which is limited to 1000 API calls / month." },
    "quota_exceeded",
  ],
  [
    "the limit of a time of billing, as Kimi",
    403,
    error("You've reached your usage limit for this billing cycle.", {
      type: "access_terminated_error",
    }),
    "quota_exceeded",
  ],
  [
    "an inactive subscription, as Mistral",
    401,
    { message: "Inactive subscription or usage limit reached" },
    "quota_exceeded",
  ],
  [
    "a limit of the account, behind a gateway",
    400,
    error(
      "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
    ),
    "quota_exceeded",
  ],
  [
    "the free requests of a day, as OpenRouter",
    429,
    error(
      "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 requests per day",
      { code: 429 },
    ),
    "rate_limited",
  ],
  [
    "a rate limit that praises a monthly plan",
    429,
    error("Too many requests. Upgrade to the monthly plan for more."),
    "rate_limited",
  ],
  [
    "a project without billing, as Vertex AI",
    403,
    error("This API method requires billing to be enabled.", {
      status: "PERMISSION_DENIED",
      details: [{ reason: "BILLING_DISABLED" }],
    }),
    "quota_exceeded",
  ],
  ["a page with words about money", 429, "<html>Your credit limit</html>", "rate_limited"],
  ["no balance, as MiniMax", 200, {
    base_resp: { status_code: 1008, status_msg: "insufficient balance" },
  }, "quota_exceeded"],
  ["no balance by its number, as MiniMax", 200, {
    base_resp: { status_code: 1008, status_msg: "" },
  }, "quota_exceeded"],
  ["a code and a message with a status of success", 200, {
    code: 11200,
    message: "AppIdNoAuthError: insufficient credits",
  }, "quota_exceeded"],
];

/** Refusals that a gateway, or the server itself, reports with the status of a fault. */
const wrapped: Row[] = [
  [
    "no balance behind a gateway",
    502,
    error("Provider returned error", {
      code: 402,
      metadata: { raw: '{"error":{"message":"Insufficient Balance"}}' },
    }),
    "quota_exceeded",
  ],
  ["no quota behind a gateway", 500, error("No", { code: "insufficient_quota" }), "quota_exceeded"],
  ["a filter behind a gateway", 500, error("No", { code: "content_filter" }), "content_filtered"],
  [
    "a long context, behind a gateway",
    500,
    error("Too long", { type: "one_api_error", code: "context_length_exceeded" }),
    "request_too_large",
  ],
  [
    "a full context, as llama.cpp",
    500,
    error("Context size has been exceeded.", { code: 500, type: "server_error" }),
    "request_too_large",
  ],
  [
    "a page of a fault with words about money",
    500,
    "<html>Your credit balance is fine. Error 500</html>",
    "upstream_error",
  ],
];

/** Models that are not there for the moment. */
const crashes: Row[] = [
  ...[
    "The model has crashed without additional information. (Exit code: 18446744072635812000)",
    "Model unloaded.",
    "Model reloaded.",
  ].map((text): Row => [`"${text}", as LM Studio`, 400, { error: text }, "upstream_error"]),
  [
    "a model that could not be loaded, as LM Studio",
    404,
    error('Failed to load model "m". Error: Operation canceled.', { code: "model_not_found" }),
    "upstream_error",
  ],
  [
    "an unknown model, as LM Studio",
    404,
    error('Failed to load model "m". Error: Model does not exist'),
    "rejected",
  ],
  [
    "servers that are out of order, as LiteLLM",
    400,
    error("litellm.BadRequestError: There are no healthy deployments for this model."),
    "upstream_error",
  ],
  ["a degraded model, as NVIDIA", 400, {
    status: 400,
    title: "Bad Request",
    detail: "Function id '1': DEGRADED function cannot be invoked",
  }, "upstream_error"],
];

/** A status, a body, and the code of both kinds of call. */
const statuses: Row[] = [
  [
    "an account that is not active",
    429,
    error("Your account is not active, please check your billing details on our website.", {
      type: "billing_not_active",
      param: null,
      code: "billing_not_active",
    }),
    "quota_exceeded",
  ],
  [
    "no balance, as DeepSeek",
    402,
    error("Insufficient Balance", { type: "unknown_error", code: "invalid_request_error" }),
    "quota_exceeded",
  ],
  [
    "no credits, as OpenRouter",
    402,
    error("Insufficient credits", { code: 402 }),
    "quota_exceeded",
  ],
  [
    "a hard limit",
    400,
    error("Billing hard limit has been reached", { type, code: "billing_hard_limit_reached" }),
    "quota_exceeded",
  ],
  [
    "a low balance, behind a gateway",
    400,
    { type: "error", ...error("Your credit balance is too low to access the API.", { type }) },
    "quota_exceeded",
  ],
  [
    "a suspended account, as Moonshot",
    429,
    error("Your account is suspended due to insufficient balance, please recharge.", {
      type: "exceeded_current_quota_error",
    }),
    "quota_exceeded",
  ],
  [
    "a spending limit, as Fireworks",
    412,
    error("Account is suspended, possibly due to reaching the monthly spending limit"),
    "quota_exceeded",
  ],
  [
    "no credits, as xAI",
    403,
    {
      code: "no access",
      error: "Your team has used all available credits or reached its monthly spending limit.",
    },
    "quota_exceeded",
  ],
  ["arrears, as Alibaba", 400, { code: "Arrearage", message: "Access denied" }, "quota_exceeded"],
  ["a daily quota, as Gemini", 429, [
    error("You exceeded your current quota", { code: 429, status: "RESOURCE_EXHAUSTED" }),
  ], "rate_limited"],
  ["a plain rate limit", 429, "Too Many Requests", "rate_limited"],
  [
    "a filter, as Azure",
    400,
    error(
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      {
        type: null,
        param: "prompt",
        code: "content_filter",
        status: 400,
        innererror: {
          code: "ResponsibleAIPolicyViolation",
          content_filter_result: { violence: { filtered: true } },
        },
      },
    ),
    "content_filtered",
  ],
  [
    "a filter, as LiteLLM",
    400,
    error("litellm.BadRequestError: AzureException", {
      code: "400",
      provider_specific_fields: { innererror: { code: "ResponsibleAIPolicyViolation" } },
    }),
    "content_filtered",
  ],
  [
    "a filter in words, as LiteLLM",
    400,
    error("litellm.ContentPolicyViolationError: The response was filtered", { code: "400" }),
    "content_filtered",
  ],
  [
    "a flagged prompt",
    400,
    error("Invalid prompt: your prompt was flagged as potentially violating our usage policy.", {
      type,
      code: "invalid_prompt",
    }),
    "content_filtered",
  ],
  [
    "a flagged input, as OpenRouter",
    403,
    error("The chosen model requires moderation. Your input was flagged for violence.", {
      code: 403,
    }),
    "content_filtered",
  ],
  [
    "an inspection, as Alibaba",
    400,
    error("Input data may contain inappropriate content.", { code: "data_inspection_failed" }),
    "content_filtered",
  ],
  [
    "a long context",
    400,
    error("This model's maximum context length is 100 tokens.", {
      type,
      param: "messages",
      code: "context_length_exceeded",
    }),
    "request_too_large",
  ],
  [
    "a long prompt, behind a gateway",
    400,
    error("prompt is too long: 210000 tokens > 200000 maximum", { type }),
    "request_too_large",
  ],
  [
    "a long prompt, as LM Studio",
    400,
    error("The number of tokens to keep from the prompt is greater than the context length."),
    "request_too_large",
  ],
  ["a large body", 413, "Request Entity Too Large", "request_too_large"],
  [
    "a request larger than a minute",
    429,
    error("Request too large for gpt-4o on tokens per min (TPM): Limit 100, Requested 36500.", {
      type: "tokens",
      code: "rate_limit_exceeded",
    }),
    "request_too_large",
  ],
  [
    "the error of a provider as a text, as OpenRouter",
    400,
    error("Provider returned error", {
      code: 400,
      metadata: { raw: JSON.stringify(error("Too long", { code: "context_length_exceeded" })) },
    }),
    "request_too_large",
  ],
  [
    "the error of a provider within a sentence, as LiteLLM",
    429,
    error("litellm.RateLimitError: OpenAIException - {'error': {'code': 'insufficient_quota'}}", {
      code: "429",
    }),
    "quota_exceeded",
  ],
  [
    "an error as an event",
    400,
    `data: ${JSON.stringify(error("", { code: "content_filter" }))}\n\n`,
    "content_filtered",
  ],
  ["no capacity, as Groq", 498, error("Flex tier capacity exceeded"), "overloaded"],
  ["overload, behind a gateway", 529, {
    type: "error",
    ...error("Overloaded", { type: "overloaded_error" }),
  }, "overloaded"],
  ["a bad gateway of HTML", 502, "<html>502 Bad Gateway</html>", "upstream_error"],
  ["a client that left", 499, error("Client closed request"), "upstream_error"],
  [
    "a failed dependency",
    424,
    { error: "Failed", error_type: "incomplete_generation" },
    "upstream_error",
  ],
  ["an error as a text", 400, { error: "no" }, "rejected"],
  ...flags,
  ...echoes,
  ...accounts,
  ...wrapped,
  ...crashes,
  [
    "a long prompt, as Alibaba",
    400,
    error("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]"),
    "request_too_large",
  ],
  ["an invalid key with status 400, as Gemini", 400, [{
    error: {
      code: 400,
      message: "API key not valid. Please pass a valid API key.",
      status: "INVALID_ARGUMENT",
      details: [{ reason: "API_KEY_INVALID" }],
    },
  }], "unauthorized"],
  ["an invalid key, as FastAPI", 401, { detail: "Invalid token" }, "unauthorized"],
];

for (const how of ["chat", "respond"] as const) {
  for (const [name, status, body, code] of statuses) {
    Deno.test(`${how}() ends with ${code} for ${name}`, async () => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const answers: Answer[] = [() => new Response(text, { status })];
      const { bodies } = await runCase(how, { name, answers, code }, { responsesApi: "responses" });
      assertStrictEquals(bodies.length, 1);
    });
  }
}

/** Events that report a failure. */
const faults: [name: string, event: Wire, code: FailureCode][] = [
  ["a rate limit as a number", error("Provider returned error", { code: 429 }), "rate_limited"],
  ["a refused request as a number", error("Provider returned error", { code: 400 }), "rejected"],
  ["no balance as a number", error("Insufficient credits", { code: 402 }), "quota_exceeded"],
  ["a bad gateway as a number", error("Provider disconnected", { code: 502 }), "upstream_error"],
  ["a missing model as a number", error("No endpoints found", { code: 404 }), "rejected"],
  ["a number as a text", error("Provider returned error", { code: "503" }), "overloaded"],
  ["an error as a text", { error: "the model crashed" }, "upstream_error"],
  ["an error in an error", error("x", { error: { code: "rate_limit_exceeded" } }), "rate_limited"],
  ["a refused request by its type", error("Unknown field", { type }), "rejected"],
  ["an invalid key by its code", error("No", { code: "invalid_api_key" }), "unauthorized"],
  ["an error of an older vLLM", {
    object: "error",
    message: "No",
    type: "BadRequestError",
    code: 400,
  }, "rejected"],
  [
    "an error without data, as llama.cpp",
    'error: {"code":500,"message":"slot unavailable"}\n\n',
    "upstream_error",
  ],
  ["an error without a field", '{"error":{"message":"Busy","code":503}}\n\n', "overloaded"],
  ["a named error", 'event: error\ndata: {"message":"Slow down","code":429}\n\n', "rate_limited"],
  ["a named error of text", 'event: error\ndata: "Internal error"\n\n', "upstream_error"],
  ["an event of type error", { type: "error", error: { type: "overloaded_error" } }, "overloaded"],
  ["the status UNAVAILABLE", [error("Busy", { code: 503, status: "UNAVAILABLE" })], "overloaded"],
  [
    "a full context, as llama.cpp",
    error("Context size has been exceeded.", { code: 500, type: "server_error" }),
    "request_too_large",
  ],
  ["a line of plain text", "read ECONNRESET\n\n", "connection_lost"],
];

const half = DAY_PLAN.slice(0, 200);
const begun = { chat: [chunk({ content: half })], respond: healthyEvents(half).slice(0, 2) };

for (const how of ["chat", "respond"] as const) {
  for (const [name, event, code] of faults) {
    Deno.test(`${how}() ends with ${code} for ${name} in the middle of an answer`, async () => {
      for (const events of [[...begun[how], event], [...begun[how], event, DONE]]) {
        const { bodies } = await runCase(how, { name, answers: [stream(...events)], code });
        assertStrictEquals(bodies.length, 1);
      }
    });
  }

  Deno.test(`${how}() counts a fault in an answer as an answer`, async () => {
    const fault = error("Provider disconnected", { code: 502 });
    const answers = [stream(...begun[how], fault), () => Response.json(fault, { status: 502 })];
    await using env = openModel(answers);
    const unanswered = [];
    for (let n = 0; n < 2; n++) {
      unanswered.push(
        await ask(env.model, how).turn.then(() => null, (thrown) => thrown.unanswered),
      );
    }
    assertStrictEquals(unanswered.join(), "false,true");
  });

  Deno.test(`${how}() counts a crash of the model as no answer, whatever its status`, async () => {
    await using env = openModel([
      () => Response.json({ error: "Model unloaded." }, { status: 400 }),
    ]);
    const { turn } = ask(env.model, how);
    assertStrictEquals(await turn.then(() => null, (thrown) => thrown.unanswered), true);
  });

  Deno.test(`${how}() reports a page in place of an answer as a fault of the server`, async () => {
    const answers: Answer[] = [() =>
      new Response("\n<!DOCTYPE html><title>Log in</title>", {
        headers: { "content-type": "text/html" },
      })];
    await runCase(how, { name: "", answers, code: "upstream_error" });
  });

  for (
    const message of [
      "error parsing tool call: raw='{\"city\":', err=unexpected end of JSON input",
      "Failed to parse input at pos 12: <tool_call>",
      'unexpected tokens remaining in message header: Some("x")',
      "Unexpected token 12606 while expecting start token 200006",
    ]
  ) {
    Deno.test(`${how}() reads "${message.slice(0, 30)}…" as an empty answer`, async () => {
      const answers: Answer[] = [() => Response.json(error(message), { status: 500 })];
      await runCase(how, { name: message, answers, text: null });
    });
  }

  Deno.test(`${how}() reads an answer that the server found invalid as an empty one`, async () => {
    for (const code of ["json_validate_failed", "tool_use_failed", "output_parse_failed"]) {
      const body = error("Failed to generate JSON.", {
        type,
        code,
        failed_generation: '{"days":[',
      });
      for (const answer of [() => Response.json(body, { status: 400 }), stream(body)]) {
        await runCase(how, { name: code, answers: [answer], text: null });
      }
    }
  });
}

/** First events that look like an error of some servers, before or at the start of an answer. */
const noFaults: [name: string, event: Wire][] = [
  ["a message of success", { code: 0, message: "success" }],
  ["a status of success", { choices: [], base_resp: { status_code: 0, status_msg: "" } }],
  [
    "an unknown status beside text",
    chunk({ content: "" }, null, { base_resp: { status_code: 7 } }),
  ],
  ["a code beside text", { ...chunk({ content: "" }), object: undefined, code: 7, message: "Odd" }],
];

for (const [name, event] of noFaults) {
  Deno.test(`chat() reads an answer that begins with ${name}`, async () => {
    const events = [event, chunk({ content: DAY_PLAN }, "stop"), DONE];
    await runCase("chat", { name, answers: [stream(...events)] });
  });
}

Deno.test("an error never shows what the server wrote", async () => {
  const body = error("secret", { code: "sk_LIVE", type: "Secret", status: 418 });
  await using env = openModel([() => Response.json(body, { status: 400 })]);
  const message = await ask(env.model, "chat").turn.then(() => "", (thrown) => thrown.message);
  assertStrictEquals(message, "OpenAI API error: 400");
  assertStrictEquals(await codeOf(Promise.resolve()), "none");
});
