/**
 * Measures the running program over HTTP, beside the floor of the same run (`bench/floor.ts`). The
 * ratios say something on any machine, the numbers only on this one. `deno task throughput`
 *
 * `--seconds`: the length of a measurement; `--backlog`: how many jobs wait in the second half.
 * The program, the floor and the load generator share the machine.
 */
import autocannon from "autocannon";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Program, workDirectory } from "../testing/program.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    backlog: { type: "string", default: "0" },
  },
});

/** A request of autocannon. */
interface Call {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
}

const trip = { destination: "Tokyo, Japan", durationDays: 5 };
const headers = { "content-type": "application/json" };
const create = (path: string) => ({ method: "POST", path, headers, body: JSON.stringify(trip) });
const PATH = "/api/itineraries";

/** Sends these requests in turn on all connections, after a second to warm up. */
async function measure(url: string, connections: number, requests: Call[]): Promise<Measured> {
  const load = { url, connections, requests };
  await autocannon({ ...load, duration: 1 });
  const result = await autocannon({ ...load, duration: Number(values.seconds) });
  const { latency, requests: sent, errors, statusCodeStats } = result;
  const failed = Object.keys(statusCodeStats).filter((status) => Number(status) >= 400);
  if (errors > 0 || failed.length > 0) throw new Error(`${errors} errors, status ${failed}`);
  return { perSecond: sent.average, p50: latency.p50, p99: latency.p99 };
}

/** Starts the floor. @returns its URL, and the process */
async function startFloor(directory: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--unstable-kv",
      "--quiet",
      join(import.meta.dirname!, "floor.ts"),
      "floor",
    ],
    cwd: directory,
    stdout: "piped",
  }).spawn();
  const { value } = await process.stdout.getReader().read();
  return { url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`, process };
}

interface Row extends Measured {
  floor: Measured;
}

const rows: Record<string, Row> = {};

/** Measures the program and the floor, one after the other. */
async function compare(
  name: string,
  { connections, program, floor, to = url }: {
    connections: number;
    program: Call[];
    floor: Call[];
    to?: string;
  },
): Promise<void> {
  const floorResult = await measure(floorServer.url, connections, floor);
  rows[name] = { ...await measure(to, connections, program), floor: floorResult };
}

/** Creates jobs. @returns the paths that `read` turns their ids into */
async function createMany(
  base: string,
  path: string,
  count: number,
  read: (id: string) => string,
): Promise<string[]> {
  const paths: string[] = [];
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (paths.length < count) {
      const { path: _, ...options } = create(path);
      const { jobId } = await (await fetch(base + path, options)).json();
      paths.push(read(jobId));
    }
  }));
  return paths;
}

async function pollEach(): Promise<void> {
  const [ours, theirs] = await Promise.all([
    createMany(slowUrl, PATH, 1_000, (id) => `${PATH}/${id}`),
    createMany(floorServer.url, "/jobs", 1_000, (id) => `/jobs/${id}`),
  ]);
  const floor = theirs.map((path) => ({ path }));
  await compare("GET 1,000 waiting jobs, 32 connections", {
    connections: 32,
    program: ours.map((path) => ({ path })),
    floor,
    to: slowUrl,
  });
  const tagged = await Promise.all(
    ours.slice(0, 100).map(async (path) => {
      const answer = await fetch(slowUrl + path);
      await answer.body?.cancel();
      return { path, headers: { "if-none-match": answer.headers.get("etag")! } };
    }),
  );
  await compare("GET with If-None-Match, 32 connections", {
    connections: 32,
    to: slowUrl,
    program: tagged,
    floor,
  });
}

async function pollFinished(): Promise<void> {
  const [path] = await createMany(quickUrl, PATH, 1, (id) => `${PATH}/${id}`);
  while ((await (await fetch(quickUrl + path)).json()).status !== "completed");
  const [theirs] = await createMany(floorServer.url, "/jobs", 1, (id) => `/jobs/${id}`);
  const floorResult = await measure(floorServer.url, 32, [{ path: theirs! }]);
  const measured = await measure(quickUrl, 32, [{ path: path! }]);
  rows["GET a finished job, 32 connections"] = { ...measured, floor: floorResult };
}

async function acceptAll(): Promise<void> {
  for (const connections of [16, 64]) {
    await compare(`POST with 100 running jobs, ${connections} connections`, {
      connections,
      program: [create(PATH)],
      floor: [create("/jobs")],
    });
  }
}

/** Measures from `POST` to the first poll that shows the plan, one job after the other. */
async function untilDone(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const startedAt = performance.now();
    const [path] = await createMany(quickUrl, PATH, 1, (id) => `${PATH}/${id}`);
    while ((await (await fetch(quickUrl + path)).json()).status !== "completed");
    times.push(performance.now() - startedAt);
  }
  return times.toSorted((a, b) => a - b);
}

async function fill(count: number): Promise<void> {
  for (let waiting = 0; waiting < count;) {
    const { requests } = await autocannon({
      url,
      connections: 32,
      amount: Math.min(20_000, count - waiting),
      requests: [create(PATH)],
    });
    waiting += requests.total;
  }
}

const shown = (value: number) => value >= 100 ? Math.round(value) : Number(value.toPrecision(3));

await using directory = await workDirectory();
const limits = { MAX_QUEUED_JOBS: "1000000", WORKER_CONCURRENCY: "100" };
await using busy = new Program(directory.path, { env: { ...limits, SAMPLE_DELAY_MS: "2000" } });
await using quick = new Program(directory.path, {
  env: { ...limits, SAMPLE_DELAY_MS: "0", KV_PATH: "data/quick.sqlite" },
});
await using slow = new Program(directory.path, {
  env: { ...limits, SAMPLE_DELAY_MS: "600000", KV_PATH: "data/slow.sqlite" },
});
const url = await busy.url();
const slowUrl = await slow.url();
const quickUrl = await quick.url();
const floorServer = await startFloor(directory.path);
try {
  await pollFinished();
  const alone = await untilDone(200);
  const [path] = await createMany(quickUrl, PATH, 1, (id) => `${PATH}/${id}`);
  const polls = autocannon({ url: quickUrl, connections: 32, duration: 6, requests: [{ path }] });
  const crowded = await untilDone(50);
  await polls;
  await pollEach();
  await acceptAll();
  const backlog = Number(values.backlog);
  if (backlog > 0) {
    await fill(backlog);
    await compare(`POST with ${backlog} waiting jobs, 16 connections`, {
      connections: 16,
      program: [create(PATH)],
      floor: [create("/jobs")],
    });
  }
  console.table(Object.fromEntries(
    Object.entries(rows).map(([name, { perSecond, p50, p99, floor }]) => [name, {
      "per second": Math.round(perSecond),
      "p50 ms": p50,
      "p99 ms": p99,
      "floor per second": Math.round(floor.perSecond),
      "ratio": shown(perSecond / floor.perSecond),
    }]),
  ));
  const at = (times: number[], share: number) => shown(times[Math.floor(times.length * share)]!);
  console.table({
    "POST until done": { "p50 ms": at(alone, 0.5), "p99 ms": at(alone, 0.99) },
    "the same under 32 polling connections": {
      "p50 ms": at(crowded, 0.5),
      "p99 ms": at(crowded, 0.99),
    },
  });
} finally {
  floorServer.process.kill();
  await floorServer.process.status;
}
