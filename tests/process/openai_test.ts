/**
 * The whole service with the real model client and an independent server of OpenAI's protocol. The
 * first tests start the program, the others the service in this process.
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { serveLocally } from "../../testing/local_server.ts";
import {
  eventStream,
  noReply,
  type Reply,
  serveOpenAI,
  sse,
  sseText,
} from "../../testing/openai_server.ts";
import { LocalService } from "../../testing/local_service.ts";
import { samplePlan, storedBundles } from "../../testing/plans.ts";
import { type LogLine, Program, workDirectory } from "../../testing/program.ts";
import { answerWeather, weatherEnv } from "../../testing/weather_server.ts";

const KEY = "sk-test-do-not-show-0123456789";
const UPSTREAM = "upstream text that no client may see";

const wish = { destination: "Lisbon", durationDays: 2 };
const plan = sampleItinerary(wish);
const preferences = { interests: ["fado"], timeframe: "This weekend" };
const bundles = sampleBundles({ preferences });

type Env = Record<string, string>;

/** How a test starts the service. */
type Start = (directory: string, env: Env) => Promise<Program | LocalService>;

/** Starts the program, for tests that need its permissions, its arguments or its own output. */
const asProgram: Start = (directory, env) => Promise.resolve(new Program(directory, { env }));

/** Starts the service in this process. */
const here: Start = (directory, env) => LocalService.start(directory, env);

/** Sends one wish to a new service with a scripted model. */
async function run(
  path: string,
  wish: unknown,
  { script, env = {}, start = here }: { script: [Reply, ...Reply[]]; env?: Env; start?: Start },
) {
  await using openai = serveOpenAI(...script);
  await using directory = await workDirectory();
  const variables = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: openai.url, ...env };
  await using service = await start(directory.path, variables);
  const accepted = await service.post(path, wish);
  const hasEnded = ({ log }: { log: LogLine[] }) =>
    log.some(({ message }) => /^(completed|failed)$/.test(message));
  await service.until(hasEnded);
  const { body } = await service.get(accepted.headers.get("location")!);
  const { output, log } = service;
  const database = await contentsOf(`${directory.path}/data`);
  assert(database.includes(accepted.headers.get("location")!.split("/").at(-1)!));
  for (const secret of [KEY, UPSTREAM]) {
    assert(!output.includes(secret), "a secret is in the log");
    assert(!JSON.stringify(body).includes(secret), "a secret is in the answer");
    assert(!database.includes(secret), "a secret is in the database");
  }
  assert(!/Lisbon|fado/.test(output), "the wish is in the log");
  return { body, log, calls: openai.calls };
}

/** The content of all files of a directory, byte by byte. */
async function contentsOf(directory: string): Promise<string> {
  let contents = "";
  for await (const { name, isFile } of Deno.readDir(directory)) {
    const latin1 = new TextDecoder("latin1");
    if (isFile) contents += latin1.decode(await Deno.readFile(`${directory}/${name}`));
  }
  return contents;
}

const itinerary = (script: [Reply, ...Reply[]], env: Env = {}, start = here) =>
  run("/api/itineraries", wish, { script, env, start });
const generation = (script: [Reply, ...Reply[]], env: Env = {}, start = here) =>
  run("/api/generations", { preferences }, { script, env, start });

const good: Reply = { content: JSON.stringify(plan) };
const goodBundles: Reply = { content: JSON.stringify(bundles), reasoning: "Writing it down" };

/** A chunk of an answer of Chat Completions. */
function chunk(delta: object, finish_reason: string | null = null): object {
  return { id: "chatcmpl-1", choices: [{ index: 0, delta, finish_reason }] };
}

/** An answer of the Responses API with this status. */
function response(status: string, more: object): Reply {
  const response = { id: "resp_1", status, output: [], ...more };
  return sse([{ type: `response.${status}`, sequence_number: 0, response }]);
}

function errorReply(status: number, code: string, more: object = {}): Reply {
  return { status, error: { message: UPSTREAM, type: code, code }, ...more };
}

Deno.test("an itinerary is written by Chat Completions with a strict schema", async () => {
  const { body, calls } = await itinerary([good], {}, asProgram);
  assertStrictEquals(body.status, "completed");
  assertStrictEquals(body.source, "openai");
  assertEquals(body.itinerary, samplePlan(wish).days);

  assertStrictEquals(calls.length, 1);
  const [{ path, authorization, body: request }] = calls as [typeof calls[0]];
  assertStrictEquals(path, "/v1/chat/completions");
  assertStrictEquals(authorization, `Bearer ${KEY}`);
  assertStrictEquals(request.model, "gpt-6-luna");
  const { type, json_schema } = request.response_format;
  assertStrictEquals(type, "json_schema");
  assertStrictEquals(json_schema.strict, true);
  const { days } = json_schema.schema.properties;
  assertEquals([days.minItems, days.maxItems], [2, 2]);
  assertEquals(request.messages.map((m: { role: string }) => m.role), ["system", "user"]);
  assert(!request.messages[0].content.includes("Lisbon"));
  assert(request.messages[1].content.includes("Lisbon"));
});

Deno.test("bundles are written in turns, with tools that call other services", async () => {
  await using services = serveLocally((_request, url) => {
    const weather = answerWeather(url);
    if (weather) return weather;
    return Response.json({
      _embedded: {
        events: [{
          name: "Fado Night",
          url: "https://www.ticketmaster.pt/fado",
          dates: { start: { localDate: "2026-11-28", localTime: "21:00:00" } },
          _embedded: { venues: [{ name: "Casa", city: { name: "Lisbon" } }] },
        }],
      },
    });
  });
  const events = {
    keyword: "fado",
    city: "Lisbon",
    countryCode: "PT",
    startDate: "2026-11-28",
    endDate: "2026-11-29",
  };
  const { body, calls, log } = await generation([
    {
      reasoning: "Looking at the weather",
      // The program needs the tables of ISO 3166 for this code.
      toolCalls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Lisbon, PRT"}' }],
    },
    {
      reasoning: "Looking for events",
      toolCalls: [
        { id: "call_2", name: "search_events", arguments: JSON.stringify(events) },
        { id: "call_3", name: "get_weather", arguments: '{"town":"Porto"}' },
      ],
    },
    goodBundles,
  ], {
    TICKETMASTER_API_KEY: "tm-key",
    TICKETMASTER_BASE_URL: services.url,
    ...weatherEnv(services),
    BUNDLES_WEB_SEARCH: "1",
  }, asProgram);
  assertStrictEquals(body.status, "completed");
  assertEquals(body.bundles, storedBundles(bundles, "Europe/Lisbon").bundles);
  assertEquals(
    body.reasoningSummaries,
    ["Looking at the weather", "Looking for events", "Writing it down"],
  );
  assertMatch(body.openaiResponseId, /^resp/);
  assertEquals(
    services.requests.map(({ pathname }) => pathname),
    ["/v1/search", "/v1/forecast", "/discovery/v2/events.json"],
  );

  assertStrictEquals(calls.length, 3);
  const [first, second, third] = calls.map((call) => call.body);
  assertStrictEquals(first.model, "gpt-6.1-terra");
  assertEquals(first.reasoning, { summary: "auto" });
  assertStrictEquals(first.store, false);
  assertStrictEquals(first.text.format.strict, true);
  assertEquals(
    first.tools.map((tool: { name?: string; type: string }) => tool.name ?? tool.type),
    ["search_events", "get_weather", "web_search"],
  );
  // Each request repeats the whole conversation, the reasoning included.
  assertEquals(second.input.slice(0, 1), first.input);
  assertEquals(
    second.input.slice(1).map((item: { type: string }) => item.type),
    ["reasoning", "function_call", "function_call_output"],
  );
  assertStrictEquals(second.input[3].call_id, "call_1");
  assertMatch(second.input[3].output, /"name":"Lisbon".*"sky":"overcast"/);
  assertNotMatch(second.input[3].output, /notes/);
  assertEquals(third.input.slice(0, 4), second.input);
  assertMatch(third.input[7].output, /Fado Night/);
  assertMatch(third.input[8].output, /The arguments are not valid/);

  const steps = log.filter((line) => line.message === "step").map((line) => line.step);
  assertEquals(steps.toSorted(), [
    "turn-1",
    "turn-1/tool-1",
    "turn-2",
    "turn-2/tool-1",
    "turn-2/tool-2",
    "turn-3",
    "turn-3/places",
  ]);
});

Deno.test("neither the key nor a text of OpenAI gets into an answer, the log or the database", async () => {
  // `run` looks for both after every test of this file; here the error repeats the key.
  const message = `${UPSTREAM}: ${KEY}`;
  const answer = { error: { message, type: message, code: message } };
  // A wait beyond the deadline fails the job at once.
  const init = { status: 500, headers: { "retry-after": "3600" } };
  const { body, log } = await itinerary([() => Response.json(answer, init)], {}, asProgram);
  assertStrictEquals(body.error, "OpenAI API error: 500");
  assertStrictEquals(log.at(-1)?.error, "OpenAI API error: 500");
});

Deno.test("a model that keeps calling tools is stopped after ten turns", async () => {
  const { body, calls } = await generation([
    { toolCalls: [{ id: "call_1", name: "no_such_tool", arguments: "{}" }] },
  ]);
  assertStrictEquals(body.status, "failed");
  assertStrictEquals(body.error, "Maximum iteration limit reached");
  assertStrictEquals(body.failure.code, "iteration_limit");
  assertStrictEquals(calls.length, 10);
});

for (
  const [status, code] of [[429, "rate_limit_exceeded"], [500, "server_error"], [
    503,
    "slow",
  ]] as const
) {
  Deno.test(`${status} ${code} is waited for, and uses no attempt`, async () => {
    const { body, calls, log } = await itinerary([errorReply(status, code), good]);
    assertStrictEquals(body.status, "completed");
    assertStrictEquals(body.attempt, 1);
    assertStrictEquals(calls.length, 2);
    assertStrictEquals(log.filter(({ message }) => message === "held back").length, 1);
  });
}

const stops: [name: string, script: [Reply, ...Reply[]], code: string, error: string][] = [
  [
    "a spent quota",
    [errorReply(429, "insufficient_quota")],
    "quota_exceeded",
    "OpenAI API error: 429 insufficient_quota",
  ],
  [
    "a wrong key",
    [errorReply(401, "invalid_api_key")],
    "unauthorized",
    "OpenAI API error: 401 invalid_api_key",
  ],
  [
    "a model that does not exist",
    [errorReply(404, "model_not_found")],
    "rejected",
    "OpenAI API error: 404 model_not_found",
  ],
  [
    "a refusal",
    [sse([chunk({ role: "assistant", refusal: UPSTREAM }), chunk({}, "stop")])],
    "refused",
    "OpenAI API refused the request",
  ],
  [
    "the content filter",
    [{ content: UPSTREAM, finishReason: "content_filter" }],
    "content_filtered",
    "OpenAI API content filter stopped the response",
  ],
];

for (const [name, script, code, error] of stops) {
  Deno.test(`${name} fails the job at once`, async () => {
    const { body, calls } = await itinerary(script);
    assertStrictEquals(body.status, "failed");
    assertStrictEquals(body.error, error);
    assertStrictEquals(body.failure.code, code);
    assertStrictEquals(calls.length, 1);
  });
}

Deno.test("a refusal in a turn of bundles fails the job at once", async () => {
  const { body } = await generation([
    response("completed", {
      output: [{ type: "message", content: [{ type: "refusal", refusal: UPSTREAM }] }],
    }),
  ]);
  assertStrictEquals(body.failure.code, "refused");
});

Deno.test("the content filter in a turn of bundles fails the job at once", async () => {
  const { body } = await generation([
    response("incomplete", { incomplete_details: { reason: "content_filter" } }),
  ]);
  assertStrictEquals(body.failure.code, "content_filtered");
});

const quotaCodes = [
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
];

for (const code of quotaCodes) {
  Deno.test(`${code} produces a placeholder when USE_MOCK_IF_QUOTA is set`, async () => {
    const { body } = await itinerary([errorReply(429, code)], { USE_MOCK_IF_QUOTA: "1" });
    assertStrictEquals(body.status, "completed");
    assertStrictEquals(body.source, "placeholder");
    assertStrictEquals(body.itinerary.length, wish.durationDays);
  });
}

Deno.test("a spent quota inside a response produces a placeholder", async () => {
  const failed = response("failed", {
    error: { code: "insufficient_quota", message: UPSTREAM },
  });
  const { body } = await generation([failed], { USE_MOCK_IF_QUOTA: "1" });
  assertStrictEquals(body.source, "placeholder");
});

const cutOff: Reply = { content: '{"days":[{"day":1', finishReason: "length" };
const wrongDays: Reply = { content: JSON.stringify(sampleItinerary({ ...wish, durationDays: 3 })) };

Deno.test("a truncated answer is requested again with more tokens", async () => {
  const { body, calls } = await itinerary([cutOff, good]);
  assertStrictEquals(body.status, "completed");
  const room = calls.map((call) => call.body.max_completion_tokens);
  assertStrictEquals(room[1], 2 * room[0]);
});

Deno.test("an answer of the wrong shape is requested again with its errors", async () => {
  const { body, calls } = await itinerary([wrongDays, good]);
  assertStrictEquals(body.status, "completed");
  assertStrictEquals(body.attempt, 1);
  assertMatch(calls[1]!.body.messages[3].content, /must have exactly 2 entries/);
});

for (const [reply, code] of [[cutOff, "truncated"], [wrongDays, "invalid_output"]] as const) {
  Deno.test(`an answer that is ${code} twice fails the job`, async () => {
    const { body, calls } = await itinerary([reply]);
    assertStrictEquals(body.status, "failed");
    assertStrictEquals(body.failure.code, code);
    assertStrictEquals(calls.length, 2);
  });
}

Deno.test("bundles of the wrong shape are requested again in the same conversation", async () => {
  const { body, calls } = await generation([
    { content: '{"bundles":[]}', reasoning: "Writing it down" },
    goodBundles,
  ]);
  assertStrictEquals(body.status, "completed");
  const { input } = calls[1]!.body;
  assertEquals(input.map((item: { role?: string; type?: string }) => item.role ?? item.type), [
    "user",
    "reasoning",
    "assistant",
    "user",
  ]);
});

Deno.test("an answer that does not arrive in time is a timeout", async () => {
  const { body } = await itinerary([noReply], { OPENAI_TIMEOUT_SECONDS: "1", MAX_ATTEMPTS: "1" });
  assertStrictEquals(body.error, "OpenAI API request timed out");
  assertEquals([body.failure.code, body.failure.retryable], ["timeout", true]);
});

Deno.test("an answer that stalls in its middle is a timeout", async () => {
  const beginning = new TextEncoder().encode(
    sseText([chunk({ content: '{"days":' })]) + "data: {",
  );
  const stalling: Reply = () =>
    eventStream(new ReadableStream({ start: (body) => body.enqueue(beginning) }));
  const { body } = await itinerary([stalling], { OPENAI_TIMEOUT_SECONDS: "1", MAX_ATTEMPTS: "1" });
  assertStrictEquals(body.failure.code, "timeout");
});

/** What a server sends before it closes the connection: `head` are headers. */
const beginning = sseText([chunk({ content: '{"days":' })]);
const brokenAnswers = {
  "too short": { head: "content-length: 1000", text: beginning },
  "without its last chunk": { head: "transfer-encoding: chunked", text: "5\r\ndata:\r\n" },
  "with an invalid chunk": { head: "transfer-encoding: chunked", text: "5\r\ndata:\r\nZZ\r\n" },
  "not compressed as it says": {
    head: "content-encoding: gzip\r\ncontent-length: 5",
    text: "data:",
  },
};
const wishes = {
  "/api/itineraries": wish,
  "/api/generations": { preferences: { otherPreferences: "Porto" } },
};

for (const [how, { head, text }] of Object.entries(brokenAnswers)) {
  for (const [path, body] of Object.entries(wishes)) {
    Deno.test(`${path}: an answer that is ${how} is a lost connection`, async () => {
      const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
      const ended = (async () => {
        for await (const accepted of listener) {
          using connection = accepted;
          await connection.read(new Uint8Array(65_536));
          const start = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${head}\r\n\r\n`;
          await connection.write(new TextEncoder().encode(start + text));
        }
      })();
      await using directory = await workDirectory();
      await using program = new Program(directory.path, {
        env: {
          OPENAI_API_KEY: KEY,
          OPENAI_BASE_URL: `http://127.0.0.1:${listener.addr.port}/v1`,
          MAX_ATTEMPTS: "1",
        },
      });
      await program.post(path, body);
      await program.untilLogged("failed");
      const { code } = program.log.find(({ message }) => message === "failed")!;
      assertStrictEquals(code, "connection_lost");
      listener.close();
      await ended;
    });
  }
}

Deno.test("a job waits for a server that cannot be reached, and says so", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    // The discard port, which is closed.
    env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: "http://127.0.0.1:9/v1", MAX_ATTEMPTS: "1" },
  });
  const accepted = await program.post("/api/itineraries", wish);
  const held = ({ message }: { message: string }) => message === "held back";
  await program.until(({ log }) => log.some(held));
  assertStrictEquals(program.log.find(held)?.code, "connection_lost");
  const { body } = await program.get(accepted.headers.get("location")!);
  assertEquals([body.status, body.progress.phase], ["processing", "waiting"]);
  assertMatch(body.progress.message, /^The model service cannot be reached\. /);
});

Deno.test("an answer that is cut is a lost connection, and a page is an upstream error", async () => {
  const half = chunk({ content: JSON.stringify(plan).slice(0, 100) });
  const cut = ["connection_lost", "OpenAI API stream ended before the answer"];
  const unreadable = ["upstream_error", "OpenAI API error: unreadable response"];
  const answers: [Reply, string[]][] = [
    [() => new Response("<html>", { headers: { "content-type": "text/html" } }), unreadable],
    [() => Response.json({ id: "chatcmpl-1", choices: [] }), unreadable],
    [() => eventStream(sseText([half])), cut],
    [sse([half]), cut],
  ];
  for (const [answer, expected] of answers) {
    const { body } = await itinerary([answer], { MAX_ATTEMPTS: "1" });
    assertEquals([body.failure.code, body.error], expected);
  }
});

Deno.test("an answer that arrives whole needs no last event", async () => {
  const { body, calls } = await itinerary([sse([chunk({ content: JSON.stringify(plan) })])]);
  assertEquals([body.status, calls.length], ["completed", 1]);
});

Deno.test("a stream whose events are not OpenAI's is an upstream error", async () => {
  for (const data of ["5", '{"hello":"world"}']) {
    const { body } = await itinerary([() => eventStream(`data: ${data}\n\n`)], {
      MAX_ATTEMPTS: "1",
    });
    assertStrictEquals(body.failure.code, "upstream_error");
    assertStrictEquals(body.error, "OpenAI API error: unreadable response");
  }
});

Deno.test("an organization without access to reasoning summaries gets its bundles without them", async () => {
  const unverified = () =>
    Response.json({
      error: {
        message: UPSTREAM,
        type: "invalid_request_error",
        param: "reasoning.summary",
        code: "unsupported_value",
      },
    }, { status: 400 });
  const script: [Reply, Reply] = [unverified, { content: JSON.stringify(bundles) }];
  const { body, calls } = await generation(script, { BUNDLES_EFFORT: "medium" });
  assertStrictEquals(body.status, "completed");
  assertEquals(calls[1]!.body.reasoning, { effort: "medium" });
});
