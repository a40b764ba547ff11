/**
 * Answers of Chat Completions as many servers send them: none may cost a paid answer, and none may
 * be taken for what it is not.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  caseRequest,
  chunk,
  DAY_PLAN,
  DONE,
  healthyChat,
  healthyChunks,
  json,
  type ModelCase,
  runCase,
  stream,
  type Wire,
} from "../../../testing/model_case.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { assertLinearTime } from "../../../testing/processor_time.ts";
import { ask, bytesOf, openModel } from "../../../testing/openai_model.ts";

/** A row: the events of the only answer; by default the turn has the plan. */
interface Row extends Omit<ModelCase, "answers"> {
  events: readonly Wire[];
}

const [first, text, end, usage] = healthyChunks();
const half = DAY_PLAN.slice(0, 200);
const rest = DAY_PLAN.slice(200);
const whole = (more: object = {}) => ({
  id: "c1",
  object: "chat.completion",
  choices: [{
    index: 0,
    message: { role: "assistant", content: DAY_PLAN },
    finish_reason: "stop",
    ...more,
  }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
});
const without = (name: string, event: Wire) => ({ ...Object(event), [name]: undefined });
const renamed = (id: unknown, event: Wire) => ({ ...Object(event), id });

const envelopes: Row[] = [
  {
    name: "results of a filter before the answer",
    events: [
      { id: "", object: "", choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
      ...healthyChunks(),
    ],
  },
  {
    name: "results of a filter in the middle",
    events: [
      first!,
      { id: "", choices: [{ index: 0, finish_reason: null, content_filter_offsets: {} }] },
      text!,
      { id: "", choices: [{ index: 0, finish_reason: null, content_filter_results: {} }] },
      end!,
      DONE,
    ],
  },
  { name: "empty ids", events: [first!, text!, end!].map((event) => renamed("", event)) },
  { name: "no ids", events: [first!, text!, end!].map((event) => without("id", event)) },
  { name: "numbers as ids", events: [first!, text!, end!].map((event) => renamed(7, event)) },
  { name: "an endless id", events: [first!, text!, end!].map((e) => renamed("x".repeat(1e5), e)) },
  { name: "changing ids", events: [first!, text!, end!].map((e, n) => renamed(`c${n}`, e)) },
  {
    name: "usage with null in place of choices",
    events: [first!, text!, { ...Object(usage), choices: null }, end!, DONE],
  },
  {
    name: "usage without choices, before the end",
    events: [first!, text!, without("choices", usage!), end!, DONE],
  },
  {
    name: "usage without choices, behind the end",
    events: [...healthyChunks().slice(0, 3), usage!],
  },
  { name: "null among the choices", events: [first!, { id: "c1", choices: [null] }, text!, end!] },
  {
    name: "another choice",
    events: [
      text!,
      { id: "c1", choices: [{ index: 1, delta: { content: "other" }, finish_reason: null }] },
      end!,
    ],
  },
  { name: "unreadable usage", events: [text!, end!, { id: "c1", choices: [], usage: {} }] },
  { name: "usage of texts", events: [text!, { ...end as object, usage: { prompt_tokens: "9" } }] },
  { name: "an empty reason for the end", events: [first!, chunk({ content: DAY_PLAN }, ""), DONE] },
  { name: "no end, and no last event", events: [first!, text!] },
  { name: "an end in the same event as the text", events: [chunk({ content: DAY_PLAN }, "stop")] },
  { name: "an unknown reason for the end", events: [text!, chunk({}, "sunset")] },
  { name: "an end in capitals", events: [text!, chunk({}, "STOP")] },
  { name: "a token as the end", events: [text!, chunk({}, "eos_token")] },
  { name: "an end by an error, behind a whole plan", events: [text!, chunk({}, "network_error")] },
  { name: "a null delta", events: [chunk(null), text!, chunk(null, "stop"), DONE] },
  {
    name: "a list of parts",
    events: [chunk({ content: [{ type: "text", text: DAY_PLAN }] }), end!, DONE],
  },
  {
    name: "thoughts among the parts",
    events: [
      chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] }),
      chunk({
        content: [{ type: "thinking", text: "Hm" }, null, { type: "text", text: DAY_PLAN }],
      }),
      end!,
    ],
  },
  {
    name: "thoughts beside the text",
    events: [
      chunk({ reasoning_content: "Hm", content: null }),
      chunk({ reasoning: "Hm" }),
      text!,
      end!,
    ],
  },
  {
    name: "a whole answer as one event",
    events: [whole()],
  },
  {
    name: "a whole answer with an empty delta",
    events: [whole({ delta: {} }), DONE],
  },
  {
    name: "the whole text again in the last event",
    events: [
      text!,
      { id: "c1", choices: [{ delta: { content: "" }, message: { content: DAY_PLAN } }] },
      end!,
    ],
  },
  ...["reasoning_content", "reasoning"].map((member): Row => ({
    name: `the plan as its ${member}`,
    events: [chunk({ [member]: half, content: null }), chunk({ [member]: rest }), end!, DONE],
  })),
  {
    name: "the plan as the thoughts of a whole answer",
    events: [whole({ message: { reasoning_content: DAY_PLAN, content: null } })],
  },
  {
    name: "texts of the older Completions",
    events: [half, rest].map((text) => ({ choices: [{ index: 0, text, finish_reason: null }] }))
      .concat(Object(end)),
  },
  {
    name: "texts as its deltas",
    events: [half, rest].map((delta) => ({ choices: [{ delta }] })).concat(Object(end)),
  },
  { name: "a text as its message", events: [whole({ message: DAY_PLAN })] },
  {
    name: "positions from 1 on",
    events: [half, rest].map((content) => ({ choices: [{ index: 1, delta: { content } }] }))
      .concat(Object({ choices: [{ index: 1, delta: {}, finish_reason: "stop" }] })),
  },
  {
    name: "a document that the server has parsed",
    events: [
      { choices: [{ message: { content: JSON.parse(DAY_PLAN) }, finish_reason: "stop" }] },
    ],
  },
];

const framing: Row[] = [
  { name: "data without content", events: [first!, "data:\n\n", text!, "data: \n\n", end!, DONE] },
  { name: "an event that has only a name", events: [first!, "event: ping\n\n", text!, end!] },
  {
    name: "a named event without content",
    events: [first!, "event: keepalive\ndata: \n\n", text!, end!],
  },
  {
    name: "comments, times and ids",
    events: [": OPENROUTER PROCESSING\n\n", first!, "retry: 3000\n\n", "id: 7\n\n", text!, end!],
  },
  { name: "a ping that is no JSON", events: [first!, "data: ping\n\n", text!, end!, DONE] },
  { name: "a ping that is JSON", events: [first!, 'data: {"type":"ping"}\n\n', text!, end!] },
  { name: "an end in quotation marks", events: [text!, end!, 'data: "[DONE]"\n\n'] },
  {
    name: "lines of CRLF and no spaces",
    events: [first!, text!, end!].map((e) => `data:${JSON.stringify(e)}\r\n\r\n`),
  },
  {
    name: "several values in one event",
    events: [first!, `data: ${JSON.stringify(text)}\ndata: ${JSON.stringify(end)}\n\n`, DONE],
  },
  {
    name: "the name of the field twice",
    events: [first!, text!, end!].map((e) => `data: data: ${JSON.stringify(e)}\n\n`),
  },
  {
    name: "values without events",
    events: [first!, text!, end!].map((e) => JSON.stringify(e) + "\n"),
  },
  {
    name: "a comment, and a document that has no empty line behind it",
    events: [": PROCESSING\n\n", JSON.stringify(whole())],
  },
  {
    name: "a comment, and an error that has no empty line behind it",
    events: [": PROCESSING\n\n", '{"error":{"code":402,"message":"Insufficient credits"}}'],
    code: "quota_exceeded",
  },
  { name: "an array of values", events: [JSON.stringify([first, text, end])] },
  { name: "a byte order mark", events: ["\uFEFF", ...healthyChunks()] },
  { name: "blank lines at the start and at the end", events: ["\n\n", text!, end!, "\n\n\n"] },
  { name: "an empty error in each event", events: [{ ...Object(text), error: {} }, end!] },
  {
    name: "an error of success in each event",
    events: [first!, text!, end!].map((e) => ({
      ...Object(e),
      error: { code: 0, message: "success" },
    })),
  },
  {
    name: "the error null as a text in each event",
    events: [first!, text!, end!].map((e) => ({ ...Object(e), error: "null" })),
  },
  {
    name: "an error beside its text",
    events: [{ ...whole(), error: { message: "A plugin failed", code: 7 } }],
  },
  {
    name: "an error of empty members in each event",
    events: [{ ...Object(text), error: { message: "", code: null } }, end!],
  },
];

const fence = "```json\n" + DAY_PLAN + "\n```";

const ends: Row[] = [
  {
    name: "thoughts only, which contain a document",
    events: [chunk({ reasoning_content: `Maybe ${DAY_PLAN}`, content: null }), end!, DONE],
    text: null,
  },
  {
    name: "an error beside half a plan, as its end",
    events: [
      chunk({ content: half }),
      chunk({ content: "{" }, "error", { error: { code: 429, message: "Slow down" } }),
    ],
    code: "rate_limited",
  },
  {
    name: "an error within its choice, as its end",
    events: [
      chunk({ content: half }),
      { choices: [{ delta: {}, finish_reason: "error", error: { code: 429, message: "Slow" } }] },
    ],
    code: "rate_limited",
  },
  ...["insufficient_system_resource", "error", "abort", "network_error", "MALFORMED_FUNCTION_CALL"]
    .map((finish): Row => ({
      name: `half a plan, and ${finish}`,
      events: [chunk({ content: half }), chunk({}, finish), DONE],
      code: "upstream_error",
    })),
  ...["length", "model_length", "max_tokens", "MAX_TOKENS", "model_context_window_exceeded"]
    .map((finish): Row => ({
      name: `half a plan, and ${finish}`,
      events: [chunk({ content: half }), chunk({}, finish), DONE],
      text: half,
      truncated: true,
    })),
  ...["content_filter", "guardrail_intervened", "sensitive", "SAFETY", "PROHIBITED_CONTENT"]
    .map((finish): Row => ({
      name: `half a plan, and ${finish}`,
      events: [chunk({ content: half }), chunk({}, finish), DONE],
      code: "content_filtered",
    })),
  {
    name: "the reason of a filter with an explanation",
    events: [chunk({}, "content_filter: RECITATION"), DONE],
    code: "content_filtered",
  },
  {
    name: "a refusal without content",
    events: [chunk({ content: null, refusal: "I cannot" }), end!, DONE],
    code: "refused",
  },
  { name: "a refusal as the end", events: [chunk({ content: "No." }, "refusal")], code: "refused" },
  {
    name: "a text that was cut, and stop",
    events: [chunk({ content: half }), end!, DONE],
    text: half,
    truncated: false,
  },
  { name: "half a plan, and no end", events: [chunk({ content: half })], code: "connection_lost" },
  { name: "text around the plan", events: [...healthyChunks(fence)], text: fence, shown: fence },
  {
    name: "a plan and white space without end",
    events: [text!, ...Array(100).fill(chunk({ content: "\n   ".repeat(10) }))],
    text: DAY_PLAN + "\n   ".repeat(510),
    truncated: true,
  },
  {
    name: "white space without end in a plan",
    events: [chunk({ content: half }), ...Array(1_000).fill(chunk({ content: "\n   " }))],
    text: half + "\n   ".repeat(501),
    truncated: true,
  },
];

for (const { events, ...row } of [...envelopes, ...framing, ...ends]) {
  Deno.test(`chat() reads an answer with ${row.name}`, async () => {
    const { bodies } = await runCase("chat", { ...row, answers: [stream(...events)] });
    assertStrictEquals(bodies.length, 1);
  });
}

Deno.test("chat() reads a JSON document in place of a stream", async () => {
  for (const body of [whole(), [whole()]]) {
    await runCase("chat", { name: "", answers: [json(body)] });
  }
  const answer = () => new Response(JSON.stringify(whole(), null, 2), { status: 200 });
  await runCase("chat", { name: "", answers: [answer] });
});

Deno.test("chat() reads every answer also in pieces of one byte", async () => {
  for (const { events, ...row } of [...envelopes.slice(0, 3), ...framing]) {
    const bytes = bytesOf(
      events.map((e) => typeof e === "string" ? e : `data: ${JSON.stringify(e)}\n\n`).join(""),
    );
    const pieces = ReadableStream.from(Array.from(bytes, (_, at) => bytes.slice(at, at + 1)));
    await runCase("chat", { ...row, answers: [() => new Response(pieces)] });
  }
});

Deno.test("chat() waits for the rest of an answer whose chunks all report the end", async () => {
  const paused = Promise.withResolvers<void>();
  async function* body() {
    for (const [n, content] of DAY_PLAN.match(/[^]{1,100}/g)!.entries()) {
      if (n === 2) await paused.promise;
      yield bytesOf(`data: ${JSON.stringify(chunk({ content }, "stop"))}\n\n`);
    }
  }
  await using env = openModel([() => new Response(ReadableStream.from(body()))]);
  let heard = 0;
  const onEvent = () => void heard++;
  const { turn } = ask(env.model, "chat", { onEvent }, caseRequest);
  while (heard < 3) await nextTurn();
  for (let ms = 0; ms < 7_000; ms += 500) {
    env.clock.advance(500);
    await nextTurn();
  }
  paused.resolve();
  assertStrictEquals((await turn).text, DAY_PLAN);
});

Deno.test("chat() takes linear time for chunks that all report the end", async () => {
  const content = '{"a":["}"],'.repeat(20);
  const answerOf = (count: number) =>
    runCase("chat", {
      name: "",
      answers: [stream(...Array(count).fill(chunk({ content }, "stop")), chunk({}, "stop"), DONE)],
      text: content.repeat(count),
    });
  // A search of the whole text for each chunk takes quadratic time.
  await assertLinearTime(1_000, answerOf);
});

Deno.test("chat() sends no empty message of the model, and no two of the user", async () => {
  const messages = [
    ...caseRequest.messages,
    { role: "assistant" as const, content: "" },
    { role: "user" as const, content: "Again." },
  ];
  const { bodies } = await runCase("chat", {
    name: "",
    request: { messages },
    answers: [healthyChat()],
  });
  assertEquals(bodies[0]!.messages, [
    { role: "system", content: "Plan trips." },
    { role: "user", content: "One day.\n\nAgain." },
  ]);
});
