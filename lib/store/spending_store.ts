/**
 * What all jobs of a UTC day cost together: how many were created and have ended, and their price.
 *
 * | key | value |
 * |---|---|
 * | `["spent", day, shard, what]` | a sum over the whole service: accepted jobs, ended jobs, or their cost |
 *
 * The commits that accept and end jobs add to the sums, so a crash loses nothing, and a repeated
 * commit counts once. A sum needs no read and conflicts with no other write. The shards spread the
 * writes of many instances over several keys. KV gives a sum no expiry, so reads delete those of past
 * days.
 * @module
 */
import { type Clock, DAY_MS } from "../clock.ts";
import { sha256 } from "../hash.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";

/** The sums of one UTC day. */
export interface Spending {
  /** The number of the day since the Unix epoch. */
  day: number;
  accepted: number;
  ended: number;
  /** In US dollars. */
  costUsd: number;
}

/** Whole units of a cost, because sums are of integers: the cheapest answer costs many of them. */
const UNITS_PER_USD = 1_000_000_000;

/** One read of KV returns all sums of several days. */
const SHARDS = 16;

type Sum = "accepted" | "ended" | "cost";

/** The daily sums in one KV database. */
export class SpendingStore {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  readonly #shard: number;

  /** @param options `holder`: the id of this instance */
  constructor(kv: Deno.Kv, { clock, holder }: { clock: Clock; holder: string }) {
    this.#kv = kv;
    this.#clock = clock;
    this.#shard = Number(`0x${sha256(holder).slice(0, 8)}`) % SHARDS;
  }

  /** Adds an accepted job to a transaction. */
  addAccepted(commit: Deno.AtomicOperation): void {
    this.#add(commit, "accepted", 1n);
  }

  /** Adds an ended job to a transaction. */
  addEnded(commit: Deno.AtomicOperation, costUsd: number): void {
    this.#add(commit, "ended", 1n);
    const units = BigInt(Math.ceil(costUsd * UNITS_PER_USD));
    if (units > 0n) this.#add(commit, "cost", units);
  }

  /** Reads the sums of today and of yesterday, and deletes older ones. */
  async read(): Promise<{ today: Spending; yesterday: Spending }> {
    const day = this.#day;
    const [today, yesterday] = [noSpending(day), noSpending(day - 1)];
    const past: Deno.KvKey[] = [];
    const options = { batchSize: LARGEST_BATCH };
    for await (const { key, value } of this.#kv.list({ prefix: ["spent"] }, options)) {
      const spending = [today, yesterday].find(({ day }) => day === key[1]);
      if (spending) addTo(spending, key[3] as Sum, value);
      else if (Number(key[1]) < day) past.push(key);
    }
    for (const key of past) await this.#kv.atomic().delete(key).commit();
    return { today, yesterday };
  }

  #add(commit: Deno.AtomicOperation, what: Sum, amount: bigint): void {
    const [day, shard] = [this.#day, this.#shard];
    commit.sum(["spent", day, shard, what], amount);
  }

  get #day(): number {
    return Math.floor(this.#clock.now() / DAY_MS);
  }
}

/** Returns the sums of a day without jobs. */
export function noSpending(day: number): Spending {
  return { day, accepted: 0, ended: 0, costUsd: 0 };
}

function addTo(spending: Spending, sum: Sum, value: unknown): void {
  if (!(value instanceof Deno.KvU64)) return;
  const amount = Number(value.value);
  if (sum === "cost") spending.costUsd += amount / UNITS_PER_USD;
  else if (sum === "accepted" || sum === "ended") spending[sum] += amount;
}
