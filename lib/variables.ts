/**
 * The variables of the environment: what each may be, what it is unless set, and what it does.
 * `deno task docs` writes from here the table in `docs/configuration.md`, `.env.example`, and the
 * permissions in `deno.json`.
 *
 * Beside the `description` for the table, a variable may have an `example`, which `.env.example` shows
 * in place of the default, and a `section`, which begins a section with that heading there.
 * @module
 */
import { z } from "zod";
import { parseJson } from "./json.ts";
import { ModelPrice } from "./usage.ts";

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
export const Variables = z.object({
  PORT: integer(0, 65535).default(8000).meta({
    section: "",
    description: "where to listen; `0` picks a free port",
  }),
  HOST: z.string().default("0.0.0.0").describe("the address to listen on"),
  KV_PATH: z.string().optional().meta({
    example: "data/tripwright.sqlite",
    description:
      "a file, `:memory:`, or the `http(s)://` URL of a KV Connect server; unset: Deno's " +
      "own file for this program, or the app's database on Deno Deploy. The tasks may write files " +
      "below `data/` only",
  }),

  OPENAI_API_KEY: secret("a key").optional().meta({
    section: "Real plans need a key; without one, plans are samples.",
    example: "sk-...",
    description: "makes plans real; spaces and line breaks around it are dropped",
  }),
  OPENAI_BASE_URL: httpUrl.optional().meta({
    example: "https://api.openai.com/v1",
    description: "any server that speaks OpenAI's protocol; unset: OpenAI's own",
  }),
  OPENAI_TIMEOUT_SECONDS: integer(1, 3600).default(300).describe(
    "longest wait for one answer of the model",
  ),
  OPENAI_IDLE_SECONDS: integer(1, 3600).default(120).describe(
    "longest silence of a connection over which an answer is being written; then it counts as " +
      "broken. Bytes of any kind count as a sign of life",
  ),
  OPENAI_BACKGROUND: oneOf("auto", "on", "off").default("auto").describe(
    "`on`: bundles are written as background responses, which go on when a connection or a process " +
      "dies and are kept at OpenAI for some ten minutes; `off`: nothing is kept there; `auto`: `on` " +
      "for OpenAI's own servers",
  ),
  OPENAI_WEBHOOK_SECRET: z.string().regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, {
    error: "a webhook's signing secret: whsec_ and base64",
  }).optional().meta({
    example: "whsec_...",
    description: "the signing secret (`whsec_…`) of a webhook of OpenAI's; turns " +
      "`POST /api/webhooks/openai` on, see below",
  }),
  // The models that OpenAI names as the successors of its earlier small and reasoning models:
  // https://developers.openai.com/api/docs/deprecations
  ITINERARY_MODEL: modelName.default("gpt-6-luna").describe(
    "writes itineraries (Chat Completions)",
  ),
  BUNDLES_MODEL: modelName.default("gpt-6.1-terra").describe(
    "writes bundles (Responses API); has to be a reasoning model",
  ),
  MODEL_PRICES: json(z.record(modelName, ModelPrice), {
    error: 'JSON such as {"model":{"input":1.25,"cachedInput":0.125,"output":10}}, ' +
      "in US dollars for a million tokens",
  }).default({}).meta({
    example: '{"gpt-6-luna":{"input":1.25,"cachedInput":0.125,"output":10}}',
    description: "JSON: what models cost in US dollars for a million tokens, such as " +
      '`{"gpt-6-luna":{"input":1.25,"cachedInput":0.125,"output":10}}`; without `cachedInput` the ' +
      "cache costs as much as any input. `usage.costUsd` of jobs is `null` unless the price of each " +
      "model that was asked is known",
  }),

  BUNDLES_WEB_SEARCH: flag.default(false).meta({
    section: "What the bundles' model may call.",
    description: "`1` lets the bundles' model search the web with OpenAI's hosted tool",
  }),
  TICKETMASTER_API_KEY: secret("a key").optional().describe(
    "gives it the tool `search_events` (Ticketmaster Discovery API)",
  ),
  TICKETMASTER_BASE_URL: httpUrl.default("https://app.ticketmaster.com").describe(
    "where that API is",
  ),
  OPEN_METEO_BASE_URL: httpUrl.default("https://api.open-meteo.com").describe(
    "where the forecasts of the tool `get_weather` come from; no key",
  ),
  OPEN_METEO_GEOCODING_BASE_URL: httpUrl.default("https://geocoding-api.open-meteo.com").describe(
    "where it looks places up",
  ),

  GENERATOR: oneOf("auto", "openai", "sample").default("auto").meta({
    section: "",
    description:
      "`openai`, `sample` (made-up plans, no account), or `auto`: `openai` if there is a " +
      "key, else `sample`; on Deno Deploy `auto` without a key fails every job, because samples " +
      "would look like plans",
  }),
  SAMPLE_DELAY_MS: integer(0, 600_000).optional().meta({
    example: "0",
    description: "how long a made-up plan takes; unset: `0`, under `deno task dev` `6000`",
  }),
  USE_MOCK_IF_QUOTA: flag.default(false).describe(
    "`1`: when OpenAI's quota is spent, jobs complete with a made-up plan whose `source` is " +
      "`placeholder`",
  ),
  DEDUPE_IN_FLIGHT: flag.default(false).describe(
    "`1`: identical requests of one caller that are under way at the same time are generated once, " +
      "and each of their jobs gets the plan; callers are told apart by their `API_KEYS`",
  ),

  DOORBELL: oneOf("auto", "queue", "sweep").default("auto").meta({
    section: "",
    description: "`queue` (Deno KV's), `sweep` (none but the timer), or `auto`: `sweep` on Deno " +
      "Deploy and with KV Connect, which have no queue, else `queue`",
  }),
  WORKER_CONCURRENCY: integer(1, 10_000).default(32).describe(
    "jobs that run at once in this instance",
  ),
  LEASE_SECONDS: integer(1, 300).default(10).describe(
    "an instance that is silent for this long loses its jobs; one that has died on the same machine, " +
      "with the database in a file, loses them at once",
  ),
  MAX_ATTEMPTS: integer(1, 100).default(4).describe("how often a job is tried"),
  JOB_TIMEOUT_MINUTES: integer(1, 24 * 60).default(15).describe(
    "a job that is not done so long after its first start is failed",
  ),
  JOB_TTL_HOURS: integer(1, 24 * 30).default(24).describe("how long a job can be asked for"),
  MAX_QUEUED_JOBS: integer(1, 1_000_000).default(10_000).describe(
    "when so many jobs wait, `POST` answers 503",
  ),

  CORS_ORIGINS: list.refine(
    (origins) =>
      origins.length > 0 && origins.every((origin) => origin === "*" || isOrigin(origin)),
    { error: "* or a comma-separated list of origins such as https://example.com" },
  ).default(["*"]).meta({
    section: "",
    description: "origins that may call from a browser, comma-separated",
  }),

  API_KEYS: list.refine(
    (keys) => keys.length > 0 && keys.every((key) => /^[\w.~+/-]{16,}=*$/.test(key)),
    {
      error: "a comma-separated list of bearer tokens of at least 16 characters (RFC 6750)",
    },
  ).default([]).meta({
    section: "Who may do what, and how often.",
    description:
      "bearer tokens, comma-separated, 16 characters or more each. When set, every call " +
      "of the jobs needs one, and a job is visible to the key that made it only; after the start " +
      "only hashes of the keys are kept",
  }),
  CALLBACK_PRIVATE_HOSTS: list.refine(
    (hosts) => hosts.every((host) => URL.parse(`http://${host}`)?.host === host.toLowerCase()),
    { error: "a comma-separated list of hosts such as hooks.internal or 10.0.0.7:8080" },
  ).default([]).describe(
    "hosts, comma-separated, that may be called back although they are private or without TLS: " +
      "`hooks.internal` (any port) or `10.0.0.7:8080`",
  ),
  PUBLIC_READS: flag.default(false).describe(
    "`1`: a caller without a key may look at a job whose id it knows; making and canceling jobs " +
      "still needs a key",
  ),
  DAILY_JOBS_PER_KEY: integer(1, 1_000_000).optional().describe(
    "how many jobs each API key may make in a day (UTC); then `POST` answers 429 until midnight",
  ),
  RATE_LIMIT_REQUESTS: integer(0, 1_000_000).default(600).describe(
    "requests that a caller may send in a minute, all instances together; `0`: any number. A caller " +
      "is an API key, else a network address (IPv6: a /64 network)",
  ),
  RATE_LIMIT_JOBS: integer(0, 1_000_000).default(60).describe(
    "the same for requests that create a job; `0`: any number",
  ),
  TRUSTED_PROXIES: integer(0, 10).default(0).describe(
    "how many proxies in front of the service add to `X-Forwarded-For`: the address of a client is " +
      "that many entries from its end. Too large a number lets clients choose their address. With " +
      "one or more, forms of the app are known as such by `X-Forwarded-Host`, where that is sent",
  ),

  LOG_LEVEL: oneOf("debug", "info", "warning", "error").default("info").meta({
    section: "",
    description: "`debug`, `info`, `warning` or `error`",
  }),
  DENO_DEPLOY: flag.default(false).meta({
    // Not for people to set, so in none of the documents.
    isSetByPlatform: true,
    description: "set by Deno Deploy: the service runs there",
  }),
});

/** What is read of the environment: the `env` permission of the tasks. */
export const variableNames = Object.keys(Variables.shape);
