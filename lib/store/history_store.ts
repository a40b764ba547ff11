/**
 * The history of the metrics in KV, and the instances that have reported lately.
 *
 * | key | value |
 * |---|---|
 * | `["minute", minute, writer]` | what an instance did in that minute since the Unix epoch (`Row`) |
 * | `["hour", hour, writer]` | what an instance did in that hour since the Unix epoch (`Row`) |
 * | `["present", holder]` | an instance that runs, and what it does (`Presence`) |
 *
 * Each instance writes rows of its own, so its writes need no reads. They conflict only with a merge
 * by an instance whose clock is ahead. The rows of a past period are merged into one row, whose writer
 * is `all`. So the number of rows depends neither on the load nor on the number of instances that have
 * ever run.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { keptMs, type Level, levels, type TimedRow } from "../history/range.ts";
import { mergeRows, Row } from "../history/row.ts";
import { LARGEST_BATCH, MAX_CHECKS } from "./kv_limits.ts";
import type { AtomicOperation, Kv, KvEntry, KvKey } from "../platform/kv.ts";

/** The writer of merged rows. The ids of instances are UUIDs. */
const ALL = "all";

/** How many rows one transaction merges. Each is checked, and so may be the row that they become. */
const MERGED_ROWS = MAX_CHECKS - 1;

/** How many transactions one call makes for a period at most: it merges about 50 rows. */
const MERGES = 7;

/** An instance that has written nothing for so long is gone: it writes once a minute. */
const PRESENT_MS = 180_000;

/** What an instance reports of itself. Times are epoch milliseconds by its own clock. */
export const Presence = z.object({
  version: z.string(),
  /** The name of the machine; `null`: the program may not read it. */
  hostName: z.string().nullable(),
  startedAt: z.number(),
  at: z.number(),
  /** How many jobs of each kind it works on. */
  running: z.record(z.string(), z.number()),
  freeSlots: z.number(),
});
export type Presence = z.infer<typeof Presence>;

/** An instance that runs, or that has stopped without a farewell less than three minutes ago. */
export interface PresentInstance extends Presence {
  holder: string;
}

/** A row of one instance. */
export interface OwnRow {
  level: Level;
  /** The number of the period since the Unix epoch. */
  period: number;
  /** The id of the instance, or a new id: no other instance writes rows with it. */
  writer: string;
  row: Row;
  /** The versionstamp of the row that it replaces; `null`: there is none; unset: not known. */
  replaces?: string | null | undefined;
}

const log = getLogger(["tripwright", "history"]);

/** The history in one KV database. */
export class HistoryStore {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Writes the rows of an instance and its presence, in one commit. A row replaces the earlier row of
   * the same period, so a repeated write counts once.
   *
   * @returns the versionstamp of the rows; `null` if a row that one of them replaces was merged, or
   * replaced. Nothing is written then.
   */
  async write(
    holder: string,
    { rows, presence }: { rows: readonly OwnRow[]; presence: Presence },
  ): Promise<string | null> {
    const commit = this.#kv.atomic();
    commit.set(["present", holder], presence, { expireIn: PRESENT_MS });
    return await this.#commitRows(commit, rows);
  }

  async #commitRows(
    commit: AtomicOperation,
    rows: readonly OwnRow[],
  ): Promise<string | null> {
    for (const row of rows) {
      const { replaces: versionstamp } = row;
      if (versionstamp !== undefined) commit.check({ key: keyOf(row), versionstamp });
      this.#addRow(commit, row);
    }
    const result = await commit.commit();
    return result.ok ? result.versionstamp : null;
  }

  #addRow(
    commit: AtomicOperation,
    own: OwnRow,
  ): void {
    const { level, period, row } = own;
    // Late by one period, so that a whole range can be read to its end.
    const expiresAt = (period + 2) * levels[level] + keptMs[level];
    const expireIn = Math.max(1, expiresAt - this.#clock.now());
    commit.set(keyOf(own), row, { expireIn });
  }

  /** Writes the last rows of an instance that stops, and removes its presence. See {@link write}. */
  async writeLast(holder: string, rows: readonly OwnRow[]): Promise<string | null> {
    return await this.#commitRows(this.#kv.atomic().delete(["present", holder]), rows);
  }

  /** Lists the instances that have reported within three minutes. */
  async present(): Promise<PresentInstance[]> {
    const found: PresentInstance[] = [];
    for await (const { key, value } of this.#kv.list({ prefix: ["present"] })) {
      const presence = Presence.safeParse(value).data;
      if (presence) found.push({ holder: String(key[1]), ...presence });
    }
    return found;
  }

  /**
   * Reads the rows of all instances whose period begins in a part of the history, oldest first.
   *
   * @param part from `from` until before `to`, in epoch milliseconds
   */
  async read(level: Level, part: { from: number; to: number }): Promise<TimedRow[]> {
    const found: TimedRow[] = [];
    for await (const { period, row } of this.#entries(level, part)) {
      if (row) found.push({ at: period * levels[level], row });
    }
    return found;
  }

  /**
   * Merges the rows of each period in a part of the history. Rows that arrive later are merged by the
   * next call.
   *
   * @returns how many rows it has merged
   */
  async merge(level: Level, part: { from: number; to: number }): Promise<number> {
    let merged = 0;
    for (let n = 0; n < MERGES; n++) {
      const count = await this.#mergeOnce(level, part);
      if (count === 0) break;
      merged += count;
    }
    return merged;
  }

  /** Merges some rows of each period. */
  async #mergeOnce(level: Level, part: { from: number; to: number }): Promise<number> {
    const rows = await Array.fromAsync(this.#entries(level, part));
    let merged = 0;
    for (const [period, ofPeriod] of Map.groupBy(rows, ({ period }) => period)) {
      const readable = ofPeriod.filter(({ row }) => row !== null);
      if (readable.length < 2) continue;
      if (await this.#mergePeriod({ level, period, rows: readable })) merged += readable.length;
    }
    return merged;
  }

  /** @returns `false` if another instance has changed a row meanwhile; nothing is written then */
  async #mergePeriod(
    { level, period, rows }: { level: Level; period: number; rows: StoredRow[] },
  ): Promise<boolean> {
    // The next call merges the rest.
    const part = [
      ...rows.filter(({ writer }) => writer === ALL),
      ...rows.filter(({ writer }) => writer !== ALL),
    ].slice(0, MERGED_ROWS);
    const commit = this.#kv.atomic();
    for (const { entry } of part) commit.check(entry).delete(entry.key);
    const target = keyOf({ level, period, writer: ALL });
    // Two instances may merge at the same time.
    if (part[0]!.writer !== ALL) commit.check({ key: target, versionstamp: null });
    this.#addRow(commit, { level, period, writer: ALL, row: mergeRows(part.map(rowOf)) });
    return (await commit.commit()).ok;
  }

  async *#entries(
    level: Level,
    { from, to }: { from: number; to: number },
  ): AsyncGenerator<StoredRow> {
    const periodOf = (time: number) => Math.ceil(time / levels[level]);
    const selector = { start: [level, periodOf(from)], end: [level, periodOf(to)] };
    const options = { batchSize: LARGEST_BATCH };
    for await (const entry of this.#kv.list(selector, options)) {
      const parsed = Row.safeParse(entry.value);
      if (!parsed.success) log.error("row of the history not readable", { level });
      const [, period, writer] = entry.key;
      yield { entry, period: Number(period), writer: String(writer), row: parsed.data ?? null };
    }
  }
}

/** `row`: `null` if this version cannot read it. */
interface StoredRow {
  entry: KvEntry<unknown>;
  period: number;
  writer: string;
  row: Row | null;
}

function rowOf({ row }: StoredRow): Row {
  return row!;
}

function keyOf({ level, period, writer }: Omit<OwnRow, "row">): KvKey {
  return level === "minute" ? minuteKey(period, writer) : hourKey(period, writer);
}

function minuteKey(minute: number, writer: string): KvKey {
  return ["minute", minute, writer];
}

function hourKey(hour: number, writer: string): KvKey {
  return ["hour", hour, writer];
}
