/**
 * Reads the states that the metrics report of jobs, breakers, instances and storage.
 *
 * A reading costs a bounded number of KV reads, and is valid for some seconds. So several scrapers
 * cost no more than one.
 * @module
 */
import { type Clock, withDeadline } from "../../lib/clock.ts";
import type { Metrics } from "../../lib/metrics/metrics.ts";
import type { JobCounts } from "../../lib/store/instance_store.ts";
import type { JobIndex } from "../../lib/store/job_index.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import type { Admission } from "./admission.ts";
import type { Health, KindHealth } from "./health.ts";
import type { Slots } from "./slots.ts";

/** Prometheus usually scrapes every 15 s or more, and two scrapers then share a reading. */
const VALID_MS = 5_000;

/** A reading that takes longer has failed. The SDK waits for 5 s. */
const READ_MS = 3_000;

/** How many of the next jobs are searched for the oldest one. */
const COMPARED_JOBS = 100;

/** How many expired jobs are counted at most: their records take some megabytes. */
const MAX_EXPIRED = 1_000;

const SECOND_MS = 1_000;

/** The values of `tripwright.breaker.state`. */
const BREAKER_STATES = { closed: 0, half_open: 1, open: 2 } as const satisfies Record<
  KindHealth["breaker"],
  number
>;

export interface JobGaugesOptions {
  /** The names of the kinds that callers create. */
  kinds: readonly string[];
  /** The names of all kinds. */
  allKinds: readonly string[];
  index: JobIndex;
  admission: Admission;
  health: Health;
  slots: Slots;
  storage: StorageSpace;
  clock: Clock;
  jobTtlMs: number;
}

/** What one reading of KV has found. */
interface Stored {
  waiting: JobCounts;
  /** When the oldest waiting job of each kind was created, in epoch milliseconds. */
  oldest: ReadonlyMap<string, number | null>;
  expired: number;
  breakers: KindHealth[] | null;
  instances: number | null;
}

/** The gauges of one instance. */
export class JobGauges {
  readonly #options: JobGaugesOptions;
  #reading: Promise<Stored> | undefined;
  #readAt = -Infinity;

  constructor(options: JobGaugesOptions) {
    this.#options = options;
  }

  /** Sets how the metrics read the gauges. */
  register(metrics: Metrics): void {
    this.#registerJobs(metrics);
    this.#registerStorage(metrics);
    metrics.observe("tripwright.breaker.state", async () => {
      const { breakers } = await this.#read();
      return (breakers ?? []).map(({ kind, breaker, holdsBack }) => ({
        // A breaker for one source, request or job stops no other jobs.
        value: holdsBack === "all" ? BREAKER_STATES[breaker] : BREAKER_STATES.closed,
        attributes: { kind },
      }));
    });
    metrics.observe("tripwright.instances", async () => single((await this.#read()).instances));
  }

  #registerJobs(metrics: Metrics): void {
    const { kinds, allKinds, slots, clock } = this.#options;
    metrics.observe("tripwright.jobs.running", () => {
      const counts = slots.countByKind();
      return allKinds.map((kind) => ({ value: counts.get(kind) ?? 0, attributes: { kind } }));
    });
    metrics.observe("tripwright.jobs.waiting", async () => {
      const { waiting } = await this.#read();
      return kinds.map((kind) => ({ value: waiting[kind] ?? 0, attributes: { kind } }));
    });
    metrics.observe("tripwright.jobs.waiting.age", async () => {
      const { oldest } = await this.#read();
      return kinds.map((kind) => {
        const ageMs = clock.now() - (oldest.get(kind) ?? Infinity);
        return { value: Math.max(0, ageMs) / SECOND_MS, attributes: { kind } };
      });
    });
  }

  #registerStorage(metrics: Metrics): void {
    const { storage } = this.#options;
    metrics.observe("tripwright.storage.size", () => single(storage.report.sizeBytes));
    metrics.observe("tripwright.storage.free", () => {
      const { freeBytes, reusableBytes } = storage.report;
      return single(freeBytes === null ? null : freeBytes + (reusableBytes ?? 0));
    });
    metrics.observe("tripwright.storage.low_mark", () => single(storage.report.lowBelowBytes));
    metrics.observe("tripwright.storage.expired", async () => single((await this.#read()).expired));
  }

  /** Reads KV, unless the last reading is recent. A failed one is repeated at once. */
  #read(): Promise<Stored> {
    const { clock } = this.#options;
    const ageMs = clock.now() - this.#readAt;
    // The age is negative if the clock was set back.
    if (this.#reading && ageMs >= 0 && ageMs < VALID_MS) return this.#reading;
    this.#readAt = clock.now();
    this.#reading = withDeadline(() => this.#readStored(), { ms: READ_MS, clock });
    this.#reading.catch(() => this.#readAt = -Infinity);
    return this.#reading;
  }

  async #readStored(): Promise<Stored> {
    const { kinds, index, admission, health, clock, jobTtlMs } = this.#options;
    const [waiting, oldest, expired, report] = await Promise.all([
      admission.waitingJobs(),
      Promise.all(
        kinds.map(async (kind) => [kind, await index.oldestDue(kind, COMPARED_JOBS)] as const),
      ),
      index.countCreatedBefore(clock.now() - jobTtlMs, MAX_EXPIRED),
      health.read(),
    ]);
    return {
      waiting,
      oldest: new Map(oldest),
      expired,
      breakers: report.kinds,
      instances: report.instances?.filter(({ isAlive }) => isAlive).length ?? null,
    };
  }
}

/** Returns the only value of a gauge, or none if it is not known. */
function single(value: number | null): { value: number; attributes: Record<never, never> }[] {
  return value === null ? [] : [{ value, attributes: {} }];
}
