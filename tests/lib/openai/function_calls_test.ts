/**
 * Function calls as models and servers write them: with marks in their names, with arguments that are
 * not one JSON object, or as a part of the text. Both APIs read the same calls.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  chunk,
  cityTool,
  DAY_PLAN,
  DONE,
  messageItem,
  runCase,
  stream,
} from "../../../testing/model_case.ts";

const ROME = '{"city":"Rome"}';

/** Names and arguments of one call of `get_weather` for Rome. */
const calls: [what: string, name: string, given: unknown, read?: string][] = [
  ["a channel behind its name, as vLLM and Ollama", "get_weather<|channel|>commentary", ROME],
  ["a namespace before its name", "functions.get_weather", ROME],
  ["a namespace before its name, as Gemini", "default_api:get_weather", ROME],
  ["a number behind its name, as Kimi", "functions.get_weather:0", ROME],
  ["an empty object before its arguments", "get_weather", `{}${ROME}`],
  ["its arguments twice", "get_weather", ROME + ROME],
  ["its arguments as a JSON string", "get_weather", JSON.stringify(ROME)],
  ["its arguments in a fence", "get_weather", "```json\n" + ROME + "\n```"],
  ["its arguments in a list", "get_weather", `[${ROME}]`],
  ["a mark behind its arguments", "get_weather", `${ROME}<|call|>`],
  ["half of its arguments", "get_weather", '{"city":"Ro', '{"invalid":"{\\"city\\":\\"Ro"}'],
  [
    "the arguments of two calls",
    "get_weather",
    `${ROME}{"city":"Oslo"}`,
    '{"invalid":"{\\"city\\":\\"Rome\\"}{\\"city\\":\\"Oslo\\"}"}',
  ],
];

for (const [what, name, given, read = ROME] of calls) {
  Deno.test(`a function call has ${what}`, async () => {
    const called = { name, arguments: given };
    const piece = { index: 0, id: "call_1", type: "function", function: called };
    const item = { type: "function_call", id: "fc1", call_id: "call_1", ...called };
    const response = { id: "r1", status: "completed", output: [item] };
    const answers = {
      chat: stream(chunk({ tool_calls: [piece] }), chunk({}, "tool_calls"), DONE),
      responses: stream({ type: "response.completed", response }),
    };
    for (const responsesApi of ["chat", "responses"] as const) {
      const { turn } = await runCase("respond", {
        name: what,
        request: { tools: [cityTool] },
        answers: [answers[responsesApi]],
        text: null,
        calls: [{ callId: "call_1", name: "get_weather", arguments: read }],
      }, { responsesApi });
      // The next request repeats the item.
      const [repeated] = turn!.output;
      assertEquals([repeated!.name, repeated!.arguments], ["get_weather", read]);
    }
  });
}

const hermes = (city: string) =>
  `<tool_call>\n{"name": "get_weather", "arguments": {"city": "${city}"}}\n</tool_call>`;

/** Texts that consist of calls, and the cities that they name. */
const texts: [what: string, text: string, cities: string[]][] = [
  ["as Hermes and Qwen", hermes("Rome"), ["Rome"]],
  ["behind thoughts", `<think>Where?</think>\n\n${hermes("Rome")}\n${hermes("Oslo")}`, [
    "Rome",
    "Oslo",
  ]],
  ["behind a sentence", `Let me look.\n${hermes("Rome")}`, ["Rome"]],
  ["as Mistral", `[TOOL_CALLS][{"name": "get_weather", "arguments": ${ROME}}]`, ["Rome"]],
  ["as Llama", `<|python_tag|>{"name": "get_weather", "parameters": ${ROME}}`, ["Rome"]],
  [
    "as a coder of Qwen",
    "<tool_call>\n<function=get_weather>\n<parameter=city>\nRome\n</parameter>\n</function>\n</tool_call>",
    ["Rome"],
  ],
  ["in a fence", "```json\n" + `{"name": "get_weather", "parameters": ${ROME}}` + "\n```", [
    "Rome",
  ]],
  ["with a type", `{"type": "function", "name": "get_weather", "arguments": ${ROME}}`, ["Rome"]],
  ["with a namespace", `{"name": "functions.get_weather", "arguments": ${ROME}}`, ["Rome"]],
];

/** Texts that are no calls. */
const others: [what: string, text: string][] = [
  ["a plan", DAY_PLAN],
  ["a call before a plan", hermes("Rome") + DAY_PLAN],
  ["an unknown function", hermes("Rome").replace("get_weather", "book_hotel")],
  ["a known and an unknown function", hermes("Rome") + hermes("Oslo").replace("get_w", "w")],
  ["an empty list", "[]"],
  ["half a call", hermes("Rome").slice(0, 30)],
];

async function turnOf(text: string, responsesApi: "chat" | "responses", isCall: boolean) {
  const response = { id: "r1", status: "completed", output: [messageItem(text)] };
  const answer = responsesApi === "chat"
    ? stream(chunk({ content: text }, "stop"), DONE)
    : stream({ type: "response.completed", response });
  const request = { tools: [cityTool] };
  const { turn } = await runCase("respond", {
    name: text,
    request,
    answers: [answer],
    text: isCall ? null : text,
  }, { responsesApi });
  return turn!;
}

for (const [what, text, cities] of texts) {
  Deno.test(`respond() reads function calls in a text, ${what}`, async () => {
    for (const api of ["chat", "responses"] as const) {
      const turn = await turnOf(text, api, true);
      assertEquals(turn.calls.map((call) => JSON.parse(call.arguments).city), cities);
      assertEquals(turn.output.map(({ type }) => type), cities.map(() => "function_call"));
      assertEquals(turn.output.map(({ call_id }) => call_id), turn.calls.map((c) => c.callId));
      assertStrictEquals(turn.stored, false);
    }
  });
}

for (const [what, text] of others) {
  Deno.test(`respond() reads no function call in ${what}`, async () => {
    for (const api of ["chat", "responses"] as const) {
      assertEquals((await turnOf(text, api, false)).calls, []);
    }
  });
}

Deno.test("respond() reads no function call of a request without functions", async () => {
  const text = hermes("Rome");
  const answers = [stream(chunk({ content: text }, "stop"), DONE)];
  await runCase("respond", { name: "", answers, text, calls: [] }, { responsesApi: "chat" });
});
