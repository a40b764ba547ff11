/**
 * A transaction on a job: the rules that all writes share.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { BlobRef } from "../job/blob_ref.ts";
import { encodeBlob } from "./blob.ts";
import type { Clock } from "../clock.ts";
import { isExpired, parseReadableJob } from "./job_entry.ts";
import { keys } from "./job_keys.ts";
import type { JobRecord, RunningJob } from "../job/job_record.ts";
import type { AtomicCheck, AtomicOperation, Kv, KvKey } from "../platform/kv.ts";

/**
 * A worker's right to a job. Every transition changes the versionstamp of the record, and so ends
 * the lease.
 */
export interface Lease {
  job: RunningJob;
  versionstamp: string;
  /** Whether this is the first claim of a new job, so that nothing of earlier attempts is stored. */
  isFirst: boolean;
  /** The id of the leader, which has ended. This job takes over its plan or failure. */
  follows?: string | undefined;
}

/** `"lost"`: the lease had ended, and nothing was written. */
export type Written = "saved" | "lost";

/** A transaction that collects checks and writes, and then commits. */
export class JobCommit {
  /** For additions of other stores. Only {@link put} may set a key of the job. */
  readonly operation: AtomicOperation;
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
    this.operation = kv.atomic();
  }

  /** Makes the commit fail if the entry has changed. */
  check(entry: AtomicCheck): this {
    this.operation.check(entry);
    return this;
  }

  /** Makes the commit fail if the lease has ended. */
  checkLease({ job, versionstamp }: Lease): this {
    return this.check({ key: keys.job(job.id), versionstamp });
  }

  /** Deletes a key. */
  delete(key: KvKey): this {
    this.operation.delete(key);
    return this;
  }

  /**
   * Sets a key that expires with its job. All keys of jobs must be set by this method.
   *
   * @param job the job that the key belongs to
   */
  put(key: KvKey, value: unknown, { expiresAt }: Pick<JobRecord, "expiresAt">): this {
    this.operation.set(key, value, { expireIn: Math.max(1, expiresAt - this.#clock.now()) });
    return this;
  }

  /**
   * Sets a value of any size, in parts below `key`. The parts expire with the job.
   *
   * @returns the reference that a reader needs
   * @throws {BlobTooLargeError} if the value is too large
   */
  putBlob(key: KvKey, value: unknown, job: Pick<JobRecord, "expiresAt">): BlobRef {
    const { ref, parts } = encodeBlob(value);
    parts.forEach((part, index) => this.put([...key, index], part, job));
    return ref;
  }

  /**
   * Commits. A KV commit that throws may still have succeeded. With `record`, this method then
   * reads the stored record and returns its versionstamp if it equals `record`. Otherwise it throws
   * the error.
   *
   * @param record the new state of the job, if the commit changes it
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
   * Commits a worker's write. The caller must have added {@link checkLease}. If the commit fails
   * but the record already has the transition, an earlier try of the same commit succeeded, and the
   * result is `saved`. By then, another worker may have claimed the job.
   *
   * @param record the new state of the job, if the commit changes it
   */
  async commitFor(lease: Lease, record?: JobRecord): Promise<Written> {
    if (isExpired(lease.job, this.#clock.now())) return "lost";
    try {
      if (await this.commit(record) !== null) return "saved";
    } catch (error) {
      if (record && await this.#wasStored(record)) return "saved";
      throw error;
    }
    return record && await this.#wasStored(record) ? "saved" : "lost";
  }

  /** Returns whether `record` is stored, or was until a worker claimed the job. */
  async #wasStored(record: JobRecord): Promise<boolean> {
    const { id, state, timeline } = record;
    if (state !== "queued") return await this.#versionstampOf(record) !== null;
    const stored = parseReadableJob(await this.#kv.get(keys.job(id)), this.#clock.now());
    return stored?.timeline.some((transition) => isDeepStrictEqual(transition, timeline.at(-1))) ===
      true;
  }

  /** Returns the versionstamp of the stored record if it equals `record`, otherwise `null`. */
  async #versionstampOf(record: JobRecord): Promise<string | null> {
    const { value, versionstamp } = await this.#kv.get(keys.job(record.id));
    return isDeepStrictEqual(value, record) ? versionstamp : null;
  }
}
