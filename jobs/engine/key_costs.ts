/**
 * The daily cost of the API keys that have a limit for it. Each such key has sums of its own, and
 * the rules of {@link DailyLimits} apply to them.
 * @module
 */
import type { ApiKeys } from "../../lib/api_keys.ts";
import type { Caller } from "../../lib/caller.ts";
import type { Clock } from "../../lib/clock.ts";
import type { SpendingStore } from "../../lib/store/spending_store.ts";
import { DailyLimits, type DayOver } from "./daily_limits.ts";

/** The jobs of a key have used up its daily cost. */
export interface CostSpent {
  outcome: "cost spent";
  /** The limit of the key, in US dollars. */
  limitUsd: number;
  /** Until the next day begins, in milliseconds. */
  resetMs: number;
}

export interface KeyCostsOptions {
  apiKeys: Pick<ApiKeys, "costLimited">;
  spending: Pick<SpendingStore, "read">;
  clock: Clock;
  /** What a plan of a kind costs in US dollars, as long as no plan tells. Unset: nothing. */
  typicalUsd: (kind: string) => number;
}

/** Refuses jobs of keys whose daily cost is reached. */
export class KeyCosts {
  readonly #options: KeyCostsOptions;
  readonly #limits = new Map<string, DailyLimits>();

  constructor(options: KeyCostsOptions) {
    this.#options = options;
  }

  /**
   * Calls `accept`, which stores a job of this kind, unless the caller's daily cost is reached.
   *
   * @returns the value of `accept`, or the refusal
   * @throws the error of `accept`, or that of KV
   */
  async admit<T extends { outcome: string }>(
    { caller: { owner, rights }, kind }: { caller: Caller; kind: string },
    accept: () => Promise<T>,
  ): Promise<T | CostSpent> {
    const limitUsd = rights?.dailyCostUsd ?? null;
    if (limitUsd === null || owner === null) return await accept();
    const admitted = await this.#limitsOf(owner, limitUsd).admit(kind, accept);
    if (!isDayOver(admitted)) return admitted;
    return { outcome: "cost spent", limitUsd, resetMs: admitted.resetMs };
  }

  /** Deletes the sums of past days, and forgets the keys that are gone. */
  async deletePast(): Promise<void> {
    const { apiKeys, spending } = this.#options;
    const owners = new Set(apiKeys.costLimited);
    for (const owner of this.#limits.keys()) if (!owners.has(owner)) this.#limits.delete(owner);
    for (const owner of owners) await spending.read(owner);
  }

  #limitsOf(owner: string, costUsd: number): DailyLimits {
    const known = this.#limits.get(owner);
    if (known) return known;
    const { spending, clock, typicalUsd } = this.#options;
    const read = () => spending.read(owner);
    const message = "daily cost of a key reached";
    const limits = new DailyLimits({ spending: { read }, clock, costUsd, typicalUsd, message });
    this.#limits.set(owner, limits);
    return limits;
  }
}

function isDayOver(admitted: { outcome: string }): admitted is DayOver {
  return admitted.outcome === "day over";
}
