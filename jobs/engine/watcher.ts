/**
 * Watches jobs for readers that want every change: one read a second for each job that is watched,
 * however many readers it has, and sooner when the database says that something has changed. What the
 * database says is only a hint: it is silent about changes by other processes on the same file.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import { isEnded } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import { Loop } from "./loop.ts";
import { describeError } from "../../lib/log.ts";

/** A job that changes elsewhere is seen within this time; each read takes three keys. */
const POLL_MS = 1_000;

const log = getLogger(["tripwright", "watcher"]);

interface WatcherOptions {
  store: JobStore;
  clock: Clock;
  /** Ends every watch. */
  stopped: AbortSignal;
}

/** All jobs that are watched in this process. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #pollers = new Map<string, Poller>();
  readonly #faults: FaultLog;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** How many jobs are watched. */
  get watched(): number {
    return this.#pollers.size;
  }

  /**
   * The job as it is now, and then each time that something of it has changed. A slow reader misses
   * what lies between. Ends after the job's end, and when `signal` aborts.
   *
   * @returns snapshots; `null` if there is no such job, or none any more
   * @throws {UnreadableJobError} if this version cannot read the job
   */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<JobSnapshot | null> {
    const { stopped } = this.#options;
    if (signal.aborted || stopped.aborted) return;
    const known = this.#pollers.get(id);
    const poller = known ?? this.#open(id);
    const subscriber: Subscriber = { hasLeft: false, wake: () => {} };
    poller.subscribers.add(subscriber);
    const leave = () => {
      subscriber.hasLeft = true;
      subscriber.wake();
    };
    signal.addEventListener("abort", leave);
    stopped.addEventListener("abort", leave);
    try {
      // What the poller has read before may be older than what the caller knows.
      yield* this.#changes(poller, subscriber, known?.readsBegun ?? 0);
    } finally {
      signal.removeEventListener("abort", leave);
      stopped.removeEventListener("abort", leave);
      poller.subscribers.delete(subscriber);
      if (poller.subscribers.size === 0) this.#close(id, poller);
    }
  }

  /** The snapshots of reads after so many, each version once. */
  async *#changes(
    poller: Poller,
    subscriber: Subscriber,
    reads: number,
  ): AsyncGenerator<JobSnapshot | null> {
    if (reads > 0) poller.wake();
    let version: string | undefined;
    for (;;) {
      const snapshot = await poller.snapshotAfter(reads, subscriber);
      if (snapshot === undefined) return;
      reads = poller.readsDone;
      if (snapshot !== null && snapshot.version === version) continue;
      version = snapshot?.version;
      yield snapshot;
      if (isLast(snapshot)) return;
    }
  }

  #open(id: string): Poller {
    const { store, clock } = this.#options;
    const poller = new Poller(id, { store, clock, faults: this.#faults });
    this.#pollers.set(id, poller);
    log.debug("watched", { jobId: id });
    // A reader that comes after the end begins anew.
    poller.ended.then(() => this.#close(id, poller));
    return poller;
  }

  #close(id: string, poller: Poller): void {
    poller.close();
    if (this.#pollers.get(id) === poller) this.#pollers.delete(id);
  }
}

interface PollerOptions extends Pick<WatcherOptions, "store" | "clock"> {
  faults: FaultLog;
}

/** One reader of a job's changes. */
interface Subscriber {
  hasLeft: boolean;
  /** Ends its wait for the next snapshot. */
  wake: () => void;
}

/** Polls one job for all who watch it. */
class Poller {
  readonly subscribers = new Set<Subscriber>();
  /** Reads are counted, so that a subscriber knows which of them came after its own start. */
  readsBegun = 0;
  readsDone = 0;
  /** Resolves when there is nothing more to read. */
  readonly ended: Promise<void>;
  readonly #id: string;
  readonly #store: JobStore;
  readonly #loop: Loop;
  readonly #closed = new AbortController();
  #snapshot: JobSnapshot | null = null;
  #fault: UnreadableJobError | undefined;
  #isOver = false;

  constructor(id: string, { store, clock, faults }: PollerOptions) {
    this.#id = id;
    this.#store = store;
    this.#loop = new Loop({
      run: () => this.#read(),
      everyMs: () => POLL_MS,
      clock,
      onFault: (error) => faults.report("not seen", error, { jobId: id }),
    });
    this.#listen();
    this.ended = this.#loop.start();
  }

  /** Something may have changed. */
  wake(): void {
    this.#loop.wake();
  }

  close(): void {
    this.#closed.abort();
    this.#loop.stop();
  }

  /** What the next read after so many has found; `undefined` if the subscriber has left before. */
  async snapshotAfter(
    reads: number,
    subscriber: Subscriber,
  ): Promise<JobSnapshot | null | undefined> {
    while (this.readsDone <= reads && !this.#isOver && !subscriber.hasLeft) {
      // A promise for each wait: one for all of them would remember each of them.
      await new Promise<void>((resolve) => subscriber.wake = resolve);
    }
    if (subscriber.hasLeft) return undefined;
    if (this.#fault) throw this.#fault;
    return this.#snapshot;
  }

  async #read(): Promise<void> {
    const read = ++this.readsBegun;
    try {
      this.#snapshot = await this.#store.read(this.#id);
      this.#isOver = isLast(this.#snapshot);
      this.readsDone = read;
    } catch (error) {
      if (!(error instanceof UnreadableJobError)) throw error;
      // It lasts as long as the job does, so it is said once for each that is watched.
      log.warning("not seen", { jobId: this.#id, error: describeError(error) });
      this.#fault = error;
      this.#isOver = true;
    } finally {
      if (this.#isOver) this.#loop.stop();
      for (const subscriber of this.subscribers) subscriber.wake();
    }
  }

  /** Reads at once when the database says that something has changed. */
  async #listen(): Promise<void> {
    try {
      for await (const _ of this.#store.changes(this.#id, this.#closed.signal)) this.wake();
    } catch (error) {
      log.warning("no hints", { jobId: this.#id, error: describeError(error) });
    }
  }
}

/** Nothing follows. */
function isLast(snapshot: JobSnapshot | null): boolean {
  return snapshot === null || isEnded(snapshot.job);
}
