/**
 * The responses of ended jobs that the provider still stores: their deletion has failed, or the
 * process died before it. One of all instances repeats the deletions, once an hour until the entries
 * expire with their jobs.
 *
 * | key | value |
 * |---|---|
 * | `["response_sweep"]` | when an instance last repeated failed deletions, in epoch milliseconds |
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { isEnded, JobRecord } from "../job/job_record.ts";
import { keys, prefixes } from "./job_keys.ts";

/** A fault at the provider may last for a while. A job of 24 hours has 24 tries. */
const SWEEP_MS = 3_600_000;

/** How often an instance looks whether a sweep is due. */
const CHECK_MS = 300_000;

const SweptAt = z.number();
const Key = z.tuple([z.string(), z.string(), z.string()]);

/** A response and its job. */
export interface StoredResponse {
  jobId: string;
  responseId: string;
}

/** The stored responses of one KV database. */
export class StoredResponses {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  #checkAt = -Infinity;

  constructor(kv: Deno.Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** Removes the entry of a response that the provider has deleted. */
  async forget({ jobId, responseId }: StoredResponse): Promise<void> {
    await this.#kv.delete(keys.storedResponse(jobId, responseId));
  }

  /** Returns whether this instance, and no other one, must sweep now. Most calls read nothing. */
  async claimSweep(): Promise<boolean> {
    const now = this.#clock.now();
    if (now < this.#checkAt) return false;
    this.#checkAt = now + CHECK_MS;
    const entry = await this.#kv.get(["response_sweep"]);
    const sweptAt = SweptAt.safeParse(entry.value).data ?? -Infinity;
    // A time in the future means that a clock was set back.
    if (Math.abs(now - sweptAt) < SWEEP_MS) return false;
    const claim = this.#kv.atomic().check(entry).set(entry.key, now, { expireIn: 2 * SWEEP_MS });
    return (await claim.commit()).ok;
  }

  /** Yields the stored responses of all jobs that have ended. */
  async *ofEndedJobs(): AsyncGenerator<StoredResponse> {
    let last = { jobId: "", hasEnded: false };
    for await (const { key, value } of this.#kv.list({ prefix: prefixes.allStoredResponses() })) {
      const jobId = Key.safeParse(key).data?.[1];
      const responseId = z.string().safeParse(value).data;
      if (jobId === undefined || responseId === undefined) continue;
      if (jobId !== last.jobId) last = { jobId, hasEnded: await this.#hasEnded(jobId) };
      if (last.hasEnded) yield { jobId, responseId };
    }
  }

  /** A job of another version may run. One that does not exist has expired. */
  async #hasEnded(jobId: string): Promise<boolean> {
    const { value } = await this.#kv.get(keys.job(jobId));
    if (value === null) return true;
    const { data: job } = JobRecord.safeParse(value);
    return job !== undefined && isEnded(job);
  }
}
