/**
 * The state of all alerts, in one value: an evaluation reads it, and writes it with a check. So only
 * one of several instances that evaluate at the same time has an effect.
 *
 * | key | value |
 * |---|---|
 * | `["alerts"]` | the state of all alerts, their last changes, and who has evaluated them (`AlertBook`) |
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { QueuedJob } from "../job/job_record.ts";
import { JobCommit } from "./job_commit.ts";
import type { JobStore } from "./job_store.ts";
import type { Kv, KvEntryMaybe } from "../platform/kv.ts";

/** The state of one alert, about one subject. Times are epoch milliseconds. */
export const AlertState = z.object({
  /** A name of another version stays until this version evaluates it. */
  name: z.string(),
  /** The kind of job that it is about; `null`: the whole service. */
  subject: z.string().nullable(),
  isFiring: z.boolean(),
  /** When it last began to fire; `null`: it has not fired yet. */
  firedAt: z.number().nullable(),
  /** How long the value has been such that the alert will change; `null`: it is not. */
  pendingMs: z.number().nullable(),
  /** What the last evaluation has found, in one sentence. */
  summary: z.string(),
});
export type AlertState = z.infer<typeof AlertState>;

/** An alert has fired or cleared. */
export const AlertChange = z.object({
  name: z.string(),
  subject: z.string().nullable(),
  change: z.enum(["firing", "cleared"]),
  at: z.number(),
  summary: z.string(),
});
export type AlertChange = z.infer<typeof AlertChange>;

export const AlertBook = z.object({
  /** When the last evaluation was, by the clock of its instance. */
  at: z.number(),
  /** The instance that has made it. */
  holder: z.string(),
  alerts: z.array(AlertState),
  /** The last changes, newest first. */
  changes: z.array(AlertChange),
});
export type AlertBook = z.infer<typeof AlertBook>;

/** The value, and the entry that the next write checks. */
export interface StoredBook {
  entry: KvEntryMaybe<unknown>;
  /** `null`: no evaluation yet, or of a version that this one cannot read. */
  book: AlertBook | null;
}

const KEY = ["alerts"];

const log = getLogger(["tripwright", "alerts"]);

/** The alerts of one KV database. */
export class AlertStore {
  readonly #kv: Kv;
  readonly #options: { clock: Clock; jobs: JobStore };

  constructor(kv: Kv, options: { clock: Clock; jobs: JobStore }) {
    this.#kv = kv;
    this.#options = options;
  }

  async read(): Promise<StoredBook> {
    const entry = await this.#kv.get(KEY);
    const parsed = AlertBook.safeParse(entry.value);
    if (!parsed.success && entry.value !== null) log.error("alerts not readable");
    return { entry, book: parsed.data ?? null };
  }

  /**
   * Writes the result of an evaluation and creates the jobs that deliver its changes, in one commit.
   *
   * @returns `false` if another instance was faster; nothing is written then
   */
  async save(
    { entry }: Pick<StoredBook, "entry">,
    { book, jobs }: { book: AlertBook; jobs: readonly QueuedJob[] },
  ): Promise<boolean> {
    const commit = new JobCommit(this.#kv, this.#options.clock).check(entry);
    commit.operation.set(KEY, book);
    const reports = jobs.map((job) => this.#options.jobs.addOwnJob(commit, job));
    if (!await this.#commit(commit, book)) return false;
    for (const report of reports) report();
    return true;
  }

  async #commit(commit: JobCommit, book: AlertBook): Promise<boolean> {
    try {
      return await commit.commit() !== null;
    } catch (error) {
      // Perhaps only the answer was lost.
      const { value } = await this.#kv.get(KEY);
      if (isDeepStrictEqual(value, book)) return true;
      throw error;
    }
  }
}
