/**
 * One database of several, with the real store and an instance that works on its jobs.
 * @module
 */
import { createRuntime, type Runtime } from "../../jobs/runtime/runtime.ts";
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import { parseConfig } from "../../lib/config.ts";
import { hashJson } from "../../lib/hash.ts";
import { isEnded, newJob } from "../../lib/job/job_record.ts";
import type { Kv } from "../../lib/platform/kv.ts";
import { openDatabase } from "../../lib/store/database.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { openStores } from "../../testing/runtimes.ts";
import { newShardedId } from "./shard_map.ts";
import type { AcceptOptions, JobShard, ShardedJob } from "./sharded_jobs.ts";

/** The wish of every job. */
const request = { destination: "Tokyo, Japan", durationDays: 3 };

/** The kind of every job. */
const KIND = "itinerary";

export interface ShardOptions {
  path: string;
  clock: Clock;
  /** How long the sample generator takes for a plan, in milliseconds. */
  delayMs?: number;
}

/** The conditions for a job that a single database can check. */
export interface ShardTerms extends AcceptOptions {
  /** The caller. */
  owner?: string;
  /** How many jobs the caller may create in a day. Unset: no limit. */
  dailyBudget?: number;
}

/** A shard in this process. */
export class Shard implements JobShard {
  readonly number: number;
  readonly #clock: Clock;
  readonly #kv: Kv;
  readonly #runtime: Runtime;
  readonly #store: JobStore;

  private constructor(number: number, kv: Kv, { clock, delayMs = 0 }: ShardOptions) {
    this.number = number;
    this.#clock = clock;
    this.#kv = kv;
    const config = parseConfig({
      DOORBELL: "sweep",
      LEASE_SECONDS: "1",
      GENERATOR: "sample",
      SAMPLE_DELAY_MS: String(delayMs),
      MAX_QUEUED_JOBS: "1000000",
      LOG_LEVEL: "error",
    });
    this.#runtime = createRuntime(config, { kv, clock, random: Math.random });
    this.#store = openStores(kv, { clock }).store;
  }

  /** Opens a shard on a file, which may have jobs of an instance that has died. */
  static async open(number: number, options: ShardOptions): Promise<Shard> {
    return new Shard(number, await openDatabase(options.path), options);
  }

  /** Accepts a job in one commit, and returns its id. */
  async accept({ idempotencyKey, owner, dailyBudget }: ShardTerms = {}): Promise<string> {
    const now = this.#clock.now();
    const id = newShardedId(this.number, now);
    const { promptVersion } = this.#runtime.kinds.find(({ name }) => name === KIND)!;
    const job = newJob({
      id,
      kind: KIND,
      request,
      promptVersion,
      now,
      ttlMs: DAY_MS,
      owner: owner ?? null,
    });
    const acceptance = await this.#store.accept(job, {
      idempotency: idempotencyKey === undefined ? undefined : keyOf(idempotencyKey),
      dailyBudget,
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
  async read(id: string): Promise<ShardedJob | null> {
    const job = (await this.#store.read(id))?.job;
    return job ? { id, state: job.state, attempt: job.attempt } : null;
  }

  /** Reads a job as soon as it has ended; `null`: there is none. */
  async readEnded(id: string): Promise<ShardedJob | null> {
    const found = new AbortController();
    try {
      for await (const _ of this.#store.changes(id, found.signal)) {
        const job = (await this.#store.read(id))?.job;
        if (!job || isEnded(job)) break;
      }
      return await this.read(id);
    } finally {
      found.abort();
    }
  }

  /** Starts the background loops of the instance. */
  start(): void {
    this.#runtime.instance.start();
  }

  /** Claims what is due, and returns how many jobs the instance works on. */
  async sweep(): Promise<number> {
    await this.#runtime.instance.sweep();
    return this.#runtime.instance.running;
  }

  /** Stops the instance and closes the database. */
  async close(): Promise<void> {
    await this.#runtime.instance.stop(0, AbortSignal.abort());
    this.#kv.close();
  }
}

function keyOf(idempotencyKey: string) {
  return { key: hashJson(idempotencyKey), fingerprint: hashJson(request) };
}
