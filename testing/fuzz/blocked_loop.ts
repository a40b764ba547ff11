/**
 * Reports when the event loop of a program is blocked: no other request is answered meanwhile. It is
 * loaded before the program, in its process.
 * @module
 */
import { cpuUsage } from "node:process";
import { setInterval } from "node:timers";

/** How often the loop is checked. */
const CHECK_MS = 50;

/**
 * The largest answers block the loop for less than a third of this. So the program passes on a
 * machine of a third of the speed, too.
 */
const MAX_BLOCKED_MS = 1_000;

let checkedAt = performance.now();
let used = cpuUsage();

setInterval(() => {
  const now = performance.now();
  const { user, system } = cpuUsage(used);
  // On a busy machine the process may have waited for a processor.
  const blockedMs = Math.min(now - checkedAt, (user + system) / 1_000);
  if (blockedMs > MAX_BLOCKED_MS) console.error(`event loop blocked: ${Math.round(blockedMs)} ms`);
  checkedAt = now;
  used = cpuUsage();
}, CHECK_MS).unref();
