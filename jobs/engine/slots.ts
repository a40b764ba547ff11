/**
 * The slots of an instance: how many jobs run at once, in all, of one kind, and of one owner.
 * @module
 */
import type { QueuedJob } from "../../lib/job/job_record.ts";
import type { Lease } from "../../lib/store/job_commit.ts";

/** A job that this instance works on, or is just claiming. */
export interface Slot {
  /** Aborted with an {@link Interruption} it stops the work. The executor aborts it, too. */
  readonly abort: AbortController;
  /** Its `wake` events say that a response that the job waits for may have ended. */
  readonly wake: EventTarget;
  /** Unset until the job is admitted. */
  job?: QueuedJob;
  /** Unset while the claim is under way. */
  lease?: Lease;
}

export interface SlotsOptions {
  /** How many jobs run at once. */
  concurrency: number;
  kinds: readonly { name: string; maxRunning?: number }[];
  /** A slot has become free, and a job may wait for it. */
  onFree: () => void;
}

/** Of the slots, so many may be taken by kinds that are limited: the plans come first. */
const LIMITED_SHARE = 1 / 4;

/** The slots of one instance. */
export class Slots {
  readonly #concurrency: number;
  readonly #onFree: () => void;
  /** How many jobs of a kind may run at once, where that is less than there are slots. */
  readonly #maxRunning: ReadonlyMap<string, number>;
  readonly #slots = new Map<string, Slot>();
  readonly #closed = new AbortController();
  /** Settles when the last of the jobs under way has ended. */
  #empty = Promise.withResolvers<void>();
  #hasBacklog = false;

  constructor({ concurrency, kinds, onFree }: SlotsOptions) {
    this.#concurrency = concurrency;
    this.#onFree = onFree;
    const share = Math.max(1, Math.floor(concurrency * LIMITED_SHARE));
    this.#maxRunning = new Map(
      kinds.flatMap(({ name, maxRunning }) =>
        maxRunning === undefined ? [] : [[name, Math.min(maxRunning, share)]]
      ),
    );
    this.#empty.resolve();
  }

  /** How many jobs are under way. */
  get size(): number {
    return this.#slots.size;
  }

  get isFull(): boolean {
    return this.#slots.size >= this.#concurrency;
  }

  /** Aborts when the instance takes no more jobs. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Takes no more jobs from now on. */
  close(): void {
    this.#closed.abort();
  }

  /** More is due than fitted: {@link SlotsOptions.onFree} is called when a slot becomes free. */
  get hasBacklog(): boolean {
    return this.#hasBacklog;
  }

  noteBacklog(): void {
    this.#hasBacklog = true;
  }

  forgetBacklog(): void {
    this.#hasBacklog = false;
  }

  /**
   * Whether as many jobs of this kind run as may.
   *
   * @param owner given, also whether this owner has its half of them
   */
  isCrowded(kind: string, owner?: string | null): boolean {
    const limit = this.#maxRunning.get(kind);
    if (limit === undefined) return false;
    const jobs = [...this.#slots.values()].flatMap(({ job }) => job?.kind === kind ? [job] : []);
    if (jobs.length >= limit) return true;
    if (owner === undefined) return false;
    return jobs.filter((job) => job.owner === owner).length >= Math.ceil(limit / 2);
  }

  get(id: string): Slot | undefined {
    return this.#slots.get(id);
  }

  [Symbol.iterator](): Iterator<[id: string, slot: Slot]> {
    return this.#slots.entries();
  }

  /** Takes a slot for a job. */
  occupy(id: string): Slot {
    if (this.#slots.size === 0) this.#empty = Promise.withResolvers();
    const slot: Slot = { abort: new AbortController(), wake: new EventTarget() };
    this.#slots.set(id, slot);
    return slot;
  }

  /** Frees the slot of a job. */
  vacate(id: string): void {
    const kind = this.#slots.get(id)?.job?.kind;
    this.#slots.delete(id);
    if (this.#hasBacklog || (kind !== undefined && this.#maxRunning.has(kind))) this.#onFree();
    if (this.#slots.size === 0) this.#empty.resolve();
  }

  /** Resolves when no job is under way. */
  async untilEmpty(): Promise<void> {
    await this.#empty.promise;
  }
}
