/**
 * The order in which waiting jobs start: callers take turns. So a thousand jobs of one caller do not
 * hold up the first job of another.
 *
 * It is start-time fair queuing, in which each job costs the same (Goyal, Vin, Cheng: Start-time
 * Fair Queueing, SIGCOMM 1996). A waiting job gets a place when it is accepted, and the job with the
 * lowest place starts first. The first waiting job of a caller gets the place of the job that
 * started last, so it is next. Each further one comes after the caller's previous one.
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
 * Without waiting jobs, the current place is the last full minute. So instances whose queues begin at
 * the same time have comparable places, although their jobs start at different moments.
 */
const WINDOW_MS = 60_000;

/**
 * The places of the jobs that take turns are within this time after the current place, in
 * milliseconds: 20,000 jobs of one caller. Later places are those of retries.
 */
export const QUEUE_MS = 20_000 * STEP_MS;

/** For how long an instance trusts what it knows of the first waiting job. */
const KNOWN_MS = 200;

/** How many callers of a kind an instance remembers. A forgotten one gets a turn too early. */
const MAX_CALLERS = 10_000;

/** The queue of one kind of job. */
interface Queue {
  /** The place of the job that started last. */
  current: number;
  /** Whether jobs wait, as far as this instance knows. */
  hasJobs: boolean;
  /** When a request last asked for the first waiting job, in epoch milliseconds. */
  askedAt: number;
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
    const queue = this.#queueAt(kind, now);
    queue.hasJobs = true;
    const next = Math.max(queue.current, lastPlace(queue, caller) + STEP_MS);
    return this.#take(queue, { caller, place: Math.min(now, next) });
  }

  /** Returns the place of a job that starts at once, because none waits. */
  placeOfStart(kind: string, { caller, now }: ByCaller & { now: number }): number {
    const queue = this.#queueAt(kind, now);
    return this.#take(queue, { caller, place: Math.min(now, queue.current) });
  }

  #take(queue: Queue, { caller, place }: ByCaller & { place: number }): number {
    queue.last.set(caller, place);
    return place;
  }

  /** Returns the queue of a kind. Without jobs, it begins at the last full minute. */
  #queueAt(kind: string, now: number): Queue {
    const queue = this.#queue(kind);
    // Before now also in the first millisecond of a minute, so that there is room for places.
    const start = now - now % WINDOW_MS - 1;
    if (!queue.hasJobs) queue.current = Math.max(queue.current, start);
    return queue;
  }

  /** Gives the caller a turn back: its job was not stored, or it was canceled while it waited. */
  giveBack(kind: string, { caller }: ByCaller): void {
    const queue = this.#queue(kind);
    queue.last.set(caller, lastPlace(queue, caller) - STEP_MS);
  }

  /** Notes that a waiting job starts. */
  noteStart(kind: string, place: number): void {
    const queue = this.#queue(kind);
    queue.current = Math.max(place, queue.current);
  }

  /**
   * Returns whether to read the first waiting job before a job gets its place, because other
   * instances may have begun a queue, or have gone on with it.
   *
   * @param now epoch milliseconds
   */
  mustReadFirst(kind: string, now: number): boolean {
    const queue = this.#queue(kind);
    const ageMs = now - queue.askedAt;
    // A negative age means that the clock was set back.
    if (ageMs >= 0 && ageMs < KNOWN_MS) return false;
    queue.askedAt = now;
    return true;
  }

  /** Notes the first waiting job. Other instances may have started the jobs before it. */
  noteFirst(kind: string, place: number): void {
    const queue = this.#queue(kind);
    const { current } = queue;
    const before = place - STEP_MS;
    // New jobs of other callers must not come before all jobs that have this place.
    if (before > current || place < current) queue.current = before;
    queue.hasJobs = true;
  }

  /** Notes that no job of a kind waits. */
  noteEmpty(kind: string): void {
    this.#queue(kind).hasJobs = false;
  }

  /** Returns the place of the next job; `null` if no job waits, as far as this instance knows. */
  currentPlace(kind: string): number | null {
    const { current, hasJobs } = this.#queue(kind);
    return hasJobs ? current : null;
  }

  /** Whether jobs of a kind wait, as far as this instance knows. */
  hasJobs(kind: string): boolean {
    return this.#queue(kind).hasJobs;
  }

  #queue(kind: string): Queue {
    let queue = this.#queues.get(kind);
    if (!queue) {
      // With `max`, the cache would allocate all of its places now.
      const last = new LRUCache<string, number>({
        maxSize: MAX_CALLERS,
        sizeCalculation: () => 1,
      });
      queue = { current: 0, hasJobs: false, askedAt: -Infinity, last };
      this.#queues.set(kind, queue);
    }
    return queue;
  }
}

/**
 * Returns the place of the last job of a caller. It ignores a place far after the places of this
 * queue: that place belongs to another queue, which this instance began before it knew this one.
 */
function lastPlace({ current, last }: Queue, caller: string): number {
  const place = last.get(caller) ?? -Infinity;
  return place > current + QUEUE_MS ? -Infinity : place;
}
