/**
 * The parts of an instance that know API keys: the keys in memory, their store, and their limits.
 * @module
 */
import { ApiKeys } from "../../lib/api_keys.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Config } from "../../lib/config.ts";
import { ApiKeyStore } from "../../lib/store/api_key_store.ts";
import type { InstanceStore } from "../../lib/store/instance_store.ts";
import { SpendingStore } from "../../lib/store/spending_store.ts";
import { KeyCosts } from "../engine/key_costs.ts";
import { KeyRefresh } from "../engine/key_refresh.ts";
import type { PublicKind } from "../kind.ts";
import { typicalCosts } from "./typical_costs.ts";
import type { Kv } from "../../lib/platform/kv.ts";

interface KeyPartOptions {
  kv: Kv;
  clock: Clock;
  /** The id of this instance. */
  holder: string;
  instances: InstanceStore;
  /** The kinds of job that callers create. */
  kinds: readonly PublicKind[];
}

/** Creates the parts, and the sums that their limits and those of the service need. */
export function createKeyParts(
  config: Config,
  { kv, clock, holder, instances, kinds }: KeyPartOptions,
) {
  const { daily } = config;
  const apiKeys = new ApiKeys(config.apiKeys, clock);
  const keyStore = new ApiKeyStore(kv, { clock, ring: (commit) => instances.addRing(commit) });
  const spending = new SpendingStore(kv, {
    clock,
    holder,
    kinds: kinds.map(({ name }) => name),
    isLimited: daily.jobs !== undefined || daily.costUsd !== undefined,
    isCostLimited: (owner) => apiKeys.isCostLimited(owner),
  });
  const typicalUsd = typicalCosts(config, kinds);
  const keyCosts = new KeyCosts({ apiKeys, spending, clock, typicalUsd });
  const onDay = () => keyCosts.deletePast();
  const keys = new KeyRefresh({ apiKeys, store: keyStore, clock, onDay });
  return { apiKeys, keyStore, spending, keyCosts, keys };
}
