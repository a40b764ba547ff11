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
  assert(await isLinear(n, run), `more than linear time for ${4 * n} in place of ${n}`);
}

/**
 * Returns whether the time of `run` does not grow faster than its text.
 *
 * @param options `minMs`: a shorter time for `4 * n` counts as linear
 */
export async function isLinear(
  n: number,
  run: (n: number) => unknown,
  { minMs = MIN_MS }: { minMs?: number } = {},
): Promise<boolean> {
  const fourTimes = await fastest(() => run(4 * n), { enoughMs: minMs });
  return fourTimes < minMs || fourTimes < MAX_FACTOR * await fastest(() => run(n));
}

/**
 * Returns the processor time of the fastest run, in milliseconds.
 *
 * @param options `runs`: their number. `enoughMs`: no further run after one that is faster
 */
export async function fastest(
  run: () => unknown,
  { runs = RUNS, enoughMs = 0 }: { runs?: number; enoughMs?: number } = {},
): Promise<number> {
  let best = Infinity;
  for (let n = 0; n < runs && best >= enoughMs; n++) {
    const before = processorMs();
    await run();
    best = Math.min(best, processorMs() - before);
  }
  return best;
}

/**
 * Returns the processor time of this thread so far, in milliseconds: other tests run in other
 * threads. Only Linux tells it; elsewhere the time is that of the whole process.
 * https://docs.kernel.org/scheduler/sched-stats.html
 */
function processorMs(): number {
  try {
    return Number.parseInt(Deno.readTextFileSync("/proc/thread-self/schedstat")) / 1_000_000;
  } catch {
    const { user, system } = cpuUsage();
    return (user + system) / 1_000;
  }
}
