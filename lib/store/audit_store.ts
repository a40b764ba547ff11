/**
 * The audit: what operators have done, when, and how it ended. Entries live 30 days.
 *
 * | key | value |
 * |---|---|
 * | `["audit", id]` | a change by an operator (`AuditEntry`); the id begins with its time |
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { type Clock, DAY_MS } from "../clock.ts";
import { newJobId } from "../job/job_id.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";
import type { Kv, KvKey } from "../platform/kv.ts";

/** The operator of a change. */
export const Actor = z.object({
  /** The name that the operator gave, or `operator`. */
  name: z.string(),
  via: z.enum(["dashboard", "api"]),
});
export type Actor = z.infer<typeof Actor>;

/** Facts about a change. They must not contain a secret, nor text of a traveller. */
export const AuditDetails = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
);
export type AuditDetails = z.infer<typeof AuditDetails>;

export const AuditEntry = z.object({
  id: z.uuid(),
  /** When the change began, in epoch milliseconds. */
  at: z.int().nonnegative(),
  actor: Actor,
  /** A dotted verb, such as `job.cancel`. */
  action: z.string(),
  /** What was changed, such as the id of a job; `null`: the action has no target. */
  target: z.string().nullable(),
  details: AuditDetails,
  /** `started`: the change still runs, or its instance has died. */
  outcome: z.enum(["started", "done", "failed"]),
  /** Why it failed. */
  reason: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Which entries a page has. An unset member does not matter. */
export interface AuditFilter {
  action?: string | undefined;
  /** The name of the operator. */
  actor?: string | undefined;
}

/** A page of entries, newest first. */
export interface AuditPage {
  entries: AuditEntry[];
  /** The start of the next page; `null`: this is the last one. */
  cursor: string | null;
  /** Whether the page is not full, although there may be more entries. */
  isPartial: boolean;
}

/** How long an entry lives. */
export const AUDIT_MS = 30 * DAY_MS;

/** How many entries a page reads at most, so that a rare filter does not read all 30 days. */
const MAX_READ = 2_000;

const log = getLogger(["tripwright", "store"]);

/** The audit in one KV database. */
export class AuditStore {
  readonly #kv: Kv;
  readonly #clock: Clock;
  /** The time in the id of the last entry, in epoch milliseconds. */
  #lastAt = -Infinity;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Adds an entry for a change that begins now.
   *
   * @returns the stored entry
   */
  async add(entry: Omit<AuditEntry, "id" | "at">): Promise<AuditEntry> {
    const at = this.#clock.now();
    // Entries of the same millisecond keep their order.
    this.#lastAt = Math.max(at, this.#lastAt + 1);
    const added = { ...entry, id: newJobId(this.#lastAt), at };
    await this.update(added);
    return added;
  }

  /** Replaces an entry. Its lifetime stays the same. */
  async update(entry: AuditEntry): Promise<void> {
    const expireIn = Math.max(1, entry.at + AUDIT_MS - this.#clock.now());
    await this.#kv.atomic().set(keyOf(entry.id), entry, { expireIn }).commit();
  }

  /**
   * Lists entries, newest first.
   *
   * @param options `cursor`: of the previous page; unset, the first page
   */
  async page(
    filter: AuditFilter,
    { limit, cursor }: { limit: number; cursor?: string | null | undefined },
  ): Promise<AuditPage> {
    const prefix = ["audit"];
    const selector = cursor ? { prefix, end: keyOf(cursor) } : { prefix };
    const batchSize = Math.min(limit + 1, LARGEST_BATCH);
    const entries: AuditEntry[] = [];
    let read = 0;
    let last: string | null = null;
    for await (const { key, value } of this.#kv.list(selector, { reverse: true, batchSize })) {
      const isFull = entries.length === limit;
      if (isFull || read === MAX_READ) return { entries, cursor: last, isPartial: !isFull };
      last = String(key[1]);
      read++;
      const entry = AuditEntry.safeParse(value).data;
      if (!entry) log.error("audit entry not readable", { id: last });
      else if (this.#isAlive(entry) && matches(entry, filter)) entries.push(entry);
    }
    return { entries, cursor: null, isPartial: false };
  }

  /** KV may return an expired entry for up to a minute. */
  #isAlive({ at }: AuditEntry): boolean {
    return this.#clock.now() < at + AUDIT_MS;
  }
}

function matches(entry: AuditEntry, { action, actor }: AuditFilter): boolean {
  if (action !== undefined && entry.action !== action) return false;
  return actor === undefined || entry.actor.name === actor;
}

function keyOf(id: string): KvKey {
  return ["audit", id];
}
