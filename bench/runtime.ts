/**
 * The runtime of `main.ts`, for measurements inside this process.
 */
import type { RuntimeOptions } from "../jobs/runtime/options.ts";
import { createRuntime, type Runtime } from "../jobs/runtime/runtime.ts";
import { systemClock } from "../lib/clock.ts";
import { type Config, parseConfig } from "../lib/config.ts";
import type { Kv } from "../lib/platform/kv.ts";

/** Practically no limit of waiting jobs, and the sample generator. */
const defaults = parseConfig({ MAX_QUEUED_JOBS: "1000000" });

/** Creates a runtime on this database. */
export function openBenchRuntime(
  kv: Kv,
  { config = {}, model }: { config?: Partial<Config> } & Pick<RuntimeOptions, "model"> = {},
): Runtime {
  return createRuntime({ ...defaults, ...config }, {
    kv,
    clock: systemClock,
    random: Math.random,
    model,
  });
}
