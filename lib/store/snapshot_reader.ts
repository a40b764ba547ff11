/**
 * Reads jobs for clients. Many clients poll, and most jobs have not changed since the last poll. So
 * the reads of one turn of the event loop share calls of KV, and a job that has not changed is not
 * decoded again.
 * @module
 */
import DataLoader from "dataloader";
import { LRUCache } from "lru-cache";
import { setImmediate } from "node:timers";
import type { Clock } from "../clock.ts";
import { isEnded } from "../job/job_record.ts";
import type { JobSnapshot } from "../job/job_snapshot.ts";
import { readBlob } from "./blob.ts";
import type { InFlightStore } from "./in_flight_store.ts";
import { isExpired, parseJob } from "./job_entry.ts";
import { keys } from "./job_keys.ts";
import { MAX_KEYS_PER_READ } from "./kv_limits.ts";
import { decodeProgress } from "./progress_codec.ts";

type Entry = Deno.KvEntryMaybe<unknown>;

/** The keys that one job takes: its record and its progress. */
const KEYS_PER_JOB = 2;

/** The size of the cache, in bytes of stored progress and records. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** An estimate for a decoded record without its progress. */
const RECORD_BYTES = 4_096;

/** Progress is stored compressed. In memory it takes about this many times the space. */
const INFLATION = 6;

/** Reads the jobs of one KV database. */
export class SnapshotReader {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  readonly #inFlight: InFlightStore;
  readonly #entries: DataLoader<string, [record: Entry, progress: Entry]>;
  /** The decoded jobs that have not ended, by their ids. */
  readonly #decoded = new LRUCache<string, JobSnapshot>({ maxSize: CACHE_BYTES });

  constructor(kv: Deno.Kv, { clock, inFlight }: { clock: Clock; inFlight: InFlightStore }) {
    this.#kv = kv;
    this.#clock = clock;
    this.#inFlight = inFlight;
    this.#entries = new DataLoader((ids) => this.#readEntries(ids), {
      batchScheduleFn: (readBatch) => void setImmediate(readBatch),
    });
  }

  /**
   * Reads a job with its progress and, if it has succeeded, its plan. A waiting follower has the
   * progress of its leader. The read begins after the call.
   *
   * @returns `null` if the job does not exist. An unchanged job is the same object as before.
   * @throws {UnreadableJobError} if this version cannot read the record
   */
  async read(id: string): Promise<JobSnapshot | null> {
    const [record, progress] = await this.#entries.load(id);
    const version = `${record.versionstamp ?? ""}-${progress.versionstamp ?? ""}-`;
    const known = this.#decoded.get(id);
    if (known?.version === version) return isExpired(known.job, this.#clock.now()) ? null : known;
    const job = parseJob(record, this.#clock.now());
    if (job === null) return null;
    const shared = await this.#inFlight.progressOfLeader(job);
    const snapshot: JobSnapshot = {
      job,
      version: version + (shared?.version ?? ""),
      progress: shared?.progress ?? decodeProgress(progress.value),
      ...(shared && { isFollowing: true }),
      result: job.state === "succeeded"
        ? await readBlob(this.#kv, { key: keys.result(id), ref: job.result })
        : null,
    };
    // Routes cache ended jobs. Another job decides what a follower shows.
    if (isEnded(job) || job.state === "queued" && job.dedupeKey !== null) this.#decoded.delete(id);
    else this.#decoded.set(id, snapshot, { size: sizeOf(progress) });
    return snapshot;
  }

  /** Reads the entries of several jobs, in as few calls as possible. */
  async #readEntries(ids: readonly string[]): Promise<[record: Entry, progress: Entry][]> {
    // A call after this one must not get these entries, because they may be older than the call.
    this.#entries.clearAll();
    const reads = [];
    const jobsPerRead = MAX_KEYS_PER_READ / KEYS_PER_JOB;
    for (let n = 0; n < ids.length; n += jobsPerRead) {
      const some = ids.slice(n, n + jobsPerRead);
      reads.push(this.#kv.getMany(some.flatMap((id) => [keys.job(id), keys.progress(id)])));
    }
    const entries = (await Promise.all(reads)).flat();
    return ids.map((_, n) => [entries[KEYS_PER_JOB * n]!, entries[KEYS_PER_JOB * n + 1]!]);
  }
}

function sizeOf({ value }: Entry): number {
  return RECORD_BYTES + (value instanceof Uint8Array ? INFLATION * value.length : 0);
}
