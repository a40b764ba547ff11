/**
 * Model servers as users report them: each refuses what the real one refuses, with its words, and
 * answers in its form.
 * @module
 */
import { eventStream, sseText } from "./openai_server.ts";

// deno-lint-ignore no-explicit-any -- tests look at single members
type Body = Record<string, any>;
type Answer = (body: Body, plan: string) => Response;

/** A server: its answers by path. Other paths answer `missing`. */
export interface ModelServer {
  name: string;
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
  { number = (n: number) => n, hasOutput = true } = {},
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
  const response = { id: "r1", object: "response", status: "completed", output: [item] };
  const events = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    ...deltas,
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: { ...response, output: hasOutput ? [item] : [] } },
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
  name: "llama.cpp, LM Studio",
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
  name: "DeepSeek, Groq",
  chat(body, plan) {
    if (body.response_format?.type === "json_schema") {
      const message = "This response_format type is unavailable now";
      const code = "invalid_request_error";
      return refuse(400, { error: { message, type: code, param: null, code } });
    }
    if (body.response_format && !JSON.stringify(body.messages).includes("JSON")) {
      return refuse(400, { error: { message: "Prompt must contain the word 'json'" } });
    }
    const thinking = { choices: [{ index: 0, delta: { reasoning_content: "Let me see" } }] };
    return eventStream(
      `: keep-alive\n\n${sseText([thinking, ...chunks(body, plan)])}data: [DONE]\n\n`,
    );
  },
  missing: notFound,
};

export const modelServers: readonly ModelServer[] = [
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
  const { pathname } = new URL(request.url);
  const answer = pathname.endsWith("/chat/completions")
    ? server.chat
    : pathname.endsWith("/responses")
    ? server.responses
    : undefined;
  if (!answer) return (server.missing ?? notFound)();
  return answer(await request.json(), plan);
}
