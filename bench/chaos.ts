/**
 * Runs several real processes on one database, with random faults. It sends jobs of both kinds,
 * cancels some, and changes the plans of others. Meanwhile it kills, stops and freezes processes, the
 * model fails at random, and at times it cannot be reached. It prints a table. The exit code is 1 if
 * a job was lost, stuck or completed twice, or if a finished step ran again. It is also 1 if a change
 * touched a part that it should keep. With `--kv denokv`, the processes share a server of KV Connect,
 * which is killed too, and started again on its file.
 *
 * `deno task chaos --jobs 500 --processes 3 --kills 60 --kv denokv --seed 1`
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { JobRecord } from "../lib/job/job_record.ts";
import type { Kv } from "../lib/platform/kv.ts";
import { keys } from "../lib/store/job_keys.ts";
import { decodeProgress } from "../lib/store/progress_codec.ts";
import { overDenokv, overFile } from "../testing/databases.ts";
import { Program, workDirectory } from "../testing/program.ts";
import { weatherEnv } from "../testing/weather_server.ts";
import { Chance, wait } from "./chance.ts";
import { changeName, requestBodies, serveFaultyModel, tripName, tripOf } from "./faulty_model.ts";
import { findBrokenRefinements } from "./kept_parts.ts";
import { type Outage, OutageGate, outages } from "./outage_gate.ts";
import { ProgramGroup, shortLivedEnv } from "./program_group.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "500" },
    processes: { type: "string", default: "3" },
    kills: { type: "string", default: "60" },
    /** The database that the processes share: `file` or `denokv`. */
    kv: { type: "string", default: "file" },
    /** Repeats the same random choices. Their timing still depends on the machine. */
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const [jobs, processes, kills, seed] = [values.jobs, values.processes, values.kills, values.seed]
  .map(Number) as [number, number, number, number];

if (!["file", "denokv"].includes(values.kv)) throw new Error(`--kv ${values.kv} is not known`);

/** The average pause between two kills of the database's server. */
const SERVER_PAUSE_MS = 8_000;
/** How long the database's server is away, at most. Longer than a call waits for its answer. */
const SERVER_AWAY_MS = 7_000;
/** The average pause between two signals. A process takes half of it to start. */
const SIGNAL_PAUSE_MS = 700;
/** The average time between two outages of the model. */
const OUTAGE_PAUSE_MS = 2_500;
/** The longest outage. */
const OUTAGE_MS = 5_000;
/** Longer than the lease, so that a frozen process loses its jobs. */
const FREEZE_MS = 3_000;
/** One job in this many is canceled. */
const JOBS_PER_CANCELLATION = 20;
/** The plan of one job in this many is changed, and that of one changed plan in this many again. */
const JOBS_PER_CHANGE = 3;
/** How often a change is sent: the process may die before its answer. */
const CHANGE_TRIES = 5;
/** The pause between two polls of a job whose plan is to be changed, and how often it is polled. */
const POLL_MS = 500;
const MAX_POLLS = 120;
/** How many faulty jobs are printed in full. */
const EXAMPLES = 5;
/** How much of the output of a crashed process is printed. */
const CRASH_CHARACTERS = 2_000;
/** A job that has not ended this long after the last signal is stuck. Longer than all backoffs. */
const STUCK_AFTER_MS = 180_000;

const chance = new Chance(seed);
const { next: random, pick } = chance;

const directory = await workDirectory(values.kv === "denokv" ? overDenokv : overFile);
const { server } = directory.database;
const model = serveFaultyModel(random);
const gate = new OutageGate(model.openai.url);
const env = { ...shortLivedEnv, OPENAI_BASE_URL: gate.url, ...weatherEnv(model.weather) };
const group = new ProgramGroup(processes, () => new Program(directory.path, { env }));
const { running, all: programs } = group;
const signals = { killed: 0, stopped: 0, frozen: 0, "ended without the database": 0 };
/** The last output of programs that ended without a reason. */
const crashed: string[] = [];
let serverKills = 0;
const begun = new Map<Outage, number>();

interface Trip {
  name: string;
  path: string;
  canceled: boolean;
  /** The parts in the answer to the cancellation. */
  keptParts?: unknown[] | null;
  /** The first final answer. */
  final?: { status: string; failure: { code: string } | null };
}
const trips: Trip[] = [];
let unanswered = 0;
let changes = 0;

console.log(`seed ${seed}: ${jobs} jobs, ${processes} processes, ${kills} kills`);
await group.started();
const startedAt = Date.now();
const over = new AbortController();
const outagesOver = Promise.all([breakModel(over.signal), breakDatabase(over.signal)]);
await Promise.all([sendJobs(), sendSignals()]);
over.abort();
await outagesOver;
const lastSignalAt = Date.now();
while (Date.now() - lastSignalAt < STUCK_AFTER_MS && !await allEnded()) await wait(500);
await group.stop();
const hasPassed = await report();
await directory[Symbol.asyncDispose]();
// An explicit exit, because the model may still hold calls of dead processes.
Deno.exit(hasPassed ? 0 : 1);

async function sendJobs(): Promise<void> {
  const followUps: Promise<void>[] = [];
  for (let n = 0; n < jobs; n++) {
    followUps.push(sendJob(tripName(n)));
    await chance.pause(kills * SIGNAL_PAUSE_MS / jobs);
  }
  await Promise.all(followUps);
}

async function sendJob(name: string): Promise<void> {
  const [path, bodyFor] = pick(Object.entries(requestBodies));
  const program = pick(running);
  const [isCanceled, cancelAfterMs] = [chance.oneIn(JOBS_PER_CANCELLATION), random()];
  const accepted = await program.post(path, bodyFor(name)).catch(() => null);
  // The process refused the request while stopping, or died before its answer: no job is expected.
  if (!accepted || accepted.status >= 400) return void unanswered++;
  const trip: Trip = { name, path: accepted.headers.get("location")!, canceled: false };
  trips.push(trip);
  if (!isCanceled) return await changePlan(trip);
  await wait(1_000 * cancelAfterMs);
  const answer = await pick(running).delete(trip.path).catch(() => null);
  trip.canceled = answer?.status === 202;
  if (trip.canceled) trip.keptParts = answer!.body.partial;
}

/** Waits for the plan of some trips, and changes it, also more than once. */
async function changePlan(trip: Trip): Promise<void> {
  if (!chance.oneIn(JOBS_PER_CHANGE) || !await hasPlan(trip)) return;
  const name = changeName(changes);
  const key = `change-${changes++}`;
  const send = () =>
    pick(running).post(`${trip.path}/refinements`, { instruction: name }, {
      "idempotency-key": key,
    }).catch(() => null);
  let accepted = null;
  for (let n = 0; n < CHANGE_TRIES && !accepted?.headers.has("location"); n++) {
    if (n > 0) await wait(POLL_MS);
    accepted = await send();
  }
  const path = accepted?.headers.get("location");
  if (!path) return void unanswered++;
  const changed: Trip = { name, path, canceled: false };
  trips.push(changed);
  await changePlan(changed);
}

/** Waits until a job ends, some time at most. @returns whether it has a plan then */
async function hasPlan({ path }: Trip): Promise<boolean> {
  for (let n = 0; n < MAX_POLLS; n++) {
    await wait(POLL_MS);
    const answer = await pick(running).get(path).catch(() => null);
    const status = answer?.status === 200 ? answer.body.status : "processing";
    if (status !== "processing") return status === "completed";
  }
  return false;
}

async function sendSignals(): Promise<void> {
  const resumptions: Promise<void>[] = [];
  const frozen = new Set<Program>();
  while (signals.killed < kills) {
    await chance.pause(SIGNAL_PAUSE_MS);
    const [index, choice] = [chance.below(processes), random()];
    const program = running[index]!;
    if (frozen.has(program)) continue;
    if (program.hasEnded) {
      replaceEnded(program, index);
      continue;
    }
    if (choice < 0.1 && frozen.size < processes - 1) {
      frozen.add(program);
      signals.frozen++;
      program.signal("SIGSTOP");
      resumptions.push(
        wait(FREEZE_MS).then(() => {
          if (!program.hasEnded) program.signal("SIGCONT");
          frozen.delete(program);
        }),
      );
      continue;
    }
    const [effect, signal] = choice < 0.2
      ? ["stopped", "SIGTERM"] as const
      : ["killed", "SIGKILL"] as const;
    signals[effect]++;
    program.signal(signal);
    group.replace(index);
  }
  await Promise.all(resumptions);
}

/** Replaces a program that has ended by itself, as a supervisor does. */
function replaceEnded(program: Program, index: number): void {
  if (program.output.includes("Cannot start: ")) signals["ended without the database"]++;
  else crashed.push(program.output.slice(-CRASH_CHARACTERS));
  group.replace(index);
}

/** Begins and ends outages of the model, until `signal` aborts. */
async function breakModel(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await chance.pause(OUTAGE_PAUSE_MS);
    const outage = pick([...outages]);
    begun.set(outage, (begun.get(outage) ?? 0) + 1);
    gate.begin(outage);
    await wait(random() * OUTAGE_MS);
    gate.end();
  }
}

/** Kills the server of the database, and starts it again, until `signal` aborts. */
async function breakDatabase(signal: AbortSignal): Promise<void> {
  while (server && !signal.aborted) {
    await chance.pause(SERVER_PAUSE_MS);
    await server.kill();
    serverKills++;
    await wait(random() ** 2 * SERVER_AWAY_MS);
    await server.restart();
  }
}

/** Polls every job that has not ended, and keeps the final answers. */
async function allEnded(): Promise<boolean> {
  for (const trip of trips) {
    if (trip.final) continue;
    const answer = await pick(running).get(trip.path).catch(() => null);
    if (answer?.status === 200 && answer.body.status !== "processing") trip.final = answer.body;
    if (answer?.status === 404) return true;
  }
  return trips.every(({ final }) => final);
}

/** Prints the report. @returns whether all checks passed */
async function report(): Promise<boolean> {
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  const records = await readRecords();
  const nameOf = namesOf(records.values());
  const changed = [...records.values()].filter(({ refinement }) => refinement !== null);
  const log = programs.flatMap((program) => program.log);
  const linesOf = (message: string) => log.filter((line) => line.message === message);

  const ends = new Map<unknown, number>();
  for (const { jobId } of linesOf("completed")) ends.set(jobId, (ends.get(jobId) ?? 0) + 1);

  // After the log line of a stored step, no call may repeat the step.
  const storedAt = new Map(
    linesOf("step").map((line) => [
      `${nameOf.get(String(line.jobId))} ${line.step}`,
      Date.parse(String(line["@timestamp"])),
    ]),
  );
  const { modelCalls, toolCalls, faults } = model.journal;
  const again = [...modelCalls, ...toolCalls].filter(({ trip, step, at }) =>
    at > (storedAt.get(`${trip} ${step}`) ?? Infinity)
  );

  const verdict = {
    lost: trips.filter(({ path }) => !records.has(path.split("/").at(-1)!)).length,
    stuck: [...records.values()].filter((job) => !("finishedAt" in job)).length,
    "completed twice": [...ends.values()].filter((count) => count > 1).length,
    "changed after its end": trips.filter((trip) => hasChanged(trip, records)).length,
    "finished steps run again": again.length,
    "changes accepted twice": changed.length - new Set(namesOf(changed).values()).size,
    "changes of kept parts": (await readBrokenRefinements(records)).length,
    "canceled trips with other parts": await countChangedParts(),
    "processes that crashed": crashed.length,
  };
  console.table({
    seconds,
    accepted: trips.length,
    "refused or not answered (process killed or stopping)": unanswered,
    "records in the database": records.size,
    "changes of plans": changed.length,
    "changes of changed plans": changed.filter(isSecondChange).length,
    ...statesOf(records.values()),
    ...verdict,
    ...signals,
    ...(server && { "database killed": serverKills }),
    "jobs rescued": linesOf("rescued").length,
    "breaker opened": ["breaker open", "breaker open for one source"].flatMap(linesOf).length,
    "model calls": modelCalls.length,
    ...Object.fromEntries([...faults].map(([name, count]) => [`model faults: ${name}`, count])),
    ...Object.fromEntries([...begun].map(([name, count]) => [`model outages: ${name}`, count])),
    "tool calls": toolCalls.length,
    "calls saved by checkpoints": linesOf("step resumed").filter(({ step }) => step !== "now")
      .length,
  });
  const hasPassed = printVerdict(verdict);
  for (const { trip } of again.slice(0, EXAMPLES)) printHistory(trip, nameOf);
  return hasPassed;
}

/** Prints what was found, and the output of crashed programs. @returns whether nothing was found */
function printVerdict(verdict: Record<string, number>): boolean {
  const bad = Object.entries(verdict).filter(([, count]) => count > 0);
  console.log(
    bad.length === 0 ? "All checks passed." : `seed ${seed} found: ${JSON.stringify(bad)}`,
  );
  for (const output of crashed) console.log(output);
  return bad.length === 0;
}

/** Returns the name of each job, by its id. */
function namesOf(jobs: Iterable<JobRecord>): Map<string, string> {
  const nameOf = ({ request, refinement }: JobRecord) =>
    tripOf(JSON.stringify([request, refinement]));
  return new Map([...jobs].map((job) => [job.id, nameOf(job)]));
}

function isSecondChange({ refinement }: JobRecord): boolean {
  return (refinement?.lineage.length ?? 0) > 1;
}

/** Counts the jobs in each state, and the failed jobs with each failure. */
function statesOf(jobs: Iterable<JobRecord>): Record<string, number> {
  const states = new Map<string, number>();
  for (const job of jobs) {
    const state = job.state === "failed" ? `failed: ${job.failure.code}` : job.state;
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  return Object.fromEntries([...states].toSorted());
}

/** Prints the calls and log lines of one job, oldest first. */
function printHistory(trip: string, nameOf: Map<string, string>): void {
  const { modelCalls, toolCalls } = model.journal;
  const called = [...modelCalls, ...toolCalls].filter((request) => request.trip === trip)
    .map(({ step, at }) => [at, `call for ${step}`] as const);
  const logged = programs.flatMap(({ log }, n) =>
    log.filter(({ jobId }) => nameOf.get(String(jobId)) === trip).map((line) => {
      const { message, step = "", attempt = "", code = "" } = line;
      const at = Date.parse(String(line["@timestamp"]));
      return [at, `process ${n}: ${message} ${step} ${attempt} ${code}`] as const;
    })
  );
  console.log(trip);
  const history = [...called, ...logged].toSorted(([a], [b]) => a - b);
  for (const [at, what] of history) console.log(`  ${at - startedAt} ms  ${what}`);
}

function openShared(): Promise<Kv> {
  const { KV_PATH } = directory.database.env;
  return Deno.openKv(server ? KV_PATH : join(directory.path, KV_PATH!));
}

async function readRecords(): Promise<Map<string, JobRecord>> {
  using kv = await openShared();
  const records = new Map<string, JobRecord>();
  for await (const { value } of kv.list({ prefix: ["job"] })) {
    const job = JobRecord.parse(value);
    records.set(job.id, job);
  }
  return records;
}

async function readBrokenRefinements(records: Map<string, JobRecord>): Promise<string[]> {
  using kv = await openShared();
  return await findBrokenRefinements(kv, records);
}

/** Counts the canceled trips whose finished parts are not those of the answer to the cancellation. */
async function countChangedParts(): Promise<number> {
  using kv = await openShared();
  let count = 0;
  for (const { path, canceled, keptParts } of trips) {
    if (!canceled) continue;
    const { value } = await kv.get(keys.progress(path.split("/").at(-1)!));
    const stored = decodeProgress(value).partial;
    if (JSON.stringify(stored) !== JSON.stringify(keptParts ?? [])) count++;
  }
  return count;
}

/** Returns whether the stored state differs from the final answer to the client. */
function hasChanged({ path, final, canceled }: Trip, records: Map<string, JobRecord>): boolean {
  const job = records.get(path.split("/").at(-1)!);
  const state = { completed: "succeeded" }[final?.status ?? ""] ?? final?.status;
  return (canceled && job?.state !== "canceled") || (final !== undefined && job?.state !== state);
}
