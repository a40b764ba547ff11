/**
 * Keeps an instance from asking a server that does not answer, so that jobs do not wait for it.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { JsonFetchError } from "../../lib/http/json_fetch.ts";

/** How long a server is not asked after a failure, unless it asks for another pause. */
const PAUSE_MS = 60_000;

/** The shortest pause, so that other jobs see it. */
const MIN_PAUSE_MS = 1_000;

/** The longest pause that a server may ask for. A longer one must be a mistake. */
const MAX_PAUSE_MS = 600_000;

/** After so many failures in a row of other sorts, the server is taken to be broken. */
const MAX_FAILURES = 3;

/** Statuses with which a server refuses one request, and no other. */
const ONE_REQUEST: readonly number[] = [400, 404, 413, 414, 422];

/** Whether a server may be asked. */
export class ServicePause {
  readonly #clock: Clock;
  #until = -Infinity;
  #failures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the server should not be asked now. */
  get isOn(): boolean {
    const leftMs = this.#until - this.#clock.now();
    // Nothing sets a longer pause, so the clock was set back.
    return leftMs > 0 && leftMs <= MAX_PAUSE_MS;
  }

  /** Notes an answer. */
  succeeded(): void {
    this.#failures = 0;
  }

  /**
   * Notes a failure. The pause begins at once if the server is busy, down or slow, and after the third
   * failure in a row if it sends unexpected answers.
   */
  failed(error: unknown): void {
    this.#failures++;
    if (concernsOneRequest(error) && this.#failures < MAX_FAILURES) return;
    const askedMs = error instanceof JsonFetchError ? error.retryAfterMs : null;
    const ms = Math.min(Math.max(askedMs ?? PAUSE_MS, MIN_PAUSE_MS), MAX_PAUSE_MS);
    this.#until = this.#clock.now() + ms;
    this.#failures = 0;
  }
}

/** Whether the server may answer other requests. */
function concernsOneRequest(error: unknown): boolean {
  if (!(error instanceof JsonFetchError)) return false;
  const { status, isTooLarge, isUnexpected } = error;
  return isTooLarge || isUnexpected || (status !== null && ONE_REQUEST.includes(status));
}
