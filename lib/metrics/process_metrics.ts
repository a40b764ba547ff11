/**
 * Measures the process: its memory, and how late its timers fire.
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Metrics } from "./metrics.ts";
import { platform } from "../platform/platform.ts";

/** A block of the event loop that is longer delays at least one tick. */
const TICK_MS = 200;

const SECOND_MS = 1_000;

/** Sets how the metrics read the memory and the version of the program. */
export function observeProcess(metrics: Metrics, version: string): void {
  metrics.observe("tripwright.info", () => [{ value: 1, attributes: { version } }]);
  metrics.observe("tripwright.process.memory", () => {
    const { rss, heapUsed, heapTotal, external } = platform.memory();
    const sizes = { rss, heap_used: heapUsed, heap_total: heapTotal, external };
    return Object.entries(sizes).map(([type, value]) => ({ value, attributes: { type } }));
  });
}

/**
 * Measures how late a timer fires, until the signal aborts. `monitorEventLoopDelay()` of
 * `node:perf_hooks` reports no delay after a block, so this is a timer of our own.
 *
 * @param options `now`: milliseconds with fractions, from a clock that is never set
 */
export async function measureEventLoop(
  metrics: Metrics,
  { clock, signal, now = () => performance.now() }: {
    clock: Clock;
    signal: AbortSignal;
    now?: () => number;
  },
): Promise<void> {
  while (!signal.aborted) {
    const startedAt = now();
    await clock.wait(TICK_MS, signal);
    if (signal.aborted) return;
    const delayMs = Math.max(0, now() - startedAt - TICK_MS);
    metrics.record("tripwright.event_loop.delay", delayMs / SECOND_MS, {});
  }
}
