/**
 * What an instance does once a minute for operators: it writes the history and evaluates the alerts.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, withDeadline } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import type { Alerts } from "./alerts.ts";
import type { History } from "./history.ts";

export interface ReportsOptions {
  history: History;
  alerts: Alerts;
  clock: Clock;
}

/**
 * How long after the start the first report is: the metrics take tens of milliseconds to load, and
 * the first requests must not wait for that. On Deno Deploy an instance lives for some seconds.
 */
const FIRST_MS = 2_000;

/** A database that takes longer is asked again in the next round. */
const ROUND_MS = 30_000;

const log = getLogger(["tripwright", "reports"]);

/** The reports of one instance. */
export class Reports {
  readonly #options: ReportsOptions;
  readonly #faults: FaultLog;
  readonly #finished = new AbortController();
  #isFirst = true;

  constructor(options: ReportsOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** Runs one round. Never rejects: jobs do not depend on reports. */
  async run(): Promise<void> {
    const { history, alerts, clock } = this.#options;
    if (this.#isFirst) {
      this.#isFirst = false;
      await this.#inTime("presence not written", () => history.announce());
      await clock.wait(FIRST_MS, this.#finished.signal);
    }
    if (this.#finished.signal.aborted) return;
    await this.#inTime("history not written", () => history.record());
    await this.#inTime("alerts not evaluated", async () => {
      if (await alerts.run()) await history.mergePast();
    });
  }

  /** Writes the rest of the history, and ends a wait. Never rejects. */
  async finish(): Promise<void> {
    this.#finished.abort();
    await this.#inTime("history not written", () => this.#options.history.finish());
  }

  async #inTime(fault: string, work: () => Promise<void>): Promise<void> {
    try {
      await withDeadline(work, { ms: ROUND_MS, clock: this.#options.clock });
    } catch (error) {
      this.#faults.report(fault, error);
    }
  }
}
