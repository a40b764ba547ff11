/**
 * The slots of an instance limit how many jobs run at once: in all, of one kind, and of one owner.
 * @module
 */
import type { QueuedJob } from "../../lib/job/job_record.ts";
import type { Lease } from "../../lib/store/job_commit.ts";

/** A job that this instance works on or claims. */
export interface Slot {
  /** Stops the work when aborted with an {@link Interruption}. The executor aborts it too. */
  readonly abort: AbortController;
  /** Dispatches `wake` when a response that the job waits for may have ended. */
  readonly wake: EventTarget;
  /** Unset until the job is admitted. */
  job?: QueuedJob;
  /** Unset during the claim. */
  lease?: Lease;
}

export interface SlotsOptions {
  /** How many jobs run at once. */
  concurrency: number;
  kinds: readonly { name: string; maxRunning?: number }[];
  /** Called when a slot becomes free and a job may wait for it. */
  onFree: () => void;
}

/** The share of the slots that each limited kind may use at most. Plans must get the rest. */
const LIMITED_SHARE = 1 / 4;

/** The slots of one instance. */
export class Slots {
  readonly #concurrency: number;
  readonly #onFree: () => void;
  /** How many jobs of each limited kind may run at once. */
  readonly #maxRunning: ReadonlyMap<string, number>;
  readonly #slots = new Map<string, Slot>();
  readonly #closed = new AbortController();
  /** Settles when the last job has left its slot. */
  #empty = Promise.withResolvers<void>();
  #hasBacklog = false;
  #worked = 0;

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

  /** The number of occupied slots. */
  get size(): number {
    return this.#slots.size;
  }

  /** The number of free slots. */
  get free(): number {
    return this.#concurrency - this.#slots.size;
  }

  /** How many jobs this instance has stopped working on since its start. */
  get worked(): number {
    return this.#worked;
  }

  /** Returns how many jobs of each kind have a slot. */
  countByKind(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { job, lease } of this.#slots.values()) {
      const kind = (lease?.job ?? job)?.kind;
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts;
  }

  get isFull(): boolean {
    return this.free <= 0;
  }

  /** Aborts when the instance claims no more jobs. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Ends the claiming of jobs. */
  close(): void {
    this.#closed.abort();
  }

  /** Whether due jobs wait for a slot. If so, a free slot calls {@link SlotsOptions.onFree}. */
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
   * Returns whether the limit of this kind is reached.
   *
   * @param owner if set, also checks the limit of this owner: half of the kind's limit
   */
  isAtLimit(kind: string, owner?: string | null): boolean {
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

  /** Occupies a slot for a job. */
  occupy(id: string): Slot {
    if (this.#slots.size === 0) this.#empty = Promise.withResolvers();
    const slot: Slot = { abort: new AbortController(), wake: new EventTarget() };
    this.#slots.set(id, slot);
    return slot;
  }

  /** Frees the slot of a job. */
  vacate(id: string): void {
    const slot = this.#slots.get(id);
    const kind = slot?.job?.kind;
    if (slot?.lease) this.#worked++;
    this.#slots.delete(id);
    if (this.#hasBacklog || (kind !== undefined && this.#maxRunning.has(kind))) this.#onFree();
    if (this.#slots.size === 0) this.#empty.resolve();
  }

  /** Resolves when all slots are free. */
  async untilEmpty(): Promise<void> {
    await this.#empty.promise;
  }
}
