/**
 * Opens the database.
 * @module
 */
import { dirname } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";
import { retry } from "../retry.ts";

/**
 * Opens Deno KV.
 *
 * @param path a file, `:memory:`, or the URL of a KV Connect server; unset, the default of the
 * platform: a file of Deno's own locally, the app's database on Deno Deploy
 */
export async function openDatabase(path: string | undefined): Promise<Deno.Kv> {
  if (path !== undefined && path !== ":memory:" && !URL.canParse(path)) {
    await Deno.mkdir(dirname(path), { recursive: true });
  }
  return patientKv(await Deno.openKv(path));
}

/**
 * How often a locked database is tried again: for 5 s in all. The waits stay short, because whoever
 * waits for long while others come and go is the one who never gets in.
 */
const LOCKED_TRIES = 53;
const LOCKED_WAIT_MS = 10;
const LOCKED_MAX_WAIT_MS = 100;

/** How many entries a list reads at once, unless told otherwise. */
const BATCH = 100;

/**
 * What has not been answered within so many ticks, five seconds, will not be; no caller must wait for
 * it for ever. A process that was frozen on the way, or a machine that slept, misses one tick at the
 * most, and hears the answer that was there all the time.
 */
const ANSWER_TICKS = 5;
const TICK_MS = 1_000;

/**
 * A database that is shared with other processes, or reached over a network.
 *
 * SQLite refuses to read or write while another process writes, and Deno passes that on at once;
 * nothing has happened then, so it is safe to try again. What is not answered within five seconds
 * fails.
 */
export function patientKv(kv: Deno.Kv, clock: Clock = systemClock): Deno.Kv {
  const patiently = <T>(work: () => Promise<T>) =>
    retry(() => inTime(work(), clock), {
      tries: LOCKED_TRIES,
      waitMs: LOCKED_WAIT_MS,
      maxWaitMs: LOCKED_MAX_WAIT_MS,
      clock,
      when: isLocked,
    });
  const methods = {
    get: (...args: Parameters<Deno.Kv["get"]>) => patiently(() => kv.get(...args)),
    getMany: (...args: Parameters<Deno.Kv["getMany"]>) => patiently(() => kv.getMany(...args)),
    list(selector: Deno.KvListSelector, options: Deno.KvListOptions = {}) {
      const batchSize = Math.min(options.batchSize ?? options.limit ?? BATCH, LARGEST_BATCH);
      const entries = kv.list(selector, { ...options, batchSize });
      const next = entries.next.bind(entries);
      let count = 0;
      // Only the first entry of a batch comes from the database, the others from memory.
      entries.next = () => count++ % batchSize === 0 ? patiently(next) : next();
      return entries;
    },
    atomic() {
      const operation = kv.atomic();
      const commit = operation.commit.bind(operation);
      operation.commit = () => patiently(commit);
      return operation;
    },
  };
  return new Proxy(kv, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Rejects when the answer takes too long. */
async function inTime<T>(answer: Promise<T>, clock: Clock): Promise<T> {
  const answered = new AbortController();
  try {
    return await Promise.race([answer, untilLate(clock, answered.signal)]) as T;
  } finally {
    answered.abort();
  }
}

/** Rejects when it is too late to be answered, unless `answered` aborts before. */
async function untilLate(clock: Clock, answered: AbortSignal): Promise<void> {
  for (let tick = 0; tick < ANSWER_TICKS; tick++) {
    await clock.wait(TICK_MS, answered);
    if (answered.aborted) return;
  }
  throw new Error("The database does not answer");
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}
