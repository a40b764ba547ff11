/**
 * Tripwright: wiring only.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { createRuntime } from "./jobs/runtime.ts";
import { systemClock, waitAtMost } from "./lib/clock.ts";
import { type Config, ConfigError, readConfig } from "./lib/config.ts";
import { openDatabase } from "./lib/store/database.ts";
import { openInstanceLocks } from "./lib/store/instance_locks.ts";
import { configureLogs, describeError } from "./lib/log.ts";
import { VERSION } from "./lib/version.ts";
import { createWebhookReader } from "./lib/openai/webhook.ts";
import { RateLimiter } from "./lib/store/rate_limiter.ts";
import { createApp, handlerOf } from "./routes/app.ts";
import { presentNotice } from "./routes/api/presenter.ts";
import type { RateLimiters } from "./routes/http/rate_limit.ts";

/**
 * Deno Deploy kills 5 s after SIGINT: time for jobs that are almost done, and to put back the rest.
 * In development the next start is what is waited for.
 */
const GRACE_MS = 4_000;
const DEV_GRACE_MS = 0;

/** What is under way then; one request that stalls must not keep the process. */
const CLOSE_MS = 500;

const log = getLogger("tripwright");

const config = startingConfig();
await configureLogs({ level: config.logLevel, readable: config.dev });
const kv = await openDatabase(config.kvPath).catch((error) =>
  giveUp(`the database of KV_PATH does not open: ${error.message}`)
);
const holder = crypto.randomUUID();
const { jobs, instance, kinds } = createRuntime(config, {
  kv,
  clock: systemClock,
  random: Math.random,
  holder,
  locks: await openInstanceLocks(config.kvPath, holder),
  noticeOf: presentNotice,
});

// Before the server starts, as Deno Deploy wants it. There a cron run is a request, and an instance
// lives as long as it has requests: the run lasts as long as the jobs that it finds.
Deno.cron("sweep", "* * * * *", () => instance.patrol());

const { webhookSecret, apiKeys, publicReads, trustedProxies } = config;
const rateLimiters = createRateLimiters(config);
const app = createApp({
  jobs,
  kinds,
  clock: systemClock,
  corsOrigins: config.corsOrigins,
  access: { apiKeys, publicReads, trustedProxies },
  rateLimiters,
  privateHosts: config.callbackPrivateHosts,
  readWebhook: webhookSecret ? createWebhookReader(webhookSecret) : undefined,
});
const handler = handlerOf(app);
const hurry = new AbortController();
// With `--watch`, Deno stays after `Deno.exit()`. There SIGTERM has to end it, so it has no listener.
for (const signal of config.dev ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => jobs.stopping ? hurry.abort() : shutDown(signal));
}
const server = listen();
instance.start();

function startingConfig(): Config {
  try {
    return readConfig({ dev: Deno.args.includes("--dev") });
  } catch (error) {
    if (error instanceof ConfigError) giveUp(error.message);
    throw error;
  }
}

function createRateLimiters({ rateLimits }: Config): RateLimiters {
  const limiter = (name: keyof RateLimiters) => {
    const limit = rateLimits[name];
    return limit > 0 ? new RateLimiter(kv, { clock: systemClock, name, limit }) : undefined;
  };
  return { requests: limiter("requests"), jobs: limiter("jobs") };
}

function listen(): Deno.HttpServer {
  const { port, hostname } = config;
  try {
    // Deno 2.5 compresses without being told.
    const options = { port, hostname, automaticCompression: true };
    return Deno.serve({ ...options, onListen: (at) => greet(config, at.port) }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) giveUp(`port ${port} is in use, set PORT`);
    giveUp(`cannot listen on HOST ${hostname}, PORT ${port}: ${describeError(error)}`);
  }
}

/** Ends the process with one line that says why it cannot start. */
function giveUp(reason: string): never {
  console.error(`Cannot start: ${reason}`);
  Deno.exit(1);
}

function greet({ dev, generator, doorbell }: Config, port: number): void {
  const url = `http://localhost:${port}`;
  log.info("listening", { url, version: VERSION, generator, doorbell });
  if (generator === "sample") log.warning("plans are samples, set OPENAI_API_KEY for real ones");
  if (generator === "none") log.error("every job will fail, set OPENAI_API_KEY");
  if (!dev) return;
  console.log(`
  Tripwright is at ${url}: open it in a browser.

  Make a trip from here:
  curl -i ${url}/api/itineraries -H 'Content-Type: application/json' \\
    -d '{"destination":"Tokyo, Japan","durationDays":5}'
`);
}

/** Ends in order; a second signal ends the grace of the jobs that still run. */
async function shutDown(signal: string): Promise<void> {
  log.info("stopping", { signal, running: instance.running });
  await instance.stop(config.dev ? DEV_GRACE_MS : GRACE_MS, hurry.signal);
  await waitAtMost(server.shutdown(), { ms: CLOSE_MS, clock: systemClock });
  const settled = Promise.all(Object.values(rateLimiters).map((limiter) => limiter?.settled()));
  await waitAtMost(settled, { ms: CLOSE_MS, clock: systemClock });
  kv.close();
  log.info("stopped");
  Deno.exit(0);
}
