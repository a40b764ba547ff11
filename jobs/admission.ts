/**
 * Back-pressure: says no before more work waits than the service wants to owe.
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { JobStore } from "../lib/job_store.ts";

/** More jobs wait than `MAX_QUEUED_JOBS` allows. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
}

/**
 * For so long a count is good enough. Counting 10,000 waiting jobs takes tens of milliseconds, so a
 * flood of requests must not each count anew.
 */
const COUNT_VALID_MS = 500;

/**
 * Knows how many jobs wait. The number is counted from the due index, never kept in KV, so it cannot
 * drift; between two counts this instance adds what it has accepted itself.
 */
export class Admission {
  readonly #options: { store: JobStore; clock: Clock; maxQueuedJobs: number };
  #waiting = 0;
  #countedAt = -Infinity;
  #counting: Promise<void> | undefined;

  constructor(options: { store: JobStore; clock: Clock; maxQueuedJobs: number }) {
    this.#options = options;
  }

  /** @throws {QueueFullError} if there is no room for one more job */
  async admit(): Promise<void> {
    const { clock, maxQueuedJobs } = this.#options;
    if (clock.now() - this.#countedAt >= COUNT_VALID_MS) {
      await (this.#counting ??= this.#count().finally(() => this.#counting = undefined));
    }
    if (this.#waiting >= maxQueuedJobs) {
      throw new QueueFullError(`Cannot accept job: ${maxQueuedJobs} jobs are waiting`);
    }
    this.#waiting++;
  }

  async #count(): Promise<void> {
    const { store, clock, maxQueuedJobs } = this.#options;
    this.#waiting = await store.countWaiting(maxQueuedJobs);
    this.#countedAt = clock.now();
  }
}
