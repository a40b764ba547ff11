/**
 * Watches jobs for those who want to hear of every change: one look a second at each job that
 * somebody watches, however many they are, and sooner when the database says that something has
 * changed. What it says is only a hint: it never tells of a change that another process has made on
 * the same file.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import { isEnded } from "../../lib/job/job_record.ts";
import type { JobSnapshot, JobStore } from "../../lib/store/job_store.ts";
import { describeError } from "../../lib/log.ts";

/** A job that changes elsewhere is seen within this time; each look reads three keys. */
const LOOK_MS = 1_000;

const log = getLogger(["tripwright", "watcher"]);

/** What is watched; `null` if there is no such job, or none any more. */
type Sight = JobSnapshot | null;

interface WatcherOptions {
  store: JobStore;
  clock: Clock;
  /** Ends every watch. */
  stopped: AbortSignal;
}

/** All the jobs that somebody in this process watches. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #feeds = new Map<string, Feed>();

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** How many jobs are watched. */
  get watched(): number {
    return this.#feeds.size;
  }

  /**
   * The job as it is now, and then each time that something of it has changed. Whoever is slow misses
   * what lies between. Ends after the job's end, and when `signal` aborts.
   *
   * @throws {UnreadableJobError} if this version cannot read the job
   */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<Sight> {
    if (signal.aborted || this.#options.stopped.aborted) return;
    const known = this.#feeds.get(id);
    const feed = known ?? this.#open(id);
    const seat: Seat = { hasLeft: false, wake: () => {} };
    feed.seats.add(seat);
    const leave = () => {
      seat.hasLeft = true;
      seat.wake();
    };
    signal.addEventListener("abort", leave);
    this.#options.stopped.addEventListener("abort", leave);
    try {
      // What it has seen before may be older than what the caller has seen elsewhere.
      let since = known ? known.looksBegun : 0;
      if (known) known.ring();
      let version: string | undefined;
      for (;;) {
        const sight = await feed.sightAfter(since, seat);
        if (sight === undefined) return;
        since = feed.looksSeen;
        if (sight !== null && sight.version === version) continue;
        version = sight?.version;
        yield sight;
        if (isLast(sight)) return;
      }
    } finally {
      signal.removeEventListener("abort", leave);
      this.#options.stopped.removeEventListener("abort", leave);
      feed.seats.delete(seat);
      if (feed.seats.size === 0) this.#close(id, feed);
    }
  }

  #open(id: string): Feed {
    const feed = new Feed(id, this.#options);
    this.#feeds.set(id, feed);
    log.debug("watched", { jobId: id });
    // Whoever comes after the end begins anew.
    feed.ended.then(() => this.#close(id, feed));
    return feed;
  }

  #close(id: string, feed: Feed): void {
    feed.close();
    if (this.#feeds.get(id) === feed) this.#feeds.delete(id);
  }
}

/** The place of one watcher. */
interface Seat {
  hasLeft: boolean;
  /** Lets it look up. */
  wake: () => void;
}

/** Looks at one job for all who watch it. */
class Feed {
  readonly seats = new Set<Seat>();
  /** Looks are counted, so that a watcher knows which of them came after what. */
  looksBegun = 0;
  looksSeen = 0;
  /** Resolves when there is nothing more to see. */
  readonly ended: Promise<void>;
  #sight: Sight = null;
  #fault: UnreadableJobError | undefined;
  #isOver = false;
  #isBlind = false;
  #bell = new AbortController();
  readonly #closed = new AbortController();

  constructor(id: string, options: WatcherOptions) {
    this.#listen(id, options);
    this.ended = this.#run(id, options);
  }

  /** Something may have changed. */
  ring(): void {
    this.#bell.abort();
  }

  close(): void {
    this.#closed.abort();
    this.ring();
  }

  /** What a look has seen that came after so many; `undefined` if the watcher has left before. */
  async sightAfter(looks: number, seat: Seat): Promise<Sight | undefined> {
    while (this.looksSeen <= looks && !this.#isOver && !seat.hasLeft) {
      // A promise for each wait: one for all of them would remember each of them.
      await new Promise<void>((resolve) => seat.wake = resolve);
    }
    if (seat.hasLeft) return undefined;
    if (this.#fault) throw this.#fault;
    return this.#sight;
  }

  async #run(id: string, { store, clock }: WatcherOptions): Promise<void> {
    while (!this.#closed.signal.aborted) {
      this.#bell = new AbortController();
      const look = ++this.looksBegun;
      try {
        this.#sight = await store.read(id);
        this.#isOver = isLast(this.#sight);
        this.looksSeen = look;
        this.#isBlind = false;
      } catch (error) {
        if (error instanceof UnreadableJobError) {
          this.#fault = error;
          this.#isOver = true;
        }
        // Said once, not with each look.
        if (!this.#isBlind) log.warning("not seen", { jobId: id, error: describeError(error) });
        this.#isBlind = true;
      }
      for (const seat of this.seats) seat.wake();
      if (this.#isOver) return;
      await clock.wait(LOOK_MS, this.#bell.signal);
    }
  }

  /** Lets the database ring. */
  async #listen(id: string, { store }: WatcherOptions): Promise<void> {
    try {
      for await (const _ of store.changes(id, this.#closed.signal)) this.ring();
    } catch (error) {
      log.warning("no hints", { jobId: id, error: describeError(error) });
    }
  }
}

/** Nothing follows. */
function isLast(sight: Sight): boolean {
  return sight === null || isEnded(sight.job);
}
