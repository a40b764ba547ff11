/**
 * Jobs that are created for other jobs: replays, and callbacks that are delivered again.
 * @module
 */
import { z } from "zod";
import type { BasePlans } from "./base_plans.ts";
import type { CheckpointStore } from "./checkpoint_store.ts";
import type { Clock } from "../clock.ts";
import type { InstanceStore } from "./instance_store.ts";
import { JobCommit } from "./job_commit.ts";
import { parseJob } from "./job_entry.ts";
import type { JobEvents } from "../job/job_events.ts";
import { keys } from "./job_keys.ts";
import {
  type EndedJob,
  isEnded,
  type JobRecord,
  type QueuedJob,
  replayJob,
} from "../job/job_record.ts";
import type { SpendingStore } from "./spending_store.ts";
import type { Kv, KvEntryMaybe } from "../platform/kv.ts";

/** Whether a replay reads the finished steps of the original job, or does all work again. */
export type ReplayedSteps = "reuse" | "discard";

/** A job that was created for another one. */
export interface DerivedJob {
  job: JobRecord;
  /** Whether this call has created it. */
  isNew: boolean;
}

/** How many callback jobs of a job are remembered: an operator may deliver it again and again. */
const MAX_CALLBACKS = 20;

const CallbackIds = z.array(z.string()).catch([]);

export interface DerivedJobsOptions {
  clock: Clock;
  /** How long a job lives, in milliseconds. */
  ttlMs: number;
  instances: InstanceStore;
  checkpoints: CheckpointStore;
  bases: BasePlans;
  /** See `JobStoreOptions`. */
  spending?: SpendingStore | undefined;
  events?: JobEvents | undefined;
  successorOf?: ((job: EndedJob) => QueuedJob | null) | undefined;
  /** Adds a new job to the queue. */
  enqueue: (commit: JobCommit, job: QueuedJob) => void;
}

/** The derived jobs of one KV database. */
export class DerivedJobs {
  readonly #kv: Kv;
  readonly #options: DerivedJobsOptions;

  constructor(kv: Kv, options: DerivedJobsOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /**
   * Replays an ended job: creates a job with the same request. A refinement starts from the same plan
   * again. The ended job does not change. A job is replayed once; further calls return the same new
   * job.
   *
   * @param options `newId`: the id of the new job. `steps`: whether it gets the checkpoints of the
   * ended job. `kinds`: the kinds that can be replayed; unset, all. `by`: the job that replays it,
   * which must be running
   * @throws if the job `by` does not run
   * @returns `null` if the job does not exist, has not ended or is of another kind
   */
  async replay(
    id: string,
    { newId, steps, kinds, by }: {
      newId: string;
      steps: ReplayedSteps;
      kinds?: ReadonlySet<string> | undefined;
      by?: string | undefined;
    },
  ): Promise<DerivedJob | null> {
    const original = await this.#read(id);
    if (!original || !isEnded(original)) return null;
    if (kinds && !kinds.has(original.kind)) return null;
    const { ttlMs } = this.#options;
    const job = replayJob(original, { id: newId, now: this.#options.clock.now(), ttlMs });
    for (;;) {
      const entry = await this.#kv.get(keys.replayed(id));
      const known = await this.#derivedJob(entry.value);
      if (known) return known;
      // Neither is used before the job exists. If its commit fails, they expire.
      await this.#options.bases.copy(original, job);
      if (steps === "reuse") await this.#options.checkpoints.copySteps(id, job);
      const commit = new JobCommit(this.#kv, this.#options.clock).check(entry).put(
        entry.key,
        newId,
        original,
      )
        .check({ key: keys.job(newId), versionstamp: null });
      if (by !== undefined) commit.check(await this.#readRunning(by));
      this.#options.spending?.addReplayed(commit.operation, job);
      this.#options.enqueue(commit, job);
      if (!await this.#commitDerived(commit, job)) continue;
      this.#options.events?.queued(job, "replayed");
      return { job, isNew: true };
    }
  }

  async #readRunning(id: string): Promise<KvEntryMaybe<unknown>> {
    const entry = await this.#kv.get(keys.job(id));
    if (parseJob(entry, this.#options.clock.now())?.state === "running") return entry;
    throw new Error(`Cannot replay for job ${id}: it does not run`);
  }

  /** @returns whether the new job is stored; `false` if another call was faster */
  async #commitDerived(commit: JobCommit, job: QueuedJob): Promise<boolean> {
    try {
      return await commit.commit(job) !== null;
    } catch (error) {
      // Perhaps only the answer was lost, and a worker has changed the job by now.
      if ((await this.#kv.get(keys.job(job.id))).value === null) throw error;
      return true;
    }
  }

  /** Reads a job that was derived before; `null`: there is none. */
  async #derivedJob(id: unknown): Promise<DerivedJob | null> {
    if (typeof id !== "string") return null;
    const job = await this.#read(id);
    return job && { job, isNew: false };
  }

  /**
   * Delivers the callback of an ended job again. While a callback job of it waits or runs, there is
   * no other.
   *
   * @returns the new callback job, or an earlier one that still waits or runs; `null` if the job does
   * not exist, has not ended or has no callback
   */
  async redeliver(id: string): Promise<DerivedJob | null> {
    for (;;) {
      const ended = await this.#read(id);
      if (!ended || !isEnded(ended)) return null;
      const entry = await this.#kv.get(keys.callbacks(id));
      const known = CallbackIds.parse(entry.value);
      const last = await this.#derivedJob(known.at(-1));
      if (last && !isEnded(last.job)) return last;
      const job = this.#options.successorOf?.(ended);
      if (!job) return null;
      const ids = [...known, job.id].slice(-MAX_CALLBACKS);
      const commit = new JobCommit(this.#kv, this.#options.clock).check(entry).put(
        entry.key,
        ids,
        ended,
      );
      this.#options.enqueue(commit, job);
      this.#options.instances.addRing(commit.operation);
      if (!await this.#commitDerived(commit, job)) continue;
      this.#options.events?.accepted(job);
      return { job, isNew: true };
    }
  }

  /** Returns the ids of the jobs that were derived from a job. */
  async of(id: string): Promise<{ replayedAs: string | null; callbacks: string[] }> {
    const [replayed, callbacks] = await this.#kv.getMany<unknown[]>(
      [keys.replayed(id), keys.callbacks(id)],
    );
    return {
      replayedAs: typeof replayed!.value === "string" ? replayed!.value : null,
      callbacks: CallbackIds.parse(callbacks!.value),
    };
  }

  async #read(id: string): Promise<JobRecord | null> {
    return parseJob(await this.#kv.get(keys.job(id)), this.#options.clock.now());
  }
}
