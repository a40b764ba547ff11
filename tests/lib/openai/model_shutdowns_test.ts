import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { ModelShutdowns } from "../../../lib/openai/model_shutdowns.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { serveLocally } from "../../../testing/local_server.ts";

const models = { ITINERARY_MODEL: "small", BUNDLES_MODEL: "large" };
const KEY = "sk-test-0123456789";

/** Asks a server for the dates, and returns the warnings and the requests. */
async function check(
  answer: () => Response | Promise<Response>,
  options: { isOpenAI?: boolean; apiKey?: string | undefined } = {},
) {
  const requests: (string | null)[] = [];
  await using server = serveLocally((request, { pathname }) => {
    requests.push(`${request.method} ${pathname}`, request.headers.get("authorization"));
    return answer();
  });
  const baseUrl = `${server.url}/v1`;
  const clock = new FakeClock();
  const usual = { apiKey: KEY, isOpenAI: true };
  const shutdowns = new ModelShutdowns({ ...usual, baseUrl, models, clock, ...options });
  assertEquals(shutdowns.warnings, []);
  await shutdowns.check();
  return { warnings: shutdowns.warnings, requests };
}

const list = (...data: unknown[]) => () => Response.json({ object: "list", data });
const small = "OpenAI shuts down the model small (ITINERARY_MODEL) on 2027-01-15";
const large = "OpenAI shuts down the model large (BUNDLES_MODEL) on 2027-02-01";

const answers: [what: string, answer: () => Response, warnings: string[]][] = [
  ["a date", list({ id: "small", shutdown_date: "2027-01-15" }), [small]],
  ["a date with a time", list({ id: "small", shutdown_date: "2027-01-15T00:00:00Z" }), [small]],
  [
    "dates of both models and of another one",
    list(
      { id: "large", shutdown_date: "2027-02-01" },
      { id: "other", shutdown_date: "2027-03-01" },
      { id: "small", shutdown_date: "2027-01-15" },
    ),
    [small, large],
  ],
  ["no date", list({ id: "small", shutdown_date: null }, { id: "large" }), []],
  ["no such model", list(), []],
  ["text in place of a date", list({ id: "small", shutdown_date: "soon, says sk-secret" }), []],
  [
    "a date beside text in place of one",
    list({ id: "other", shutdown_date: "soon" }, { id: "small", shutdown_date: "2027-01-15" }),
    [small],
  ],
  ["an unexpected list", () => Response.json({ models: [] }), []],
  ["an HTML page", () => new Response("<html>"), []],
  ["401", () => Response.json({ error: {} }, { status: 401 }), []],
  ["500", () => new Response(null, { status: 500 }), []],
];

for (const [what, answer, warnings] of answers) {
  Deno.test(`check() gives ${warnings.length} warnings after ${what}`, async () => {
    const checked = await check(answer);
    assertEquals(checked.warnings, warnings);
    assertEquals(checked.requests, ["GET /v1/models", `Bearer ${KEY}`]);
  });
}

for (const options of [{ isOpenAI: false }, { apiKey: undefined }]) {
  Deno.test(`check() asks no server with ${JSON.stringify(options)}`, async () => {
    const { warnings, requests } = await check(answers[0]![1], options);
    assertEquals([warnings, requests], [[], []]);
  });
}

Deno.test("check() gives up after ten seconds", async () => {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const asked = Promise.withResolvers<void>();
  await using server = serveLocally(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  const options = { apiKey: KEY, baseUrl: server.url, isOpenAI: true, models, clock };
  const shutdowns = new ModelShutdowns(options);
  const checked = shutdowns.check();
  await asked.promise;
  clock.advance(10_000);
  await checked;
  assertEquals(shutdowns.warnings, []);
  assertStrictEquals(clock.now() - startedAt, 10_000);
});

Deno.test("the warnings name the variable to change, and contain no key", async () => {
  const { warnings: [warning] } = await check(answers[0]![1]);
  assertMatch(warning!, /ITINERARY_MODEL/);
  assert(!warning!.includes(KEY));
});
