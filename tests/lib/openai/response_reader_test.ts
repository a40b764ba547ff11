/**
 * Events of the Responses API: repeated, lost, out of order, without numbers, and with every kind
 * of end.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  message,
  reasoning,
  responseBody,
  responseEvents,
  type StreamEvent,
  streamOf,
} from "../../../testing/event_stream.ts";
import {
  ask,
  codeOf,
  openModel,
  pieces,
  PLAN,
  send,
  textOf,
} from "../../../testing/openai_model.ts";

Deno.test("respond() reports summaries and text as they arrive, and returns them in full", async () => {
  const usage = {
    input_tokens: 200,
    input_tokens_details: { cached_tokens: 50, cache_write_tokens: 30 },
    output_tokens: 70,
    output_tokens_details: { reasoning_tokens: 60 },
  };
  const thoughts = ["Reading", "Choosing"];
  await using env = openModel([send(responseEvents({ thoughts, pieces, end: { usage } }))]);
  const { turn, received } = ask(env.model, "respond");
  assertEquals(await turn, {
    responseId: "resp_1",
    text: PLAN,
    truncated: false,
    usage: {
      inputTokens: 200,
      cachedTokens: 50,
      cacheWriteTokens: 30,
      outputTokens: 70,
      reasoningTokens: 60,
    },
    output: [reasoning(...thoughts), message(PLAN)],
    calls: [],
    reasoningSummaries: thoughts,
    stored: false,
  });
  assertEquals(received.slice(0, 3), [
    { type: "started", responseId: "resp_1", resumable: false },
    { type: "reasoning", summary: "Reading" },
    { type: "reasoning", summary: "Choosing" },
  ]);
  assertStrictEquals(textOf(received), PLAN);
});

/** Ways to disturb the events of a good response that keep its last event. */
const disturbances: [name: string, disturb: (events: StreamEvent[]) => StreamEvent[]][] = [
  ["every event twice", (events) => events.flatMap((event) => [event, event])],
  ["the whole stream twice up to its end", (events) => [...events.slice(0, -1), ...events]],
  ["two events out of order", ([a, b, c, d, ...rest]) => [a!, b!, d!, c!, ...rest]],
  ["an event missing", (events) => events.toSpliced(4, 1)],
  [
    "events of unknown types",
    (events) => events.flatMap((event) => [event, { type: "response.horoscope", stars: 5 }]),
  ],
  ["no numbers", (events) => events.map(({ sequence_number: _, ...event }) => event)],
  ["no beginning", (events) => events.slice(2)],
  ["events after the end", (events) => [...events, ...responseEvents({ pieces: ["other"] })]],
];

for (const [name, disturb] of disturbances) {
  Deno.test(`respond() returns the right answer with ${name}`, async () => {
    const events = responseEvents({ thoughts: ["Reading"], pieces });
    await using env = openModel([send(disturb(events))]);
    const { turn, received } = ask(env.model, "respond");
    const { text, reasoningSummaries } = await turn;
    assertEquals([text, reasoningSummaries], [PLAN, ["Reading"]]);
    // The reported text is a prefix of the answer, whichever events were lost.
    assert(PLAN.startsWith(textOf(received)), textOf(received));
    assert(received.filter(({ type }) => type === "reasoning").length <= 1);
    assert(received.filter(({ type }) => type === "started").length <= 1);
  });
}

Deno.test("respond() collects the items one by one when the last event has none", async () => {
  const events = [
    { type: "response.output_item.done", output_index: 1, item: message(PLAN) },
    { type: "response.output_item.done", output_index: 0, item: reasoning("Reading") },
    { type: "response.completed", response: responseBody([]) },
  ];
  await using env = openModel([send(events)]);
  const { text, output } = await ask(env.model, "respond").turn;
  assertStrictEquals(text, PLAN);
  assertEquals(output, [reasoning("Reading"), message(PLAN)]);
});

Deno.test("respond() keeps the only item of a server that does not number its items", async () => {
  const events = [
    { type: "response.output_item.done", item: message(PLAN) },
    { type: "response.completed", response: { id: "resp_1", status: "completed" } },
  ];
  await using env = openModel([send(events)]);
  const { text, output } = await ask(env.model, "respond").turn;
  assertStrictEquals(text, PLAN);
  assertEquals(output, [message(PLAN)]);
});

Deno.test("respond() keeps items of unknown types, in their order", async () => {
  const search = { type: "web_search_call", id: "ws_1", status: "completed" };
  const output = [reasoning("Hm"), search, message(PLAN)];
  const events = [{ type: "response.completed", response: responseBody(output) }];
  await using env = openModel([send(events)]);
  const turn = await ask(env.model, "respond").turn;
  assertStrictEquals(turn.text, PLAN);
  assertEquals(turn.output, output);
});

Deno.test("respond() reports each summary once, even without numbers", async () => {
  const done = { type: "response.reasoning_summary_text.done", summary_index: 0 };
  const events = [
    { ...done, output_index: 0, text: "Reading" },
    { ...done, output_index: 0, text: "Reading" },
    { ...done, output_index: 2, text: "Choosing" },
    { type: "response.completed", response: responseBody([message(PLAN)]) },
  ];
  await using env = openModel([send(events)]);
  const { turn, received } = ask(env.model, "respond");
  await turn;
  const summaries = received.flatMap((event) => event.type === "reasoning" ? event.summary : []);
  assertEquals(summaries, ["Reading", "Choosing"]);
});

Deno.test("respond() reports a truncated answer", async () => {
  const response = responseBody([message('{"bun')], {
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
  });
  await using env = openModel([send([{ type: "response.incomplete", response }])]);
  const { text, truncated } = await ask(env.model, "respond").turn;
  assertEquals([text, truncated], ['{"bun', true]);
});

const ends: [name: string, event: StreamEvent, code: string][] = [
  [
    "only reasoning",
    { type: "response.completed", response: responseBody([reasoning("Hm")]) },
    "none",
  ],
  [
    "a refusal",
    {
      type: "response.completed",
      response: responseBody([{
        type: "message",
        content: [{ type: "output_text", text: "{" }, { type: "refusal", refusal: "No" }],
      }]),
    },
    "refused",
  ],
  [
    "the content filter",
    {
      type: "response.incomplete",
      response: responseBody([], {
        status: "incomplete",
        incomplete_details: { reason: "content_filter" },
      }),
    },
    "content_filtered",
  ],
  [
    "a failure",
    {
      type: "response.failed",
      response: responseBody([], { status: "failed", error: { code: "server_error" } }),
    },
    "upstream_error",
  ],
  [
    "a spent quota",
    {
      type: "response.failed",
      response: responseBody([], { status: "failed", error: { code: "insufficient_quota" } }),
    },
    "quota_exceeded",
  ],
  [
    "a rate limit",
    {
      type: "response.failed",
      response: responseBody([], { status: "failed", error: { code: "rate_limit_exceeded" } }),
    },
    "rate_limited",
  ],
  ["an error event", { type: "error", code: "server_error", message: "secret" }, "upstream_error"],
  ["a quota event", { type: "error", code: "insufficient_quota", message: "" }, "quota_exceeded"],
];

for (const [name, event, code] of ends) {
  Deno.test(`respond() recognizes a stream that ends with ${name}`, async () => {
    const begun = responseEvents({ pieces: ['{"bun'] }).slice(0, -1);
    await using env = openModel([send([...begun, event])]);
    const { turn } = ask(env.model, "respond");
    assertStrictEquals(await codeOf(turn), code);
    // The last event may lack the text that came before it.
    if (code === "none") assertStrictEquals((await turn).text, '{"bun');
  });
}

Deno.test("respond() recognizes an error event without an event name", async () => {
  const error = { type: "error", code: "insufficient_quota", message: "secret" };
  await using env = openModel([() => streamOf([`data: ${JSON.stringify(error)}\n\n`])]);
  assertStrictEquals(await codeOf(ask(env.model, "respond").turn), "quota_exceeded");
});
