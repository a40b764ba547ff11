/**
 * The worker of an instance: claims jobs and runs one in each slot. All other jobs wait in KV.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import type { Failure } from "../../lib/job/failure.ts";
import {
  deadlineFailure,
  placeOf,
  type QueuedJob,
  type RunningJob,
} from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { ControlsStore } from "../../lib/store/controls_store.ts";
import type { Lease } from "../../lib/store/job_commit.ts";
import type { DueJob } from "../../lib/store/job_index.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import type { DueRecord, JobStore } from "../../lib/store/job_store.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import type { Turns } from "../../lib/turns.ts";
import type { Executor } from "./executor.ts";
import type { FairOrder } from "./fair_order.ts";
import { Interruption } from "./interruption.ts";
import { logFailed } from "./job_log.ts";
import type { Slot, Slots } from "./slots.ts";
import type { UnreadableJobs } from "./unreadable_jobs.ts";

export interface WorkerOptions {
  /** This instance's id: the holder of its leases. */
  holder: string;
  /** The names of the kinds of job that this worker can execute. */
  kinds: ReadonlySet<string>;
  slots: Slots;
  store: JobStore;
  breaker: Breaker;
  controls: Pick<ControlsStore, "isPaused" | "ready">;
  storage: Pick<StorageSpace, "startsJobs">;
  executor: Executor;
  order: FairOrder;
  unreadable: UnreadableJobs;
  clock: Clock;
  turns: Turns;
  /** Whether a sweep runs, which passes waiting jobs to this worker. */
  isSweeping: () => boolean;
  /** Called when a job may start, but other jobs of its kind are before it. */
  onTurn: () => void;
  /** Called when the breaker holds back a kind, with the end of the pause in epoch milliseconds. */
  onHeldBack: (kind: string, until: number) => void;
}

const log = getLogger(["tripwright", "worker"]);

export class Worker {
  readonly #options: WorkerOptions;
  readonly #slots: Slots;
  readonly #store: JobStore;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#slots = options.slots;
    this.#store = options.store;
  }

  /** Whether the instance is shutting down. If so, the worker claims no more jobs. */
  get stopping(): boolean {
    return this.#slots.closed.aborted;
  }

  /** How many more jobs it can claim. */
  get free(): number {
    return this.stopping ? 0 : this.#slots.free;
  }

  /** This instance's id: the holder of its leases. */
  get holder(): string {
    return this.#options.holder;
  }

  /**
   * Occupies a slot for a new job, so that the commit that accepts the job can claim it. The caller
   * must then call {@link start} or {@link cancelReservation}.
   *
   * @returns whether the job may start here now
   */
  async reserve(job: QueuedJob): Promise<boolean> {
    // An identical job may be running, and this one then waits for it.
    if (this.stopping || this.#slots.isFull || job.dedupeKey !== null) return false;
    if (!this.#options.kinds.has(job.kind) || this.#options.controls.isPaused(job.kind)) {
      return false;
    }
    if (this.#slots.isAtLimit(job.kind, job.owner)) return false;
    // Other jobs wait, as far as this instance knows.
    if (this.#options.order.currentPlace(job.kind) !== null) return false;
    this.#slots.occupy(job.id).job = job;
    // Only an accepted job may become the probe of the breaker.
    if (await this.#options.breaker.isClosed(job.kind)) return true;
    this.#slots.vacate(job.id);
    return false;
  }

  /** Starts a new job that waits, or the job whose turn it is. Never rejects. */
  async tryStart(job: QueuedJob): Promise<void> {
    const { order, isSweeping, controls } = this.#options;
    if (controls.isPaused(job.kind)) return;
    const isNext = placeOf(job) <= (order.currentPlace(job.kind) ?? Infinity);
    // New jobs would otherwise take each free slot before the jobs that wait for it.
    if (this.free === 0 || (isNext && !isSweeping())) await this.tryClaim(job.id);
    else this.#startNext();
  }

  /** Starts the waiting jobs whose turn it is. */
  #startNext(): void {
    // A running sweep may already have read the index.
    this.#slots.noteBacklog();
    this.#options.onTurn();
  }

  /** Starts the work on a job with a reserved slot. Does not wait for it. */
  start(lease: Lease): void {
    const { id } = lease.job;
    const slot = this.#slots.get(id)!;
    slot.lease = lease;
    this.#runLater(id, slot, lease);
  }

  /** Runs the job after the client has got its answer, which Deno sends between two turns. */
  async #runLater(id: string, slot: Slot, lease: Lease): Promise<void> {
    await this.#options.turns.next();
    await this.#options.turns.next();
    await this.#run(id, slot, lease);
  }

  /** Frees a reserved slot. */
  cancelReservation(id: string): void {
    this.#slots.vacate(id);
  }

  /**
   * Claims one job and starts the work, if there is a free slot and no other worker has claimed it.
   * Resolves after the claim, before the end of the work. Never rejects.
   *
   * @param listed its entry in the due index, if the caller has read it
   */
  async tryClaim(id: string, listed?: DueJob): Promise<void> {
    if (this.stopping || this.#slots.get(id)) return;
    if (this.#slots.isFull) return this.#slots.noteBacklog();
    const slot = this.#slots.occupy(id);
    try {
      const lease = await this.#claim(id, { slot, listed });
      if (lease) {
        slot.lease = lease;
        // Not awaited: the caller must not wait for the work.
        this.#run(id, slot, lease);
        return;
      }
    } catch (error) {
      if (error instanceof UnreadableJobError) this.#options.unreadable.add(id);
      log.error("claim failed", { jobId: id, error: describeError(error) });
    }
    this.#slots.vacate(id);
  }

  async #claim(
    id: string,
    { slot, listed }: { slot: Slot; listed: DueJob | undefined },
  ): Promise<Lease | null> {
    const { kinds, storage, controls } = this.#options;
    await controls.ready();
    const due = await this.#store.readDue(id, kinds);
    if (!due && listed) await this.#store.dropStaleEntry(listed);
    if (due?.isOverdue) return await this.#fail(due, deadlineFailure());
    if (!storage.startsJobs || (due && controls.isPaused(due.job.kind))) return null;
    // A follower normally calls no model, so neither the breaker nor the limit of its kind applies.
    if (!due) return null;
    const next = due.role.next === "follow" ? "start" : await this.#nextOf(due.job, slot);
    if (next === "wait") return null;
    if (next !== "start") return await this.#fail(due, next);
    return await this.#store.claim(due, this.#options.holder);
  }

  /** Fails a job that waits. Returns `null`, because there is no lease. */
  async #fail(due: DueRecord, failure: Failure): Promise<null> {
    const failed = await this.#store.failWaiting(due, failure);
    if (failed) logFailed(failed);
    return null;
  }

  /**
   * Returns whether the job may start now, or why it fails. A job that the breaker holds back waits in
   * KV. A new job fails in place of that if only an operator can end the outage.
   */
  async #nextOf(job: QueuedJob, slot: Slot): Promise<"start" | "wait" | Failure> {
    const { breaker, onHeldBack } = this.#options;
    if (this.#slots.isAtLimit(job.kind, job.owner)) return "wait";
    slot.job = job;
    const until = await breaker.admit(job);
    if (until === 0) return "start";
    const failure = job.startedAt === null ? breaker.endsJobsWith(job.kind) : null;
    if (failure) return failure;
    onHeldBack(job.kind, until);
    return "wait";
  }

  async #run(id: string, slot: Slot, lease: Lease): Promise<void> {
    if (this.stopping) slot.abort.abort(new Interruption("stopping"));
    try {
      const dueAgainAt = await this.#options.executor.execute(lease, slot);
      if (dueAgainAt !== null) this.#tryClaimAt(dueAgainAt, lease.job);
    } catch (error) {
      // KV still lists the job for this instance; `reconcile()` or another instance rescues it.
      log.error("run failed", { jobId: id, error: describeError(error) });
    }
    // This job may have followers that wait for its end.
    if (lease.job.dedupeKey !== null && !lease.follows) this.#slots.noteBacklog();
    this.#slots.vacate(id);
  }

  /** Claims a retry when it is due, before the next sweep. */
  async #tryClaimAt(epochMs: number, { id, kind }: RunningJob): Promise<void> {
    const { clock } = this.#options;
    await clock.wait(epochMs - clock.now(), this.#slots.closed);
    if (this.#options.order.currentPlace(kind) === null) await this.tryClaim(id);
    else this.#startNext();
  }

  /** Wakes a job that waits for a response of the model: the response may have ended. */
  wake(id: string): void {
    this.#slots.get(id)?.wake.dispatchEvent(new Event("wake"));
  }

  /** Stops the work on a job that this worker no longer holds. */
  drop(id: string): void {
    this.#slots.get(id)?.abort.abort(new Interruption("lost"));
  }

  /** Stops the work on all jobs. The executor then releases them. */
  interruptAll(): void {
    for (const [, { abort }] of this.#slots) abort.abort(new Interruption("stopping"));
  }

  /**
   * Compares the jobs that KV lists for this instance with its running jobs. Stops running jobs
   * that KV does not list, and puts back listed jobs that do not run.
   */
  async reconcile(): Promise<void> {
    const leased = [...this.#slots].filter(([, slot]) => slot.lease);
    const held = await this.#store.index.heldBy(this.#options.holder);
    const ids = new Set(held.map(({ id }) => id));
    for (const [id, { abort }] of leased) {
      if (!ids.has(id)) abort.abort(new Interruption("lost"));
    }
    const forgotten = held.filter(({ id }) => !this.#slots.get(id));
    await Promise.all(forgotten.map((job) => this.#store.rescue(job)));
  }
}
