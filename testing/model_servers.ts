/**
 * Model servers as users report them: each refuses what the real one refuses, with its words, and
 * answers in its form.
 * @module
 */
import type { Body } from "./openai_model.ts";
import { eventStream, sseText } from "./openai_server.ts";

type Answer = (body: Body, plan: string) => Response;

/** A server: its answers by path. Other paths answer `missing`. */
export interface ModelServer {
  name: string;
  /** Whether it streams plans; by default it does. */
  streams?: boolean;
  chat: Answer;
  responses?: Answer;
  missing?: () => Response;
}

function refuse(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

const notFound = () => refuse(404, { detail: "Not Found" });

/** The call of a function with which a bundle begins. */
const CALL = { name: "get_weather", arguments: '{"city":"Lisbon"}' };

/** Returns whether the model calls its function now: once, if there is one. */
function callsFunction(body: Body): boolean {
  const items = body.messages ?? body.input;
  return Boolean(body.tools?.length) &&
    !JSON.stringify(items).match(/"role":"tool"|function_call_output/);
}

/** Returns the messages of the model with function calls. */
function callsIn({ messages }: Body): Body[] {
  return messages.filter(({ tool_calls }: Body) => tool_calls !== undefined);
}

/** Returns the pieces of an answer: like a real stream, not at the ends of members. */
function pieces(text: string): string[] {
  return text.match(/[^]{1,40}/g) ?? [];
}

/** The chunks of an answer of Chat Completions. */
function chunks(body: Body, plan: string, { id = "c1" as string | null } = {}): object[] {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...(id !== null && { id }),
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const call = { index: 0, id: "call00001", type: "function", function: CALL };
  if (callsFunction(body)) return [chunk({ tool_calls: [call] }), chunk({}, "tool_calls")];
  return [...pieces(plan).map((content) => chunk({ content })), chunk({}, "stop")];
}

const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };

function chatStream(events: object[]): Response {
  return eventStream(`${sseText(events)}data: [DONE]\n\n`);
}

/** The events of an answer of the Responses API, with the given numbers. */
function responseStream(
  body: Body,
  plan: string,
  { number = (n: number) => n, hasOutput = true, hasEnd = true, id = "r1" } = {},
): Response {
  const item = callsFunction(body)
    ? { type: "function_call", id: "fc_1", call_id: "call_1", ...CALL }
    : { type: "message", role: "assistant", content: [{ type: "output_text", text: plan }] };
  const deltas = item.type === "message"
    ? pieces(plan).map((delta) => ({
      type: "response.output_text.delta",
      output_index: 0,
      delta,
    }))
    : [];
  const response = { id, object: "response", status: "completed", output: [item] };
  const events = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    ...deltas,
    { type: "response.output_item.done", output_index: 0, item },
    ...(hasEnd
      ? [{ type: "response.completed", response: { ...response, output: hasOutput ? [item] : [] } }]
      : []),
  ];
  return eventStream(sseText(events.map((event, n) => ({ ...event, sequence_number: number(n) }))));
}

function hasPattern(body: Body): boolean {
  return JSON.stringify(body.response_format ?? body.text ?? {}).includes('"pattern"');
}

const azure: ModelServer = {
  name: "Azure OpenAI",
  chat(body, plan) {
    if (body.max_tokens !== undefined) {
      const message = "Unsupported parameter: 'max_tokens' is not supported with this model. " +
        "Use 'max_completion_tokens' instead.";
      return refuse(400, {
        error: { message, param: "max_tokens", code: "unsupported_parameter" },
      });
    }
    const filtered = { content_filter_offsets: { check_offset: 1 }, finish_reason: null };
    const [first, ...others] = chunks(body, plan);
    return chatStream([
      { id: "", object: "", choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
      first!,
      { id: "", choices: [{ index: 0, ...filtered }] },
      ...others,
      { id: "c1", choices: [], usage },
    ]);
  },
  responses(body, plan) {
    if (body.include) {
      const message = "Encrypted content is not supported with this model.";
      return refuse(400, { error: { message, type: "invalid_request_error", param: "include" } });
    }
    const lost = body.input.some((item: Body) => item.type === "reasoning");
    if (lost) return refuse(404, { error: { message: "Item with id 'rs_1' not found." } });
    return responseStream(body, plan);
  },
};

const llamaCpp: ModelServer = {
  name: "llama.cpp",
  chat(body, plan) {
    const type = "invalid_request_error";
    if (hasPattern(body)) {
      const message =
        "JSON schema conversion failed:\nPattern must start with '^' and end with '$'";
      return refuse(400, { error: { code: 400, message, type } });
    }
    if (body.tools && body.response_format) {
      const message = "Cannot use custom grammar constraints with tools.";
      return refuse(400, { error: { code: 400, message, type } });
    }
    const thoughts = "<think>\nThe user wants {one} plan.\n</think>\n\n";
    return chatStream(chunks(body, thoughts + "```json\n" + plan + "\n```"));
  },
  missing: () =>
    refuse(404, { error: { code: 404, message: "File Not Found", type: "not_found_error" } }),
};

const ollama: ModelServer = {
  name: "Ollama",
  chat(body, plan) {
    if (hasPattern(body)) {
      const message = "invalid JSON schema in format";
      return refuse(500, { error: { message, type: "api_error", param: null, code: null } });
    }
    const events = chunks(body, plan).map((event) => JSON.stringify(event));
    return eventStream(`data:\n\nevent: ping\n\n${events.map((e) => `data: ${e}\n\n`).join("")}`);
  },
  missing: () => new Response("404 page not found", { status: 404 }),
};

const vllm: ModelServer = {
  name: "vLLM",
  chat(body, plan) {
    const asked = body.max_completion_tokens;
    if (asked > 8_192 - 500) {
      const message =
        `'max_tokens' or 'max_completion_tokens' is too large: ${asked}. This model's maximum ` +
        `context length is 8192 tokens and your request has 500 input tokens (${asked} > 8192 - 500).`;
      return refuse(400, { object: "error", message, type: "BadRequestError", code: 400 });
    }
    return chatStream([...chunks(body, plan, { id: null }), { choices: null, usage }]);
  },
  responses: (body, plan) => responseStream(body, plan, { number: () => 0, hasOutput: false }),
};

const mistral: ModelServer = {
  name: "Mistral",
  chat(body, plan) {
    const extra = ["max_completion_tokens", "stream_options", "store"].filter((name) =>
      name in body
    );
    if (extra.length > 0) {
      const detail = extra.map((name) => ({
        type: "extra_forbidden",
        loc: ["body", name],
        msg: "Extra inputs are not permitted",
        input: body[name],
      }));
      return refuse(422, { object: "error", message: { detail }, type: "invalid_request_error" });
    }
    // The content is a list of parts.
    const events = chunks(body, plan) as Body[];
    for (const { choices: [{ delta }] } of events) {
      if (delta.content) delta.content = [{ type: "text", text: delta.content }];
    }
    return chatStream(events);
  },
  missing: notFound,
};

const deepseek: ModelServer = {
  name: "DeepSeek",
  chat(body, plan) {
    if (body.response_format?.type === "json_schema") {
      const message = "This response_format type is unavailable now";
      const code = "invalid_request_error";
      return refuse(400, { error: { message, type: code, param: null, code } });
    }
    if (body.response_format && !JSON.stringify(body.messages).includes("JSON")) {
      return refuse(400, { error: { message: "Prompt must contain the word 'json'" } });
    }
    const reasoning_content = "Let me see";
    if (callsIn(body).some((message) => message.reasoning_content !== reasoning_content)) {
      const message = "Missing `reasoning_content` field in the assistant message";
      return refuse(400, { error: { message, type: "invalid_request_error" } });
    }
    const thinking = { choices: [{ index: 0, delta: { reasoning_content } }] };
    return eventStream(
      `: keep-alive\n\n${sseText([thinking, ...chunks(body, plan)])}data: [DONE]\n\n`,
    );
  },
  missing: notFound,
};

const lmStudio: ModelServer = {
  name: "LM Studio",
  chat(body, plan) {
    if (!["json_schema", "text", undefined].includes(body.response_format?.type)) {
      return refuse(400, { error: "'response_format.type' must be 'json_schema' or 'text'" });
    }
    const message = "Error in predicting: The model has no support for pattern keywords.";
    if (hasPattern(body)) return refuse(400, { error: message });
    return chatStream(chunks(body, `<think>Hm</think>${plan}`));
  },
  missing: () => refuse(200, { error: "Unexpected endpoint or method. (POST /v1/responses)" }),
};

const groq: ModelServer = {
  name: "Groq",
  streams: false,
  chat(body, plan) {
    const type = "invalid_request_error";
    if (body.tools && body.response_format) {
      const message = "json mode cannot be combined with tool/function calling";
      return refuse(400, { error: { message, type } });
    }
    if (body.stream && body.response_format) {
      return refuse(400, {
        error: { message: "response_format` does not support streaming", type },
      });
    }
    if (body.stream) return chatStream([...chunks(body, plan), { x_groq: { id: "r1", usage } }]);
    return Response.json(document(body, plan));
  },
  missing: () =>
    refuse(404, { error: { message: "Unknown request URL: POST /openai/v1/responses" } }),
};

/** A whole answer of Chat Completions. */
function document(body: Body, plan: string): object {
  const call = { id: "call00001", type: "function", function: CALL };
  const message = callsFunction(body) ? { content: null, tool_calls: [call] } : { content: plan };
  return { id: "c1", choices: [{ index: 0, message, finish_reason: "stop" }], usage };
}

const gemini: ModelServer = {
  name: "Gemini's OpenAI endpoint",
  chat(body, plan) {
    const status = "INVALID_ARGUMENT";
    if (JSON.stringify(body.response_format ?? {}).includes("maxItems")) {
      const message = "The specified schema produces a constraint that has too many states.";
      return refuse(400, [{ error: { code: 400, message, status } }]);
    }
    if (body.tools && body.response_format) {
      const message =
        "Function calling with a response mime type: 'application/json' is unsupported";
      return refuse(400, [{ error: { code: 400, message, status } }]);
    }
    const extra_content = { google: { thought_signature: "c2lnbmF0dXJl" } };
    const sent = callsIn(body).flatMap(({ tool_calls }) => tool_calls);
    if (sent.some((call) => call.extra_content?.google?.thought_signature === undefined)) {
      const message = "Function call is missing a thought_signature in functionCall parts.";
      return refuse(400, [{ error: { code: 400, message, status } }]);
    }
    // Each call has the index 0 and an empty id.
    const events = chunks(body, plan) as Body[];
    for (const { choices: [{ delta }] } of events) {
      for (const call of delta.tool_calls ?? []) {
        Object.assign(call, { id: "", index: 0, extra_content });
      }
    }
    return chatStream(events);
  },
  missing: () => new Response(null, { status: 404 }),
};

const openRouter: ModelServer = {
  name: "OpenRouter",
  chat(body, plan) {
    const events = [...chunks(body, plan), { id: "gen-1", choices: [], usage }];
    const comment = ": OPENROUTER PROCESSING\n\n";
    return eventStream(
      `${comment}${sseText(events.slice(0, 1))}${comment}${sseText(events.slice(1))}`,
    );
  },
  // The stream ends behind its last item.
  responses: (body, plan) => responseStream(body, plan, { hasEnd: false }),
};

const liteLlm: ModelServer = {
  name: "LiteLLM",
  chat: (body, plan) => chatStream(chunks(body, plan, { id: `chatcmpl-${"x".repeat(2_300)}` })),
  responses(body, plan) {
    if (body.include) {
      const message = "litellm.UnsupportedParamsError: does not support parameters: ['include']";
      return refuse(400, { error: { message, type: "None", param: "None", code: "400" } });
    }
    return responseStream(body, plan, { number: () => 0, id: `resp_${"x".repeat(2_300)}` });
  },
};

const responsesOnly: ModelServer = {
  name: "a model of OpenAI without Chat Completions",
  chat() {
    const message = "This model is only supported in v1/responses and not in v1/chat/completions.";
    const type = "invalid_request_error";
    return refuse(404, { error: { message, type, param: "model", code: null } });
  },
  responses: (body, plan) => responseStream(body, plan),
};

export const modelServers: readonly ModelServer[] = [
  responsesOnly,
  openRouter,
  liteLlm,
  lmStudio,
  groq,
  gemini,
  azure,
  llamaCpp,
  ollama,
  vllm,
  mistral,
  deepseek,
];

/** Returns the answer of a server to a request. */
export async function answerAs(
  server: ModelServer,
  request: Request,
  plan: string,
): Promise<Response> {
  return answerCall(
    server,
    { path: new URL(request.url).pathname, body: await request.json() },
    plan,
  );
}

/** Returns the answer of a server to a call. */
export function answerCall(
  server: ModelServer,
  { path, body }: { path: string; body: Body },
  plan: string,
): Response {
  const answer = path.endsWith("/chat/completions")
    ? server.chat
    : path.endsWith("/responses")
    ? server.responses
    : undefined;
  return answer ? answer(body, plan) : (server.missing ?? notFound)();
}
