/**
 * A process that accepts jobs in the real store of one file, as fast as it can, and prints how many
 * it has accepted. Its arguments: the file, and the seconds.
 *
 * It starts when it reads a byte, so that several begin at the same time.
 */
import { systemClock } from "../../lib/clock.ts";
import { Shard } from "./shard.ts";

/** As many requests at once as the instance of a busy service has. */
const LANES = 32;

const [path, seconds, isOneCaller] = Deno.args;
const shard = await Shard.open(0, { path: path!, clock: systemClock });
console.log("ready");
await Deno.stdin.read(new Uint8Array(1));
const end = performance.now() + 1_000 * Number(seconds);
let accepted = 0;
// As `JobService` does, whose mutex lets one job of a caller with a limit be accepted at a time.
const lanes = isOneCaller === "true" ? 1 : LANES;
const terms = isOneCaller === "true" ? { owner: "one caller", dailyBudget: 1_000_000_000 } : {};
await Promise.all(Array.from({ length: lanes }, async () => {
  for (; performance.now() < end; accepted++) await shard.accept(terms);
}));
console.log(accepted);
await shard.close();
