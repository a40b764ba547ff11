/**
 * The parts of an instance that know API keys: the keys in memory, their store, and their limits.
 * @module
 */
import { ApiKeys } from "../lib/api_keys.ts";
import type { Clock } from "../lib/clock.ts";
import type { Config } from "../lib/config.ts";
import { ApiKeyStore } from "../lib/store/api_key_store.ts";
import type { InstanceStore } from "../lib/store/instance_store.ts";
import { SpendingStore } from "../lib/store/spending_store.ts";
import { KeyCosts } from "./engine/key_costs.ts";
import { KeyRefresh } from "./engine/key_refresh.ts";

interface KeyPartOptions {
  kv: Deno.Kv;
  clock: Clock;
  /** The id of this instance. */
  holder: string;
  instances: InstanceStore;
  /** The names of the kinds of job that callers create. */
  names: readonly string[];
  /** Returns what a plan of a kind costs in US dollars, as an estimate. */
  typicalUsd: (kind: string) => number;
}

/** Creates the parts, and the sums that their limits and those of the service need. */
export function createKeyParts(
  { apiKeys: configured, daily }: Config,
  { kv, clock, holder, instances, names, typicalUsd }: KeyPartOptions,
) {
  const apiKeys = new ApiKeys(configured, clock);
  const keyStore = new ApiKeyStore(kv, { clock, ring: (commit) => instances.addRing(commit) });
  const spending = new SpendingStore(kv, {
    clock,
    holder,
    kinds: names,
    isLimited: daily.jobs !== undefined || daily.costUsd !== undefined,
    isCostLimited: (owner) => apiKeys.isCostLimited(owner),
  });
  const keyCosts = new KeyCosts({ apiKeys, spending, clock, typicalUsd });
  const onDay = () => keyCosts.deletePast();
  const keys = new KeyRefresh({ apiKeys, store: keyStore, clock, onDay });
  return { apiKeys, keyStore, spending, keyCosts, keys };
}
