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
import type { FairOrder } from "./fair_order.ts";
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
  order: FairOrder;
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

/**
 * The places of jobs that wait for their turn are within this time after the current place. Later
 * ones have waited for a retry, and must not wait for the whole queue again.
 */
const TURNS_MS = 1_000;

const log = getLogger(["tripwright", "stager"]);

/** A part of the due index that a sweep reads. */
interface DueList {
  kind: string;
  /** Whether it has the jobs that take turns. Otherwise it has late retries. */
  isQueue: boolean;
  jobs: AsyncGenerator<DueJob>;
  /** The next job; unset at the end of the list. */
  head: DueJob | undefined;
  /** Whether it has jobs that must wait although slots are free. */
  hasLeft: boolean;
}

export class Stager {
  readonly #options: StagerOptions;
  readonly #faults: FaultLog;
  #sweeping: Promise<void> | undefined;
  #sweptAllAt = -Infinity;
  /** The list whose turn it is, in a round over all lists with jobs. */
  #nextList = 0;
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

  /** Yields the due jobs that may run now. The kinds take turns, as do new jobs and retries. */
  async *#due(): AsyncGenerator<DueJob> {
    const { order } = this.#options;
    const lists = await Promise.all(this.#kindsToSweep().flatMap((kind) => this.#listsOf(kind)));
    for (;;) {
      const open = lists.filter(({ head }) => head);
      const list = open[this.#nextList % open.length];
      if (!list) break;
      const job = list.head!;
      list.head = (await list.jobs.next()).value;
      if (this.#mustWait(job)) {
        list.hasLeft = true;
        continue;
      }
      if (list.isQueue) order.waits(list.kind, job.place);
      yield job;
      // The worker has got it.
      if (list.isQueue) order.start(list.kind, job.place);
      this.#nextList++;
    }
    for (const { kind, isQueue, hasLeft } of lists) if (isQueue && !hasLeft) order.clear(kind);
  }

  /** Begins to read the due jobs of a kind: new jobs, which take turns, and late retries. */
  #listsOf(kind: string): Promise<DueList>[] {
    const { index, slots, order } = this.#options;
    const expected = slots.free + EXTRA_JOBS;
    const current = order.currentPlace(kind);
    const lists = [{ isQueue: true, jobs: index.due(kind, { expected }) }];
    if (current !== null) {
      lists.push({ isQueue: false, jobs: index.due(kind, { expected, from: current + TURNS_MS }) });
    }
    return lists.map(async (list) => {
      const { value: head } = await list.jobs.next();
      return { kind, ...list, head: head ?? undefined, hasLeft: false };
    });
  }

  /** Returns the kinds that may run now. Once a minute it includes the kinds that are held back. */
  #kindsToSweep(): string[] {
    const { kinds, slots, breaker, clock } = this.#options;
    const now = clock.now();
    const includesAll = now - this.#sweptAllAt >= SWEEP_ALL_MS;
    if (includesAll) this.#sweptAllAt = now;
    return [...kinds].filter((kind) => {
      const until = breaker.openUntil(kind);
      if (until > 0) this.sweepAt(kind, until);
      return !slots.isAtLimit(kind) && (includesAll || !this.#isHeldBack(kind));
    });
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
