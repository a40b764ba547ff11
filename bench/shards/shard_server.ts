/**
 * The program of a {@link ShardProcess}: a shard that answers calls over HTTP. Its arguments: its
 * number, its file, and how long the sample generator takes, in milliseconds. It prints its port.
 */
import { systemClock } from "../../lib/clock.ts";
import { Shard } from "./shard.ts";
import type { ShardCall } from "./shard_process.ts";

const [number, path, delayMs] = Deno.args;
const shard = await Shard.open(Number(number), {
  path: path!,
  clock: systemClock,
  delayMs: Number(delayMs),
});
shard.start();

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const [method, ...parameters]: [ShardCall, ...unknown[]] = await request.json();
  const call = shard[method] as (...parameters: unknown[]) => Promise<unknown>;
  return Response.json(await call.apply(shard, parameters));
});
