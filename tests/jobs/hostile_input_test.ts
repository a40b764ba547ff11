/**
 * Hostile output of models and tools. It costs linear work, and a clear error if it is too large or
 * nested too deeply.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { linksIn, MAX_OUTPUT_CHARACTERS, writeOutput } from "../../jobs/tools/output.ts";
import { runTool } from "../../jobs/tools/tool.ts";
import { JobError } from "../../lib/job/failure.ts";
import { findJson, objectsIn, withoutThoughts } from "../../lib/model/json_document.ts";
import { PartialItems } from "../../lib/model/partial_items.ts";
import { ChatAnswer } from "../../lib/openai/chat_answer.ts";
import { readableError } from "../../lib/openai/error.ts";
import { readEvents } from "../../lib/openai/events.ts";
import { toTurn } from "../../lib/openai/response_body.ts";
import { ResponseReader } from "../../lib/openai/response_reader.ts";
import { withWrittenCalls } from "../../lib/openai/written_calls.ts";
import { encodeProgress } from "../../lib/store/progress_codec.ts";
import { noProgress } from "../../lib/job/progress.ts";
import { countWork } from "../../testing/counted_work.ts";
import { frame, streamOf } from "../../testing/event_stream.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { assertLinearTime } from "../../testing/processor_time.ts";

const { signal } = new AbortController();

/** Returns the code of the failure, or what the function returns. */
async function outcomeOf(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof JobError) return error.failure.code;
    throw error;
  }
}

const times = <T>(count: number, value: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => value(n));

async function readPieces(pieces: Iterable<string>): Promise<number> {
  let events = 0;
  for await (const _ of readEvents(streamOf(pieces), { signal })) events++;
  return events;
}

async function readResponse(events: object[]): Promise<unknown> {
  const reader = new ResponseReader({ signal });
  for (const event of events) {
    const body = await reader.read(event);
    if (body) return toTurn(body).text;
  }
  const body = reader.atEnd();
  return body && toTurn(body).text;
}

function readChat(chunks: object[]): unknown {
  const answer = new ChatAnswer();
  for (const chunk of chunks) answer.add(chunk);
  return answer.toTurn().text;
}

function readItems(pieces: Iterable<string>): number {
  const items = new PartialItems({ member: "days", schemaAt: () => z.unknown() });
  for (const piece of pieces) items.write(piece);
  return items.items.length;
}

const chatCall = (piece: string) => ({
  choices: [{ delta: { tool_calls: [{ index: 0, function: { name: "f", arguments: piece } }] } }],
});
const added = (item: object, output_index = 0) => ({
  type: "response.output_item.added",
  output_index,
  item,
});
const delta = (output_index: number, content_index: number, text = "x") => ({
  type: "response.output_text.delta",
  output_index,
  content_index,
  delta: text,
});
const done = (text: string) => ({
  type: "response.output_text.done",
  output_index: 0,
  content_index: 0,
  text,
});
const completed = (output: object[]) => ({ type: "response.completed", response: { output } });
const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
/** Text with more piece boundaries than a word has. */
const nonsense = (length: number) => "n".repeat(length);

const linear: [name: string, n: number, run: (n: number) => unknown][] = [
  ["a stream that begins with empty lines", 500, (n) => readPieces(times(n, () => "\n"))],
  ["a stream that begins with spaces", 500, (n) => readPieces(times(n, () => " "))],
  ["a stream of comments", 500, (n) => readPieces(times(n, () => ": ping\n\n"))],
  ["a line in pieces", 500, (n) => readPieces(["data: 1", ...times(n, () => "1"), "\n\n"])],
  ["an event of many lines", 500, (n) => readPieces([...times(n, () => "data: 1\n"), "\n"])],
  ["a document in pieces", 500, (n) => readPieces(["[", ...times(n, () => "1,"), "1]"])],
  [
    "a plan in pieces of one character",
    500,
    (n) => readItems(['{"days":["', ...times(n, () => "x"), '"]}']),
  ],
  ["backslashes", 500, (n) => readItems(['{"days":["', ...times(n, () => "\\\\"), '"]}'])],
  ["many items", 500, (n) => readItems(['{"days":[', ...times(n, () => "1,"), "1]}"])],
  [
    "many members",
    500,
    (n) => readItems(['{"days":[{', ...times(n, (k) => `"k${k}":1,`), '"a":1}]}']),
  ],
  ["thoughts in pieces", 500, (n) => readItems(["<think>", ...times(n, () => "x")])],
  ["thoughts that end often", 500, (n) => readItems(["<think>", ...times(n, () => "</think>")])],
  ["text before a document", 500, (n) => findJson(`${"{ ".repeat(n)}{"a":1}`)],
  [
    "a chat in pieces of one character",
    500,
    (n) =>
      readChat([...times(n, () => ({ choices: [{ delta: { content: "x" } }] })), {
        choices: [{ delta: {}, finish_reason: "stop" }],
      }]),
  ],
  [
    "arguments in pieces that repeat the name",
    200,
    (n) => readChat([chatCall('{"a":"'), ...times(n, () => chatCall("x")), chatCall('"}')]),
  ],
  [
    "arguments behind whole arguments",
    200,
    (n) => readChat([chatCall(`{"a":"${nonsense(n)}"}{`), ...times(n, () => chatCall("}{"))]),
  ],
  [
    "a response in pieces of one character",
    500,
    (n) => readResponse([...times(n, () => delta(0, 0)), completed([])]),
  ],
  [
    "texts that are repeated",
    200,
    (n) => readResponse([delta(0, 0), delta(0, 1, nonsense(n)), ...times(n, () => done("y"))]),
  ],
  ["calls at one position", 200, (n) =>
    readResponse([
      added({ type: "function_call", name: "f", arguments: { a: nonsense(10 * n) } }),
      ...times(n, () => added({ type: "function_call", name: "f", arguments: "y" })),
    ])],
  [
    "a link with punctuation",
    500,
    (n) => linksIn(JSON.stringify(`a https://x.y/${")".repeat(n)}`)),
  ],
];

for (const [name, n, run] of linear) {
  Deno.test(`hostile output costs linear work: ${name}`, async () => {
    // The first run loads and compiles what later runs have.
    await outcomeOf(() => run(n));
    const once = await countWork(() => outcomeOf(() => run(n)));
    const fourTimes = await countWork(() => outcomeOf(() => run(4 * n)));
    assert(fourTimes < 5 * once, `${once} characters for ${n}, ${fourTimes} for ${4 * n}`);
  });
}

const tools = [{ name: "f", description: "", parameters: z.object({}) }];

/** Returns the names of the calls that are found in the text of a model. */
function readCalls(text: string): string[] {
  const turn = { text, calls: [], output: [], truncated: false, stored: false };
  const { calls } = withWrittenCalls({ ...turn, id: null, usage: null } as never, tools);
  return calls.map(({ name }) => name);
}

/** What {@link countWork} cannot see: regular expressions and loops over characters. */
const linearTime: [name: string, n: number, run: (n: number) => unknown][] = [
  ["functions without a name", 4_000, (n) => readCalls("<function=".repeat(n))],
  ["functions without an end", 4_000, (n) => readCalls("<function=a>".repeat(n))],
  [
    "parameters without a name",
    4_000,
    (n) => readCalls(`<function=f>${"<parameter=".repeat(n)}</function>`),
  ],
  [
    "parameters without an end",
    4_000,
    (n) => readCalls(`<function=f>${"<parameter=a>".repeat(n)}</function>`),
  ],
  ["the end of thoughts, cut", 20_000, (n) => withoutThoughts("</a:".repeat(n))],
  ["a name of thoughts", 50_000, (n) => withoutThoughts(`</${nonsense(n)}`)],
];

for (const [name, n, run] of linearTime) {
  Deno.test(`hostile output costs linear time: ${name}`, () => assertLinearTime(n, run));
}

Deno.test("the objects in a text share one budget of reads", async () => {
  const objects = `${'{"a":'.repeat(7)}{"name":"f"}${" ".repeat(1_000)}`;
  const text = `${objects.repeat(50)}x${"}".repeat(400)}`;
  const work = await countWork(() => objectsIn(text));
  // Each look at the beginning of an object counts the whole text. Without the budget it is 400 times.
  assert(work < 60 * text.length, `${work} characters read of ${text.length}`);
});

const call = "<function=f><parameter=a>\n1\n</parameter></function>";

Deno.test("a long text is no list of calls, and a list has at most a hundred", () => {
  assertEquals(readCalls(call.repeat(3)), ["f", "f", "f"]);
  assertStrictEquals(readCalls(call.repeat(1_000)).length, 100);
  assertEquals(readCalls(call + " ".repeat(200_000)), []);
});

const MANY = 501;
const TOO_LARGE = "x".repeat(4_000_001);

const bounded: [name: string, run: () => unknown, expected: unknown][] = [
  ["a deep event", () => readPieces([`data: ${deep(200_000)}\n\n`]), "upstream_error"],
  ["a deep error", () => readPieces([`data: {"error":${deep(9_000)}}\n\n`]), "upstream_error"],
  ["a deep document", () => readPieces([deep(200_000)]), "upstream_error"],
  ["a large event", () => readPieces(["data: ", TOO_LARGE, "\n\n"]), "upstream_error"],
  ["a large document", () => readPieces(['{"a":"', TOO_LARGE]), "upstream_error"],
  ["a deep plan", () => findJson(deep(200_000)), { problem: "none" }],
  ["a deep plan in a stream", () => readItems(['{"days":[', deep(200_000)]), 0],
  ["a deep error with a status", () => readableError(`{"error":${deep(200_000)}}`).length, 16_032],
  ["a deep tool output", () => linksIn(`{"a":${deep(9_000)}}`), []],
  ["many parts", () => readResponse(times(MANY, (k) => delta(0, k))), "upstream_error"],
  ["many messages", () => readResponse(times(MANY, (k) => delta(k, 0))), "upstream_error"],
  ["many refusals", () =>
    readResponse(times(MANY, (output_index) => ({
      type: "response.refusal.done",
      output_index,
      refusal: "x",
    }))), "upstream_error"],
  [
    "many items of a response",
    () => readResponse([completed(times(MANY, () => ({ type: "reasoning" })))]),
    "upstream_error",
  ],
  [
    "many calls",
    () => readResponse(times(MANY, (k) => added({ type: "function_call", name: "f" }, k))),
    "upstream_error",
  ],
  [
    "many texts that differ",
    () => readResponse(times(9, (k) => done(`${k}${"x".repeat(300_000)}`))),
    "upstream_error",
  ],
];

for (const [name, run, expected] of bounded) {
  Deno.test(`hostile output is bounded: ${name}`, async () => {
    assertEquals(await outcomeOf(run), expected);
  });
}

Deno.test("a reader stops within a piece that is nested too deeply", () => {
  const { encode } = TextEncoder.prototype;
  let read = 0;
  // What the parser gets, it encodes first.
  TextEncoder.prototype.encode = function (text) {
    read += text?.length ?? 0;
    return encode.call(this, text);
  };
  try {
    readItems(['{"days":[' + "[".repeat(400_000)]);
  } finally {
    TextEncoder.prototype.encode = encode;
  }
  assert(read > 0 && read < 5_000, `${read} characters`);
});

Deno.test("a piece that is split for the parser keeps its characters", () => {
  for (const offset of [0, 1, 2, 3]) {
    const text = "x".repeat(offset) + "😀".repeat(5_000);
    const items = new PartialItems({ member: "days", schemaAt: () => z.string() });
    items.write(JSON.stringify({ days: [text] }));
    assertStrictEquals(items.items[0], text);
  }
});

Deno.test("a call with long arguments is not made", async () => {
  let calls = 0;
  const tool = {
    name: "t",
    description: "",
    message: "",
    parameters: z.object({ a: z.string() }),
    run: () => Promise.resolve(++calls),
  };
  const callOf = (length: number) => ({
    callId: "1",
    name: "t",
    arguments: JSON.stringify({ a: "x".repeat(length) }),
  });
  const context = { signal, clock: new FakeClock() };
  assertStrictEquals((await runTool([tool], callOf(3_900), context)).failed, false);
  const refused = await runTool([tool], callOf(4_000), context);
  assertStrictEquals(refused.failed, true);
  assertMatch(refused.text, /more than 4000 characters/);
  assertStrictEquals(calls, 1);
});

Deno.test("a tool output of one long text is cut without a link at its end", () => {
  const output = writeOutput(`${"x".repeat(10_000)} ${"http://".repeat(10_000)}`);
  assert(output.length <= MAX_OUTPUT_CHARACTERS);
  assert(output.endsWith('x  [cut off]"'));
});

Deno.test("the stored progress of a large plan is compressed once", async () => {
  const partial = times(30, (k) => `${k}`.repeat(30_000));
  const work = await countWork(() => encodeProgress({ ...noProgress, partial }));
  assert(work < 1_000_000, `${work} characters`);
});

Deno.test("a frame with a deep value ends the answer, not the process", async () => {
  const wire = frame({ type: "x", value: "y" }).replace('"y"', deep(100_000));
  assertStrictEquals(await outcomeOf(() => readPieces([wire])), "upstream_error");
});
