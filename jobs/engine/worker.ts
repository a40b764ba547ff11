/**
 * The worker of an instance: hears bells, claims jobs, and keeps as many running as it has slots.
 * What does not fit waits in KV.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { waitAtMost } from "../../lib/clock.ts";
import type { Lease } from "../../lib/store/job_commit.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import type { DueJob } from "../../lib/store/job_index.ts";
import type { QueuedJob } from "../../lib/job/job_record.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { describeError } from "../../lib/log.ts";
import { Interruption } from "./attempt_context.ts";
import { type JobControls, runJob, type RunnerOptions } from "./executor.ts";

export interface WorkerOptions extends RunnerOptions {
  /** This instance's id: the holder of its leases. */
  holder: string;
  /** How many jobs run at once. */
  concurrency: number;
}

/** A job that this instance works on, or is just claiming. */
interface Slot extends JobControls {
  /** Unset until the job is admitted. */
  job?: QueuedJob;
  /** Unset while the claim is under way. */
  lease?: Lease;
}

/** Of the slots, so many may be taken by kinds that are limited: the plans come first. */
const LIMITED_SHARE = 1 / 4;

/** How often jobs that a breaker holds back are looked through for those whose time is up. */
const SWEEP_ALL_MS = 60_000;

/**
 * How long jobs that are told to stop may take to be put back. What is not by then is found by its
 * lock or its heartbeat.
 */
const RELEASE_MS = 2_000;

const log = getLogger(["tripwright", "worker"]);

export class Worker {
  readonly #options: WorkerOptions;
  readonly #store: JobStore;
  readonly #kinds: ReadonlySet<string>;
  /** How many jobs of a kind may run at once, where that is less than there are slots. */
  readonly #maxRunning: ReadonlyMap<string, number>;
  readonly #slots = new Map<string, Slot>();
  /** Settles when the last of the jobs under way has ended. */
  #idle = Promise.withResolvers<void>();
  /** More is due than fitted: look again when a slot becomes free. */
  #backlog = false;
  #sweeping: Promise<void> | undefined;
  #sweptAllAt = -Infinity;
  /** The kinds of job that a breaker holds back, for which a sweep is set. */
  readonly #heldBack = new Set<string>();
  /** Jobs that only another version can read; they are its to claim. */
  readonly #unreadable = new Set<string>();
  readonly #stopped = new AbortController();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#kinds = new Set(options.kinds.map(({ name }) => name));
    const limited = options.kinds.filter(({ maxRunning }) => maxRunning !== undefined);
    const share = Math.max(1, Math.floor(options.concurrency * LIMITED_SHARE));
    this.#maxRunning = new Map(
      limited.map(({ name, maxRunning }) => [name, Math.min(maxRunning!, share)]),
    );
    this.#idle.resolve();
  }

  /** How many jobs are under way. */
  get running(): number {
    return this.#slots.size;
  }

  /** It claims nothing more. */
  get stopping(): boolean {
    return this.#stopped.signal.aborted;
  }

  get #full(): boolean {
    return this.#slots.size >= this.#options.concurrency;
  }

  /**
   * A bell for one job: claims it and starts the work, if there is a free slot and nobody was
   * faster. Resolves when that is known, long before the work is done, and never rejects.
   */
  async ring(id: string): Promise<void> {
    if (this.stopping || this.#slots.has(id)) return;
    if (this.#full) {
      this.#backlog = true;
      return;
    }
    const slot: Slot = { abort: new AbortController(), wake: new EventTarget() };
    this.#occupy(id, slot);
    try {
      const { holder } = this.#options;
      const admit = (job: QueuedJob) => this.#admit(job, slot);
      const lease = await this.#store.claim(id, { holder, kinds: this.#kinds, admit });
      if (lease) {
        slot.lease = lease;
        // Not awaited: whoever rang must not wait for the work.
        this.#run(id, slot, lease);
        return;
      }
    } catch (error) {
      if (error instanceof UnreadableJobError) this.#unreadable.add(id);
      log.error("claim failed", { jobId: id, error: describeError(error) });
    }
    this.#vacate(id);
  }

  /** Asks the breaker; a job that it holds back waits in KV, and a sweep follows in time. */
  async #admit(job: QueuedJob, slot: Slot): Promise<boolean> {
    if (this.#isCrowded(job.kind, job.owner)) return false;
    slot.job = job;
    const until = await this.#options.breaker.admit(job);
    if (until > 0) this.#sweepAt(until, job.kind);
    return until === 0;
  }

  /**
   * As many jobs of this kind run as may; the next one is looked for when one of them ends.
   *
   * @param owner given, nor may this one have more than half of them
   */
  #isCrowded(kind: string, owner?: string | null): boolean {
    const limit = this.#maxRunning.get(kind);
    if (limit === undefined) return false;
    const jobs = [...this.#slots.values()].map(({ job }) => job).filter((job) =>
      job?.kind === kind
    );
    if (jobs.length >= limit) return true;
    const own = jobs.filter((job) => job?.owner === owner);
    return owner !== undefined && own.length >= Math.ceil(limit / 2);
  }

  async #sweepAt(epochMs: number, kind: string): Promise<void> {
    if (this.#heldBack.has(kind)) return;
    this.#heldBack.add(kind);
    const { clock } = this.#options;
    await clock.wait(epochMs - clock.now(), this.#stopped.signal);
    this.#heldBack.delete(kind);
    await this.sweep().catch(logSweepError);
  }

  /** A bell for everything that is due. Calls that overlap share one sweep. */
  sweep(): Promise<void> {
    return this.#sweeping ??= this.#sweepUp().finally(() => this.#sweeping = undefined);
  }

  /** Sweeps until all slots are taken or nothing more is due. */
  async #sweepUp(): Promise<void> {
    do await this.#sweepOnce(); while (this.#backlog && !this.#full);
  }

  async #sweepOnce(): Promise<void> {
    this.#backlog = false;
    if (this.stopping) return;
    let claims: Promise<void>[] = [];
    for await (const job of this.#due()) {
      if (this.#hasToWait(job)) continue;
      if (this.#full) {
        // A claim that comes to nothing gives its slot back.
        await Promise.all(claims);
        claims = [];
      }
      if (this.#full) {
        this.#backlog = true;
        break;
      }
      claims.push(this.ring(job.id));
    }
    await Promise.all(claims);
  }

  /** What is due of the kinds that can be worked on here and now, longest due first. */
  async *#due(): AsyncGenerator<DueJob> {
    const lists = this.#kindsToSweep().map((kind) => this.#store.index.due(kind));
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

  /** All kinds but those that a breaker holds back; these too now and then, for jobs whose time is up. */
  #kindsToSweep(): string[] {
    const { breaker, clock } = this.#options;
    const now = clock.now();
    const everything = now - this.#sweptAllAt >= SWEEP_ALL_MS;
    if (everything) this.#sweptAllAt = now;
    return [...this.#kinds].filter((kind) =>
      !this.#isCrowded(kind) && (everything || breaker.openUntil(kind) === 0)
    );
  }

  /** It is known, without a look at its record, that the job cannot be claimed here and now. */
  #hasToWait({ id, kind, deadline }: DueJob): boolean {
    const { breaker, clock } = this.#options;
    // Whoever claims a job whose time is up fails it; that needs no model.
    const heldBack = breaker.openUntil(kind) > 0 && deadline > clock.now();
    return heldBack || this.#unreadable.has(id) || this.#isCrowded(kind);
  }

  async #run(id: string, slot: Slot, lease: Lease): Promise<void> {
    if (this.stopping) slot.abort.abort(new Interruption("stopping"));
    try {
      const dueAgainAt = await runJob(lease, slot, this.#options);
      if (dueAgainAt !== null) this.#ringAt(id, dueAgainAt);
    } catch (error) {
      // The job stays this instance's in KV; `reconcile` or another instance's rescue frees it.
      log.error("run failed", { jobId: id, error: describeError(error) });
    }
    // Identical jobs may have waited for it.
    if (lease.job.dedupeKey !== null && !lease.follows) this.#backlog = true;
    this.#vacate(id);
  }

  /** So that a retry starts when it is due, not when the next sweep happens to come. */
  async #ringAt(id: string, epochMs: number): Promise<void> {
    const { clock } = this.#options;
    await clock.wait(epochMs - clock.now(), this.#stopped.signal);
    await this.ring(id);
  }

  /** A response that a job of this worker waits for may have ended. */
  wake(id: string): void {
    this.#slots.get(id)?.wake.dispatchEvent(new Event("wake"));
  }

  /** Stops to work on a job that is no longer this worker's. */
  drop(id: string): void {
    const slot = this.#slots.get(id);
    if (slot) abandon(slot);
  }

  /**
   * Compares what KV says this instance holds with what it works on: drops jobs that were taken away
   * and gives back jobs that nobody here works on.
   */
  async reconcile(): Promise<void> {
    const { holder } = this.#options;
    const leased = [...this.#slots].filter(([, slot]) => slot.lease);
    const held = await this.#store.index.heldBy(holder);
    const ids = new Set(held.map(({ id }) => id));
    for (const [id, slot] of leased) if (!ids.has(id)) abandon(slot);
    const forgotten = held.filter(({ id }) => !this.#slots.has(id));
    await Promise.all(forgotten.map((job) => this.#store.rescue(job)));
  }

  /** Resolves when no job is under way, and none is being taken up. */
  async idle(): Promise<void> {
    while (this.#slots.size > 0 || this.#sweeping) {
      await (this.#slots.size > 0 ? this.#idle.promise : this.#sweeping?.catch(() => {}));
    }
  }

  /**
   * Claims nothing more, gives the jobs under way `graceMs` to end, and puts the others back, to be
   * taken over by another instance at once.
   *
   * @param hurry ends the grace
   */
  async stop(graceMs: number, hurry?: AbortSignal): Promise<void> {
    this.#stopped.abort();
    const idle = this.idle();
    const hurried = new Promise<void>((resolve) => {
      if (hurry?.aborted) resolve();
      hurry?.addEventListener("abort", () => resolve());
    });
    await waitAtMost(Promise.race([idle, hurried]), { ms: graceMs, clock: this.#options.clock });
    for (const { abort } of this.#slots.values()) abort.abort(new Interruption("stopping"));
    await waitAtMost(idle, { ms: RELEASE_MS, clock: this.#options.clock });
  }

  #occupy(id: string, slot: Slot): void {
    if (this.#slots.size === 0) this.#idle = Promise.withResolvers();
    this.#slots.set(id, slot);
  }

  /** Frees the slot, and takes up what was turned away for want of one. */
  #vacate(id: string): void {
    const kind = this.#slots.get(id)?.job?.kind;
    this.#slots.delete(id);
    if (this.#backlog || (kind !== undefined && this.#maxRunning.has(kind))) {
      this.sweep().catch(logSweepError);
    }
    if (this.#slots.size === 0) this.#idle.resolve();
  }
}

function abandon({ abort }: Slot): void {
  abort.abort(new Interruption("lost"));
}

function logSweepError(error: unknown): void {
  log.error("sweep failed", { error: describeError(error) });
}
