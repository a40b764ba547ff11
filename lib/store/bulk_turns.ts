/**
 * The turns of bulk jobs: of each sort, one works at a time.
 *
 * | key | value |
 * |---|---|
 * | `["bulk_turn", sort]` | the id of the bulk job of this sort that works, or worked last |
 *
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { isEnded } from "../job/job_record.ts";
import { parseReadableJob } from "./job_entry.ts";
import { keys } from "./job_keys.ts";
import type { Kv } from "../platform/kv.ts";

const Turn = z.object({ id: z.uuid() });

export interface BulkTurnsOptions {
  clock: Clock;
  /** How long a job lives, in milliseconds. */
  ttlMs: number;
}

/** The turns in one KV database. */
export class BulkTurns {
  readonly #kv: Kv;
  readonly #options: BulkTurnsOptions;

  constructor(kv: Kv, options: BulkTurnsOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /**
   * Takes the turn for a bulk job, unless another one has it that has not ended. A job that has the
   * turn keeps it until it ends.
   *
   * @returns whether the job may work
   */
  async take(sort: string, id: string): Promise<boolean> {
    const { ttlMs } = this.#options;
    const entry = await this.#kv.get(["bulk_turn", sort]);
    const owner = Turn.safeParse(entry.value).data?.id;
    if (owner === id) return true;
    if (owner !== undefined && await this.#works(owner)) return false;
    const result = await this.#kv.atomic()
      .check(entry)
      .set(entry.key, { id }, { expireIn: ttlMs })
      .commit();
    // A conflict means that another job has taken the turn.
    return result.ok;
  }

  async #works(id: string): Promise<boolean> {
    const job = parseReadableJob(await this.#kv.get(keys.job(id)), this.#options.clock.now());
    return job !== null && !isEnded(job);
  }
}
