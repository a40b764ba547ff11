/**
 * The members of a request about effort, service tier, callers and storage, in both APIs.
 */
import { assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { callerWith } from "../../../testing/api_keys.ts";
import type { CallOptions } from "../../../lib/model/model.ts";
import { safetyIdentifier } from "../../../lib/openai/account.ts";
import { chatChunks, responseEvents } from "../../../testing/event_stream.ts";
import {
  type Answer,
  ask,
  background,
  codeOf,
  openModel,
  pieces,
  PLAN,
  send,
} from "../../../testing/openai_model.ts";

const apis = ["chat", "respond"] as const;

const good = { chat: send(chatChunks(pieces)), respond: send(responseEvents({ pieces })) };

function refusal(status: number, error: object): Answer {
  return () => Response.json({ error }, { status });
}

/** Calls a server that gives these answers, and returns the last request and the failure code. */
async function request(
  how: typeof apis[number],
  answers: Answer[],
  { caller, ...options }: Parameters<typeof openModel>[1] & Pick<CallOptions, "caller"> = {},
) {
  await using env = openModel(answers, options);
  const code = await codeOf(ask(env.model, how, { caller }).turn);
  const bodies = env.asked.map(({ body }) => body!);
  return { code, bodies, last: bodies.at(-1)! };
}

const { owner: caller } = callerWith("a-key-of-a-caller");

/** The members that a request has, by the options of the model. */
const cases: [what: string, options: Parameters<typeof request>[2], sent: object][] = [
  ["another server", { caller }, {}],
  [
    "OpenAI and a known caller",
    { isOpenAI: true, caller },
    { safety_identifier: safetyIdentifier(caller!) },
  ],
  ["OpenAI and a caller without a key or a token", { isOpenAI: true, caller: null }, {}],
  ["a tier", { serviceTier: "priority" }, { service_tier: "priority" }],
];

for (const how of apis) {
  for (const [what, options, sent] of cases) {
    Deno.test(`${how}() sends the members for ${what}`, async () => {
      const { last: { service_tier, safety_identifier } } = await request(
        how,
        [good[how]],
        options,
      );
      const found = { service_tier, safety_identifier };
      assertEquals(JSON.parse(JSON.stringify(found)), sent);
    });
  }

  for (const name of ["service_tier", "safety_identifier"]) {
    Deno.test(`${how}() does without ${name} if the server refuses it`, async () => {
      const refused = refusal(400, { message: `Unknown parameter: '${name}'.`, param: name });
      const options = { isOpenAI: true, caller, serviceTier: "flex" } as const;
      const { code, bodies } = await request(how, [refused, good[how]], options);
      assertStrictEquals(code, "none");
      assertEquals(bodies.map((body) => name in body), [true, false]);
    });
  }
}

Deno.test("the identifier of a caller is stable, fits, and contains nothing of its owner", () => {
  const identifier = safetyIdentifier(caller!);
  assertStrictEquals(identifier, safetyIdentifier(callerWith("a-key-of-a-caller").id));
  assertMatch(identifier, /^[0-9a-f]{64}$/);
  assertNotMatch(identifier, new RegExp(caller!.split(":")[1]!));
  assertStrictEquals(identifier === safetyIdentifier(callerWith("the-key-of-another").id), false);
});

// Service tier

const noRoom: [server: string, answer: Answer][] = [
  ["OpenAI's code", refusal(429, { code: "resource_unavailable", type: "server_error" })],
  ["OpenAI's words", refusal(429, { message: "Resource Unavailable", code: null })],
  ["Groq's code", refusal(498, { code: "capacity_exceeded", type: "invalid_request_error" })],
];

for (const how of apis) {
  for (const [server, answer] of noRoom) {
    Deno.test(`${how}() uses the default tier when flex has no room, in ${server}`, async () => {
      const answers = [answer, good[how]];
      const { code, bodies } = await request(how, answers, { serviceTier: "flex" });
      assertStrictEquals(code, "none");
      assertEquals(bodies.map((body) => body.service_tier), ["flex", "default"]);
    });
  }

  Deno.test(`${how}() asks for flex again in the next call`, async () => {
    const [, answer] = noRoom[0]!;
    await using env = openModel([answer, good[how], good[how]], { serviceTier: "flex" });
    for (let n = 0; n < 2; n++) assertStrictEquals((await ask(env.model, how).turn).text, PLAN);
    const tiers = env.asked.map(({ body }) => body!.service_tier);
    assertEquals(tiers, ["flex", "default", "flex"]);
  });
}

const noFallback: [what: string, answer: Answer, options: Parameters<typeof request>[2]][] = [
  ["a rate limit", refusal(429, { code: "rate_limit_exceeded" }), { serviceTier: "flex" }],
  ["no room in another tier", noRoom[0]![1], { serviceTier: "priority" }],
  ["no room although no tier was asked for", noRoom[0]![1], {}],
];

for (const [what, answer, options] of noFallback) {
  Deno.test(`a call fails with ${what}`, async () => {
    const { code, bodies } = await request("chat", [answer, answer], options);
    assertStrictEquals(code, "rate_limited");
    assertStrictEquals(bodies.length, 1);
  });
}

// Effort

Deno.test("chat() and respond() send the effort, in the form of their API", async () => {
  assertStrictEquals((await request("chat", [good.chat])).last.reasoning_effort, "low");
  assertEquals((await request("respond", [good.respond])).last.reasoning, {
    effort: "low",
    summary: "auto",
  });
});

/** What remains of `reasoning` after the server has refused the requests. */
const refusedEfforts: [what: string, refusals: object[], reasoning: unknown][] = [
  [
    "an effort",
    [{ param: "reasoning.effort", message: "'reasoning.effort' does not support 'low'." }],
    { summary: "auto" },
  ],
  [
    "an effort and summaries",
    [{ param: "reasoning.effort" }, { param: "reasoning.summary" }],
    undefined,
  ],
  ["reasoning", [{ message: "Unknown parameter: 'reasoning'." }], undefined],
];

for (const [what, refusals, reasoning] of refusedEfforts) {
  Deno.test(`respond() does without ${what} that the server refuses`, async () => {
    const answers = [...refusals.map((error) => refusal(400, error)), good.respond];
    const { code, last } = await request("respond", answers);
    assertStrictEquals(code, "none");
    assertEquals(last.reasoning, reasoning);
  });
}

Deno.test("chat() does without an effort that the server refuses", async () => {
  const refused = refusal(400, { message: "Unrecognized request argument: reasoning_effort" });
  const { code, last } = await request("chat", [refused, good.chat]);
  assertEquals([code, "reasoning_effort" in last], ["none", false]);
});

// Storage

const stored: [how: typeof apis[number], options: Parameters<typeof request>[2], store: unknown][] =
  [
    ["chat", { isOpenAI: true }, false],
    ["chat", {}, undefined],
    ["respond", { isOpenAI: true }, false],
    ["respond", {}, false],
    ["respond", { background: true }, true],
  ];

for (const [how, options, store] of stored) {
  Deno.test(`${how}() with ${JSON.stringify(options)} sends store ${store}`, async () => {
    const answer = store === true ? send(background) : good[how];
    assertStrictEquals((await request(how, [answer], options)).last.store, store);
  });
}
