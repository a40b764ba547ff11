/**
 * Lists the jobs that wait or run. It reads only index entries, no records. The
 * transitions in `job_store.ts` write the entries.
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { idsFrom, timeOfId } from "../job/job_id.ts";
import { prefixes } from "./job_keys.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";
import type { Kv, KvKey } from "../platform/kv.ts";

/** What the due index contains of a waiting job. */
export interface DueJob {
  id: string;
  kind: string;
  /** See `QueuedJob.place`. */
  place: number;
  /** In epoch milliseconds. */
  deadline: number;
}

/** An unreadable deadline counts as passed, so that a worker reads the record. */
const DeadlineEntry = z.number().catch(0);

/** A job that an instance holds, or held when it died. */
export interface HeldJob {
  id: string;
  holder: string;
  /** `null` for an entry that this version cannot read. */
  attempt: number | null;
}

const HeldAttempt = z.int().nullable().catch(null);

/** The part of a record that shows when it expires. */
const Expiring = z.object({ expiresAt: z.number() });

/** Jobs of different lifetimes may be stored, so the very oldest one is not enough. */
const OLDEST_JOBS = 20;

/** The largest batch of a list of due jobs. */
const DUE_BATCH = 100;

/** The indexes of the jobs of one KV database. */
export class JobIndex {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Lists the due jobs of one kind, in the order of their places. It reads no other entries.
   *
   * @param options `expected`: how many jobs the caller will probably take, which is the size of the
   * first reads. `from`: the first place; unset, all places
   */
  async *due(
    kind: string,
    { expected = DUE_BATCH, from }: { expected?: number; from?: number } = {},
  ): AsyncGenerator<DueJob> {
    const prefix = prefixes.due(kind);
    const end = this.#clock.now() + 1;
    if (from !== undefined && from >= end) return;
    const selector = {
      start: from === undefined ? prefix : [...prefix, from],
      end: [...prefix, end],
    };
    const options = { batchSize: Math.min(expected, DUE_BATCH) };
    for await (const { key: [, , place, id], value } of this.#kv.list(selector, options)) {
      yield { id: String(id), kind, place: Number(place), deadline: DeadlineEntry.parse(value) };
    }
  }

  /** Returns the ids of waiting jobs of one kind that are due later, at most `limit`. */
  async dueLater(kind: string, { limit }: { limit: number }): Promise<string[]> {
    const prefix = prefixes.due(kind);
    const selector = { prefix, start: [...prefix, this.#clock.now() + 1] };
    const found: string[] = [];
    for await (const { key } of this.#kv.list(selector, { limit })) found.push(String(key[3]));
    return found;
  }

  /** Returns whether no job waits, of any kind. It reads one entry. */
  async isEmpty(): Promise<boolean> {
    const entries = this.#kv.list({ prefix: prefixes.allDue() }, { limit: 1 });
    return (await entries.next()).done === true;
  }

  /** Returns the first due job of a kind; `null` if none is due. */
  async first(kind: string): Promise<DueJob | null> {
    for await (const job of this.due(kind, { expected: 1 })) return job;
    return null;
  }

  /** Lists the keys of the waiting jobs of one kind in a part of the index, in their order. */
  async *dueKeys(
    kind: string,
    { from, end }: { from?: KvKey | undefined; end?: KvKey | undefined },
  ): AsyncGenerator<KvKey> {
    const prefix = prefixes.due(kind);
    const selector = end
      ? { start: from ?? prefix, end }
      : { prefix, ...(from && { start: from }) };
    for await (const { key } of this.#kv.list(selector, { batchSize: LARGEST_BATCH })) yield key;
  }

  /**
   * Returns for how long an expired job has been stored beyond its time, in milliseconds; 0 if none
   * is. Ids begin with the time, so it reads only the oldest jobs.
   */
  async expiredForMs(): Promise<number> {
    const now = this.#clock.now();
    let longest = 0;
    const options = { limit: OLDEST_JOBS };
    for await (const { value } of this.#kv.list({ prefix: prefixes.allJobs() }, options)) {
      const expiresAt = Expiring.safeParse(value).data?.expiresAt ?? now;
      longest = Math.max(longest, now - expiresAt);
    }
    return longest;
  }

  /**
   * Returns when the oldest of the next due jobs of a kind was created, in epoch milliseconds;
   * `null` if none is due.
   *
   * @param among how many of the next jobs are compared
   */
  async oldestDue(kind: string, among: number): Promise<number | null> {
    const times = [];
    for await (const { id } of this.due(kind)) {
      times.push(timeOfId(id));
      if (times.length >= among) break;
    }
    return times.length > 0 ? Math.min(...times) : null;
  }

  /**
   * Counts the stored jobs that were created before a time, in epoch milliseconds.
   *
   * @param limit the largest count
   */
  async countCreatedBefore(time: number, limit: number): Promise<number> {
    const selector = { prefix: prefixes.allJobs(), end: [...prefixes.allJobs(), idsFrom(time)] };
    let count = 0;
    // The records are large, so the batches are small.
    for await (const _ of this.#kv.list(selector, { limit, batchSize: DUE_BATCH })) count++;
    return count;
  }

  /** Lists the jobs that an instance holds, at most `limit`; unset, all. */
  async heldBy(holder: string, options: { limit?: number } = {}): Promise<HeldJob[]> {
    const held = [];
    const selector = { prefix: prefixes.running(holder) };
    for await (const { key, value } of this.#kv.list(selector, options)) {
      held.push({ id: String(key[2]), holder, attempt: HeldAttempt.parse(value) });
    }
    return held;
  }
}
