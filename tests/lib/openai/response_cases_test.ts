/**
 * Answers of the Responses API as many servers send them.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import {
  caseRequest,
  cityTool,
  DAY_PLAN,
  healthyChat,
  healthyChunks,
  healthyEvents,
  healthyResponse,
  json,
  messageItem,
  type ModelCase,
  runCase,
  stream,
  type Wire,
} from "../../../testing/model_case.ts";
import { ask, openModel } from "../../../testing/openai_model.ts";

interface Row extends Omit<ModelCase, "answers"> {
  events: readonly Wire[];
  /** The types of the items that the next request repeats. */
  output?: string[];
}

const [begun, delta] = healthyEvents() as Record<string, unknown>[];
const half = DAY_PLAN.slice(0, 200);
const added = { type: "response.output_item.added", output_index: 0, item: { type: "message" } };
const done = { type: "response.output_item.done", output_index: 0, item: messageItem(DAY_PLAN) };
const textDone = { type: "response.output_text.done", output_index: 0, text: DAY_PLAN };

/** The last event, with other members of its response. */
const ended = (more: object, type = "response.completed") => ({
  type,
  response: { id: "r1", status: "completed", output: [messageItem(DAY_PLAN)], ...more },
});
const numbered = (events: Wire[], number: (n: number) => unknown) =>
  events.map((event, n) => ({ ...Object(event), sequence_number: number(n) }));
const pieces = DAY_PLAN.match(/[^]{1,40}/g)!
  .map((delta) => ({ type: "response.output_text.delta", output_index: 0, delta }));

const cut = { ...messageItem(half), status: "incomplete" };

/** The last event of a response that has failed. */
const failedWith = (code: string) =>
  ended({ status: "failed", output: [], error: { code, message: "x" } }, "response.failed");

/** The last event, with nothing but these items in its response. */
const endedWith = (...output: unknown[]) => ended({ output });
const reasoning = { type: "reasoning", id: "rs1", summary: [] };
const part = { type: "output_text", text: DAY_PLAN };

const envelopes: Row[] = [
  { name: "reasoning only, but text", events: [begun!, delta!, endedWith(reasoning)] },
  {
    name: "an empty message, but text",
    events: [begun!, delta!, endedWith({ ...messageItem(""), content: [] })],
    output: ["message"],
  },
  {
    name: "a message without content, but text",
    events: [begun!, delta!, endedWith(reasoning, { ...messageItem(""), content: null })],
    output: ["reasoning", "message"],
  },
  {
    name: "an empty message, done, but text",
    events: [begun!, delta!, { ...done, item: messageItem("") }, endedWith(messageItem(""))],
  },
  {
    name: "a message without a type",
    events: [endedWith({ role: "assistant", content: [part] })],
    output: ["message"],
  },
  {
    name: "a message without a type, done",
    events: [{ ...done, item: { role: "assistant", content: [part] } }, endedWith()],
  },
  ...["response.complete", "response.end", "end"].map((type): Row => ({
    name: `${type} as its last event`,
    events: [begun!, ended({}, type)],
  })),
  { name: "a last event without a type", events: [begun!, { response: ended({}).response }] },
  {
    name: "an end that its first event announces",
    events: [{ ...begun, response: { id: "r1", status: "completed" } }, delta!, ended({})],
  },
  {
    name: "text only at the end of its part",
    events: [begun!, { type: "response.content_part.done", part }, endedWith()],
  },
  {
    name: "text in two parts",
    events: [
      begun!,
      { ...textDone, content_index: 0, text: half },
      { ...textDone, content_index: 1, text: DAY_PLAN.slice(200) },
      endedWith(),
    ],
  },
  {
    name: "the text again, with another position",
    events: [begun!, delta!, { ...textDone, content_index: 1 }, endedWith()],
  },
  {
    name: "an empty refusal beside the text",
    events: [
      endedWith({ ...messageItem(""), content: [part, { type: "refusal", refusal: null }] }),
    ],
  },
  {
    name: "an empty refusal beside the text, in its events",
    events: [delta!, { type: "response.refusal.done", refusal: "" }, endedWith()],
  },
  { name: "one item as its output", events: [ended({ output: messageItem(DAY_PLAN) })] },
  { name: "a text as its output", events: [ended({ output: DAY_PLAN })] },
  { name: "a part as its output", events: [ended({ output: part })] },
  { name: "parts as its output", events: [endedWith(part)], output: ["message"] },
  { name: "a text as its output, and no events", events: [{ id: "r1", output: DAY_PLAN }] },
  {
    name: "its text, and then a whole response without output",
    events: [begun!, delta!, { object: "response", ...ended({ output: [] }).response }],
  },
  { name: "an id of 300 characters", events: healthyEvents(DAY_PLAN, "r".repeat(300)) },
  { name: "an id of 2,300 characters", events: healthyEvents(DAY_PLAN, "r".repeat(2_300)) },
  { name: "an empty id", events: healthyEvents(DAY_PLAN, "") },
  { name: "no id", events: [delta!, { ...ended({ id: undefined }) }] },
  { name: "a number as its id", events: [delta!, ended({ id: 5 })] },
  { name: "an endless id", events: healthyEvents(DAY_PLAN, "r".repeat(50_000)) },
  { name: "a last event without a response", events: [begun!, delta!, { type: "response.done" }] },
  { name: "a last event of another name", events: [begun!, delta!, ended({}, "response.done")] },
  { name: "a null response", events: [begun!, delta!, { type: "response.done", response: null }] },
  { name: "an unknown status", events: [begun!, delta!, ended({ status: "finished" })] },
  { name: "a null status", events: [begun!, delta!, ended({ status: null })] },
  { name: "a status of work", events: [begun!, delta!, ended({ status: "in_progress" })] },
  { name: "items one by one, and no end", events: [begun!, added, delta!, done] },
  { name: "text, and no end", events: [begun!, delta!] },
  { name: "the end of the text, and no end", events: [begun!, textDone] },
  { name: "null as its output", events: [begun!, delta!, ended({ output: null })] },
  { name: "no output, but text", events: [begun!, delta!, ended({ output: [] })] },
  { name: "no output, but the end of the text", events: [textDone, ended({ output: [] })] },
  { name: "no output, but items", events: [begun!, delta!, done, ended({ output: [] })] },
  { name: "no output, but its text", events: [ended({ output: [], output_text: DAY_PLAN })] },
  { name: "nulls in its output", events: [ended({ output: [null, messageItem(DAY_PLAN)] })] },
  { name: "an object as its output", events: [delta!, ended({ output: {} })] },
  {
    name: "null as its position",
    events: [{ ...delta, output_index: null }, ended({ output: [] })],
  },
  {
    name: "the number 0 in each event",
    events: numbered([begun!, ...pieces, ended({ output: [] })], () => 0),
  },
  {
    name: "numbers that begin again",
    events: numbered([begun!, ...pieces, ended({ output: [] })], (n) => n % 5),
  },
  {
    name: "texts as numbers",
    events: numbered([begun!, ...pieces, ended({ output: [] })], (n) => `${n}`),
  },
  {
    name: "numbers with gaps",
    events: numbered([begun!, ...pieces, ended({ output: [] })], (n) => n * 3),
  },
  {
    name: "types only in the names of its events",
    events: [begun!, delta!, ended({})].map(({ type, ...data }) =>
      `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
    ),
  },
  {
    name: "pings",
    events: [begun!, 'data: {"type":"ping"}\n\n', "event: ping\n\n", delta!, ended({})],
  },
  { name: "its usage as texts", events: [ended({ usage: { input_tokens: "many" } })] },
  {
    name: "two messages of the same text",
    events: [ended({ output: [messageItem(DAY_PLAN), messageItem(DAY_PLAN, "m2")] })],
  },
  {
    name: "a comment behind the plan",
    events: [ended({ output: [messageItem(DAY_PLAN), messageItem("Enjoy!", "m2")] })],
  },
  {
    name: "an empty message behind the plan",
    events: [ended({ output: [messageItem(DAY_PLAN), messageItem("", "m2")] })],
  },
  {
    name: "a comment before the plan",
    events: [ended({ output: [messageItem("Well."), messageItem(DAY_PLAN, "m2")] })],
  },
  {
    name: "a text as the content of its message",
    events: [ended({ output: [{ type: "message", content: DAY_PLAN }] })],
  },
  {
    name: "texts as the content of its message",
    events: [ended({ output: [{ type: "message", content: [DAY_PLAN] }] })],
  },
  {
    name: "a whole response as its only event",
    events: [{ object: "response", ...ended({}).response }],
  },
  {
    name: "a type that is a word of JavaScript",
    events: [{ type: "constructor" }, delta!, ended({})],
  },
];

const ends: Row[] = [
  {
    name: "a content filter as its failure",
    events: [ended({ status: "failed", error: { code: "content_filter" } }, "response.failed")],
    code: "content_filtered",
  },
  {
    name: "a fault of the server as its end, behind a whole message",
    events: [begun!, delta!, done, failedWith("server_error")],
  },
  {
    name: "a fault of the server as its end, behind a whole text",
    events: [begun!, delta!, failedWith("server_error")],
  },
  {
    name: "a fault of the server as its end, behind half a text",
    events: [begun!, { ...delta, delta: half }, failedWith("server_error")],
    code: "upstream_error",
  },
  {
    name: "an item that was cut, and a fault of the server",
    events: [begun!, { ...done, item: cut }, failedWith("server_error")],
    code: "upstream_error",
  },
  {
    name: "an item that was cut, and no end",
    events: [begun!, { ...done, item: cut }],
    code: "connection_lost",
  },
  {
    name: "a content filter as its failure, behind a whole text",
    events: [begun!, delta!, failedWith("content_filter")],
    code: "content_filtered",
  },
  ...["content_filter", "SAFETY"].map((reason): Row => ({
    name: `half a text, incomplete because of ${reason}`,
    events: [
      begun!,
      { ...delta, delta: half },
      ended({ status: "incomplete", incomplete_details: { reason }, output: [] }),
    ],
    code: "content_filtered",
  })),
  {
    name: "reasoning only, cut at the limit",
    events: [
      ended({
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
        output: [{ type: "reasoning", summary: [] }],
      }, "response.incomplete"),
    ],
    text: null,
    truncated: true,
  },
  {
    name: "half a text, and no end",
    events: [begun!, added, { ...delta, delta: half }],
    code: "connection_lost",
  },
  {
    name: "an item that has not ended, and no end",
    events: [begun!, { ...added, output_index: 1 }, done],
  },
  {
    name: "a function call that has not ended, and no end",
    events: [begun!, { ...added, item: { type: "function_call", name: "get_weather" } }],
    code: "connection_lost",
  },
  {
    name: "a refusal that only its events have",
    events: [begun!, { type: "response.refusal.done", refusal: "No" }, ended({ output: [] })],
    code: "refused",
  },
  { name: "no event at all", events: [], code: "connection_lost" },
  {
    name: "white space without end",
    events: [
      begun!,
      { ...delta, delta: half },
      ...Array(1_000).fill({ ...delta, delta: "\n   " }).map((e, n) => ({
        ...e,
        sequence_number: n + 5,
      })),
    ],
    text: half + "\n   ".repeat(501),
    truncated: true,
  },
];

const call = (more: object) => ({
  type: "function_call",
  id: "fc1",
  call_id: "call_1",
  name: "get_weather",
  arguments: '{"city":"Rome"}',
  ...more,
});
const argumentsDelta = { type: "response.function_call_arguments.delta", output_index: 0 };
const rome = { callId: "call_1", name: "get_weather", arguments: '{"city":"Rome"}' };

const calls: Row[] = [
  {
    name: "arguments as an object",
    events: [ended({ output: [call({ arguments: { city: "Rome" } })] })],
    calls: [rome],
  },
  {
    name: "arguments as an object, and no id of the call",
    events: [ended({ output: [call({ arguments: { city: "Rome" }, call_id: undefined })] })],
    calls: [{ ...rome, callId: "fc1" }],
  },
  {
    name: "no arguments",
    events: [ended({ output: [call({ arguments: null })] })],
    calls: [{ ...rome, arguments: "{}" }],
  },
  {
    name: "the same id twice",
    events: [ended({ output: [call({}), call({ id: "fc2" })] })],
    calls: [rome],
    output: ["function_call"],
  },
  {
    name: "a call without a name",
    events: [ended({ output: [call({ name: null }), call({})] })],
    calls: [rome],
    output: ["function_call"],
  },
  {
    name: "a call in its events only",
    events: [
      { ...added, item: call({ arguments: "" }) },
      { type: "response.function_call_arguments.done", output_index: 0, arguments: rome.arguments },
      ended({ output: [] }),
    ],
    calls: [rome],
  },
  {
    name: "a call without arguments, but with them in its events",
    events: [
      { ...added, item: call({ arguments: "" }) },
      { type: "response.function_call_arguments.done", output_index: 0, arguments: rome.arguments },
      endedWith(call({ arguments: "" })),
    ],
    calls: [rome],
    output: ["function_call"],
  },
  {
    name: "arguments in pieces only",
    events: [
      { ...added, item: call({ arguments: "" }) },
      { ...argumentsDelta, delta: rome.arguments.slice(0, 5) },
      { ...argumentsDelta, delta: rome.arguments.slice(5) },
      endedWith(),
    ],
    calls: [rome],
  },
  {
    name: "two calls at one position",
    events: [
      { ...added, item: call({ arguments: "" }) },
      { ...added, item: call({ arguments: "", id: "fc2", call_id: "call_2" }) },
      { ...done, item: call({}) },
      { ...done, item: call({ id: "fc2", call_id: "call_2" }) },
      endedWith(),
    ],
    calls: [rome, { ...rome, callId: "call_2" }],
  },
  {
    name: "two calls at one position, in pieces",
    events: [
      { ...added, item: call({ arguments: "" }) },
      { ...added, item: call({ arguments: "", id: "fc2", call_id: "call_2" }) },
      { ...argumentsDelta, item_id: "fc1", delta: rome.arguments },
      { ...argumentsDelta, item_id: "fc2", delta: "{}" },
      endedWith(),
    ],
    calls: [rome, { ...rome, callId: "call_2", arguments: "{}" }],
  },
  {
    name: "a call that only its end has, beside heard text",
    events: [{ ...delta, delta: "Well." }, endedWith(call({ arguments: "" }))],
    text: "Well.",
    calls: [{ ...rome, arguments: "{}" }],
  },
  {
    name: "a call in the form of Chat Completions",
    events: [
      endedWith({
        type: "function",
        call_id: "call_1",
        function: { name: rome.name, arguments: { city: "Rome" } },
      }),
    ],
    calls: [rome],
    output: ["function_call"],
  },
  {
    name: "a call, done, and no end",
    events: [begun!, { ...added, item: call({}) }, { ...done, item: call({}) }],
    calls: [rome],
  },
];

for (const { events, output, ...row } of [...envelopes, ...ends, ...calls]) {
  Deno.test(`respond() reads a response with ${row.name}`, async () => {
    const text = row.calls ? row.text ?? null : row.text;
    const { lines, turn } = await runCase("respond", {
      ...row,
      ...(text !== undefined && { text }),
      answers: [stream(...events)],
    });
    assertEquals(lines, ["POST /responses"]);
    if (output) assertEquals(turn?.output.map(({ type }) => type), output);
  });
}

Deno.test("respond() uses Chat Completions if the server answers in its form", async () => {
  const chunks = healthyChunks();
  const document = { choices: [{ message: { content: DAY_PLAN }, finish_reason: "stop" }] };
  const filters = { choices: [], prompt_filter_results: [] };
  for (const answer of [stream(...chunks), stream(filters, ...chunks), json(document)]) {
    const { lines } = await runCase("respond", { name: "", answers: [answer, healthyChat()] });
    assertEquals(lines, ["POST /responses", "POST /chat/completions"]);
  }
});

Deno.test("respond() gives each call without an id one of its own", async () => {
  const both = [call({ id: "", call_id: "" }), call({ id: "", call_id: "", arguments: "{}" })];
  const { turn } = await runCase("respond", {
    name: "",
    text: null,
    answers: [stream(ended({ output: both }))],
  });
  const ids = turn!.calls.map(({ callId }) => callId);
  // Mistral takes only such ids.
  for (const id of ids) assertMatch(id, /^[a-z0-9]{9}$/);
  assertStrictEquals(new Set(ids).size, 2);
  assertEquals(turn!.output.map(({ call_id }) => call_id), ids);
});

Deno.test("respond() reads a JSON document in place of a stream", async () => {
  const { response } = ended({});
  for (const body of [{ object: "response", ...response }, response, [response]]) {
    await runCase("respond", { name: "", answers: [json(body)] });
  }
});

Deno.test("respond() shows the text of events whose numbers do not grow", async () => {
  for (const number of [() => 0, (n: number) => n % 5, () => null]) {
    const events = numbered([begun!, ...pieces, ended({ output: [] })], number);
    await runCase("respond", { name: "", answers: [stream(...events)], shown: DAY_PLAN });
  }
});

Deno.test("a background response of white space without end is canceled", async () => {
  const blank = { ...delta, sequence_number: undefined, delta: " ".repeat(500) };
  const started = { ...begun, response: { id: "r1", status: "queued", background: true } };
  await using env = openModel([stream(started, ...Array(9).fill(blank)), json({})], {
    background: true,
  });
  const { truncated } = await ask(env.model, "respond", {}, caseRequest).turn;
  assertStrictEquals(truncated, true);
  assertEquals(env.asked.map(({ line }) => line), ["POST /responses", "POST /responses/r1/cancel"]);
});

Deno.test("respond() reads a value that is nested too deeply as a fault of the server", async () => {
  const deep = `data: {"type":"response.x","sequence_number":1,"x":${"[".repeat(1e5)}${
    "]".repeat(1e5)
  }}\n\n`;
  await runCase("respond", { name: "", answers: [stream(deep)], code: "upstream_error" });
});

Deno.test("respond() keeps reasoning out of a request where its content is missing", async () => {
  const input = [
    ...caseRequest.input,
    { type: "reasoning", id: "rs_1", summary: [] },
    { type: "reasoning", id: "rs_2", summary: [], encrypted_content: "gAAA" },
  ];
  const { bodies } = await runCase("respond", {
    name: "",
    request: { input, tools: [cityTool] },
    answers: [healthyResponse()],
  });
  const sent = bodies[0]!.input as { id?: string }[];
  assertEquals(sent.map(({ id }) => id), [undefined, "rs_2"]);
  assert(Array.isArray(bodies[0]!.tools));
});
