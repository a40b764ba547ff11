/**
 * The review of plans in the whole service, with an independent server of OpenAI's protocol: the
 * faults of a plan go back to the model once.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { WrittenItinerary } from "../../jobs/kinds/itinerary/plan.ts";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { LocalService } from "../../testing/local_service.ts";
import { noReply, type Reply, serveOpenAI } from "../../testing/openai_server.ts";
import { richWish, writtenRichItinerary } from "../../testing/rich_plans.ts";
import { serveWeather, weatherEnv } from "../../testing/weather_server.ts";

/** The tests run on any day, so the wish has no date. */
const { startDate: _, ...wish } = richWish;

const clean = writtenRichItinerary();

/** A plan with four faults that only the facts of the wish and the members of the plan show. */
function faulty(): WrittenItinerary {
  const plan = writtenRichItinerary();
  const [first, second, third] = plan.days;
  first!.activities[0]!.durationMinutes = 200;
  second!.activities[0]!.estimatedCost = { amount: 150, currency: "EUR" };
  third!.activities[1]!.mapQuery = first!.activities[1]!.mapQuery;
  third!.activities[1]!.needsMet = null;
  return plan;
}

const faults = [
  "- days.2.activities.1: is at the place of an activity of day 1 (" +
  '"Zé da Mouraria, Lisboa"); choose another place',
  '- days.0.activities.1: starts at 12:30, before "Castelo de São Jorge" ends; change the times, ' +
  "or leave one out",
  "- days: the activities cost 755 EUR for 2 adults and 1 child together, but the budget is 600 " +
  "EUR; choose cheaper or free ones",
  "- days.2.activities.1: needsMet must say how the meal meets the diet of the wish",
];

const codes = ["repeated_place", "overlapping_times", "over_budget", "diet_not_considered"];

function says(plan: object): Reply {
  return { content: JSON.stringify(plan) };
}

/** Creates a service that may be started several times, and the servers that it needs. */
async function setUp(...script: [Reply, ...Reply[]]) {
  const directory = await workDirectory();
  const openai = serveOpenAI(...script);
  const weather = serveWeather();
  const env = {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: openai.url,
    // Makes heartbeats frequent, and deaths quickly visible on a Deno without `tryLock`.
    LEASE_SECONDS: "1",
    ...weatherEnv(weather),
  };
  return {
    directory: directory.path,
    openai,
    env,
    start: () => LocalService.start(directory.path, env),
    async [Symbol.asyncDispose]() {
      await openai[Symbol.asyncDispose]();
      await weather[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Sends a wish and returns the answer of the finished job. */
async function run(service: LocalService, path: string, wish: object) {
  const accepted = await service.post(path, wish);
  assertStrictEquals(accepted.headers.has("location"), true, JSON.stringify(accepted.body));
  await service.untilLogged("completed");
  return (await service.get(accepted.headers.get("location")!)).body;
}

// deno-lint-ignore no-explicit-any -- the answer of a job
function codesOf(body: any): string[] {
  return body.warnings.map(({ code }: { code: string }) => code);
}

Deno.test("the faults of an itinerary go back to the model, which corrects them in a second turn", async () => {
  await using setup = await setUp(says(faulty()), says(clean));
  await using service = await setup.start();
  const body = await run(service, "/api/itineraries", wish);

  assertEquals(body.warnings, []);
  assertStrictEquals(body.itinerary[0].activities[0].durationMinutes, 90);
  const { calls } = setup.openai;
  assertStrictEquals(calls.length, 2);
  const [, second] = calls;
  const [, , answer, feedback] = second!.body.messages;
  assertEquals(second!.body.messages.length, 4);
  assertEquals([answer.role, JSON.parse(answer.content)], ["assistant", faulty()]);
  assertStrictEquals(
    feedback.content,
    [
      "Your plan has these faults:",
      ...faults,
      "Answer again with the whole corrected JSON document and nothing else.",
    ].join("\n"),
  );
});

Deno.test("the faults that an itinerary still has after the second turn are its warnings", async () => {
  await using setup = await setUp(says(faulty()), says(faulty()));
  await using service = await setup.start();
  const body = await run(service, "/api/itineraries", wish);

  assertEquals(codesOf(body), codes);
  assertEquals(body.warnings[2], {
    code: "over_budget",
    where: "days",
    message: "The plan costs about 755 EUR for 2 adults and 1 child. Your budget is 600 EUR.",
  });
  assertStrictEquals(setup.openai.calls.length, 2);
});

Deno.test("a model whose context is too small for the correction leaves the first plan", async () => {
  const message = "This model's maximum context length is 8192 tokens";
  const tooLong = () =>
    Response.json({ error: { message, code: "context_length_exceeded" } }, { status: 400 });
  await using setup = await setUp(says(faulty()), tooLong);
  await using service = await setup.start();
  const body = await run(service, "/api/itineraries", wish);

  assertEquals(codesOf(body), codes);
  assertEquals([body.attempt, body.error ?? null], [1, null]);
});

Deno.test("killed before the second turn is answered: the first turn is not paid for again", async () => {
  await using setup = await setUp(says(faulty()), noReply, says(clean));
  let path: string;
  {
    await using program = new Program(setup.directory, { env: setup.env });
    path = (await program.post("/api/itineraries", wish)).headers.get("location")!;
    await setup.openai.untilCalled(2);
    await program.end("SIGKILL");
  }
  await using service = await setup.start();
  await service.untilLogged("completed");
  const { body } = await service.get(path);

  assertEquals([body.attempt, body.warnings], [2, []]);
  const messages = setup.openai.calls.map(({ body }) => body.messages);
  assertEquals(messages.map(({ length }) => length), [2, 4, 4]);
  assertEquals(messages[2], messages[1]);
});

const preferences = { interests: ["fado"] };

Deno.test("the faults of bundles go back to the model, which corrects them in a second turn", async () => {
  const plan = sampleBundles({ preferences });
  const wrong = structuredClone(plan);
  Object.assign(wrong.bundles[0]!.keyEvents[0]!, {
    startsAt: "2020-02-29T20:00",
    url: "https://example.com/invented",
  });
  await using setup = await setUp(says(wrong), says(plan));
  await using service = await setup.start();
  const body = await run(service, "/api/generations", { preferences });

  assertEquals(body.warnings, []);
  assertStrictEquals(setup.openai.calls.length, 2);
  const { content } = setup.openai.calls[1]!.body.input.at(-1);
  assertMatch(content, /\n- bundles\.0\.keyEvents\.0: began at 2020-02-29T20:00 and is over;/);
  assertMatch(content, /\n- bundles\.0\.keyEvents\.0: no tool has returned this url;/);
});

Deno.test("the faults that bundles still have after the second turn are their warnings", async () => {
  const wrong = sampleBundles({ preferences });
  Object.assign(wrong.bundles[0]!.keyEvents[0]!, { url: "https://example.com/invented" });
  await using setup = await setUp(says(wrong), says(wrong));
  await using service = await setup.start();
  const body = await run(service, "/api/generations", { preferences });

  assertEquals(codesOf(body), ["unseen_link"]);
  assertStrictEquals(body.bundles[0].keyEvents[0].url, null);
  assertStrictEquals(setup.openai.calls.length, 2);
});
