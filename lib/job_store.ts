/**
 * The jobs in KV: every transaction that touches one, beside the keys that it uses.
 *
 * | key | value |
 * |---|---|
 * | `["job", id]` | {@link JobRecord}, the truth |
 * | `["due", runAt, id]` | waits for a worker from `runAt` on |
 * | `["running", holder, id]` | an instance works on it |
 * | `["instance", holder]` | the instance's heartbeat |
 * | `["progress", id]` | {@link Progress} |
 * | `["step", id, promptVersion, name]` | {@link BlobRef} of a finished step's output |
 * | `["step", id, promptVersion, name, part]` | the output itself |
 * | `["result", id, part]` | the plan |
 *
 * Everything that is written for a job expires with the job, and whoever reads the record checks the
 * expiry too, because KV keeps an expired key readable for up to a minute. An instance's heartbeat
 * outlives the jobs that it held.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { BlobRef, decodeBlob, encodeBlob } from "./blob.ts";
import type { Clock } from "./clock.ts";
import type { Failure } from "./failure.ts";
import {
  claimJob,
  completeJob,
  deadlineFailure,
  deadlineOf,
  failJob,
  type JobLimits,
  JobRecord,
  type QueuedJob,
  releaseJob,
  rescueJob,
  retryJob,
  type RunningJob,
  type Source,
} from "./job_record.ts";
import { boundProgress, noProgress, Progress } from "./progress.ts";

/** Proof that its owner may work on the job: any other transition makes the versionstamp stale. */
export interface Lease {
  job: RunningJob;
  versionstamp: string;
}

/** A job as one consistent read found it. */
export interface JobSnapshot {
  job: JobRecord;
  progress: Progress;
  /** The stored plan; `null` until the job has succeeded. */
  result: unknown;
}

/** An instance as its heartbeat shows it. */
export interface InstanceHeartbeat {
  holder: string;
  /** Changes with each beat. */
  versionstamp: string;
}

/** A job that an instance works on, or worked on when it died. */
export interface HeldJob {
  id: string;
  holder: string;
  attempt: number;
}

export interface JobStoreOptions {
  clock: Clock;
  limits: JobLimits;
  /** How long a job lives; heartbeats are kept twice as long. */
  ttlMs: number;
  /** Adds a bell to the transaction that accepts a job. */
  announce?: (commit: Deno.AtomicOperation, jobId: string) => void;
}

/** `"lost"`: the job was no longer the lease's; nothing was written. */
export type Written = "saved" | "lost";

const log = getLogger(["tripwright", "store"]);

/** KV's limits for one `getMany` and for one batch of a `list`. */
const MAX_KEYS_PER_READ = 10;
const LARGEST_BATCH = 500;

const keys = {
  job: (id: string) => ["job", id],
  due: (job: QueuedJob) => ["due", job.runAt, job.id],
  running: (holder: string, id: string) => ["running", holder, id],
  instance: (holder: string) => ["instance", holder],
  progress: (id: string) => ["progress", id],
  step: (id: string, promptVersion: string, name: string) => ["step", id, promptVersion, name],
  result: (id: string) => ["result", id],
} satisfies Record<string, (...args: never[]) => Deno.KvKey>;

/** The jobs of one KV database. */
export class JobStore {
  readonly #kv: Deno.Kv;
  readonly #options: JobStoreOptions;

  constructor(kv: Deno.Kv, options: JobStoreOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Now, in epoch milliseconds. */
  get #now(): number {
    return this.#options.clock.now();
  }

  /** Resolves if KV answers a strongly consistent read; throws otherwise. */
  async ping(): Promise<void> {
    await this.#kv.get(["ping"]);
  }

  /**
   * Takes a job in: record, due index and bell in one commit.
   *
   * @throws if the commit fails; then nothing of the job exists
   */
  async accept(job: QueuedJob): Promise<void> {
    const key = keys.job(job.id);
    const commit = this.#kv.atomic().check({ key, versionstamp: null });
    this.#enqueue(commit, job);
    this.#options.announce?.(commit, job.id);
    const { ok } = await commit.commit().catch(async (error) => {
      // Only the answer may have been lost: nobody else knows this id, so what is there is ours.
      if ((await this.#kv.get(key)).value === null) throw error;
      return { ok: true };
    });
    if (!ok) throw new Error(`Cannot accept job ${job.id}: the id is taken`);
  }

  /** Reads a job with its progress and, once it has succeeded, its plan; `null` if there is none. */
  async read(id: string): Promise<JobSnapshot | null> {
    const resultKey = keys.result(id);
    const [record, progress, firstPart] = await this.#kv.getMany<[unknown, unknown, Uint8Array]>(
      [keys.job(id), keys.progress(id), [...resultKey, 0]],
    );
    if (record.value === null) return null;
    const job = JobRecord.parse(record.value);
    if (this.#isExpired(job)) return null;
    return {
      job,
      progress: progress.value === null ? noProgress : Progress.parse(progress.value),
      result: job.state === "succeeded"
        ? await this.#readBlob(resultKey, job.result, firstPart.value)
        : null,
    };
  }

  /** The ids of the jobs that may be claimed now, longest due first. Reads nothing else. */
  async *due(): AsyncGenerator<string> {
    const end = ["due", this.#now + 1];
    for await (const entry of this.#kv.list({ start: ["due"], end })) yield String(entry.key[2]);
  }

  /** How many jobs wait, retries included; stops counting at `limit`. */
  async countWaiting(limit: number): Promise<number> {
    let count = 0;
    const options = { limit, batchSize: LARGEST_BATCH };
    for await (const _ of this.#kv.list({ prefix: ["due"] }, options)) count++;
    return count;
  }

  /**
   * Takes a queued job that is due, or ends it if its time is up. The commit renews the holder's heartbeat, so that no job is ever
   * held by an instance that nobody can find.
   *
   * @param kinds the kinds of job that the holder can work on; unset, all
   * @returns the lease, or `null` if the job is not to be had: another worker was faster, it is of
   * another kind, not due, finished, expired or unknown
   */
  async claim(
    id: string,
    { holder, kinds }: { holder: string; kinds?: ReadonlySet<string> },
  ): Promise<Lease | null> {
    const now = this.#now;
    const entry = await this.#kv.get(keys.job(id));
    if (entry.value === null) return null;
    const queued = JobRecord.parse(entry.value);
    if (queued.state !== "queued" || queued.runAt > now || this.#isExpired(queued)) return null;
    if (kinds && !kinds.has(queued.kind)) return null;

    const commit = this.#kv.atomic().check(entry).delete(keys.due(queued));
    if (now >= deadlineOf(queued, this.#options.limits)) {
      const failed = failJob(queued, { failure: deadlineFailure(), now });
      const { ok } = await this.#put(commit, keys.job(id), failed, failed).commit();
      const { kind, attempt, failure: { code, message: error } } = failed;
      if (ok) log.error("failed", { jobId: id, kind, attempt, code, error });
      return null;
    }
    const job = claimJob(queued, { holder, now });
    this.#put(commit, keys.job(id), job, job);
    this.#put(commit, keys.running(holder, id), job.attempt, job);
    this.#putHeartbeat(commit, holder);
    const result = await commit.commit();
    return result.ok ? { job, versionstamp: result.versionstamp } : null;
  }

  /** Shows how far the job is. */
  async report(lease: Lease, progress: Progress): Promise<Written> {
    const commit = this.#checked(lease);
    this.#put(commit, keys.progress(lease.job.id), boundProgress(progress), lease.job);
    return await this.#written(commit, lease);
  }

  /**
   * Stores the output of a finished step, so that no later attempt has to pay for it again.
   *
   * @throws {BlobTooLargeError} if the output does not fit
   */
  async saveStep(lease: Lease, step: StepName, output: unknown): Promise<Written> {
    const key = keys.step(lease.job.id, step.promptVersion, step.name);
    const commit = this.#checked(lease);
    const ref = this.#putBlob(commit, key, output, lease.job);
    this.#put(commit, key, ref, lease.job);
    return await this.#written(commit, lease);
  }

  /** The output of a step that an earlier attempt finished, or `null`. */
  async readStep(lease: Lease, step: StepName): Promise<{ output: unknown } | null> {
    const key = keys.step(lease.job.id, step.promptVersion, step.name);
    const entry = await this.#kv.get(key);
    if (entry.value === null) return null;
    return { output: await this.#readBlob(key, BlobRef.parse(entry.value)) };
  }

  /** Puts the job back, to be claimed again at `runAt` (epoch milliseconds). */
  async retry(lease: Lease, options: { failure: Failure; runAt: number }): Promise<Written> {
    return await this.#requeue(lease, retryJob(lease.job, options));
  }

  /** Puts the job back, due at once and with its attempt not counted. */
  async release(lease: Lease): Promise<Written> {
    return await this.#requeue(lease, releaseJob(lease.job, { now: this.#now }));
  }

  /**
   * Stores the plan and ends the job, in one commit.
   *
   * @throws {BlobTooLargeError} if the plan does not fit
   */
  async complete(
    lease: Lease,
    options: { result: unknown; source: Source; promptVersion: string },
  ): Promise<Written> {
    const { job } = lease;
    const commit = this.#checked(lease).delete(keys.running(job.holder, job.id));
    const ref = this.#putBlob(commit, keys.result(job.id), options.result, job);
    const done = completeJob(job, { ...options, result: ref, now: this.#now });
    this.#put(commit, keys.job(job.id), done, job);
    return await this.#written(commit, lease);
  }

  /** Ends the job without a plan. */
  async fail(lease: Lease, failure: Failure): Promise<Written> {
    const { job } = lease;
    const commit = this.#checked(lease).delete(keys.running(job.holder, job.id));
    this.#put(commit, keys.job(job.id), failJob(job, { failure, now: this.#now }), job);
    return await this.#written(commit, lease);
  }

  /** Says that the instance is alive: one write, however many jobs it holds. */
  async beat(holder: string): Promise<void> {
    const commit = this.#kv.atomic();
    this.#putHeartbeat(commit, holder);
    await commit.commit();
  }

  /** The instances that have held jobs lately. */
  async instances(): Promise<InstanceHeartbeat[]> {
    const found = [];
    for await (const { key, versionstamp } of this.#kv.list({ prefix: ["instance"] })) {
      found.push({ holder: String(key[1]), versionstamp });
    }
    return found;
  }

  /** The jobs that an instance holds. */
  async heldBy(holder: string): Promise<HeldJob[]> {
    const held = [];
    for await (const { key, value } of this.#kv.list({ prefix: ["running", holder] })) {
      held.push({ id: String(key[2]), holder, attempt: z.int().parse(value) });
    }
    return held;
  }

  /**
   * Takes a job away from an instance and puts it back into the queue, or ends it if its attempts or
   * its time have run out.
   *
   * @param held as {@link heldBy} found it: if the attempt is another by now, nothing happens
   * @param beat the heartbeat that was judged to be the last one: if the instance has given a sign
   * of life since, nothing happens. Without it the instance itself speaks, about a job that it no
   * longer works on.
   * @returns the job as it is now, or `null` if it was no longer the instance's
   */
  async rescue(
    { id, holder, attempt }: HeldJob,
    beat?: InstanceHeartbeat,
  ): Promise<JobRecord | null> {
    const now = this.#now;
    const entry = await this.#kv.get(keys.job(id));
    const commit = this.#kv.atomic().check(entry).delete(keys.running(holder, id));
    if (beat) commit.check({ key: keys.instance(holder), versionstamp: beat.versionstamp });
    const job = entry.value === null ? null : JobRecord.parse(entry.value);
    if (job?.state !== "running" || job.holder !== holder || this.#isExpired(job)) {
      await commit.commit();
      return null;
    }
    if (job.attempt !== attempt) return null;
    const rescued = rescueJob(job, { now, limits: this.#options.limits });
    if (rescued.state === "queued") this.#enqueue(commit, rescued);
    else this.#put(commit, keys.job(id), rescued, job);
    return (await commit.commit()).ok ? rescued : null;
  }

  /** Forgets an instance that holds nothing and has not been heard of since `beat`. */
  async forget(beat: InstanceHeartbeat): Promise<void> {
    const key = keys.instance(beat.holder);
    await this.#kv.atomic()
      .check({ key, versionstamp: beat.versionstamp })
      .delete(key)
      .commit();
  }

  #isExpired(job: JobRecord): boolean {
    return this.#now >= job.expiresAt;
  }

  /** A transaction that only the owner of the lease can commit. */
  #checked({ job, versionstamp }: Lease): Deno.AtomicOperation {
    return this.#kv.atomic().check({ key: keys.job(job.id), versionstamp });
  }

  async #written(commit: Deno.AtomicOperation, lease: Lease): Promise<Written> {
    if (this.#isExpired(lease.job)) return "lost";
    return (await commit.commit()).ok ? "saved" : "lost";
  }

  async #requeue(lease: Lease, queued: QueuedJob): Promise<Written> {
    const commit = this.#checked(lease).delete(keys.running(lease.job.holder, lease.job.id));
    this.#enqueue(commit, queued);
    return await this.#written(commit, lease);
  }

  #enqueue(commit: Deno.AtomicOperation, job: QueuedJob): void {
    this.#put(commit, keys.job(job.id), job, job);
    this.#put(commit, keys.due(job), true, job);
  }

  /** The only `set` for a job's keys: none is ever written without what is left of its 24 hours. */
  #put(
    commit: Deno.AtomicOperation,
    key: Deno.KvKey,
    value: unknown,
    job: JobRecord,
  ): Deno.AtomicOperation {
    return commit.set(key, value, { expireIn: Math.max(1, job.expiresAt - this.#now) });
  }

  #putHeartbeat(commit: Deno.AtomicOperation, holder: string): void {
    const expireIn = 2 * this.#options.ttlMs;
    // The time is for people who look; instances go by the versionstamp.
    commit.set(keys.instance(holder), { beatAt: this.#now }, { expireIn });
  }

  #putBlob(
    commit: Deno.AtomicOperation,
    key: Deno.KvKey,
    value: unknown,
    job: JobRecord,
  ): BlobRef {
    const { ref, parts } = encodeBlob(value);
    parts.forEach((part, index) => this.#put(commit, [...key, index], part, job));
    return ref;
  }

  async #readBlob(key: Deno.KvKey, ref: BlobRef, first?: Uint8Array | null): Promise<unknown> {
    const parts = first ? [first] : [];
    while (parts.length < ref.parts) {
      const count = Math.min(ref.parts - parts.length, MAX_KEYS_PER_READ);
      const wanted = Array.from({ length: count }, (_, n) => [...key, parts.length + n]);
      for (const { key, value } of await this.#kv.getMany<Uint8Array[]>(wanted)) {
        if (value === null) throw new Error(`Cannot read ${key.join("/")}: the part is missing`);
        parts.push(value);
      }
    }
    return decodeBlob(parts);
  }
}

/** Names a step of a job. Another prompt version is another set of steps. */
export interface StepName {
  promptVersion: string;
  name: string;
}
