/**
 * Jobs in several databases, behind one interface.
 * @module
 */
import { type JobRecord } from "../../lib/job/job_record.ts";
import { type Shard, ShardDownError } from "./shard.ts";
import { MAX_SHARDS, shardOfId, shardOfKey } from "./shard_map.ts";

/** The jobs of several shards. */
export class ShardedJobs {
  readonly #shards = new Map<number, Shard>();
  /** The sets of shards by which keys were chosen within the life of a job, the newest first. */
  #layouts: number[][] = [];
  #turn = 0;

  /** Creates it with its first shards. */
  constructor(shards: readonly Shard[]) {
    for (const shard of shards) this.#shards.set(shard.number, shard);
    this.#layouts = [[...this.#shards.keys()]];
  }

  /** All shards, also shards that do not answer. */
  get shards(): Shard[] {
    return [...this.#shards.values()];
  }

  /**
   * Adds a shard. Jobs stay where they are. The former layout is kept for the keys that it has
   * placed, as long as jobs live.
   */
  add(shard: Shard): void {
    if (this.#shards.has(shard.number) || shard.number >= MAX_SHARDS) {
      throw new Error(`Cannot add shard ${shard.number}: the number is taken or too high`);
    }
    this.#shards.set(shard.number, shard);
    this.#layouts = [[...this.#shards.keys()], ...this.#layouts];
  }

  /** Replaces a shard that has died by the same database, opened again. */
  replace(shard: Shard): void {
    this.#shards.set(shard.number, shard);
  }

  /**
   * Accepts a job. Without a key, it goes to the next shard that answers.
   *
   * @returns the id of the job
   * @throws {ShardDownError} if no shard answers, or if that of the key does not. Another shard
   * would create a second job for the key
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
   * @returns `null` if there is no such job
   * @throws {ShardDownError} if the shard does not answer
   */
  async read(id: string): Promise<JobRecord | null> {
    return await this.#shards.get(shardOfId(id))?.read(id) ?? null;
  }
}
