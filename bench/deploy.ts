/**
 * Runs the program on a simulated Deno Deploy, with clients that leave. It prints a table: what
 * became of the jobs, how long they waited, and which requests it took. The exit code is 1 if a job
 * was lost, stuck, completed twice or not completed, if a callback is missing, or if an instance ended
 * by itself.
 *
 * The platform's times are divided by `--scale`, and so are those of the model and the clients, and
 * the grace of the program after SIGINT. Its other times are not: its lease and its sweeps.
 *
 * `deno task simulate --jobs 200 --scale 20 --seed 1 --background off`
 */
import { parseArgs } from "node:util";
import { type EndedJob, isEnded, type JobRecord } from "../lib/job/job_record.ts";
import { DeployPlatform } from "../testing/deploy/platform.ts";
import type { LogLine } from "../testing/program.ts";
import { serveLocally } from "../testing/local_server.ts";
import { answerWeather, weatherEnv } from "../testing/weather_server.ts";
import { Chance, wait } from "./chance.ts";
import { percentile } from "./durations.ts";
import {
  CallbackReceiver,
  judge,
  type Manner,
  manners,
  readRecords,
  runClients,
  type Trip,
} from "./deploy/clients.ts";
import { serveDeployModel } from "./deploy/model.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "200" },
    scale: { type: "string", default: "20" },
    /** Repeats the same random choices. Their timing still depends on the machine. */
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    /** Whether the model has background responses, as OpenAI has: `on` or `off`. */
    background: { type: "string", default: "on" },
  },
});
const [jobs, scale, seed] = [values.jobs, values.scale, values.seed]
  .map(Number) as [number, number, number];

/** How long the model writes: an itinerary 20 seconds, bundles up to five minutes in two turns. */
const ITINERARY_MS = 20_000;
const MIN_TURN_MS = 60_000;
const MAX_TURN_MS = 150_000;
/** How many clients come at once, and the average time until the next ones. */
const BURST = 20;
const QUIET_MS = 4 * 60_000;
/** The longest time after which a client comes back. */
const ABSENCE_MS = 20 * 60_000;
/** How often a client asks that waits. */
const POLL_MS = 5_000;
/** One receiver in this many refuses the first callback. */
const REFUSED_CALLBACKS = 10;
/** The average time between two stops of instances that may have requests. */
const EVICTION_MS = 5 * 60_000;
/** How long jobs may go on after SIGINT. */
const GRACE_SECONDS = 4;
/** A job would fail that takes longer. The program's own limit is not scaled. */
const TIMEOUT_MS = 15 * 60_000;
/** How old eventual reads are, and how long the database takes for a request. Not scaled. */
const LAG_MS = 300;
const LATENCY_MS = 5;
/** Jobs that have not ended this long after the last client are stuck. Not scaled. */
const STUCK_AFTER_MS = 120_000;

const apiKey = "deploy-simulation";
const chance = new Chance(seed);
const model = serveDeployModel({
  durationMsOf: (path) =>
    (path === "/responses"
      ? MIN_TURN_MS + (MAX_TURN_MS - MIN_TURN_MS) * chance.next()
      : ITINERARY_MS) / scale,
  hasBackground: values.background === "on",
  serviceUrl: () => platform.url,
});
const weather = serveLocally((_request, url) =>
  answerWeather(url) ?? new Response(null, { status: 404 })
);
const receiver = new CallbackReceiver(() => chance.oneIn(REFUSED_CALLBACKS));
const platform = await DeployPlatform.start({
  scale,
  lagMs: LAG_MS,
  latencyMs: LATENCY_MS,
  evictionMs: EVICTION_MS,
  random: chance.next,
  env: {
    ...model.env,
    API_KEYS: apiKey,
    CALLBACK_PRIVATE_HOSTS: receiver.host,
    SHUTDOWN_GRACE_SECONDS: String(Math.floor(GRACE_SECONDS / scale)),
    ...weatherEnv(weather),
  },
});
console.log(
  `seed ${seed}: ${jobs} jobs on Deno ${Deno.version.deno}, times of the platform divided by ${scale}`,
);
const startedAt = Date.now();
const trips = await runClients(platform, {
  jobs,
  chance,
  apiKey,
  receiver,
  burst: BURST,
  quietMs: QUIET_MS / scale,
  absenceMs: ABSENCE_MS / scale,
  pollMs: POLL_MS / scale,
});
const records = await settle();
const seconds = Math.round((Date.now() - startedAt) / 1_000);
await platform.stopInstances();
const hasPassed = report(trips, records);
await platform[Symbol.asyncDispose]();
// An explicit exit, because the model may still hold calls of ended processes.
Deno.exit(hasPassed ? 0 : 1);

/** Waits until all jobs have ended, callbacks included, without a request to an instance. */
async function settle(): Promise<Map<string, JobRecord>> {
  const until = Date.now() + STUCK_AFTER_MS;
  for (;;) {
    const records = await readRecords(platform);
    if ([...records.values()].every(isEnded) || Date.now() > until) return records;
    await wait(500);
  }
}

/** Returns how long each job took longer than its finished steps, in milliseconds. */
function latenessOf(jobs: readonly EndedJob[], log: readonly LogLine[]): number[] {
  const worked = new Map<unknown, number>();
  for (const { message, jobId, durationMs } of log) {
    if (message === "step") worked.set(jobId, (worked.get(jobId) ?? 0) + Number(durationMs));
  }
  return jobs.map(({ id, createdAt, finishedAt }) =>
    finishedAt - createdAt - (worked.get(id) ?? 0)
  );
}

/** Returns the median, the 95th percentile and the largest of some times, in seconds. */
function spread(times: readonly number[]): string {
  return [0.5, 0.95, 1].map((share) => (percentile(times, share) / 1_000).toFixed(1)).join(" / ");
}

/** A job that has ended, and what its client did. */
interface EndedTrip {
  manner: Manner;
  job: EndedJob;
}

/** Returns the rows about the times of jobs. */
function timesOf(ended: readonly EndedTrip[], log: readonly LogLine[]) {
  const workMsOf = ({ startedAt, createdAt, finishedAt }: EndedJob) =>
    finishedAt - (startedAt ?? createdAt);
  return {
    "jobs that took longer than 15 minutes, scaled":
      ended.filter(({ job }) => workMsOf(job) > TIMEOUT_MS / scale).length,
    "waited for a worker, s: median / 95 % / longest": spread(
      ended.map(({ job }) => job.finishedAt - workMsOf(job) - job.createdAt),
    ),
    "ended later than its steps took, s: the same": spread(
      latenessOf(ended.map(({ job }) => job), log),
    ),
    ...Object.fromEntries(manners.map((manner) => [
      `ended after, s, if the client ${manner}`,
      spread(
        ended.filter((one) => one.manner === manner)
          .map(({ job }) => job.finishedAt - job.createdAt),
      ),
    ])),
  };
}

/** Returns the rows about the platform and its database. */
function platformRows() {
  const { instanceMs, longestStopMs, ...counts } = platform.counts;
  const { reads, commits, conflicts, watches, eventual } = platform.kvRequests;
  return {
    ...Object.fromEntries(Object.entries(counts).map(([name, n]) => [`platform: ${name}`, n])),
    "platform: seconds of instances": Math.round(instanceMs / 1_000),
    "platform: longest stop, s": (longestStopMs / 1_000).toFixed(1),
    "KV: reads": reads,
    "KV: commits": commits,
    "KV: conflicts": conflicts,
    "KV: watches": watches,
    "KV: eventual reads": eventual,
    "KV: requests per job": Math.round((reads + commits + watches + eventual) / jobs),
  };
}

/** Prints the table. @returns whether all jobs were completed */
function report(trips: readonly Trip[], records: ReadonlyMap<string, JobRecord>): boolean {
  const verdict = judge(trips, { records, platform, receiver });
  const ended = trips.flatMap(({ id, manner }): EndedTrip[] => {
    const job = records.get(id);
    return job && isEnded(job) ? [{ manner, job }] : [];
  });
  const log = platform.programs.flatMap((program) => program.log);
  const calls = model.server.bodies.length;
  const answered =
    log.filter(({ message, step }) => message === "step" && /^turn-\d+$/.test(String(step))).length;
  console.table({
    seconds,
    jobs: trips.length,
    ...verdict,
    "callbacks sent": receiver.delivered.size,
    "callbacks that were refused first": receiver.refused,
    "webhooks of the model, by status": [...model.webhooks].map((entry) => entry.join(": ")).join(),
    ...timesOf(ended, log),
    ...platformRows(),
    "model calls": calls,
    "model calls that were interrupted": calls - answered,
    "jobs rescued": log.filter(({ message }) => message === "rescued").length,
    "warnings and errors in the log": log.filter(({ level }) =>
      level === "WARN" || level === "ERROR"
    ).length,
  });
  for (const { level, message, error } of log) {
    if (level === "ERROR") console.log(level, message, error);
  }
  return verdict.completed === trips.length && verdict["callbacks missing"] === 0 &&
    verdict["completed twice"] === 0 && platform.counts.crashed === 0;
}
