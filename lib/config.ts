/**
 * The configuration, read once from the environment. After a bad value the service does not start;
 * it prints one line that names the variable. An empty value counts as unset, but for
 * {@link EMPTY_VALUES}.
 * @module
 */
import type { z } from "zod";
import { thresholdsOf } from "./alert_thresholds.ts";
import { secretsOf } from "./api_key.ts";
import { describeError } from "./log.ts";
import { isKvUrl } from "./kv_path.ts";
import { variableNames, Variables } from "./variables.ts";
import { platform } from "./platform/platform.ts";

/** The service cannot start with this environment. The message is one line and holds no secret. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Their values must never appear in a message. */
const SECRETS = new Set([
  "OPENAI_API_KEY",
  "OPENAI_WEBHOOK_SECRET",
  "TICKETMASTER_API_KEY",
  "API_KEYS",
  "ADMIN_TOKEN",
  // A URL of Slack holds a secret.
  "ALERT_WEBHOOK_URL",
  "ALERT_WEBHOOK_SECRET",
]);

/** An empty value of these asks for the model's default. */
const EMPTY_VALUES: ReadonlySet<string> = new Set(["ITINERARY_EFFORT", "BUNDLES_EFFORT"]);

/** How long a sample plan takes in development, unless `SAMPLE_DELAY_MS` is set. */
const DEV_SAMPLE_DELAY_MS = 6 * SECOND;

/**
 * Reads the configuration from the environment, and variables that are not set there from `.env`.
 *
 * @throws {ConfigError} see {@link parseConfig}
 */
export async function readConfig(options: { dev: boolean }): Promise<Config> {
  const set = variableNames.flatMap((name) => {
    const value = platform.variable(name);
    return value !== undefined && isValue(name, value) ? [[name, value]] : [];
  });
  return parseConfig({ ...await readEnvFile(), ...Object.fromEntries(set) }, options);
}

async function readEnvFile(): Promise<Record<string, string>> {
  try {
    const text = platform.files.read(".env");
    const { default: dotenv } = await import("dotenv");
    return dotenv.parse(text);
  } catch (error) {
    if (platform.failures.isMissing(error)) return {};
    throw new ConfigError(`the file .env cannot be read: ${describeError(error)}`);
  }
}

/**
 * Parses the environment.
 *
 * @param env variables by name; unknown names are ignored
 * @param options `dev`: readable logs, and sample plans that are slow enough to watch
 * @throws {ConfigError} names the first bad variable, its value (except of a secret) and what is
 * expected
 */
export function parseConfig(
  env: Record<string, string | undefined>,
  options: { dev?: boolean } = {},
) {
  const given = withoutEmpty(env);
  const v = parseVariables(given, env);
  return {
    dev: options.dev ?? false,
    onDeploy: v.DENO_DEPLOY,
    logsEachLine: v.DENO_DEPLOY || v.OTEL_DENO === "true" || v.OTEL_DENO === "1",
    logLevel: v.LOG_LEVEL,
    port: v.PORT,
    hostname: v.HOST,
    kvPath: v.KV_PATH,
    isKvRemote: isKvRemote(v),
    corsOrigins: v.CORS_ORIGINS,
    allowedHosts: v.ALLOWED_HOSTS,
    apiKeys: v.API_KEYS.map(secretsOf),
    adminToken: checkAdminToken(v),
    traceUrl: v.TRACE_URL,
    callbackPrivateHosts: v.CALLBACK_PRIVATE_HOSTS,
    publicReads: v.PUBLIC_READS,
    tilesUrl: v.TILES_URL ?? null,
    dailyJobsPerKey: v.DAILY_JOBS_PER_KEY,
    dailyJobsPerAddress: dailyJobsPerAddress(v),
    daily: dailyLimits(v),
    unpricedModel: unpricedModelOf(v) ?? null,
    strangersMaySpend: mayStrangersSpend(v),
    rateLimits: { requests: v.RATE_LIMIT_REQUESTS, jobs: v.RATE_LIMIT_JOBS },
    offlineCopies: v.OFFLINE_COPIES,
    maxStreamsPerCaller: v.MAX_STREAMS_PER_CALLER,
    trustedProxies: v.TRUSTED_PROXIES,
    generator: chooseGenerator(v),
    sampleDelayMs: v.SAMPLE_DELAY_MS ?? (options.dev ? DEV_SAMPLE_DELAY_MS : 0),
    mockIfQuota: v.USE_MOCK_IF_QUOTA,
    dedupeInFlight: v.DEDUPE_IN_FLIGHT,
    openai: openaiOptions(v),
    webhookSecret: v.OPENAI_WEBHOOK_SECRET,
    alerts: thresholdsOf(v.ALERTS),
    alertReceiver: alertReceiver(v),
    prices: v.MODEL_PRICES,
    itineraryModel: v.ITINERARY_MODEL,
    itineraryEffort: chooseEffort("ITINERARY_EFFORT", v, given),
    bundlesModel: v.BUNDLES_MODEL,
    bundlesEffort: chooseEffort("BUNDLES_EFFORT", v, given),
    bundlesWebSearch: v.BUNDLES_WEB_SEARCH,
    ticketmaster: { apiKey: v.TICKETMASTER_API_KEY, baseUrl: v.TICKETMASTER_BASE_URL },
    openMeteo: {
      baseUrl: v.OPEN_METEO_BASE_URL,
      geocodingBaseUrl: v.OPEN_METEO_GEOCODING_BASE_URL,
    },
    places: placesOptions(v),
    photos: photosOptions(v),
    doorbell: chooseDoorbell(v),
    ...jobOptions(v),
  };
}

/** @param env the same variables with the values as they were set, for messages */
function parseVariables(
  given: Record<string, string>,
  env: Record<string, string | undefined>,
): Parsed {
  const parsed = Variables.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const name = String(path[0]);
  throw new ConfigError(`${name} is ${shown(name, env[name])}, expected ${message}`);
}

/** The parsed configuration. */
export type Config = ReturnType<typeof parseConfig>;

type Parsed = z.output<typeof Variables>;

function openaiOptions(v: Parsed) {
  return {
    apiKey: apiKeyOf(v),
    baseUrl: v.OPENAI_BASE_URL,
    timeoutMs: v.OPENAI_TIMEOUT_SECONDS * SECOND,
    idleMs: v.OPENAI_IDLE_SECONDS * SECOND,
    background: chooseBackground(v),
    isOpenAI: isOpenAI(v.OPENAI_BASE_URL),
    chatApi: v.ITINERARY_API,
    responsesApi: v.BUNDLES_API,
    serviceTier: v.OPENAI_SERVICE_TIER,
  };
}

/** Returns how jobs run, and how long they are kept. */
function jobOptions(v: Parsed) {
  return {
    concurrency: v.WORKER_CONCURRENCY,
    leaseMs: v.LEASE_SECONDS * SECOND,
    graceMs: graceMs(v),
    limits: { maxAttempts: v.MAX_ATTEMPTS, timeoutMs: v.JOB_TIMEOUT_MINUTES * MINUTE },
    jobTtlMs: Math.round(v.JOB_TTL_HOURS * HOUR),
    maxQueuedJobs: v.MAX_QUEUED_JOBS,
  };
}

/** Deno Deploy kills the process 5 s after the signal. The jobs must be put back before. */
const MAX_DEPLOY_GRACE_SECONDS = 4;

function graceMs({ SHUTDOWN_GRACE_SECONDS: seconds, DENO_DEPLOY: onDeploy }: Parsed): number {
  return (onDeploy ? Math.min(seconds, MAX_DEPLOY_GRACE_SECONDS) : seconds) * SECOND;
}

/** Returns how places are checked, and ways are measured. */
function placesOptions(v: Parsed) {
  const { PLACES_PROVIDER: name, PLACES_BASE_URL: baseUrl } = v;
  if (name !== undefined && baseUrl === undefined) {
    throw new ConfigError("PLACES_BASE_URL is not set, PLACES_PROVIDER needs it");
  }
  return {
    provider: name !== undefined && baseUrl !== undefined ? { name, baseUrl } : null,
    intervalMs: SECOND / v.PLACES_PER_SECOND,
    routerUrl: v.ROUTER_BASE_URL ?? null,
  };
}

/** Returns where photographs of places come from; `null`: pages show none. */
function photosOptions({ PHOTOS, PHOTOS_CONTACT: contact, PHOTOS_BASE_URL: baseUrl }: Parsed) {
  if (PHOTOS === undefined) return null;
  if (contact === undefined) {
    throw new ConfigError("PHOTOS_CONTACT is not set, PHOTOS needs it");
  }
  return { baseUrl, contact };
}

/** Callers have the API keys, so none of them may be the operator's token. */
function checkAdminToken({ ADMIN_TOKEN: token, API_KEYS: keys }: Parsed): string | undefined {
  if (token === undefined || !keys.includes(token)) return token;
  throw new ConfigError("ADMIN_TOKEN is (hidden), expected a token that is not one of API_KEYS");
}

/** Returns the receiver of alerts; `null`: alerts are not delivered. */
function alertReceiver(v: Parsed) {
  const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_FORMAT: format } = v;
  const secret = v.ALERT_WEBHOOK_SECRET ?? null;
  if (url === undefined) return null;
  // Slack knows its callers by the URL.
  if (secret === null && format !== "slack") {
    throw new ConfigError(
      "ALERT_WEBHOOK_SECRET is not set, ALERT_WEBHOOK_URL needs it unless " +
        "ALERT_WEBHOOK_FORMAT is slack",
    );
  }
  return { url, secret, format };
}

/** One caller must not use up the day of all others. */
const CALLERS_PER_DAY = 10;

/** Returns the part of `DAILY_JOBS` that a single address may use. */
function dailyJobsPerAddress(v: Parsed): number | undefined {
  const { DAILY_JOBS_PER_ADDRESS: own, DAILY_JOBS: all } = v;
  return own ?? (all === undefined ? undefined : Math.ceil(all / CALLERS_PER_DAY));
}

/** Returns the daily limits of the whole service. */
function dailyLimits(v: Parsed) {
  const { DAILY_JOBS: jobs, DAILY_COST_USD: costUsd } = v;
  const unpriced = unpricedModelOf(v);
  if (costUsd !== undefined && unpriced !== undefined) {
    throw new ConfigError(`DAILY_COST_USD needs the price of ${unpriced} in MODEL_PRICES`);
  }
  return { jobs, costUsd };
}

/** Returns the variable and the name of the first model in use without a price, if any. */
function unpricedModelOf(v: Parsed): string | undefined {
  if (chooseGenerator(v) !== "openai") return undefined;
  const models = { ITINERARY_MODEL: v.ITINERARY_MODEL, BUNDLES_MODEL: v.BUNDLES_MODEL };
  const unpriced = Object.entries(models)
    .find(([, model]) => !Object.hasOwn(v.MODEL_PRICES, model));
  return unpriced?.join(" ");
}

/** Returns whether any caller can spend money of the operator, with no limit for all together. */
function mayStrangersSpend(v: Parsed): boolean {
  const isLimited = v.DAILY_JOBS !== undefined || v.DAILY_COST_USD !== undefined;
  // A server that needs no key costs nothing per plan.
  const costsMoney = chooseGenerator(v) === "openai" && v.OPENAI_API_KEY !== undefined;
  return costsMoney && v.API_KEYS.length === 0 && !isLimited;
}

/** `none`: deployed without a key. Users could mistake samples for real plans. */
function chooseGenerator(v: Parsed): "openai" | "sample" | "none" {
  if (v.GENERATOR === "sample") return "sample";
  if (apiKeyOf(v) !== undefined) return "openai";
  if (v.GENERATOR === "openai") {
    throw new ConfigError(
      "OPENAI_API_KEY is not set, GENERATOR=openai needs it, or an OPENAI_BASE_URL without a key",
    );
  }
  return v.DENO_DEPLOY ? "none" : "sample";
}

/** Servers on the own machine need no key, and ignore this one. */
const NO_KEY = "none";

/** Returns the key for the model server, or `undefined` if OpenAI itself has none. */
function apiKeyOf({ OPENAI_API_KEY: key, OPENAI_BASE_URL: baseUrl }: Parsed): string | undefined {
  return key ?? (isOpenAI(baseUrl) ? undefined : NO_KEY);
}

/** Other servers with the same API rarely support background responses. */
function chooseBackground({ OPENAI_BACKGROUND: mode, OPENAI_BASE_URL: baseUrl }: Parsed): boolean {
  return mode === "auto" ? isOpenAI(baseUrl) : mode === "on";
}

/** Returns whether a base URL is that of OpenAI itself, in any of its regions. */
function isOpenAI(baseUrl: string | undefined): boolean {
  return baseUrl === undefined || /(^|\.)api\.openai\.com$/.test(new URL(baseUrl).hostname);
}

/** Other servers may not know the member, so it is sent to them only if the variable is set. */
function chooseEffort(
  name: "ITINERARY_EFFORT" | "BUNDLES_EFFORT",
  v: Parsed,
  given: Record<string, string>,
) {
  const effort = v[name];
  const isSent = name in given || isOpenAI(v.OPENAI_BASE_URL);
  return isSent && effort !== "" ? effort : undefined;
}

/** Whether the database is reached over a network. */
function isKvRemote(v: Parsed): boolean {
  return v.DENO_DEPLOY || isKvUrl(v.KV_PATH);
}

/** Deno Deploy and KV Connect have no queue. */
function chooseDoorbell(v: Parsed): "queue" | "sweep" {
  const noQueue = isKvRemote(v);
  if (v.DOORBELL === "queue" && noQueue) {
    const where = isKvUrl(v.KV_PATH) ? "a KV_PATH that is a URL" : "Deno Deploy";
    throw new ConfigError(
      `DOORBELL is "queue", expected sweep or auto with ${where}`,
    );
  }
  return v.DOORBELL === "auto" ? (noQueue ? "sweep" : "queue") : v.DOORBELL;
}

function withoutEmpty(env: Record<string, string | undefined>): Record<string, string> {
  const given = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isValue(name, value) ? [[name, value.trim()]] : []
  );
  return Object.fromEntries(given);
}

function isValue(name: string, value: string): boolean {
  return value.trim() !== "" || EMPTY_VALUES.has(name);
}

function shown(name: string, value: string | undefined): string {
  return SECRETS.has(name) ? "(hidden)" : JSON.stringify(value);
}
