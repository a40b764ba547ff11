/**
 * Which of the two APIs a turn uses: by its setting, and by what the server has. The words of servers
 * without the Responses API are in `negotiation_test.ts`.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { caseRequest, DAY_PLAN } from "../../../testing/model_case.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import { type Answer, ask, type Body, codeOf, openModel } from "../../../testing/openai_model.ts";
import { accept, error } from "../../../testing/refusing_server.ts";

type Server = ReturnType<typeof openModel>;

const asks = (env: Server) => env.asked.map(({ line }) => line.replace("POST /", ""));
const paths = { chat: "chat/completions", respond: "responses" };

/** Answers in the API of the call. */
const answer = (body: Body) => accept(body.input ? "respond" : "chat", body);

const noChat: [name: string, status: number, body: unknown][] = [
  [
    "a model with the other API only, as OpenAI",
    404,
    error("This model is only supported in v1/responses and not in v1/chat/completions.", {
      param: "model",
    }),
  ],
  [
    "no model for chat, as OpenAI",
    404,
    error(
      "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did " +
        "you mean to use v1/completions?",
      { param: "model" },
    ),
  ],
  [
    "an old protocol, as a gateway",
    400,
    error(
      "Unsupported legacy protocol: /v1/chat/completions is not supported. Please use /v1/responses.",
    ),
  ],
  ["no such path", 404, { detail: "Not Found" }],
  ["no such method", 405, {}],
  ["missing input, as OpenAI", 400, error("Missing required parameter: 'input'.")],
  ["missing input, as pydantic", 422, {
    detail: [{ type: "missing", loc: ["body", "input"], msg: "Field required" }],
  }],
];

for (const [name, status, body] of noChat) {
  Deno.test(`chat() uses the Responses API after ${name}`, async () => {
    using log = captureLogs();
    const server: Answer = (asked) =>
      asked.messages ? Response.json(body, { status }) : answer(asked);
    await using env = openModel(Array(4).fill(server));
    for (let n = 0; n < 2; n++) {
      assertStrictEquals((await ask(env.model, "chat", {}, caseRequest).turn).text, DAY_PLAN);
    }
    assertEquals(asks(env), [paths.chat, paths.respond, paths.respond]);
    assertEquals(log.records.map(({ properties }) => properties), [{ what: "Chat Completions" }]);
  });
}

Deno.test("chat() over the Responses API sends the same conversation, and stores nothing", async () => {
  await using env = openModel([answer], { chatApi: "responses", background: true });
  const messages = [
    { role: "system" as const, content: "Write a plan." },
    { role: "user" as const, content: "Ghent" },
    { role: "assistant" as const, content: "" },
    { role: "assistant" as const, content: "{}" },
    { role: "user" as const, content: "Correct it." },
  ];
  const { received, turn } = ask(env.model, "chat", {}, {
    ...caseRequest,
    messages,
    input: [],
    instructions: "",
  });
  assertEquals(Object.keys(await turn).toSorted(), ["responseId", "text", "truncated", "usage"]);
  const { body } = env.asked[0]!;
  assertEquals([body!.instructions, body!.store, body!.background, body!.tools], [
    "Write a plan.",
    false,
    undefined,
    [],
  ]);
  assertEquals(body!.input, [messages[1], messages[3], messages[4]]);
  assertEquals(received.map(({ type }) => type), ["started", "text"]);
  const [started] = received;
  assertStrictEquals(started?.type === "started" && started.resumable, false);
});

const settings: [chatApi: "chat" | "responses", path: string][] = [
  ["chat", paths.chat],
  ["responses", paths.respond],
];

for (const [chatApi, path] of settings) {
  Deno.test(`chat() uses only the API that is set: ${chatApi}`, async () => {
    const missing = () => Response.json({ detail: "Not Found" }, { status: 404 });
    await using env = openModel([missing, answer], { chatApi });
    assertStrictEquals(await codeOf(ask(env.model, "chat", {}, caseRequest).turn), "rejected");
    await ask(env.model, "chat", {}, caseRequest).turn;
    assertEquals(asks(env), [path, path]);
  });
}

for (const how of ["chat", "respond"] as const) {
  const other = how === "chat" ? "respond" : "chat";
  Deno.test(`${how}() returns to its own API when the server has lost the other one`, async () => {
    let has: "chat" | "respond" = other;
    const server: Answer = (asked) =>
      Boolean(asked.input) === (has === "respond")
        ? answer(asked)
        : Response.json({ detail: "Not Found" }, { status: 404 });
    await using env = openModel(Array(9).fill(server));
    for (const version of [other, other, how, how, other] as const) {
      has = version;
      assertStrictEquals((await ask(env.model, how, {}, caseRequest).turn).text, DAY_PLAN);
    }
    const [own, second] = [paths[how], paths[other]];
    assertEquals(asks(env), [own, second, second, second, own, own, own, second]);
  });

  Deno.test(`${how}() makes two calls while the server has neither API, and recovers`, async () => {
    let isDown = true;
    const server: Answer = (asked) =>
      isDown ? new Response("404 page not found", { status: 404 }) : answer(asked);
    await using env = openModel(Array(9).fill(server));
    assertStrictEquals(await codeOf(ask(env.model, how, {}, caseRequest).turn), "rejected");
    isDown = false;
    await ask(env.model, how, {}, caseRequest).turn;
    assertEquals(asks(env), [paths[how], paths[other], paths[how]]);
  });
}

Deno.test("respond() returns to its own API after one answer of it came late", async () => {
  const late = Promise.withResolvers<void>();
  const missing = () => Response.json({ detail: "Not Found" }, { status: 404 });
  const answers: Answer[] = [
    // The first turn gets its answer after the second turn has changed the API.
    async (body) => (await late.promise, await answer(body)),
    missing,
    answer,
    missing,
    answer,
    answer,
  ];
  await using env = openModel(answers);
  const turn = async () => (await ask(env.model, "respond", {}, caseRequest).turn).text;
  const first = turn();
  while (env.asked.length === 0) await nextTurn();
  assertStrictEquals(await turn(), DAY_PLAN);
  late.resolve();
  assertStrictEquals(await first, DAY_PLAN);
  for (let n = 0; n < 2; n++) assertStrictEquals(await turn(), DAY_PLAN);
  const { chat, respond } = paths;
  assertEquals(asks(env), [respond, respond, chat, chat, respond, respond]);
});
