/**
 * Counts the requests to the database: of a job, of polls, and of an instance without work. Over KV
 * Connect and on a hosted database, each of them is a request over the network, which is paid for.
 * `deno task requests`
 *
 * `--idle`: how many seconds an instance without work is watched.
 */
import { parseArgs } from "node:util";
import type { Runtime } from "../jobs/runtime/runtime.ts";
import { systemClock } from "../lib/clock.ts";
import { parseConfig } from "../lib/config.ts";
import { patientKv } from "../lib/store/database.ts";
import { groupCommits } from "../lib/store/group_commit.ts";
import { techno, testApp, tokyo } from "../testing/app.ts";
import { countRequests, type KvRequests } from "../testing/counted_kv.ts";
import { workDirectory } from "../testing/program.ts";
import { openBenchRuntime } from "./runtime.ts";

const { values } = parseArgs({ options: { idle: { type: "string", default: "60" } } });

/** As often as jobs and polls are repeated for an average. */
const TIMES = 20;

/** A model takes as long for an itinerary. */
const SLOW_MS = 20_000;

/** As many jobs as are accepted at the same time to see what they share. */
const TOGETHER = 32;

/** An instance reads more when it starts, and writes its first report. */
const START_MS = 5_000;

/** Returns the requests that `work` causes, for each of `times`. */
async function requestsOf(work: () => Promise<unknown>, times = 1): Promise<KvRequests> {
  const before = { ...requests };
  await work();
  const each = (count: number) => Number((count / times).toFixed(2));
  return {
    reads: each(requests.reads - before.reads),
    commits: each(requests.commits - before.commits),
  };
}

await using directory = await workDirectory();
const { kv: counted, requests } = countRequests(await Deno.openKv(`${directory.path}/kv.sqlite`));
const kv = groupCommits(patientKv(counted));
const rows: Record<string, KvRequests> = {};

async function post(app: ReturnType<typeof testApp>, path: string, body: unknown): Promise<string> {
  const answer = await app.request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await answer.body?.cancel();
  return answer.headers.get("location")!;
}

/** Runs `work` this many times, one after the other. */
async function repeat(work: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < TIMES; n++) await work();
}

async function countJobs(runtime: Runtime): Promise<void> {
  const app = testApp(runtime, { clock: systemClock });
  const { instance } = runtime;
  const calls: [path: string, wish: unknown][] = [
    ["/api/itineraries", tokyo],
    ["/api/generations", techno],
  ];
  for (const [path, wish] of calls) {
    const one = async () => {
      await post(app, path, wish);
      await instance.idle();
    };
    await one();
    rows[`${path}: a job, from POST to its end`] = await requestsOf(() => repeat(one), TIMES);
  }
  rows[`${TOGETHER} itineraries at once, each`] = await requestsOf(async () => {
    await Promise.all(
      Array.from({ length: TOGETHER }, () => post(app, "/api/itineraries", tokyo)),
    );
    await instance.idle();
  }, TOGETHER);
  const finished = await post(app, "/api/itineraries", tokyo);
  await instance.idle();
  const poll = async () => await (await app.request(finished)).text();
  rows["a poll of a finished job, alone"] = await requestsOf(() => repeat(poll), TIMES);
  rows[`${TOGETHER} polls of one job at once, each`] = await requestsOf(
    () => Promise.all(Array.from({ length: TOGETHER }, poll)),
    TOGETHER,
  );
}

/** A job during which its instance renews its heartbeat and saves progress. */
async function countSlow(runtime: Runtime): Promise<void> {
  const app = testApp(runtime, { clock: systemClock });
  const { instance } = runtime;
  instance.start();
  rows[`a job that takes ${SLOW_MS / 1_000} s, with its instance`] = await requestsOf(async () => {
    await post(app, "/api/itineraries", tokyo);
    await instance.idle();
  });
  await instance.stop(0, AbortSignal.abort());
}

async function countWaiting(runtime: Runtime): Promise<void> {
  const app = testApp(runtime, { clock: systemClock });
  const paths = await Promise.all(
    Array.from({ length: TOGETHER }, () => post(app, "/api/itineraries", tokyo)),
  );
  const poll = (path: string) => async () => await (await app.request(path)).text();
  rows["a poll of a waiting job, alone"] = await requestsOf(
    () => repeat(poll(paths[0]!)),
    TIMES,
  );
  rows[`polls of ${TOGETHER} waiting jobs at once, each`] = await requestsOf(
    () => Promise.all(paths.map((path) => poll(path)())),
    TOGETHER,
  );
}

async function countIdle(): Promise<void> {
  const seconds = Number(values.idle);
  const { instance } = openBenchRuntime(kv, { config: parseConfig({ DOORBELL: "sweep" }) });
  instance.start();
  await systemClock.wait(START_MS);
  const { reads, commits } = await requestsOf(
    () => systemClock.wait(1_000 * seconds),
    seconds / 60,
  );
  rows["an instance without work, each minute"] = { reads, commits };
  await instance.stop(0, AbortSignal.abort());
}

const config = parseConfig({ DOORBELL: "sweep", SAMPLE_DELAY_MS: "0" });
await countIdle();
await countJobs(openBenchRuntime(kv, { config }));
await countSlow(openBenchRuntime(kv, { config: { ...config, sampleDelayMs: SLOW_MS } }));
await countWaiting(openBenchRuntime(kv, { config: { ...config, concurrency: 0 } }));
console.table(rows);
kv.close();
