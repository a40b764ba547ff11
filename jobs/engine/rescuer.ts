/**
 * Finds dead instances and puts their jobs back into the queue.
 *
 * An instance is alive while its heartbeat changes between two checks. The rescuer never compares
 * the clocks of two machines. On the same machine, the lock of a dead instance reveals it sooner.
 * While the disk takes no data, no instance can write its heartbeat, so silence proves nothing.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import { type InstanceLocks } from "../../lib/store/instance_locks.ts";
import type { InstanceHeartbeat, InstanceStore } from "../../lib/store/instance_store.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import type { HeldJob } from "../../lib/store/job_index.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { isUnwritable, type StorageSpace } from "../../lib/store/storage_space.ts";
import { idsOf, logFailed } from "./job_log.ts";
import type { UnreadableJobs } from "./unreadable_jobs.ts";

export interface RescuerOptions {
  store: JobStore;
  instances: InstanceStore;
  locks: InstanceLocks;
  storage: StorageSpace;
  clock: Clock;
  unreadable: UnreadableJobs;
  /** After this time without a new heartbeat, an instance loses its jobs. */
  leaseMs: number;
}

interface ObservedHeartbeat {
  versionstamp: string;
  /** For how long the rescuer has observed no change. */
  silentMs: number;
}

const log = getLogger(["tripwright", "rescuer"]);

export class Rescuer {
  readonly #options: RescuerOptions;
  #observed = new Map<string, ObservedHeartbeat>();
  #checkedAt = -Infinity;
  /** Since the last check, the disk may have taken no data. */
  #mayMissBeats = false;
  readonly #faults: FaultLog;

  constructor(options: RescuerOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** The number of other instances with a heartbeat, alive or not yet known to be dead. */
  get watched(): number {
    return this.#observed.size;
  }

  /** The time until the next silent instance counts as dead, in milliseconds. */
  get nextTimeoutMs(): number {
    const { leaseMs } = this.#options;
    const silences = [...this.#observed.values()].map(({ silentMs }) => silentMs);
    return leaseMs - Math.max(0, ...silences.filter((ms) => ms < leaseMs));
  }

  /**
   * Checks every instance once, and rescues the jobs of dead instances.
   *
   * @param except an instance that is alive even if its heartbeat is old: this one, while it has
   * jobs
   */
  async run(except?: string): Promise<void> {
    const { instances, locks, leaseMs } = this.#options;
    const dead = await locks.dead().catch((error) => {
      this.#faults.report("locks not read", error);
      return new Set<string>();
    });
    const beats = (await instances.list()).filter(({ holder }) => holder !== except);
    const observed = this.#observe(beats);
    for (const beat of beats) {
      const { silentMs } = observed.get(beat.holder)!;
      const isSilent = silentMs >= leaseMs && !this.#mayMissBeats;
      if (isSilent || dead.has(beat.holder)) await this.#tryRescueJobs(beat);
    }
    const known = new Set(beats.map(({ holder }) => holder));
    for (const holder of dead) if (!known.has(holder)) await locks.clear(holder);
  }

  /**
   * Deletes the heartbeat of this instance, which has stopped, unless it still holds a job. Otherwise
   * others would watch it for two leases. A claim that takes effect later renews it. Never rejects.
   */
  async leave(holder: string): Promise<void> {
    const { store, instances } = this.#options;
    try {
      const beat = await instances.find(holder);
      if (beat === null || (await store.index.heldBy(holder)).length > 0) return;
      await instances.forget(beat);
    } catch (error) {
      this.#faults.report("heartbeat not deleted", error);
    }
  }

  /** Adds the time since the last check to the silence of each instance that has not beaten since. */
  #observe(beats: InstanceHeartbeat[]): ReadonlyMap<string, ObservedHeartbeat> {
    const { clock, leaseMs, storage } = this.#options;
    const now = clock.now();
    // A longer pause proves nothing: this machine, and the other instances on it, may have slept.
    const observedMs = Math.max(0, Math.min(now - this.#checkedAt, leaseMs / 2));
    this.#checkedAt = now;

    const isWritable = storage.startsJobs;
    const startsAnew = !isWritable || this.#mayMissBeats;
    this.#mayMissBeats = !isWritable;
    const observed = new Map<string, ObservedHeartbeat>();
    for (const { holder, versionstamp } of beats) {
      const last = this.#observed.get(holder);
      const isSilent = last?.versionstamp === versionstamp && !startsAnew;
      observed.set(holder, { versionstamp, silentMs: isSilent ? last.silentMs + observedMs : 0 });
    }
    this.#observed = observed;
    return observed;
  }

  /** Rescues the jobs of one instance. A failure must not delay the other instances. */
  async #tryRescueJobs(beat: InstanceHeartbeat): Promise<void> {
    try {
      await this.#rescueJobs(beat);
    } catch (error) {
      if (isUnwritable(error)) this.#mayMissBeats = true;
      this.#faults.report("rescue failed", error, { holder: beat.holder });
    }
  }

  /** Puts back the jobs of a dead instance. Deletes the heartbeat when it holds no more jobs. */
  async #rescueJobs(beat: InstanceHeartbeat): Promise<void> {
    const { store, instances } = this.#options;
    const held = await store.index.heldBy(beat.holder);
    for (const job of held) await this.#rescue(job, beat);
    if (held.length === 0) {
      await instances.forget(beat);
      this.#observed.delete(beat.holder);
    }
  }

  /**
   * Rescues one job. A failure must not delay the other jobs.
   *
   * @throws if the disk takes no data: then the instance may be alive, and no job must be rescued
   */
  async #rescue(held: HeldJob, beat: InstanceHeartbeat): Promise<void> {
    if (this.#options.unreadable.has(held.id)) return;
    try {
      const job = await this.#options.store.rescue(held, beat);
      if (!job) return;
      if (job.state === "failed") return logFailed(job);
      log.warning("rescued", idsOf(job));
    } catch (error) {
      if (error instanceof UnreadableJobError) this.#options.unreadable.add(held.id);
      if (isUnwritable(error)) throw error;
      this.#faults.report("rescue failed", error, { jobId: held.id });
    }
  }
}
