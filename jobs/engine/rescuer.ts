/**
 * Finds instances that have died and puts their jobs back into the queue.
 *
 * Whether an instance lives is seen from its heartbeat changing while somebody looks. Two machines'
 * clocks are never compared. An instance on the same machine may be known sooner to be dead, by its
 * lock.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { type InstanceLocks } from "../../lib/store/instance_locks.ts";
import type { InstanceHeartbeat, InstanceStore } from "../../lib/store/instance_store.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import type { HeldJob } from "../../lib/store/job_index.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { describeError } from "../../lib/log.ts";
import { idsOf, logFailed } from "./job_log.ts";
import type { UnreadableJobs } from "./unreadable_jobs.ts";

export interface RescuerOptions {
  store: JobStore;
  instances: InstanceStore;
  locks: InstanceLocks;
  clock: Clock;
  unreadable: UnreadableJobs;
  /** An instance that is silent for this long has lost its jobs. */
  leaseMs: number;
}

interface Sighting {
  versionstamp: string;
  /** For how long this heartbeat has been looked at without a change. */
  silentMs: number;
}

const log = getLogger(["tripwright", "rescuer"]);

export class Rescuer {
  readonly #options: RescuerOptions;
  #seen = new Map<string, Sighting>();
  #lookedAt = -Infinity;

  constructor(options: RescuerOptions) {
    this.#options = options;
  }

  /** How many other instances have a heartbeat that may still turn out to be the last one. */
  get watched(): number {
    return this.#seen.size;
  }

  /** In how many milliseconds an instance that stays silent will have been so for too long. */
  get nextVerdictMs(): number {
    const { leaseMs } = this.#options;
    const silences = [...this.#seen.values()].map(({ silentMs }) => silentMs);
    return leaseMs - Math.max(0, ...silences.filter((ms) => ms < leaseMs));
  }

  /**
   * Looks at every instance once; reads the jobs of dead ones only.
   *
   * @param except an instance that is known to live, however old its heartbeat: this one, while it
   * works
   */
  async run(except?: string): Promise<void> {
    const { instances, locks, clock, leaseMs } = this.#options;
    const dead = await locks.dead().catch((error) => {
      log.error("locks not read", { error: describeError(error) });
      return new Set<string>();
    });
    const beats = (await instances.list()).filter(({ holder }) => holder !== except);
    const now = clock.now();
    // Between two looks the machine may have slept, and the others with it: that proves nothing.
    const lookedMs = Math.max(0, Math.min(now - this.#lookedAt, leaseMs / 2));
    this.#lookedAt = now;

    const seen = new Map<string, Sighting>();
    for (const { holder, versionstamp } of beats) {
      const last = this.#seen.get(holder);
      const silentMs = last?.versionstamp === versionstamp ? last.silentMs + lookedMs : 0;
      seen.set(holder, { versionstamp, silentMs });
    }
    this.#seen = seen;
    for (const beat of beats) {
      const { silentMs } = seen.get(beat.holder)!;
      if (silentMs >= leaseMs || dead.has(beat.holder)) await this.#tryToBury(beat);
    }
    const known = new Set(beats.map(({ holder }) => holder));
    for (const holder of dead) if (!known.has(holder)) await locks.clear(holder);
  }

  /** One instance whose jobs cannot be read holds up no other. */
  async #tryToBury(beat: InstanceHeartbeat): Promise<void> {
    try {
      await this.#bury(beat);
    } catch (error) {
      log.error("rescue failed", { holder: beat.holder, error: describeError(error) });
    }
  }

  /** Puts back what the dead instance held; one that holds nothing any more is forgotten. */
  async #bury(beat: InstanceHeartbeat): Promise<void> {
    const { store, instances } = this.#options;
    const held = await store.index.heldBy(beat.holder);
    for (const job of held) await this.#rescue(job, beat);
    if (held.length === 0) {
      await instances.forget(beat);
      this.#seen.delete(beat.holder);
    }
  }

  /** One job that cannot be rescued holds up no other. */
  async #rescue(held: HeldJob, beat: InstanceHeartbeat): Promise<void> {
    if (this.#options.unreadable.has(held.id)) return;
    try {
      const job = await this.#options.store.rescue(held, beat);
      if (!job) return;
      if (job.state === "failed") return logFailed(job);
      log.warning("rescued", idsOf(job));
    } catch (error) {
      if (error instanceof UnreadableJobError) this.#options.unreadable.add(held.id);
      log.error("rescue failed", { jobId: held.id, error: describeError(error) });
    }
  }
}
