/**
 * One database of several, with the real store and an instance that works on its jobs.
 * @module
 */
import { createRuntime, type Runtime } from "../../jobs/runtime/runtime.ts";
import type { Clock } from "../../lib/clock.ts";
import { parseConfig } from "../../lib/config.ts";
import { hashJson } from "../../lib/hash.ts";
import { type JobRecord, newJob } from "../../lib/job/job_record.ts";
import type { Kv } from "../../lib/platform/kv.ts";
import { openDatabase } from "../../lib/store/database.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { openStores } from "../../testing/runtimes.ts";
import { newShardedId } from "./shard_map.ts";

/** The wish of every job. */
const request = { destination: "Tokyo, Japan", durationDays: 3 };

/** The kind of every job. */
const KIND = "itinerary";

const HOUR_MS = 3_600_000;

export interface ShardOptions {
  path: string;
  clock: Clock;
  /** How long the sample generator takes for a plan, in milliseconds. */
  delayMs?: number;
}

/** The conditions for a job. */
export interface AcceptOptions {
  /** A repeated one finds the first job. */
  idempotencyKey?: string | undefined;
  /** The caller. */
  owner?: string;
  /** How many jobs the caller may create in a day. Unset: no limit. */
  dailyBudget?: number;
}

/** A call of a database that does not answer. */
export class ShardDownError extends Error {
  override name = "ShardDownError";

  constructor() {
    super("The database of the shard does not answer");
  }
}

/** A shard. `close()` ends it in order, {@link die} does not. */
export class Shard {
  readonly number: number;
  readonly #options: ShardOptions;
  readonly #kv: Kv;
  readonly #down: { isDown: boolean };
  readonly #runtime: Runtime;
  readonly #store: JobStore;

  private constructor(number: number, kv: Kv, options: ShardOptions) {
    const { clock, delayMs = 0 } = options;
    this.number = number;
    this.#options = options;
    this.#kv = kv;
    this.#down = { isDown: false };
    const reached = withSwitch(kv, this.#down);
    const config = parseConfig({
      DOORBELL: "sweep",
      LEASE_SECONDS: "1",
      GENERATOR: "sample",
      SAMPLE_DELAY_MS: String(delayMs),
      MAX_QUEUED_JOBS: "1000000",
      LOG_LEVEL: "error",
    });
    this.#runtime = createRuntime(config, { kv: reached, clock, random: Math.random });
    this.#store = openStores(reached, { clock }).store;
  }

  /** Opens a shard on a file, which may have jobs of an instance that has died. */
  static async open(number: number, options: ShardOptions): Promise<Shard> {
    return new Shard(number, await openDatabase(options.path), options);
  }

  /**
   * Accepts a job in one commit.
   *
   * @returns the id of the job
   * @throws {ShardDownError} if the database does not answer
   */
  async accept({ idempotencyKey, owner, dailyBudget }: AcceptOptions = {}): Promise<string> {
    const now = this.#options.clock.now();
    const id = newShardedId(this.number, now);
    const kind = this.#runtime.kinds.find(({ name }) => name === KIND)!;
    const { promptVersion } = kind;
    const ttlMs = 24 * HOUR_MS;
    const job = newJob({
      id,
      kind: KIND,
      request,
      promptVersion,
      now,
      ttlMs,
      owner: owner ?? null,
    });
    const idempotency = idempotencyKey === undefined ? undefined : keyOf(idempotencyKey);
    const acceptance = await this.#store.accept(job, {
      idempotency,
      ...(dailyBudget !== undefined && { dailyBudget }),
    });
    if (acceptance.outcome === "accepted") return id;
    if (acceptance.outcome === "repeated") return acceptance.job.id;
    throw new Error(`Cannot accept a job: ${acceptance.outcome}`);
  }

  /** Returns the id of the job of an idempotency key; `null`: this shard does not know the key. */
  async findRepeated(idempotencyKey: string): Promise<string | null> {
    const found = await this.#store.acceptances.findRepeated(keyOf(idempotencyKey));
    return found?.outcome === "repeated" ? found.job.id : null;
  }

  /** Reads a job; `null`: there is none. */
  async read(id: string): Promise<JobRecord | null> {
    return (await this.#store.read(id))?.job ?? null;
  }

  /** Starts the background loops of the instance. */
  start(): void {
    this.#runtime.instance.start();
  }

  /** Claims what is due, without the background loops. */
  async sweep(): Promise<void> {
    if (!this.#down.isDown) await this.#runtime.instance.sweep();
  }

  /** How many jobs the instance works on. */
  get running(): number {
    return this.#runtime.instance.running;
  }

  /** Resolves when the instance works on no job. */
  async idle(): Promise<void> {
    await this.#runtime.instance.idle();
  }

  /** From now on, no call reaches the database. What the instance has not stored is lost. */
  die(): void {
    this.#down.isDown = true;
  }

  /** Opens the same file again, with another instance. */
  async reopen(): Promise<Shard> {
    return await Shard.open(this.number, this.#options);
  }

  /** Stops the instance and closes the database, also after {@link die}. */
  async close(): Promise<void> {
    await this.#runtime.instance.stop(0, AbortSignal.abort());
    this.#kv.close();
  }
}

function keyOf(idempotencyKey: string) {
  return { key: hashJson(idempotencyKey), fingerprint: hashJson(request) };
}

/** The methods that call the database. Those of a transaction do not, except `commit()`. */
const CALLS = new Set<PropertyKey>(["get", "getMany", "set", "delete", "next"]);
const TRANSACTION_CALLS = new Set<PropertyKey>(["commit"]);

/** Wraps a database, a list or a transaction, so that no call arrives while `isDown` is set. */
function withSwitch<T extends object>(target: T, down: { isDown: boolean }): T {
  const calls = "commit" in target ? TRANSACTION_CALLS : CALLS;
  return new Proxy(target, {
    get(_, name, wrapped) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (calls.has(name) && down.isDown) return Promise.reject(new ShardDownError());
        const result = value.apply(target, args);
        // The methods of a transaction and the iterator of a list return themselves.
        if (result === target) return wrapped;
        return name === "atomic" || name === "list" ? withSwitch(result, down) : result;
      };
    },
  });
}
