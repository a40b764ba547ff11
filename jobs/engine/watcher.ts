/**
 * Watches jobs for subscribers. It reads each watched job once a second for all of its subscribers,
 * and sooner after a change event of the database. These events are only hints: they miss changes
 * by other processes on the same file.
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

/** The watcher sees a change by another process within this time. Each read takes three keys. */
const POLL_MS = 1_000;

const log = getLogger(["tripwright", "watcher"]);

interface WatcherOptions {
  store: JobStore;
  clock: Clock;
  /** Ends every watch. */
  stopped: AbortSignal;
}

/** Watches the jobs of one process. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #pollers = new Map<string, Poller>();
  readonly #faults: FaultLog;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** The number of watched jobs. */
  get watched(): number {
    return this.#pollers.size;
  }

  /**
   * Yields the job now and after each change. A slow subscriber misses intermediate states. Ends
   * after the end of the job, and when `signal` aborts.
   *
   * @returns snapshots; `null` if the job does not exist or has expired
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
      // An earlier read of the poller may be older than the client's version.
      yield* this.#changes(poller, subscriber, known?.readsBegun ?? 0);
    } finally {
      signal.removeEventListener("abort", leave);
      stopped.removeEventListener("abort", leave);
      poller.subscribers.delete(subscriber);
      if (poller.subscribers.size === 0) this.#close(id, poller);
    }
  }

  /** Yields the snapshots of the reads after number `reads`, each version once. */
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
    // A later subscriber gets a new poller.
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

/** A request that waits for changes of a job. */
interface Subscriber {
  hasLeft: boolean;
  /** Ends its wait for the next snapshot. */
  wake: () => void;
}

/** Polls one job for all of its subscribers. */
class Poller {
  readonly subscribers = new Set<Subscriber>();
  /** The number of reads. A subscriber skips the reads that began before its own start. */
  readsBegun = 0;
  readsDone = 0;
  /** Resolves when the poller reads no more. */
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
      onFault: (error) => faults.report("watched job not read", error, { jobId: id }),
    });
    this.#listen();
    this.ended = this.#loop.start();
  }

  /** Reads at once, because the job may have changed. */
  wake(): void {
    this.#loop.wake();
  }

  close(): void {
    this.#closed.abort();
    this.#loop.stop();
  }

  /**
   * Returns the snapshot of a read after number `reads`; `undefined` if the subscriber has left.
   */
  async snapshotAfter(
    reads: number,
    subscriber: Subscriber,
  ): Promise<JobSnapshot | null | undefined> {
    while (this.readsDone <= reads && !this.#isOver && !subscriber.hasLeft) {
      // A new promise for each wait: a shared, pending promise would collect all reactions.
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
      // The fault lasts as long as the job, so it ends the poller and is logged once.
      log.warning("watched job not read", { jobId: this.#id, error: describeError(error) });
      this.#fault = error;
      this.#isOver = true;
    } finally {
      if (this.#isOver) this.#loop.stop();
      for (const subscriber of this.subscribers) subscriber.wake();
    }
  }

  /** Reads at once after each change event of the database. */
  async #listen(): Promise<void> {
    try {
      for await (const _ of this.#store.changes(this.#id, this.#closed.signal)) this.wake();
    } catch (error) {
      log.warning("change events failed", { jobId: this.#id, error: describeError(error) });
    }
  }
}

/** Returns whether no further change can follow. */
function isLast(snapshot: JobSnapshot | null): boolean {
  return snapshot === null || isEnded(snapshot.job);
}
