/**
 * Measures what several processes and several files carry, and simulates shards: one is killed and
 * comes back, and one is added. `deno task shards`
 *
 * `--seconds`: the length of a measurement. `--rounds`: how often each is repeated; the best one
 * counts, because other programs only make it worse. `--jobs`: how many jobs the simulation has.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { workDirectory } from "../testing/program.ts";
import { acceptedPerSecond } from "./shards/writer_process.ts";
import { shardOfId } from "./shards/shard_map.ts";
import { ShardProcess } from "./shards/shard_process.ts";
import { ShardDownError, ShardedJobs } from "./shards/sharded_jobs.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    jobs: { type: "string", default: "400" },
  },
});

/** What is measured. `isOneCaller`: all jobs are of one caller with a daily limit. */
const layouts = [
  { processes: 1, files: 1, isOneCaller: false },
  { processes: 2, files: 1, isOneCaller: false },
  { processes: 4, files: 1, isOneCaller: false },
  { processes: 2, files: 2, isOneCaller: false },
  { processes: 4, files: 4, isOneCaller: false },
  { processes: 1, files: 1, isOneCaller: true },
  { processes: 2, files: 1, isOneCaller: true },
];

/** How long a plan takes in the simulation. */
const DELAY_MS = 500;

const SHARDS = 4;

/** Returns how many jobs these processes accept in a second, on so many files. */
async function measure({ processes, files, isOneCaller }: typeof layouts[number]): Promise<number> {
  await using directory = await workDirectory();
  const pathOf = (n: number) => join(directory.path, `${n % files}.sqlite`);
  const paths = Array.from({ length: processes }, (_, n) => pathOf(n));
  return await acceptedPerSecond(paths, { seconds: Number(values.seconds), isOneCaller });
}

async function measureAll(): Promise<void> {
  const best = layouts.map(() => 0);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [n, layout] of layouts.entries()) {
      best[n] = Math.max(best[n]!, await measure(layout));
    }
  }
  console.table(layouts.map((layout, n) => ({
    ...layout,
    "jobs accepted per second": Math.round(best[n]!),
    "ratio": Number((best[n]! / best[0]!).toFixed(2)),
  })));
}

/** Submits jobs, and counts the refused ones. */
async function submitMany(jobs: ShardedJobs, count: number, keyOf?: (n: number) => string) {
  const ids: string[] = [];
  let refused = 0;
  for (let n = 0; n < count; n++) {
    try {
      ids.push(await jobs.submit(keyOf?.(n)));
    } catch (error) {
      if (!(error instanceof ShardDownError)) throw error;
      refused++;
    }
  }
  return { ids, refused };
}

/** Waits until all jobs that can be read have ended. */
async function untilEnded(jobs: ShardedJobs, ids: readonly string[]): Promise<string[]> {
  return await Promise.all(ids.map(async (id) => {
    try {
      return (await jobs.readEnded(id))?.state ?? "unknown";
    } catch (error) {
      if (error instanceof ShardDownError) return "not readable";
      throw error;
    }
  }));
}

const rows: Record<string, Record<string, number>> = {};

/** Adds a row to the table of the simulation. */
function note(what: string, { states, refused = 0 }: { states: string[]; refused?: number }): void {
  const count = (wanted: string) => states.filter((state) => state === wanted).length;
  rows[what] = {
    jobs: states.length,
    completed: count("succeeded"),
    "not readable": count("not readable"),
    unknown: count("unknown"),
    refused,
  };
}

async function simulate(count: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await workDirectory());
  const start = async (number: number) => {
    const path = join(directory.path, `${number}.sqlite`);
    return stack.use(await ShardProcess.start(number, { path, delayMs: DELAY_MS }));
  };
  const shards = await Promise.all(Array.from({ length: SHARDS }, (_, number) => start(number)));
  const jobs = new ShardedJobs(shards);
  const before = await submitMany(jobs, count);
  const dying = shards[1]!;
  const interrupted = await dying.sweep();
  await dying.kill();
  const keyed = await submitMany(jobs, count, (n) => `key ${n}`);
  const during = await submitMany(jobs, count);
  const accepted = [...before.ids, ...keyed.ids, ...during.ids];
  note("accepted before", { states: await untilEnded(jobs, before.ids) });
  note("while a shard is down", { states: await untilEnded(jobs, during.ids), ...during });
  note("the same, with keys", { states: await untilEnded(jobs, keyed.ids), ...keyed });
  jobs.replace(await start(dying.number));
  note("all, after it is back", { states: await untilEnded(jobs, accepted) });
  const records = await Promise.all(accepted.map((id) => jobs.read(id)));
  jobs.add(await start(SHARDS));
  const again = await submitMany(jobs, count, (n) => `key ${n}`);
  note("keys again, with a new shard", { states: await untilEnded(jobs, again.ids), ...again });
  const known = new Set(keyed.ids);
  console.table(rows);
  console.table({
    "jobs of the shard that died": before.ids.filter((id) => shardOfId(id) === dying.number).length,
    "of which it had begun": interrupted,
    "jobs with a second attempt": records.filter((job) => job?.attempt === 2).length,
    "keys that found their job": again.ids.filter((id) => known.has(id)).length,
    "keys whose first request was refused": again.ids.filter((id) => !known.has(id)).length,
  });
}

await measureAll();
await simulate(Number(values.jobs));
