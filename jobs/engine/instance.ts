/**
 * An instance: the loops that keep its jobs alive and moving, and the order in which it stops.
 * `main.ts` and tests drive it; routes know only the `JobService`.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, waitAtMost } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { InstanceLocks } from "../../lib/store/instance_locks.ts";
import type { InstanceStore } from "../../lib/store/instance_store.ts";
import type { Doorbell } from "./doorbells.ts";
import { Loop, type LoopOptions } from "./loop.ts";
import type { Rescuer } from "./rescuer.ts";
import type { ResponseCanceler } from "./response_canceler.ts";
import type { Slots } from "./slots.ts";
import type { Stager } from "./stager.ts";
import type { Worker } from "./worker.ts";

export interface InstanceOptions {
  /** This instance's id: the holder of its leases. */
  holder: string;
  slots: Slots;
  worker: Worker;
  stager: Stager;
  rescuer: Rescuer;
  canceler: ResponseCanceler;
  doorbell: Doorbell;
  breaker: Breaker;
  instances: InstanceStore;
  locks: InstanceLocks;
  clock: Clock;
  leaseMs: number;
  /** Ends the watches of jobs when the instance has stopped. */
  stopped: AbortController;
}

/**
 * Between two sweeps. A job whose bell was lost, or whose instance has no free slot, starts elsewhere
 * within this time; an idle instance reads KV this often. With a short lease it is half the lease,
 * so that silence is noticed in time.
 */
const SWEEP_MS = 3_000;

/** Heartbeats in one lease: so many may be late or fail before the instance counts as dead. */
const BEATS_PER_LEASE = 5;

/**
 * Between two looks at the bell that instances ring for each other: a job that is put back starts
 * elsewhere, and a canceled one is stopped elsewhere, within this time. Each look reads one key.
 */
const BELL_MS = 500;

/**
 * How long jobs that are told to stop may take to be put back. What is not by then is found by its
 * lock or its heartbeat.
 */
const RELEASE_MS = 2_000;

/** How long cancellations of responses may hold up the end of the instance. */
const CANCEL_MS = 1_000;

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
      this.#loop("bell", { run: () => this.#hearBell(), everyMs: () => BELL_MS }),
      this.#loop("heartbeat", {
        // A beat that is never answered must not keep the next ones from coming in time.
        run: () => waitAtMost(this.beat(), { ms: beatMs, clock }),
        everyMs: () => beatMs,
      }),
    ];
  }

  #loop(name: string, { run, everyMs }: Pick<LoopOptions, "run" | "everyMs">): Loop {
    const onFault = (error: unknown) => this.#faults.report(`${name} failed`, error);
    return new Loop({ run, everyMs, clock: this.#options.clock, onFault });
  }

  /** Starts to listen and to sweep; what waits or was abandoned is picked up at once. */
  start(): void {
    const { doorbell, worker } = this.#options;
    const listening = doorbell.listen((jobId) => worker.ring(jobId))
      .catch((error) => this.#faults.report("listening failed", error));
    this.#ended = Promise.all([listening, ...this.#loops.map((loop) => loop.start())]);
  }

  /** One sweep: abandoned jobs are put back, due jobs are claimed. Never rejects. */
  async sweep(): Promise<void> {
    const { rescuer, stager, holder } = this.#options;
    // An instance without jobs may take back what it does not know that it holds.
    const self = this.running > 0 ? holder : undefined;
    await rescuer.run(self).catch((error) => this.#faults.report("rescue failed", error));
    await stager.trySweep();
  }

  /**
   * Sweeps until there is nothing left to do: for an instance that lives only as long as it is kept
   * busy. An instance that may be dead is watched until that is clear, two leases at the most.
   */
  async patrol(): Promise<void> {
    const { clock, leaseMs, rescuer, stopped } = this.#options;
    const until = clock.now() + 2 * leaseMs;
    for (;;) {
      await this.sweep();
      await this.idle();
      if (rescuer.watched === 0 || clock.now() >= until) return;
      await clock.wait(this.#nextSweepMs, stopped.signal);
      if (stopped.signal.aborted) return;
    }
  }

  /** One heartbeat, if the instance has jobs. Never rejects. */
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

  /** How many jobs are under way in this instance. */
  get running(): number {
    return this.#options.slots.size;
  }

  /** Resolves when this instance works on no job, and is not taking one up. */
  async idle(): Promise<void> {
    const { slots, stager } = this.#options;
    while (slots.size > 0 || stager.sweeping) {
      await (slots.size > 0 ? slots.untilEmpty() : stager.sweeping?.catch(() => {}));
    }
  }

  /**
   * Claims nothing more, gives running jobs `graceMs` milliseconds to end, and puts the rest back, to be
   * taken over by another instance at once. The queue is left when the database is closed.
   *
   * @param hurry ends the grace
   */
  async stop(graceMs: number, hurry?: AbortSignal): Promise<void> {
    const { slots, worker, canceler, locks, stopped, clock } = this.#options;
    slots.close();
    const idle = this.idle();
    await waitAtMost(Promise.race([idle, aborted(hurry)]), { ms: graceMs, clock });
    worker.interruptAll();
    await waitAtMost(idle, { ms: RELEASE_MS, clock });
    await waitAtMost(canceler.settled(), { ms: CANCEL_MS, clock });
    stopped.abort();
    for (const loop of this.#loops) loop.stop();
    await locks.release();
  }

  /** Resolves when the loops have ended, after {@link stop} and the closing of the database. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** Sooner than usual if an instance is about to have been silent for too long. */
  get #nextSweepMs(): number {
    const { leaseMs, rescuer } = this.#options;
    return Math.min(SWEEP_MS, leaseMs / 2, rescuer.nextVerdictMs);
  }

  /** Other instances ring when they put back or cancel jobs, and when a breaker has closed. */
  async #hearBell(): Promise<void> {
    const { instances, worker, stager, breaker, holder } = this.#options;
    const ring = await instances.lastRing();
    const hasRung = this.#lastRing !== undefined && ring !== this.#lastRing;
    if (hasRung) {
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
