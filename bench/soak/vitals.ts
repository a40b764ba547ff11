/**
 * Measures the programs and their database in a quiet moment: no job is running, and no client has
 * a connection.
 */
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Program } from "../../testing/program.ts";
import { wait } from "../chance.ts";
import type { Inspector } from "./inspector.ts";
import type { Traffic } from "./traffic.ts";
import { percentile } from "../durations.ts";
import type { Measurement } from "./verdict.ts";

const MB = 1024 * 1024;

/** How many requests are timed, one after the other. */
const READS = 400;
const CREATIONS = 100;

/** How long delays of the event loop are measured, during these requests. */
const LOOP_MS = 1_000;

/** Threads and connections that are no longer used end within this time. */
const CALM_MS = 20_000;

/** A process is calm when it has not changed for so many looks in a row. */
const EQUAL_LOOKS = 6;
const LOOK_MS = 500;

/** Deno KV removes expired keys about once in a minute. */
const REMOVED_AFTER_MS = 120_000;

/** Waits until the number of threads and descriptors no longer changes. */
async function untilCalm(program: Program): Promise<void> {
  const until = Date.now() + CALM_MS;
  let [last, equal] = ["", 0];
  while (equal < EQUAL_LOOKS && Date.now() < until) {
    const now = `${await program.threads()} ${await program.descriptors()}`;
    equal = now === last ? equal + 1 : 0;
    last = now;
    await wait(LOOK_MS);
  }
}

/** Measures one process. Its values begin with `name`. */
export async function measureProgram(
  name: string,
  { program, inspector, traffic, place }: {
    program: Program;
    inspector: Inspector;
    traffic: Traffic;
    place: number;
  },
): Promise<Measurement> {
  await untilCalm(program);
  const heapBytes = await inspector.heapBytes();
  const memoryBytes = await program.memoryBytes();
  const [descriptors, threads] = [await program.descriptors(), await program.threads()];
  const [times, delays] = await Promise.all([
    timeRequests(traffic, place),
    inspector.loopDelays(LOOP_MS),
  ]);
  await traffic.settle();
  traffic.closeConnections();
  const values: Measurement = {
    "heap, MB": heapBytes / MB,
    "resident memory, MB": memoryBytes / MB,
    descriptors,
    threads,
    "GET p50, ms": percentile(times.reads, 0.5),
    "GET p99, ms": percentile(times.reads, 0.99),
    "POST p50, ms": percentile(times.creations, 0.5),
    "POST p99, ms": percentile(times.creations, 0.99),
    "event loop delay p99, ms": percentile(delays, 0.99),
  };
  return Object.fromEntries(
    Object.entries(values).map(([what, value]) => [`${name}: ${what}`, value]),
  );
}

async function timeRequests(traffic: Traffic, place: number) {
  const [reads, creations]: [number[], number[]] = [[], []];
  const time = async (times: number[], work: () => Promise<unknown>) => {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  };
  const trip = await traffic.create();
  await traffic.settle();
  if (!trip) return { reads, creations };
  for (let n = 0; n < READS; n++) {
    await time(reads, () => traffic.send({ path: trip.path, to: place, expected: [200] }));
  }
  for (let n = 0; n < CREATIONS; n++) {
    await time(creations, () => traffic.create({ to: place }));
  }
  return { reads, creations };
}

const Counts = z.object({
  keys: z.number(),
  endless: z.number(),
  expired: z.number(),
  pages: z.number(),
  page_size: z.number(),
});

/** Measures the database. Another connection only reads it. */
export async function measureDatabase(path: string): Promise<Measurement> {
  using database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  const counts = Counts.parse(
    database.prepare(`
      select count(*) as keys,
        count(*) filter (where expiration_ms = -1) as endless,
        count(*) filter (where expiration_ms between 0 and ?) as expired,
        (select page_count from pragma_page_count) as pages,
        (select page_size from pragma_page_size) as page_size
      from kv
    `).get(Date.now() - REMOVED_AFTER_MS),
  );
  const { keys, pages, page_size: pageBytes } = counts;
  return {
    "database: keys": keys,
    "database: keys without expiry": counts.endless,
    "database: expired keys not removed": counts.expired,
    "database: file, bytes per key": pages * pageBytes / keys,
    "database: write-ahead log, MB": (await Deno.stat(`${path}-wal`)).size / MB,
  };
}
