/**
 * The order in which waiting jobs start: callers take turns. So a thousand jobs of one caller do not
 * hold up the first job of another.
 *
 * It is start-time fair queuing, in which each job costs the same (Goyal, Vin, Cheng: Start-time
 * Fair Queueing, SIGCOMM 1996). A waiting job gets a place when it is accepted, and the job with the
 * lowest place starts first. The first waiting job of a caller gets the place of the job that
 * started last, so it is next. Each further one comes after the caller's previous one. While no job
 * waits, the place of a job is the time of its start, so places of all instances are comparable.
 *
 * Each instance knows only the callers of its own requests. With several instances, a caller
 * therefore has one turn on each.
 * @module
 */
import { LRUCache } from "lru-cache";

/** The distance of two places of one caller, in milliseconds: a million jobs take a second. */
const STEP_MS = 0.001;

/** How many callers of a kind an instance remembers. A forgotten one gets a turn too early. */
const MAX_CALLERS = 10_000;

/** The queue of one kind of job. */
interface Queue {
  /** The place of the job that started last. Unset: none has started, and none waits. */
  current: number | undefined;
  /** Whether jobs wait, as far as this instance knows. */
  hasJobs: boolean;
  /** The place of the last job of each caller. */
  readonly last: LRUCache<string, number>;
}

export class FairOrder {
  readonly #queues = new Map<string, Queue>();

  /**
   * Returns the place of a job that must wait.
   *
   * @param caller the id of the caller that takes turns with others
   * @param now epoch milliseconds. A place is never later.
   */
  placeFor(kind: string, { caller, now }: { caller: string; now: number }): number {
    const queue = this.#queue(kind);
    queue.current ??= now;
    queue.hasJobs = true;
    const next = (queue.last.get(caller) ?? -Infinity) + STEP_MS;
    const place = Math.min(now, Math.max(queue.current, next));
    queue.last.set(caller, place);
    return place;
  }

  /** Notes that a job started at once, because none waited. It is a turn of its caller. */
  startNow(kind: string, { caller, now }: { caller: string; now: number }): void {
    this.#queue(kind).last.set(caller, now);
    this.start(kind, now);
  }

  /** Notes that a waiting job starts. */
  start(kind: string, place: number): void {
    const queue = this.#queue(kind);
    queue.current = Math.max(place, queue.current ?? 0);
  }

  /** Notes the first waiting job. Other instances may have started the jobs before it. */
  waits(kind: string, place: number): void {
    const queue = this.#queue(kind);
    const { current } = queue;
    const before = place - STEP_MS;
    // New jobs of other callers must not come before all jobs that have this place.
    if (current === undefined || before > current || place < current) queue.current = before;
    queue.hasJobs = true;
  }

  /** Notes that no job of a kind waits. */
  clear(kind: string): void {
    this.#queue(kind).hasJobs = false;
  }

  /** Returns the place of the next job; `null` if no job waits, as far as this instance knows. */
  currentPlace(kind: string): number | null {
    const { current = 0, hasJobs } = this.#queue(kind);
    return hasJobs ? current : null;
  }

  #queue(kind: string): Queue {
    let queue = this.#queues.get(kind);
    if (!queue) {
      const last = new LRUCache<string, number>({
        maxSize: MAX_CALLERS,
        sizeCalculation: () => 1,
      });
      queue = { current: undefined, hasJobs: false, last };
      this.#queues.set(kind, queue);
    }
    return queue;
  }
}
