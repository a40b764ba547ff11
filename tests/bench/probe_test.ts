/**
 * The probe of a model server, started as its task starts it, with its own permissions.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { answerAs, modelServers } from "../../testing/model_servers.ts";
import { workDirectory } from "../../testing/program.ts";
import { taskArguments } from "../../testing/task_command.ts";
import { answerWeather } from "../../testing/weather_server.ts";

const day = JSON.stringify(sampleItinerary({ destination: "Ghent", durationDays: 1 }));
const bundles = JSON.stringify(sampleBundles({ preferences: { interests: ["music"] } } as never));

/** Runs the task in a directory without `.env`. */
async function probe(args: string[], env: Record<string, string>) {
  await using directory = await workDirectory();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments("probe", { args }),
    cwd: directory.path,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, output: output!, errors: errors! };
}

/** Runs the task with a server that speaks like this one. */
async function probeServer(name: string, args: string[] = []) {
  const server = modelServers.find((server) => server.name === name)!;
  await using upstream = serveLocally(async (request, url) => {
    const weather = answerWeather(url);
    if (weather) return weather;
    const body = await request.clone().text();
    return await answerAs(server, request, body.includes("durationDays") ? day : bundles);
  });
  return await probe(args, {
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    OPEN_METEO_BASE_URL: upstream.url,
    OPEN_METEO_GEOCODING_BASE_URL: upstream.url,
  });
}

Deno.test("the probe prints what a server does not support", async () => {
  const { code, output, errors } = await probeServer("Mistral");

  assertStrictEquals(code, 0, errors + output);
  assertMatch(output, /│ itinerary .*"completed".*"stream_options; max_completion_tokens"/);
  assertMatch(output, /│ bundles .*"completed".*"Responses API; stream_options/);
});

Deno.test("the probe reports a failed plan, and its exit code says so", async () => {
  await using upstream = serveLocally(() =>
    Response.json({ error: { code: "model_not_found" } }, { status: 404 })
  );
  const { code, output } = await probe(["--json"], { OPENAI_BASE_URL: `${upstream.url}/v1` });
  const results = JSON.parse(output);

  assertStrictEquals(code, 1);
  assertEquals(results.map(({ result }: { result: string }) => result), ["rejected", "rejected"]);
  assertMatch(results[0].hint, /^OpenAI API error: 404 model_not_found\. /);
});

Deno.test("the probe needs a model", async () => {
  const { code, errors } = await probe([], {});

  assertStrictEquals(code, 1);
  assertMatch(errors, /no model is configured, set OPENAI_API_KEY/);
});
