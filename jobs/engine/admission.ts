/**
 * Back-pressure: refuses a job when too many wait already.
 * @module
 */
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import type { JobIndex } from "../../lib/store/job_index.ts";

/** How many jobs a caller may make in a UTC day. */
export interface Budget {
  limit: number;
  /** How many of them are left. */
  left: number;
  /** Until the next day begins, in milliseconds. */
  resetMs: number;
}

/** A budget of which so much is left. */
export function budgetOf(
  { limit, left, now }: { limit: number; left: number; now: number },
): Budget {
  return { limit, left, resetMs: DAY_MS - now % DAY_MS };
}

/** No room: so many jobs wait already. */
export interface QueueFull {
  outcome: "queue full";
  /** `MAX_QUEUED_JOBS`. */
  limit: number;
}

/** For so long a count that leaves room is good enough. */
const COUNT_VALID_MS = 500;

/**
 * A count that leaves no room is made again sooner, because workers may have taken jobs since. It
 * stands for this many times as long as it took, so that a flood of requests spends a tenth of the
 * time with counting: 10,000 waiting jobs take tens of milliseconds.
 */
const FULL_COUNT_FACTOR = 10;

export interface AdmissionOptions {
  index: JobIndex;
  clock: Clock;
  maxQueuedJobs: number;
  /** The kinds of job that are counted: those that clients ask for. */
  kinds: readonly string[];
}

/**
 * Knows how many jobs wait. The number is counted from the due index, never kept in KV, so it cannot
 * drift; between two counts this instance adds what it has accepted itself.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** As counted, and accepted here since. */
  #waiting = 0;
  /** Admitted and not yet stored. */
  #pending = 0;
  #countedAt = -Infinity;
  #countTookMs = 0;
  #counting: Promise<void> | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Lets `accept` store one more job, if there is room for it.
   *
   * @returns what `accept` returns, or that there is no room
   * @throws what `accept` throws
   */
  async admit<T extends { outcome: string }>(accept: () => Promise<T>): Promise<T | QueueFull> {
    if (this.#mustCount()) {
      await (this.#counting ??= this.#count().finally(() => this.#counting = undefined));
    }
    if (this.#full) return { outcome: "queue full", limit: this.#options.maxQueuedJobs };
    this.#pending++;
    try {
      const accepted = await accept();
      if (accepted.outcome === "accepted") this.#waiting++;
      return accepted;
    } finally {
      this.#pending--;
    }
  }

  get #full(): boolean {
    return this.#waiting + this.#pending >= this.#options.maxQueuedJobs;
  }

  #mustCount(): boolean {
    const validMs = this.#full ? FULL_COUNT_FACTOR * this.#countTookMs : COUNT_VALID_MS;
    const ageMs = this.#options.clock.now() - this.#countedAt;
    // Negative: the clock was set back.
    return ageMs >= validMs || ageMs < 0;
  }

  async #count(): Promise<void> {
    const { index, clock, maxQueuedJobs, kinds } = this.#options;
    const startedAt = clock.now();
    this.#waiting = await index.countWaiting(maxQueuedJobs, kinds);
    this.#countedAt = clock.now();
    this.#countTookMs = this.#countedAt - startedAt;
  }
}
