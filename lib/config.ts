/**
 * The configuration, read once from the environment. A bad value stops the start with one line that
 * names the variable; an empty value counts as unset.
 * @module
 */
import { parse as parseEnvFile } from "dotenv";
import { z } from "zod";
import { ApiKeys } from "./api_keys.ts";
import { parseJson } from "./json.ts";
import { describeError } from "./log.ts";
import { ModelPrice } from "./usage.ts";

/** The service cannot start with this environment. The message is one line and holds no secret. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function integer(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, { error }).transform(Number).pipe(
    z.int({ error }).min(min, { error }).max(max, { error }),
  );
}

function oneOf<const T extends readonly string[]>(...values: T) {
  return z.enum(values, { error: `one of ${values.join(", ")}` });
}

/** Goes into a header, so: visible ASCII only. */
function secret(name: string) {
  return z.string().regex(/^[\x21-\x7e]+$/, {
    error: `${name} made of visible ASCII characters, without spaces or line breaks inside`,
  });
}

const httpUrl = z.url({ protocol: /^https?$/, error: "an http(s) URL" });
const flag = z.stringbool({ error: "1 or 0" });
const modelName = z.string().regex(/^[\w.:/-]+$/, { error: "a model name" });

/** A JSON document within a variable. */
function json<T extends z.ZodType>(schema: T, { error }: { error: string }) {
  return z.string().transform((text, context): z.output<T> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: "custom", message: error });
    return z.NEVER;
  });
}

const list = z.string().transform((text) => text.split(",").map((s) => s.trim()).filter(Boolean));

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

/** One schema for each variable; its error says what is expected. The order is that of the docs. */
const Variables = z.object({
  PORT: integer(0, 65535).default(8000),
  HOST: z.string().default("0.0.0.0"),
  KV_PATH: z.string().optional(),
  OPENAI_API_KEY: secret("a key").optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_TIMEOUT_SECONDS: integer(1, 3600).default(300),
  OPENAI_IDLE_SECONDS: integer(1, 3600).default(120),
  OPENAI_BACKGROUND: oneOf("auto", "on", "off").default("auto"),
  OPENAI_WEBHOOK_SECRET: z.string().regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, {
    error: "a webhook's signing secret: whsec_ and base64",
  }).optional(),
  // The models that OpenAI names as the successors of its earlier small and reasoning models:
  // https://developers.openai.com/api/docs/deprecations
  ITINERARY_MODEL: modelName.default("gpt-6-luna"),
  BUNDLES_MODEL: modelName.default("gpt-6.1-terra"),
  MODEL_PRICES: json(z.record(modelName, ModelPrice), {
    error: 'JSON such as {"model":{"input":1.25,"cachedInput":0.125,"output":10}}, ' +
      "in US dollars for a million tokens",
  }).default({}),
  BUNDLES_WEB_SEARCH: flag.default(false),
  TICKETMASTER_API_KEY: secret("a key").optional(),
  TICKETMASTER_BASE_URL: httpUrl.default("https://app.ticketmaster.com"),
  OPEN_METEO_BASE_URL: httpUrl.default("https://api.open-meteo.com"),
  OPEN_METEO_GEOCODING_BASE_URL: httpUrl.default("https://geocoding-api.open-meteo.com"),
  GENERATOR: oneOf("auto", "openai", "sample").default("auto"),
  SAMPLE_DELAY_MS: integer(0, 600_000).optional(),
  USE_MOCK_IF_QUOTA: flag.default(false),
  DEDUPE_IN_FLIGHT: flag.default(false),
  DOORBELL: oneOf("auto", "queue", "sweep").default("auto"),
  WORKER_CONCURRENCY: integer(1, 10_000).default(32),
  LEASE_SECONDS: integer(1, 300).default(10),
  MAX_ATTEMPTS: integer(1, 100).default(4),
  JOB_TIMEOUT_MINUTES: integer(1, 24 * 60).default(15),
  JOB_TTL_HOURS: integer(1, 24 * 30).default(24),
  MAX_QUEUED_JOBS: integer(1, 1_000_000).default(10_000),
  CORS_ORIGINS: list.refine(
    (origins) =>
      origins.length > 0 && origins.every((origin) => origin === "*" || isOrigin(origin)),
    { error: "* or a comma-separated list of origins such as https://example.com" },
  ).default(["*"]),
  API_KEYS: list.refine(
    (keys) => keys.length > 0 && keys.every((key) => /^[\w.~+/-]{16,}=*$/.test(key)),
    {
      error: "a comma-separated list of bearer tokens of at least 16 characters (RFC 6750)",
    },
  ).default([]),
  CALLBACK_PRIVATE_HOSTS: list.refine(
    (hosts) => hosts.every((host) => URL.parse(`http://${host}`)?.host === host.toLowerCase()),
    { error: "a comma-separated list of hosts such as hooks.internal or 10.0.0.7:8080" },
  ).default([]),
  PUBLIC_READS: flag.default(false),
  DAILY_JOBS_PER_KEY: integer(1, 1_000_000).optional(),
  RATE_LIMIT_REQUESTS: integer(0, 1_000_000).default(600),
  RATE_LIMIT_JOBS: integer(0, 1_000_000).default(60),
  TRUSTED_PROXIES: integer(0, 10).default(0),
  LOG_LEVEL: oneOf("debug", "info", "warning", "error").default("info"),
  DENO_DEPLOY: flag.default(false),
});

/** What is read of the environment: the `--allow-env` list of the tasks. */
export const variableNames = Object.keys(Variables.shape);

/** Never to be repeated in a message. */
const SECRETS = new Set([
  "OPENAI_API_KEY",
  "OPENAI_WEBHOOK_SECRET",
  "TICKETMASTER_API_KEY",
  "API_KEYS",
]);

/** How `deno task dev` differs from `deno task start`. */
const DEV_SAMPLE_DELAY_MS = 6 * SECOND;

/**
 * Reads the configuration from the environment and, for what is not set there, from the file `.env`.
 *
 * @throws {ConfigError} see {@link parseConfig}
 */
export function readConfig(options: { dev: boolean }): Config {
  const set = variableNames.flatMap((name) => {
    const value = Deno.env.get(name);
    return value?.trim() ? [[name, value]] : [];
  });
  return parseConfig({ ...readEnvFile(), ...Object.fromEntries(set) }, options);
}

function readEnvFile(): Record<string, string> {
  try {
    return parseEnvFile(Deno.readTextFileSync(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new ConfigError(`the file .env cannot be read: ${describeError(error)}`);
  }
}

/**
 * Parses the environment.
 *
 * @param env variables by name; others are ignored
 * @param options `dev`: readable logs, and sample plans that take long enough to be watched
 * @throws {ConfigError} naming the first bad variable, its value (a secret's never) and what is
 * expected
 */
export function parseConfig(
  env: Record<string, string | undefined>,
  options: { dev?: boolean } = {},
) {
  const parsed = Variables.safeParse(withoutEmpty(env));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const name = String(path[0]);
    throw new ConfigError(
      `${name} is ${shown(name, env[name])}, expected ${message}`,
    );
  }
  const v = parsed.data;
  const remoteKv = /^https?:/.test(v.KV_PATH ?? "");
  return {
    dev: options.dev ?? false,
    logLevel: v.LOG_LEVEL,
    port: v.PORT,
    hostname: v.HOST,
    kvPath: v.KV_PATH,
    corsOrigins: v.CORS_ORIGINS,
    apiKeys: new ApiKeys(v.API_KEYS),
    callbackPrivateHosts: v.CALLBACK_PRIVATE_HOSTS,
    publicReads: v.PUBLIC_READS,
    dailyJobsPerKey: v.DAILY_JOBS_PER_KEY,
    rateLimits: { requests: v.RATE_LIMIT_REQUESTS, jobs: v.RATE_LIMIT_JOBS },
    trustedProxies: v.TRUSTED_PROXIES,
    generator: chooseGenerator(v),
    sampleDelayMs: v.SAMPLE_DELAY_MS ?? (options.dev ? DEV_SAMPLE_DELAY_MS : 0),
    mockIfQuota: v.USE_MOCK_IF_QUOTA,
    dedupeInFlight: v.DEDUPE_IN_FLIGHT,
    openai: {
      apiKey: v.OPENAI_API_KEY,
      baseUrl: v.OPENAI_BASE_URL,
      timeoutMs: v.OPENAI_TIMEOUT_SECONDS * SECOND,
      idleMs: v.OPENAI_IDLE_SECONDS * SECOND,
      background: chooseBackground(v),
    },
    webhookSecret: v.OPENAI_WEBHOOK_SECRET,
    prices: v.MODEL_PRICES,
    itineraryModel: v.ITINERARY_MODEL,
    bundlesModel: v.BUNDLES_MODEL,
    bundlesWebSearch: v.BUNDLES_WEB_SEARCH,
    ticketmaster: { apiKey: v.TICKETMASTER_API_KEY, baseUrl: v.TICKETMASTER_BASE_URL },
    openMeteo: {
      baseUrl: v.OPEN_METEO_BASE_URL,
      geocodingBaseUrl: v.OPEN_METEO_GEOCODING_BASE_URL,
    },
    doorbell: chooseDoorbell(v, remoteKv),
    concurrency: v.WORKER_CONCURRENCY,
    leaseMs: v.LEASE_SECONDS * SECOND,
    limits: { maxAttempts: v.MAX_ATTEMPTS, timeoutMs: v.JOB_TIMEOUT_MINUTES * MINUTE },
    jobTtlMs: v.JOB_TTL_HOURS * HOUR,
    maxQueuedJobs: v.MAX_QUEUED_JOBS,
  };
}

/** The parsed configuration. */
export type Config = ReturnType<typeof parseConfig>;

type Parsed = z.output<typeof Variables>;

/** `none`: deployed without a key, where made-up plans would look like real ones. */
function chooseGenerator(v: Parsed): "openai" | "sample" | "none" {
  if (v.GENERATOR === "sample") return "sample";
  if (v.OPENAI_API_KEY !== undefined) return "openai";
  if (v.GENERATOR === "openai") {
    throw new ConfigError("OPENAI_API_KEY is not set, GENERATOR=openai needs it");
  }
  return v.DENO_DEPLOY ? "none" : "sample";
}

/** Other servers of the protocol rarely know background responses. */
function chooseBackground({ OPENAI_BACKGROUND: mode, OPENAI_BASE_URL: baseUrl }: Parsed): boolean {
  if (mode !== "auto") return mode === "on";
  return baseUrl === undefined || new URL(baseUrl).hostname === "api.openai.com";
}

/** Deno Deploy and KV Connect have no queue. */
function chooseDoorbell(v: Parsed, remoteKv: boolean): "queue" | "sweep" {
  const noQueue = v.DENO_DEPLOY || remoteKv;
  if (v.DOORBELL === "queue" && noQueue) {
    const where = remoteKv ? "a KV_PATH that is a URL" : "Deno Deploy";
    throw new ConfigError(
      `DOORBELL is "queue", expected sweep or auto with ${where}`,
    );
  }
  return v.DOORBELL === "auto" ? (noQueue ? "sweep" : "queue") : v.DOORBELL;
}

function withoutEmpty(env: Record<string, string | undefined>): Record<string, string> {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()]);
  return Object.fromEntries(trimmed.filter(([, value]) => value));
}

function shown(name: string, value: string | undefined): string {
  return SECRETS.has(name) ? "(hidden)" : JSON.stringify(value);
}
