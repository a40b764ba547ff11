/**
 * What the runtime of Deno Deploy does otherwise than Deno: the simulated platform preloads this
 * module into each instance.
 *
 * - A cron never runs by itself. The platform sends a request for each run.
 * - Reads with `consistency: "eventual"` come from the copy of the database that is a little old.
 *   Deno's client of KV Connect always reads the newest one.
 * @module
 */
import { type KvConsistencyLevel, withMethods } from "../../lib/platform/kv.ts";
import { CRON_PATH } from "./paths.ts";

/** The free plan of Deno Deploy has no more. */
const MAX_CRONS = 10;

type Run = () => void | Promise<void>;

const crons = new Map<string, Run>();
let isServing = false;

function addCron(name: string, ...[schedule, options, run = options]: [string, unknown, unknown?]) {
  if (isServing) throw new Error(`The cron ${name} comes after the start of the server`);
  if (crons.has(name) || crons.size === MAX_CRONS) throw new Error(`No cron ${name} is possible`);
  if (typeof schedule !== "string") throw new TypeError(`The cron ${name} has no schedule`);
  crons.set(name, run as Run);
  return new Promise<void>(() => {});
}

const serve = Deno.serve;
function serveWithCrons(options: Deno.ServeTcpOptions, handler: Deno.ServeHandler<Deno.NetAddr>) {
  isServing = true;
  return serve(options, async (request, info) => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(CRON_PATH)) return await handler(request, info);
    const name = pathname.slice(CRON_PATH.length);
    if (name === "") return Response.json([...crons.keys()]);
    await crons.get(name)!();
    return new Response("done");
  });
}

const openKv = Deno.openKv;
async function openKvWithReplica(path?: string): Promise<Deno.Kv> {
  const kv = await openKv(path);
  const replica = await openKv(`${Deno.env.get("DENO_KV_DEFAULT_PATH")}/replica`);
  const chooseBy = (options?: { consistency?: KvConsistencyLevel }) =>
    options?.consistency === "eventual" ? replica : kv;
  const methods: Partial<Deno.Kv> = {
    get: (key, options) => chooseBy(options).get(key, options),
    getMany: (keys, options) => chooseBy(options).getMany(keys, options),
    list: (selector, options) => chooseBy(options).list(selector, options),
    close() {
      replica.close();
      kv.close();
    },
  };
  return withMethods(kv, methods);
}

for (
  const [name, value] of [["cron", addCron], ["serve", serveWithCrons], [
    "openKv",
    openKvWithReplica,
  ]] as const
) {
  Object.defineProperty(Deno, name, { value });
}
