/**
 * What all jobs of a UTC day cost together, by kind of job. The jobs of an API key with a limit for
 * its cost have sums of their own.
 *
 * | key | value |
 * |---|---|
 * | `["spent", day, shard, kind, what]` | a sum over the whole service: numbers of jobs, or their cost (`Sums`) |
 * | `["spent_by", owner, day, shard, kind, what]` | the same sum over the jobs of an API key |
 *
 * The commits that change jobs add to the sums, so a crash loses nothing, and a repeated commit
 * counts once. A sum needs no read and conflicts with no other write. The shards spread the writes of
 * many instances over several keys. KV gives a sum no expiry, so reads delete those of past days.
 * @module
 */
import { type Clock, DAY_MS } from "../clock.ts";
import { sha256 } from "../hash.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";
import { type AtomicOperation, isKvU64, type Kv, type KvKey } from "../platform/kv.ts";

/** The sums of one kind of job on one UTC day. Costs are in US dollars. */
export interface Sums {
  /** Jobs of callers that were accepted on this day. */
  accepted: number;
  /** Jobs of operators that were created on this day: replays. */
  replayed: number;
  /** Jobs that were created on this day, and have ended since. */
  closed: number;
  /** The known cost of the jobs that ended on this day. */
  cost: number;
  /** How often a model was called on this day, and no later report of its cost can arrive. */
  unpriced: number;
  /** Plans that were finished on this day, and whose cost is known completely. */
  plans: number;
  /** What these plans cost. */
  planCost: number;
}

/** The sums of one UTC day. */
export interface Spending {
  /** The number of the day since the Unix epoch. */
  day: number;
  /** By the name of the kind. */
  kinds: ReadonlyMap<string, Sums>;
}

/** What an ended job cost. */
export interface Bill {
  /** The known part, in US dollars. */
  costUsd: number;
  /** Whether a model was called whose cost is not known. */
  isUnpriced: boolean;
  /** Whether this is the price of one whole plan. */
  isPlanPrice: boolean;
}

/** The members of a job that the sums need. */
interface CountedJob {
  kind: string;
  createdAt: number;
  owner: string | null;
}

export interface SpendingOptions {
  clock: Clock;
  /** The id of this instance. */
  holder: string;
  /** The names of the kinds that count. */
  kinds: readonly string[];
  /** Whether the service has a daily limit. Otherwise its sums would cost writes and are not read. */
  isLimited: boolean;
  /** Returns whether an owner has a daily limit for the cost of its jobs. */
  isCostLimited: (owner: string | null) => boolean;
}

/** Whole units of a cost, because sums are of integers: the cheapest answer costs many of them. */
const UNITS_PER_USD = 1_000_000_000;

/** One read of KV returns all sums of several days. */
const SHARDS = 8;

const SUM_NAMES: ReadonlySet<string> = new Set<keyof Sums>(
  ["accepted", "replayed", "closed", "cost", "unpriced", "plans", "planCost"],
);

/** The daily sums in one KV database. */
export class SpendingStore {
  readonly #kv: Kv;
  readonly #options: SpendingOptions;
  readonly #shard: number;
  readonly #kinds: ReadonlySet<string>;

  constructor(kv: Kv, options: SpendingOptions) {
    this.#kv = kv;
    this.#options = options;
    this.#shard = Number(`0x${sha256(options.holder).slice(0, 8)}`) % SHARDS;
    this.#kinds = new Set(options.kinds);
  }

  /** Returns whether a job adds to any sum. */
  counts({ kind, owner }: Pick<CountedJob, "kind" | "owner">): boolean {
    const { isLimited, isCostLimited } = this.#options;
    return this.#kinds.has(kind) && (isLimited || isCostLimited(owner));
  }

  /** Adds an accepted job to a transaction. */
  addAccepted(commit: AtomicOperation, job: CountedJob): void {
    this.#add(commit, { job, day: dayOf(job.createdAt) }, { accepted: 1 });
  }

  /** Adds a replay to a transaction. */
  addReplayed(commit: AtomicOperation, job: CountedJob): void {
    this.#add(commit, { job, day: dayOf(job.createdAt) }, { replayed: 1 });
  }

  /** Adds a model call whose cost will never be known to a transaction. */
  addUnpriced(commit: AtomicOperation, job: CountedJob): void {
    this.#add(commit, { job, day: this.#day }, { unpriced: 1 });
  }

  /** Adds an ended job to a transaction. */
  addEnded(commit: AtomicOperation, job: CountedJob, bill: Bill): void {
    const { costUsd, isUnpriced, isPlanPrice } = bill;
    this.#add(commit, { job, day: dayOf(job.createdAt) }, { closed: 1 });
    const plan = isPlanPrice ? { plans: 1, planCost: costUsd } : {};
    const sums = { cost: costUsd, unpriced: isUnpriced ? 1 : 0, ...plan };
    this.#add(commit, { job, day: this.#day }, sums);
  }

  /**
   * Reads the sums of today and of yesterday, and deletes older ones.
   *
   * @param owner the API key whose sums are read. Unset: those of the whole service
   */
  async read(owner?: string): Promise<{ today: Spending; yesterday: Spending }> {
    const day = this.#day;
    const prefix = prefixOf(owner);
    const sums = new Map([[day, new Map<string, Sums>()], [day - 1, new Map<string, Sums>()]]);
    const past: KvKey[] = [];
    const options = { batchSize: LARGEST_BATCH };
    for await (const { key, value } of this.#kv.list({ prefix }, options)) {
      const [itsDay, , kind, what] = key.slice(prefix.length);
      const kinds = sums.get(Number(itsDay));
      if (kinds) addTo(kinds, { kind: String(kind), what: String(what), value });
      else if (Number(itsDay) < day) past.push(key);
    }
    for (const key of past) await this.#kv.atomic().delete(key).commit();
    const spendingOn = (day: number) => ({ day, kinds: sums.get(day)! });
    return { today: spendingOn(day), yesterday: spendingOn(day - 1) };
  }

  #add(
    commit: AtomicOperation,
    { job: { kind, owner }, day }: { job: CountedJob; day: number },
    sums: Partial<Sums>,
  ): void {
    if (!this.#kinds.has(kind)) return;
    const { isLimited, isCostLimited } = this.#options;
    const shard = this.#shard;
    for (const [what, amount] of Object.entries(sums)) {
      const units = isCost(what) ? Math.ceil(amount * UNITS_PER_USD) : amount;
      if (units <= 0) continue;
      if (isLimited) commit.sum(["spent", day, shard, kind, what], BigInt(units));
      if (owner === null || !isCostLimited(owner)) continue;
      commit.sum(["spent_by", owner, day, shard, kind, what], BigInt(units));
    }
  }

  get #day(): number {
    return dayOf(this.#options.clock.now());
  }
}

function prefixOf(owner?: string): KvKey {
  return owner === undefined ? ["spent"] : ["spent_by", owner];
}

/** Returns the sums of a kind without jobs. */
export function noSums(): Sums {
  return { accepted: 0, replayed: 0, closed: 0, cost: 0, unpriced: 0, plans: 0, planCost: 0 };
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

function isCost(what: string): boolean {
  return what === "cost" || what === "planCost";
}

function addTo(
  kinds: Map<string, Sums>,
  { kind, what, value }: { kind: string; what: string; value: unknown },
): void {
  if (!isKvU64(value) || !SUM_NAMES.has(what)) return;
  const sums = kinds.get(kind) ?? noSums();
  const amount = Number(value.value);
  sums[what as keyof Sums] += isCost(what) ? amount / UNITS_PER_USD : amount;
  kinds.set(kind, sums);
}
