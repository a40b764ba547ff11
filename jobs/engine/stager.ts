/**
 * The stager of an instance: finds due jobs, and passes them to the worker while slots are free.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { DueJob, JobIndex } from "../../lib/store/job_index.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import type { Slots } from "./slots.ts";
import type { UnreadableJobs } from "./unreadable_jobs.ts";

export interface StagerOptions {
  /** The names of the kinds of job to look for. */
  kinds: ReadonlySet<string>;
  index: JobIndex;
  slots: Slots;
  breaker: Breaker;
  storage: Pick<StorageSpace, "startsJobs">;
  unreadable: UnreadableJobs;
  clock: Clock;
  /** Claims a job. Never rejects. */
  claim: (id: string) => Promise<void>;
}

/**
 * How often a sweep includes the kinds that a breaker or a full disk holds back, to find overdue jobs.
 */
const SWEEP_ALL_MS = 60_000;

/** How many more due jobs than free slots a sweep reads, because some jobs cannot be claimed. */
const EXTRA_JOBS = 5;

const log = getLogger(["tripwright", "stager"]);

export class Stager {
  readonly #options: StagerOptions;
  readonly #faults: FaultLog;
  #sweeping: Promise<void> | undefined;
  #sweptAllAt = -Infinity;
  /**
   * The scheduled sweeps, by kind and time. A breaker lets some jobs through later than others, so a
   * kind may have several.
   */
  readonly #scheduled = new Set<string>();

  constructor(options: StagerOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** The running sweep, if any. */
  get sweeping(): Promise<void> | undefined {
    return this.#sweeping;
  }

  /**
   * Passes due jobs to the worker until all slots are occupied or no job is due. Overlapping calls
   * share one sweep.
   */
  sweep(): Promise<void> {
    return this.#sweeping ??= this.#sweepAll().finally(() => this.#sweeping = undefined);
  }

  /** Sweeps, and logs an error. Never rejects. */
  async trySweep(): Promise<void> {
    await this.sweep().catch((error) => this.#faults.report("sweep failed", error));
  }

  /** Sweeps at the time at which a breaker may let jobs of this kind through. Never rejects. */
  async sweepAt(kind: string, epochMs: number): Promise<void> {
    const sweep = `${kind} ${epochMs}`;
    if (this.#scheduled.has(sweep)) return;
    this.#scheduled.add(sweep);
    const { clock, slots } = this.#options;
    await clock.wait(epochMs - clock.now(), slots.closed);
    this.#scheduled.delete(sweep);
    await this.trySweep();
  }

  async #sweepAll(): Promise<void> {
    const { slots } = this.#options;
    do await this.#sweepOnce(); while (slots.hasBacklog && !slots.isFull);
  }

  async #sweepOnce(): Promise<void> {
    const { slots, claim } = this.#options;
    slots.forgetBacklog();
    if (slots.closed.aborted) return;
    let claims: Promise<void>[] = [];
    for await (const job of this.#due()) {
      if (this.#mustWait(job)) continue;
      if (slots.isFull) {
        // Claims that fail free their slots.
        await Promise.all(claims);
        claims = [];
      }
      if (slots.isFull) {
        slots.noteBacklog();
        break;
      }
      claims.push(claim(job.id));
    }
    await Promise.all(claims);
  }

  /** Yields the due jobs of all kinds that may run now, the longest due first. */
  async *#due(): AsyncGenerator<DueJob> {
    const { index, slots } = this.#options;
    const lists = this.#kindsToSweep().map((kind) => index.due(kind, slots.free + EXTRA_JOBS));
    const heads = await Promise.all(lists.map(async (list) => (await list.next()).value));
    for (;;) {
      let first = -1;
      for (const [n, head] of heads.entries()) {
        if (head && (first < 0 || head.runAt < heads[first]!.runAt)) first = n;
      }
      if (first < 0) return;
      yield heads[first]!;
      heads[first] = (await lists[first]!.next()).value;
    }
  }

  /** Returns the kinds that may run now. Once a minute it includes the kinds that are held back. */
  #kindsToSweep(): string[] {
    const { kinds, slots, clock } = this.#options;
    const now = clock.now();
    const includesAll = now - this.#sweptAllAt >= SWEEP_ALL_MS;
    if (includesAll) this.#sweptAllAt = now;
    return [...kinds].filter((kind) =>
      !slots.isAtLimit(kind) && (includesAll || !this.#isHeldBack(kind))
    );
  }

  /** Returns whether jobs of this kind must wait for the model or for space on the disk. */
  #isHeldBack(kind: string): boolean {
    const { breaker, storage } = this.#options;
    return breaker.openUntil(kind) > 0 || !storage.startsJobs;
  }

  /** Returns whether the job cannot be claimed now, without a read of its record. */
  #mustWait({ id, kind, deadline }: DueJob): boolean {
    const { slots, unreadable, clock } = this.#options;
    // The claim of an overdue job fails it, which needs no model and little space.
    const isHeldBack = this.#isHeldBack(kind) && deadline > clock.now();
    return isHeldBack || unreadable.has(id) || slots.isAtLimit(kind);
  }
}
