/**
 * The model client against streams that go wrong in every way in which a stream goes wrong.
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { JobError } from "../../../lib/job/failure.ts";
import type { CallOptions, Model, TurnEvent } from "../../../lib/model/model.ts";
import { openaiModel } from "../../../lib/openai/model.ts";
import { boundedFetch, Watchdog } from "../../../lib/openai/stream.ts";
import {
  chatChunks,
  frame,
  message,
  reasoning,
  responseBody,
  responseEvents,
  type StreamEvent,
  streamOf,
} from "../../../testing/event_stream.ts";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { anyRequest } from "../../../testing/jobs.ts";
import { requestLine, serveLocally } from "../../../testing/local_server.ts";

const TIMEOUT_MS = 300_000;
const IDLE_MS = 120_000;

type Answer = () => Response | Promise<Response>;

/** A model whose server gives these answers in order, and what was asked of the server. */
function openModel(answers: Answer[], { background = false } = {}) {
  const asked: { line: string; url: URL; body: Record<string, unknown> | null }[] = [];
  const clock = new FakeClock();
  const server = serveLocally(async (request, url) => {
    const body = request.method === "POST" ? await request.json().catch(() => null) : null;
    asked.push({ line: requestLine(request), url, body });
    return await answers[asked.length - 1]!();
  });
  const model = openaiModel({
    apiKey: "sk-test",
    baseUrl: `${server.url}/v1`,
    timeoutMs: TIMEOUT_MS,
    idleMs: IDLE_MS,
    background,
    clock,
  });
  return { model, clock, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Asks, and keeps what was heard. */
function ask<How extends "chat" | "respond">(
  model: Model,
  how: How,
  more: Partial<CallOptions> = {},
) {
  const heard: TurnEvent[] = [];
  const options = {
    signal: new AbortController().signal,
    onEvent: (event: TurnEvent) => void heard.push(event),
    ...more,
  };
  const turn = model[how](anyRequest, options) as ReturnType<Model[How]>;
  return { heard, turn };
}

const textOf = (heard: TurnEvent[]) =>
  heard.map((event) => event.type === "text" ? event.delta : "").join("");

const send = (events: StreamEvent[], options?: Parameters<typeof streamOf>[1]): Answer => () =>
  streamOf(events.map(frame), options);

/** The failure's code that the turn ends with. */
async function codeOf(turn: Promise<unknown>): Promise<string> {
  try {
    await turn;
    return "none";
  } catch (error) {
    assert.ok(error instanceof JobError, String(error));
    return error.failure.code;
  }
}

const PLAN = '{"days":[{"day":1,"theme":"Größe 東京 😀"},{"day":2,"theme":"Sea"}]}';
const pieces = PLAN.match(/.{1,7}/gsu)!;

Deno.test("chat() gives the text as it comes, and the whole at the end", async () => {
  const usage = {
    prompt_tokens: 100,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens: 30,
    completion_tokens_details: { reasoning_tokens: 10 },
  };
  await using env = openModel([send([...chatChunks(pieces, { usage })])]);
  const { turn, heard } = ask(env.model, "chat");
  assert.deepEqual(await turn, {
    responseId: "chatcmpl_1",
    text: PLAN,
    truncated: false,
    usage: { inputTokens: 100, cachedTokens: 40, outputTokens: 30, reasoningTokens: 10 },
  });
  assert.deepEqual(heard[0], { type: "started", responseId: "chatcmpl_1", resumable: false });
  assert.equal(textOf(heard), PLAN);
  assert.equal(heard.length, 1 + pieces.length);
  const { stream, stream_options } = env.asked[0]!.body!;
  assert.deepEqual([stream, stream_options], [true, { include_usage: true }]);
});

Deno.test("respond() gives summaries and text as they come, and the whole at the end", async () => {
  const usage = {
    input_tokens: 200,
    input_tokens_details: { cached_tokens: 50 },
    output_tokens: 70,
    output_tokens_details: { reasoning_tokens: 60 },
  };
  const thoughts = ["Reading", "Choosing"];
  await using env = openModel([send(responseEvents({ thoughts, pieces, end: { usage } }))]);
  const { turn, heard } = ask(env.model, "respond");
  assert.deepEqual(await turn, {
    responseId: "resp_1",
    text: PLAN,
    truncated: false,
    usage: { inputTokens: 200, cachedTokens: 50, outputTokens: 70, reasoningTokens: 60 },
    output: [reasoning(...thoughts), message(PLAN)],
    calls: [],
    reasoningSummaries: thoughts,
    stored: false,
  });
  assert.deepEqual(heard.slice(0, 3), [
    { type: "started", responseId: "resp_1", resumable: false },
    { type: "reasoning", summary: "Reading" },
    { type: "reasoning", summary: "Choosing" },
  ]);
  assert.equal(textOf(heard), PLAN);
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const chatWire = chatChunks(pieces).map(frame).join("");
const responseWire = responseEvents({ thoughts: ["Reading"], pieces }).map(frame).join("");

/** Many places to cut a stream at: all near its ends, and some in between. */
function* cuts(bytes: number): Generator<number> {
  for (let at = 0; at < bytes; at += at < 60 || at > bytes - 60 ? 7 : 97) yield at;
}

for (const [how, answer] of [["chat", chatWire], ["respond", responseWire]] as const) {
  Deno.test(`${how}() takes no stream for an answer that is cut before its end, wherever`, async () => {
    const wire = bytesOf(`${answer}data: [DONE]\n\n`);
    let [partial, whole] = [0, 0];
    for (const breaks of [false, true]) {
      // At a clean end the SDK does without the empty line behind the last event.
      const end = bytesOf(answer).length - (breaks ? 0 : 2);
      for (const at of cuts(wire.length)) {
        await using env = openModel([() => streamOf([wire.slice(0, at)], { breaks })]);
        const { turn, heard } = ask(env.model, how);
        const expected = at < end ? "connection_lost" : "none";
        // Where a connection breaks, what has just been sent may be lost on the way.
        if (breaks && at >= end) {
          assert.match(await codeOf(turn), /^(none|connection_lost)$/);
          continue;
        }
        assert.equal(await codeOf(turn), expected, `${at} bytes, breaks ${breaks}`);
        assert.ok(PLAN.startsWith(textOf(heard)));
        if (at < end) partial++;
        else whole++;
      }
    }
    assert.ok(partial > 30 && whole > 0, `${partial} partial, ${whole} whole`);
  });

  Deno.test(`${how}() takes an empty stream for a lost connection`, async () => {
    await using env = openModel([() => streamOf([])]);
    assert.equal(await codeOf(ask(env.model, how).turn), "connection_lost");
  });

  Deno.test(`${how}() gives up on a stream that falls silent in its middle`, async () => {
    const over = Promise.withResolvers<void>();
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    const silent = send(events.slice(0, 4), { silence: over.promise });
    await using env = openModel([silent]);
    const heardAll = Promise.withResolvers<void>();
    const last = pieces[how === "chat" ? 2 : 1];
    const { turn } = ask(env.model, how, {
      onEvent: (event) => {
        if (event.type === "text" && event.delta === last) heardAll.resolve();
      },
    });
    const code = codeOf(turn);
    await heardAll.promise;
    env.clock.advance(IDLE_MS - 1);
    await nextTurn();
    let ended = false;
    code.then(() => ended = true);
    assert.equal(ended, false);
    env.clock.advance(1);
    assert.equal(await code, "timeout");
    over.resolve();
  });

  Deno.test(`${how}() waits for the first word as long as for a whole answer`, async () => {
    const over = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    await using env = openModel([() => {
      reached.resolve();
      return streamOf([], { silence: over.promise });
    }]);
    const code = codeOf(ask(env.model, how).turn);
    await reached.promise;
    for (let ms = 0; ms < TIMEOUT_MS; ms += 1_000) {
      assert.equal(env.clock.waiting > 0, true, `gave up after ${ms} ms`);
      env.clock.advance(1_000);
      await Promise.resolve();
    }
    assert.equal(await code, "timeout");
    over.resolve();
  });

  Deno.test(`${how}() stops at once when it is told to`, async () => {
    const over = Promise.withResolvers<void>();
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    await using env = openModel([send(events.slice(0, 3), { silence: over.promise })]);
    const abort = new AbortController();
    const { turn } = ask(env.model, how, {
      signal: abort.signal,
      onEvent: (event) => event.type === "text" ? abort.abort("enough") : undefined,
    });
    await assert.rejects(turn, (reason) => reason === "enough");
    over.resolve();
  });

  Deno.test(`${how}() takes what is no event of OpenAI's for an upstream error`, async () => {
    for (const text of ["data: 5\n\n", 'data: {"choices":5,"id":"x"}\n\n']) {
      await using env = openModel([() => streamOf([text])]);
      assert.equal(await codeOf(ask(env.model, how).turn), "upstream_error", text);
    }
  });

  Deno.test(`${how}() takes an endless answer for an upstream error`, async () => {
    const endless = Array(11).fill("x".repeat(100_000));
    const events = how === "chat" ? chatChunks(endless) : responseEvents({ pieces: endless });
    await using env = openModel([send(events)]);
    assert.equal(await codeOf(ask(env.model, how).turn), "upstream_error");
  });

  Deno.test(`${how}() takes a long answer as it is`, async () => {
    const long = Array(9).fill("x".repeat(100_000));
    const events = how === "chat" ? chatChunks(long) : responseEvents({ pieces: long });
    await using env = openModel([send(events)]);
    assert.equal((await ask(env.model, how).turn).text, long.join(""));
  });

  Deno.test(`${how}() waits for whoever listens, each time`, async () => {
    const events = how === "chat"
      ? chatChunks(pieces)
      : responseEvents({ thoughts: ["Reading", "Choosing"], pieces });
    await using env = openModel([send(events)]);
    let [busy, most] = [0, 0];
    const { turn } = ask(env.model, how, {
      onEvent: async () => {
        most = Math.max(most, ++busy);
        await nextTurn();
        busy--;
      },
    });
    await turn;
    assert.deepEqual([busy, most], [0, 1]);
  });

  Deno.test(`${how}() gives up on an answer that goes on and on`, async () => {
    const over = Promise.withResolvers<void>();
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    await using env = openModel([send(events.slice(0, 6), { silence: over.promise })]);
    const { turn } = ask(env.model, how, {
      onEvent: ({ type }) => type === "text" ? env.clock.advance(TIMEOUT_MS / 3) : undefined,
    });
    let code: string | undefined;
    codeOf(turn).then((ended) => code = ended);
    for (let n = 0; code === undefined && n < 500; n++) {
      await nextTurn();
    }
    over.resolve();
    assert.equal(code, "timeout");
  });

  Deno.test(`${how}() leaves no timer behind`, async () => {
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    await using env = openModel([send(events)]);
    await ask(env.model, how).turn;
    assert.equal(env.clock.waiting, 0);
  });

  Deno.test(`${how}() reckons with nothing where the cost comes without details`, async () => {
    const usage = how === "chat"
      ? { prompt_tokens: 100, completion_tokens: 30 }
      : { input_tokens: 100, output_tokens: 30 };
    const events = how === "chat"
      ? chatChunks(pieces, { usage })
      : responseEvents({ pieces, end: { usage } });
    await using env = openModel([send(events)]);
    assert.deepEqual((await ask(env.model, how).turn).usage, {
      inputTokens: 100,
      cachedTokens: 0,
      outputTokens: 30,
      reasoningTokens: 0,
    });
  });

  Deno.test(`${how}() keeps an answer although no cost in it can be read`, async () => {
    const usage = { prompt_tokens: "many", input_tokens: "many" };
    const events = how === "chat"
      ? chatChunks(pieces).map((chunk) => ({ ...chunk, usage }))
      : responseEvents({ pieces, end: { usage } });
    await using env = openModel([send(events)]);
    const { text, usage: known } = await ask(env.model, how).turn;
    assert.deepEqual([text, known], [PLAN, null]);
  });

  Deno.test(`${how}() says whether an answer was late or fell silent`, async () => {
    for (const begun of [false, true]) {
      const over = Promise.withResolvers<void>();
      const reached = Promise.withResolvers<void>();
      const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
      await using env = openModel([() => {
        if (!begun) reached.resolve();
        return streamOf(begun ? events.slice(0, 4).map(frame) : [], { silence: over.promise });
      }]);
      const { turn } = ask(env.model, how, {
        onEvent: ({ type }) => type === "text" ? reached.resolve() : undefined,
      });
      turn.catch(() => {});
      await reached.promise;
      const message = begun ? "OpenAI API stream stalled" : "OpenAI API request timed out";
      await assert.rejects(pass(turn, env.clock), { message });
      over.resolve();
    }
  });
}

Deno.test("chat() does not wait for long for what an answer has cost", async () => {
  const over = Promise.withResolvers<void>();
  await using env = openModel([send(chatChunks(pieces), { silence: over.promise })]);
  const { turn, heard } = ask(env.model, "chat");
  while (textOf(heard) !== PLAN) await nextTurn();
  let ended = false;
  turn.then(() => ended = true);
  for (let n = 0; !ended && n < 100; n++) {
    env.clock.advance(500);
    await nextTurn();
  }
  assert.equal((await turn).text, PLAN);
  over.resolve();
});

Deno.test("chat() keeps an answer whose cost cannot be read", async () => {
  const usage = { prompt_tokens: "many" };
  await using env = openModel([send(chatChunks(pieces, { usage }))]);
  assert.equal((await ask(env.model, "chat").turn).usage, null);
});

Deno.test("chat() sees a refusal in the middle of a stream", async () => {
  const events = chatChunks(['{"days":'], { finish: null });
  const refusal = {
    id: "chatcmpl_1",
    choices: [{ index: 0, delta: { refusal: "I can" }, finish_reason: null }],
  };
  await using env = openModel([send([...events, refusal])]);
  assert.equal(await codeOf(ask(env.model, "chat").turn), "refused");
});

for (
  const [finish, code] of [["length", "none"], ["content_filter", "content_filtered"]] as const
) {
  Deno.test(`chat() understands the finish reason ${finish}`, async () => {
    await using env = openModel([send(chatChunks(pieces, { finish }))]);
    const { turn } = ask(env.model, "chat");
    assert.equal(await codeOf(turn), code);
    if (code === "none") assert.equal((await turn).truncated, true);
  });
}

/** Ways to disturb the events of a good response that leave its last event as it is. */
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
  ["news behind the end", (events) => [...events, ...responseEvents({ pieces: ["other"] })]],
];

for (const [name, disturb] of disturbances) {
  Deno.test(`respond() gives the right answer with ${name}`, async () => {
    const events = responseEvents({ thoughts: ["Reading"], pieces });
    await using env = openModel([send(disturb(events))]);
    const { turn, heard } = ask(env.model, "respond");
    const { text, reasoningSummaries } = await turn;
    assert.deepEqual([text, reasoningSummaries], [PLAN, ["Reading"]]);
    // What was shown on the way is a beginning of it, whatever was lost.
    assert.ok(PLAN.startsWith(textOf(heard)), textOf(heard));
    assert.ok(heard.filter(({ type }) => type === "reasoning").length <= 1);
    assert.ok(heard.filter(({ type }) => type === "started").length <= 1);
  });
}

Deno.test("respond() takes the items one by one when the last event leaves them out", async () => {
  const events = [
    { type: "response.output_item.done", output_index: 1, item: message(PLAN) },
    { type: "response.output_item.done", output_index: 0, item: reasoning("Reading") },
    { type: "response.completed", response: responseBody([]) },
  ];
  await using env = openModel([send(events)]);
  const { text, output } = await ask(env.model, "respond").turn;
  assert.equal(text, PLAN);
  assert.deepEqual(output, [reasoning("Reading"), message(PLAN)]);
});

Deno.test("respond() keeps the one item of a server that does not number its items", async () => {
  const events = [
    { type: "response.output_item.done", item: message(PLAN) },
    { type: "response.completed", response: { id: "resp_1", status: "completed" } },
  ];
  await using env = openModel([send(events)]);
  const { text, output } = await ask(env.model, "respond").turn;
  assert.equal(text, PLAN);
  assert.deepEqual(output, [message(PLAN)]);
});

Deno.test("respond() carries on what it does not know, between what it does", async () => {
  const search = { type: "web_search_call", id: "ws_1", status: "completed" };
  const output = [reasoning("Hm"), search, message(PLAN)];
  const events = [{ type: "response.completed", response: responseBody(output) }];
  await using env = openModel([send(events)]);
  const turn = await ask(env.model, "respond").turn;
  assert.equal(turn.text, PLAN);
  assert.deepEqual(turn.output, output);
});

Deno.test("respond() tells each summary once, also where nothing is numbered", async () => {
  const done = { type: "response.reasoning_summary_text.done", summary_index: 0 };
  const events = [
    { ...done, output_index: 0, text: "Reading" },
    { ...done, output_index: 0, text: "Reading" },
    { ...done, output_index: 2, text: "Choosing" },
    { type: "response.completed", response: responseBody([message(PLAN)]) },
  ];
  await using env = openModel([send(events)]);
  const { turn, heard } = ask(env.model, "respond");
  await turn;
  assert.deepEqual(heard.map((event) => event.type === "reasoning" && event.summary), [
    "Reading",
    "Choosing",
  ]);
});

Deno.test("respond() says that an answer was cut off at its limit", async () => {
  const response = responseBody([message('{"bun')], {
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
  });
  await using env = openModel([send([{ type: "response.incomplete", response }])]);
  const { text, truncated } = await ask(env.model, "respond").turn;
  assert.deepEqual([text, truncated], ['{"bun', true]);
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
  Deno.test(`respond() understands a stream that ends with ${name}`, async () => {
    const begun = responseEvents({ pieces: ['{"bun'] }).slice(0, -1);
    await using env = openModel([send([...begun, event])]);
    const { turn } = ask(env.model, "respond");
    assert.equal(await codeOf(turn), code);
    if (code === "none") assert.equal((await turn).text, null);
  });
}

Deno.test("respond() understands an error from a server that does not name its events", async () => {
  const error = { type: "error", code: "insufficient_quota", message: "secret" };
  await using env = openModel([() => streamOf([`data: ${JSON.stringify(error)}\n\n`])]);
  assert.equal(await codeOf(ask(env.model, "respond").turn), "quota_exceeded");
});

Deno.test("chat() understands an error in the middle of a stream", async () => {
  const events = [...chatChunks(['{"da'], { finish: null }), {
    error: { code: "insufficient_quota", type: "insufficient_quota", message: "secret" },
  }];
  await using env = openModel([send(events)]);
  assert.equal(await codeOf(ask(env.model, "chat").turn), "quota_exceeded");
});

Deno.test("respond() does without summaries where they are not given", async () => {
  const refusal = () =>
    Response.json({ error: { code: "unsupported_value", param: "reasoning.summary" } }, {
      status: 400,
    });
  await using env = openModel([refusal, send(responseEvents({ pieces }))]);
  assert.equal((await ask(env.model, "respond").turn).text, PLAN);
  assert.deepEqual(env.asked.map(({ body }) => body!.reasoning), [
    { effort: "low", summary: "auto" },
    { effort: "low" },
  ]);
});

Deno.test("respond() gives up when it is refused although it does without", async () => {
  for (const param of ["reasoning.summary", "previous_response_id"]) {
    const refusal = () => Response.json({ error: { code: "unsupported", param } }, { status: 400 });
    await using env = openModel([refusal, refusal, refusal], { background: true });
    assert.equal(await codeOf(respondTo(env.model)), "rejected");
    assert.equal(env.asked.length, 2);
  }
});

const planRequest = {
  ...anyRequest,
  format: { name: "plan", schema: z.object({ days: z.int() }) },
  maxTokens: 9_000,
};
const planSchema = {
  type: "object",
  properties: { days: { type: "integer" } },
  required: ["days"],
  additionalProperties: false,
};

/** Of a JSON schema, what is compared here. */
function shapeOf({ type, required, additionalProperties, properties }: Record<string, unknown>) {
  const { days } = properties as { days: { type: string } };
  const members = { days: { type: days.type } };
  return { type, properties: members, required, additionalProperties };
}

Deno.test("chat() asks for a plan of the right shape, with the room that it has", async () => {
  await using env = openModel([send(chatChunks(pieces))]);
  await env.model.chat(planRequest, { signal: new AbortController().signal });
  // deno-lint-ignore no-explicit-any -- as it was sent
  const { max_completion_tokens, response_format } = env.asked[0]!.body as any;
  assert.equal(max_completion_tokens, 9_000);
  const { name, strict, schema } = response_format.json_schema;
  assert.deepEqual([response_format.type, name, strict], ["json_schema", "plan", true]);
  assert.deepEqual(shapeOf(schema), planSchema);
});

for (const webSearch of [false, true]) {
  Deno.test(`respond() asks for a plan of the right shape, with web search ${webSearch}`, async () => {
    await using env = openModel([send(responseEvents({ pieces }))]);
    const tool = { name: "look_up", description: "Looks up", parameters: z.object({}) };
    const request = { ...planRequest, tools: [tool], webSearch };
    await env.model.respond(request, { signal: new AbortController().signal });
    // deno-lint-ignore no-explicit-any -- as it was sent
    const { max_output_tokens, text, tools } = env.asked[0]!.body as any;
    assert.equal(max_output_tokens, 9_000);
    const { type, name, strict, schema } = text.format;
    assert.deepEqual([type, name, strict], ["json_schema", "plan", true]);
    assert.deepEqual(shapeOf(schema), planSchema);
    const names = tools.map(({ type, name }: Record<string, string>) => name ?? type);
    assert.deepEqual(names, ["look_up", ...(webSearch ? ["web_search"] : [])]);
  });
}

// Background

const background = responseEvents({ thoughts: ["Reading"], pieces, background: true });
const inProgress: Answer = () =>
  Response.json(responseBody([], { status: "in_progress", background: true }));
const completed: Answer = () => Response.json(responseBody([message(PLAN)], { background: true }));
const gone: Answer = () => Response.json({ error: { code: null } }, { status: 404 });

Deno.test("a response in the background can be joined, and is kept at the model's side", async () => {
  await using env = openModel([send(background)], { background: true });
  const { turn, heard } = ask(env.model, "respond");
  assert.equal((await turn).stored, true);
  assert.deepEqual(heard[0], { type: "started", responseId: "resp_1", resumable: true });
  const { background: sent, store, stream, include } = env.asked[0]!.body!;
  assert.deepEqual([sent, store, stream], [true, true, true]);
  assert.deepEqual(include, ["reasoning.encrypted_content"]);
});

Deno.test("without background nothing is left at the model's side", async () => {
  await using env = openModel([send(responseEvents({ pieces }))]);
  const { heard, turn } = ask(env.model, "respond");
  assert.equal((await turn).stored, false);
  assert.equal(env.asked[0]!.body!.store, false);
  assert.equal("background" in env.asked[0]!.body!, false);
  assert.equal(heard[0]?.type === "started" && heard[0].resumable, false);
});

for (const [name, options] of [["cut", {}], ["broken", { breaks: true }]] as const) {
  Deno.test(`a stream that is ${name} is read on from where it was`, async () => {
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
    assert.equal((await turn).text, PLAN);
    assert.equal(text, PLAN);
    assert.deepEqual(env.asked.map(({ line }) => line), [
      "POST /responses",
      "GET /responses/resp_1",
      "GET /responses/resp_1?stream=true&starting_after=5",
    ]);
  });
}

Deno.test("a stream that is cut again and again is read to its end, in no hurry", async () => {
  const answers = background.flatMap((event, n) =>
    n === 0 ? [send([event])] : [inProgress, send([event])]
  );
  await using env = openModel(answers, { background: true });
  const { turn, heard } = ask(env.model, "respond");
  let text: string | null | undefined;
  turn.then((turn) => text = turn.text);
  let waitedMs = 0;
  for (; text === undefined && waitedMs < TIMEOUT_MS; waitedMs += 200) {
    env.clock.advance(200);
    await nextTurn();
  }
  assert.equal(text, PLAN);
  assert.equal(textOf(heard), PLAN);
  // The first time at once, then a second each.
  assert.ok(waitedMs >= (background.length - 3) * 1_000, `${waitedMs} ms`);
});

Deno.test("an answer that grows without end is given up also while it is joined", async () => {
  const endless = responseEvents({ pieces: Array(11).fill("x".repeat(100_000)), background: true });
  const answers = [send(endless.slice(0, 5)), inProgress, send(endless.slice(5))];
  await using env = openModel(answers, { background: true });
  assert.equal(await codeOf(ask(env.model, "respond").turn), "upstream_error");
  assert.equal(env.asked.length, 3);
});

for (const how of ["chat", "respond"] as const) {
  Deno.test(`${how}() gives up on a body without end, whatever is in it`, async () => {
    const comment = new Uint8Array(1_000_000).fill(58);
    function* comments() {
      for (let n = 0; n < 100; n++) {
        yield comment;
        yield "\n";
      }
    }
    await using env = openModel([() => streamOf(comments())]);
    assert.equal(await codeOf(ask(env.model, how).turn), "upstream_error");
  });
}

Deno.test("a response that ended while nobody listened is fetched", async () => {
  await using env = openModel([send(background.slice(0, 4)), completed], { background: true });
  assert.equal((await ask(env.model, "respond").turn).text, PLAN);
});

Deno.test("a response that is gone when its stream is cut is a lost connection", async () => {
  await using env = openModel([send(background.slice(0, 4)), gone], { background: true });
  assert.equal(await codeOf(ask(env.model, "respond").turn), "connection_lost");
  assert.equal(env.asked.length, 2);
});

Deno.test("a server that does not know background responses is not asked to continue one", async () => {
  const events = responseEvents({ pieces }).slice(0, 4);
  await using env = openModel([send(events)], { background: true });
  assert.equal(await codeOf(ask(env.model, "respond").turn), "connection_lost");
  assert.equal(env.asked.length, 1);
});

Deno.test("a response that failed is not waited for again", async () => {
  const failed = {
    type: "response.failed",
    response: responseBody([], { status: "failed", error: { code: "server_error" } }),
  };
  await using env = openModel([send([...background.slice(0, 3), failed])], { background: true });
  assert.equal(await codeOf(ask(env.model, "respond").turn), "upstream_error");
  assert.equal(env.asked.length, 1);
});

Deno.test("an error of the model's side ends a background response", async () => {
  const error = { type: "error", code: "insufficient_quota", message: "" };
  await using env = openModel([send([...background.slice(0, 3), error])], { background: true });
  assert.equal(await codeOf(ask(env.model, "respond").turn), "quota_exceeded");
  assert.equal(env.asked.length, 1);
});

for (const status of ["failed", "cancelled"]) {
  Deno.test(`a response that is ${status} when its stream is cut is no answer`, async () => {
    const over = () => Response.json(responseBody([], { status, background: true }));
    await using env = openModel([send(background.slice(0, 4)), over], { background: true });
    assert.equal(await codeOf(ask(env.model, "respond").turn), "upstream_error");
    assert.equal(env.asked.length, 2);
  });
}

for (const type of ["response.created", "response.queued", "response.in_progress"]) {
  Deno.test(`a response can be joined from its event ${type} on`, async () => {
    const begun = { ...background[0], type };
    await using env = openModel([send([begun]), completed], { background: true });
    assert.equal((await ask(env.model, "respond").turn).text, PLAN);
  });
}

const noStream: Answer = () =>
  Response.json({ error: { code: "invalid_request_error" } }, { status: 400 });

Deno.test("a background response is waited for no longer than any other", async () => {
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
    assert.equal(code, "timeout", how);
    assert.ok(env.clock.now() >= endsAt, how);
  }
});

function join(model: Model, more: Partial<CallOptions> = {}) {
  const heard: TurnEvent[] = [];
  const onEvent = (event: TurnEvent) => void heard.push(event);
  const signal = new AbortController().signal;
  return { heard, turn: model.join("resp_1", { signal, onEvent, ...more }) };
}

Deno.test("join() reads a response that goes on from its beginning", async () => {
  await using env = openModel([inProgress, send(background)], { background: true });
  const { turn, heard } = join(env.model);
  assert.equal((await turn)?.text, PLAN);
  assert.equal(textOf(heard), PLAN);
  assert.equal(env.asked[1]!.line, "GET /responses/resp_1?stream=true");
  // Its reasoning has to be carried on like any other.
  for (const { url } of env.asked) {
    assert.equal(url.searchParams.get("include[]"), "reasoning.encrypted_content");
  }
});

Deno.test("join() fetches a response that has ended", async () => {
  await using env = openModel([completed], { background: true });
  const turn = await join(env.model).turn;
  assert.deepEqual([turn?.text, turn?.stored], [PLAN, true]);
});

for (const status of ["failed", "cancelled"]) {
  Deno.test(`join() does not wait for a response that is ${status}`, async () => {
    const over = () => Response.json(responseBody([], { status }));
    await using env = openModel([over], { background: true });
    assert.equal(await join(env.model).turn, null);
  });
}

Deno.test("join() does not wait for a response that is gone", async () => {
  await using env = openModel([gone], { background: true });
  assert.equal(await join(env.model).turn, null);
});

/** Lets time pass until it has settled, as long as a whole answer may take at the most. */
async function pass<T>(work: Promise<T>, clock: FakeClock): Promise<T> {
  let settled = false;
  const done = () => settled = true;
  work.then(done, done);
  for (let ms = 0; !settled && ms <= TIMEOUT_MS + 10_000; ms += 500) {
    clock.advance(500);
    await nextTurn();
  }
  return await work;
}

const broken: Answer = () => new Response(null, { status: 500 });

Deno.test("join() waits for a model's side that cannot say for the moment what has become of it", async () => {
  const answers = [broken, () => new Response(null, { status: 429 }), completed];
  await using env = openModel(answers, { background: true });
  assert.equal((await pass(join(env.model).turn, env.clock))?.text, PLAN);
});

Deno.test("join() asks in no hurry, though the model's side says that it may", async () => {
  const hasty = () => new Response(null, { status: 429, headers: { "retry-after": "0" } });
  await using env = openModel(Array(1_000).fill(hasty), { background: true });
  assert.equal(await pass(codeOf(join(env.model).turn), env.clock), "rate_limited");
  assert.ok(env.asked.length <= TIMEOUT_MS / 1_000 + 1, `${env.asked.length} looks`);
});

Deno.test("join() fails when the model's side cannot say for good what has become of it", async () => {
  await using env = openModel(Array(100).fill(broken), { background: true });
  assert.equal(await pass(codeOf(join(env.model).turn), env.clock), "upstream_error");
  assert.ok(env.asked.length > 10 && env.asked.length < 70, `${env.asked.length} looks`);
});

for (const [status, left] of [[400, null], [405, null], [410, null]] as const) {
  Deno.test(`join() does not wait where the answer to a look is ${status}`, async () => {
    await using env = openModel([() => new Response(null, { status })], { background: true });
    assert.equal(await join(env.model).turn, left);
  });
}

Deno.test("join() fails at once when it is not let in", async () => {
  const denied = () => new Response(null, { status: 401 });
  await using env = openModel([denied], { background: true });
  assert.equal(await codeOf(join(env.model).turn), "unauthorized");
});

Deno.test("a joined stream that says nothing is looked after, long before the end", async () => {
  const over = Promise.withResolvers<void>();
  const mute = send([], { silence: over.promise });
  await using env = openModel([inProgress, mute, completed], { background: true });
  const startedAt = env.clock.now();
  assert.equal((await pass(join(env.model).turn, env.clock))?.text, PLAN);
  assert.ok(env.clock.now() - startedAt <= 30_000, `${env.clock.now() - startedAt} ms`);
  over.resolve();
});

Deno.test("a server that says the same again and again is not asked in a hurry", async () => {
  const again = send(background.slice(0, 1));
  const answers = Array.from({ length: 300 }, (_, n) => n % 2 === 0 ? inProgress : again);
  await using env = openModel(answers, { background: true });
  assert.equal(await pass(codeOf(join(env.model).turn), env.clock), "timeout");
  assert.ok(env.asked.length < 150, `${env.asked.length} requests`);
});

Deno.test("a joined stream without numbers says its text once", async () => {
  const bare = background.map(({ sequence_number: _, ...event }) => event);
  const answers = [send(bare.slice(0, 6)), inProgress, send(bare)];
  await using env = openModel(answers, { background: true });
  const { turn, heard } = ask(env.model, "respond");
  assert.equal((await turn).text, PLAN);
  const last = heard.findLastIndex(({ type }) => type === "started");
  assert.equal(textOf(heard.slice(last)), PLAN);
});

Deno.test("a silent stream is alive as long as it keeps its connection open", async () => {
  let answer!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (c) => void (answer = c) });
  await using server = serveLocally(() => new Response(body));
  const clock = new FakeClock();
  const endsAt = clock.now() + 10 * IDLE_MS;
  using watchdog = new Watchdog({ clock, endsAt, idleMs: IDLE_MS, armed: true });
  const response = await boundedFetch(watchdog.heard)(server.url);
  const reader = response.body!.getReader();
  for (let n = 0; n < 3; n++) {
    answer.enqueue(bytesOf(": still here\n\n"));
    await reader.read();
    clock.advance(IDLE_MS - 1_000);
    await nextTurn();
    assert.equal(watchdog.signal.aborted, false);
  }
  clock.advance(1_000);
  await nextTurn();
  assert.equal(watchdog.signal.aborted, true);
  await reader.cancel();
});

Deno.test("respond() lets a server think before it writes for as long as a whole answer may take", async () => {
  const over = Promise.withResolvers<void>();
  const events = responseEvents({ pieces });
  await using env = openModel([send(events.slice(0, 2), { silence: over.promise })]);
  const { turn, heard } = ask(env.model, "respond");
  const code = codeOf(turn);
  while (heard.length === 0) await nextTurn();
  const startedAt = env.clock.now();
  assert.equal(await pass(code, env.clock), "timeout");
  assert.ok(env.clock.now() - startedAt >= TIMEOUT_MS - 1_000);
  over.resolve();
});

Deno.test("join() looks again and again when a stream cannot be had any more", async () => {
  const answers = [inProgress, noStream, inProgress, noStream, completed];
  await using env = openModel(answers, { background: true });
  const { turn } = join(env.model);
  let text: string | null | undefined;
  turn.then((turn) => text = turn?.text);
  for (let n = 0; text === undefined && n < 1_000; n++) {
    env.clock.advance(1_000);
    await nextTurn();
  }
  assert.equal(text, PLAN);
  assert.equal(env.asked.length, 5);
});

Deno.test("join() looks no more often than every five seconds", async () => {
  await using env = openModel([inProgress, noStream, completed], { background: true });
  const { turn } = join(env.model);
  while (env.asked.length < 2) await nextTurn();
  let waitedMs = 0;
  for (;;) {
    for (let n = 0; n < 10; n++) await nextTurn();
    if (env.asked.length === 3 || waitedMs === 60_000) break;
    env.clock.advance(500);
    waitedMs += 500;
  }
  assert.equal((await turn)?.text, PLAN);
  assert.ok(waitedMs >= 5_000 && waitedMs < 10_000, `${waitedMs} ms`);
});

for (const [what, answers] of [["looks", []], ["waits", [inProgress, noStream]]] as const) {
  Deno.test(`join() stops at once when it is told to while it ${what}`, async () => {
    const over = Promise.withResolvers<Response>();
    await using env = openModel([...answers, () => over.promise], { background: true });
    const abort = new AbortController();
    const { turn } = join(env.model, { signal: abort.signal });
    let reason: unknown;
    turn.catch((error) => reason = error);
    while (env.asked.length < Math.max(1, answers.length)) {
      await nextTurn();
    }
    for (let n = 0; n < 20; n++) await nextTurn();
    abort.abort("enough");
    for (let n = 0; reason === undefined && n < 200; n++) {
      await nextTurn();
    }
    over.resolve(new Response(null, { status: 500 }));
    env.clock.advance(IDLE_MS);
    assert.equal(reason, "enough");
  });
}

Deno.test("a webhook gives a stream that was silent for long the time to end by itself", async () => {
  const rest = Promise.withResolvers<void>();
  async function* texts() {
    const encoder = new TextEncoder();
    for (const event of background.slice(0, 4)) yield encoder.encode(frame(event));
    await rest.promise;
    for (const event of background.slice(4)) yield encoder.encode(frame(event));
  }
  const slow = () =>
    new Response(ReadableStream.from(texts()), {
      headers: { "content-type": "text/event-stream" },
    });
  await using env = openModel([slow, completed], { background: true });
  const wake = new EventTarget();
  const { turn, heard } = ask(env.model, "respond", { wake });
  while (textOf(heard) !== pieces[0]) await nextTurn();
  env.clock.advance(60_000);
  wake.dispatchEvent(new Event("wake"));
  env.clock.advance(1_000);
  for (let n = 0; n < 5; n++) await nextTurn();
  rest.resolve();
  assert.equal((await turn).text, PLAN);
  assert.equal(env.asked.length, 1);
});

Deno.test("after a webhook it does not wait for a silent stream", async () => {
  const over = Promise.withResolvers<void>();
  const silent = send(background.slice(0, 4), { silence: over.promise });
  await using env = openModel([silent, completed], { background: true });
  const wake = new EventTarget();
  const { turn, heard } = ask(env.model, "respond", { wake });
  while (textOf(heard) !== pieces[0]) await nextTurn();
  wake.dispatchEvent(new Event("wake"));
  let text: string | null | undefined;
  turn.then((turn) => text = turn.text);
  let waitedMs = 0;
  for (; text === undefined && waitedMs < IDLE_MS; waitedMs += 500) {
    env.clock.advance(500);
    await nextTurn();
  }
  assert.equal(text, PLAN);
  assert.ok(waitedMs < 10_000, `${waitedMs} ms`);
  over.resolve();
});

Deno.test("a webhook that is about an earlier response does not disturb the next one", async () => {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const late: Answer = async () => {
    asked.resolve();
    await held.promise;
    return streamOf(background.map(frame));
  };
  await using env = openModel([late], { background: true });
  const wake = new EventTarget();
  const { turn } = ask(env.model, "respond", { wake });
  await asked.promise;
  wake.dispatchEvent(new Event("wake"));
  for (let second = 0; second < 10; second++) {
    env.clock.advance(1_000);
    await nextTurn();
  }
  held.resolve();
  assert.equal((await turn).text, PLAN);
  assert.equal(env.asked.length, 1);
});

Deno.test("a webhook does not disturb a stream that goes on", async () => {
  const wake = new EventTarget();
  await using env = openModel([send(background)], { background: true });
  const { turn } = ask(env.model, "respond", {
    wake,
    onEvent: ({ type }) => {
      if (type === "text") wake.dispatchEvent(new Event("wake"));
      env.clock.advance(100);
    },
  });
  assert.equal((await turn).text, PLAN);
  assert.equal(env.asked.length, 1);
});

Deno.test("after a webhook it looks at once at a response that has no stream", async () => {
  await using env = openModel([inProgress, noStream, completed], { background: true });
  const wake = new EventTarget();
  const { turn } = join(env.model, { wake });
  while (env.asked.length < 2) await nextTurn();
  let text: string | null | undefined;
  turn.then((turn) => text = turn?.text);
  while (text === undefined) {
    wake.dispatchEvent(new Event("wake"));
    await nextTurn();
  }
  assert.equal(text, PLAN);
});

Deno.test("cancel() tells the model's side", async () => {
  const canceled = () => Response.json(responseBody([], { status: "cancelled" }));
  await using env = openModel([canceled], { background: true });
  await env.model.cancel("resp_1");
  assert.equal(env.asked[0]!.line, "POST /responses/resp_1/cancel");
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

Deno.test("respond() refers to what the model's side has kept, and sends only what is new", async () => {
  await using env = openModel([send(background)], { background: true });
  await respondTo(env.model);
  const { previous_response_id, input } = env.asked[0]!.body!;
  assert.equal(previous_response_id, "resp_0");
  assert.deepEqual(input, conversation.input.slice(2));
});

Deno.test("respond() sends everything when the model's side has forgotten", async () => {
  for (
    const error of [{ code: "previous_response_not_found" }, { param: "previous_response_id" }]
  ) {
    const forgotten = () => Response.json({ error }, { status: 400 });
    await using env = openModel([forgotten, send(background)], { background: true });
    await respondTo(env.model);
    const { previous_response_id, input } = env.asked[1]!.body!;
    assert.equal(previous_response_id, undefined);
    assert.deepEqual(input, conversation.input);
  }
});

Deno.test("respond() sends everything, reasoning included, where nothing is kept", async () => {
  await using env = openModel([send(responseEvents({ pieces }))]);
  await respondTo(env.model);
  const { previous_response_id, input } = env.asked[0]!.body!;
  assert.equal(previous_response_id, undefined);
  assert.deepEqual(input, conversation.input);
});
