/**
 * Back-pressure: refuses a new job while too many jobs wait.
 * @module
 */
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import type { JobCounts } from "../../lib/store/instance_store.ts";
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

/** An instance that has not counted for this long knows too little of what others have accepted. */
const OLD_COUNT_MS = 1_000;

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

/** How many parts of a long queue are counted for one reading after the start. */
const MAX_COUNTS = 20;

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
  #acceptedSinceCount = 0;
  #countedAt = -Infinity;
  #countTookMs = 0;
  #counting: Promise<void> | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Calls `accept`, which stores a job of this kind, unless the queue is full.
   *
   * @param accept returns as `waitsAt` the place of an accepted job that must wait
   * @returns the value of `accept`, or the refusal
   * @throws the error of `accept`
   */
  async admit<T extends { outcome: string; waitsAt?: number }>(
    kind: string,
    accept: () => Promise<T>,
  ): Promise<T | QueueFull> {
    if (this.#mustCount()) await this.#countInTime();
    if (this.#full) return { outcome: "queue full", limit: this.#options.maxQueuedJobs };
    this.#pending++;
    try {
      const accepted = await accept();
      if (accepted.outcome === "accepted") {
        const { waitsAt } = accepted;
        if (waitsAt !== undefined) this.#options.waiting.add(kind, waitsAt);
        this.#acceptedSinceCount++;
      }
      return accepted;
    } finally {
      this.#pending--;
    }
  }

  /** Counts a waiting job that was stored without {@link admit}: a replay. */
  noteWaiting(kind: string, place: number): void {
    this.#options.waiting.add(kind, place);
    this.#acceptedSinceCount++;
  }

  /**
   * Returns how many more jobs may wait if only a share of the queue may be full. Less than 0: the
   * queue is fuller.
   */
  async roomIn(share: number): Promise<number> {
    if (this.#mustCount()) await this.#countInTime();
    return this.#room - Math.ceil((1 - share) * this.#options.maxQueuedJobs);
  }

  /** Returns how many jobs of each kind wait, after a new count if the last one is old. */
  async waitingJobs(): Promise<JobCounts> {
    if (this.#ageMs >= OLD_COUNT_MS || this.#ageMs < 0) await this.#startCount();
    const { waiting } = this.#options;
    for (let n = 0; n < MAX_COUNTS && !waiting.isComplete; n++) await this.#startCount();
    return waiting.countByKind();
  }

  /** How many more jobs may wait. */
  get #room(): number {
    const { waiting, maxQueuedJobs } = this.#options;
    return maxQueuedJobs - waiting.total - this.#pending;
  }

  get #full(): boolean {
    return this.#room <= 0;
  }

  get #isSmall(): boolean {
    const { maxQueuedJobs } = this.#options;
    return this.#room < Math.max(SMALL_ROOM_JOBS, SMALL_ROOM_SHARE * maxQueuedJobs);
  }

  /** Whether the count is good enough to decide. */
  get #isKnown(): boolean {
    const { waiting } = this.#options;
    if (waiting.isComplete) return true;
    // An estimate may be too high or too low. Without one, there are at least as many jobs.
    return waiting.isEstimated ? !this.#isSmall : this.#full;
  }

  get #ageMs(): number {
    return this.#options.clock.now() - this.#countedAt;
  }

  #mustCount(): boolean {
    const { waiting } = this.#options;
    const validMs = this.#full ? FULL_COUNT_FACTOR * this.#countTookMs : COUNT_VALID_MS;
    // A negative age means that the clock was set back.
    if (this.#ageMs >= validMs || this.#ageMs < 0 || !this.#isKnown) return true;
    // The other instances accept jobs at the same time, so each may use a part of the room.
    const instances = 1 + waiting.others;
    return instances > 1 && this.#acceptedSinceCount > this.#room / (2 * instances);
  }

  /** Counts, and waits for the count if the request may not go on without it. */
  async #countInTime(): Promise<void> {
    const canContinue = !this.#isSmall && this.#ageMs < OLD_COUNT_MS && this.#isKnown;
    const counting = this.#startCount();
    // The next request counts again.
    if (canContinue) return void counting.catch(() => {});
    await counting;
    // After the start, a count is one of the first part of a long queue.
    while (!this.#isKnown) await this.#startCount();
  }

  /** Begins a count, or joins a running count. */
  #startCount(): Promise<void> {
    return this.#counting ??= this.#count().finally(() => this.#counting = undefined);
  }

  async #count(): Promise<void> {
    const { waiting, clock } = this.#options;
    const startedAt = clock.now();
    this.#acceptedSinceCount = 0;
    await waiting.refresh();
    this.#countedAt = clock.now();
    this.#countTookMs = this.#countedAt - startedAt;
  }
}
