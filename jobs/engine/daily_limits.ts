/**
 * The daily limits of the whole service: how many jobs its callers may create in a UTC day, and how
 * much the jobs of a day may cost. Requests decide from sums in memory, which are read again twice a
 * second. Only close to a limit, with other instances, does each request read them.
 *
 * A job that has not ended counts with the price of a plan of its kind. So does a call of a model
 * whose cost will never be known. The price is the mean of today, else that of yesterday, else an
 * estimate.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import {
  noSums,
  type Spending,
  type SpendingStore,
  type Sums,
} from "../../lib/store/spending_store.ts";

/** A limit of the day is reached. */
export interface DayOver {
  outcome: "day over";
  /** The limit: `DAILY_JOBS` or `DAILY_COST_USD`. */
  limit: "jobs" | "cost";
  /** Until the next day begins, in milliseconds. */
  resetMs: number;
}

/** How long the sums are valid. */
const VALID_MS = 500;

/**
 * If fewer jobs are left and other instances accept jobs, each request waits for new sums. Then only
 * requests at the same moment can exceed the limit.
 */
const CLOSE_JOBS = 100;

/** For how long another instance counts as one that accepts jobs: longer than most pauses. */
const OTHERS_MS = 60_000;

const log = getLogger(["tripwright", "jobs"]);

export interface DailyLimitsOptions {
  spending: Pick<SpendingStore, "read">;
  clock: Clock;
  /** How many jobs the service accepts in a UTC day. Unset: no limit. */
  jobs?: number | undefined;
  /** How much the jobs that end in a UTC day may cost, in US dollars. Unset: no limit. */
  costUsd?: number | undefined;
  /** What a plan of a kind costs in US dollars, as long as no plan tells. Unset: nothing. */
  typicalUsd: (kind: string) => number;
  /** The message in the log when a limit is reached. */
  message?: string | undefined;
}

/** What counts against the limits. */
interface Load {
  jobs: number;
  costUsd: number;
}

/** Refuses jobs after a daily limit is reached. */
export class DailyLimits {
  readonly #options: DailyLimitsOptions;
  #today: Spending = { day: -1, kinds: new Map() };
  #yesterday: Spending = this.#today;
  /** What the sums say, without the jobs that they do not contain yet. */
  #known: Load = { jobs: 0, costUsd: 0 };
  /** Numbers of jobs by kind: being accepted now, and accepted since the last read began. */
  readonly #pending = new Map<string, number>();
  readonly #acceptedSince = new Map<string, number>();
  #readAt = -Infinity;
  /** When a read last found jobs that other instances have accepted since the read before it. */
  #othersAt = -Infinity;
  #reading: Promise<void> | undefined;
  #loggedDay = -1;

  constructor(options: DailyLimitsOptions) {
    this.#options = options;
  }

  /**
   * Calls `accept`, which stores a job of this kind, unless a limit is reached.
   *
   * @returns the value of `accept`, or the refusal
   * @throws the error of `accept`, or that of KV
   */
  async admit<T extends { outcome: string }>(
    kind: string,
    accept: () => Promise<T>,
  ): Promise<T | DayOver> {
    const { jobs, costUsd } = this.#options;
    if (jobs === undefined && costUsd === undefined) return await accept();
    if (this.#mustRead(kind)) await this.#read();
    const limit = this.#reachedLimit;
    if (limit) return this.#refuse(limit);
    addTo(this.#pending, kind, 1);
    try {
      const accepted = await accept();
      if (accepted.outcome === "accepted") addTo(this.#acceptedSince, kind, 1);
      return accepted;
    } finally {
      addTo(this.#pending, kind, -1);
    }
  }

  get #day(): number {
    return Math.floor(this.#options.clock.now() / DAY_MS);
  }

  get #load(): Load {
    const load = { ...this.#known };
    for (const unread of [this.#pending, this.#acceptedSince]) {
      for (const [kind, count] of unread) {
        load.jobs += count;
        load.costUsd += count * this.#priceOf(kind);
      }
    }
    return load;
  }

  /** Returns what a plan of this kind probably costs. */
  #priceOf(kind: string): number {
    for (const { kinds } of [this.#today, this.#yesterday]) {
      const { plans, planCost } = kinds.get(kind) ?? noSums();
      if (plans > 0) return planCost / plans;
    }
    return this.#options.typicalUsd(kind);
  }

  #mustRead(kind: string): boolean {
    const ageMs = this.#options.clock.now() - this.#readAt;
    // A negative age means that the clock was set back.
    if (ageMs >= VALID_MS || ageMs < 0 || this.#today.day !== this.#day) return true;
    const hasOthers = this.#options.clock.now() - this.#othersAt < OTHERS_MS;
    if (!hasOthers || this.#reachedLimit) return false;
    const { jobs = Infinity, costUsd = Infinity } = this.#options;
    const load = this.#load;
    const price = this.#priceOf(kind);
    return jobs - load.jobs <= CLOSE_JOBS ||
      price > 0 && (costUsd - load.costUsd) / price <= CLOSE_JOBS;
  }

  get #reachedLimit(): DayOver["limit"] | null {
    const { jobs = Infinity, costUsd = Infinity } = this.#options;
    const load = this.#load;
    if (load.jobs >= jobs) return "jobs";
    return load.costUsd >= costUsd ? "cost" : null;
  }

  #refuse(limit: DayOver["limit"]): DayOver {
    const { message = "daily limit reached" } = this.#options;
    if (this.#loggedDay !== this.#day) log.warning(message, { limit });
    this.#loggedDay = this.#day;
    return { outcome: "day over", limit, resetMs: DAY_MS - this.#options.clock.now() % DAY_MS };
  }

  /** Reads the sums, or joins a read that runs. */
  #read(): Promise<void> {
    return this.#reading ??= this.#readSums().finally(() => this.#reading = undefined);
  }

  async #readSums(): Promise<void> {
    const before = [...this.#acceptedSince];
    const { today, yesterday } = await this.#options.spending.read();
    const growth = acceptedOn(today) - acceptedOn(this.#today);
    const own = sumOf(this.#acceptedSince) + sumOf(this.#pending);
    const isNext = today.day === this.#today.day;
    if (isNext && growth > own) this.#othersAt = this.#options.clock.now();
    this.#today = today;
    this.#yesterday = yesterday;
    this.#known = this.#knownLoad();
    for (const [kind, count] of before) addTo(this.#acceptedSince, kind, -count);
    this.#readAt = this.#options.clock.now();
  }

  #knownLoad(): Load {
    const load = { jobs: 0, costUsd: 0 };
    const kinds = new Set([...this.#today.kinds.keys(), ...this.#yesterday.kinds.keys()]);
    for (const kind of kinds) {
      const [today, yesterday] = [this.#today, this.#yesterday]
        .map(({ kinds }) => kinds.get(kind) ?? noSums()) as [Sums, Sums];
      load.jobs += today.accepted;
      const open = openJobs(today) + openJobs(yesterday);
      load.costUsd += today.cost + (today.unpriced + open) * this.#priceOf(kind);
    }
    return load;
  }
}

/** The jobs of a day that have not ended. */
function openJobs({ accepted, replayed, closed }: Sums): number {
  // Jobs of the time before the limit was set may have ended since.
  return Math.max(0, accepted + replayed - closed);
}

function acceptedOn({ kinds }: Spending): number {
  return kinds.values().reduce((sum, { accepted }) => sum + accepted, 0);
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return counts.values().reduce((sum, count) => sum + count, 0);
}

function addTo(counts: Map<string, number>, kind: string, count: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + count);
}
