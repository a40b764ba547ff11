/**
 * Measures what counting costs a poll: polls of the application with and without the measurement of
 * requests, in turns, in this process and without a network. `deno task metrics`
 *
 * All figures are processor time. With a network, a poll costs more, and the share is smaller.
 */
import { parseArgs } from "node:util";
import { cpuUsage } from "node:process";
import { Hono } from "hono";
import { systemClock } from "../lib/clock.ts";
import { handlerOf } from "../routes/app.ts";
import type { AppEnv } from "../routes/http/caller.ts";
import { testApp, tokyo } from "../testing/app.ts";
import { workDirectory } from "../testing/program.ts";
import { openBenchRuntime } from "./runtime.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "60" } } });
const ROUNDS = Number(values.rounds);
const POLLS = 3_000;

/** How many rounds come first, without being counted. */
const WARM_UP = 5;

/** Returns the application without its first middleware, which measures requests. */
function withoutMeasurement(app: Hono<AppEnv>): Hono<AppEnv> {
  const bare = new Hono<AppEnv>({ strict: false });
  for (const { method, path, handler } of app.routes.slice(1)) bare.on(method, path, handler);
  return bare;
}

/** Returns the processor time of one call in microseconds. */
async function timeOf(poll: () => Promise<unknown>): Promise<number> {
  const before = cpuUsage();
  for (let n = 0; n < POLLS; n++) await poll();
  const { user, system } = cpuUsage(before);
  return (user + system) / POLLS;
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

await using directory = await workDirectory();
using kv = await Deno.openKv(`${directory.path}/kv.sqlite`);
const runtime = openBenchRuntime(kv);
await runtime.metrics.load();
const app = testApp(runtime, { clock: systemClock });
const body = JSON.stringify(tokyo);
const headers = { "content-type": "application/json" };
const posted = await app.request("/api/itineraries", { method: "POST", body, headers });
const path = posted.headers.get("location")!;
await runtime.instance.idle();

const measured = handlerOf(app);
const bare = handlerOf(withoutMeasurement(app));
const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 } } as const;
const poll = (handler: typeof measured) => async () => {
  const request = new Request(`http://localhost${path}`);
  const response = await handler(request, info);
  await response.arrayBuffer();
};

const times = { measured: [] as number[], bare: [] as number[] };
for (let round = -WARM_UP; round < ROUNDS; round++) {
  // Each comes first in every second round.
  const order = round % 2 === 0 ? ["measured", "bare"] as const : ["bare", "measured"] as const;
  for (const name of order) {
    const time = await timeOf(poll(name === "measured" ? measured : bare));
    if (round >= 0) times[name].push(time);
  }
}
const [withIt, withoutIt] = [median(times.measured), median(times.bare)];
const cost = median(times.measured.map((time, n) => time - times.bare[n]!));
console.log(`processor time of a poll with metrics:    ${withIt.toFixed(2)} us`);
console.log(`processor time of a poll without metrics: ${withoutIt.toFixed(2)} us`);
console.log(`median of the differences:                ${cost.toFixed(2)} us`);
console.log(`ratio:                                    ${(1 + cost / withoutIt).toFixed(4)}`);
