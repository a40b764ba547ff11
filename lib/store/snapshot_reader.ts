/**
 * Reads jobs for clients. Many clients poll, and most jobs have not changed since the last poll. So
 * the reads of one turn of the event loop share calls of KV, and a job that has not changed is not
 * decoded again.
 * @module
 */
import DataLoader from "dataloader";
import { setImmediate } from "node:timers";
import type { Clock } from "../clock.ts";
import { ExpiringCache } from "../expiring_cache.ts";
import type { Failure } from "../job/failure.ts";
import { isEnded, type JobRecord, type QueuedJob } from "../job/job_record.ts";
import type { JobSnapshot, QueueWait } from "../job/job_snapshot.ts";
import { readBlob } from "./blob.ts";
import type { InFlightStore } from "./in_flight_store.ts";
import { isExpired, parseJob } from "./job_entry.ts";
import { keys } from "./job_keys.ts";
import { MAX_KEYS_PER_READ } from "./kv_limits.ts";
import { decodeProgress } from "./progress_codec.ts";
import type { Kv, KvEntryMaybe, KvKey } from "../platform/kv.ts";

type Entry = KvEntryMaybe<unknown>;

/** `progress` is unset if the read did not include it. */
interface Entries {
  record: Entry;
  progress?: Entry;
}

/** The size of the cache, in bytes of stored progress and records. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** An estimate for a decoded record without its progress. */
const RECORD_BYTES = 4_096;

/** Progress is stored compressed. In memory it takes about this many times the space. */
const INFLATION = 6;

export interface SnapshotReaderOptions {
  clock: Clock;
  inFlight: InFlightStore;
  /** Returns why a queued job cannot start; `null`: it can. */
  heldBackBy?: ((job: JobRecord) => Promise<Failure | null>) | undefined;
  /** Returns the position of a queued job, without a read of KV; `null`: not known. */
  queueOf?: ((job: QueuedJob) => QueueWait | null) | undefined;
}

/** Reads the jobs of one KV database. */
export class SnapshotReader {
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #inFlight: InFlightStore;
  readonly #heldBackBy: SnapshotReaderOptions["heldBackBy"];
  readonly #queueOf: SnapshotReaderOptions["queueOf"];
  readonly #records: DataLoader<string, Entries>;
  /** Reads records with their progress. */
  readonly #entries: DataLoader<string, Entries>;
  /** The decoded jobs that have not ended, by their ids. */
  readonly #decoded: ExpiringCache<JobSnapshot>;

  /** The snapshots that show why and how long jobs wait, by the snapshots without that. */
  readonly #waiting = new WeakMap<JobSnapshot, JobSnapshot>();

  constructor(kv: Kv, { clock, inFlight, heldBackBy, queueOf }: SnapshotReaderOptions) {
    this.#kv = kv;
    this.#clock = clock;
    this.#decoded = new ExpiringCache({ clock, maxSize: CACHE_BYTES });
    this.#inFlight = inFlight;
    this.#heldBackBy = heldBackBy;
    this.#queueOf = queueOf;
    this.#records = this.#createLoader((id) => [keys.job(id)]);
    this.#entries = this.#createLoader((id) => [keys.job(id), keys.progress(id)]);
  }

  /**
   * Creates a loader whose batches are one call of KV each, so that the keys of a job are consistent.
   *
   * @param keysOf returns the keys to read for a job: its record, and perhaps its progress
   */
  #createLoader(keysOf: (id: string) => KvKey[]): DataLoader<string, Entries> {
    const perJob = keysOf("").length;
    const loader = new DataLoader<string, Entries>(async (ids) => {
      // A later call must not get these entries, because they may be older than the call.
      loader.clearAll();
      const entries = await this.#kv.getMany<unknown[]>(ids.flatMap(keysOf));
      return ids.map((_, n) => {
        const [record, progress] = entries.slice(perJob * n, perJob * (n + 1));
        return { record: record!, ...(progress && { progress }) };
      });
    }, {
      maxBatchSize: Math.floor(MAX_KEYS_PER_READ / perJob),
      batchScheduleFn: (readBatch) => void setImmediate(readBatch),
    });
    return loader;
  }

  /**
   * Reads a job with its progress and, if it has succeeded, its plan. A waiting follower has the
   * progress of its leader. The read begins after the call.
   *
   * @returns `null` if the job does not exist. An unchanged job is the same object as before.
   * @throws {UnreadableJobError} if this version cannot read the record
   */
  async read(id: string): Promise<JobSnapshot | null> {
    const snapshot = await this.#read(id);
    if (snapshot?.job.state !== "queued") return snapshot;
    const failure = await this.#heldBackBy?.(snapshot.job) ?? null;
    // A follower shows the progress of its leader.
    const queue = snapshot.isFollowing ? null : this.#queueOf?.(snapshot.job) ?? null;
    return failure || queue ? this.#withWait(snapshot, { failure, queue }) : snapshot;
  }

  #withWait(
    snapshot: JobSnapshot,
    { failure, queue }: { failure: Failure | null; queue: QueueWait | null },
  ): JobSnapshot {
    const known = this.#waiting.get(snapshot);
    if (known?.heldBackBy?.code === failure?.code && isSameWait(known?.queue, queue)) return known!;
    const waiting = {
      ...snapshot,
      version: `${snapshot.version}${failure?.code ?? ""}${queue ? describeWait(queue) : ""}`,
      ...(failure && { heldBackBy: failure }),
      ...(queue && { queue }),
    };
    this.#waiting.set(snapshot, waiting);
    return waiting;
  }

  async #read(id: string): Promise<JobSnapshot | null> {
    const known = this.#decoded.get(id);
    // Each key costs time, and a job that no worker has claimed yet has no progress.
    if (known && isUntouched(known.job)) {
      const { record } = await this.#records.load(id);
      if (versionOf({ record }) === known.version) return this.#unlessExpired(known);
    }
    const entries = await this.#entries.load(id);
    if (versionOf(entries) === known?.version) return this.#unlessExpired(known);
    return await this.#decode(id, entries);
  }

  #unlessExpired(snapshot: JobSnapshot): JobSnapshot | null {
    return isExpired(snapshot.job, this.#clock.now()) ? null : snapshot;
  }

  async #decode(id: string, entries: Entries): Promise<JobSnapshot | null> {
    const { record, progress } = entries;
    const job = parseJob(record, this.#clock.now());
    if (job === null) return null;
    const shared = await this.#inFlight.progressOfLeader(job);
    const snapshot: JobSnapshot = {
      job,
      version: versionOf(entries) + (shared?.version ?? ""),
      progress: shared?.progress ?? decodeProgress(progress?.value),
      ...(shared && { isFollowing: true }),
      result: job.state === "succeeded"
        ? await readBlob(this.#kv, { key: keys.result(id), ref: job.result })
        : null,
    };
    // Routes cache ended jobs. The progress of a follower is that of its leader.
    if (isEnded(job) || job.state === "queued" && job.dedupeKey !== null) this.#decoded.delete(id);
    else {
      const { expiresAt } = job;
      this.#decoded.set(id, snapshot, { size: sizeOf(progress?.value), expiresAt });
    }
    return snapshot;
  }
}

/** Returns whether no worker has claimed the job yet, and it repeats no other job. */
function isUntouched({ state, startedAt, replayOf }: JobRecord): boolean {
  return state === "queued" && startedAt === null && replayOf === null;
}

/** The part of a version that changes with the wait of a job. */
function describeWait({ isPaused, position, expectedStartAt }: QueueWait): string {
  return `${isPaused ? "p" : "q"}${position ?? ""}-${expectedStartAt ?? ""}`;
}

function isSameWait(one: QueueWait | undefined, other: QueueWait | null): boolean {
  if (one === other) return true;
  if (!one || !other) return !one && !other;
  return one.position === other.position && one.expectedStartAt === other.expectedStartAt &&
    one.isPaused === other.isPaused;
}

/** The version of a job without a leader. Progress that was not read counts as missing. */
function versionOf({ record, progress }: Entries): string {
  return `${record.versionstamp ?? ""}-${progress?.versionstamp ?? ""}-`;
}

function sizeOf(progress: unknown): number {
  return RECORD_BYTES + (progress instanceof Uint8Array ? INFLATION * progress.length : 0);
}
