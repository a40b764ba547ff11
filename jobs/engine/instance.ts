/**
 * An instance: its background loops (sweep, bell, keys, heartbeat, space), and the order of its shutdown.
 * `main.ts` and tests start and stop it. Routes know only the `JobService`.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, waitAtMost } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { ControlsStore } from "../../lib/store/controls_store.ts";
import type { InstanceLocks } from "../../lib/store/instance_locks.ts";
import type { InstanceStore } from "../../lib/store/instance_store.ts";
import type { SpaceWrites } from "../../lib/store/space_writes.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import type { Doorbell } from "./doorbells.ts";
import type { KeyRefresh } from "./key_refresh.ts";
import { Loop, type LoopOptions } from "./loop.ts";
import { type QueueBoard, READ_MS } from "./queue_board.ts";
import type { Rescuer } from "./rescuer.ts";
import type { ResponseCleaner } from "./response_cleaner.ts";
import type { Slots } from "./slots.ts";
import type { Stager } from "./stager.ts";
import type { Worker } from "./worker.ts";

/** What an instance does once a minute beside its jobs. */
export interface MinuteWork {
  /** Must not reject. */
  run(): Promise<void>;
  /** Ends the work when the instance stops. Must not reject. */
  finish(): Promise<void>;
}

export interface InstanceOptions {
  /** This instance's id: the holder of its leases. */
  holder: string;
  slots: Slots;
  worker: Worker;
  stager: Stager;
  board: QueueBoard;
  rescuer: Rescuer;
  cleaner: ResponseCleaner;
  doorbell: Doorbell;
  breaker: Breaker;
  controls: ControlsStore;
  instances: InstanceStore;
  keys: KeyRefresh;
  storage: StorageSpace;
  spaceWrites: SpaceWrites;
  locks: InstanceLocks;
  /** Reports for operators. */
  reports: MinuteWork;
  clock: Clock;
  leaseMs: number;
  /** The instance aborts it when it has stopped, which ends all watches of jobs. */
  stopped: AbortController;
}

/**
 * The pause between two sweeps. If a doorbell is lost, or the accepting instance has no free slot,
 * another instance starts the job within this time. An idle instance reads KV this often. With a
 * short lease the pause is half the lease, so that sweeps notice a dead instance in time.
 */
const SWEEP_MS = 3_000;

/** Heartbeats in one lease. All of them must be late or fail before the instance counts as dead. */
const BEATS_PER_LEASE = 5;

/**
 * The pause between two reads of the API keys without a ring of the bell. An instance that cannot
 * read the bell learns of changes within this time.
 */
const KEYS_MS = 10_000;

/**
 * The pause between two reads of the free space. In this time a busy instance accepts some hundred
 * kilobytes, which is little beside the space at which it stops.
 */
const SPACE_MS = 1_000;

/**
 * How long a shutdown waits until the interrupted jobs are put back. Other instances rescue the
 * remaining jobs, by the lock or the heartbeat of this instance.
 */
const RELEASE_MS = 2_000;

/** The pause between two reports. A killed process loses the counts of at most this time. */
const REPORT_MS = 60_000;

/** How long a shutdown waits for the last report. */
const LAST_REPORT_MS = 1_000;

/** How long a shutdown waits for cancellations of responses. */
const CANCEL_MS = 1_000;

/** How long a shutdown waits until its heartbeat is deleted. */
const LEAVE_MS = 500;

const log = getLogger(["tripwright", "instance"]);

export class Instance {
  readonly #options: InstanceOptions;
  readonly #faults: FaultLog;
  readonly #loops: readonly Loop[];
  #lastRing: string | null | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(options: InstanceOptions) {
    const { clock, leaseMs } = options;
    const beatMs = leaseMs / BEATS_PER_LEASE;
    this.#options = options;
    this.#faults = new FaultLog(log, clock);
    this.#loops = [
      this.#loop("sweep", { run: () => this.sweep(), everyMs: () => this.#nextSweepMs }),
      this.#loop("bell", { run: () => this.#checkBell(), everyMs: () => READ_MS }),
      this.#loop("keys", { run: () => this.#options.keys.run(), everyMs: () => KEYS_MS }),
      this.#loop("heartbeat", {
        // A hanging heartbeat must not delay the next one.
        run: () => waitAtMost(this.beat(), { ms: beatMs, clock }),
        everyMs: () => beatMs,
      }),
      this.#loop("queue", { run: () => options.board.count(), everyMs: () => READ_MS }),
      this.#loop("space", { run: () => this.checkSpace(), everyMs: () => SPACE_MS }),
      this.#loop("report", { run: () => options.reports.run(), everyMs: () => REPORT_MS }),
    ];
  }

  #loop(name: string, { run, everyMs }: Pick<LoopOptions, "run" | "everyMs">): Loop {
    const onFault = (error: unknown) => this.#faults.report(`${name} failed`, error);
    return new Loop({ run, everyMs, clock: this.#options.clock, onFault });
  }

  /** Starts to listen and to sweep. The first sweep finds waiting and abandoned jobs at once. */
  start(): void {
    const { doorbell, stopped } = this.#options;
    const listening = doorbell.listen(() => this.#answer(), stopped.signal)
      .catch((error) => this.#faults.report("listening failed", error));
    this.#ended = Promise.all([listening, ...this.#loops.map((loop) => loop.start())]);
  }

  /** Starts the jobs whose turn it is. The job with this doorbell may be another one. */
  async #answer(): Promise<void> {
    const { worker, stager } = this.#options;
    if (worker.free > 0) await stager.trySweep();
  }

  /**
   * Puts back the jobs of dead instances, and claims due jobs. Never rejects. It also reads the
   * controls, in case the bell was missed.
   */
  async sweep(): Promise<void> {
    const { rescuer, stager, cleaner, controls, slots, holder } = this.#options;
    await controls.read().catch((error) => this.#faults.report("controls not read", error));
    // An instance without jobs may rescue jobs that KV still lists under its own id.
    const self = this.running > 0 ? holder : undefined;
    await rescuer.run(self).catch((error) => this.#faults.report("rescue failed", error));
    await stager.trySweep();
    cleaner.sweep(slots.closed);
  }

  /**
   * Sweeps until there is nothing left to do, for hosts that stop an idle instance. Jobs that end may
   * leave others, such as callbacks. It watches instances that may be dead until their state is
   * clear, for two leases at most.
   */
  async patrol(): Promise<void> {
    const { clock, leaseMs, rescuer, slots, stopped, holder } = this.#options;
    const until = clock.now() + 2 * leaseMs;
    for (;;) {
      // A short job may end before the sweep does.
      const { worked } = slots;
      await this.sweep();
      await this.idle();
      if (slots.worked > worked && !stopped.signal.aborted) {
        // Its own heartbeat must not keep it watching.
        await rescuer.leave(holder);
        continue;
      }
      if (rescuer.watched === 0 || clock.now() >= until) return;
      await clock.wait(this.#nextSweepMs, stopped.signal);
      if (stopped.signal.aborted) return;
    }
  }

  /** Writes a heartbeat if the instance has jobs. Never rejects. */
  async beat(): Promise<void> {
    const { instances, worker, holder } = this.#options;
    if (this.running === 0) return;
    try {
      await instances.beat(holder);
      await worker.reconcile();
    } catch (error) {
      this.#faults.report("heartbeat failed", error);
    }
  }

  /** Reads the free space of the database's disk. Never rejects. */
  async checkSpace(): Promise<void> {
    const { storage, spaceWrites, instances, holder } = this.#options;
    // When the disk takes data again, the heartbeat is first: it is already late.
    const test = () => this.running > 0 ? instances.beat(holder) : spaceWrites.test();
    await storage.check({ ...spaceWrites, test });
  }

  /** The number of jobs in the slots of this instance. */
  get running(): number {
    return this.#options.slots.size;
  }

  /** Resolves when this instance works on no job and no sweep runs. */
  async idle(): Promise<void> {
    const { slots, stager } = this.#options;
    while (slots.size > 0 || stager.sweeping) {
      await (slots.size > 0 ? slots.untilEmpty() : stager.sweeping?.catch(() => {}));
    }
  }

  /**
   * Stops the instance. It claims no more jobs, waits `graceMs` milliseconds for running jobs, and
   * puts the rest back, so that other instances claim them at once. Queue messages arrive until the
   * database is closed.
   *
   * @param skipGrace ends the wait for running jobs
   */
  async stop(graceMs: number, skipGrace?: AbortSignal): Promise<void> {
    const { slots, worker, cleaner, rescuer, locks, reports, stopped, clock, holder } =
      this.#options;
    slots.close();
    const idle = this.idle();
    await waitAtMost(Promise.race([idle, aborted(skipGrace)]), { ms: graceMs, clock });
    worker.interruptAll();
    await waitAtMost(idle, { ms: RELEASE_MS, clock });
    // At the same time: Deno Deploy kills the process five seconds after the signal.
    await Promise.all([
      waitAtMost(rescuer.leave(holder), { ms: LEAVE_MS, clock }),
      waitAtMost(cleaner.settled(), { ms: CANCEL_MS, clock }),
      waitAtMost(reports.finish(), { ms: LAST_REPORT_MS, clock }),
    ]);
    stopped.abort();
    for (const loop of this.#loops) loop.stop();
    await locks.release();
  }

  /** Resolves when the loops have ended: after {@link stop}, and after the database is closed. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** The pause before the next sweep: shorter if an instance will soon count as dead. */
  get #nextSweepMs(): number {
    const { leaseMs, rescuer } = this.#options;
    return Math.min(SWEEP_MS, leaseMs / 2, rescuer.nextTimeoutMs);
  }

  /**
   * Sweeps if another instance rang: it put back or canceled a job, a breaker closed, or an operator
   * has paused or resumed something. Keys may have changed too, also before the first check. It hears
   * the bell within half a second. The same read has the positions of waiting jobs.
   */
  async #checkBell(): Promise<void> {
    const { instances, worker, stager, breaker, controls, keys, board, holder } = this.#options;
    keys.endExpired();
    const ring = await board.read();
    if (ring !== this.#lastRing) await keys.refresh();
    const hasRung = this.#lastRing !== undefined && ring !== this.#lastRing;
    if (hasRung) {
      // First: a pause must reach this instance before it claims another job.
      await controls.read();
      for (const id of await instances.takeWakes(holder)) worker.wake(id);
      breaker.forget();
      await worker.reconcile();
      await stager.sweep();
    }
    this.#lastRing = ring;
  }
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve());
  });
}
