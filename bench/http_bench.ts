/**
 * How long accepting, polling and claiming take, on a database in a file and without the network.
 * Compare figures of one run with each other; machines differ. `deno task bench`
 */
import { Engine, type EngineOptions } from "../jobs/engine.ts";
import { createKinds } from "../jobs/registry.ts";
import { systemClock } from "../lib/clock.ts";
import { parseConfig } from "../lib/config.ts";
import { newJob } from "../lib/job_record.ts";
import { createModelProvider } from "../lib/model_provider.ts";
import { createApp } from "../routes/app.ts";
import { openStores } from "../tests/support/engines.ts";

const directory = await Deno.makeTempDir();
const kv = await Deno.openKv(`${directory}/kv.sqlite`);
addEventListener("unload", () => {
  kv.close();
  Deno.removeSync(directory, { recursive: true });
});

const config = parseConfig({ MAX_QUEUED_JOBS: "1000000" });
const options: EngineOptions = {
  ...config,
  kv,
  kinds: createKinds(config),
  model: createModelProvider(config, systemClock),
  clock: systemClock,
  random: Math.random,
};
const engine = new Engine(options);
const worked = createApp({ engine, corsOrigins: ["*"], apiKeys: [], now: systemClock.now });
// Without a slot nothing is worked on: what is measured is one thing at a time.
const waitingRoom = new Engine({ ...options, concurrency: 0 });
const app = createApp({
  engine: waitingRoom,
  corsOrigins: ["*"],
  apiKeys: [],
  now: systemClock.now,
});
const { store } = openStores(kv, {
  clock: systemClock,
  limits: config.limits,
  ttlMs: config.jobTtlMs,
});

function post(to = app): Promise<Response> {
  return Promise.resolve(to.request("/api/itineraries", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ destination: "Tokyo, Japan", durationDays: 5 }),
  }));
}

const { jobId: finished } = await (await post(worked)).json();
await engine.idle();
const { jobId: waiting } = await (await post()).json();

Deno.bench("livez (the floor)", async () => {
  await (await app.request("/livez")).text();
});

Deno.bench("accept", async () => {
  await (await post()).text();
});

Deno.bench("poll a job that waits", async () => {
  await (await app.request(`/api/itineraries/${waiting}`)).text();
});

Deno.bench("poll a finished job of 5 days", async () => {
  await (await app.request(`/api/itineraries/${finished}`)).text();
});

Deno.bench("claim", async (b) => {
  const job = newJob({
    id: crypto.randomUUID(),
    kind: "itinerary",
    request: {},
    promptVersion: "bench",
    now: Date.now(),
    ttlMs: 60_000,
  });
  await store.accept(job);
  b.start();
  await store.claim(job.id, { holder: "bench" });
  b.end();
});
