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
  readonly #loggedAt = new Map<string, number>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
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
    this.#logger.error(message, { ...properties, error: describeError(error) });
    return true;
  }
}
