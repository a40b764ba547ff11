/**
 * Tripwright: wiring only.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { Engine } from "./jobs/engine.ts";
import { createKinds } from "./jobs/registry.ts";
import { systemClock } from "./lib/clock.ts";
import { type Config, ConfigError, parseConfig, variableNames } from "./lib/config.ts";
import { openDatabase } from "./lib/database.ts";
import { configureLogs } from "./lib/log.ts";
import { createModels } from "./lib/models.ts";
import { createApp } from "./routes/app.ts";

/** Deno Deploy kills 5 s after SIGINT: time for jobs that are almost done, and to put back the rest. */
const GRACE_MS = 4_000;

const log = getLogger("tripwright");

const config = readConfig();
await configureLogs({ level: config.logLevel, readable: config.dev });
const kv = await openDatabase(config.kvPath);
const engine = new Engine({
  ...config,
  kv,
  kinds: createKinds(config),
  model: createModels(config, systemClock),
  clock: systemClock,
  random: Math.random,
});

// Before the server starts, as Deno Deploy wants it. The run lasts as long as the jobs that it finds:
// on Deno Deploy a cron run is a request, and an instance lives as long as it has requests.
Deno.cron("sweep", "* * * * *", async () => {
  await engine.sweep();
  await engine.idle();
});

const { corsOrigins, apiKeys } = config;
const app = createApp({ engine, corsOrigins, apiKeys, now: systemClock.now });
const server = Deno.serve(
  { port: config.port, hostname: config.hostname, onListen: ({ port }) => greet(config, port) },
  app.fetch,
);
engine.start();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => shutDown(signal));
}

function readConfig(): Config {
  const env = Object.fromEntries(variableNames.map((name) => [name, Deno.env.get(name)]));
  try {
    return parseConfig(env, { dev: Deno.args.includes("--dev") });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}

function greet({ dev, generator, doorbell }: Config, port: number): void {
  const url = `http://localhost:${port}`;
  log.info("listening", { url, generator, doorbell });
  if (generator === "sample") log.warning("no OPENAI_API_KEY: plans are samples");
  if (generator === "none") log.error("no OPENAI_API_KEY: every job will fail");
  if (!dev) return;
  console.log(`
  Tripwright is at ${url}

  Make a trip:
  curl -i ${url}/api/itineraries -H 'Content-Type: application/json' \\
    -d '{"destination":"Tokyo, Japan","durationDays":5}'
`);
}

async function shutDown(signal: string): Promise<void> {
  if (engine.stopping) return;
  log.info("stopping", { signal, running: engine.running });
  await engine.stop(GRACE_MS);
  kv.close();
  await server.shutdown();
  log.info("stopped");
  Deno.exit(0);
}
