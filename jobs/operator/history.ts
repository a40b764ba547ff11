/**
 * The history of the metrics: each instance writes what it has done once a minute, and readers merge
 * what all of them have written.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import {
  boundsOf,
  type HistoryPoint,
  HOUR_MS,
  type Level,
  levelNames,
  levels,
  MINUTE_MS,
  pointsOf,
  type RangeName,
  ranges,
  type TimedRow,
} from "../../lib/history/range.ts";
import { emptyRow, isIdle, mergeRows, type Row } from "../../lib/history/row.ts";
import { RowMeter } from "../../lib/history/row_meter.ts";
import type { CollectedMetric } from "../../lib/history/series.ts";
import { KeyedMutex } from "../../lib/keyed_mutex.ts";
import type {
  HistoryStore,
  OwnRow,
  Presence,
  PresentInstance,
} from "../../lib/store/history_store.ts";

export interface HistoryOptions {
  store: HistoryStore;
  /** Returns the totals of the metrics since the start of the process. */
  collect: () => Promise<readonly CollectedMetric[]>;
  /** Returns what this instance reports of itself. */
  presence: () => Presence;
  /** The id of this instance. */
  holder: string;
  clock: Clock;
}

/** How many minutes wait for the database at most. Older ones are merged, so no count is lost. */
const MAX_WAITING_MINUTES = 5;

/**
 * The rows of a past period are merged this long after its end. Until then, an instance may repeat
 * a write of the period.
 */
const MERGE_AFTER_MS = 5 * MINUTE_MS;

/** How far back a merge looks: an instance may be late with its rows. */
const MERGED_MS: Record<Level, number> = { minute: 30 * MINUTE_MS, hour: 3 * HOUR_MS };

/** The history, as one instance writes and reads it. */
export class History {
  readonly #options: HistoryOptions;
  readonly #meter = new RowMeter();
  readonly #turns = new KeyedMutex();
  /** Rows of the current periods, and rows that the database has not taken yet. */
  #rows: (OwnRow & { isSaved: boolean })[] = [];
  #latest: Row = emptyRow();
  /** The writer of the rows that still grow. */
  #writer: string;
  #collectedAt = -Infinity;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#writer = options.holder;
  }

  /** The gauges of the last record. */
  get gauges(): Row["gauges"] {
    return this.#latest.gauges;
  }

  /** Tells that this instance runs. */
  async announce(): Promise<void> {
    const { store, holder, presence } = this.#options;
    await store.write(holder, { rows: [], presence: presence() });
  }

  /**
   * Writes what this instance has done since the last call, in one commit. If the write fails, the
   * next call repeats it.
   */
  async record(): Promise<void> {
    const { store, holder, presence } = this.#options;
    await this.#turns.run("rows", async () => {
      const rows = await this.#collect({ withGauges: true });
      await store.write(holder, { rows, presence: presence() });
      this.#noteSaved();
    });
  }

  /** Writes the rest, at the stop of the instance. */
  async finish(): Promise<void> {
    const { store, holder } = this.#options;
    await this.#turns.run("rows", async () => {
      // A gauge that is a sum over minutes must not count twice in one minute.
      await store.writeLast(holder, await this.#collect({ withGauges: false }));
      this.#noteSaved();
    });
  }

  /** @returns the rows that are not stored in their current form */
  async #collect({ withGauges }: { withGauges: boolean }): Promise<OwnRow[]> {
    const { collect, clock } = this.#options;
    const taken = this.#meter.take(await collect());
    const now = clock.now();
    this.#latest = taken;
    // The clock was set back. A new row must not replace the stored row of the same period.
    if (now < this.#collectedAt) this.#writer = crypto.randomUUID();
    this.#collectedAt = now;
    // A past row grows no more. It must not be written again once other instances may merge it.
    this.#rows = this.#rows.filter(({ level, period, writer, isSaved }) =>
      !isSaved || (period === periodOf(level, now) && writer === this.#writer)
    );
    const row = withGauges ? taken : { ...taken, gauges: {} };
    if (!isIdle(row)) {
      const writer = this.#writer;
      for (const level of levelNames) {
        this.#add({ level, period: periodOf(level, now), writer, row });
      }
      this.#limitWaiting();
    }
    return this.#rows.filter(({ isSaved }) => !isSaved)
      .map(({ isSaved: _, ...row }) => row);
  }

  #add(added: OwnRow): void {
    const { level, period, writer, row } = added;
    const isSame = (own: OwnRow) =>
      own.level === level && own.period === period && own.writer === writer;
    const rows = this.#rows.filter(isSame).map((own) => own.row);
    const merged = { ...added, row: mergeRows([...rows, row]), isSaved: false };
    this.#rows = [...this.#rows.filter((own) => !isSame(own)), merged];
  }

  /** Merges the oldest minutes if the database has not taken them for long. */
  #limitWaiting(): void {
    const [first, second, ...others] = this.#rows.filter(({ level }) => level === "minute");
    if (!first || !second || others.length < MAX_WAITING_MINUTES - 1) return;
    this.#rows = this.#rows.filter((own) => own !== first);
    this.#add({ ...second, row: first.row });
  }

  #noteSaved(): void {
    this.#rows = this.#rows.map((own) => ({ ...own, isSaved: true }));
  }

  /**
   * Reads what all instances have done in a range, oldest first. It includes what this instance has
   * done since its last record.
   */
  async read(name: RangeName): Promise<HistoryPoint[]> {
    const { store, collect, clock } = this.#options;
    const now = clock.now();
    const rows = await store.read(ranges[name].level, boundsOf(name, now));
    const recent = { at: now, row: this.#meter.peek(await collect()) };
    return pointsOf(name, [...rows, recent], now);
  }

  /** Lists the instances that run. */
  async instances(): Promise<PresentInstance[]> {
    return await this.#options.store.present();
  }

  /** Reads the rows of all instances in the last minutes. */
  async lastMinutes(lengthMs: number): Promise<TimedRow[]> {
    const { store, clock } = this.#options;
    const now = clock.now();
    return await store.read("minute", { from: now - lengthMs, to: now + MINUTE_MS });
  }

  /** Merges the rows of all instances in periods that have lately ended. */
  async mergePast(): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    for (const level of levelNames) {
      // Without the current period.
      const to = now - MERGE_AFTER_MS - levels[level];
      await store.merge(level, { from: to - MERGED_MS[level], to });
    }
  }
}

function periodOf(level: Level, time: number): number {
  return Math.floor(time / levels[level]);
}
