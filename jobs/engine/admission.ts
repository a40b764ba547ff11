/**
 * Back-pressure: refuses a new job while too many jobs wait.
 * @module
 */
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import type { JobIndex } from "../../lib/store/job_index.ts";

/** How many jobs a caller may create in a UTC day. */
export interface Budget {
  limit: number;
  /** How many of these jobs are left. */
  left: number;
  /** Until the next day begins, in milliseconds. */
  resetMs: number;
}

/** Returns a budget with the time until it is reset. */
export function budgetOf(
  { limit, left, now }: { limit: number; left: number; now: number },
): Budget {
  return { limit, left, resetMs: DAY_MS - now % DAY_MS };
}

/** The refusal because too many jobs wait. */
export interface QueueFull {
  outcome: "queue full";
  /** `MAX_QUEUED_JOBS`. */
  limit: number;
}

/** How long a count is valid while the queue is not full. */
const COUNT_VALID_MS = 500;

/**
 * A count that finds the queue full is valid for this many times as long as it took, because
 * workers may claim jobs soon. Under a flood of requests, counting takes a tenth of the time: a
 * count of 10,000 waiting jobs takes tens of milliseconds.
 */
const FULL_COUNT_FACTOR = 10;

export interface AdmissionOptions {
  index: JobIndex;
  clock: Clock;
  maxQueuedJobs: number;
  /** The kinds of job to count: the public ones. */
  kinds: readonly string[];
}

/**
 * Knows how many jobs wait. It counts the entries of the due index, so the number cannot drift from
 * them. Between two counts it adds the jobs that this instance accepts.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** The jobs of the last count, and the jobs accepted here since. */
  #waiting = 0;
  /** The jobs that are admitted, but not yet stored. */
  #pending = 0;
  #countedAt = -Infinity;
  #countTookMs = 0;
  #counting: Promise<void> | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Calls `accept`, which stores a job, unless the queue is full.
   *
   * @returns the value of `accept`, or the refusal
   * @throws the error of `accept`
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
    // A negative age means that the clock was set back.
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
