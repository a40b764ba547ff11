/**
 * The program on a simulated Deno Deploy: instances that only live while they have requests, with no
 * disk and no queue. `deno task simulate` does the same with many jobs.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Chance } from "../../bench/chance.ts";
import {
  CallbackReceiver,
  judge,
  readRecords,
  runClients,
  type Trip,
} from "../../bench/deploy/clients.ts";
import { plans } from "../../bench/faulty_model.ts";
import type { Row } from "../../lib/history/row.ts";
import { DeployPlatform } from "../../testing/deploy/platform.ts";
import { type App, post, send } from "../../testing/http.ts";
import { serveLive } from "../../testing/live_server.ts";
import { WEBHOOK_SECRET, webhookRequest } from "../../testing/openai_webhook.ts";
import { ADMIN_TOKEN, signIn } from "../../testing/operators.ts";
import { serveOpenAIBy } from "../../testing/openai_server.ts";
import { noWeatherEnv } from "../../testing/weather_server.ts";

const apiKey = "deploy-test-api-key";

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
    isManual: true,
    maxInstances: 2,
    requestsPerStart: 2,
    random: new Chance(1).next,
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

Deno.test("Deno Deploy: a webhook starts an instance, which ends the job of a stopped one", async () => {
  const plan = plans["/api/generations"]("Porto");
  await using openai = serveLive({ content: JSON.stringify(plan) });
  await using platform = await DeployPlatform.start({
    isManual: true,
    maxInstances: 1,
    env: {
      OPENAI_API_KEY: "sk-test",
      OPENAI_BASE_URL: openai.url,
      OPENAI_BACKGROUND: "on",
      OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
      ...noWeatherEnv,
    },
  });
  const { body: { generationId } } = await post(appAt(platform), "/api/generations", {
    preferences: { otherPreferences: "Porto" },
  });
  const id = await openai.begun(0);
  // The program has stored the id of the response once it shows a part of it.
  openai.write(id, JSON.stringify(plan.bundles.slice(0, 1)).slice(0, -1));
  for (let shown: unknown[] | null = null; shown?.length !== 1;) {
    ({ body: { partial: shown } } = await send(
      appAt(platform),
      `/api/generations/${generationId}`,
    ));
  }
  await platform.stopInstances({ isHurried: true });
  assertStrictEquals(platform.size, 0);

  openai.write(id);
  const answer = await fetch(
    `${platform.url}/api/webhooks/openai`,
    webhookRequest({ response: id }),
  );
  await answer.body?.cancel();
  assertStrictEquals(answer.status, 204);
  assertStrictEquals(platform.size, 1);
  await platform.programs.at(-1)!.untilLogged("completed");
  assertEquals(openai.journal.filter((line) => line.startsWith("POST")), ["POST /responses"]);
});

Deno.test("Deno Deploy: metrics end with their instance, the history and the admin pages do not", async () => {
  await using platform = await DeployPlatform.start({
    isManual: true,
    maxInstances: 1,
    env: { GENERATOR: "sample", ADMIN_TOKEN, ...noWeatherEnv },
  });
  const app = appAt(platform);
  const authorization = `Bearer ${ADMIN_TOKEN}`;
  const accepted = async () => {
    const metrics = await app.fetch(
      new Request("http://host/metrics", { headers: { authorization } }),
    );
    assertStrictEquals(metrics.status, 200);
    const text = await metrics.text();
    const lines = text.matchAll(/^tripwright_jobs_accepted_total\{.*\} (\d+)$/gm);
    return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const { body: { jobId } } = await post(app, "/api/itineraries", {
    destination: "Porto",
    durationDays: 2,
  });
  await platform.programs[0]!.untilLogged("completed");
  assertStrictEquals(await accepted(), 1);
  const session = await signIn(app);
  await platform.stopInstances();

  assertStrictEquals(await accepted(), 0);
  assertStrictEquals(platform.size, 1);
  const history = await send(app, "/admin/api/history", { headers: { authorization } });
  const counted = history.body.points.map(({ counters }: { counters: Row["counters"] }) =>
    counters.accepted?.itinerary ?? 0
  );
  assertStrictEquals(Math.max(...counted), 1);
  const pages = { "/admin": /succeeded: from 0 to 1/, "/admin/jobs": new RegExp(jobId) };
  for (const [path, shown] of Object.entries(pages)) {
    const page = await app.fetch(new Request(`http://host${path}`, { headers: session }));
    assertStrictEquals(page.status, 200, path);
    assert(shown.test(await page.text()), path);
  }
});

Deno.test("Deno Deploy: a pause holds in instances that start later, and all show the same jobs", async () => {
  await using platform = await DeployPlatform.start({
    isManual: true,
    maxInstances: 2,
    // Each request starts an instance, as long as there is only one.
    requestsPerStart: 1,
    env: { GENERATOR: "sample", ADMIN_TOKEN, ...noWeatherEnv },
  });
  const operate = async (path: string, body?: object) => {
    const answer = await fetch(`${platform.url}/admin/api/${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
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

/** Returns the service as an application, which answers as clients of the platform see it. */
function appAt({ url }: DeployPlatform): App {
  return {
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      return fetch(new Request(`${url}${pathname}${search}`, request), { redirect: "manual" });
    },
  };
}

/** The states of the jobs, each once. */
function statesOf(
  trips: readonly Trip[],
  records: Awaited<ReturnType<typeof readRecords>>,
): string[] {
  return [...new Set(trips.map(({ id }) => records.get(id)?.state ?? "lost"))];
}
