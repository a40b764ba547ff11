/**
 * Which jobs wait, run or have failed, as their entries in the indexes tell: no record is read. The
 * entries are written by the transitions in `job_store.ts`.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { Failure } from "../job/failure.ts";
import { prefixes } from "./job_keys.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";

/** What a sweep learns of a waiting job without reading it. */
export interface DueJob {
  id: string;
  kind: string;
  /** Since when it could have been claimed, in epoch milliseconds. */
  runAt: number;
  /** When its time is up, in epoch milliseconds. */
  deadline: number;
}

/** An entry that says nothing is looked at more closely: as if the time were up. */
const DeadlineEntry = z.number().catch(0);

/** A job that an instance works on, or worked on when it died. */
export interface HeldJob {
  id: string;
  holder: string;
  /** `null` for an entry that this version cannot read. */
  attempt: number | null;
}

const HeldAttempt = z.int().nullable().catch(null);

/** A job that failed, newest first in {@link JobIndex.deadLetters}. */
export interface DeadLetter {
  id: string;
  kind: string;
  finishedAt: number;
  failure: Failure;
}

/** What the entry of a dead letter holds. */
const DeadEntry = z.object({ kind: z.string(), failure: Failure, expiresAt: z.number() });
export type DeadEntry = z.infer<typeof DeadEntry>;

const log = getLogger(["tripwright", "store"]);

/** The indexes of the jobs of one KV database. */
export class JobIndex {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;

  constructor(kv: Deno.Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** The jobs of one kind that may be claimed now, longest due first. Reads nothing else. */
  async *due(kind: string): AsyncGenerator<DueJob> {
    const start = prefixes.due(kind);
    const selector = { start, end: [...start, this.#clock.now() + 1] };
    for await (const { key: [, , runAt, id], value } of this.#kv.list(selector)) {
      yield { id: String(id), kind, runAt: Number(runAt), deadline: DeadlineEntry.parse(value) };
    }
  }

  /**
   * How many jobs wait, retries included; stops counting at `limit`.
   *
   * @param kinds unset, all
   */
  async countWaiting(limit: number, kinds?: readonly string[]): Promise<number> {
    let count = 0;
    for (const prefix of kinds?.map(prefixes.due) ?? [prefixes.allDue()]) {
      const options = { limit: limit - count, batchSize: LARGEST_BATCH };
      if (options.limit <= 0) break;
      for await (const _ of this.#kv.list({ prefix }, options)) count++;
    }
    return count;
  }

  /** The jobs that an instance holds. */
  async heldBy(holder: string): Promise<HeldJob[]> {
    const held = [];
    for await (const { key, value } of this.#kv.list({ prefix: prefixes.running(holder) })) {
      held.push({ id: String(key[2]), holder, attempt: HeldAttempt.parse(value) });
    }
    return held;
  }

  /** The jobs that failed and were not replayed, newest first. */
  async deadLetters(options: { limit: number }): Promise<DeadLetter[]> {
    const found = [];
    const selector = { prefix: prefixes.allDead() };
    for await (const { key, value } of this.#kv.list(selector, { ...options, reverse: true })) {
      const [, finishedAt, id] = key;
      const entry = DeadEntry.safeParse(value);
      if (!entry.success) {
        log.error("dead letter not readable", { jobId: String(id) });
        continue;
      }
      const { kind, failure, expiresAt } = entry.data;
      if (this.#clock.now() >= expiresAt) continue;
      found.push({ id: String(id), kind, finishedAt: Number(finishedAt), failure });
    }
    return found;
  }
}
