/**
 * How long accepting, polling and claiming take, on a database in a file and without the network.
 * Compare figures of one run with each other; machines differ. `deno task bench`
 */
import { Engine } from "../jobs/engine.ts";
import { createKinds } from "../jobs/registry.ts";
import { systemClock } from "../lib/clock.ts";
import { parseConfig } from "../lib/config.ts";
import { newJob } from "../lib/job_record.ts";
import { JobStore } from "../lib/job_store.ts";
import { createModelProvider } from "../lib/model_provider.ts";
import { createApp } from "../routes/app.ts";

const directory = await Deno.makeTempDir();
const kv = await Deno.openKv(`${directory}/kv.sqlite`);
addEventListener("unload", () => {
  kv.close();
  Deno.removeSync(directory, { recursive: true });
});

const config = parseConfig({ MAX_QUEUED_JOBS: "1000000" });
const engine = new Engine({
  ...config,
  kv,
  kinds: createKinds(config),
  model: createModelProvider(config, systemClock),
  clock: systemClock,
  random: Math.random,
});
const app = createApp({ engine, corsOrigins: ["*"], apiKeys: [], now: systemClock.now });
const store = new JobStore(kv, {
  clock: systemClock,
  limits: config.limits,
  ttlMs: config.jobTtlMs,
});

function post(): Promise<Response> {
  return Promise.resolve(app.request("/api/itineraries", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ destination: "Tokyo, Japan", durationDays: 5 }),
  }));
}

const { jobId: finished } = await (await post()).json();
await engine.idle();
// From here on nothing is worked on: what is measured is one thing at a time.
await engine.stop(0);
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
