/**
 * The stager of an instance: finds the jobs that are due, and hands them to the worker as long as
 * there are free slots.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { DueJob, JobIndex } from "../../lib/store/job_index.ts";
import type { Slots } from "./slots.ts";
import type { UnreadableJobs } from "./unreadable_jobs.ts";

export interface StagerOptions {
  /** The names of the kinds of job that are looked for. */
  kinds: ReadonlySet<string>;
  index: JobIndex;
  slots: Slots;
  breaker: Breaker;
  unreadable: UnreadableJobs;
  clock: Clock;
  /** Claims a job. Never rejects. */
  claim: (id: string) => Promise<void>;
}

/** How often jobs that a breaker holds back are looked through for those whose deadline has passed. */
const SWEEP_ALL_MS = 60_000;

const log = getLogger(["tripwright", "stager"]);

export class Stager {
  readonly #options: StagerOptions;
  readonly #faults: FaultLog;
  #sweeping: Promise<void> | undefined;
  #sweptAllAt = -Infinity;
  /** The kinds of job that a breaker holds back, for which a sweep is set. */
  readonly #heldBack = new Set<string>();

  constructor(options: StagerOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** The sweep under way. */
  get sweeping(): Promise<void> | undefined {
    return this.#sweeping;
  }

  /**
   * Hands over what is due, until all slots are taken or nothing more is due. Calls that overlap share
   * one sweep.
   */
  sweep(): Promise<void> {
    return this.#sweeping ??= this.#sweepUp().finally(() => this.#sweeping = undefined);
  }

  /** The same; never rejects. */
  async trySweep(): Promise<void> {
    await this.sweep().catch((error) => this.#faults.report("sweep failed", error));
  }

  /** Sweeps when a breaker may let jobs of this kind through again. Never rejects. */
  async sweepAt(kind: string, epochMs: number): Promise<void> {
    if (this.#heldBack.has(kind)) return;
    this.#heldBack.add(kind);
    const { clock, slots } = this.#options;
    await clock.wait(epochMs - clock.now(), slots.closed);
    this.#heldBack.delete(kind);
    await this.trySweep();
  }

  async #sweepUp(): Promise<void> {
    const { slots } = this.#options;
    do await this.#sweepOnce(); while (slots.hasBacklog && !slots.isFull);
  }

  async #sweepOnce(): Promise<void> {
    const { slots, claim } = this.#options;
    slots.forgetBacklog();
    if (slots.closed.aborted) return;
    let claims: Promise<void>[] = [];
    for await (const job of this.#due()) {
      if (this.#hasToWait(job)) continue;
      if (slots.isFull) {
        // A claim that comes to nothing gives its slot back.
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

  /** What is due of the kinds that can be worked on here and now, longest due first. */
  async *#due(): AsyncGenerator<DueJob> {
    const lists = this.#kindsToSweep().map((kind) => this.#options.index.due(kind));
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

  /** All kinds but those that a breaker holds back. These are swept once a minute, for overdue jobs. */
  #kindsToSweep(): string[] {
    const { kinds, slots, breaker, clock } = this.#options;
    const now = clock.now();
    const everything = now - this.#sweptAllAt >= SWEEP_ALL_MS;
    if (everything) this.#sweptAllAt = now;
    return [...kinds].filter((kind) =>
      !slots.isCrowded(kind) && (everything || breaker.openUntil(kind) === 0)
    );
  }

  /** It is known, without a look at its record, that the job cannot be claimed here and now. */
  #hasToWait({ id, kind, deadline }: DueJob): boolean {
    const { slots, breaker, unreadable, clock } = this.#options;
    // An overdue job is failed by its claim, which needs no model.
    const isHeldBack = breaker.openUntil(kind) > 0 && deadline > clock.now();
    return isHeldBack || unreadable.has(id) || slots.isCrowded(kind);
  }
}
