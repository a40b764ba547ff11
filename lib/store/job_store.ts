/**
 * The jobs in KV: reading one, claiming one, and every transition from one state to the next, each of
 * them one commit.
 * @module
 */
import { type Acceptance, AcceptanceStore, type AcceptTerms } from "./acceptance_store.ts";
import { readBlob } from "./blob.ts";
import { CheckpointStore } from "./checkpoint_store.ts";
import type { Clock } from "../clock.ts";
import type { Failure } from "../job/failure.ts";
import { type DedupeRole, InFlightStore } from "./in_flight_store.ts";
import type { InstanceHeartbeat, InstanceStore } from "./instance_store.ts";
import { JobCommit, type Lease, type Written } from "./job_commit.ts";
import { parseJob } from "./job_entry.ts";
import { type DeadEntry, type HeldJob, JobIndex } from "./job_index.ts";
import { keys } from "./job_keys.ts";
import {
  type AttemptEnd,
  cancelJob,
  claimJob,
  completeJob,
  deadlineFailure,
  deadlineOf,
  type EndedJob,
  type FailedJob,
  failJob,
  type JobLimits,
  type JobRecord,
  type QueuedJob,
  releaseJob,
  replayJob,
  rescueJob,
  retryJob,
  type Source,
} from "../job/job_record.ts";
import type { JobSnapshot } from "../job/job_snapshot.ts";
import type { ResponseEnded } from "../job/response_ended.ts";
import { decodeProgress } from "./progress_codec.ts";
import { usageOf } from "../job/timeline.ts";
import type { JobUsage } from "../usage.ts";

/**
 * What an attempt leaves behind, however it ends. With the same time a second try finds out that the
 * first one has come through; unset, it ends now.
 */
export type AttemptReport = Partial<AttemptEnd>;

/** A queued job that is due, as {@link JobStore.readDue} found it. */
export interface DueRecord {
  job: QueuedJob;
  /** What the commit that takes it checks. */
  entry: Deno.KvEntryMaybe<unknown>;
}

/** One whose deadline has passed: it is to be failed. */
export interface OverdueRecord extends DueRecord {
  isOverdue: true;
}

/** One that may be claimed. */
export interface ClaimableRecord extends DueRecord {
  isOverdue: false;
  /** What it does beside jobs that are identical to it. */
  role: DedupeRole;
}

export interface JobStoreOptions {
  clock: Clock;
  limits: JobLimits;
  instances: InstanceStore;
  /** How long a replayed job lives. */
  ttlMs: number;
  /** Is told of each job that has ended without a plan of the model's. */
  onEndedWithoutPlan?: (jobId: string) => void;
  /** The job that tells of the end of another one, if there is to be one. */
  successorOf?: (job: EndedJob) => QueuedJob | null;
  /** Adds a bell to the transaction that accepts a job. */
  announce?: (commit: Deno.AtomicOperation, jobId: string) => void;
}

/** The jobs of one KV database. */
export class JobStore {
  /** What is kept of the acceptance of jobs. */
  readonly acceptances: AcceptanceStore;
  /** What workers leave while they work, and find again. */
  readonly checkpoints: CheckpointStore;
  /** Which jobs wait, run or have failed. */
  readonly index: JobIndex;
  readonly #inFlight: InFlightStore;
  readonly #kv: Deno.Kv;
  readonly #options: JobStoreOptions;

  constructor(kv: Deno.Kv, options: JobStoreOptions) {
    const { clock } = options;
    this.acceptances = new AcceptanceStore(kv, clock);
    this.checkpoints = new CheckpointStore(kv, clock);
    this.index = new JobIndex(kv, clock);
    this.#inFlight = new InFlightStore(kv, clock);
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
   * Takes a job in: record, indexes and bell in one commit.
   *
   * @returns what became of it; unless it was accepted, nothing of it exists
   * @throws if the commit fails; then nothing of the job exists
   */
  async accept(job: QueuedJob, terms: AcceptTerms = {}): Promise<Acceptance> {
    for (;;) {
      const commit = this.#begin().check({ key: keys.job(job.id), versionstamp: null });
      const acceptance = await this.acceptances.addAcceptance(commit, { job, ...terms });
      if (acceptance.outcome !== "accepted") return acceptance;
      this.#enqueueNew(commit, job);
      if (await this.#commitNew(commit, job)) return acceptance;
      // Another request of the same caller was faster; its commit is seen now.
    }
  }

  /** @returns whether the job is stored; `false` if something else that the commit checks has changed */
  async #commitNew(commit: JobCommit, { id }: QueuedJob): Promise<boolean> {
    const exists = async () => (await this.#kv.get(keys.job(id))).value !== null;
    try {
      if (await commit.commit() !== null) return true;
    } catch (error) {
      // Perhaps only the answer was lost. No other caller knows this id, so a record under it is ours,
      // even if a worker has claimed it by now.
      if (await exists()) return true;
      throw error;
    }
    if (await exists()) throw new Error(`Cannot accept job ${id}: the id is taken`);
    return false;
  }

  /**
   * Reads a job with its progress and, once it has succeeded, its plan; `null` if there is none. A
   * job that waits for an identical one shows that one's progress.
   */
  async read(id: string): Promise<JobSnapshot | null> {
    const resultKey = keys.result(id);
    const [record, progress, firstPart] = await this.#kv.getMany<[unknown, unknown, Uint8Array]>(
      [keys.job(id), keys.progress(id), [...resultKey, 0]],
    );
    const job = this.#parse(record);
    if (job === null) return null;
    const shared = await this.#inFlight.progressOfLeader(job);
    const versions = [record.versionstamp, progress.versionstamp, shared?.version];
    return {
      job,
      version: versions.map((version) => version ?? "").join("-"),
      progress: shared?.progress ?? decodeProgress(progress.value),
      ...(shared && { isFollowing: true }),
      result: job.state === "succeeded"
        ? await readBlob(this.#kv, { key: resultKey, ref: job.result, first: firstPart.value })
        : null,
    };
  }

  /**
   * Hints that something of a job has changed, or may have: more of them than changes, or fewer. Ends
   * when `signal` aborts.
   */
  async *changes(id: string, signal: AbortSignal): AsyncGenerator<void> {
    const reader = this.#kv.watch([keys.job(id), keys.progress(id)]).getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    while (!(await reader.read()).done) yield;
  }

  /**
   * Reads a queued job that may be claimed now.
   *
   * @param kinds the kinds of job that the caller works on; unset, all
   * @returns `null` if the job is not to be had: it is of another kind, not due, not queued, expired or
   * unknown, or it waits for an identical one
   * @throws {UnreadableJobError} if this version cannot read the record
   */
  async readDue(
    id: string,
    kinds?: ReadonlySet<string>,
  ): Promise<OverdueRecord | ClaimableRecord | null> {
    const entry = await this.#kv.get(keys.job(id));
    const job = this.#parse(entry);
    const now = this.#now;
    if (job?.state !== "queued" || job.runAt > now) return null;
    if (kinds && !kinds.has(job.kind)) return null;
    if (now >= deadlineOf(job, this.#options.limits)) {
      return { job, entry, isOverdue: true };
    }
    const role = await this.#inFlight.dedupeRoleOf(job);
    return role.next === "wait" ? null : { job, entry, isOverdue: false, role };
  }

  /**
   * Takes a job that is due. The commit renews the holder's heartbeat, so that no job is ever held by
   * an instance that others cannot find.
   *
   * @param holder the instance that claims
   * @returns the lease, or `null` if another worker was faster
   */
  async claim(
    { job: queued, entry, role }: ClaimableRecord,
    holder: string,
  ): Promise<Lease | null> {
    const follows = role.next === "follow" ? role.leader : undefined;
    const job = claimJob(queued, { holder, now: this.#now, follows });
    const commit = this.#begin().check(entry).delete(keys.due(queued))
      .put(keys.job(job.id), job, job).put(keys.running(job), job.attempt, job);
    if (role.next === "lead") this.#inFlight.addLeader(commit, { ...role, job });
    this.#options.instances.addBeat(commit.operation, holder);
    const versionstamp = await commit.commit(job);
    return versionstamp === null ? null : { job, versionstamp, follows };
  }

  /**
   * Ends a job whose deadline has passed while it waited.
   *
   * @returns the failed job, or `null` if another worker was faster
   */
  async failOverdue({ job, entry }: OverdueRecord): Promise<FailedJob | null> {
    const usage = await this.#usageOf(job);
    const failed = failJob(job, { failure: deadlineFailure(), now: this.#now, usage });
    const commit = this.#begin().check(entry).delete(keys.due(job));
    this.#putEnd(commit, failed);
    if (await commit.commit() === null) return null;
    this.#options.onEndedWithoutPlan?.(job.id);
    return failed;
  }

  /**
   * Rings for the job that waits for a response: a webhook has said that it is over.
   *
   * @returns `"unknown"` if no job has ever waited for it, `"repeated"` if the same delivery has rung
   * before; then nothing happens
   */
  async ringFor(
    { responseId, deliveryId }: ResponseEnded,
  ): Promise<"rung" | "repeated" | "unknown"> {
    const owner = await this.#kv.get(keys.responseOwner(responseId));
    const job = typeof owner.value === "string"
      ? this.#parse(await this.#kv.get(keys.job(owner.value)))
      : null;
    if (job === null) return "unknown";
    const key = keys.delivery(deliveryId);
    const commit = this.#begin().check({ key, versionstamp: null }).put(key, {}, job);
    const { instances } = this.#options;
    // A webhook about an earlier response does not wake a job that waits for the next one.
    const isOpen = await this.checkpoints.openResponse(job.id) === responseId;
    if (job.state === "running" && isOpen) instances.addWake(commit.operation, job);
    else if (job.state === "queued") instances.addRing(commit.operation);
    return await commit.commit() !== null ? "rung" : "repeated";
  }

  /** Whether the job is still the lease's. */
  async look({ job, versionstamp }: Lease): Promise<"held" | "lost"> {
    const entry = await this.#kv.get(keys.job(job.id));
    return entry.versionstamp === versionstamp ? "held" : "lost";
  }

  /** Puts the job back, to be claimed again at `runAt` (epoch milliseconds). */
  async retry(
    lease: Lease,
    options: AttemptReport & { failure: Failure; runAt: number },
  ): Promise<Written> {
    const commit = this.#beginHandOver(lease);
    const queued = retryJob(lease.job, { now: this.#now, ...options });
    this.#enqueue(commit, queued);
    return await commit.commitFor(lease, queued);
  }

  /**
   * Puts the job back with its attempt not counted, to be claimed again at `runAt` (epoch
   * milliseconds). If that is now, its worker is leaving, and all instances hear of it.
   */
  async release(lease: Lease, options: AttemptReport & { runAt: number }): Promise<Written> {
    const commit = this.#beginHandOver(lease);
    if (options.runAt <= this.#now) this.#options.instances.addRing(commit.operation);
    const queued = releaseJob(lease.job, { now: this.#now, ...options });
    this.#enqueue(commit, queued);
    return await commit.commitFor(lease, queued);
  }

  /**
   * Stores the plan and ends the job, in one commit.
   *
   * @throws {BlobTooLargeError} if the plan does not fit
   */
  async complete(
    lease: Lease,
    options: AttemptReport & { result: unknown; source: Source; promptVersion: string },
  ): Promise<Written> {
    const { job } = lease;
    const commit = this.#beginHandOver(lease);
    const result = commit.putBlob(keys.result(job.id), options.result, job);
    const usage = await this.#usageOf(job, options);
    const done = completeJob(job, { now: this.#now, ...options, result, usage });
    this.#putEnd(commit, done, lease.follows);
    const written = await commit.commitFor(lease, done);
    if (written === "saved" && done.source === "placeholder") {
      this.#options.onEndedWithoutPlan?.(job.id);
    }
    return written;
  }

  /** Ends the job without a plan. */
  async fail(lease: Lease, options: AttemptReport & { failure: Failure }): Promise<Written> {
    const commit = this.#beginHandOver(lease);
    const usage = await this.#usageOf(lease.job, options);
    const failed = failJob(lease.job, { now: this.#now, ...options, usage });
    this.#putEnd(commit, failed, lease.follows);
    const written = await commit.commitFor(lease, failed);
    if (written === "saved") this.#options.onEndedWithoutPlan?.(failed.id);
    return written;
  }

  /** What the job has used up: its finished steps are the books. */
  async #usageOf(
    job: JobRecord,
    { savedTokens = 0 }: AttemptReport = {},
  ): Promise<JobUsage | null> {
    return usageOf(await this.checkpoints.steps(job.id), job.savedTokens + savedTokens);
  }

  /**
   * Cancels a job. Its worker can write nothing from then on, and the bell tells all instances.
   *
   * @param kind unset, any
   * @returns `"too late"` if there is no such job, or it has ended already
   */
  async cancel(id: string, kind?: string): Promise<"canceled" | "too late"> {
    for (;;) {
      const entry = await this.#kv.get(keys.job(id));
      const job = this.#parse(entry);
      if (job?.state !== "queued" && job?.state !== "running") return "too late";
      if (kind !== undefined && job.kind !== kind) return "too late";
      const canceled = cancelJob(job, { now: this.#now, usage: await this.#usageOf(job) });
      const commit = this.#begin().check(entry)
        .delete(job.state === "queued" ? keys.due(job) : keys.running(job));
      this.#putEnd(commit, canceled);
      // A conflict means that the job has moved on, so this ends when the job does.
      if (await commit.commit() !== null) {
        this.#options.onEndedWithoutPlan?.(id);
        return "canceled";
      }
    }
  }

  /**
   * Gives a failed job another chance: a new job with the same request and the steps that the failed
   * one had finished. The failed one stays as it is, but is no dead letter any more.
   *
   * @param newId the id of the new job
   * @returns the new job, or `null` if there is no such dead letter
   */
  async replay(id: string, newId: string): Promise<QueuedJob | null> {
    const failed = this.#parse(await this.#kv.get(keys.job(id)));
    if (failed?.state !== "failed") return null;
    const letter = await this.#kv.get(keys.dead(failed));
    if (letter.value === null) return null;

    const { ttlMs } = this.#options;
    const job = replayJob(failed, { id: newId, now: this.#now, ttlMs });
    // The steps are not used before the job exists. If its commit fails, they expire.
    await this.checkpoints.copySteps(id, job);
    const commit = this.#begin().check(letter).delete(letter.key)
      .check({ key: keys.job(newId), versionstamp: null });
    this.#enqueueNew(commit, job);
    return await commit.commit() !== null ? job : null;
  }

  /**
   * Takes a job away from an instance and puts it back into the queue, or ends it if its attempts or
   * its time have run out.
   *
   * @param held as {@link JobIndex.heldBy} found it: if the attempt is another by now, and the
   * instance may have claimed the job anew, nothing happens
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
    const commit = this.#begin().check(entry).delete(keys.running({ holder, id }));
    if (beat) this.#options.instances.checkSilent(commit.operation, beat);
    const job = this.#parse(entry);
    if (job?.state !== "running" || job.holder !== holder) {
      await commit.commit();
      return null;
    }
    // An instance that has been silent since has claimed nothing.
    if (!beat && job.attempt !== attempt) return null;
    const rescued = rescueJob(job, { now, limits: this.#options.limits });
    if ("state" in rescued) {
      this.#enqueue(commit, rescued);
      return await commit.commit() !== null ? rescued : null;
    }
    const failed = failJob(job, { ...rescued, now, usage: await this.#usageOf(job) });
    this.#putEnd(commit, failed);
    if (await commit.commit() === null) return null;
    this.#options.onEndedWithoutPlan?.(id);
    return failed;
  }

  /** The job of an entry; `null` if there is none, or none any more. */
  #parse(entry: Deno.KvEntryMaybe<unknown>): JobRecord | null {
    return parseJob(entry, this.#now);
  }

  #begin(): JobCommit {
    return new JobCommit(this.#kv, this.#options.clock);
  }

  /** A commit by which the holder gives the job out of its hands. */
  #beginHandOver(lease: Lease): JobCommit {
    return this.#begin().checkLease(lease).delete(keys.running(lease.job));
  }

  /** Puts a new job into the queue, and rings for it. */
  #enqueueNew(commit: JobCommit, job: QueuedJob): void {
    this.#enqueue(commit, job);
    this.#options.announce?.(commit.operation, job.id);
  }

  #enqueue(commit: JobCommit, job: QueuedJob): void {
    commit.put(keys.job(job.id), job, job)
      .put(keys.due(job), deadlineOf(job, this.#options.limits), job);
  }

  /** Ends a job, and creates its callback job. */
  #putEnd(commit: JobCommit, job: EndedJob, follows?: string): void {
    const { instances, successorOf } = this.#options;
    commit.put(keys.job(job.id), job, job);
    if (job.state === "failed") {
      const { kind, failure, expiresAt } = job;
      commit.put(keys.dead(job), { kind, failure, expiresAt } satisfies DeadEntry, job);
    }
    const next = successorOf?.(job);
    if (next) this.#enqueueNew(commit, next);
    // Its worker stops, and its followers may start.
    const isAwaited = job.dedupeKey !== null && !follows;
    if (next || isAwaited || job.state === "canceled") instances.addRing(commit.operation);
  }
}
