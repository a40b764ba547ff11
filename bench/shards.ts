/**
 * Measures what several processes and several files carry, and simulates shards: one dies and comes
 * back, and one is added. `deno task shards`
 *
 * `--seconds`: the length of each measurement. `--jobs`: how many jobs the simulation has.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../lib/clock.ts";
import { workDirectory } from "../testing/program.ts";
import { acceptedPerSecond } from "./shards/writer_process.ts";
import { Shard, ShardDownError } from "./shards/shard.ts";
import { shardOfId } from "./shards/shard_map.ts";
import { ShardedJobs } from "./shards/sharded_jobs.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
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

/** The simulation ends before this time, or fails. */
const LIMIT_MS = 60_000;

/** How often the simulation looks whether its jobs have ended. */
const LOOK_MS = 50;

const SHARDS = 4;

/** Returns how many jobs these processes accept in a second, on so many files. */
async function measure({ processes, files, isOneCaller }: typeof layouts[number]): Promise<number> {
  await using directory = await workDirectory();
  const pathOf = (n: number) => join(directory.path, `${n % files}.sqlite`);
  const paths = Array.from({ length: processes }, (_, n) => pathOf(n));
  return await acceptedPerSecond(paths, { seconds: Number(values.seconds), isOneCaller });
}

async function measureAll(): Promise<void> {
  const table: Record<string, number | boolean>[] = [];
  let first: number | undefined;
  for (const layout of layouts) {
    const perSecond = await measure(layout);
    first ??= perSecond;
    table.push({
      ...layout,
      "jobs accepted per second": Math.round(perSecond),
      "ratio": Number((perSecond / first).toFixed(2)),
    });
  }
  console.table(table);
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

/** Reads jobs until all that can be read have ended. */
async function untilEnded(jobs: ShardedJobs, ids: readonly string[]) {
  const startedAt = performance.now();
  for (;;) {
    const states = await Promise.all(ids.map(async (id) => {
      try {
        return (await jobs.read(id))?.state ?? "unknown";
      } catch (error) {
        if (error instanceof ShardDownError) return "not readable";
        throw error;
      }
    }));
    if (!states.some((state) => state === "queued" || state === "running")) return states;
    if (performance.now() - startedAt > LIMIT_MS) throw new Error("The jobs do not end");
    await systemClock.wait(LOOK_MS);
  }
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
  await using directory = await workDirectory();
  const opened: Shard[] = [];
  const start = (shard: Shard) => {
    opened.push(shard);
    shard.start();
    return shard;
  };
  const open = async (number: number) => {
    const path = join(directory.path, `${number}.sqlite`);
    return start(await Shard.open(number, { path, clock: systemClock, delayMs: DELAY_MS }));
  };
  const jobs = new ShardedJobs(
    await Promise.all(Array.from({ length: SHARDS }, (_, number) => open(number))),
  );
  try {
    const before = await submitMany(jobs, count);
    const dying = jobs.shards[1]!;
    await whileRunning(dying);
    dying.die();
    const keyed = await submitMany(jobs, count, (n) => `key ${n}`);
    const during = await submitMany(jobs, count);
    const accepted = [...before.ids, ...keyed.ids, ...during.ids];
    note("accepted before", { states: await untilEnded(jobs, before.ids) });
    note("while a shard is down", { states: await untilEnded(jobs, during.ids), ...during });
    note("the same, with keys", { states: await untilEnded(jobs, keyed.ids), ...keyed });
    jobs.replace(start(await dying.reopen()));
    note("all, after it is back", { states: await untilEnded(jobs, accepted) });
    jobs.add(await open(SHARDS));
    const again = await submitMany(jobs, count, (n) => `key ${n}`);
    note("keys again, with a new shard", { states: await untilEnded(jobs, again.ids), ...again });
    const known = new Set(keyed.ids);
    console.table(rows);
    console.table({
      "jobs of the shard that died": before.ids.filter((id) => shardOfId(id) === 1).length,
      "keys that found their job": again.ids.filter((id) => known.has(id)).length,
      "keys whose first request was refused": again.ids.filter((id) => !known.has(id)).length,
    });
  } finally {
    await Promise.all(opened.map((shard) => shard.close()));
  }
}

/** Waits until an instance works on jobs. */
async function whileRunning(shard: Shard): Promise<void> {
  while (shard.running === 0) await systemClock.wait(1);
}

await measureAll();
await simulate(Number(values.jobs));
