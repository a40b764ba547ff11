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

/** How many minutes without counts wait, in place of merged ones: less than a commit takes. */
const MAX_EMPTIED = 100;

/**
 * The rows of a past period are merged this long after its end. Until then, an instance may repeat
 * a write of the period.
 */
const MERGE_AFTER_MS = 5 * MINUTE_MS;

/** How far back a merge looks: an instance may be late with its rows. */
const MERGED_MS: Record<Level, number> = { minute: 30 * MINUTE_MS, hour: 3 * HOUR_MS };

/** A row that this instance still writes. */
type KeptRow = OwnRow & {
  /** The part that is not stored yet; `null`: all is stored. */
  unsaved: Row | null;
};

/** The history, as one instance writes and reads it. */
export class History {
  readonly #options: HistoryOptions;
  readonly #meter = new RowMeter();
  readonly #turns = new KeyedMutex();
  /** Rows of the current periods, and rows that the database has not taken yet. */
  #rows: KeptRow[] = [];
  #latest: Row = emptyRow();

  constructor(options: HistoryOptions) {
    this.#options = options;
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
      await this.#collect({ withGauges: true });
      await this.#save((rows) => store.write(holder, { rows, presence: presence() }));
    });
  }

  /** Writes the rest, at the stop of the instance. */
  async finish(): Promise<void> {
    const { store, holder } = this.#options;
    await this.#turns.run("rows", async () => {
      // A gauge that is a sum over minutes must not count twice in one minute.
      await this.#collect({ withGauges: false });
      await this.#save((rows) => store.writeLast(holder, rows));
    });
  }

  /** Writes the rows that are not stored in their current form. */
  async #save(write: (rows: OwnRow[]) => Promise<string | null>): Promise<void> {
    try {
      let versionstamp = await write(this.#unsavedRows);
      if (versionstamp === null) {
        this.#rows = this.#rows.map(separate);
        versionstamp = await write(this.#unsavedRows);
      }
      this.#noteSaved(versionstamp ?? undefined);
    } catch (error) {
      // Perhaps only the answer was lost.
      this.#noteSaved(undefined);
      throw error;
    }
  }

  get #unsavedRows(): OwnRow[] {
    return this.#rows.flatMap(({ unsaved, ...own }) => unsaved === null ? [] : [own]);
  }

  /** Adds what has happened since the last call to the rows of the current periods. */
  async #collect({ withGauges }: { withGauges: boolean }): Promise<void> {
    const { collect, clock } = this.#options;
    const taken = this.#meter.take(await collect());
    const now = clock.now();
    this.#latest = taken;
    // A past row grows no more.
    this.#rows = this.#rows.filter(({ level, period, unsaved }) =>
      unsaved !== null || period === periodOf(level, now)
    );
    const row = withGauges ? taken : { ...taken, gauges: {} };
    if (isIdle(row)) return;
    for (const level of levelNames) this.#add({ level, period: periodOf(level, now) }, row);
    this.#limitWaiting();
  }

  /** Adds to the row of a period. */
  #add({ level, period }: Pick<OwnRow, "level" | "period">, added: Row): void {
    const isSame = (own: OwnRow) => own.level === level && own.period === period;
    const last: KeptRow = this.#rows.find(isSame) ??
      {
        level,
        period,
        writer: this.#options.holder,
        replaces: null,
        row: emptyRow(),
        unsaved: null,
      };
    const row = mergeRows([last.row, added]);
    const unsaved = mergeRows([last.unsaved ?? emptyRow(), added]);
    this.#rows = [...this.#rows.filter((own) => !isSame(own)), { ...last, row, unsaved }];
  }

  /** Merges the oldest minutes if the database has not taken them for long. */
  #limitWaiting(): void {
    const waiting = this.#rows.filter(({ level, row }) => level === "minute" && !isEmpty(row));
    const [first, second, ...others] = waiting;
    if (!first || !second || others.length < MAX_WAITING_MINUTES - 1) return;
    const emptied = this.#rows.filter(({ row }) => isEmpty(row)).length;
    // Perhaps it is stored, and only the answer was lost.
    const mayBeStored = first.replaces === undefined && emptied < MAX_EMPTIED;
    this.#rows = this.#rows.flatMap((own) =>
      own !== first ? own : mayBeStored ? { ...own, row: emptyRow(), unsaved: emptyRow() } : []
    );
    this.#add(second, first.unsaved ?? emptyRow());
  }

  /** @param versionstamp of the written rows; unset: perhaps they are not written */
  #noteSaved(versionstamp: string | undefined): void {
    this.#rows = this.#rows.map((own) =>
      own.unsaved === null ? own : {
        ...own,
        replaces: versionstamp,
        unsaved: versionstamp === undefined ? own.unsaved : null,
      }
    );
  }

  /**
   * Reads what all instances have done in a range, oldest first. It includes what this instance has
   * done since its last record. In the last hour, the last point has the gauges of this moment.
   */
  async read(name: RangeName): Promise<HistoryPoint[]> {
    const { store, collect, clock } = this.#options;
    const now = clock.now();
    const rows = await store.read(ranges[name].level, boundsOf(name, now));
    const recent = { at: now, row: this.#meter.peek(await collect()) };
    const points = pointsOf(name, [...rows, recent], now);
    const last = points.at(-1)!;
    // The rows of this minute may say that more jobs wait than now.
    const gauges = { ...last.row.gauges, ...(name === "hour" && recent.row.gauges) };
    return [...points.slice(0, -1), { ...last, row: { ...last.row, gauges } }];
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

/**
 * Returns the part of a row that is not stored, as a row of its own. What was stored of it was merged by
 * an instance whose clock is ahead, or is of the same period before the clock was set back.
 */
function separate(own: KeptRow): KeptRow {
  const { replaces, unsaved } = own;
  if (unsaved === null || replaces === undefined) return own;
  return { ...own, row: unsaved, writer: crypto.randomUUID(), replaces: null };
}

function isEmpty(row: Row): boolean {
  return Object.values(row).every((series) => Object.keys(series).length === 0);
}

function periodOf(level: Level, time: number): number {
  return Math.floor(time / levels[level]);
}
