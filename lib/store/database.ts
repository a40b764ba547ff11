/**
 * Opens the database.
 * @module
 */
import { dirname } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { keepReceipts } from "./commit_receipts.ts";
import { groupCommits } from "./group_commit.ts";
import { databaseFile, isKvUrl } from "../kv_path.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";
import { retry } from "../retry.ts";
import { isStorageFull, isUnwritable, type StorageSpace } from "./storage_space.ts";
import { type Kv, type KvListOptions, type KvListSelector, withMethods } from "../platform/kv.ts";
import { platform } from "../platform/platform.ts";

export interface OpenOptions {
  clock?: Clock;
  /** The space of the same database. Unset: the free space is not checked. */
  storage?: StorageSpace;
  /** Whether the database is reached over a network. Unset: if the path is a URL. */
  isRemote?: boolean;
}

/** The disk is too full to open the database. */
export class StorageFullError extends Error {
  override name = "StorageFullError";
}

/**
 * Opens Deno KV. If another process is creating the file or has locked it, waits up to five seconds.
 *
 * @param path a file, `:memory:`, or the URL of a KV Connect server; unset: Deno's default file for
 * this program, or on Deno Deploy the database of the app
 * @throws {StorageFullError} if the disk is full. KV would delete expired keys at once, and if it
 * found no room, Deno would end the process without a clear message
 */
export async function openDatabase(
  path: string | undefined,
  { clock = systemClock, storage, isRemote = isKvUrl(path) }: OpenOptions = {},
): Promise<Kv> {
  const file = databaseFile(path);
  if (file !== null) await createDirectory(dirname(file));
  await storage?.measure();
  if (storage?.isEmpty) throw new StorageFullError("The disk is full");
  const kv = await retryLocked(() => platform.openKv(path), clock).catch((error) => {
    throw isStorageFull(error) ? new StorageFullError("The disk is full") : error;
  });
  const onUnwritable = (error: unknown) => storage?.reportUnwritable(error);
  const patient = patientKv(kv, { clock, onUnwritable });
  // Over a network, commits run side by side, and denokv refuses the many checks of a group.
  return isRemote ? keepReceipts(patient) : groupCommits(patient);
}

/** Creates a directory. Without permission, it may be there already, and KV reports if it is not. */
async function createDirectory(path: string): Promise<void> {
  await platform.files.createDirectory(path).catch((error) => {
    if (!platform.failures.isForbidden(error)) throw error;
  });
}

/**
 * How long to retry if the database is locked. The waits stay short, because a process with long
 * waits never gets the lock among many others.
 */
const LOCKED_MS = 5_000;
const LOCKED_FIRST_WAIT_MS = 10;
const LOCKED_MAX_WAIT_MS = 100;

/** The default size of a batch of a `list`. */
const BATCH = 100;

/**
 * The longest wait for an answer, in ticks of a second. After a freeze of the process or a sleep of
 * the machine, at most one tick is lost, so the process still reads an answer that has arrived.
 */
const ANSWER_TICKS = 5;
const TICK_MS = 1_000;

/**
 * Wraps a database that other processes share, or that is on a network.
 *
 * While another process writes, SQLite refuses reads and writes, and Deno throws at once. Such a
 * call has changed nothing, so the wrapper retries it. A call without an answer within five to six
 * seconds fails.
 *
 * @param options `onUnwritable`: receives the error of a commit that the disk has not taken
 */
export function patientKv(
  kv: Kv,
  { clock = systemClock, onUnwritable = () => {} }: {
    clock?: Clock;
    onUnwritable?: (error: unknown) => void;
  } = {},
): Kv {
  const limit = new AnswerLimit(clock);
  const withRetries = <T>(work: () => Promise<T>) => retryLocked(() => limit.run(work), clock);
  const methods = {
    get: (...args: Parameters<Kv["get"]>) => withRetries(() => kv.get(...args)),
    getMany: (...args: Parameters<Kv["getMany"]>) => withRetries(() => kv.getMany(...args)),
    list(selector: KvListSelector, options: KvListOptions = {}) {
      const batchSize = Math.min(options.batchSize ?? options.limit ?? BATCH, LARGEST_BATCH);
      const entries = kv.list(selector, { ...options, batchSize });
      const next = entries.next.bind(entries);
      let count = 0;
      // Only the first entry of a batch needs a read, the others are in memory.
      entries.next = () => count++ % batchSize === 0 ? withRetries(next) : next();
      return entries;
    },
    atomic() {
      const operation = kv.atomic();
      const commit = operation.commit.bind(operation);
      operation.commit = () =>
        withRetries(commit).catch((error) => {
          if (isUnwritable(error)) onUnwritable(error);
          throw error;
        });
      return operation;
    },
    close() {
      limit.close();
      kv.close();
    },
    [Symbol.dispose]: () => methods.close(),
  };
  return withMethods(kv, methods);
}

/** A call that waits for its answer. */
interface PendingCall {
  ticks: number;
  reject: (reason: Error) => void;
}

/** Makes calls fail whose answers take too long. One timer serves all calls. */
class AnswerLimit {
  readonly #clock: Clock;
  readonly #pending = new Set<PendingCall>();
  readonly #closed = new AbortController();
  #isTicking = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `work`. Rejects after five to six seconds without an answer. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call = { ticks: 0, reject };
    this.#pending.add(call);
    if (!this.#isTicking) this.#tick();
    Promise.try(work).then(resolve, reject).finally(() => this.#pending.delete(call));
    return promise;
  }

  /** Stops the timer. */
  close(): void {
    this.#closed.abort();
  }

  /** Counts the seconds of all calls, until no call waits. */
  async #tick(): Promise<void> {
    this.#isTicking = true;
    while (this.#pending.size > 0 && !this.#closed.signal.aborted) {
      await this.#clock.wait(TICK_MS, this.#closed.signal);
      for (const call of this.#pending) {
        // The first tick may come just after the call.
        if (++call.ticks <= ANSWER_TICKS) continue;
        this.#pending.delete(call);
        call.reject(new Error("The database does not answer"));
      }
    }
    this.#isTicking = false;
  }
}

/** Repeats work that fails because another process has locked the database. */
function retryLocked<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  return retry(work, {
    forMs: LOCKED_MS,
    firstMs: LOCKED_FIRST_WAIT_MS,
    maxMs: LOCKED_MAX_WAIT_MS,
    clock,
    when: isLocked,
  });
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}
