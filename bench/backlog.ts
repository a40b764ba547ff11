/**
 * Measures the cost of 10,000 waiting jobs: memory, polls and sweeps. `deno task backlog`
 */
import { parseArgs } from "node:util";
import { systemClock } from "../lib/clock.ts";
import { newJob } from "../lib/job/job_record.ts";
import { openStores } from "../testing/runtimes.ts";
import { Program, workDirectory } from "../testing/program.ts";
import { timeMany } from "./durations.ts";
import { openBenchRuntime } from "./runtime.ts";

const { values } = parseArgs({ options: { jobs: { type: "string", default: "10000" } } });
const jobs = Number(values.jobs);
const POLLS = 2_000;
const SWEEPS = 200;
const MB = 1024 * 1024;

/** Runs `work` this many times, ten at once. */
async function inLanes(times: number, work: () => Promise<unknown>): Promise<void> {
  const lanes = Array.from({ length: 10 }, async () => {
    for (let n = 0; n < times / 10; n++) await work();
  });
  await Promise.all(lanes);
}

/** Measures memory, and polls over HTTP, of the real program. */
async function measureService() {
  await using directory = await workDirectory();
  const env = { WORKER_CONCURRENCY: "1", SAMPLE_DELAY_MS: "600000", MAX_QUEUED_JOBS: "1000000" };
  await using program = new Program(directory.path, { env });
  const post = (durationDays = 5) =>
    program.post("/api/itineraries", { destination: "Tokyo, Japan", durationDays });
  const path = (await post()).headers.get("location")!;
  // These requests grow the heap to its working size, so that the difference is due to jobs only.
  await inLanes(jobs, () => program.get(path));
  await inLanes(jobs, () => post(0));
  const before = await program.memoryBytes();
  const pollsBefore = await timeMany(POLLS, () => program.get(path));
  await inLanes(jobs, () => post());
  const after = await program.memoryBytes();
  const pollsAfter = await timeMany(POLLS, () => program.get(path));
  console.table({
    "memory before, MB": Math.round(before / MB),
    [`memory with ${jobs} more jobs waiting, MB`]: Math.round(after / MB),
    "poll before, ms (p50, p99)": `${pollsBefore.p50}, ${pollsBefore.p99}`,
    "poll after, ms (p50, p99)": `${pollsAfter.p50}, ${pollsAfter.p99}`,
  });
}

/** Measures sweeps of an instance without slots. */
async function measureSweeps() {
  await using directory = await workDirectory();
  using kv = await Deno.openKv(`${directory.path}/kv.sqlite`);
  const { instance } = openBenchRuntime(kv, { config: { concurrency: 0 } });
  const { store } = openStores(kv, { clock: systemClock });
  const accept = (runAt: number) =>
    store.accept({
      ...newJob({
        id: crypto.randomUUID(),
        kind: "itinerary",
        request: {},
        promptVersion: "bench",
        now: Date.now(),
        ttlMs: 3_600_000,
      }),
      runAt,
    });
  const sweep = () => timeMany(SWEEPS, () => instance.sweep());
  await sweep();
  const empty = await sweep();
  for (let n = 0; n < jobs; n++) await accept(Date.now() + 3_600_000);
  const notDue = await sweep();
  for (let n = 0; n < jobs; n++) await accept(Date.now());
  const due = await sweep();
  console.table({
    "sweep without jobs, ms (p50)": empty.p50,
    [`sweep with ${jobs} jobs that are not due, ms (p50)`]: notDue.p50,
    [`sweep with ${jobs} more jobs that are due, no free slot, ms (p50)`]: due.p50,
  });
}

await measureService();
await measureSweeps();
