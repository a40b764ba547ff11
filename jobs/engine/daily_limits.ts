/**
 * The daily limits of the whole service: how many jobs its callers may create in a UTC day, and how
 * much the jobs of a day may cost. Requests decide from sums in memory, which are read again twice a
 * second. Only close to a limit, with other instances, does each request read them.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import type { WaitingCount } from "../../lib/store/waiting_count.ts";
import { noSpending, type Spending, type SpendingStore } from "../../lib/store/spending_store.ts";

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
 * With fewer jobs left, requests wait for new sums if other instances accept jobs, too. So too many
 * jobs are accepted only by requests at the same moment.
 */
const CLOSE_JOBS = 100;

const log = getLogger(["tripwright", "jobs"]);

export interface DailyLimitsOptions {
  spending: SpendingStore;
  /** The jobs that wait, which will cost money, too, and the other instances that accept jobs. */
  waiting: Pick<WaitingCount, "total" | "others">;
  clock: Clock;
  /** How many jobs the service accepts in a UTC day. Unset: no limit. */
  jobs?: number | undefined;
  /** How much the jobs that end in a UTC day may cost, in US dollars. Unset: no limit. */
  costUsd?: number | undefined;
}

/** Refuses jobs after a daily limit is reached. */
export class DailyLimits {
  readonly #options: DailyLimitsOptions;
  #today: Spending = noSpending(-1);
  #meanCostUsd = 0;
  #readAt = -Infinity;
  /** Numbers of jobs: being accepted now, and accepted since the last read began. */
  #pending = 0;
  #acceptedSince = 0;
  #reading: Promise<void> | undefined;
  #loggedDay = -1;

  constructor(options: DailyLimitsOptions) {
    this.#options = options;
  }

  /**
   * Calls `accept`, which stores a job, unless a limit is reached.
   *
   * @returns the value of `accept`, or the refusal
   * @throws the error of `accept`, or that of KV
   */
  async admit<T extends { outcome: string }>(accept: () => Promise<T>): Promise<T | DayOver> {
    const { jobs, costUsd } = this.#options;
    if (jobs === undefined && costUsd === undefined) return await accept();
    if (this.#mustRead()) await this.#read();
    const limit = this.#reachedLimit;
    if (limit) return this.#refuse(limit);
    this.#pending++;
    try {
      const accepted = await accept();
      if (accepted.outcome === "accepted") this.#acceptedSince++;
      return accepted;
    } finally {
      this.#pending--;
    }
  }

  get #day(): number {
    return Math.floor(this.#options.clock.now() / DAY_MS);
  }

  get #left(): number {
    const { jobs = Infinity } = this.#options;
    return jobs - this.#today.accepted - this.#acceptedSince - this.#pending;
  }

  #mustRead(): boolean {
    const ageMs = this.#options.clock.now() - this.#readAt;
    // A negative age means that the clock was set back.
    if (ageMs >= VALID_MS || ageMs < 0 || this.#today.day !== this.#day) return true;
    const { jobs, waiting } = this.#options;
    const isClose = jobs !== undefined && this.#left > 0 && this.#left <= CLOSE_JOBS;
    return isClose && waiting.others > 0;
  }

  get #reachedLimit(): DayOver["limit"] | null {
    const { costUsd = Infinity, waiting } = this.#options;
    if (this.#left <= 0) return "jobs";
    return this.#today.costUsd + waiting.total * this.#meanCostUsd >= costUsd ? "cost" : null;
  }

  #refuse(limit: DayOver["limit"]): DayOver {
    if (this.#loggedDay !== this.#day) log.warning("daily limit reached", { limit });
    this.#loggedDay = this.#day;
    return { outcome: "day over", limit, resetMs: DAY_MS - this.#options.clock.now() % DAY_MS };
  }

  /** Reads the sums, or joins a read that runs. */
  #read(): Promise<void> {
    return this.#reading ??= this.#readSums().finally(() => this.#reading = undefined);
  }

  async #readSums(): Promise<void> {
    const before = this.#acceptedSince;
    const { today, yesterday } = await this.#options.spending.read();
    this.#today = today;
    // On a new day, yesterday tells what a job costs.
    const known = today.ended > 0 ? today : yesterday;
    this.#meanCostUsd = known.ended > 0 ? known.costUsd / known.ended : 0;
    this.#acceptedSince -= before;
    this.#readAt = this.#options.clock.now();
  }
}
