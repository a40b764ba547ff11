/**
 * What a job makes of odd answers: how many calls it takes, what the next one contains, and how the
 * job ends.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import {
  chunk,
  DAY_PLAN,
  healthyChat,
  healthyResponse,
  stream,
  type Wire,
} from "../../testing/model_case.ts";
import { openModelJobs } from "../../testing/model_jobs.ts";
import type { Answer, Body } from "../../testing/openai_model.ts";
import { error, limitOf } from "../../testing/refusing_server.ts";

const keyEvents = [
  { name: "n", date: "2026-11-28 20:00", venue: null, neighborhood: null, url: null, why: "w" },
];
const BUNDLES = JSON.stringify({
  bundles: ["One", "Two", "Three"].map((title) => ({
    title,
    description: `${title} night`,
    imageUrl: null,
    keyEvents: keyEvents.map((event) => ({ ...event, name: `${title} show` })),
  })),
});

interface Row {
  name: string;
  kind?: "bundles";
  /** The answers in order; the last one is for all further calls. */
  answers: Answer[];
  days?: number;
  /** The number of calls. */
  calls: number;
  /** The number of the attempt that completed the job, or its failure code. */
  ends?: number | string;
  /** Checks the second request. */
  second?: (body: Body) => void;
}

const half = DAY_PLAN.slice(0, 200);
const wishes = { itinerary: { destination: "Ghent" }, bundles: { preferences: {} } };
const messagesOf = ({ messages }: Body) => messages.map(({ role }: Body) => role);
const ended = (text: string, finish: string) =>
  stream(chunk({ content: text }), chunk({}, finish), "data: [DONE]\n\n");

const texts: [name: string, text: string][] = [
  ["a fence", "```json\n" + DAY_PLAN + "\n```"],
  ["thoughts", `<think>\nThe user wants {one} day.\n</think>\n\n${DAY_PLAN}`],
  ["a sentence before and behind it", `Here is your plan:\n${DAY_PLAN}\nEnjoy!`],
  ["a byte order mark", `\uFEFF${DAY_PLAN}`],
  ["itself again", `${DAY_PLAN}\n${DAY_PLAN}`],
  ["quotation marks", JSON.stringify(DAY_PLAN)],
  [
    "a final channel",
    `<|channel|>analysis<|message|>{"days":1}<|channel|>final<|message|>${DAY_PLAN}`,
  ],
];

const refusesEmpty: Answer = (body) =>
  body.messages.some(({ role, content }: Body) => role === "assistant" && content === "")
    ? Response.json(
      error("Assistant message must have either content or tool_calls, but not none."),
      {
        status: 400,
      },
    )
    : healthyChat()(body);

const rows: Row[] = [
  ...texts.map(([name, text]): Row => ({
    name: `a plan with ${name}`,
    answers: [healthyChat(text)],
    calls: 1,
  })),
  ...["insufficient_system_resource", "error", "abort"].map((finish): Row => ({
    name: `half a plan that ended with ${finish}`,
    answers: [ended(half, finish), healthyChat()],
    calls: 2,
    ends: 2,
    second: (body) => assertEquals(messagesOf(body), ["system", "user"]),
  })),
  ...["model_length", "length", "stop"].map((finish): Row => ({
    name: `half a plan that ended with ${finish}`,
    answers: [ended(half, finish), healthyChat()],
    calls: 2,
    second: (body) => assertStrictEquals(limitOf(body), 15_000),
  })),
  {
    name: "half a plan each time",
    answers: [ended(half, "length")],
    calls: 2,
    ends: "truncated",
  },
  {
    name: "reasoning only, and a server that takes no empty message",
    answers: [stream(chunk({ reasoning_content: "Hm" }), chunk({}, "stop")), refusesEmpty],
    calls: 2,
    second: (body) => assertEquals(messagesOf(body), ["system", "user"]),
  },
  {
    name: "an answer that the server found invalid once",
    answers: [
      () =>
        Response.json(
          error("Failed to generate JSON.", {
            code: "json_validate_failed",
            failed_generation: "{",
          }),
          { status: 400 },
        ),
      refusesEmpty,
    ],
    calls: 2,
  },
  {
    name: "prose",
    answers: [healthyChat("I would love to help."), healthyChat()],
    calls: 2,
    second: (body) => assertEquals(messagesOf(body), ["system", "user", "assistant", "user"]),
  },
  {
    name: "single characters each time",
    answers: [
      healthyChat(DAY_PLAN.replaceAll(/("(?:theme|title|description|place)"):"[^"]+"/g, '$1:"A"')),
    ],
    calls: 2,
    ends: "invalid_output",
  },
  {
    name: "white space without end, once",
    answers: [
      stream(chunk({ content: half }), ...Array(1_000).fill(chunk({ content: "\n   " }))),
      healthyChat(),
    ],
    calls: 2,
    second: (body) => assertStrictEquals(limitOf(body), 15_000),
  },
  {
    name: "a limit that the second, longer answer exceeds",
    answers: [
      ended(half, "length"),
      (body) =>
        limitOf(body) > 8_192
          ? Response.json(
            error("max_tokens is too large. This model supports at most 8192 completion tokens."),
            { status: 400 },
          )
          : healthyChat()(body),
    ],
    calls: 3,
  },
  {
    name: "a plan of a month where the tokens of a minute are few",
    days: 30,
    answers: [(body) =>
      limitOf(body) > 30_000
        ? Response.json(
          error(
            "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 36500.",
            { type: "tokens", code: "rate_limit_exceeded" },
          ),
          { status: 429 },
        )
        : healthyChat(JSON.stringify(sampleItinerary({ destination: "Ghent", durationDays: 30 })))(
          body,
        )],
    calls: 2,
  },
  {
    name: "a context that the prompt fills",
    answers: [() =>
      Response.json(
        error("This model's maximum context length is 100 tokens.", {
          code: "context_length_exceeded",
        }),
        { status: 400 },
      )],
    calls: 1,
    ends: "request_too_large",
  },
];

const call = (more: object) => ({
  type: "function_call",
  id: "fc1",
  name: "get_weather",
  arguments: { city: "Rome" },
  ...more,
});
const callsOnce = (...output: object[]): Answer[] => [
  stream(
    { type: "response.completed", response: { id: "r1", status: "completed", output } } as Wire,
  ),
  healthyResponse(BUNDLES),
];
/** Checks that each call has one output. */
const isAnswered = ({ input }: Body) => {
  const idsOf = (type: string) =>
    input.filter((item: Body) => item.type === type).map((item: Body) => item.call_id);
  assertEquals(idsOf("function_call_output"), idsOf("function_call"));
  assertStrictEquals(new Set(idsOf("function_call")).size, idsOf("function_call").length);
  for (const item of input) if (item.arguments) assertStrictEquals(typeof item.arguments, "string");
};

const bundles: Row[] = [
  { name: "a call whose arguments are an object", answers: callsOnce(call({ call_id: "c1" })) },
  { name: "a call without an id of its own", answers: callsOnce(call({})) },
  {
    name: "calls with empty ids",
    answers: callsOnce(call({ id: "", call_id: "" }), call({ id: "", call_id: "" })),
  },
  {
    name: "the same id twice",
    answers: callsOnce(call({ call_id: "c1" }), call({ call_id: "c1" })),
  },
  { name: "an unknown function", answers: callsOnce(call({ call_id: "c1", name: "book_hotel" })) },
  {
    name: "reasoning without its content",
    answers: callsOnce({ type: "reasoning", id: "rs_1", summary: [] }, call({ call_id: "c1" })),
  },
].map((row) => ({
  ...row,
  kind: "bundles",
  calls: 2,
  second: (body: Body) => {
    isAnswered(body);
    assertEquals(body.input.filter(({ type }: Body) => type === "reasoning"), []);
  },
}));

bundles.push({
  name: "reasoning and nothing else",
  kind: "bundles",
  answers: callsOnce({ type: "reasoning", id: "rs_1", encrypted_content: "gAAA", summary: [] }),
  calls: 2,
  // OpenAI refuses reasoning that nothing follows.
  second: ({ input }) => assertEquals(input.map(({ role }: Body) => role), ["user", "user"]),
});

for (const { name, kind, answers, days = 1, calls, ends = 1, second } of [...rows, ...bundles]) {
  Deno.test(`a job of ${kind ?? "itineraries"} gets ${name}`, async () => {
    await using env = await openModelJobs((_path, body, n) =>
      answers[Math.min(n, answers.length - 1)]!(body)
    );
    const request = kind ? wishes.bundles : { ...wishes.itinerary, durationDays: days };
    const member = kind ?? "days";
    const { job } = await env.run(env.kinds[kind ? 1 : 0]!, request, { member, retries: 1 });
    assertStrictEquals(job.state === "failed" ? job.failure.code : job.attempt, ends);
    assertMatch(job.state, typeof ends === "number" ? /^succeeded$/ : /^failed$/);
    assertStrictEquals(env.calls.length, calls);
    if (second) second(env.calls[1]!.body);
  });
}

Deno.test("a job shows its parts also behind other text", async () => {
  for (const [, text] of texts.filter(([name]) => name !== "quotation marks")) {
    await using env = await openModelJobs((_path, body) => healthyChat(text)(body));
    const request = { ...wishes.itinerary, durationDays: 1 };
    const { shown } = await env.run(env.kinds[0]!, request, { member: "days" });
    assertEquals(shown, JSON.parse(DAY_PLAN).days, text);
  }
});
