import { assert, assertEquals, assertMatch, assertStrictEquals, fail } from "@std/assert";
import { type Config, ConfigError, parseConfig } from "../../lib/config.ts";

function messageFor(env: Record<string, string>): string {
  try {
    parseConfig(env);
  } catch (error) {
    assert(error instanceof ConfigError);
    return error.message;
  }
  fail(`parseConfig() accepted ${JSON.stringify(env)}`);
}

Deno.test("parseConfig() has a default for everything", () => {
  const config = parseConfig({});
  assertStrictEquals(config.port, 8000);
  assertStrictEquals(config.hostname, "0.0.0.0");
  assertStrictEquals(config.kvPath, undefined);
  assertStrictEquals(config.generator, "sample");
  assertStrictEquals(config.doorbell, "queue");
  assertStrictEquals(config.concurrency, 100);
  assertStrictEquals(config.leaseMs, 10_000);
  assertStrictEquals(config.graceMs, 4_000);
  assertEquals(config.limits, { maxAttempts: 4, timeoutMs: 15 * 60_000 });
  assertStrictEquals(config.jobTtlMs, 24 * 3_600_000);
  assertStrictEquals(config.maxQueuedJobs, 10_000);
  assertEquals(config.corsOrigins, ["*"]);
  assertStrictEquals(config.apiKeys.length, 0);
  assertStrictEquals(config.publicReads, false);
  assertStrictEquals(config.dailyJobsPerKey, undefined);
  assertStrictEquals(config.dailyJobsPerAddress, undefined);
  assertEquals(config.daily, { jobs: undefined, costUsd: undefined });
  assertEquals(config.rateLimits, { requests: 600, jobs: 60 });
  assertStrictEquals(config.trustedProxies, 0);
  assertStrictEquals(config.mockIfQuota, false);
  assertStrictEquals(config.dedupeInFlight, false);
  assertStrictEquals(config.openai.timeoutMs, 300_000);
  assertStrictEquals(config.openai.idleMs, 120_000);
  assertStrictEquals(config.openai.background, true);
  assertStrictEquals(config.webhookSecret, undefined);
  assertEquals(config.prices, {});
});

Deno.test("parseConfig() takes any other path of the database", () => {
  const paths = [
    "kv.sqlite",
    "../a b/kv",
    "/var/a~b:c.sqlite",
    "C:\\data\\kv",
    ":memory:",
    "https://kv",
  ];
  assertEquals(paths.map((path) => parseConfig({ KV_PATH: path }).kvPath), paths);
});

Deno.test("parseConfig() treats an empty value as unset", () => {
  assertEquals(
    parseConfig({ PORT: "", OPENAI_API_KEY: "  ", CORS_ORIGINS: "" }),
    parseConfig({}),
  );
});

Deno.test("the grace period is the configured one, but on Deno Deploy ends before the kill", () => {
  const graceMs = (env: Record<string, string>) => parseConfig(env).graceMs;
  assertStrictEquals(graceMs({ SHUTDOWN_GRACE_SECONDS: "600" }), 600_000);
  assertStrictEquals(graceMs({ SHUTDOWN_GRACE_SECONDS: "600", DENO_DEPLOY: "1" }), 4_000);
  assertStrictEquals(graceMs({ SHUTDOWN_GRACE_SECONDS: "0", DENO_DEPLOY: "1" }), 0);
});

Deno.test("sample plans take a few seconds under `deno task dev` unless configured otherwise", () => {
  assertStrictEquals(parseConfig({}).sampleDelayMs, 0);
  assert(parseConfig({}, { dev: true }).sampleDelayMs >= 2_000);
  assertStrictEquals(parseConfig({ SAMPLE_DELAY_MS: "7" }, { dev: true }).sampleDelayMs, 7);
});

const bad: [env: Record<string, string>, message: string][] = [
  [{ PORT: "http" }, 'PORT is "http", expected a whole number from 0 to 65535'],
  [{ PORT: "65536" }, 'PORT is "65536", expected a whole number from 0 to 65535'],
  [{ PORT: "-1" }, 'PORT is "-1", expected a whole number from 0 to 65535'],
  [{ PORT: "80.5" }, 'PORT is "80.5", expected a whole number from 0 to 65535'],
  [{ LEASE_SECONDS: "0" }, 'LEASE_SECONDS is "0", expected a whole number from 1 to 300'],
  [{ JOB_TTL_HOURS: "0.001" }, 'JOB_TTL_HOURS is "0.001", expected a number from 0.01 to 720'],
  [{ JOB_TTL_HOURS: "1h" }, 'JOB_TTL_HOURS is "1h", expected a number from 0.01 to 720'],
  [{ GENERATOR: "gpt" }, 'GENERATOR is "gpt", expected one of auto, openai, sample'],
  ...["//tiles.example.com/a.pmtiles", "tiles/a.pmtiles", "ftp://tiles.example.com/a", "/a;b"].map((
    url,
  ): [Record<string, string>, string] => [
    { TILES_URL: url },
    `TILES_URL is "${url}", expected an http(s) URL, or a path on this host such as ` +
    "/tiles/europe.pmtiles",
  ]),
  ...["~/kv.sqlite", "file:///kv.sqlite", "http:/kv", "/a,/etc/kv.sqlite"].map((
    path,
  ): [Record<string, string>, string] => [
    { KV_PATH: path },
    `KV_PATH is "${path}", expected a path with no comma and no ~ at its start, :memory: or an ` +
    "http(s) URL",
  ]),
  [{ DOORBELL: "bell" }, 'DOORBELL is "bell", expected one of auto, queue, sweep'],
  [
    { CORS_ORIGINS: "," },
    'CORS_ORIGINS is ",", expected * or a comma-separated list of origins ' +
    "such as https://example.com",
  ],
  ...[",", "trips.example:443", "https://trips.example", "a b"].map((
    hosts,
  ): [Record<string, string>, string] => [
    { ALLOWED_HOSTS: hosts },
    `ALLOWED_HOSTS is "${hosts}", expected a comma-separated list of host names such as ` +
    "trips.example.com, without ports",
  ]),
  [{ DAILY_JOBS: "0" }, 'DAILY_JOBS is "0", expected a whole number from 1 to 100000000'],
  ...["0", "-1", "5 USD", "1e3", ".5"].map((amount): [Record<string, string>, string] => [
    { DAILY_COST_USD: amount },
    `DAILY_COST_USD is "${amount}", expected an amount such as 20 or 0.50`,
  ]),
  [
    {
      OPENAI_API_KEY: "sk-test",
      DAILY_COST_USD: "5",
      MODEL_PRICES: '{"gpt-6-luna":{"input":1,"output":1}}',
    },
    "DAILY_COST_USD needs the price of BUNDLES_MODEL gpt-6.1-terra in MODEL_PRICES",
  ],
  [{ USE_MOCK_IF_QUOTA: "maybe" }, 'USE_MOCK_IF_QUOTA is "maybe", expected 1 or 0'],
  [{ OPENAI_BASE_URL: "localhost" }, 'OPENAI_BASE_URL is "localhost", expected an http(s) URL'],
  [
    { BUNDLES_EFFORT: "maximal" },
    'BUNDLES_EFFORT is "maximal", expected one of none, minimal, low, medium, high, xhigh, ' +
    "or nothing for the model's default",
  ],
  [
    { OPENAI_SERVICE_TIER: "cheap" },
    'OPENAI_SERVICE_TIER is "cheap", expected one of auto, default, flex, priority',
  ],
  [{ ITINERARY_MODEL: "a b" }, 'ITINERARY_MODEL is "a b", expected a model name'],
  [
    { CORS_ORIGINS: "https://example.com/path" },
    'CORS_ORIGINS is "https://example.com/path", expected * or a comma-separated list of origins ' +
    "such as https://example.com",
  ],
  ...[
    "cheap",
    "5",
    '{"gpt":{"input":1}}',
    '{"gpt":{"input":-1,"output":1}}',
    '{"gpt":{"input":1,"output":1,"cached_input":0.1}}',
    '{"a model":{"input":1,"output":1}}',
  ].map((prices): [Record<string, string>, string] => [
    { MODEL_PRICES: prices },
    `MODEL_PRICES is ${JSON.stringify(prices)}, expected JSON such as ` +
    '{"model":{"input":1,"cachedInput":0.05,"cacheWrite":1.25,"output":5}}, in US dollars per million tokens',
  ]),
];

for (const [env, message] of bad) {
  Deno.test(`parseConfig() rejects ${JSON.stringify(env)} with one line`, () => {
    assertStrictEquals(messageFor(env), message);
  });
}

Deno.test("parseConfig() takes a part of an hour as the life of a job, in whole milliseconds", () => {
  assertStrictEquals(parseConfig({ JOB_TTL_HOURS: "0.5" }).jobTtlMs, 1_800_000);
  assertStrictEquals(parseConfig({ JOB_TTL_HOURS: "0.1234567" }).jobTtlMs, 444_444);
});

Deno.test("parseConfig() trims spaces and line breaks around a key", () => {
  const { openai, generator } = parseConfig({ OPENAI_API_KEY: " sk-test\r\n" });
  assertStrictEquals(openai.apiKey, "sk-test");
  assertStrictEquals(generator, "openai");
});

for (const key of ["sk-first\nsk-second", "sk-schlüssel", "sk one two"]) {
  Deno.test(`parseConfig() rejects the key ${JSON.stringify(key)} without repeating it`, () => {
    const message = messageFor({ OPENAI_API_KEY: key });
    assertMatch(message, /^OPENAI_API_KEY is \(hidden\), expected a key of/);
    assert(!message.includes("sk"));
  });
}

Deno.test("parseConfig() rejects short API keys without repeating them", () => {
  const message = messageFor({ API_KEYS: "0123456789abcdef,hunter2" });
  assertMatch(message, /^API_KEYS .* at least 16 characters/);
  assert(!message.includes("hunter2"));
});

for (const token of ["0123456789abcde", "0123456789 abcdef", "0123456789\nabcdef"]) {
  Deno.test(`parseConfig() rejects the admin token ${JSON.stringify(token)} without repeating it`, () => {
    const message = messageFor({ ADMIN_TOKEN: token });
    assertMatch(message, /^ADMIN_TOKEN is \(hidden\), expected a token of at least 16 visible/);
    assert(!message.includes("0123"));
  });
}

Deno.test("parseConfig() rejects an admin token that is an API key, without repeating it", () => {
  const key = "0123456789abcdef";
  assertStrictEquals(
    messageFor({ ADMIN_TOKEN: key, API_KEYS: `fedcba9876543210,${key}` }),
    "ADMIN_TOKEN is (hidden), expected a token that is not one of API_KEYS",
  );
  assertStrictEquals(parseConfig({ ADMIN_TOKEN: key }).adminToken, key);
  assertStrictEquals(parseConfig({}).adminToken, undefined);
});

Deno.test("parseConfig() rejects an API_KEYS list without keys", () => {
  assertMatch(messageFor({ API_KEYS: " , " }), /^API_KEYS is \(hidden\)/);
});

const choices: [env: Record<string, string>, member: keyof Config, value: string][] = [
  [{ OPENAI_API_KEY: "sk-test" }, "generator", "openai"],
  [{ OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" }, "generator", "openai"],
  [{ OPENAI_BASE_URL: "https://eu.api.openai.com/v1" }, "generator", "sample"],
  [{ OPENAI_API_KEY: "sk-test", GENERATOR: "sample" }, "generator", "sample"],
  [{ DENO_DEPLOY: "true" }, "generator", "none"],
  [{ DENO_DEPLOY: "true", GENERATOR: "sample" }, "generator", "sample"],
  [{ DENO_DEPLOY: "true", OPENAI_API_KEY: "sk-test" }, "generator", "openai"],
  [{ DENO_DEPLOY: "true" }, "doorbell", "sweep"],
  [{ KV_PATH: "https://kv.example.com" }, "doorbell", "sweep"],
  [{ KV_PATH: "data/kv.sqlite" }, "doorbell", "queue"],
  [{ DOORBELL: "sweep" }, "doorbell", "sweep"],
];

for (const [env, member, value] of choices) {
  Deno.test(`parseConfig() sets ${member} to ${value} for ${JSON.stringify(env)}`, () => {
    assertStrictEquals(parseConfig(env)[member], value);
  });
}

const backgrounds: [env: Record<string, string>, background: boolean][] = [
  [{ OPENAI_BASE_URL: "https://api.openai.com/v1" }, true],
  [{ OPENAI_BASE_URL: "http://localhost:11434/v1" }, false],
  [{ OPENAI_BASE_URL: "https://api.openai.com.example.com/v1" }, false],
  [{ OPENAI_BASE_URL: "http://localhost:11434/v1", OPENAI_BACKGROUND: "on" }, true],
  [{ OPENAI_BACKGROUND: "off" }, false],
];

for (const [env, background] of backgrounds) {
  Deno.test(`parseConfig() sets background to ${background} for ${JSON.stringify(env)}`, () => {
    assertStrictEquals(parseConfig(env).openai.background, background);
  });
}

const elsewhere = { OPENAI_BASE_URL: "http://localhost:11434/v1" };

const efforts: [
  env: Record<string, string>,
  itinerary: string | undefined,
  bundles: string | undefined,
][] = [
  [{}, "low", "medium"],
  [{ ITINERARY_EFFORT: "none", BUNDLES_EFFORT: "xhigh" }, "none", "xhigh"],
  [{ ITINERARY_EFFORT: "", BUNDLES_EFFORT: " " }, undefined, undefined],
  [elsewhere, undefined, undefined],
  [{ ...elsewhere, ITINERARY_EFFORT: "low", BUNDLES_EFFORT: "medium" }, "low", "medium"],
  [{ ...elsewhere, ITINERARY_EFFORT: "" }, undefined, undefined],
];

for (const [env, itinerary, bundles] of efforts) {
  Deno.test(`parseConfig() chooses the efforts for ${JSON.stringify(env)}`, () => {
    const { itineraryEffort, bundlesEffort } = parseConfig(env);
    assertEquals([itineraryEffort, bundlesEffort], [itinerary, bundles]);
  });
}

Deno.test("parseConfig() reads the service tier, which is unset by default", () => {
  assertStrictEquals(parseConfig({}).openai.serviceTier, undefined);
  assertStrictEquals(parseConfig({ OPENAI_SERVICE_TIER: "flex" }).openai.serviceTier, "flex");
});

const shares: [env: Record<string, string>, perAddress: number | undefined][] = [
  [{}, undefined],
  [{ DAILY_JOBS: "1000" }, 100],
  [{ DAILY_JOBS: "1001" }, 101],
  [{ DAILY_JOBS: "1" }, 1],
  [{ DAILY_JOBS: "1000", DAILY_JOBS_PER_ADDRESS: "7" }, 7],
  [{ DAILY_JOBS_PER_ADDRESS: "7" }, 7],
];

for (const [env, perAddress] of shares) {
  Deno.test(`with ${JSON.stringify(env)}, an address may create ${perAddress} jobs a day`, () => {
    assertStrictEquals(parseConfig(env).dailyJobsPerAddress, perAddress);
  });
}

Deno.test("parseConfig() reads the daily limits; a cost needs prices only if the model has them", () => {
  assertEquals(parseConfig({}).daily, { jobs: undefined, costUsd: undefined });
  const sample = { DAILY_JOBS: "7", DAILY_COST_USD: "0.50" };
  assertEquals(parseConfig(sample).daily, { jobs: 7, costUsd: 0.5 });
  const price = { input: 1, output: 1 };
  const priced = {
    OPENAI_API_KEY: "sk-test",
    DAILY_COST_USD: "20",
    MODEL_PRICES: JSON.stringify({ "gpt-6-luna": price, "gpt-6.1-terra": price }),
  };
  assertEquals(parseConfig(priced).daily, { jobs: undefined, costUsd: 20 });
});

const key = { OPENAI_API_KEY: "sk-test" };
const spenders: [env: Record<string, string>, strangersMaySpend: boolean][] = [
  [{}, false],
  [key, true],
  [{ ...key, OPENAI_BASE_URL: "https://gateway.example/v1" }, true],
  [{ ...key, DAILY_JOBS_PER_KEY: "5" }, true],
  [{ ...key, GENERATOR: "sample" }, false],
  [{ ...key, API_KEYS: "our-own-key-0123456789" }, false],
  [{ ...key, DAILY_JOBS: "100" }, false],
  [{ OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" }, false],
];

for (const [env, expected] of spenders) {
  Deno.test(`strangers ${expected ? "may" : "may not"} spend without limit with ${JSON.stringify(env)}`, () => {
    assertStrictEquals(parseConfig(env).strangersMaySpend, expected);
  });
}

Deno.test("parseConfig() reads the prices of models", () => {
  const prices = {
    "gpt-6-luna": { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 },
    "org/other:1": { input: 0, output: 0 },
  };
  assertEquals(parseConfig({ MODEL_PRICES: JSON.stringify(prices) }).prices, prices);
});

Deno.test("parseConfig() reads the idle timeout in seconds, and the webhook secret unchanged", () => {
  const webhookSecret = `whsec_${btoa("a key of 24 characters..")}`;
  const config = parseConfig({ OPENAI_IDLE_SECONDS: "7", OPENAI_WEBHOOK_SECRET: webhookSecret });
  assertStrictEquals(config.openai.idleMs, 7_000);
  assertStrictEquals(config.webhookSecret, webhookSecret);
});

for (const secret of ["whsec_short", "sk-0123456789abcdef", "whsec_not base64 at all"]) {
  Deno.test(`parseConfig() rejects the webhook secret ${secret} without repeating it`, () => {
    const message = messageFor({ OPENAI_WEBHOOK_SECRET: secret });
    assertMatch(
      message,
      /^OPENAI_WEBHOOK_SECRET is \(hidden\), expected the signing secret of a webhook/,
    );
    assert(!message.includes(secret));
  });
}

Deno.test("parseConfig() rejects settings that contradict each other", () => {
  assertMatch(messageFor({ GENERATOR: "openai" }), /^OPENAI_API_KEY is not set/);
  assertMatch(messageFor({ DOORBELL: "queue", DENO_DEPLOY: "1" }), /Deno Deploy/);
  assertMatch(messageFor({ DOORBELL: "queue", KV_PATH: "http://127.0.0.1:1" }), /KV_PATH/);
});

for (
  const [env, expected] of [
    [{}, false],
    [{ OTEL_DENO: "true" }, true],
    [{ OTEL_DENO: "1" }, true],
    [{ OTEL_DENO: "false" }, false],
    [{ DENO_DEPLOY: "1", KV_PATH: "" }, true],
  ] as const
) {
  Deno.test(`log lines are ${expected ? "single" : "batched"} with ${JSON.stringify(env)}`, () => {
    assertStrictEquals(parseConfig(env).logsEachLine, expected);
  });
}

Deno.test("parseConfig() changes single thresholds of alerts, and keeps the others", () => {
  const { alerts } = parseConfig({ ALERTS: '{"backlog":{"waiting":50},"duration":false}' });
  const defaults = parseConfig({}).alerts;
  assert(defaults.backlog);
  assertEquals(alerts, {
    ...defaults,
    backlog: { ...defaults.backlog, waiting: 50 },
    duration: false,
  });
});

for (
  const alerts of [
    "{",
    '{"unknown":{}}',
    '{"backlog":{"waiting":0}}',
    '{"backlog":{"unknown":1}}',
    '{"backlog":true}',
    // It would clear at a worse value than that at which it fires.
    '{"success_rate":{"below":0.9,"clearAt":0.8}}',
    '{"model_errors":{"times":2,"clearTimes":3}}',
    '{"storage_nearly_full":{"marks":3}}',
  ]
) {
  Deno.test(`parseConfig() rejects ALERTS ${alerts}`, () => {
    assertMatch(messageFor({ ALERTS: alerts }), /^ALERTS is .*, expected JSON such as \{"backlog"/);
  });
}

Deno.test("parseConfig() checks places with a server that is named, at its rate", () => {
  assertEquals(parseConfig({ PLACES_BASE_URL: "http://osm.internal" }).places, {
    provider: null,
    intervalMs: 1_000,
    routerUrl: null,
  });
  assertEquals(
    parseConfig({
      PLACES_PROVIDER: "photon",
      PLACES_BASE_URL: "http://osm.internal/photon",
      PLACES_PER_SECOND: "2.5",
      ROUTER_BASE_URL: "http://osm.internal/osrm",
    }).places,
    {
      provider: { name: "photon", baseUrl: "http://osm.internal/photon" },
      intervalMs: 400,
      routerUrl: "http://osm.internal/osrm",
    },
  );
  assertMatch(messageFor({ PLACES_PROVIDER: "nominatim" }), /^PLACES_BASE_URL is not set/);
});

Deno.test("parseConfig() needs a contact for photographs, which are off by default", () => {
  assertStrictEquals(parseConfig({}).photos, null);
  assertMatch(messageFor({ PHOTOS: "commons" }), /^PHOTOS_CONTACT is not set/);
  assertMatch(messageFor({ PHOTOS: "flickr" }), /^PHOTOS is "flickr"/);
  assertEquals(parseConfig({ PHOTOS: "commons", PHOTOS_CONTACT: "me@example.com" }).photos, {
    baseUrl: "https://commons.wikimedia.org",
    contact: "me@example.com",
  });
});

/** Servers that may not be used. */
const publicServers: [variable: string, url: string][] = [
  ["PLACES_BASE_URL", "https://nominatim.openstreetmap.org"],
  ["PLACES_BASE_URL", "https://Nominatim.OpenStreetMap.org/search"],
  ["PLACES_BASE_URL", "https://nominatim.openstreetmap.org."],
  ["PLACES_BASE_URL", "https://photon.komoot.io/"],
  ["ROUTER_BASE_URL", "https://router.project-osrm.org"],
];

for (const [variable, url] of publicServers) {
  Deno.test(`parseConfig() rejects the public server ${url}`, () => {
    const env = { PLACES_PROVIDER: "nominatim", PLACES_BASE_URL: "http://osm.internal" };
    assertMatch(messageFor({ ...env, [variable]: url }), /expected a server of your own/);
  });
}

Deno.test("parseConfig() delivers alerts to a receiver that has what its format needs", () => {
  const url = "http://alerts.internal/hook";
  const secret = `whsec_${btoa("a key of 24 characters..")}`;
  assertStrictEquals(parseConfig({ ALERT_WEBHOOK_SECRET: secret }).alertReceiver, null);
  assertEquals(
    parseConfig({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret }).alertReceiver,
    { url, secret, format: "json" },
  );
  assertEquals(
    parseConfig({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_FORMAT: "slack" }).alertReceiver,
    { url, secret: null, format: "slack" },
  );
  assertMatch(messageFor({ ALERT_WEBHOOK_URL: url }), /^ALERT_WEBHOOK_SECRET is not set/);
});

Deno.test("parseConfig() rejects a receiver of alerts without repeating it", () => {
  for (const url of ["ftp://alerts.example/T0/B0/secret", "https://me:secret@alerts.example/"]) {
    const message = messageFor({ ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_FORMAT: "slack" });
    assertMatch(message, /^ALERT_WEBHOOK_URL is \(hidden\), expected an http\(s\) URL/);
    assert(!message.includes("secret"));
  }
});
