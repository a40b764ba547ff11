/**
 * The responses of ended jobs that the provider still stores: their deletion has failed, or the
 * process died before it. One of all instances repeats the deletions, once an hour until the entries
 * expire with their jobs.
 *
 * | key | value |
 * |---|---|
 * | `["response_sweep"]` | when an instance last repeated failed deletions, in epoch milliseconds, and the key of the last one |
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { isEnded, JobRecord } from "../job/job_record.ts";
import { keys, prefixes } from "./job_keys.ts";
import type { AtomicCheck, Kv, KvListSelector } from "../platform/kv.ts";

/** A fault at the provider may last for a while. A job of 24 hours has 24 tries. */
const SWEEP_MS = 3_600_000;

/** How often an instance looks whether a sweep is due. */
const CHECK_MS = 300_000;

const Key = z.tuple([z.string(), z.string(), z.string()]);

const SweepEntry = z.object({
  at: z.number(),
  /** The key of the last response of this or an earlier sweep. */
  last: Key.nullable(),
});
type SweepEntry = z.infer<typeof SweepEntry>;

const sweepKey = ["response_sweep"];

/** A response and its job. */
export interface StoredResponse {
  jobId: string;
  responseId: string;
}

/** A sweep that this instance has claimed. */
export interface Sweep extends SweepEntry {
  versionstamp: string;
}

/** The stored responses of one KV database. */
export class StoredResponses {
  readonly #kv: Kv;
  readonly #clock: Clock;
  #checkAt = -Infinity;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** Removes the entry of a response that the provider has deleted. */
  async forget({ jobId, responseId }: StoredResponse): Promise<void> {
    await this.#kv.delete(keys.storedResponse(jobId, responseId));
  }

  /**
   * Claims the next sweep, if it is due. Most calls read nothing.
   *
   * @returns `null` if it is not due, or another instance has claimed it
   */
  async claimSweep(): Promise<Sweep | null> {
    const now = this.#clock.now();
    if (now < this.#checkAt) return null;
    this.#checkAt = now + CHECK_MS;
    const entry = await this.#kv.get(sweepKey);
    const { at = -Infinity, last = null } = SweepEntry.safeParse(entry.value).data ?? {};
    // A time in the future means that a clock was set back.
    if (Math.abs(now - at) < SWEEP_MS) return null;
    return await this.#write(entry, { at: now, last });
  }

  /**
   * Remembers where a sweep has ended. Without it, responses whose deletion always fails would keep
   * each sweep from the responses after them.
   */
  async endSweep(sweep: Sweep, { jobId, responseId }: StoredResponse): Promise<void> {
    const last = Key.parse(keys.storedResponse(jobId, responseId));
    // A conflict means that the next sweep has begun.
    await this.#write({ key: sweepKey, versionstamp: sweep.versionstamp }, { at: sweep.at, last });
  }

  async #write(check: AtomicCheck, entry: SweepEntry): Promise<Sweep | null> {
    const operation = this.#kv.atomic().check(check);
    const result = await operation.set(sweepKey, entry, { expireIn: 2 * SWEEP_MS }).commit();
    return result.ok ? { ...entry, versionstamp: result.versionstamp } : null;
  }

  /**
   * Yields the stored responses of all jobs that have ended.
   *
   * @param last the key of a response: begins after it, and continues at the first one
   */
  async *ofEndedJobs({ last }: Pick<Sweep, "last">): AsyncGenerator<StoredResponse> {
    const prefix = prefixes.allStoredResponses();
    if (last === null) return yield* this.#ofEndedJobs({ prefix });
    const next = [...last, ""];
    yield* this.#ofEndedJobs({ prefix, start: next });
    yield* this.#ofEndedJobs({ prefix, end: next });
  }

  async *#ofEndedJobs(selector: KvListSelector): AsyncGenerator<StoredResponse> {
    let last = { jobId: "", hasEnded: false };
    for await (const { key, value } of this.#kv.list(selector)) {
      const jobId = Key.safeParse(key).data?.[1];
      const responseId = z.string().safeParse(value).data;
      if (jobId === undefined || responseId === undefined) continue;
      if (jobId !== last.jobId) last = { jobId, hasEnded: await this.#hasEnded(jobId) };
      if (last.hasEnded) yield { jobId, responseId };
    }
  }

  /** A job that this version cannot read may still run. A job that does not exist has expired. */
  async #hasEnded(jobId: string): Promise<boolean> {
    const { value } = await this.#kv.get(keys.job(jobId));
    if (value === null) return true;
    const { data: job } = JobRecord.safeParse(value);
    return job !== undefined && isEnded(job);
  }
}
