/**
 * The jobs in KV: reads, claims, and every transition from one state to another. Each transition is
 * one commit.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { type Acceptance, AcceptanceStore, type AcceptTerms } from "./acceptance_store.ts";
import { BasePlans } from "./base_plans.ts";
import { MAX_BLOB_BYTES } from "./blob.ts";
import { CheckpointStore } from "./checkpoint_store.ts";
import type { Clock } from "../clock.ts";
import { DerivedJobs } from "./derived_jobs.ts";
import type { Failure } from "../job/failure.ts";
import type { JobEnding, JobEvents } from "../job/job_events.ts";
import { type DedupeRole, InFlightStore } from "./in_flight_store.ts";
import type { InstanceHeartbeat, InstanceStore } from "./instance_store.ts";
import { JobCommit, type Lease, type Written } from "./job_commit.ts";
import { parseJob } from "./job_entry.ts";
import { type DueJob, type HeldJob, JobIndex } from "./job_index.ts";
import { keys } from "./job_keys.ts";
import { JobListing } from "./job_listing.ts";
import {
  type AttemptEnd,
  cancelJob,
  claimJob,
  completeJob,
  deadlineOf,
  type EndedJob,
  endPause,
  type FailedJob,
  failJob,
  type JobLimits,
  type JobRecord,
  placeOf,
  type QueuedJob,
  releaseJob,
  rescueJob,
  retryJob,
  type RunningJob,
  type Source,
} from "../job/job_record.ts";
import type { JobSnapshot, QueueWait } from "../job/job_snapshot.ts";
import { summaryOf } from "../job/job_summary.ts";
import type { Progress } from "../job/progress.ts";
import { encodeProgress } from "./progress_codec.ts";
import type { ResponseEnded } from "../job/response_ended.ts";
import { costOfSteps, type StepEvent, usageOf } from "../job/timeline.ts";
import type { JobUsage } from "../usage.ts";
import { SnapshotReader } from "./snapshot_reader.ts";
import type { Bill, SpendingStore } from "./spending_store.ts";
import type { AtomicOperation, Kv, KvEntryMaybe } from "../platform/kv.ts";

/**
 * The end of an attempt. A retried write passes the same time, so that it recognizes an earlier
 * write of its own. Unset: the attempt ends now.
 */
export type AttemptReport = Partial<AttemptEnd> & {
  /** All steps of the job, if the worker knows them. Unset: the store reads them. */
  steps?: readonly StepEvent[] | undefined;
  /** Whether the attempt called a model, and no later attempt can learn what that cost. */
  isUnpriced?: boolean | undefined;
};

/** A due job, as {@link JobStore.readDue} read it. */
export interface DueRecord {
  job: QueuedJob;
  /** The entry that the claiming commit checks. */
  entry: KvEntryMaybe<unknown>;
}

/** A due job whose deadline has passed. It must fail. */
export interface OverdueRecord extends DueRecord {
  isOverdue: true;
}

/** A due job that a worker may claim. */
export interface ClaimableRecord extends DueRecord {
  isOverdue: false;
  /** Its role among identical jobs. */
  role: DedupeRole;
}

export interface JobStoreOptions {
  clock: Clock;
  limits: JobLimits;
  instances: InstanceStore;
  /** How long a replayed job lives. */
  ttlMs: number;
  /** Adds up what the jobs of a day cost. Unset: there are no daily limits. */
  spending?: SpendingStore | undefined;
  /** Returns why a queued job cannot start; `null`: it can. */
  heldBackBy?: (job: JobRecord) => Promise<Failure | null>;
  /** Receives each transition that this store has saved. */
  events?: JobEvents | undefined;
  /** Returns the position of a queued job, without a read of KV; `null`: not known. */
  queueOf?: (job: QueuedJob) => QueueWait | null;
  /** Returns the callback job for an ended job, if it has a callback. */
  successorOf?: (job: EndedJob) => QueuedJob | null;
  /** Adds a doorbell to the commit that accepts a job. */
  announce?: (commit: AtomicOperation, jobId: string) => void;
}

/** The jobs of one KV database. */
export class JobStore {
  /** Idempotency keys, owners and budgets. */
  readonly acceptances: AcceptanceStore;
  /** Checkpoints and progress of running jobs. */
  readonly checkpoints: CheckpointStore;
  /** The plans that refinements start from. */
  readonly bases: BasePlans;
  /** The lists of waiting and running jobs. */
  readonly index: JobIndex;
  /** The lists of jobs for operators. */
  readonly listing: JobListing;
  /** Replays, and callbacks that are delivered again. */
  readonly derived: DerivedJobs;
  readonly #inFlight: InFlightStore;
  readonly #snapshots: SnapshotReader;
  readonly #kv: Kv;
  readonly #options: JobStoreOptions;

  constructor(kv: Kv, options: JobStoreOptions) {
    const { clock, heldBackBy, queueOf } = options;
    this.acceptances = new AcceptanceStore(kv, clock);
    this.checkpoints = new CheckpointStore(kv, clock);
    this.bases = new BasePlans(kv, clock);
    this.index = new JobIndex(kv, clock);
    this.listing = new JobListing(kv, clock);
    this.derived = new DerivedJobs(kv, {
      ...options,
      checkpoints: this.checkpoints,
      bases: this.bases,
      enqueue: (commit, job) => this.#enqueueNew(commit, job),
    });
    this.#inFlight = new InFlightStore(kv, clock);
    const inFlight = this.#inFlight;
    this.#snapshots = new SnapshotReader(kv, { clock, inFlight, heldBackBy, queueOf });
    this.#kv = kv;
    this.#options = options;
  }

  get #events(): JobEvents | undefined {
    return this.#options.events;
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
   * Accepts a job in one commit: writes record, indexes and doorbell. With `holder` in the terms, the
   * same commit claims the job.
   *
   * @returns the outcome; nothing is stored unless the job was accepted. `lease`: of a claimed job
   * @throws if the commit fails; then nothing is stored
   */
  async accept(
    job: QueuedJob,
    terms: AcceptTerms = {},
  ): Promise<Acceptance & { lease?: Lease | undefined }> {
    const { holder } = terms;
    for (;;) {
      const commit = this.#begin().check({ key: keys.job(job.id), versionstamp: null });
      const acceptance = await this.acceptances.addAcceptance(commit, { job, ...terms });
      if (acceptance.outcome !== "accepted") return acceptance;
      this.#options.spending?.addAccepted(commit.operation, job);
      const record = holder === undefined ? job : claimJob(job, { holder, now: this.#now });
      if (record.state === "running") {
        this.#putClaim(commit, record);
      } else {
        this.#enqueue(commit, job);
        if (!terms.startsHere) this.#options.announce?.(commit.operation, job.id);
      }
      const stored = await this.#commitNew(commit, record);
      if (stored) {
        this.#reportAccepted(job, record);
        return { ...acceptance, lease: leaseOf(record, stored.versionstamp) };
      }
      // Another request of the same caller was faster. The next round reads its commit.
    }
  }

  #reportAccepted(job: QueuedJob, stored: QueuedJob | RunningJob): void {
    this.#events?.accepted(job);
    if (stored.state === "running") this.#events?.claimed(stored, { isFirst: true });
  }

  /**
   * @returns the versionstamp of the stored job, or `null` if it is not known; `false` if another
   * value that the commit checks has changed, and nothing is stored
   */
  async #commitNew(
    commit: JobCommit,
    record: QueuedJob | RunningJob,
  ): Promise<{ versionstamp: string | null } | false> {
    const { id } = record;
    const found = () => this.#kv.get(keys.job(id));
    try {
      const versionstamp = await commit.commit(record);
      if (versionstamp !== null) return { versionstamp };
    } catch (error) {
      // Perhaps only the answer was lost. No other caller knows this id, so a record under it is
      // ours, even if a worker has changed it by now.
      const { value, versionstamp } = await found();
      if (value === null) throw error;
      return { versionstamp: isDeepStrictEqual(value, record) ? versionstamp : null };
    }
    if ((await found()).value !== null) throw new Error(`Cannot accept job ${id}: the id is taken`);
    return false;
  }

  /**
   * Adds a job that the service creates for itself to the commit of another store. Its id must be new.
   * The commit also rings the bell, so that an instance starts the job soon.
   *
   * @returns a function to call when the commit is saved
   */
  addOwnJob(commit: JobCommit, job: QueuedJob): () => void {
    this.#enqueueNew(commit, job);
    this.#options.instances.addRing(commit.operation);
    return () => this.#events?.accepted(job);
  }

  /** Reads a job for a client, see {@link SnapshotReader.read}. */
  async read(id: string): Promise<JobSnapshot | null> {
    return await this.#snapshots.read(id);
  }

  /**
   * Yields hints that a job may have changed. There may be more or fewer hints than changes. Ends
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
   * Reads a queued job that a worker may claim now.
   *
   * @param kinds the kinds of job that the caller works on; unset, all
   * @returns `null` if the job cannot be claimed: it is of another kind, not due, not queued,
   * expired or unknown, or it waits for its leader
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
   * Deletes an entry of the due index if its job does not wait, or has another entry. A version that
   * does not know places leaves such entries when it claims a job.
   */
  async dropStaleEntry({ id, kind, place }: DueJob): Promise<void> {
    const entry = await this.#kv.get(keys.job(id));
    const job = this.#parse(entry);
    if (job?.state === "queued" && placeOf(job) === place) return;
    await this.#begin().check(entry).delete(keys.listed({ id, kind, place })).commit();
  }

  /**
   * Claims a due job. The commit also renews the heartbeat of the holder, so that every held job
   * has a holder that other instances can find.
   *
   * @param holder the id of the claiming instance
   * @returns the lease, or `null` if another worker was faster
   */
  async claim(
    { job: queued, entry, role }: ClaimableRecord,
    holder: string,
  ): Promise<Lease | null> {
    const follows = role.next === "follow" ? role.leader : undefined;
    const job = claimJob(queued, { holder, now: this.#now, follows });
    const commit = this.#begin().check(entry).delete(keys.due(queued));
    this.#putClaim(commit, job);
    if (role.next === "lead") this.#inFlight.addLeader(commit, { ...role, job });
    const versionstamp = await commit.commit(job);
    if (versionstamp === null) return null;
    const hasNotStarted = queued.startedAt === null;
    this.#events?.claimed(job, { isFirst: hasNotStarted });
    const isFirst = hasNotStarted && queued.replayOf === null;
    return { job, versionstamp, isFirst, follows };
  }

  /** Adds a claimed job and the heartbeat of its holder. */
  #putClaim(commit: JobCommit, job: RunningJob): void {
    commit.put(keys.job(job.id), job, job).put(keys.running(job), job.attempt, job);
    this.#options.instances.addBeat(commit.operation, job.holder);
  }

  /**
   * Fails a job that waits, because its deadline has passed or no model would accept its call.
   *
   * @returns the failed job, or `null` if another worker was faster
   */
  async failWaiting({ job, entry }: DueRecord, failure: Failure): Promise<FailedJob | null> {
    const { usage, ...spent } = await this.#spentOn(job);
    const failed = failJob(job, { failure, now: this.#now, usage });
    const commit = this.#begin().check(entry).delete(keys.due(job));
    const report = this.#putEnd(commit, failed, { ...spent, during: "queue" });
    if (await commit.commit(failed) === null) return null;
    report();
    return failed;
  }

  /**
   * Wakes the job that waits for a response, because a webhook says that the response has ended.
   *
   * @returns `"unknown"` if no job has ever waited for the response; `"repeated"` if the same
   * delivery arrived before, which changes nothing
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

  /** Returns whether the lease is still valid. */
  async leaseStatus({ job, versionstamp }: Lease): Promise<"held" | "lost"> {
    const entry = await this.#kv.get(keys.job(job.id));
    return entry.versionstamp === versionstamp ? "held" : "lost";
  }

  /** Returns whether another worker has taken the job of a lease that was lost. */
  async isTaken({ job, versionstamp }: Lease): Promise<boolean> {
    const entry = await this.#kv.get(keys.job(job.id));
    const stored = this.#parse(entry);
    return stored !== null && stored.state !== "canceled" && entry.versionstamp !== versionstamp;
  }

  /** Puts the job back after a failed attempt. It is due at `runAt`, in epoch milliseconds. */
  async retry(
    lease: Lease,
    options: AttemptReport & { failure: Failure; runAt: number },
  ): Promise<Written> {
    const commit = this.#beginHandOver(lease);
    const queued = retryJob(lease.job, { now: this.#now, ...options });
    if (options.isUnpriced) this.#options.spending?.addUnpriced(commit.operation, queued);
    this.#enqueue(commit, queued);
    const written = await commit.commitFor(lease, queued);
    if (written === "saved") this.#events?.queued(queued, "retried");
    return written;
  }

  /**
   * Puts the job back and does not count the attempt. It is due at `runAt`, in epoch milliseconds.
   * If that is now, the worker shuts down, and the bell tells all instances.
   *
   * @param options `failure`: why the model refused the call of the job
   */
  async release(
    lease: Lease,
    options: AttemptReport & { runAt: number; failure?: Failure | undefined },
  ): Promise<Written> {
    const commit = this.#beginHandOver(lease);
    if (options.runAt <= this.#now) this.#options.instances.addRing(commit.operation);
    const queued = releaseJob(lease.job, { now: this.#now, ...options });
    if (options.isUnpriced) this.#options.spending?.addUnpriced(commit.operation, queued);
    this.#enqueue(commit, queued);
    const written = await commit.commitFor(lease, queued);
    if (written === "saved") this.#events?.queued(queued, "released");
    return written;
  }

  /**
   * Makes a job due that waits until the breaker lets it continue, because the breaker is closed.
   *
   * @returns whether it waited for that
   */
  async endPause(id: string): Promise<boolean> {
    const entry = await this.#kv.get(keys.job(id));
    const job = this.#parse(entry);
    const due = job?.state === "queued" ? endPause(job, this.#now) : null;
    if (job?.state !== "queued" || due === null) return false;
    const commit = this.#begin().check(entry).delete(keys.due(job));
    this.#enqueue(commit, due);
    return await commit.commit() !== null;
  }

  /**
   * Stores the plan and completes the job, in one commit.
   *
   * @param options `progress`: the last progress, if it is not stored yet
   * @throws {BlobTooLargeError} if the plan is too large
   */
  async complete(
    lease: Lease,
    options: AttemptReport & {
      result: unknown;
      source: Source;
      promptVersion: string;
      progress?: Progress | undefined;
    },
  ): Promise<Written> {
    const { job } = lease;
    const commit = this.#beginHandOver(lease);
    const result = commit.putBlob(keys.result(job.id), options.result, job);
    if (options.progress) {
      // The plan replaces its parts.
      const progress = encodeProgress({ ...options.progress, partial: [] });
      // What was written before stays if the plan leaves no room.
      const fits = result.bytes + progress.length <= MAX_BLOB_BYTES;
      if (fits) commit.put(keys.progress(job.id), progress, job);
    }
    const { usage, ...spent } = await this.#spentOn(job, options);
    const done = completeJob(job, { now: this.#now, ...options, result, usage });
    const end = { ...spent, during: "attempt", follows: lease.follows } as const;
    const report = this.#putEnd(commit, done, end);
    const written = await commit.commitFor(lease, done);
    if (written === "saved") report();
    return written;
  }

  /**
   * Ends the job without a plan. Its finished parts stay.
   *
   * @param options `progress`: the last progress, if it is perhaps not stored yet
   */
  async fail(
    lease: Lease,
    options: AttemptReport & { failure: Failure; progress?: Progress | undefined },
  ): Promise<Written> {
    const commit = this.#beginHandOver(lease);
    if (options.progress) {
      commit.put(keys.progress(lease.job.id), encodeProgress(options.progress), lease.job);
    }
    const { usage, ...spent } = await this.#spentOn(lease.job, options);
    const failed = failJob(lease.job, { now: this.#now, ...options, usage });
    const end = { ...spent, during: "attempt", follows: lease.follows } as const;
    const report = this.#putEnd(commit, failed, end);
    const written = await commit.commitFor(lease, failed);
    if (written === "saved") report();
    return written;
  }

  /** Sums the usage of the job, and its cost as far as it is known, from its finished steps. */
  async #spentOn(
    job: JobRecord,
    { savedTokens = 0, steps, isUnpriced = false }: AttemptReport = {},
  ): Promise<{ usage: JobUsage | null; bill: Bill; steps: readonly StepEvent[] }> {
    const paid = steps ?? await this.checkpoints.steps(job.id);
    const usage = usageOf(paid, job.savedTokens + savedTokens);
    const cost = costOfSteps(paid);
    // All steps are known only in the first attempt. Later ones may leave a response behind.
    const mayWait = !steps && this.#options.spending?.counts(job) === true;
    const unpriced = isUnpriced || cost.isUnpriced || mayWait && await this.#waitsForModel(job.id);
    const isWhole = cost.isComplete && !unpriced && job.replayOf === null &&
      job.refinement === null;
    return {
      usage,
      steps: paid,
      bill: { costUsd: cost.costUsd, isUnpriced: unpriced, isPlanPrice: isWhole },
    };
  }

  /** Whether the provider works on a response for the job, or has finished it unread. */
  async #waitsForModel(id: string): Promise<boolean> {
    return await this.checkpoints.openResponse(id) !== null;
  }

  /**
   * Cancels a job. Its worker can no longer write, and the bell tells all instances. The finished parts
   * that the worker has stored stay.
   *
   * @param kind the kind that the job must have, if it is known
   * @returns `"too late"` if the job does not exist or has already ended
   */
  async cancel(id: string, kind?: string): Promise<"canceled" | "too late"> {
    const canceled = await this.#cancel(id, (job) => kind === undefined || job.kind === kind);
    return canceled === "canceled" ? canceled : "too late";
  }

  /**
   * Cancels a job that no worker has ever claimed.
   *
   * @returns `"started"` if a worker has claimed it; `"too late"` if it does not exist or has ended
   */
  async cancelUnlessStarted(id: string): Promise<"canceled" | "started" | "too late"> {
    const canceled = await this.#cancel(id, ({ startedAt }) => startedAt === null);
    return canceled === "refused" ? "started" : canceled;
  }

  /** @param permits returns whether the job may be canceled; otherwise it is `"refused"` */
  async #cancel(
    id: string,
    permits: (job: QueuedJob | RunningJob) => boolean,
  ): Promise<"canceled" | "refused" | "too late"> {
    for (;;) {
      const entry = await this.#kv.get(keys.job(id));
      const job = this.#parse(entry);
      if (job?.state !== "queued" && job?.state !== "running") return "too late";
      if (!permits(job)) return "refused";
      const { usage, ...spent } = await this.#spentOn(job, { isUnpriced: mayCallModel(job) });
      const canceled = cancelJob(job, { now: this.#now, usage });
      const commit = this.#begin().check(entry)
        .delete(job.state === "queued" ? keys.due(job) : keys.running(job));
      // The finished parts stay. A waiting job may have shown the parts of its leader.
      const shared = await this.#inFlight.progressOfLeader(job);
      if (shared) commit.put(keys.progress(id), encodeProgress(shared.progress), job);
      const during = job.state === "queued" ? "queue" : "attempt";
      const report = this.#putEnd(commit, canceled, { ...spent, during });
      // A conflict means that the job has changed its state, so this loop ends when the job does.
      if (await commit.commit(canceled) !== null) {
        report();
        return "canceled";
      }
    }
  }

  /**
   * Rescues a job from an instance: puts it back into the queue, or fails it if its attempts or its
   * time are used up.
   *
   * @param held as {@link JobIndex.heldBy} read it. If the attempt has changed, the instance may
   * have claimed the job again, and nothing happens.
   * @param beat the heartbeat that counts as the last one. If the instance has renewed it, nothing
   * happens. Unset: the instance itself calls, about a job that it no longer works on.
   * @returns the job in its new state, or `null` if the instance no longer held it
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
    // An instance without a new heartbeat has claimed nothing.
    if (!beat && job.attempt !== attempt) return null;
    const rescued = rescueJob(job, { now, limits: this.#options.limits });
    if ("state" in rescued) {
      await this.#addLostCall(commit, job);
      this.#enqueue(commit, rescued);
      if (await commit.commit(rescued) === null) return null;
      this.#events?.queued(rescued, "rescued");
      return rescued;
    }
    const { usage, ...spent } = await this.#spentOn(job, { isUnpriced: mayCallModel(job) });
    const failed = failJob(job, { ...rescued, now, usage });
    const report = this.#putEnd(commit, failed, { ...spent, during: "rescue" });
    if (await commit.commit(failed) === null) return null;
    report();
    return failed;
  }

  /** Books the call that died with a worker, unless the next attempt can join its response. */
  async #addLostCall(commit: JobCommit, job: RunningJob): Promise<void> {
    const { spending } = this.#options;
    if (!spending?.counts(job) || !mayCallModel(job) || await this.#waitsForModel(job.id)) return;
    spending.addUnpriced(commit.operation, job);
  }

  /** Parses the job of an entry. Returns `null` if the job does not exist or has expired. */
  #parse(entry: KvEntryMaybe<unknown>): JobRecord | null {
    return parseJob(entry, this.#now);
  }

  #begin(): JobCommit {
    return new JobCommit(this.#kv, this.#options.clock);
  }

  /** Begins a commit that ends the lease. */
  #beginHandOver(lease: Lease): JobCommit {
    return this.#begin().checkLease(lease).delete(keys.running(lease.job));
  }

  /** Adds a new job that no request created to the queue, and rings the doorbell. */
  #enqueueNew(commit: JobCommit, job: QueuedJob): void {
    this.#enqueue(commit, job);
    if (job.owner !== null) commit.put(keys.derived(job.owner, job.id), {}, job);
    this.#options.announce?.(commit.operation, job.id);
  }

  #enqueue(commit: JobCommit, job: QueuedJob): void {
    commit.put(keys.job(job.id), job, job)
      .put(keys.due(job), deadlineOf(job, this.#options.limits), job);
  }

  /**
   * Ends a job, books its cost, and creates its callback job.
   *
   * @returns a function that reports the end, to be called when the commit is saved
   */
  #putEnd(
    commit: JobCommit,
    job: EndedJob,
    { bill, follows, ...ending }: JobEnding & { bill: Bill; follows?: string | undefined },
  ): () => void {
    const { instances, spending, successorOf } = this.#options;
    commit.put(keys.job(job.id), job, job);
    const hasPlan = job.state === "succeeded" && job.source !== "placeholder";
    const isPlanPrice = bill.isPlanPrice && hasPlan;
    spending?.addEnded(commit.operation, job, { ...bill, isPlanPrice });
    commit.put(keys.ended(job), summaryOf(job), job);
    const next = successorOf?.(job);
    if (next) {
      commit.put(keys.callbacks(job.id), [next.id], job);
      this.#enqueueNew(commit, next);
    }
    // The bell makes the worker of a canceled job stop, and lets followers and callbacks start.
    const isAwaited = job.dedupeKey !== null && !follows;
    if (next || isAwaited || job.state === "canceled") instances.addRing(commit.operation);
    return () => {
      this.#events?.ended(job, ending);
      if (next) this.#events?.accepted(next);
    };
  }
}

/** Returns whether a worker may be in a call of the model for the job. */
function mayCallModel(job: QueuedJob | RunningJob): boolean {
  return job.state === "running";
}

/** Returns the lease of a job that was claimed when it was accepted. */
function leaseOf(job: QueuedJob | RunningJob, versionstamp: string | null): Lease | undefined {
  if (job.state !== "running" || versionstamp === null) return undefined;
  return { job, versionstamp, isFirst: true };
}
