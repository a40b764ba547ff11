/**
 * Tripwright: wiring only.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { createRuntime } from "./jobs/runtime/runtime.ts";
import { DAY_MS, systemClock, waitAtMost } from "./lib/clock.ts";
import { type Config, ConfigError, readConfig } from "./lib/config.ts";
import { DescriptorReserve } from "./lib/http/descriptor_reserve.ts";
import { Listener } from "./lib/http/listener.ts";
import { openDatabase, StorageFullError } from "./lib/store/database.ts";
import { openInstanceLocks } from "./lib/store/instance_locks.ts";
import { configureLogs, describeError, reasonOf } from "./lib/log.ts";
import { measureEventLoop, observeProcess } from "./lib/metrics/process_metrics.ts";
import { VERSION } from "./lib/version.ts";
import { ModelShutdowns } from "./lib/openai/model_shutdowns.ts";
import { createWebhookReader } from "./lib/openai/webhook.ts";
import { RateLimiter } from "./lib/store/rate_limiter.ts";
import { storageSpaceOf } from "./lib/store/storage_space.ts";
import { createApp, handlerOf } from "./routes/app.ts";
import { presentNotice } from "./routes/api/presenter.ts";
import { PhotoBook } from "./routes/photos/photo_book.ts";
import type { RateLimiters } from "./routes/http/rate_limit.ts";
import { platform } from "./lib/platform/platform.ts";
import type { Address } from "./lib/platform/contract.ts";

/** In development, running jobs are released at once, because the developer waits for the restart. */
const DEV_GRACE_MS = 0;

/**
 * How long the server and the rate limiters may take to stop: a stalled request must not delay it.
 */
const CLOSE_MS = 500;

/**
 * How long after the start the metrics are loaded, which takes tens of milliseconds. Until then, the
 * values wait in memory.
 */
const METRICS_DELAY_MS = 1_000;

/** `EX_TEMPFAIL` of sysexits.h: a later start succeeds if the disk has space again. */
const DISK_FULL_EXIT_CODE = 75;

/**
 * How many file descriptors clients cannot use up: for tools, callbacks, name lookups and modules
 * that are loaded late. Each job that may still start has one more, for its model call.
 */
const RESERVED_DESCRIPTORS = 32;

const log = getLogger("tripwright");

const config = await startingConfig();
await configureLogs({
  level: config.logLevel,
  readable: config.dev,
  eachLine: config.logsEachLine,
});
const storage = storageSpaceOf(config.kvPath, { ...config, clock: systemClock });
const kv = await openDatabase(config.kvPath, { storage, isRemote: config.isKvRemote })
  .catch(exitWithoutDatabase);
const holder = crypto.randomUUID();
const { jobs, instance, kinds, health, operator, apiKeys, keys, metrics } = createRuntime(config, {
  kv,
  clock: systemClock,
  random: Math.random,
  holder,
  locks: await openInstanceLocks(config.kvPath, holder),
  storage,
  noticeOf: presentNotice,
});
// Before the first request: until then, the service does not know whether callers need a key.
await keys.refresh().catch(exitWithoutKeys);

// Deno Deploy requires this before the server starts. There, a cron run is a request, and an
// instance without requests is stopped. So the run lasts until the jobs that it finds have ended.
platform.everyMinute("sweep", () => instance.patrol());

const shutdowns = createModelShutdowns(config);
const { webhookSecret, publicReads, trustedProxies } = config;
const rateLimiters = createRateLimiters(config);
const app = createApp({
  jobs,
  kinds,
  clock: systemClock,
  corsOrigins: config.corsOrigins,
  allowedHosts: config.allowedHosts,
  access: { apiKeys, publicReads, trustedProxies },
  rateLimiters,
  offlineCopies: config.offlineCopies,
  maxStreamsPerCaller: config.maxStreamsPerCaller,
  privateHosts: config.callbackPrivateHosts,
  readWebhook: webhookSecret ? createWebhookReader(webhookSecret) : undefined,
  health,
  metrics,
  operator,
  adminToken: config.adminToken,
  photos: createPhotoBook(config),
  warnings: () => shutdowns.warnings,
  tilesUrl: config.tilesUrl,
});
const handler = handlerOf(app);
const hurry = new AbortController();
// With `--watch`, Deno survives `exit()`. In development SIGTERM must end it, so no listener.
for (const signal of config.dev ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  platform.onSignal(signal, () => jobs.stopping ? hurry.abort() : shutDown(signal));
}
const server = await startListening();
instance.start();
// In the background: the start must not wait for OpenAI.
shutdowns.check();
const stopping = new AbortController();
startMetrics();

async function startingConfig(): Promise<Config> {
  try {
    return await readConfig({ dev: platform.args.includes("--dev") });
  } catch (error) {
    if (error instanceof ConfigError) exitWithReason(error.message);
    throw error;
  }
}

function createModelShutdowns({ generator, openai, ...models }: Config): ModelShutdowns {
  return new ModelShutdowns({
    apiKey: openai.apiKey,
    baseUrl: openai.baseUrl,
    isOpenAI: openai.isOpenAI && generator === "openai",
    models: { ITINERARY_MODEL: models.itineraryModel, BUNDLES_MODEL: models.bundlesModel },
    clock: systemClock,
  });
}

function createPhotoBook({ photos }: Config): PhotoBook | null {
  if (photos === null) return null;
  const { baseUrl, contact } = photos;
  const userAgent = `Tripwright/${VERSION} (${contact})`;
  return new PhotoBook({ baseUrl, userAgent, clock: systemClock });
}

function createRateLimiters({ rateLimits, dailyJobsPerAddress = 0 }: Config): RateLimiters {
  const limiter = (name: string, limit: number, windowMs?: number) =>
    limit > 0 ? new RateLimiter(kv, { clock: systemClock, name, limit, windowMs }) : undefined;
  return {
    requests: limiter("requests", rateLimits.requests),
    jobs: limiter("jobs", rateLimits.jobs),
    jobsPerDay: limiter("jobs-per-day", dailyJobsPerAddress, DAY_MS),
  };
}

/** Loads the metrics after the first requests, which must not wait for it. */
async function startMetrics(): Promise<void> {
  observeProcess(metrics, VERSION);
  measureEventLoop(metrics, { clock: systemClock, signal: stopping.signal });
  await systemClock.wait(METRICS_DELAY_MS, stopping.signal);
  if (stopping.signal.aborted) return;
  await metrics.load().catch((error) =>
    log.error("metrics not loaded", { error: describeError(error) })
  );
}

/** Listens; on Deno Deploy only once, because there the platform accepts the connections. */
async function startListening(): Promise<{ shutdown(): Promise<void> }> {
  const { port, hostname, onDeploy, concurrency } = config;
  const greeting = { port, onListen: (at: Address) => greet(config, at.port) };
  const serve = (port?: number) =>
    platform.network.serve(
      { hostname, ...(port === undefined ? greeting : { port, onListen: () => {} }) },
      handler,
    );
  try {
    if (onDeploy) return await serve();
    const reserve = new DescriptorReserve(() =>
      RESERVED_DESCRIPTORS + Math.max(0, concurrency - instance.running)
    );
    return await Listener.open({ serve, reserve, clock: systemClock });
  } catch (error) {
    if (platform.failures.isAddressInUse(error)) exitWithReason(`port ${port} is in use, set PORT`);
    exitWithReason(`cannot listen on HOST ${hostname}, PORT ${port}: ${describeError(error)}`);
  }
}

/** Exits with one line that says why the service cannot start. */
function exitWithReason(reason: string, code = 1): never {
  console.error(`Cannot start: ${reason}`);
  platform.exit(code);
}

function exitWithoutDatabase(error: Error): never {
  if (platform.failures.isForbidden(error)) {
    exitWithReason(
      `the program has no permission for the database of KV_PATH (${reasonOf(error)}). The tasks ` +
        `"dev" and "start" permit its directory; a service unit or an image must permit it itself`,
    );
  }
  if (!(error instanceof StorageFullError)) {
    exitWithReason(`the database of KV_PATH cannot be opened: ${reasonOf(error)}`);
  }
  const free = storage.report.freeBytes ?? 0;
  exitWithReason(
    `the disk of KV_PATH is full (${free} bytes free): free some space, then start again`,
    DISK_FULL_EXIT_CODE,
  );
}

function exitWithoutKeys(error: unknown): never {
  exitWithReason(`the API keys cannot be read from the database: ${describeError(error)}`);
}

function greet({ dev, generator, doorbell, strangersMaySpend }: Config, port: number): void {
  const url = `http://localhost:${port}`;
  log.info("listening", { url, version: VERSION, generator, doorbell });
  if (generator === "sample") log.warning("plans are samples, set OPENAI_API_KEY for real ones");
  if (strangersMaySpend && !apiKeys.isRequired) {
    log.warning(
      "nothing limits what all callers spend together, set API_KEYS, DAILY_JOBS or DAILY_COST_USD",
    );
  }
  if (generator === "none") log.error("every job will fail, set OPENAI_API_KEY");
  if (!dev) return;
  console.log(`
  Tripwright runs at ${url}: open it in a browser.

  Or create a trip from the command line:
  curl -i ${url}/api/itineraries -H 'Content-Type: application/json' \\
    -d '{"destination":"Tokyo, Japan","durationDays":5}'
`);
}

/** Stops the service in order. A second signal ends the grace period of the running jobs. */
async function shutDown(signal: string): Promise<void> {
  const graceMs = config.dev ? DEV_GRACE_MS : config.graceMs;
  log.info("stopping", { signal, running: instance.running, graceMs });
  stopping.abort();
  await instance.stop(graceMs, hurry.signal);
  await waitAtMost(server.shutdown(), { ms: CLOSE_MS, clock: systemClock });
  const settled = Promise.all(Object.values(rateLimiters).map((limiter) => limiter?.settled()));
  await waitAtMost(settled, { ms: CLOSE_MS, clock: systemClock });
  kv.close();
  storage[Symbol.dispose]();
  log.info("stopped");
  platform.exit(0);
}
