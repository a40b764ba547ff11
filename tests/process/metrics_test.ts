/**
 * Sends 200 jobs with scripted ends to the real program, and compares its counters with what was
 * sent.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { type Call, noReply, type Reply, serveOpenAIBy } from "../../testing/openai_server.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

const TOKEN = "an-admin-token-of-the-tests";
const asAdmin = { authorization: `Bearer ${TOKEN}` };

/** How many jobs end in each way; the beginning of a destination is the way. */
const script = { finished: 130, rejected: 30, repaired: 10, canceled: 10 } as const;
type Way = keyof typeof script;
const BUNDLES = 20;

const POLLS_PER_JOB = 2;

const { bundles } = sampleBundles({ preferences: { interests: ["jazz"] } });
const plan = sampleItinerary({ destination: "Oslo", durationDays: 1 });

/** Returns the way of the job that a call belongs to; `null`: it is one of the bundles. */
function wayOf({ body }: Call): Way | null {
  const text = JSON.stringify(body);
  return (Object.keys(script) as Way[]).find((way) => text.includes(`${way} place`)) ?? null;
}

/** Answers the calls of all jobs. The first answer of a repaired job has the wrong shape. */
function answerBy(corrected: Set<string>): (call: Call) => Reply {
  return (call) => {
    const way = wayOf(call);
    if (way === "rejected") return () => new Response(null, { status: 400 });
    if (way === "canceled") return noReply;
    if (way === null) return { content: JSON.stringify({ bundles }) };
    const name = JSON.stringify(call.body).match(/repaired place \d+/)?.[0];
    if (name === undefined || corrected.has(name)) return { content: JSON.stringify(plan) };
    corrected.add(name);
    return { content: '{"days":"none"}' };
  };
}

/** Reads the samples of the program by their names and labels, as Prometheus writes them. */
async function scrape(program: Program): Promise<(name: string, labels?: object) => number> {
  const response = await fetch(`${await program.url()}/metrics`, { headers: asAdmin });
  assertStrictEquals(response.status, 200);
  const samples = [...(await response.text()).matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)];
  return (name, labels = {}) => {
    const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    const found = samples.filter(([, sample, own = ""]) =>
      sample === name && wanted.every((label) => own.split(",").includes(label))
    );
    return found.reduce((sum, [, , , value]) => sum + Number(value), 0);
  };
}

/** Reads the samples once the count of waiting jobs, which is up to a second old, is 0. */
async function scrapeIdle(program: Program): ReturnType<typeof scrape> {
  for (;;) {
    const valueOf = await scrape(program);
    if (valueOf("tripwright_jobs_waiting") === 0) return valueOf;
  }
}

Deno.test("200 jobs with scripted ends: the counters are exact to one", async () => {
  await using directory = await workDirectory();
  const corrected = new Set<string>();
  await using openai = serveOpenAIBy(answerBy(corrected));
  const env = { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: openai.url, ADMIN_TOKEN: TOKEN };
  await using program = new Program(directory.path, { env });
  const create = async (path: string, body: object) => {
    const { headers } = await program.post(path, body);
    return headers.get("location")!;
  };
  const destinations = Object.entries(script).flatMap(([way, count]) =>
    Array.from({ length: count }, (_, n) => `${way} place ${n}`)
  );
  const itineraries = await Promise.all(
    destinations.map((destination) => create("/api/itineraries", { destination, durationDays: 1 })),
  );
  const generations = await Promise.all(
    Array.from(
      { length: BUNDLES },
      (_, n) => create("/api/generations", { preferences: { interests: [`jazz ${n}`] } }),
    ),
  );

  const canceled = itineraries.slice(-script.canceled);
  await Promise.all(canceled.map((path) => program.delete(path)));
  await program.untilLogged("completed", script.finished + script.repaired + BUNDLES);
  await program.untilLogged("failed", script.rejected);
  const answers = [];
  for (let n = 0; n < POLLS_PER_JOB; n++) {
    answers.push(
      ...await Promise.all(
        [...itineraries, ...generations].map(async (path) => (await program.get(path)).body),
      ),
    );
  }

  const valueOf = await withWaitLimit(scrapeIdle(program), () => "no job waits");
  const jobs = (labels: object) => valueOf("tripwright_jobs_ended_total", labels);
  const itinerary = { kind: "itinerary" };
  assertEquals({
    accepted: valueOf("tripwright_jobs_accepted_total", itinerary),
    acceptedBundles: valueOf("tripwright_jobs_accepted_total", { kind: "bundles" }),
    succeeded: jobs({ ...itinerary, outcome: "succeeded", source: "openai" }),
    succeededBundles: jobs({ kind: "bundles", outcome: "succeeded" }),
    rejected: jobs({ ...itinerary, outcome: "failed", code: "rejected" }),
    canceled: jobs({ ...itinerary, outcome: "canceled" }),
    all: jobs({}),
    durations: valueOf("tripwright_job_duration_seconds_count"),
    running: valueOf("tripwright_jobs_running"),
    waiting: valueOf("tripwright_jobs_waiting"),
  }, {
    accepted: 180,
    acceptedBundles: BUNDLES,
    succeeded: script.finished + script.repaired,
    succeededBundles: BUNDLES,
    rejected: script.rejected,
    canceled: script.canceled,
    all: 200,
    durations: 200,
    running: 0,
    waiting: 0,
  });

  const requests = (method: string, route: string, status: number) =>
    valueOf("http_server_request_duration_seconds_count", {
      http_request_method: method,
      http_route: route,
      http_response_status_code: status,
    });
  assertEquals([
    requests("POST", "/api/itineraries", 202),
    requests("POST", "/api/generations", 200),
    requests("GET", "/api/itineraries/:id", 200),
    requests("GET", "/api/generations/:id", 200),
    requests("DELETE", "/api/itineraries/:id", 202),
  ], [180, BUNDLES, 180 * POLLS_PER_JOB, BUNDLES * POLLS_PER_JOB, script.canceled]);

  // What the jobs themselves report, once for each job.
  const used = answers.slice(200).map(({ usage }) => usage);
  const total = (count: (usage: Record<string, number>) => number) =>
    used.reduce((sum, usage) => sum + (usage ? count(usage) : 0), 0);
  const tokens = ["input", "cached_input", "cache_write", "output", "reasoning"]
    .reduce((sum, type) => sum + valueOf("tripwright_tokens_total", { type }), 0);
  assertStrictEquals(
    tokens,
    total(({ inputTokens, outputTokens }) => inputTokens! + outputTokens!),
  );
  assertStrictEquals(
    valueOf("tripwright_model_errors_total", { code: "rejected" }),
    script.rejected,
  );
});
