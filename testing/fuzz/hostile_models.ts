/**
 * Random answers of a model server: plans and events that are deep, long, cut, of wrong types, out
 * of order, repeated words, or no text at all.
 * @module
 */
import fc from "fast-check";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { chatChunks, frame, responseEvents } from "../event_stream.ts";
import { anyCharacter } from "../text.ts";

const encoder = new TextEncoder();

/** How an answer ends: as it should, with a broken connection, or not at all. */
type Ending = "closed" | "broken" | "silent";

/** An answer of a model server. */
export interface HostileAnswer {
  status: number;
  type: string;
  pieces: Uint8Array<ArrayBuffer>[];
  ending: Ending;
}

const DAYS = 2;
const plan = JSON.stringify(sampleItinerary({ destination: "Tokyo, Japan", durationDays: DAYS }));

const depth = fc.constantFrom(10, 99, 101, 5_000, 100_000);
const size = fc.constantFrom(10, 3_000, 100_000, 1_100_000);

/** What the program looks for in an answer or in an error, often. */
const repeated = fc.tuple(
  fc.constantFrom(
    ...["<function=", "<function=f>", "<function=f><parameter=", "</think:", '{"a":{"b":1} '],
    ...["unsupported", "web_search_call", "failed to load model", "```", "\n\n"],
  ),
  fc.constantFrom(16_000, 1_100_000),
).map(([word, size]) => word.repeat(size / word.length));

/** What the model writes in place of the plan. */
const text = fc.oneof(
  { weight: 10, arbitrary: fc.constant(plan) },
  fc.tuple(fc.nat(plan.length), fc.string({ unit: anyCharacter, maxLength: 20 })).map(
    ([at, text]) => plan.slice(0, at) + text + plan.slice(at),
  ),
  depth.map((depth) => '{"days":' + "[".repeat(depth) + "]".repeat(depth) + "}"),
  depth.map((depth) => '{"days":[' + '{"a":'.repeat(depth)),
  size.map((size) => `{"days":["${"\\\\".repeat(size / 2)}"]}`),
  size.map((size) => `{"days":[${"1,".repeat(size / 2)}1]}`),
  size.map((size) => " ".repeat(size) + plan),
  size.map((size) => "<think>".repeat(size / 10) + plan),
  size.map((size) => '{"a" '.repeat(size / 10)),
  size.map((size) => `{"days":[{"day":1,"theme":"${"\u0301\u{1F468}\u200d".repeat(size / 10)}"}]}`),
  { weight: 6, arbitrary: repeated },
  fc.json(),
  fc.string({ unit: anyCharacter, maxLength: 200 }),
);

/** Where the text is cut into deltas. */
const deltaLength = fc.constantFrom(1, 7, 400, 2_000_000);

/** More deltas take longer than they teach. */
const MAX_DELTAS = 3_000;

function deltasOf(text: string, length: number): string[] {
  const characters = Math.max(length, Math.ceil(text.length / MAX_DELTAS));
  const deltas = [];
  for (let at = 0; at < text.length; at += characters) deltas.push(text.slice(at, at + characters));
  return deltas;
}

/** A value of a type that no server documents there. */
const wrong = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 1e300, "", "x", [], {}, [null], { type: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const strange = fc.oneof(
  fc.constantFrom(
    ...[": ping\n\n", "\n\n", "event: x\n\n", "data:\n\n", "data: [DONE]\n\n", "data: {\n\n", "\r"],
    ...[
      "id: 1\nretry: x\n\n",
      "garbage\n",
      "data: null\n\n",
      "<html>\n\n",
      "\u0000\n\n",
      "error: x\n",
    ],
    ...['data: {"error":{"message":"x"}}\n\n', 'data: {"type":"error"}\n\n', "data: []\n\n"],
  ),
  wrong.map((value) => `data: ${JSON.stringify(value)}\n\n`),
  depth.map((depth) => `data: ${"[".repeat(depth)}${"]".repeat(depth)}\n\n`),
  depth.map((depth) => `data: {"choices":${"[".repeat(depth)}\n\n`),
  fc.constantFrom(1, 1_000, 20_000).map((count) => ": ping\n\n".repeat(count)),
);

const type = fc.constantFrom(
  ...["response.output_text.delta", "response.output_text.done", "response.refusal.done"],
  ...["response.output_item.added", "response.output_item.done", "response.completed", "error"],
  ...["response.function_call_arguments.delta", "response.created", "response.failed"],
);

/** An event of the Responses API with members of any type. */
const event = fc.record({
  type,
  output_index: fc.oneof(fc.nat(3), wrong),
  content_index: fc.oneof(fc.nat(3), wrong),
  delta: fc.oneof(fc.string(), wrong),
  item: fc.oneof(
    fc.record({ type: fc.constantFrom("message", "function_call"), name: wrong }),
    wrong,
  ),
  response: fc.oneof(fc.record({ id: wrong, status: wrong, output: wrong }), wrong),
  sequence_number: fc.oneof(fc.nat(9), wrong),
}, { requiredKeys: ["type"] }).map(frame);

/** A chunk of Chat Completions with members of any type. */
const chunk = fc.record({
  choices: fc.oneof(
    fc.array(fc.record({ index: wrong, delta: wrong, finish_reason: wrong }, { requiredKeys: [] })),
    wrong,
  ),
  usage: wrong,
}, { requiredKeys: ["choices"] }).map(frame);

/** The frames of an answer that would be good with a good text. */
const good = fc.tuple(text, deltaLength, fc.boolean()).map(([text, length, isChat]) => {
  const pieces = deltasOf(text, length);
  const events = isChat ? chatChunks(pieces) : responseEvents({ pieces });
  return [...events.map(frame), ...(isChat ? ["data: [DONE]\n\n"] : [])];
});

/** Frames with others between them. */
const mixed = fc.tuple(
  good,
  fc.array(fc.tuple(fc.nat(5_000), fc.oneof(strange, event, chunk)), { maxLength: 4 }),
  fc.boolean(),
).map(([frames, others, isReversed]) => {
  const all = isReversed ? frames.toReversed() : [...frames];
  for (const [at, other] of others) all.splice(at % (all.length + 1), 0, other);
  return all;
});

/** The bytes of an answer: its frames, with a few bytes that are replaced. */
const bytes = fc.tuple(
  fc.oneof(
    { weight: 5, arbitrary: good },
    { weight: 5, arbitrary: mixed },
    { weight: 1, arbitrary: fc.tuple(text) },
    { weight: 1, arbitrary: fc.tuple(repeated) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0x80, max: 0xff })), { maxLength: 3 }),
  ),
  fc.constantFrom(64, 1_000, 65_536),
).map(([frames, damage, pieceBytes]) => {
  const whole = encoder.encode(frames.join(""));
  for (const [at, byte] of damage) if (whole.length > 0) whole[at % whole.length] = byte;
  // Small pieces of a large answer would only cost time.
  const length = Math.max(pieceBytes, Math.ceil(whole.length / MAX_DELTAS));
  const pieces = [];
  for (let at = 0; at < whole.length; at += length) pieces.push(whole.slice(at, at + length));
  return pieces;
});

/** An answer of a model server. */
export const hostileAnswer: fc.Arbitrary<HostileAnswer> = fc.record({
  status: fc.oneof(
    { weight: 8, arbitrary: fc.constant(200) },
    fc.constantFrom(201, 204, 302, 400, 401, 404, 418, 429, 500, 503, 529),
  ),
  type: fc.oneof(
    { weight: 6, arbitrary: fc.constant("text/event-stream") },
    fc.constantFrom("application/json", "text/html", "x"),
  ),
  pieces: bytes,
  ending: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Ending>("closed") },
    { weight: 2, arbitrary: fc.constant<Ending>("broken") },
    { weight: 1, arbitrary: fc.constant<Ending>("silent") },
  ),
});

/**
 * Returns the response that sends an answer.
 *
 * @param over ends a silent answer
 */
export function hostileResponse(answer: HostileAnswer, over: Promise<unknown>): Response {
  const { status, type, pieces, ending } = answer;
  if (status === 204) return new Response(null, { status });
  const chunks = async function* () {
    yield* pieces;
    if (ending === "silent") await over;
  };
  const headers = {
    "content-type": type,
    ...(status === 302 && { location: "/elsewhere" }),
    // More bytes than the body has: the connection breaks at its end.
    ...(ending === "broken" && { "content-length": "100000000" }),
  };
  return new Response(ReadableStream.from(chunks()), { status, headers });
}
