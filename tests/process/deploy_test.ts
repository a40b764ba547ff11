/**
 * The program on a simulated Deno Deploy: instances that only live while they have requests, with no
 * disk and no queue. `deno task simulate` does the same with many jobs.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Chance } from "../../bench/chance.ts";
import {
  CallbackReceiver,
  judge,
  readRecords,
  runClients,
  type Trip,
} from "../../bench/deploy/clients.ts";
import { plans } from "../../bench/faulty_model.ts";
import { DeployPlatform } from "../../testing/deploy/platform.ts";
import { serveOpenAIBy } from "../../testing/openai_server.ts";
import { noWeatherEnv } from "../../testing/weather_server.ts";

const apiKey = "deploy-test-api-key";
const adminToken = "deploy-test-admin-token";

/** A model whose first calls wait until it is released: their instances are stopped meanwhile. */
function serveHeldModel() {
  const released = Promise.withResolvers<void>();
  const model = serveOpenAIBy(async ({ body }) => {
    await released.promise;
    const path = body.messages ? "/api/itineraries" : "/api/generations";
    return { content: JSON.stringify(plans[path]("Porto")) };
  });
  return { model, release: () => released.resolve() };
}

Deno.test("Deno Deploy: runs of the cron complete the jobs of clients that have left", async () => {
  const { model: unowned, release } = serveHeldModel();
  await using model = unowned;
  await using receiver = new CallbackReceiver();
  await using platform = await DeployPlatform.start({
    // Only the test runs the cron, and only the test stops instances.
    hasCrons: false,
    maxInstances: 2,
    requestsPerStart: 2,
    lagMs: 300,
    env: {
      OPENAI_API_KEY: "sk-test",
      OPENAI_BASE_URL: model.url,
      API_KEYS: apiKey,
      CALLBACK_PRIVATE_HOSTS: receiver.host,
      ...noWeatherEnv,
    },
  });
  const trips = await runClients(platform, {
    jobs: 4,
    manners: ["never asks"],
    burst: 4,
    quietMs: 0,
    absenceMs: 0,
    pollMs: 0,
    apiKey,
    chance: new Chance(1),
    receiver,
  });
  await model.untilCalled(trips.length);
  await platform.stopInstances({ isHurried: true });
  const stopped = await readRecords(platform);
  assertEquals(statesOf(trips, stopped), ["queued"]);

  release();
  await platform.runCron("sweep");
  const records = await readRecords(platform);
  await receiver.untilDelivered(trips.map(({ client }) => client));
  await platform.stopInstances();
  assertEquals(judge(trips, { records, platform, receiver }), {
    completed: trips.length,
    lost: 0,
    stuck: 0,
    "ended otherwise": 0,
    "completed twice": 0,
    "callbacks missing": 0,
  });
  assertStrictEquals(platform.counts.killed, 0);
  assertStrictEquals(platform.counts.unanswered, 0);
  const faults = platform.programs.flatMap(({ log }) => log).filter(({ level }) =>
    level === "ERROR"
  );
  assertEquals(faults, []);
});

Deno.test("Deno Deploy: a pause holds in instances that start later, and all show the same jobs", async () => {
  await using platform = await DeployPlatform.start({
    hasCrons: false,
    maxInstances: 2,
    // Each request starts an instance, as long as there is only one.
    requestsPerStart: 1,
    env: { GENERATOR: "sample", ADMIN_TOKEN: adminToken, ...noWeatherEnv },
  });
  const operate = async (path: string, body?: object) => {
    const answer = await fetch(`${platform.url}/admin/api/${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: body ? JSON.stringify(body) : null,
    });
    assertStrictEquals(answer.status, 200, await answer.clone().text());
    return await answer.json();
  };
  await operate("pause", { what: "itinerary" });
  await platform.stopInstances();
  const accepted = await fetch(`${platform.url}/api/itineraries`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ destination: "Porto", durationDays: 2 }),
  });
  await accepted.body?.cancel();
  assertStrictEquals(accepted.status, 202);
  await platform.runCron("sweep");
  const statesEverywhere = async () =>
    new Set(
      await Promise.all([1, 2, 3, 4].map(async () => {
        const { jobs } = await operate("jobs");
        return jobs.map(({ state }: { state: string }) => state).join();
      })),
    );
  assertEquals(await statesEverywhere(), new Set(["queued"]));
  assertStrictEquals(platform.size, 2);

  await operate("resume", { what: "itinerary" });
  // Else the job may run in the instance without the cron, whose end the cron does not await.
  await platform.stopInstances();
  await platform.runCron("sweep");
  assertEquals(await statesEverywhere(), new Set(["succeeded"]));
});

/** The states of the jobs, each once. */
function statesOf(
  trips: readonly Trip[],
  records: Awaited<ReturnType<typeof readRecords>>,
): string[] {
  return [...new Set(trips.map(({ id }) => records.get(id)?.state ?? "lost"))];
}
