/**
 * Measures what denokv costs beside a database in a file: single operations, how soon a watch reports
 * a change, and how many requests an instance makes in a minute. The server runs on the same machine:
 * on a network, the way to it adds to each operation.
 *
 * `deno task denokv:bench --times 500 --seconds 60`
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../lib/clock.ts";
import { newJob } from "../lib/job/job_record.ts";
import type { Kv } from "../lib/platform/kv.ts";
import { openDatabase } from "../lib/store/database.ts";
import { startCountingProxy } from "../testing/kv_connect/counting_proxy.ts";
import { Denokv } from "../testing/kv_connect/denokv.ts";
import { Program } from "../testing/program.ts";
import { openStores } from "../testing/runtimes.ts";
import { wait } from "./chance.ts";
import { type Latency, timeMany } from "./durations.ts";
import { acceptedPerSecond } from "./shards/writer_process.ts";

const { values } = parseArgs({
  options: {
    /** How often each operation is measured. */
    times: { type: "string", default: "500" },
    /** How long requests are counted. */
    seconds: { type: "string", default: "60" },
  },
});
const times = Number(values.times);
const seconds = Number(values.seconds);

/** How many processes accept jobs at the same time, each 32 at once. */
const PROCESSES = [1, 2, 4];

/** For how long they do. */
const ACCEPT_SECONDS = 5;

/** How long the server collects transactions, in its second row. */
const BATCH_MS = 1;

/** An instance writes and reads more in its first seconds. */
const WARM_UP_MS = 5_000;

function newBenchJob() {
  return newJob({
    id: crypto.randomUUID(),
    kind: "itinerary",
    request: { destination: "Tokyo, Japan", durationDays: 5 },
    promptVersion: "bench",
    now: Date.now(),
    ttlMs: 3_600_000,
  });
}

/** Measures the operations of the store, and returns a row of the table. */
async function measureStore(kv: Kv) {
  const { store } = openStores(kv, { clock: systemClock });
  const jobs = Array.from({ length: times }, newBenchJob);
  const accept = await timeMany(times, (n) => store.accept(jobs[n]!));
  const poll = await timeMany(times, (n) => store.read(jobs[n]!.id));
  const claim = await timeMany(times, async (n) => {
    const due = await store.readDue(jobs[n]!.id);
    if (!due || due.isOverdue || !await store.claim(due, "bench")) throw new Error("not claimed");
  });
  const watch = await measureWatch(kv);
  const text = ({ p50, p99 }: Latency) => `${p50}, ${p99}`;
  return {
    "accept, ms (p50, p99)": text(accept),
    "poll": text(poll),
    "read and claim": text(claim),
    "watch": text(watch),
  };
}

/** Measures the time from the begin of a commit to the report of a watch on the same handle. */
async function measureWatch(kv: Kv): Promise<Latency> {
  const reader = kv.watch([["watched"]]).getReader();
  await reader.read();
  const latency = await timeMany(times, async (n) => {
    await kv.atomic().set(["watched"], n).commit();
    for (;;) {
      const { value } = await reader.read();
      if (value?.[0].value === n) return;
    }
  });
  await reader.cancel();
  return latency;
}

async function measureLatencies(directory: string) {
  const rows: Record<string, Awaited<ReturnType<typeof measureStore>>> = {};
  {
    const kv = await openDatabase(join(directory, "kv.sqlite"));
    rows["file"] = await measureStore(kv);
    kv.close();
  }
  for (const batchMs of [undefined, BATCH_MS]) {
    const path = join(directory, `denokv-${batchMs}.sqlite`);
    await using server = await Denokv.start(path, batchMs === undefined ? {} : { batchMs });
    const kv = await openDatabase(server.url);
    rows[batchMs === undefined ? "denokv" : `denokv, batches of ${batchMs} ms`] =
      await measureStore(kv);
    kv.close();
  }
  console.table(rows);
}

/** Measures how many jobs several processes accept in a second, in a file and over denokv. */
async function measureProcesses(directory: string) {
  const rows: Record<string, Record<string, number>> = {};
  for (const processes of PROCESSES) {
    await using server = await Denokv.start(join(directory, `shared-${processes}.sqlite`));
    const file = join(directory, `file-${processes}.sqlite`);
    const measure = async (path: string) =>
      Math.round(
        await acceptedPerSecond(Array(processes).fill(path), { seconds: ACCEPT_SECONDS }),
      );
    rows[`${processes} processes`] = {
      file: await measure(file),
      denokv: await measure(server.url),
    };
  }
  console.log("Jobs accepted in a second, 32 at one time in each process:");
  console.table(rows);
}

/** Counts the requests of an instance for some time, per minute. */
async function countRequests(directory: string, runningJobs: number) {
  await using server = await Denokv.start(join(directory, `counted-${runningJobs}.sqlite`));
  await using proxy = startCountingProxy(server);
  await using program = new Program(directory, {
    env: { ...proxy.env, SAMPLE_DELAY_MS: "600000" },
  });
  await program.url();
  for (let n = 0; n < runningJobs; n++) {
    await program.post("/api/itineraries", { destination: "Tokyo, Japan", durationDays: 5 });
  }
  await wait(WARM_UP_MS);
  const before = { ...proxy.counts };
  await wait(seconds * 1_000);
  const after = { ...proxy.counts };
  await program.end("SIGKILL");
  await server.kill();
  const perMinute = Object.entries(after).map(([path, count]) =>
    [path, Math.round((count - (before[path] ?? 0)) * 60 / seconds)] as const
  );
  const total = perMinute.reduce((sum, [, count]) => sum + count, 0);
  return { ...Object.fromEntries(perMinute), total };
}

const directory = await Deno.makeTempDir();
try {
  await measureLatencies(directory);
  await measureProcesses(directory);
  console.log(`Requests of one instance per minute, counted for ${seconds} s:`);
  console.table({
    idle: await countRequests(directory, 0),
    "with 8 running jobs": await countRequests(directory, 8),
  });
} finally {
  await Deno.remove(directory, { recursive: true });
}
