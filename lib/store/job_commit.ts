/**
 * A transaction on a job: what every write has in common, whatever it writes.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { BlobRef } from "../job/blob_ref.ts";
import { encodeBlob } from "./blob.ts";
import type { Clock } from "../clock.ts";
import { isExpired } from "./job_entry.ts";
import { keys } from "./job_keys.ts";
import type { JobRecord, RunningJob } from "../job/job_record.ts";

/** Proof that its owner may work on the job: every transition changes the record's versionstamp. */
export interface Lease {
  job: RunningJob;
  versionstamp: string;
  /** The identical job that has ended, and whose plan or failure is this one's too. */
  follows?: string | undefined;
}

/** `"lost"`: the job was no longer the lease's; nothing was written. */
export type Written = "saved" | "lost";

/** One transaction: checks and writes are added to it, then it is committed. */
export class JobCommit {
  /** For what others add to it. A key of the job is set by {@link put} and nothing else. */
  readonly operation: Deno.AtomicOperation;
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;

  constructor(kv: Deno.Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
    this.operation = kv.atomic();
  }

  /** Lets it succeed only if the entry is still as it was found. */
  check(entry: Deno.AtomicCheck): this {
    this.operation.check(entry);
    return this;
  }

  /** Lets it succeed only if the job is still the lease's. */
  checkLease({ job, versionstamp }: Lease): this {
    return this.check({ key: keys.job(job.id), versionstamp });
  }

  /** Deletes a key. */
  delete(key: Deno.KvKey): this {
    this.operation.delete(key);
    return this;
  }

  /**
   * The only `set` for a job's keys: none is ever written without what is left of its 24 hours.
   *
   * @param job the owner of the key, which expires with the job
   */
  put(key: Deno.KvKey, value: unknown, { expiresAt }: JobRecord): this {
    this.operation.set(key, value, { expireIn: Math.max(1, expiresAt - this.#clock.now()) });
    return this;
  }

  /**
   * The same for a value of any size, in parts below `key`.
   *
   * @returns what its reader needs to know of it
   * @throws {BlobTooLargeError} if it does not fit
   */
  putBlob(key: Deno.KvKey, value: unknown, job: JobRecord): BlobRef {
    const { ref, parts } = encodeBlob(value);
    parts.forEach((part, index) => this.put([...key, index], part, job));
    return ref;
  }

  /**
   * Commits. When it throws, only its answer may have been lost: then the record tells.
   *
   * @param record the job as the commit leaves it, if it changes it
   * @returns the commit's versionstamp, or `null` if a check failed
   */
  async commit(record?: JobRecord): Promise<string | null> {
    try {
      const result = await this.operation.commit();
      return result.ok ? result.versionstamp : null;
    } catch (error) {
      const versionstamp = record ? await this.#versionstampOf(record) : null;
      if (versionstamp === null) throw error;
      return versionstamp;
    }
  }

  /**
   * The same for a commit that checks a lease. If the job is as the commit would have left it, an
   * earlier try of the same has come through after all.
   *
   * @param record the job as the commit leaves it, if it changes it
   */
  async commitFor(lease: Lease, record?: JobRecord): Promise<Written> {
    if (isExpired(lease.job, this.#clock.now())) return "lost";
    const versionstamp = await this.commit(record) ??
      (record && await this.#versionstampOf(record));
    return versionstamp ? "saved" : "lost";
  }

  /** `null` unless the stored job is exactly this. */
  async #versionstampOf(record: JobRecord): Promise<string | null> {
    const { value, versionstamp } = await this.#kv.get(keys.job(record.id));
    return isDeepStrictEqual(value, record) ? versionstamp : null;
  }
}
