/**
 * What a negotiation must not do: repeat a request that no change would help, or remember a
 * concession that did not help. And what is remembered for which request.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { caseRequest, cityTool, DAY_PLAN, healthy } from "../../../testing/model_case.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import { type Answer, ask, codeOf, openModel } from "../../../testing/openai_model.ts";
import { accept, error, formatOf, limitOf } from "../../../testing/refusing_server.ts";

const tools = [cityTool];

/** Refusals that no other request would help. */
const ordinary: [name: string, status: number, body: unknown, code: string][] = [
  [
    "an unknown model",
    404,
    error("The model `store` does not exist", { code: "model_not_found" }),
    "rejected",
  ],
  [
    "an unknown model, as Ollama",
    404,
    error('model "qwen" not found, try pulling it first'),
    "rejected",
  ],
  ["a wrong model", 400, error("stream is not a valid model ID", { param: "model" }), "rejected"],
  [
    "an invalid key",
    401,
    error("Incorrect API key provided", { code: "invalid_api_key" }),
    "unauthorized",
  ],
  ["a forbidden model", 403, error("Your key may not use streaming"), "unauthorized"],
  ["nothing by name", 400, error("Invalid request"), "rejected"],
  ["an empty body", 400, {}, "rejected"],
  [
    "an item, with a link to the documents",
    400,
    error("Invalid item. See https://platform.openai.com/docs/api-reference/responses/create."),
    "rejected",
  ],
  [
    "a sentence with usual words",
    400,
    error("Please include a question and store it. The background is unclear."),
    "rejected",
  ],
  [
    "a content filter",
    400,
    error(
      "The response was filtered due to the prompt triggering our content management policy. Disable stream.",
      { code: "content_filter" },
    ),
    "content_filtered",
  ],
  [
    "a prompt without room for an answer",
    400,
    error(
      "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.",
      { code: "context_length_exceeded" },
    ),
    "request_too_large",
  ],
  ["a prompt without room, as llama.cpp", 400, {
    error: {
      code: 400,
      message:
        "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it",
      type: "exceed_context_size_error",
      n_prompt_tokens: 9000,
      n_ctx: 8192,
    },
  }, "request_too_large"],
  ["a repeated request with all of its members", 422, {
    detail: [{
      type: "missing",
      loc: ["body", "user"],
      msg: "Field required",
      input: { stream: true, store: false, include: [], response_format: {} },
    }],
  }, "rejected"],
  [
    "a rate limit that names tokens",
    429,
    error("Rate limit reached for requests. Limit 3, Used 3.", { code: "rate_limit_exceeded" }),
    "rate_limited",
  ],
  ["a rate limit of a path", 429, error("Rate limit reached for /v1/responses"), "rate_limited"],
  ["an invalid key for a path", 401, error("Invalid key for /v1/responses"), "unauthorized"],
  ["a fault of the server", 500, error("The stream of the database ended"), "upstream_error"],
  ["an error with a status of success", 200, {
    error: { message: "No endpoints found", code: 404 },
  }, "rejected"],
];

for (const how of ["chat", "respond"] as const) {
  for (const [name, status, body, code] of ordinary) {
    Deno.test(`${how}() makes one call when a server refuses ${name}`, async () => {
      const answers = Array(3).fill(() => Response.json(body, { status }));
      await using env = openModel(answers);
      const { turn } = ask(env.model, how, {}, { ...caseRequest, tools });
      assertStrictEquals(await codeOf(turn), code);
      assertStrictEquals(env.asked.length, 1);
    });
  }

  Deno.test(`${how}() forgets a concession that did not help`, async () => {
    const refusal = () => Response.json(error("Streaming is broken today"), { status: 400 });
    await using env = openModel([refusal, refusal, healthy[how]()]);
    assertStrictEquals(await codeOf(ask(env.model, how, {}, caseRequest).turn), "rejected");
    assertEquals(env.asked.map(({ body }) => body!.stream), [true, false]);
    assertStrictEquals((await ask(env.model, how, {}, caseRequest).turn).text, DAY_PLAN);
    assertStrictEquals(env.asked[2]!.body!.stream, true);
  });

  Deno.test(`${how}() asks for fewer tokens twice at most`, async () => {
    const refusal = error(
      "Trying to keep the first 5000 tokens. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
    );
    await using env = openModel(Array(9).fill(() => Response.json(refusal, { status: 400 })));
    const { turn } = ask(env.model, how, {}, caseRequest);
    assertStrictEquals(await codeOf(turn), "request_too_large");
    assertStrictEquals(env.asked.length, 3);
  });

  Deno.test(`${how}() remembers a concession for one model only`, async () => {
    const answer: Answer = (body) =>
      body.model === "old" && body.stream
        ? Response.json(error("This model does not stream"), { status: 400 })
        : accept(how, body);
    await using env = openModel(Array(3).fill(answer));
    for (const model of ["old", "new"]) {
      await ask(env.model, how, {}, { ...caseRequest, model }).turn;
    }
    assertEquals(env.asked.map(({ body }) => body!.stream), [true, false, true]);
  });

  Deno.test(`${how}() asks for more tokens again after a longer prompt`, async () => {
    const answer: Answer = (body) => {
      const prompt = JSON.stringify(body.messages ?? body.input).length;
      const given = `This model's maximum context length is 8192 tokens. However, you requested ` +
        `${prompt + limitOf(body)} tokens (${prompt} in the messages).`;
      return prompt + limitOf(body) > 8_192
        ? Response.json(error(given), { status: 400 })
        : accept(how, body);
    };
    await using env = openModel(Array(4).fill(answer));
    const long = "A long wish. ".repeat(300);
    const messages = [{ role: "user" as const, content: long }];
    const longer = { ...caseRequest, messages, input: [{ role: "user", content: long }] };
    await ask(env.model, how, {}, longer).turn;
    assert(limitOf(env.asked.at(-1)!.body!) > 4_000);
    await ask(env.model, how, {}, caseRequest).turn;
    assertStrictEquals(limitOf(env.asked.at(-1)!.body!), 7_000);
    assertStrictEquals(env.asked.length, 3);
  });
}

Deno.test("chat() requests a format for functions and for plans separately", async () => {
  const answer: Answer = (body) =>
    body.tools && body.response_format
      ? Response.json(error("Cannot use custom grammar constraints with tools."), { status: 400 })
      : accept("chat", body);
  await using env = openModel(Array(3).fill(answer), { responsesApi: "chat" });
  await ask(env.model, "respond", {}, { ...caseRequest, tools }).turn;
  await ask(env.model, "chat", {}, caseRequest).turn;
  assertEquals(env.asked.map(({ body }) => formatOf(body!)), [
    "json_schema",
    undefined,
    "json_schema",
  ]);
});

const zeroRetention =
  "Previous response cannot be used for this organization due to Zero Data Retention.";

for (const param of [null, "previous_response_id"]) {
  Deno.test(`respond() sends everything where nothing may be stored, with param ${param}`, async () => {
    const answer: Answer = (body) =>
      body.previous_response_id
        ? Response.json(error(zeroRetention, { param }), { status: 400 })
        : accept("respond", body);
    await using env = openModel(Array(3).fill(answer), { background: true });
    const previous = { responseId: "r0", items: 1 };
    for (let n = 0; n < 2; n++) {
      await ask(env.model, "respond", {}, { ...caseRequest, previous }).turn;
    }
    assertEquals(env.asked.map(({ body }) => body!.previous_response_id), [
      "r0",
      undefined,
      undefined,
    ]);
    assertEquals(env.asked[1]!.body!.input, caseRequest.input);
  });
}

Deno.test("respond() refers to other responses after one was lost", async () => {
  const lost = error("Previous response with id 'r0' not found.", {
    param: "previous_response_id",
    code: "previous_response_not_found",
  });
  const answer: Answer = (body) =>
    body.previous_response_id === "r0"
      ? Response.json(lost, { status: 400 })
      : accept("respond", body);
  await using env = openModel(Array(3).fill(answer), { background: true });
  for (const responseId of ["r0", "r1"]) {
    const previous = { responseId, items: 1 };
    await ask(env.model, "respond", {}, { ...caseRequest, previous }).turn;
  }
  assertEquals(env.asked.map(({ body }) => body!.previous_response_id), ["r0", undefined, "r1"]);
});

const noResponses: [name: string, status: number, body: unknown][] = [
  ["a page with ids", 404, '<!DOCTYPE html><html><div id="app">404: not found</div></html>'],
  ["a page that names models", 404, "\n<html><title>Our models</title>404</html>"],
  ["an error with an id", 404, {
    error: { message: "Not Found", type: "invalid_request_error" },
    id: "req_1",
  }],
  [
    "an error with the id of the request, as One API",
    501,
    error("API not implemented (request id: 20250822)", { code: "api_not_implemented" }),
  ],
  ["an unknown path, as a gateway of Amazon", 403, { message: "Missing Authentication Token" }],
  ["no such path", 404, { detail: "Not Found" }],
  ["no such file", 404, {
    error: { code: 404, message: "File Not Found", type: "not_found_error" },
  }],
  ["no such method", 405, {}],
  ["an unknown endpoint", 400, error("Unknown endpoint: /v1/responses")],
  [
    "a model that has only the other API",
    400,
    error("The Responses API is not supported by this model"),
  ],
  ["an unexpected endpoint, with a status of success", 200, {
    error: "Unexpected endpoint or method. (POST /v1/responses)",
  }],
  ["missing messages", 422, {
    detail: [{ type: "missing", loc: ["body", "messages"], msg: "Field required" }],
  }],
  ["missing messages, as a JSON schema", 400, error("'messages' is a required property")],
  ["missing messages, as OpenAI", 400, error("Missing required parameter: 'messages'.")],
  ["missing messages, as serde", 422, "Failed to parse the request: missing field `messages`"],
  ["missing messages, as zod", 400, {
    success: false,
    error: { issues: [{ code: "invalid_type", path: ["messages"], message: "Required" }] },
  }],
  ["missing messages, as zod in a text", 400, {
    error: { name: "ZodError", message: JSON.stringify([{ path: ["messages"] }], null, 2) },
  }],
  [
    "a model without the endpoint",
    400,
    error("This model does not support the responses endpoint"),
  ],
  ["a method that is not implemented", 500, error("No", { code: "not_implemented" })],
];

for (const [name, status, body] of noResponses) {
  Deno.test(`respond() uses Chat Completions after ${name}`, async () => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer: Answer = (asked) =>
      asked.input ? new Response(text, { status }) : accept("chat", asked);
    await using env = openModel(Array(4).fill(answer));
    for (let n = 0; n < 2; n++) {
      assertStrictEquals((await ask(env.model, "respond", {}, caseRequest).turn).text, DAY_PLAN);
    }
    assertEquals(env.asked.map(({ line }) => line), [
      "POST /responses",
      "POST /chat/completions",
      "POST /chat/completions",
    ]);
  });
}

Deno.test("respond() keeps its own API once a response has succeeded", async () => {
  let requests = 0;
  const answer: Answer = (asked) => {
    if (!asked.input) return accept("chat", asked);
    const page = new Response("<html>404 Not Found</html>", { status: 404 });
    return ++requests === 2 ? page : accept("respond", asked);
  };
  await using env = openModel(Array(4).fill(answer));
  for (let n = 0; n < 3; n++) {
    assertStrictEquals((await ask(env.model, "respond", {}, caseRequest).turn).text, DAY_PLAN);
  }
  assertEquals(env.asked.map(({ line }) => line), [
    "POST /responses",
    "POST /responses",
    "POST /chat/completions",
    "POST /responses",
  ]);
});

Deno.test("respond() tries its own API again until the other one has answered", async () => {
  const gone = () => Response.json({ detail: "Not Found" }, { status: 404 });
  await using env = openModel([gone, gone, healthy.respond()]);
  assertStrictEquals(await codeOf(ask(env.model, "respond", {}, caseRequest).turn), "rejected");
  assertStrictEquals((await ask(env.model, "respond", {}, caseRequest).turn).text, DAY_PLAN);
});

Deno.test("chat() logs once what a server does not support, also for calls at the same time", async () => {
  using log = captureLogs();
  const answer: Answer = (body) =>
    body.stream ? Response.json(error("No streaming"), { status: 400 }) : accept("chat", body);
  await using env = openModel(Array(4).fill(answer));
  await Promise.all([0, 1].map(() => ask(env.model, "chat", {}, caseRequest).turn));
  const lines = log.records.map(({ rawMessage, properties }) => [rawMessage, properties]);
  assertEquals(lines, [
    ["not supported by the model server", { model: "chat: gpt-test", what: "stream" }],
  ]);
});
