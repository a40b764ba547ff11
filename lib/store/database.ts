/**
 * Opens the database.
 * @module
 */
import { dirname } from "node:path";
import { type Clock, DeadlineError, systemClock, withDeadline } from "../clock.ts";
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
 * How long a locked database is tried again, in milliseconds. The waits stay short: a process that
 * waits for long while others come and go never gets in.
 */
const LOCKED_MS = 5_000;
const LOCKED_FIRST_WAIT_MS = 10;
const LOCKED_MAX_WAIT_MS = 100;

/** How many entries a list reads at once, unless told otherwise. */
const BATCH = 100;

/**
 * How long an answer is waited for. It is counted in ticks of a second: a process that was frozen, or
 * a machine that slept, misses one tick at the most, and still takes the answer that has arrived.
 */
const ANSWER_MS = 5_000;
const ANSWER_TICKS = 5;

/**
 * A database that is shared with other processes, or reached over a network.
 *
 * SQLite refuses to read or write while another process writes, and Deno passes that on at once;
 * nothing has happened then, so it is safe to try again. What is not answered within five seconds
 * fails.
 */
export function patientKv(kv: Deno.Kv, clock: Clock = systemClock): Deno.Kv {
  const patiently = <T>(work: () => Promise<T>) =>
    retry(() => answered(work, clock), {
      forMs: LOCKED_MS,
      firstMs: LOCKED_FIRST_WAIT_MS,
      maxMs: LOCKED_MAX_WAIT_MS,
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
async function answered<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  try {
    return await withDeadline(work, { ms: ANSWER_MS, parts: ANSWER_TICKS, clock });
  } catch (error) {
    throw error instanceof DeadlineError ? new Error("The database does not answer") : error;
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}
