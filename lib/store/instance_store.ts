/**
 * The instances in KV: their heartbeats, and a bell for all instances.
 *
 * | key | value |
 * |---|---|
 * | `["instance", holder]` | the instance's heartbeat, one for all its jobs |
 * | `["bell"]` | its versionstamp changes when all instances should sweep |
 * | `["accepted", holder]` | how many jobs of each kind the instance has accepted since its start |
 * | `["waiting"]` | how many jobs of each kind waited when an instance last published its count |
 * | `["wake", holder, id]` | the response that this job of the instance waits for may have ended |
 *
 * Only the versionstamps of heartbeats and of the bell have a meaning. Both expire later than the
 * jobs.
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";
import type { AtomicOperation, Kv, KvKey } from "../platform/kv.ts";

/** The heartbeat of an instance. */
export interface InstanceHeartbeat {
  holder: string;
  /** Changes with each beat. */
  versionstamp: string;
  /** The time of the beat by the clock of the instance, in epoch milliseconds, for operators. */
  at: number | null;
}

/** The part of a heartbeat that shows whether the instance has renewed it. */
export type SeenHeartbeat = Pick<InstanceHeartbeat, "holder" | "versionstamp">;

export interface InstanceStoreOptions {
  clock: Clock;
  /** How long a job lives; heartbeats are kept twice as long. */
  ttlMs: number;
}

/** Numbers of jobs by the names of their kinds. */
export type JobCounts = Record<string, number>;

const JobCounts = z.record(z.string(), z.int().nonnegative());
const Accepted = JobCounts.catch({});

const Beat = z.object({ at: z.number() });

/** How long other instances see what an instance has accepted. They read it every half second. */
const ACCEPTED_MS = 600_000;

const WAITING = ["waiting"];

/** Its versionstamp changes with each ring. {@link QueueStore.read} reads it. */
export const BELL = ["bell"];

/** An instance that has not read a wake entry by then is dead and has lost its jobs. */
const WAKE_MS = 600_000;

/** The instances that share one KV database. */
export class InstanceStore {
  readonly #kv: Kv;
  readonly #options: InstanceStoreOptions;

  constructor(kv: Kv, options: InstanceStoreOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Renews the heartbeat of an instance, in one write for all its jobs. */
  async beat(holder: string): Promise<void> {
    const commit = this.#kv.atomic();
    this.addBeat(commit, holder);
    await commit.commit();
  }

  /** Adds a heartbeat to a transaction. */
  addBeat(commit: AtomicOperation, holder: string): void {
    this.#touch(commit, instanceKey(holder));
  }

  /** Lists the instances that have held jobs recently. */
  async list(): Promise<InstanceHeartbeat[]> {
    const found = [];
    for await (const { key, value, versionstamp } of this.#kv.list({ prefix: ["instance"] })) {
      found.push({
        holder: String(key[1]),
        versionstamp,
        at: Beat.safeParse(value).data?.at ?? null,
      });
    }
    return found;
  }

  /** Returns the last heartbeat of an instance; `null`: it has held no job recently. */
  async find(holder: string): Promise<SeenHeartbeat | null> {
    const { versionstamp } = await this.#kv.get(instanceKey(holder));
    return versionstamp === null ? null : { holder, versionstamp };
  }

  /** Makes a transaction fail if the instance has renewed its heartbeat since `beat`. */
  checkSilent(commit: AtomicOperation, { holder, versionstamp }: SeenHeartbeat): void {
    commit.check({ key: instanceKey(holder), versionstamp });
  }

  /** Deletes the heartbeat of an instance without jobs, unless it was renewed since `beat`. */
  async forget(beat: SeenHeartbeat): Promise<void> {
    const commit = this.#kv.atomic();
    this.checkSilent(commit, beat);
    await commit.delete(instanceKey(beat.holder)).commit();
  }

  /**
   * Tells the other instances how many jobs of each kind this one has accepted.
   *
   * @param counts `waiting`: tells later instances how many jobs wait, unless `null`
   */
  async publishCounts(
    holder: string,
    { accepted, waiting }: { accepted: JobCounts; waiting: JobCounts | null },
  ): Promise<void> {
    const commit = this.#kv.atomic()
      .set(["accepted", holder], accepted, { expireIn: ACCEPTED_MS });
    if (waiting !== null) commit.set(WAITING, waiting, { expireIn: this.#options.ttlMs });
    await commit.commit();
  }

  /**
   * Returns how many jobs of each kind waited when an instance last published it, or `null`. Jobs
   * may have been claimed or have expired since.
   */
  async lastWaiting(): Promise<JobCounts | null> {
    return JobCounts.safeParse((await this.#kv.get(WAITING)).value).data ?? null;
  }

  /** Returns how many jobs of each kind the other instances have accepted, by their ids. */
  async acceptedByOthers(holder: string): Promise<Map<string, JobCounts>> {
    const found = new Map<string, JobCounts>();
    const options = { batchSize: LARGEST_BATCH };
    for await (const { key, value } of this.#kv.list({ prefix: ["accepted"] }, options)) {
      if (key[1] !== holder) found.set(String(key[1]), Accepted.parse(value));
    }
    return found;
  }

  /** Adds a ring of the bell to a transaction. */
  addRing(commit: AtomicOperation): void {
    this.#touch(commit, BELL);
  }

  /** Adds a wake entry for a job of an instance to a transaction, and rings the bell. */
  addWake(commit: AtomicOperation, { holder, id }: { holder: string; id: string }): void {
    commit.set(["wake", holder, id], {}, { expireIn: WAKE_MS });
    this.addRing(commit);
  }

  /** Reads and deletes the wake entries of an instance. Returns the ids of the jobs. */
  async takeWakes(holder: string): Promise<string[]> {
    const found = [];
    for await (const { key } of this.#kv.list({ prefix: ["wake", holder] })) {
      found.push(String(key[2]));
      await this.#kv.atomic().delete(key).commit();
    }
    return found;
  }

  #touch(commit: AtomicOperation, key: KvKey): void {
    const { clock, ttlMs } = this.#options;
    // The time is only for operators. Instances compare the versionstamp.
    commit.set(key, { at: clock.now() }, { expireIn: 2 * ttlMs });
  }
}

function instanceKey(holder: string): KvKey {
  return ["instance", holder];
}
