/**
 * Runs two real processes on one database for some minutes, under a mixed load of all sorts of
 * requests, lost connections and garbage. One process, B, is killed and stopped again and again.
 * After the warm-up and at the end it measures both processes and the database. It prints a table.
 * The exit code is 1 if a value grew beyond its limit, or if a job was lost, stuck or answered
 * wrongly.
 *
 * `deno task soak --minutes 10 --users 8 --only polls,streams --no-kills --seed 1 --heap <directory>`
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { Program, workDirectory } from "../testing/program.ts";
import { withWaitLimit } from "../testing/wait_limit.ts";
import { weatherEnv } from "../testing/weather_server.ts";
import { Chance, wait } from "./chance.ts";
import { serveFaultyModel } from "./faulty_model.ts";
import { ProgramGroup, shortLivedEnv } from "./program_group.ts";
import { receiveCallbacks } from "./soak/callbacks.ts";
import { Findings } from "./soak/findings.ts";
import { freePort, Inspector, inspectorFlag } from "./soak/inspector.ts";
import { limits } from "./soak/limits.ts";
import { LogWatch } from "./soak/log_watch.ts";
import { createParts, type PartName } from "./soak/parts.ts";
import { Traffic } from "./soak/traffic.ts";
import { percentile } from "./durations.ts";
import { compare, isWithin, type Measurement, shown } from "./soak/verdict.ts";
import { measureDatabase, measureProgram } from "./soak/vitals.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    /** How many clients there are at the same time. */
    users: { type: "string", default: "8" },
    /** The parts of the load, to find the cause of a growth. By default all. */
    only: { type: "string" },
    "no-kills": { type: "boolean", default: false },
    /** Repeats the same random choices. Their timing still depends on the machine. */
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    /** Where heap snapshots of process A are saved. Writing them takes memory of the process. */
    heap: { type: "string" },
  },
});
const [minutes, users, seed] = [values.minutes, values.users, values.seed].map(Number) as [
  number,
  number,
  number,
];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Long enough for the jobs that lived at the start to expire, in a run of ten minutes. */
const WARM_UP_SHARE = 0.4;
/** The time to live. Shorter than the warm-up, so that as many jobs are stored at its end as later. */
const TTL_HOURS = 0.04;
/** The average pause of a client between two parts. */
const USER_PAUSE_MS = 100;
/** The average pause between two signals to process B. */
const SIGNAL_PAUSE_MS = 15_000;
/** Before each measurement, process B lives this share of the run, and no longer than a minute. */
const CALM_SHARE = 0.1;
/** How often `/livez` is asked under load, and how often abandoned jobs are read. */
const ASK_PAUSE_MS = 250;
/** How much output of a process is kept for errors. */
const KEPT_OUTPUT = 50_000;
/** The rest of a run, with its quiet moments, does not take longer. */
const OVERTIME_MS = 6 * MINUTE;

/** The places of the two processes. Only B is killed. */
const [A, B] = [0, 1];

const chance = new Chance(seed);
const findings = new Findings();
const log = new LogWatch(findings);
const model = serveFaultyModel(chance.next);
const callbacks = receiveCallbacks({ chance, findings });
const apiKey = crypto.randomUUID();
const parts = createParts(callbacks);
const partNames = chosenParts();
const directory = await workDirectory();
const databasePath = join(directory.path, "data/kv.sqlite");
const inspectorPorts = new WeakMap<Program, number>();
const group = new ProgramGroup(2, startProgram);
const traffic = new Traffic({ group, chance, findings, apiKey, ttlMs: TTL_HOURS * HOUR });
const signals = { SIGKILL: 0, SIGTERM: 0 };
/** The measurements so far, each with the number of jobs before it. */
const measured: { values: Measurement; jobs: number }[] = [];

const tooLong = setTimeout(() => {
  findings.add("took too long", `${minutes} minutes`);
  end();
}, minutes * MINUTE + OVERTIME_MS);

console.log(`seed ${seed}: ${minutes} minutes, ${users} users, ${partNames.join(", ")}`);
const startedAt = Date.now();
try {
  await group.started();
  await runPhase("warm-up", minutes * MINUTE * WARM_UP_SHARE);
  await runPhase("end", minutes * MINUTE * (1 - WARM_UP_SHARE));
  await Promise.all(group.running.map((program) => endOf(program, "SIGTERM")));
} catch (error) {
  // Such as a process that ended by itself.
  findings.add("the soak itself failed", String(error instanceof Error ? error.stack : error));
}
await end();

function chosenParts(): PartName[] {
  const all = Object.keys(parts) as PartName[];
  const names = values.only?.split(",") ?? all;
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length === 0) return names as PartName[];
  console.error(`Cannot start: --only is ${unknown}, expected some of ${all}`);
  Deno.exit(1);
}

function startProgram(place: number): Program {
  const port = freePort(chance);
  const program = new Program(directory.path, {
    env: {
      ...shortLivedEnv,
      ...weatherEnv(model.weather),
      OPENAI_BASE_URL: model.openai.url,
      JOB_TTL_HOURS: String(TTL_HOURS),
      API_KEYS: apiKey,
      PUBLIC_READS: "1",
      CALLBACK_PRIVATE_HOSTS: callbacks.host,
      // Limits that count all callers, and stop none.
      RATE_LIMIT_REQUESTS: "1000000",
      RATE_LIMIT_JOBS: "1000000",
      TRUSTED_PROXIES: "1",
    },
    flags: [inspectorFlag(port)],
    keptOutput: KEPT_OUTPUT,
    onOutput: log.reader("AB"[place]!),
  });
  inspectorPorts.set(program, port);
  return program;
}

/** Runs the load for some time, waits until all is quiet, and measures. */
async function runPhase(name: string, ms: number): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  const before = { cpu: await group.running[A]!.cpuSeconds(), requests: traffic.counts.requests };
  const [livez] = await Promise.all([
    askLivez(over.signal),
    readAbandoned(over.signal),
    sendSignals(ms, over.signal),
    ...Array.from({ length: users }, () => use(over.signal)),
  ]);
  clearTimeout(timer);
  const cpu = await group.running[A]!.cpuSeconds() - before.cpu;
  const requests = traffic.counts.requests - before.requests;
  await traffic.settle();
  await callbacks.settle();
  traffic.closeConnections();
  console.log(`${name}: ${Math.round((Date.now() - startedAt) / 1_000)} s, ${traffic.summary}`);
  if (!findings.isEmpty) console.log(`so far:\n${findings}`);
  const jobs = traffic.counts.jobs;
  const values = {
    "A under load: /livez p50, ms": percentile(livez, 0.5),
    "A under load: /livez p99, ms": percentile(livez, 0.99),
    "A under load: processor, ms per request": 1_000 * cpu / requests,
    ...await measureDatabase(databasePath),
    ...await measurePlace(A, name),
    ...await measurePlace(B, name),
  };
  measured.push({ values, jobs });
}

async function measurePlace(place: number, phase: string): Promise<Measurement> {
  const program = group.running[place]!;
  using inspector = await Inspector.connect(inspectorPorts.get(program)!);
  const name = "AB"[place]!;
  const measured = await measureProgram(name, { program, inspector, traffic, place });
  if (values.heap && place === A) {
    await inspector.saveSnapshot(join(values.heap, `${phase}.heapsnapshot`));
  }
  return measured;
}

/** One client, which does one part after the other. */
async function use(over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await parts[chance.pick(partNames)](traffic);
    await chance.pause(USER_PAUSE_MS, over);
  }
}

/** Asks process A whether it lives. @returns how long each answer took, in milliseconds */
async function askLivez(over: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!over.aborted) {
    const sentAt = performance.now();
    await traffic.send({ path: "/livez", to: A, expected: [200] });
    times.push(performance.now() - sentAt);
    await wait(ASK_PAUSE_MS, over);
  }
  return times;
}

/** Reads the jobs whose clients have left, so that their ends are checked before they expire. */
async function readAbandoned(over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await traffic.readAbandoned();
    await wait(ASK_PAUSE_MS, over);
  }
}

/** Kills and stops process B. The last process begins at the same time before each measurement. */
async function sendSignals(phaseMs: number, over: AbortSignal): Promise<void> {
  if (values["no-kills"]) return;
  const calmMs = Math.min(MINUTE, minutes * MINUTE * CALM_SHARE);
  const until = Date.now() + phaseMs - calmMs;
  const ends: Promise<void>[] = [];
  while (Date.now() < until) {
    await wait(Math.min(until - Date.now(), 2 * chance.next() * SIGNAL_PAUSE_MS), over);
    ends.push(endOf(group.running[B]!, chance.pick(["SIGKILL", "SIGTERM"])));
    group.replace(B);
    await group.started();
  }
  await Promise.all(ends);
}

/** Sends a signal to a program and waits for its end. */
async function endOf(program: Program, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  signals[signal]++;
  const { code } = await withWaitLimit(program.end(signal), () => program.output);
  if (signal === "SIGTERM" && code !== 0) findings.add("wrong exit code", `${code}`);
}

/** Prints the table. @returns whether all is well */
function report(): boolean {
  const [first, last] = measured;
  const rows = first && last ? compare(first.values, last.values, { limits }) : [];
  console.table(Object.fromEntries(rows.map((row) => [row.name, {
    "after warm-up": shown(row.first),
    "at the end": shown(row.last),
    ratio: shown(row.last / row.first),
    "at most": row.allowed === null ? "" : shown(row.allowed),
    "": isWithin(row) ? "" : "grown",
  }])));
  if (first && last) {
    const name = "A: heap, MB";
    const growth = (last.values[name]! - first.values[name]!) / (last.jobs - first.jobs);
    console.log(`heap of A for each 1,000 further jobs: ${shown(1_000 * growth)} MB`);
  }
  const { SIGKILL, SIGTERM } = signals;
  console.log(`${traffic.summary}, ${callbacks.received} callbacks`);
  console.log(`process B: ${SIGKILL} times SIGKILL, ${SIGTERM} times SIGTERM`);
  const grown = rows.filter((row) => !isWithin(row));
  if (!findings.isEmpty) console.log(`seed ${seed} found:\n${findings}`);
  const hasPassed = rows.length > 0 && grown.length === 0 && findings.isEmpty;
  if (hasPassed) console.log("All checks passed.");
  return hasPassed;
}

/** Prints the report and ends the process, and with it the processes that it started. */
async function end(): Promise<never> {
  clearTimeout(tooLong);
  const hasPassed = report();
  await Promise.all(group.all.map((program) => program[Symbol.asyncDispose]()));
  await directory[Symbol.asyncDispose]();
  Deno.exit(hasPassed ? 0 : 1);
}
