/**
 * Alerts: evaluates them once a minute, by one instance at a time, and creates the jobs that deliver
 * their changes.
 *
 * The instance of the last evaluation makes the next one. Another instance takes over when it has
 * watched the stored result for almost a minute, and it has not changed. It never compares the clocks
 * of two machines for that. An evaluation that did not start from the stored result writes nothing.
 * So no change is delivered twice, even if clocks are wrong.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { AlertThresholds } from "../../lib/alert_thresholds.ts";
import type { Clock } from "../../lib/clock.ts";
import { HOUR_MS, MINUTE_MS } from "../../lib/history/range.ts";
import { mergeRows, type Row } from "../../lib/history/row.ts";
import { newJobId } from "../../lib/job/job_id.ts";
import type {
  AlertBook,
  AlertChange,
  AlertStore,
  StoredBook,
} from "../../lib/store/alert_store.ts";
import { alertJob } from "../kinds/alert/kind.ts";
import type { Backlog, Situation } from "./alert_rules.ts";
import { evaluate } from "./alert_states.ts";
import type { History } from "./history.ts";

export interface AlertsOptions {
  store: AlertStore;
  history: Pick<History, "gauges" | "lastMinutes">;
  thresholds: AlertThresholds;
  /** The kinds that clients can create. */
  kinds: Situation["kinds"];
  /** Returns the state of the breaker of a kind. */
  readBreaker: (kind: string) => Promise<Omit<Situation["breakers"][number], "kind">>;
  readStorage: () => Situation["storage"];
  readExpiredForMs: () => Promise<number>;
  /** Whether changes are delivered to a receiver. */
  isDelivered: boolean;
  /** How long a job lives that delivers a change. */
  jobTtlMs: number;
  /** The id of this instance. */
  holder: string;
  clock: Clock;
}

/** An instance evaluates once a minute. Less, because two rounds may be a little closer. */
const SILENCE_MS = 55_000;

/**
 * An instance that has just started has watched nothing, and on Deno Deploy it may not live for a
 * minute. It evaluates if the last evaluation is this far from its own clock. If that clock is wrong,
 * an evaluation comes too early.
 */
const FOREIGN_MS = 2 * MINUTE_MS;

/** The rules look at an hour, and at up to another hour before it. */
const LOOK_BACK_MS = 2 * HOUR_MS;

const log = getLogger(["tripwright", "alerts"]);

/** The alerts, as one instance evaluates and reads them. */
export class Alerts {
  readonly #options: AlertsOptions;
  #watched: { versionstamp: string; silentMs: number; at: number } | undefined;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** Returns the last evaluation; `null`: there was none. */
  async read(): Promise<AlertBook | null> {
    return (await this.#options.store.read()).book;
  }

  /**
   * Evaluates the alerts if it is the turn of this instance. Called once a minute.
   *
   * @returns whether this instance has evaluated them
   */
  async run(): Promise<boolean> {
    const { store, thresholds, holder, isDelivered, clock } = this.#options;
    const stored = await store.read();
    if (!this.#hasTurn(stored)) return false;
    const situation = await this.#situation();
    const now = clock.now();
    const { book, changes } = evaluate(stored.book, { situation, thresholds, holder, now });
    const jobs = isDelivered ? changes.map((change) => this.#jobFor(change)) : [];
    if (!await store.save(stored, { book, jobs })) return false;
    for (const change of changes) logChange(change);
    return true;
  }

  #jobFor(change: AlertChange) {
    const { clock, jobTtlMs: ttlMs } = this.#options;
    const now = clock.now();
    return alertJob(change, { id: newJobId(now), now, ttlMs });
  }

  #hasTurn({ entry: { versionstamp }, book }: StoredBook): boolean {
    const { holder, clock } = this.#options;
    const now = clock.now();
    if (versionstamp === null || book === null || book.holder === holder) return true;
    const last = this.#watched;
    const isFirst = last === undefined;
    const isSilent = last?.versionstamp === versionstamp;
    const silentMs = isSilent ? last.silentMs + Math.max(0, now - last.at) : 0;
    this.#watched = { versionstamp, silentMs, at: now };
    return silentMs >= SILENCE_MS || (isFirst && Math.abs(now - book.at) > FOREIGN_MS);
  }

  async #situation(): Promise<Situation> {
    const { history, kinds, readBreaker, readStorage, readExpiredForMs, clock } = this.#options;
    const [rows, breakers, expiredForMs] = await Promise.all([
      history.lastMinutes(LOOK_BACK_MS),
      Promise.all(kinds.map(async ({ name: kind }) => ({ kind, ...await readBreaker(kind) }))),
      readExpiredForMs(),
    ]);
    const now = clock.now();
    return {
      during({ lastMs, beforeMs = 0 }) {
        const to = now - beforeMs;
        const part = rows.filter(({ at }) => at > to - lastMs && (beforeMs === 0 || at <= to));
        return mergeRows(part.map(({ row }) => row));
      },
      kinds,
      backlog: backlogOf(history.gauges),
      breakers,
      storage: readStorage(),
      expiredForMs,
    };
  }
}

/** Returns the backlog of all kinds together. */
function backlogOf({ waiting, oldestAge }: Row["gauges"]): Backlog | null {
  if (!waiting || !oldestAge) return null;
  return {
    waiting: Object.values(waiting).reduce((sum, count) => sum + count, 0),
    oldestMs: 1_000 * Math.max(0, ...Object.values(oldestAge)),
  };
}

function logChange({ name: alert, subject, change, summary }: AlertChange): void {
  const properties = { alert, subject, summary };
  if (change === "firing") log.warning("alert firing", properties);
  else log.info("alert cleared", properties);
}
