/**
 * Lists the jobs that wait or run. It reads only index entries, no records. The
 * transitions in `job_store.ts` write the entries.
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { prefixes } from "./job_keys.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";

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

/** The largest batch of a list of due jobs. */
const DUE_BATCH = 100;

/** The indexes of the jobs of one KV database. */
export class JobIndex {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;

  constructor(kv: Deno.Kv, clock: Clock) {
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

  /** Returns the first due job of a kind; `null` if none is due. */
  async first(kind: string): Promise<DueJob | null> {
    for await (const job of this.due(kind, { expected: 1 })) return job;
    return null;
  }

  /** Lists the keys of the waiting jobs of one kind in a part of the index, in their order. */
  async *dueKeys(
    kind: string,
    { from, end }: { from?: Deno.KvKey | undefined; end?: Deno.KvKey | undefined },
  ): AsyncGenerator<Deno.KvKey> {
    const prefix = prefixes.due(kind);
    const selector = end
      ? { start: from ?? prefix, end }
      : { prefix, ...(from && { start: from }) };
    for await (const { key } of this.#kv.list(selector, { batchSize: LARGEST_BATCH })) yield key;
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
