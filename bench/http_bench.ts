/**
 * Measures how long accepting, polling and claiming take, on a database in a file, without network.
 * Compare only figures of the same run, because machines differ. `deno task bench`
 */
import type { Runtime } from "../jobs/runtime/runtime.ts";
import { Breaker } from "../lib/store/breaker.ts";
import { systemClock } from "../lib/clock.ts";
import { newJob } from "../lib/job/job_record.ts";
import { testApp } from "../testing/app.ts";
import { openStores } from "../testing/runtimes.ts";
import { openBenchRuntime } from "./runtime.ts";

const directory = await Deno.makeTempDir();
const kv = await Deno.openKv(`${directory}/kv.sqlite`);
addEventListener("unload", () => {
  kv.close();
  Deno.removeSync(directory, { recursive: true });
});

const createTestApp = (runtime: Runtime) => testApp(runtime, { clock: systemClock });
const runtime = openBenchRuntime(kv);
const appWithWorker = createTestApp(runtime);
// This app has no slots, so that no work on jobs distorts the figures.
const app = createTestApp(openBenchRuntime(kv, { config: { concurrency: 0 } }));
const { store, instances } = openStores(kv, { clock: systemClock });
const breaker = new Breaker(kv, {
  clock: systemClock,
  ring: (commit) => instances.addRing(commit),
});

function post(to = app): Promise<Response> {
  return Promise.resolve(to.request("/api/itineraries", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ destination: "Tokyo, Japan", durationDays: 5 }),
  }));
}

const { jobId: finished } = await (await post(appWithWorker)).json();
await runtime.instance.idle();
const { jobId: waiting } = await (await post()).json();

Deno.bench("livez (the minimum of a request)", async () => {
  await (await app.request("/livez")).text();
});

Deno.bench("accept", async () => {
  await (await post()).text();
});

Deno.bench("poll a waiting job", async () => {
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
  const due = await store.readDue(job.id);
  if (due && !due.isOverdue && await breaker.admit(due.job) === 0) await store.claim(due, "bench");
  b.end();
});
