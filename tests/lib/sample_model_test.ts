import assert from "node:assert/strict";
import { z } from "zod";
import { type ChatRequest, ChatTurn, type ResponseRequest, ResponseTurn } from "../../lib/model.ts";
import { sampleModel } from "../../lib/sample_model.ts";
import { FakeClock } from "../support/fake_clock.ts";

const format = { name: "plan", schema: z.unknown() };
const chatRequest: ChatRequest = { model: "any", messages: [], format, maxTokens: 1 };
const responseRequest: ResponseRequest = {
  model: "any",
  instructions: "",
  input: [],
  format,
  tools: [],
  webSearch: false,
  reasoningEffort: "low",
  maxTokens: 1,
};

const { signal } = new AbortController();
const plan = () => ({ days: [1, 2] });

Deno.test("sampleModel() answers with the plan", async () => {
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  assert.equal(model.source, "sample");
  assert.deepEqual(await model.chat(chatRequest, signal), {
    responseId: "sample",
    text: '{"days":[1,2]}',
    truncated: false,
  });
});

Deno.test("sampleModel() responds with the plan, without calls and with summaries", async () => {
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  const { reasoningSummaries, ...turn } = await model.respond(responseRequest, signal);

  assert.equal(reasoningSummaries.length, 2);
  assert.deepEqual(turn, {
    responseId: "sample",
    text: '{"days":[1,2]}',
    truncated: false,
    output: [],
    calls: [],
  });
});

Deno.test("sampleModel() gives turns that can be stored", async () => {
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  const chat = await model.chat(chatRequest, signal);
  const response = await model.respond(responseRequest, signal);

  assert.deepEqual(ChatTurn.parse(chat), chat);
  assert.deepEqual(ResponseTurn.parse(response), response);
});

Deno.test("sampleModel() gives the same answer every time", async () => {
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  const answers = [
    await model.respond(responseRequest, signal),
    await model.respond(responseRequest, signal),
  ];

  assert.deepEqual(answers[0], answers[1]);
});

Deno.test("sampleModel() makes its plan after the delay and not before", async () => {
  const clock = new FakeClock();
  let plans = 0;
  const answer = sampleModel({ plan: () => ++plans, delayMs: 4_000, clock })
    .chat(chatRequest, signal);

  clock.advance(3_999);
  assert.equal(clock.waiting, 1);
  assert.equal(plans, 0);

  clock.advance(1);
  assert.equal((await answer).text, "1");
});

Deno.test("sampleModel() throws the signal's reason when it is aborted", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const reason = new Error("stopping");
  const answer = sampleModel({ plan, delayMs: 4_000, clock }).respond(
    responseRequest,
    abort.signal,
  );

  abort.abort(reason);

  await assert.rejects(answer, (error) => error === reason);
  assert.equal(clock.waiting, 0);
});

Deno.test("sampleModel() throws the reason of a signal that was aborted before", async () => {
  const reason = new Error("stopping");
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  const answer = model.chat(chatRequest, AbortSignal.abort(reason));

  await assert.rejects(answer, (error) => error === reason);
});
