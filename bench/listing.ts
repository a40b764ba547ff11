/**
 * Measures pages of the lists of jobs with 100,000 stored jobs. `deno task listing`
 */
import { parseArgs } from "node:util";
import { isoTime, systemClock } from "../lib/clock.ts";
import { failure, FailureCode } from "../lib/job/failure.ts";
import { newJobId } from "../lib/job/job_id.ts";
import {
  cancelJob,
  claimJob,
  completeJob,
  failJob,
  isEnded,
  type JobRecord,
  newJob,
  placeOf,
  type QueuedJob,
  retryJob,
  type RunningJob,
} from "../lib/job/job_record.ts";
import { summaryOf } from "../lib/job/job_summary.ts";
import { keys } from "../lib/store/job_keys.ts";
import { JobListing, type JobQuery } from "../lib/store/job_listing.ts";
import { testApp } from "../testing/app.ts";
import { workDirectory } from "../testing/program.ts";
import { openBenchRuntime } from "./runtime.ts";
import type { AtomicOperation, Kv } from "../lib/platform/kv.ts";

const { values } = parseArgs({ options: { jobs: { type: "string", default: "100000" } } });
const COUNT = Number(values.jobs);
const TTL_MS = 24 * 3_600_000;
const PAGE = 50;
const TIMES = 20;
const JOBS_PER_COMMIT = 100;
const HOLDER = "bench";
const TOKEN = "operator-0123456789";

/** How many jobs the owner of the list with an owner has. */
const OWNERS = 100;

/** Of this many jobs, one is still running. */
const PER_RUNNING = 3_000;

/** Creates job number `n`, created at `now`: one of ten fails, some after several attempts. */
function createJob(n: number, { now, waiting }: { now: number; waiting: number }): JobRecord {
  const job = newJob({
    id: newJobId(now),
    kind: n % 4 === 0 ? "bundles" : "itinerary",
    request: { destination: "Kyoto, Japan", durationDays: 5, notes: "x".repeat(200) },
    promptVersion: "bench-1",
    now,
    ttlMs: TTL_MS,
    owner: `key:${n % OWNERS}`,
  });
  if (COUNT - n <= waiting) return job;
  if (n % 50 === 7) return cancelJob(job, { now, usage: null });
  const running = startAttempts(job, { now, attempts: n % 20 === 9 ? 1 + n % 4 : 1 });
  return n % PER_RUNNING === 0 ? running : endJob(running, { n, now });
}

function startAttempts(
  job: QueuedJob,
  { now, attempts }: { now: number; attempts: number },
): RunningJob {
  const running = claimJob(job, { holder: HOLDER, now });
  if (attempts <= 1) return running;
  const timeout = failure("timeout", "The model did not answer in time");
  const queued = retryJob(running, { failure: timeout, runAt: now, now });
  return startAttempts(queued, { now, attempts: attempts - 1 });
}

function endJob(job: RunningJob, { n, now }: { n: number; now: number }): JobRecord {
  const end = { now, usage: null };
  if (n % 10 === 9) {
    const code = FailureCode.options[Math.floor(n / 10) % FailureCode.options.length]!;
    return failJob(job, { ...end, failure: failure(code, "The model gave no plan") });
  }
  const source = n % 1_000 === 1 ? "placeholder" : "openai";
  const result = { parts: 1, bytes: 1_000 };
  return completeJob(job, { ...end, result, source, promptVersion: job.promptVersion });
}

/** Adds the keys that lists read. */
function addJob(commit: AtomicOperation, job: JobRecord): void {
  const options = { expireIn: TTL_MS };
  commit.set(keys.job(job.id), job, options);
  if (job.owner !== null) commit.set(keys.owned(job.owner, job), {}, options);
  if (job.state === "queued") {
    commit.set(keys.listed({ ...job, place: placeOf(job) }), job.expiresAt, options);
  } else if (job.state === "running") commit.set(keys.running(job), job.attempt, options);
  else if (isEnded(job)) commit.set(keys.ended(job), summaryOf(job), options);
}

/** Stores all jobs. The newest ones wait. */
async function storeJobs(kv: Kv, { waiting }: { waiting: number }): Promise<void> {
  const from = systemClock.now() - COUNT;
  for (let n = 0; n < COUNT; n += JOBS_PER_COMMIT) {
    const commit = kv.atomic();
    for (let m = n; m < Math.min(COUNT, n + JOBS_PER_COMMIT); m++) {
      addJob(commit, createJob(m, { now: from + m, waiting }));
    }
    await commit.commit();
  }
}

const filters: JobQuery[] = [
  {},
  { state: "queued" },
  { state: "running" },
  { state: "succeeded" },
  { state: "failed" },
  { state: "canceled" },
  { kind: "bundles" },
  { code: "upstream_error" },
  { source: "placeholder" },
  { owner: "key:7" },
  { attempts: 2 },
  { until: systemClock.now() - COUNT / 2 },
  { owner: "key:9", state: "failed", attempts: 2 },
];

/** Runs `work` several times. Returns its last result, and the median and the longest time in ms. */
async function timeMany<T>(work: () => Promise<T>): Promise<{ last: T; times: string }> {
  const taken: number[] = [];
  let last: T | undefined;
  for (let n = 0; n < TIMES; n++) {
    const startedAt = performance.now();
    last = await work();
    taken.push(performance.now() - startedAt);
  }
  taken.sort((a, b) => a - b);
  const [median, longest] = [taken[TIMES / 2]!, taken.at(-1)!].map(Math.round);
  return { last: last!, times: `${median}, ${longest}` };
}

/** Measures the first page of a list, one from its middle, and the page of the dashboard. */
async function measure(kv: Kv, query: JobQuery) {
  const listing = new JobListing(kv, systemClock);
  const middle = newJobId(systemClock.now() - COUNT / 2);
  const first = await timeMany(() => listing.page(query, { limit: PAGE }));
  const later = await timeMany(() => listing.page(query, { limit: PAGE, cursor: middle }));
  const ask = dashboardOf(kv, query);
  const { times } = await timeMany(async () => await (await ask()).text());
  return {
    filter: JSON.stringify(query),
    jobs: `${first.last.jobs.length}${first.last.isPartial ? " (partial)" : ""}`,
    "first page, ms": first.times,
    "middle page, ms": later.times,
    "dashboard, ms": times,
  };
}

/** Returns a function that asks the application for the page of the dashboard with this filter. */
function dashboardOf(kv: Kv, { until, ...query }: JobQuery): () => Promise<Response> {
  const app = testApp(openBenchRuntime(kv), { clock: systemClock, adminToken: TOKEN });
  const fields = Object.entries({
    ...query,
    ...(until !== undefined && { until: isoTime(until) }),
  }).map(([name, value]) => [name, String(value)]);
  const url = `http://localhost/admin/jobs?${new URLSearchParams(fields)}`;
  return async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await app.fetch(new Request(url, { headers }));
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  };
}

for (const waiting of [2_000, COUNT]) {
  await using directory = await workDirectory();
  using kv = await Deno.openKv(`${directory.path}/kv.sqlite`);
  const startedAt = performance.now();
  await storeJobs(kv, { waiting });
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`${COUNT} jobs, of which ${waiting} wait; stored in ${seconds} s`);
  const rows = [];
  for (const query of filters) rows.push(await measure(kv, query));
  console.table(rows);
}
