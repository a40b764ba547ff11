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
 * therefore has one turn on each. The instances agree on the current place, because each reads the
 * first waiting job from the shared index.
 * @module
 */
import { LRUCache } from "lru-cache";

/** The distance of two places of one caller, in milliseconds: a million jobs take a second. */
const STEP_MS = 0.001;

/**
 * The places of the jobs that take turns are within this time after the current place, in
 * milliseconds: 20,000 jobs of one caller. Later places are those of retries.
 */
export const QUEUE_MS = 20_000 * STEP_MS;

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

/** A caller that takes turns with others, by its id. */
type ByCaller = { caller: string };

export class FairOrder {
  readonly #queues = new Map<string, Queue>();

  /**
   * Returns the place of a job that must wait.
   *
   * @param now epoch milliseconds. A place is never later.
   */
  placeFor(kind: string, { caller, now }: ByCaller & { now: number }): number {
    const queue = this.#queue(kind);
    queue.current ??= now - 1;
    queue.hasJobs = true;
    const place = Math.min(now, Math.max(queue.current, lastPlace(queue, caller) + STEP_MS));
    queue.last.set(caller, place);
    return place;
  }

  /** Gives the caller a turn back: its job was not stored, or it was canceled while it waited. */
  giveBack(kind: string, { caller }: ByCaller): void {
    const queue = this.#queue(kind);
    queue.last.set(caller, lastPlace(queue, caller) - STEP_MS);
  }

  /** Notes that a job started at once, because none waited. It was a turn of its caller. */
  noteImmediateStart(kind: string, { caller, now }: ByCaller & { now: number }): void {
    // Earlier than now, so that there is room for places of jobs that wait from now on.
    this.#queue(kind).last.set(caller, now - 1);
    this.noteStart(kind, now - 1);
  }

  /** Notes that a waiting job starts. */
  noteStart(kind: string, place: number): void {
    const queue = this.#queue(kind);
    queue.current = Math.max(place, queue.current ?? 0);
  }

  /** Notes the first waiting job. Other instances may have started the jobs before it. */
  noteFirst(kind: string, place: number): void {
    const queue = this.#queue(kind);
    const { current } = queue;
    const before = place - STEP_MS;
    // New jobs of other callers must not come before all jobs that have this place.
    if (current === undefined || before > current || place < current) queue.current = before;
    queue.hasJobs = true;
  }

  /** Notes that no job of a kind waits. */
  noteEmpty(kind: string): void {
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
      // With `max`, the cache would allocate all of its places now.
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

/**
 * Returns the place of the last job of a caller. A place far behind the queue is one of an earlier
 * queue, which another instance has continued.
 */
function lastPlace({ current = 0, last }: Queue, caller: string): number {
  const place = last.get(caller) ?? -Infinity;
  return place > current + QUEUE_MS ? -Infinity : place;
}
