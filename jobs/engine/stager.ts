/**
 * The stager of an instance: finds due jobs, and passes them to the worker while slots are free.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { ControlsStore } from "../../lib/store/controls_store.ts";
import type { DueJob, JobIndex } from "../../lib/store/job_index.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import { type FairOrder, QUEUE_MS } from "./fair_order.ts";
import type { Slots } from "./slots.ts";
import type { UnreadableJobs } from "./unreadable_jobs.ts";

export interface StagerOptions {
  /** The names of the kinds of job to look for. */
  kinds: ReadonlySet<string>;
  /** Those of them that have jobs so rarely that most sweeps do without a look. */
  rareKinds: ReadonlySet<string>;
  index: JobIndex;
  slots: Slots;
  breaker: Breaker;
  controls: Pick<ControlsStore, "isPaused" | "ready">;
  storage: Pick<StorageSpace, "startsJobs">;
  unreadable: UnreadableJobs;
  order: FairOrder;
  clock: Clock;
  /** Claims a job of the index. Never rejects. */
  claim: (job: DueJob) => Promise<void>;
}

/**
 * How often a sweep includes the kinds that a breaker, a pause or a full disk holds back, to find
 * overdue jobs.
 */
const SWEEP_ALL_MS = 60_000;

/** How often a sweep includes the rare kinds: each regular sweep does, and few of the others. */
const SWEEP_RARE_MS = 2_000;

/** How many more due jobs than free slots a sweep reads, because some jobs cannot be claimed. */
const EXTRA_JOBS = 5;

/**
 * Retries do not wait for the whole queue again: of so many jobs of a kind that start, one is a late
 * retry. They are no more, because all of them may belong to one caller.
 */
const STARTS_PER_RETRY = 4;

const log = getLogger(["tripwright", "stager"]);

/** A part of the due index that a sweep reads. */
interface DueList {
  readonly jobs: AsyncGenerator<DueJob>;
  /** The next job; unset at the end of the list. */
  head: DueJob | undefined;
}

/** What a sweep reads of one kind. */
interface DueKind {
  readonly kind: string;
  /** All jobs. Those at the front take turns. */
  readonly queue: DueList;
  /** The jobs with later places: retries. */
  readonly retries: DueList;
  /** Whether it has jobs that must wait although slots are free. */
  hasHeldBack: boolean;
}

export class Stager {
  readonly #options: StagerOptions;
  readonly #faults: FaultLog;
  #sweeping: Promise<void> | undefined;
  /** Whether the last sweep has found no due job. */
  #wasEmpty = false;
  #sweptAllAt = -Infinity;
  #sweptRareAt = -Infinity;
  /** How many jobs it has passed to the worker, of all kinds and of each. */
  #starts = 0;
  readonly #startsOf = new Map<string, number>();
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
    return this.#sweeping ??= this.#sweepAll();
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
    try {
      do await this.#sweepOnce(); while (slots.hasBacklog && !slots.isFull);
    } finally {
      // At once: a call that notes a backlog after the check above must begin another sweep.
      this.#sweeping = undefined;
    }
  }

  async #sweepOnce(): Promise<void> {
    const { slots, claim, controls } = this.#options;
    slots.forgetBacklog();
    if (slots.closed.aborted) return;
    await controls.ready();
    this.#scheduleHeldBack();
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
      claims.push(claim(job));
    }
    await Promise.all(claims);
  }

  /** Schedules sweeps for the kinds that a breaker holds back now. */
  #scheduleHeldBack(): void {
    const { kinds, breaker } = this.#options;
    for (const kind of kinds) {
      const until = breaker.openUntil(kind);
      if (until > 0) this.sweepAt(kind, until);
    }
  }

  /** Yields the due jobs that may run now. The kinds take turns, as do new jobs and retries. */
  async *#due(): AsyncGenerator<DueJob> {
    const kinds = await this.#readDue();
    for (;;) {
      const open = kinds.filter(({ queue, retries }) => queue.head ?? retries.head);
      const due = open[this.#starts % open.length];
      if (!due) break;
      const list = this.#nextList(due);
      const job = list.head!;
      list.head = await nextOf(list.jobs);
      if (this.#mustWait(job)) {
        due.hasHeldBack ||= !this.#options.unreadable.has(job.id);
        continue;
      }
      if (list === due.queue) this.#options.order.noteFirst(due.kind, job.place);
      yield job;
      // The worker has got it.
      this.#starts++;
      this.#startsOf.set(due.kind, this.#startsBefore(due) + 1);
      if (list === due.queue) this.#options.order.noteStart(due.kind, job.place);
    }
    for (const { kind, hasHeldBack } of kinds) {
      if (!hasHeldBack) this.#options.order.noteEmpty(kind);
    }
  }

  /** Reads the due jobs of each kind. While nothing waits, one read is enough for all kinds. */
  async #readDue(): Promise<DueKind[]> {
    const { index, order } = this.#options;
    const kinds = this.#kindsToSweep();
    if (this.#wasEmpty && await index.isEmpty()) {
      for (const kind of kinds) order.noteEmpty(kind);
      return [];
    }
    const due = await Promise.all(kinds.map((kind) => this.#read(kind)));
    this.#wasEmpty = !due.some(({ queue, retries }) => queue.head ?? retries.head);
    return due;
  }

  /** Returns the list of the next job that starts. */
  #nextList(due: DueKind): DueList {
    const { queue, retries } = due;
    const isRetry = this.#startsBefore(due) % STARTS_PER_RETRY === STARTS_PER_RETRY - 1;
    return queue.head && !(isRetry && retries.head) ? queue : retries;
  }

  #startsBefore({ kind }: DueKind): number {
    return this.#startsOf.get(kind) ?? 0;
  }

  /** Begins to read the due jobs of a kind. */
  async #read(kind: string): Promise<DueKind> {
    const { index, slots, order } = this.#options;
    const expected = slots.free + EXTRA_JOBS;
    const current = order.currentPlace(kind);
    // Without a queue, all jobs are at its front.
    const from = current === null ? Infinity : current + QUEUE_MS;
    const [queue, retries] = await Promise.all(
      [{ expected }, { expected, from }].map(async (options) => {
        const jobs = index.due(kind, options);
        return { jobs, head: await nextOf(jobs) };
      }),
    );
    return { kind, queue: queue!, retries: retries!, hasHeldBack: false };
  }

  /** Returns the kinds that may run now. Once a minute it includes the kinds that are held back. */
  #kindsToSweep(): string[] {
    const { kinds, rareKinds, slots, clock } = this.#options;
    const now = clock.now();
    // The time is also far from now if the clock was set back.
    const includesAll = Math.abs(now - this.#sweptAllAt) >= SWEEP_ALL_MS;
    if (includesAll) this.#sweptAllAt = now;
    const includesRare = Math.abs(now - this.#sweptRareAt) >= SWEEP_RARE_MS;
    if (includesRare) this.#sweptRareAt = now;
    return [...kinds].filter((kind) =>
      (includesRare || !rareKinds.has(kind)) && !slots.isAtLimit(kind) &&
      (includesAll || !this.#isHeldBack(kind))
    );
  }

  /** Returns whether jobs of this kind must wait for the model, an operator or space on the disk. */
  #isHeldBack(kind: string): boolean {
    const { breaker, controls, storage } = this.#options;
    // The claim fails new jobs when only an operator can end the outage.
    const waits = breaker.openUntil(kind) > 0 && breaker.endsJobsWith(kind) === null;
    return waits || controls.isPaused(kind) || !storage.startsJobs;
  }

  /** Returns whether the job cannot be claimed now, without a read of its record. */
  #mustWait({ id, kind, deadline }: DueJob): boolean {
    const { slots, unreadable, clock } = this.#options;
    // The claim of an overdue job fails it, which needs no model and little space.
    const isHeldBack = this.#isHeldBack(kind) && deadline > clock.now();
    return isHeldBack || unreadable.has(id) || slots.isAtLimit(kind);
  }
}

async function nextOf(jobs: AsyncGenerator<DueJob>): Promise<DueJob | undefined> {
  return (await jobs.next()).value ?? undefined;
}
