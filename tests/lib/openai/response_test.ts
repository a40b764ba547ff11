/**
 * The Responses API: the request, and background responses whose stream is cut, silent or gone.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import type { Model, TurnEvent } from "../../../lib/model/model.ts";
import { reasoning, responseBody, responseEvents } from "../../../testing/event_stream.ts";
import { nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { anyRequest } from "../../../testing/jobs.ts";
import {
  ask,
  background,
  codeOf,
  completed,
  gone,
  inProgress,
  join,
  noStream,
  openModel,
  pass,
  pieces,
  PLAN,
  planRequest,
  planSchema,
  send,
  shapeOf,
  textOf,
  TIMEOUT_MS,
} from "../../../testing/openai_model.ts";

Deno.test("respond() repeats the request without summaries where they are not allowed", async () => {
  const refusal = () =>
    Response.json({ error: { code: "unsupported_value", param: "reasoning.summary" } }, {
      status: 400,
    });
  await using env = openModel([refusal, send(responseEvents({ pieces }))]);
  assertStrictEquals((await ask(env.model, "respond").turn).text, PLAN);
  assertEquals(env.asked.map(({ body }) => body!.reasoning), [
    { effort: "low", summary: "auto" },
    { effort: "low" },
  ]);
});

Deno.test("respond() fails when the request without summaries is rejected too", async () => {
  for (const param of ["reasoning.summary", "previous_response_id"]) {
    const refusal = () => Response.json({ error: { code: "unsupported", param } }, { status: 400 });
    await using env = openModel([refusal, refusal, refusal], { background: true });
    assertStrictEquals(await codeOf(respondTo(env.model)), "rejected");
    assertStrictEquals(env.asked.length, 2);
  }
});

for (const webSearch of [false, true]) {
  Deno.test(`respond() sends the schema of the plan, with web search ${webSearch}`, async () => {
    await using env = openModel([send(responseEvents({ pieces }))]);
    const tool = { name: "look_up", description: "Looks up", parameters: z.object({}) };
    const request = { ...planRequest, tools: [tool], webSearch: webSearch ? { city: null } : null };
    await env.model.respond(request, { signal: new AbortController().signal });
    // deno-lint-ignore no-explicit-any -- as it was sent
    const { max_output_tokens, text, tools } = env.asked[0]!.body as any;
    assertStrictEquals(max_output_tokens, 9_000);
    const { type, name, strict, schema } = text.format;
    assertEquals([type, name, strict], ["json_schema", "plan", true]);
    assertEquals(shapeOf(schema), planSchema);
    const names = tools.map(({ type, name }: Record<string, string>) => name ?? type);
    assertEquals(names, ["look_up", ...(webSearch ? ["web_search"] : [])]);
  });
}

Deno.test("a background response can be resumed, and OpenAI stores it", async () => {
  await using env = openModel([send(background)], { background: true });
  const { turn, received } = ask(env.model, "respond");
  assertStrictEquals((await turn).stored, true);
  assertEquals(received[0], { type: "started", responseId: "resp_1", resumable: true });
  const { background: sent, store, stream, include } = env.asked[0]!.body!;
  assertEquals([sent, store, stream], [true, true, true]);
  assertEquals(include, ["reasoning.encrypted_content"]);
});

Deno.test("a response without background is not stored at OpenAI", async () => {
  await using env = openModel([send(responseEvents({ pieces }))]);
  const { received, turn } = ask(env.model, "respond");
  assertStrictEquals((await turn).stored, false);
  assertStrictEquals(env.asked[0]!.body!.store, false);
  assertStrictEquals("background" in env.asked[0]!.body!, false);
  assertStrictEquals(received[0]?.type === "started" && received[0].resumable, false);
});

for (const [name, options] of [["cut", {}], ["broken", { breaks: true }]] as const) {
  Deno.test(`a stream that is ${name} is resumed where it ended`, async () => {
    const arrived = Promise.withResolvers<void>();
    const first = send(background.slice(0, 6), { ...options, silence: arrived.promise });
    await using env = openModel([first, inProgress, send(background.slice(6))], {
      background: true,
    });
    const last = String(background[5]!.delta);
    let text = "";
    const { turn } = ask(env.model, "respond", {
      onEvent(event) {
        if (event.type !== "text") return;
        text += event.delta;
        if (event.delta === last) arrived.resolve();
      },
    });
    assertStrictEquals((await turn).text, PLAN);
    assertStrictEquals(text, PLAN);
    assertEquals(env.asked.map(({ line }) => line), [
      "POST /responses",
      "GET /responses/resp_1",
      "GET /responses/resp_1?stream=true&starting_after=5",
    ]);
  });
}

Deno.test("a stream that is cut repeatedly is read to its end, with pauses", async () => {
  const answers = background.flatMap((event, n) =>
    n === 0 ? [send([event])] : [inProgress, send([event])]
  );
  await using env = openModel(answers, { background: true });
  const { turn, received } = ask(env.model, "respond");
  let text: string | null | undefined;
  turn.then((turn) => text = turn.text);
  let waitedMs = 0;
  for (; text === undefined && waitedMs < TIMEOUT_MS; waitedMs += 200) {
    env.clock.advance(200);
    await nextTurn();
  }
  assertStrictEquals(text, PLAN);
  assertStrictEquals(textOf(received), PLAN);
  // The first retry is immediate, the others wait a second each.
  assert(waitedMs >= (background.length - 3) * 1_000, `${waitedMs} ms`);
});

Deno.test("an endless answer fails although its response is resumed", async () => {
  const endless = responseEvents({ pieces: Array(11).fill("x".repeat(100_000)), background: true });
  const answers = [send(endless.slice(0, 5)), inProgress, send(endless.slice(5))];
  await using env = openModel(answers, { background: true });
  assertStrictEquals(await codeOf(ask(env.model, "respond").turn), "upstream_error");
  assertStrictEquals(env.asked.length, 3);
});

Deno.test("a response that ended while its stream was cut is fetched", async () => {
  await using env = openModel([send(background.slice(0, 4)), completed], { background: true });
  assertStrictEquals((await ask(env.model, "respond").turn).text, PLAN);
});

Deno.test("a response that is gone when its stream is cut is a lost connection", async () => {
  await using env = openModel([send(background.slice(0, 4)), gone], { background: true });
  assertStrictEquals(await codeOf(ask(env.model, "respond").turn), "connection_lost");
  assertStrictEquals(env.asked.length, 2);
});

Deno.test("a response without background is not resumed", async () => {
  const events = responseEvents({ pieces }).slice(0, 4);
  await using env = openModel([send(events)], { background: true });
  assertStrictEquals(await codeOf(ask(env.model, "respond").turn), "connection_lost");
  assertStrictEquals(env.asked.length, 1);
});

Deno.test("a failed response is not requested again", async () => {
  const failed = {
    type: "response.failed",
    response: responseBody([], { status: "failed", error: { code: "server_error" } }),
  };
  await using env = openModel([send([...background.slice(0, 3), failed])], { background: true });
  assertStrictEquals(await codeOf(ask(env.model, "respond").turn), "upstream_error");
  assertStrictEquals(env.asked.length, 1);
});

Deno.test("an error event ends a background response", async () => {
  const error = { type: "error", code: "insufficient_quota", message: "" };
  await using env = openModel([send([...background.slice(0, 3), error])], { background: true });
  assertStrictEquals(await codeOf(ask(env.model, "respond").turn), "quota_exceeded");
  assertStrictEquals(env.asked.length, 1);
});

for (const status of ["failed", "cancelled"]) {
  Deno.test(`a response that is ${status} when its stream is cut is an upstream failure`, async () => {
    const over = () => Response.json(responseBody([], { status, background: true }));
    await using env = openModel([send(background.slice(0, 4)), over], { background: true });
    assertStrictEquals(await codeOf(ask(env.model, "respond").turn), "upstream_error");
    assertStrictEquals(env.asked.length, 2);
  });
}

for (const type of ["response.created", "response.queued", "response.in_progress"]) {
  Deno.test(`a response can be joined as soon as it sends ${type}`, async () => {
    const begun = { ...background[0], type };
    await using env = openModel([send([begun]), completed], { background: true });
    assertStrictEquals((await ask(env.model, "respond").turn).text, PLAN);
  });
}

Deno.test("a background response has the same time limit as any other", async () => {
  const answers = Array.from({ length: 1_000 }, (_, n) => n % 2 === 0 ? inProgress : noStream);
  for (const how of ["respond", "join"]) {
    const all = how === "join" ? answers : [send(background.slice(0, 4)), ...answers];
    await using env = openModel(all, { background: true });
    // The time that the stream takes counts, too.
    const onEvent = ({ type }: TurnEvent) =>
      type === "text" ? env.clock.advance(TIMEOUT_MS / 3) : undefined;
    const { turn } = how === "join" ? join(env.model) : ask(env.model, "respond", { onEvent });
    let code: string | undefined;
    codeOf(turn).then((ended) => code = ended);
    const endsAt = NOON + TIMEOUT_MS;
    while (code === undefined && env.clock.now() < endsAt + 60_000) {
      const { length } = env.asked;
      env.clock.advance(5_000);
      for (let n = 0; env.asked.length < length + 2 && n < 20; n++) {
        await nextTurn();
      }
    }
    assertStrictEquals(code, "timeout", how);
    assert(env.clock.now() >= endsAt, how);
  }
});

Deno.test("respond() waits for the first text as long as for a whole answer", async () => {
  const over = Promise.withResolvers<void>();
  const events = responseEvents({ pieces });
  await using env = openModel([send(events.slice(0, 2), { silence: over.promise })]);
  const { turn, received } = ask(env.model, "respond");
  const code = codeOf(turn);
  while (received.length === 0) await nextTurn();
  const startedAt = env.clock.now();
  assertStrictEquals(await pass(code, env), "timeout");
  assert(env.clock.now() - startedAt >= TIMEOUT_MS - 1_000);
  over.resolve();
});

const conversation = {
  ...anyRequest,
  input: [
    { role: "user", content: "wish" },
    reasoning("Hm"),
    { type: "function_call_output", call_id: "call_1", output: "{}" },
  ],
  previous: { responseId: "resp_0", items: 2 },
  format: { name: "any", schema: z.object({}) },
};

function respondTo(model: Model) {
  return model.respond(conversation, { signal: new AbortController().signal });
}

Deno.test("respond() refers to the stored response, and sends only the new items", async () => {
  await using env = openModel([send(background)], { background: true });
  await respondTo(env.model);
  const { previous_response_id, input } = env.asked[0]!.body!;
  assertStrictEquals(previous_response_id, "resp_0");
  assertEquals(input, conversation.input.slice(2));
});

Deno.test("respond() sends everything when OpenAI no longer has the stored response", async () => {
  for (
    const error of [{ code: "previous_response_not_found" }, { param: "previous_response_id" }]
  ) {
    const forgotten = () => Response.json({ error }, { status: 400 });
    await using env = openModel([forgotten, send(background)], { background: true });
    await respondTo(env.model);
    const { previous_response_id, input } = env.asked[1]!.body!;
    assertStrictEquals(previous_response_id, undefined);
    assertEquals(input, conversation.input);
  }
});

Deno.test("respond() sends everything, reasoning included, where nothing is stored", async () => {
  await using env = openModel([send(responseEvents({ pieces }))]);
  await respondTo(env.model);
  const { previous_response_id, input } = env.asked[0]!.body!;
  assertStrictEquals(previous_response_id, undefined);
  assertEquals(input, conversation.input);
});
