/**
 * The evaluation, started as its task starts it, with its own permissions.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { type Call, serveOpenAIBy, sse } from "../../testing/openai_server.ts";
import { workDirectory } from "../../testing/program.ts";
import { taskArguments } from "../../testing/task_command.ts";

/** Runs the task in a directory without `.env`. */
async function evaluate(args: string[], env: Record<string, string>) {
  await using directory = await workDirectory();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments("eval", { args }),
    cwd: directory.path,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, output: output!, errors: errors! };
}

/** Returns the wish in a call. */
function wishOf({ body }: Call) {
  const [message] = (body.messages ?? body.input).filter((m: { role: string }) =>
    m.role === "user"
  );
  const { content } = message;
  const text = typeof content === "string" ? content : content[0].text;
  return JSON.parse(text.slice("<wish>\n".length, -"\n</wish>".length));
}

Deno.test("the evaluation passes with the sample generator", async () => {
  const { code, output, errors } = await evaluate([], { GENERATOR: "sample" });

  assertStrictEquals(code, 0, errors);
  assertMatch(output, /│ 30 days .*"30\/30"/);
  assertMatch(output, /^repeats: 0, invented links: 0,/m);
  assertMatch(output, /\n15 of 15 requests passed all hard checks .*\n$/);
});

Deno.test("the evaluation fails if two activities of a day start at the same time", async () => {
  await using openai = serveOpenAIBy((call) => {
    const plan = sampleItinerary(wishOf(call));
    const [first, second] = plan.days[4]?.activities ?? [];
    if (plan.days.length === 5) second!.time = first!.time;
    return { content: JSON.stringify(plan), usage: { prompt_tokens: 100, completion_tokens: 10 } };
  });

  const { code, output } = await evaluate(["--only", "itinerary", "--json"], {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: openai.url,
    ITINERARY_MODEL: "small",
    MODEL_PRICES: '{"small":{"input":1,"output":10}}',
  });

  const { results, ...summary } = JSON.parse(output);
  assertStrictEquals(code, 1);
  assertEquals([summary.requests, summary.passed], [10, 9]);
  assertEquals([summary.inputTokens, summary.outputTokens], [1000, 100]);
  assertStrictEquals(summary.costUsd.toFixed(6), "0.002000");
  const failed = results.filter(({ passed }: { passed: boolean }) => !passed);
  assertStrictEquals(failed.length, 1);
  assertStrictEquals(failed[0].label, "island");
  assertStrictEquals(failed[0].report.isAscending, false);
});

Deno.test("the evaluation fails if there is no plan, and shows the failure", async () => {
  const cut = sse([{ type: "response.created", response: { id: "resp_1" } }]);
  await using openai = serveOpenAIBy(() => cut);
  const { code, output } = await evaluate(["--only", "bundles"], {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: openai.url,
    MAX_ATTEMPTS: "1",
  });

  assertStrictEquals(code, 1);
  assertMatch(output, /^Spanish: connection_lost: /m);
  assertMatch(output, /\n0 of 5 requests passed/);
});

Deno.test("the evaluation distinguishes links of tools from invented ones", async () => {
  const found = "https://tickets.example.com/1";
  const start = { localDate: "2026-11-28", localTime: "21:00:00" };
  await using tickets = serveLocally(() =>
    Response.json({ _embedded: { events: [{ name: "Fado", url: found, dates: { start } }] } })
  );
  const search = {
    keyword: null,
    city: "Lisbon",
    countryCode: null,
    startDate: "2026-11-28",
    endDate: "2026-11-29",
  };
  await using openai = serveOpenAIBy((call) => {
    const hasSearched = JSON.stringify(call.body.input).includes(found);
    if (!hasSearched) {
      return { toolCalls: [{ name: "search_events", arguments: JSON.stringify(search) }] };
    }
    const plan = sampleBundles(wishOf(call));
    const [first, second] = plan.bundles[0]!.keyEvents;
    first!.url = found;
    second!.url = `${found}/invented`;
    return { content: JSON.stringify(plan) };
  });

  const { code, output } = await evaluate(["--only", "bundles", "--json"], {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: openai.url,
    TICKETMASTER_API_KEY: "ticket-key",
    TICKETMASTER_BASE_URL: tickets.url,
  });

  assertStrictEquals(code, 0);
  for (const { report, turns, toolCalls } of JSON.parse(output).results) {
    assertEquals(report.inventedLinks, [`${found}/invented`]);
    assertEquals([turns, toolCalls], [2, 1]);
  }
});

const refused: [args: string[], env: Record<string, string>, reason: string][] = [
  [["--only", "hotels"], {}, "--only must be itinerary or bundles"],
  [["--concurrency", "0"], {}, "--concurrency must be a whole number from 1"],
  [[], { PORT: "x" }, 'PORT is "x", expected a whole number from 0 to 65535'],
];

for (const [args, env, reason] of refused) {
  Deno.test(`the evaluation does not start: ${reason}`, async () => {
    const { code, errors } = await evaluate(args, env);

    assertStrictEquals(code, 1);
    assertStrictEquals(errors, `Cannot start: ${reason}\n`);
  });
}
