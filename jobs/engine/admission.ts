/**
 * Back-pressure: refuses a new job while too many jobs wait.
 * @module
 */
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import type { WaitingCount } from "../../lib/store/waiting_count.ts";

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

/**
 * With less room than this, requests wait for the count. Otherwise they go on while it runs: what
 * other instances accept meanwhile does not fill the queue.
 */
const SMALL_ROOM_JOBS = 100;
const SMALL_ROOM_SHARE = 1 / 10;

export interface AdmissionOptions {
  /** Counts the jobs of the public kinds. */
  waiting: WaitingCount;
  clock: Clock;
  maxQueuedJobs: number;
}

/** Refuses jobs while the queue is full. */
export class Admission {
  readonly #options: AdmissionOptions;
  /** The jobs that are admitted, but not yet stored. */
  #pending = 0;
  #countedAt = -Infinity;
  #countTookMs = 0;
  #counting: Promise<void> | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Calls `accept`, which stores a job of this kind, unless the queue is full.
   *
   * @returns the value of `accept`, or the refusal
   * @throws the error of `accept`
   */
  async admit<T extends { outcome: string }>(
    kind: string,
    accept: () => Promise<T>,
  ): Promise<T | QueueFull> {
    if (this.#mustCount()) {
      const counting = this.#counting ??= this.#count().finally(() => this.#counting = undefined);
      if (this.#hasSmallRoom) await counting;
      // The next request counts again.
      else counting.catch(() => {});
    }
    if (this.#full) return { outcome: "queue full", limit: this.#options.maxQueuedJobs };
    this.#pending++;
    try {
      const accepted = await accept();
      if (accepted.outcome === "accepted") this.#options.waiting.add(kind);
      return accepted;
    } finally {
      this.#pending--;
    }
  }

  /** How many more jobs may wait. */
  get #room(): number {
    const { waiting, maxQueuedJobs } = this.#options;
    return maxQueuedJobs - waiting.total - this.#pending;
  }

  get #full(): boolean {
    return this.#room <= 0;
  }

  get #hasSmallRoom(): boolean {
    const { maxQueuedJobs } = this.#options;
    const isFirst = this.#countedAt === -Infinity;
    return isFirst || this.#room < Math.max(SMALL_ROOM_JOBS, SMALL_ROOM_SHARE * maxQueuedJobs);
  }

  #mustCount(): boolean {
    const validMs = this.#full ? FULL_COUNT_FACTOR * this.#countTookMs : COUNT_VALID_MS;
    const ageMs = this.#options.clock.now() - this.#countedAt;
    // A negative age means that the clock was set back.
    return ageMs >= validMs || ageMs < 0 || !this.#options.waiting.isComplete;
  }

  async #count(): Promise<void> {
    const { waiting, clock } = this.#options;
    const startedAt = clock.now();
    await waiting.refresh();
    this.#countedAt = clock.now();
    this.#countTookMs = this.#countedAt - startedAt;
  }
}
