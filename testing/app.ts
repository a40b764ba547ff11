/**
 * The application as `main.ts` creates it, with options for tests.
 * @module
 */
import type { Runtime } from "../jobs/runtime/runtime.ts";
import { createKinds } from "../jobs/registry.ts";
import { secretsOf } from "../lib/api_key.ts";
import { ApiKeys } from "../lib/api_keys.ts";
import { parseConfig } from "../lib/config.ts";
import type { ModelProvider } from "../lib/model/model.ts";
import { sampleModel } from "../lib/model/sample_model.ts";
import { type AppOptions, createApp } from "../routes/app.ts";
import type { AccessOptions } from "../routes/http/caller.ts";
import { openRuntimesOn, type RuntimeOverrides } from "./runtimes.ts";
import { FakeClock } from "./fake_clock.ts";
import type { Kv } from "../lib/platform/kv.ts";

/** The kinds of job that the service has. */
export const kinds = createKinds(parseConfig({}));

/** A wish of each kind, as clients send them. */
export const tokyo = { destination: "Tokyo, Japan", durationDays: 2 };
export const techno = {
  preferences: {
    interests: ["music", "nightlife"],
    musicProfile: "Electronic, House",
    timeframe: "This weekend",
    otherPreferences: "Looking for underground venues",
  },
};

type TestAppOptions =
  & Partial<
    Omit<AppOptions, "clock" | "access" | "health" | "metrics"> & Omit<AccessOptions, "apiKeys">
  >
  & {
    /** The keys of `API_KEYS`. Unset: those of the runtime. */
    apiKeys?: string[];
  };

/** Creates an application without keys and limits, unless the options set them. */
export function testApp(
  { jobs, kinds, health, operator, metrics, ...runtime }: Runtime,
  { clock, ...options }: TestAppOptions & Pick<AppOptions, "clock">,
) {
  const { publicReads = false, trustedProxies = 0, apiKeys: texts, ...rest } = options;
  const apiKeys = texts ? new ApiKeys(texts.map(secretsOf), clock) : runtime.apiKeys;
  const access = { apiKeys, publicReads, trustedProxies };
  return createApp({
    jobs,
    kinds,
    health,
    metrics,
    operator,
    clock,
    access,
    corsOrigins: ["*"],
    allowedHosts: [],
    rateLimiters: {},
    offlineCopies: true,
    maxStreamsPerCaller: 0,
    privateHosts: [],
    ...rest,
  });
}

interface AppSettings extends TestAppOptions {
  kv?: Kv;
  clock?: FakeClock;
  /** How long a sample plan takes, by the fake clock. */
  delayMs?: number;
}

/** Opens the application over an engine on a database in memory, with the sample generator. */
export async function openApp(
  settings: AppSettings = {},
  overrides: RuntimeOverrides = {},
) {
  const { delayMs = 0, clock = new FakeClock(), kv, apiKeys = [], ...options } = settings;
  const model: ModelProvider = (plan, reasoning) =>
    sampleModel({ plan, reasoning, delayMs, clock });
  const database = kv ?? await Deno.openKv(":memory:");
  const keys = { apiKeys: apiKeys.map(secretsOf) };
  const env = openRuntimesOn(database, { kinds, model, ...keys, ...overrides }, clock);
  // A test may give the runtime other keys than the application.
  const own = overrides.apiKeys ? { apiKeys } : {};
  return { ...env, app: testApp(env.a, { clock, ...own, ...options }) };
}
