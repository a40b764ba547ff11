/**
 * Logs a lasting fault from time to time, not each time that it occurs.
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { Clock } from "./clock.ts";
import { describeError } from "./log.ts";

/** A lasting fault is logged once per interval. */
const INTERVAL_MS = 60_000;

/** Logs the faults of one part of the program. */
export class FaultLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #level: "error" | "warning";
  readonly #loggedAt = new Map<string, number>();

  /** @param level `warning`: the program does without what failed */
  constructor(logger: Logger, clock: Clock, level: "error" | "warning" = "error") {
    this.#logger = logger;
    this.#clock = clock;
    this.#level = level;
  }

  /**
   * Logs a fault, unless the same message was logged less than a minute ago.
   *
   * @param message names what failed; must be one of a fixed set, because each message stays in
   * memory
   * @returns whether the fault was logged
   */
  report(message: string, error: unknown, properties: Record<string, unknown> = {}): boolean {
    const now = this.#clock.now();
    const sinceMs = now - (this.#loggedAt.get(message) ?? -Infinity);
    // The time is negative if the clock was set back.
    if (Math.abs(sinceMs) < INTERVAL_MS) return false;
    this.#loggedAt.set(message, now);
    this.#logger[this.#level](message, { ...properties, error: describeError(error) });
    return true;
  }
}
