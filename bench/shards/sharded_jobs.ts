/**
 * Jobs in several databases, behind one interface.
 * @module
 */
import type { JobRecord } from "../../lib/job/job_record.ts";
import { shardOfId, shardOfKey } from "./shard_map.ts";

/** What the simulation reads of a job. */
export type ShardedJob = Pick<JobRecord, "id" | "state" | "attempt">;

/** The conditions for a job. */
export interface AcceptOptions {
  /** A repeated one finds the first job. */
  idempotencyKey?: string | undefined;
}

/** A shard, in this process or in another one. Each method may throw a {@link ShardDownError}. */
export interface JobShard {
  number: number;
  /** Accepts a job, and returns its id. */
  accept(options?: AcceptOptions): Promise<string>;
  /** Returns the id of the job of an idempotency key; `null`: the shard does not know the key. */
  findRepeated(idempotencyKey: string): Promise<string | null>;
  /** Reads a job; `null`: there is none. */
  read(id: string): Promise<ShardedJob | null>;
  /** Reads a job as soon as it has ended; `null`: there is none. */
  readEnded(id: string): Promise<ShardedJob | null>;
}

/** A shard to which nothing can be sent. */
export class ShardDownError extends Error {
  override name = "ShardDownError";

  constructor() {
    super("The shard does not accept connections");
  }
}

/** The jobs of several shards. */
export class ShardedJobs {
  readonly #shards = new Map<number, JobShard>();
  /** The sets of shards by which keys were chosen within the life of a job, the newest first. */
  #layouts: number[][] = [];
  #turn = 0;

  /** Creates it with its first shards. */
  constructor(shards: readonly JobShard[]) {
    for (const shard of shards) this.#shards.set(shard.number, shard);
    this.#layouts = [[...this.#shards.keys()]];
  }

  /**
   * Adds a shard. Jobs stay where they are. The former layout is kept for the keys that it has
   * placed, as long as jobs live.
   */
  add(shard: JobShard): void {
    if (this.#shards.has(shard.number)) {
      throw new Error(`Cannot add shard ${shard.number}: the number is taken`);
    }
    this.#shards.set(shard.number, shard);
    this.#layouts = [[...this.#shards.keys()], ...this.#layouts];
  }

  /** Replaces a shard that has died by a process on the same file. */
  replace(shard: JobShard): void {
    this.#shards.set(shard.number, shard);
  }

  /**
   * Accepts a job. Without a key, it goes to the next shard that accepts connections. It goes to no
   * other shard if the connection breaks later: the first shard may have accepted it.
   *
   * @returns the id of the job
   * @throws {ShardDownError} if all shards are down, or that of the key. Another shard would
   * create a second job for the key
   */
  async submit(idempotencyKey?: string): Promise<string> {
    if (idempotencyKey !== undefined) return await this.#submitWithKey(idempotencyKey);
    const numbers = this.#layouts[0]!;
    for (let tries = 0; tries < numbers.length; tries++) {
      const shard = this.#shards.get(numbers[this.#turn++ % numbers.length]!)!;
      try {
        return await shard.accept();
      } catch (error) {
        if (!(error instanceof ShardDownError)) throw error;
      }
    }
    throw new ShardDownError();
  }

  async #submitWithKey(key: string): Promise<string> {
    const [home, ...former] = [...new Set(this.#layouts.map((shards) => shardOfKey(key, shards)))];
    for (const number of former) {
      const id = await this.#shards.get(number)!.findRepeated(key);
      if (id !== null) return id;
    }
    return await this.#shards.get(home!)!.accept({ idempotencyKey: key });
  }

  /**
   * Reads a job from the shard that its id names, and from no other one.
   *
   * @returns `null` if there is no such job, or no such shard
   * @throws {ShardDownError} if the shard is down
   */
  async read(id: string): Promise<ShardedJob | null> {
    return await this.#shards.get(shardOfId(id))?.read(id) ?? null;
  }

  /** Like {@link read}, as soon as the job has ended. */
  async readEnded(id: string): Promise<ShardedJob | null> {
    return await this.#shards.get(shardOfId(id))?.readEnded(id) ?? null;
  }
}
