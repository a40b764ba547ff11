/**
 * Chat Completions: the request, and the result of its stream.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { chatChunks } from "../../../testing/event_stream.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  ask,
  codeOf,
  openModel,
  pieces,
  PLAN,
  planRequest,
  planSchema,
  send,
  shapeOf,
  textOf,
} from "../../../testing/openai_model.ts";

Deno.test("chat() reports the text as it arrives, and returns it in full", async () => {
  const usage = {
    prompt_tokens: 100,
    prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 20 },
    completion_tokens: 30,
    completion_tokens_details: { reasoning_tokens: 10 },
  };
  await using env = openModel([send([...chatChunks(pieces, { usage })])]);
  const { turn, received } = ask(env.model, "chat");
  assertEquals(await turn, {
    responseId: "chatcmpl_1",
    text: PLAN,
    truncated: false,
    usage: {
      inputTokens: 100,
      cachedTokens: 40,
      cacheWriteTokens: 20,
      outputTokens: 30,
      reasoningTokens: 10,
    },
  });
  assertEquals(received[0], { type: "started", responseId: "chatcmpl_1", resumable: false });
  assertStrictEquals(textOf(received), PLAN);
  assertStrictEquals(received.length, 1 + pieces.length);
  const { stream, stream_options } = env.asked[0]!.body!;
  assertEquals([stream, stream_options], [true, { include_usage: true }]);
});

Deno.test("chat() waits only briefly for the usage after an answer", async () => {
  const over = Promise.withResolvers<void>();
  await using env = openModel([send(chatChunks(pieces), { silence: over.promise })]);
  const { turn, received } = ask(env.model, "chat");
  while (textOf(received) !== PLAN) await nextTurn();
  let ended = false;
  turn.then(() => ended = true);
  for (let n = 0; !ended && n < 100; n++) {
    env.clock.advance(500);
    await nextTurn();
  }
  assertStrictEquals((await turn).text, PLAN);
  over.resolve();
});

Deno.test("chat() returns an answer with unreadable usage", async () => {
  const usage = { prompt_tokens: "many" };
  await using env = openModel([send(chatChunks(pieces, { usage }))]);
  assertStrictEquals((await ask(env.model, "chat").turn).usage, null);
});

Deno.test("chat() recognizes a refusal in the middle of a stream", async () => {
  const events = chatChunks(['{"days":'], { finish: null });
  const refusal = {
    id: "chatcmpl_1",
    choices: [{ index: 0, delta: { refusal: "I can" }, finish_reason: null }],
  };
  await using env = openModel([send([...events, refusal])]);
  assertStrictEquals(await codeOf(ask(env.model, "chat").turn), "refused");
});

for (
  const [finish, code] of [["length", "none"], ["content_filter", "content_filtered"]] as const
) {
  Deno.test(`chat() recognizes the finish reason ${finish}`, async () => {
    await using env = openModel([send(chatChunks(pieces, { finish }))]);
    const { turn } = ask(env.model, "chat");
    assertStrictEquals(await codeOf(turn), code);
    if (code === "none") assertStrictEquals((await turn).truncated, true);
  });
}

Deno.test("chat() recognizes an error in the middle of a stream", async () => {
  const events = [...chatChunks(['{"da'], { finish: null }), {
    error: { code: "insufficient_quota", type: "insufficient_quota", message: "secret" },
  }];
  await using env = openModel([send(events)]);
  assertStrictEquals(await codeOf(ask(env.model, "chat").turn), "quota_exceeded");
});

Deno.test("chat() sends the schema of the plan and the token limit", async () => {
  await using env = openModel([send(chatChunks(pieces))]);
  await env.model.chat(planRequest, { signal: new AbortController().signal });
  // deno-lint-ignore no-explicit-any -- as it was sent
  const { max_completion_tokens, response_format } = env.asked[0]!.body as any;
  assertStrictEquals(max_completion_tokens, 9_000);
  const { name, strict, schema } = response_format.json_schema;
  assertEquals([response_format.type, name, strict], ["json_schema", "plan", true]);
  assertEquals(shapeOf(schema), planSchema);
});
