/**
 * An engine as `main.ts` puts it together, for measurements in process.
 */
import { Engine, type EngineOptions } from "../jobs/engine/engine.ts";
import { createKinds } from "../jobs/registry.ts";
import { systemClock } from "../lib/clock.ts";
import { type Config, parseConfig } from "../lib/config.ts";
import { createModelProvider } from "../jobs/model_provider.ts";

/** Creates an engine on this database; without a configuration, with the sample generator. */
export function createEngine(
  kv: Deno.Kv,
  overrides: Partial<EngineOptions> & { config?: Config } = {},
): Engine {
  const { config = parseConfig({ MAX_QUEUED_JOBS: "1000000" }), ...options } = overrides;
  return new Engine({
    ...config,
    kv,
    kinds: createKinds(config),
    model: createModelProvider(config, systemClock),
    clock: systemClock,
    random: Math.random,
    ...options,
  });
}
