/**
 * Compares the processor time of code for a text and for a text of four times its length. Unlike
 * counted work, it also shows the work within a regular expression or a loop over characters.
 * @module
 */
import { assert } from "@std/assert";
import { cpuUsage } from "node:process";

/** Four times the text takes four times as long in linear code, and sixteen times in quadratic code. */
const MAX_FACTOR = 8;

/** Shorter times differ too much from run to run. They also do no harm. */
const MIN_MS = 100;

/** The fastest of these runs counts: other work of the process may slow down one. */
const RUNS = 3;

/**
 * Checks that the time of `run` does not grow faster than its text.
 *
 * @param n such that quadratic code takes more than 0.1 s for `4 * n`, and linear code less
 */
export async function assertLinearTime(n: number, run: (n: number) => unknown): Promise<void> {
  // Loads and compiles what later runs have.
  await run(n);
  const fourTimes = await fastest(() => run(4 * n));
  if (fourTimes <= MIN_MS) return;
  const once = await fastest(() => run(n));
  assert(fourTimes <= MAX_FACTOR * once, `${once} ms for ${n}, ${fourTimes} ms for ${4 * n}`);
}

/** Returns the processor time of the fastest run, in milliseconds. */
async function fastest(run: () => unknown): Promise<number> {
  let best = Infinity;
  for (let n = 0; n < RUNS && best > MIN_MS / 10; n++) {
    const before = cpuUsage();
    await run();
    const { user, system } = cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}
