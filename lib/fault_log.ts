/**
 * Logs a fault that lasts now and then, not each time that the same work meets it.
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { Clock } from "./clock.ts";
import { describeError } from "./log.ts";

/** A lasting fault is logged once in this time. */
const INTERVAL_MS = 60_000;

/** The faults of one part of the program. */
export class FaultLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #loggedAt = new Map<string, number>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /**
   * Logs the fault, unless the same message was logged less than a minute ago.
   *
   * @param message names what failed; one of a fixed set, because each is remembered
   */
  report(message: string, error: unknown, properties: Record<string, unknown> = {}): void {
    const now = this.#clock.now();
    const sinceMs = now - (this.#loggedAt.get(message) ?? -Infinity);
    // A negative time means that the clock was set back.
    if (Math.abs(sinceMs) < INTERVAL_MS) return;
    this.#loggedAt.set(message, now);
    this.#logger.error(message, { ...properties, error: describeError(error) });
  }
}
