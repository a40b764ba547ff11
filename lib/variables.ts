/**
 * The environment variables: the schema, default and meaning of each. `deno task docs` generates
 * the table in `docs/configuration.md`, `.env.example`, and the permissions in `deno.json` from
 * them.
 *
 * `description` is for the table. `.env.example` shows the optional `example` instead of the
 * default. The optional `section` starts a section with that heading there.
 * @module
 */
import { z } from "zod";
import { AlertSettings } from "./alert_thresholds.ts";
import { parseJson } from "./json.ts";
import { ModelPrice } from "./usage.ts";

function integer(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, { error }).transform(Number).pipe(
    z.int({ error }).min(min, { error }).max(max, { error }),
  );
}

/** With decimals, such as `0.5`. */
function decimal(min: number, max: number) {
  const error = `a number from ${min} to ${max}`;
  return z.string().regex(/^\d+(\.\d+)?$/, { error }).transform(Number).pipe(
    z.number({ error }).min(min, { error }).max(max, { error }),
  );
}

function oneOf<const T extends readonly string[]>(...values: T) {
  return z.enum(values, { error: `one of ${values.join(", ")}` });
}

/** Only visible ASCII, because the value is sent in a header. */
function secret(name: string) {
  return z.string().regex(/^[\x21-\x7e]+$/, {
    error: `${name} of visible ASCII characters, without spaces or line breaks`,
  });
}

/** An amount of money. */
const amount = z.string().regex(/^\d+(\.\d+)?$/, { error: "an amount such as 20 or 0.50" })
  .transform(Number).pipe(z.number().positive({ error: "an amount such as 20 or 0.50" }));

/** The schemes of URLs have at least two letters here, because `C:` is a drive of Windows. */
const kvPath = z.string().regex(/^(?:https?:\/\/.+|:memory:|(?!~|[a-z][a-z\d+.-]+:)[^,]+)$/i, {
  error: "a path with no comma and no ~ at its start, :memory: or an http(s) URL",
});

const httpUrl = z.url({ protocol: /^https?$/, error: "an http(s) URL" });
const flag = z.stringbool({ error: "1 or 0" });
const modelName = z.string().regex(/^[\w.:/-]+$/, { error: "a model name" });

const webhookSecret = z.string().regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, {
  error: "the signing secret of a webhook: whsec_ and base64",
});

/** A JSON document. */
function json<T extends z.ZodType>(schema: T, { error }: { error: string }) {
  return z.string().transform((text, context): z.output<T> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: "custom", message: error });
    return z.NEVER;
  });
}

const list = z.string().transform((text) => text.split(",").map((s) => s.trim()).filter(Boolean));

/** The standard prices of the default models in November 2026. */
const examplePrices = {
  "gpt-6-luna": { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 },
  "gpt-6.1-terra": { input: 1, cachedInput: 0.05, cacheWrite: 1.25, output: 5 },
};

/** An empty value is a value here. */
const effort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", ""], {
  error: "one of none, minimal, low, medium, high, xhigh, or nothing for the model's default",
});

/** What the two variables for the effort have in common. */
const EFFORT = "`none`, `minimal`, `low`, `medium`, `high`, `xhigh`, or an empty value for the " +
  "model's default. Unless the variable is set, the service sends it to OpenAI only";

/** Whether a text is a host without a port, as URLs have it, but in any letters. */
const isHostName = (text: string) => URL.parse(`http://${text}/`)?.hostname === text.toLowerCase();

/** Servers for the public. Their policies forbid the requests of a service like this one. */
const publicMaps = [
  "nominatim.openstreetmap.org",
  "photon.komoot.io",
  "router.project-osrm.org",
  "routing.openstreetmap.de",
];

// A name may end with a dot.
const isPublicMap = (url: string) =>
  publicMaps.includes(URL.parse(url)?.hostname.replace(/\.$/, "") ?? "");

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

/** The schema of each variable, in the order of the docs. Its error says what is expected. */
export const Variables = z.object({
  PORT: integer(0, 65535).default(8000).meta({
    section: "",
    description: "the port to listen on; `0` chooses a free port",
  }),
  HOST: z.string().default("0.0.0.0").describe("the address to listen on"),
  KV_PATH: kvPath.optional().meta({
    example: "data/tripwright.sqlite",
    description:
      "the database: a file, `:memory:`, or the `http(s)://` URL of a KV Connect server. Unset: " +
      "Deno's default file for this program; on Deno Deploy, the database of the app. The tasks " +
      "`dev` and `start` permit the program to write to the directory of this file only",
  }),

  OPENAI_API_KEY: secret("a key").optional().meta({
    section: "Real plans need an API key. Without a key, plans are samples.",
    example: "sk-...",
    description: "the key for real plans; surrounding spaces and line breaks are ignored",
  }),
  OPENAI_BASE_URL: httpUrl.optional().meta({
    example: "https://api.openai.com/v1",
    description: "a server with an OpenAI-compatible API; unset: OpenAI. It may need no key",
  }),
  OPENAI_TIMEOUT_SECONDS: integer(1, 3600).default(300).describe(
    "the longest wait for one complete answer of the model",
  ),
  OPENAI_IDLE_SECONDS: integer(1, 3600).default(120).describe(
    "the longest time without any bytes from the model during an answer; after that, the " +
      "connection counts as broken",
  ),
  OPENAI_BACKGROUND: oneOf("auto", "on", "off").default("auto").describe(
    "`on`: bundles use background responses. These continue after a lost connection or a dead " +
      "process. OpenAI stores them until the service deletes them at the end of their job; " +
      "a response that is not deleted stays for 30 days. `off`: OpenAI stores no response. " +
      "`auto`: `on` for OpenAI's own servers, else `off`",
  ),
  OPENAI_WEBHOOK_SECRET: webhookSecret.optional().meta({
    example: "whsec_...",
    description: "the signing secret (`whsec_…`) of an OpenAI webhook; turns on " +
      "`POST /api/webhooks/openai`, see below",
  }),
  // The successors of OpenAI's earlier small and reasoning models, as OpenAI names them:
  // https://developers.openai.com/api/docs/deprecations
  ITINERARY_MODEL: modelName.default("gpt-6-luna").describe(
    "the model for itineraries",
  ),
  BUNDLES_MODEL: modelName.default("gpt-6.1-terra").describe(
    "the model for bundles; a reasoning model writes the best ones",
  ),
  ITINERARY_EFFORT: effort.default("low").describe(
    `how much the model reasons before it writes an itinerary: ${EFFORT}`,
  ),
  BUNDLES_EFFORT: effort.default("medium").describe(
    `how much the model reasons about bundles: ${EFFORT}`,
  ),
  ITINERARY_API: oneOf("auto", "chat", "responses").default("auto").describe(
    "the API for itineraries: `chat` (Chat Completions), `responses` (for models without Chat " +
      "Completions), or `auto`: `responses` once the model has no Chat Completions",
  ),
  BUNDLES_API: oneOf("auto", "responses", "chat").default("auto").describe(
    "the API for bundles: `responses`, `chat` (Chat Completions with function calls, for servers " +
      "without the Responses API), or `auto`: `chat` once the server has no Responses API",
  ),
  OPENAI_SERVICE_TIER: oneOf("auto", "default", "flex", "priority").optional().meta({
    example: "flex",
    description: "the service tier of model calls: `auto`, `default`, `flex` (about half the " +
      "price, but slow: raise `OPENAI_TIMEOUT_SECONDS`) or `priority`; unset: not sent. When " +
      "`flex` has no room, a call uses `default`. `MODEL_PRICES` must be those of the tier",
  }),
  MODEL_PRICES: json(z.record(modelName, ModelPrice), {
    error: 'JSON such as {"model":{"input":1,"cachedInput":0.05,"cacheWrite":1.25,"output":5}}, ' +
      "in US dollars per million tokens",
  }).default({}).meta({
    example: JSON.stringify(examplePrices),
    description: "JSON: prices of models in US dollars per million tokens. The example has " +
      "OpenAI's prices of November 2026 for the default models " +
      "([current prices](https://developers.openai.com/api/docs/pricing)): " +
      `\`${JSON.stringify(examplePrices)}\`. Without \`cachedInput\` or \`cacheWrite\`, tokens ` +
      "that are read from the cache, or written to it, cost as much as other input. " +
      "`usage.costUsd` of a job is `null` unless the prices of all models that it called are known",
  }),

  BUNDLES_WEB_SEARCH: flag.default(false).meta({
    section: "Tools of the model that writes bundles.",
    description:
      "`1`: the bundles model may search the web with OpenAI's hosted tool. A plan then " +
      "keeps the links that a search has found. If the server does not report what a search has " +
      "found, the plan keeps all links",
  }),
  TICKETMASTER_API_KEY: secret("a key").optional().describe(
    "turns on the tool `search_events` (Ticketmaster Discovery API)",
  ),
  TICKETMASTER_BASE_URL: httpUrl.default("https://app.ticketmaster.com").describe(
    "the base URL of the Ticketmaster Discovery API",
  ),
  OPEN_METEO_BASE_URL: httpUrl.default("https://api.open-meteo.com").describe(
    "the API for the weather forecasts of plans and of the tool `get_weather`; it needs no key",
  ),
  OPEN_METEO_GEOCODING_BASE_URL: httpUrl.default("https://geocoding-api.open-meteo.com").describe(
    "the API that finds the destination of a wish, and the cities of the tool `get_weather`",
  ),

  PLACES_PROVIDER: oneOf("nominatim", "photon").optional().meta({
    section: "Places of plans that are checked on a map, with a server of your own.",
    example: "nominatim",
    description:
      "`nominatim` or `photon`: the service looks up each place of a plan there. A place that is " +
      "found gets its position and its opening hours. Unset: places are not checked. " +
      "[Places](places.md) has the details",
  }),
  PLACES_BASE_URL: httpUrl.refine((url) => !isPublicMap(url), {
    error: "a server of your own, because the policy of this public one forbids such use",
  }).optional().meta({
    example: "https://nominatim.example.com",
    description: "the base URL of your server; needed with `PLACES_PROVIDER`. The start refuses " +
      "the public servers, because their policies forbid such use",
  }),
  PLACES_PER_SECOND: decimal(0.1, 50).default(1).describe(
    "how many places all instances together look up in a second",
  ),
  ROUTER_BASE_URL: httpUrl.refine((url) => !isPublicMap(url), {
    error: "a server of your own, because the policy of this public one forbids such use",
  }).optional().meta({
    example: "https://osrm.example.com",
    description:
      "a server with the HTTP API of OSRM and its profile `foot`, for the ways between " +
      "the places of a day. Unset: they are estimated from the straight line",
  }),

  TILES_URL: z.union([httpUrl, z.string().regex(/^\/(?!\/)[\w./-]+$/)], {
    error: "an http(s) URL, or a path on this host such as /tiles/europe.pmtiles",
  }).optional().meta({
    example: "https://tiles.example.com/europe.pmtiles",
    description: "your own archive of vector tiles (PMTiles with the layers of Protomaps): then " +
      "the map of a trip offers a detailed map. [Maps](deployment.md#detailed-maps) has the details",
  }),

  PHOTOS: oneOf("commons").optional().meta({
    section: "Photographs of places.",
    example: "commons",
    description:
      "`commons`: pages of trips show photographs of the places that were looked up, from " +
      "Wikimedia Commons, with their credits. The server loads them, not the browser. " +
      "Unset: no photographs",
  }),
  PHOTOS_CONTACT: z.string().regex(/^[\x21-\x7e]{3,200}$/, {
    error: "an e-mail address or a URL in ASCII",
  }).optional().meta({
    example: "https://trips.example.com",
    description: "how Wikimedia can reach you, as its policy asks; needed with `PHOTOS`",
  }),
  PHOTOS_BASE_URL: httpUrl.default("https://commons.wikimedia.org").describe(
    "the wiki with the photographs, or a mirror of it",
  ),

  GENERATOR: oneOf("auto", "openai", "sample").default("auto").meta({
    section: "",
    description:
      "`openai`, `sample` (sample plans, no account; real places in some cities, invented ones " +
      "elsewhere), or `auto`: `openai` if there is a key, else `sample`. On Deno Deploy, `auto` " +
      "without a key fails every job, because users could mistake samples for real plans",
  }),
  SAMPLE_DELAY_MS: integer(0, 600_000).optional().meta({
    example: "0",
    description: "how long a sample plan takes; unset: `0`, with `deno task dev` `6000`",
  }),
  USE_MOCK_IF_QUOTA: flag.default(false).describe(
    "`1`: when the OpenAI quota is spent, jobs succeed with a sample plan whose `source` is " +
      "`placeholder`. Changes of plans fail",
  ),
  DEDUPE_IN_FLIGHT: flag.default(false).describe(
    "`1`: of identical jobs of one caller in flight, one calls the model, and all get its plan. " +
      "Callers are distinguished by their `API_KEYS`",
  ),

  DOORBELL: oneOf("auto", "queue", "sweep").default("auto").meta({
    section: "",
    description: "how workers learn of new jobs: `queue` (the queue of Deno KV), `sweep` (only a " +
      "timer), or `auto`: `sweep` on Deno Deploy and with KV Connect, which have no queue, " +
      "else `queue`",
  }),
  WORKER_CONCURRENCY: integer(1, 10_000).default(100).describe(
    "how many jobs run at the same time in one instance",
  ),
  LEASE_SECONDS: integer(1, 300).default(10).describe(
    "an instance without a heartbeat for this long loses its jobs. If the database is a file, a " +
      "dead instance on the same machine loses them at once",
  ),
  // A job may take an hour, and no supervisor waits longer for a stop.
  SHUTDOWN_GRACE_SECONDS: integer(0, 3_600).default(4).describe(
    "how long running jobs may continue after `SIGTERM`, before another instance gets them. Polls " +
      "are answered meanwhile. A supervisor must wait at least 5 seconds longer before it kills " +
      "the process. At most 4 on Deno Deploy, which kills after 5 seconds",
  ),
  MAX_ATTEMPTS: integer(1, 100).default(4).describe("how many attempts a job may have"),
  JOB_TIMEOUT_MINUTES: integer(1, 24 * 60).default(15).describe(
    "a job fails if it has not ended this long after its first start",
  ),
  // The shortest time, 36 seconds, is enough for the jobs of a trial.
  JOB_TTL_HOURS: decimal(0.01, 24 * 30).default(24).describe(
    "how long a job can be read, with decimals: `0.5` is half an hour",
  ),
  MAX_QUEUED_JOBS: integer(1, 1_000_000).default(10_000).describe(
    "when this many jobs wait, `POST` answers 503",
  ),

  CORS_ORIGINS: list.refine(
    (origins) =>
      origins.length > 0 && origins.every((origin) => origin === "*" || isOrigin(origin)),
    { error: "* or a comma-separated list of origins such as https://example.com" },
  ).default(["*"]).meta({
    section: "",
    description:
      "origins whose pages may call the API from a browser, comma-separated; `*`, as an " +
      "empty value: all. To allow none but its own pages, set the service's own origin. Pages of " +
      "other origins can neither load, create nor cancel jobs: the answer is 403",
  }),
  ALLOWED_HOSTS: list.refine(
    (hosts) => hosts.length > 0 && hosts.every(isHostName),
    { error: "a comma-separated list of host names such as trips.example.com, without ports" },
  ).default([]).meta({
    example: "trips.example.com",
    description: "the host names by which the service can be reached, comma-separated, without " +
      "ports. Requests for another name are refused with 421. `localhost` and IP addresses are " +
      "always allowed. Unset: all names. Needed " +
      "[where browsers use no TLS](deployment.md#before-the-first-request)",
  }),

  API_KEYS: list.refine(
    (keys) => keys.length > 0 && keys.every((key) => /^[\w.~+/-]{16,}=*$/.test(key)),
    {
      error: "a comma-separated list of bearer tokens of at least 16 characters (RFC 6750)",
    },
  ).default([]).meta({
    section: "Access and limits.",
    description:
      "bearer tokens, comma-separated, at least 16 characters each. When set, every call of the " +
      "jobs API needs one, and a job is visible only to the key that created it. After the " +
      "start, the service keeps only hashes of the keys. Operators can also make keys " +
      "[without a restart](operations.md#api-keys)",
  }),
  ADMIN_TOKEN: z.string().regex(/^[\x21-\x7e]{16,}$/, {
    error: "a token of at least 16 visible ASCII characters, without spaces or line breaks",
  }).optional().describe(
    "the operator's token, at least 16 characters. With it, there are the " +
      "[dashboard](dashboard.md) at `/admin` and its API, and `/readyz` shows details " +
      "([operations](operations.md#readiness)). Unset: there is nothing for operators. A new " +
      "token ends all sessions. It must not be one of `API_KEYS`",
  ),
  TRACE_URL: z.string().refine(
    (url) => /^https?:$/.test(URL.parse(url)?.protocol ?? "") && url.includes("{traceId}"),
    { error: "an http or https URL that contains {traceId}" },
  ).optional().meta({
    example: "https://jaeger.example.com/trace/{traceId}",
    description: "the page of a trace for operators, with `{traceId}` for its id. The page of a " +
      "job links to it. Unset: there is no link",
  }),
  CALLBACK_PRIVATE_HOSTS: list.refine(
    (hosts) => hosts.every((host) => URL.parse(`http://${host}`)?.host === host.toLowerCase()),
    { error: "a comma-separated list of hosts such as hooks.internal or 10.0.0.7:8080" },
  ).default([]).describe(
    "hosts, comma-separated, that may receive callbacks although they are private or have no " +
      "TLS: `hooks.internal` (any port) or `10.0.0.7:8080`",
  ),
  PUBLIC_READS: flag.default(false).describe(
    "`1`: a caller without a key may read a job whose id it knows. Creating and canceling jobs " +
      "still needs a key",
  ),
  DAILY_JOBS_PER_KEY: integer(1, 1_000_000).optional().describe(
    "how many jobs each API key may create per day (UTC), unless the operator has given it a limit " +
      "of its own; after that, `POST` answers 429 until midnight",
  ),
  DAILY_JOBS: integer(1, 100_000_000).optional().describe(
    "how many jobs all callers together may create per day (UTC); after that, `POST` answers 503 " +
      "until midnight",
  ),
  DAILY_JOBS_PER_ADDRESS: integer(1, 100_000_000).optional().describe(
    "how many jobs a caller without an API key may create in any 24 hours; after that, `POST` " +
      "answers 429. Unset: a tenth of `DAILY_JOBS`, rounded up. A caller is a network address " +
      "(IPv6: a /56 network)",
  ),
  DAILY_COST_USD: amount.optional().meta({
    example: "20",
    description:
      "how many US dollars the jobs of a day (UTC) may cost; after that, `POST` answers " +
      "503 until midnight, and accepted jobs are finished. Needs `MODEL_PRICES` of both models",
  }),
  RATE_LIMIT_REQUESTS: integer(0, 1_000_000).default(600).describe(
    "how many requests a caller may send per minute, counted over all instances; `0`: no limit. " +
      "A caller is an API key, else a network address (IPv6: a /56 network)",
  ),
  RATE_LIMIT_JOBS: integer(0, 1_000_000).default(60).describe(
    "how many of these may create a job; `0`: no limit",
  ),
  MAX_STREAMS_PER_CALLER: integer(0, 1_000_000).default(100).describe(
    "how many event streams and long polls a caller may have open at the same time in one " +
      "instance; `0`: no limit. A further stream is refused with 429, a further long poll is " +
      "answered at once",
  ),
  TRUSTED_PROXIES: integer(0, 10).default(0).describe(
    "how many proxies in front of the service append to `X-Forwarded-For`. The client's address " +
      "is that many entries from the end. If the number is too large, clients can forge their " +
      "address. With `1` or more, the service also uses `X-Forwarded-Host`, if sent, to recognize " +
      "requests of its own pages",
  ),

  OFFLINE_COPIES: flag.default(true).describe(
    "`0`: the pages keep no copies of finished trips in browsers, and remove their service worker. " +
      "Copies from before can still be read, and forgotten",
  ),

  ALERTS: json(AlertSettings, {
    error: 'JSON such as {"backlog":{"waiting":500},"duration":false}, with the names and ' +
      "thresholds of docs/operations.md",
  }).default({}).meta({
    section: "Alerts.",
    example: JSON.stringify({ backlog: { waiting: 500 }, duration: false }),
    description: "JSON: thresholds of [alerts](operations.md#alerts) that differ from the " +
      "defaults. `false` switches an alert off. For example " +
      '`{"backlog":{"waiting":500},"duration":false}`',
  }),
  ALERT_WEBHOOK_URL: httpUrl.refine(
    (url) => new URL(url).username === "" && new URL(url).password === "",
    { error: "an http(s) URL without a user name and a password" },
  ).optional().meta({
    example: "https://alerts.example.com/tripwright",
    description: "the receiver of [alerts](operations.md#alerts). It may be a private host, and " +
      "may have no TLS. Unset: alerts are shown and logged only",
  }),
  ALERT_WEBHOOK_SECRET: webhookSecret.optional().meta({
    example: "whsec_...",
    description: "the secret (`whsec_…`) that signs deliveries of alerts, as Standard Webhooks " +
      "has it. Needed unless `ALERT_WEBHOOK_FORMAT` is `slack`",
  }),
  ALERT_WEBHOOK_FORMAT: oneOf("json", "slack").default("json").describe(
    "the body of an alert: `json`, or `slack` for an incoming webhook of Slack",
  ),

  LOG_LEVEL: oneOf("debug", "info", "warning", "error").default("info").meta({
    section: "",
    description: "`debug`, `info`, `warning` or `error`",
  }),
  DENO_DEPLOY: flag.default(false).meta({
    // Operators do not set it, so it is not in the documents.
    isSetByPlatform: true,
    description: "Deno Deploy sets it; the service runs there",
  }),
  OTEL_DENO: z.string().optional().meta({
    // A variable of Deno itself.
    isSetByPlatform: true,
    description: "Deno exports traces and logs",
  }),
});

/** The names of all variables: the `env` permission of the tasks. */
export const variableNames = Object.keys(Variables.shape);
