/**
 * A server that is replaced by another version while this process lives: what was remembered of the
 * first version must not make requests to the second one fail.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { caseRequest, DAY_PLAN } from "../../../testing/model_case.ts";
import { type Answer, ask, type Body, codeOf, openModel } from "../../../testing/openai_model.ts";
import { accept, error, formatOf, has, limitOf } from "../../../testing/refusing_server.ts";

/** Whether the second version refuses a request, and what it says. */
type Rule = [refuses: (body: Body) => boolean, says: unknown, status?: number];

const changes: [name: string, how: "chat" | "respond" | "both", first: Rule, second: Rule][] = [
  ["no streams, then only streams", "both", [
    (body) => body.stream === true,
    error("Streaming is not supported"),
  ], [(body) => body.stream !== true, error("Stream must be set to true")]],
  ["an old name, then a new one", "chat", [
    has("max_completion_tokens"),
    error("Unrecognized request argument supplied: max_completion_tokens"),
  ], [
    has("max_tokens"),
    error("Use the member for completions in place of the old one"),
  ]],
  ["no formats, then only formats", "both", [
    (body) => formatOf(body) !== undefined,
    error("response_format and text.format are not supported: structured output"),
  ], [(body) => formatOf(body) !== "json_schema", error("A strict answer is required")]],
  ["no storage, then only with it", "respond", [
    has("store"),
    error("Unknown parameter: 'store'."),
  ], [(body) => body.store !== false, error("Retention is not possible"), 422]],
];

for (const [name, hows, first, second] of changes) {
  for (const how of hows === "both" ? ["chat", "respond"] as const : [hows]) {
    Deno.test(`${how}() adapts to a server that changes: ${name}`, async () => {
      let [refuses, says, status = 400]: Rule = first;
      const answer: Answer = (body) =>
        refuses(body) ? Response.json(says, { status }) : accept(how, body);
      await using env = openModel(Array(20).fill(answer));
      const turn = async () => (await ask(env.model, how, {}, caseRequest).turn).text;
      assertStrictEquals(await turn(), DAY_PLAN);
      [refuses, says, status = 400] = second;
      const asked = env.asked.length;
      assertStrictEquals(await turn(), DAY_PLAN);
      // The refused request, and the request as it is meant.
      assertStrictEquals(env.asked.length, asked + 2);
      assertStrictEquals(await turn(), DAY_PLAN);
      assertStrictEquals(env.asked.length, asked + 3);
    });
  }
}

/** Answers that say nothing about what was omitted. */
const others: [name: string, status: number, body: unknown, code: string][] = [
  ["an unknown model", 404, error("The model does not exist"), "rejected"],
  ["an invalid key", 401, error("Incorrect API key provided"), "unauthorized"],
  ["a rate limit", 429, error("Too many requests"), "rate_limited"],
  ["a fault", 500, error("Internal error"), "upstream_error"],
  ["a filter", 400, error("Filtered", { code: "content_filter" }), "content_filtered"],
];

for (const [name, status, body, code] of others) {
  Deno.test(`chat() makes one call, and forgets nothing, after ${name}`, async () => {
    let isRefused = false;
    const answer: Answer = (asked) =>
      asked.stream_options
        ? Response.json(error("Unknown parameter: 'stream_options'."), { status: 400 })
        : isRefused
        ? Response.json(body, { status })
        : accept("chat", asked);
    await using env = openModel(Array(9).fill(answer), { chatApi: "chat" });
    await ask(env.model, "chat", {}, caseRequest).turn;
    isRefused = true;
    assertStrictEquals(await codeOf(ask(env.model, "chat", {}, caseRequest).turn), code);
    isRefused = false;
    await ask(env.model, "chat", {}, caseRequest).turn;
    assertEquals(env.asked.map(({ body }) => has("stream_options")(body!)), [
      true,
      false,
      false,
      false,
    ]);
  });
}

Deno.test("chat() keeps what it remembers if the request fails in any form", async () => {
  let isBad = false;
  const answer: Answer = (asked) =>
    asked.stream_options
      ? Response.json(error("Unknown parameter: 'stream_options'."), { status: 400 })
      : isBad
      ? Response.json(error("Invalid request"), { status: 400 })
      : accept("chat", asked);
  await using env = openModel(Array(9).fill(answer));
  await ask(env.model, "chat", {}, caseRequest).turn;
  isBad = true;
  assertStrictEquals(await codeOf(ask(env.model, "chat", {}, caseRequest).turn), "rejected");
  assertStrictEquals(env.asked.length, 5);
  isBad = false;
  await ask(env.model, "chat", {}, caseRequest).turn;
  assertStrictEquals(env.asked.length, 6);
});

for (const how of ["chat", "respond"] as const) {
  Deno.test(`${how}() asks for all tokens again after an answer was cut at a remembered limit`, async () => {
    let limit = 4_096;
    const answer: Answer = async (body) => {
      const asked = limitOf(body);
      if (asked > limit) {
        const message = `max_tokens is too large: ${asked}. This model supports at most ${limit} ` +
          `completion tokens, whereas you provided ${asked}.`;
        return Response.json(error(message), { status: 400 });
      }
      if (asked > 5_000) return await accept(how, body);
      return Response.json(
        how === "chat" ? { choices: [{ message: { content: "{" }, finish_reason: "length" }] } : {
          id: "r1",
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          output: [{ type: "message", content: [{ type: "output_text", text: "{" }] }],
        },
      );
    };
    await using env = openModel(Array(9).fill(answer));
    assert((await ask(env.model, how, {}, caseRequest).turn).truncated);
    // The server is replaced by one that allows more.
    limit = 32_000;
    assertStrictEquals((await ask(env.model, how, {}, caseRequest).turn).text, DAY_PLAN);
    assertEquals(env.asked.map(({ body }) => limitOf(body!)), [7_000, 4_096, 7_000]);
  });
}
