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

/** The pause between two rounds. A killed process loses the counts of at most this time. */
export const REPORT_MS = 60_000;

/** A database that takes longer is repeated in the next round. */
const ROUND_MS = 30_000;

const log = getLogger(["tripwright", "reports"]);

/** The reports of one instance. */
export class Reports {
  readonly #options: ReportsOptions;
  readonly #faults: FaultLog;

  constructor(options: ReportsOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** Runs one round. Never rejects: jobs do not depend on reports. */
  async run(): Promise<void> {
    const { history, alerts, clock } = this.#options;
    const limit = { ms: ROUND_MS, clock };
    try {
      await withDeadline(() => history.record(), limit);
    } catch (error) {
      this.#faults.report("history not written", error);
    }
    try {
      await withDeadline(async () => {
        if (await alerts.run()) await history.mergePast();
      }, limit);
    } catch (error) {
      this.#faults.report("alerts not evaluated", error);
    }
  }

  /** Writes the rest of the history. Never rejects. */
  async finish(): Promise<void> {
    try {
      await this.#options.history.finish();
    } catch (error) {
      this.#faults.report("history not written", error);
    }
  }
}
