import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import { Metrics } from "../../../lib/metrics/metrics.ts";
import { measureEventLoop, observeProcess } from "../../../lib/metrics/process_metrics.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";

Deno.test("the event loop's delay is how much later than 0.2 s a timer fires", async () => {
  const metrics = new Metrics();
  const clock = new FakeClock();
  const stop = new AbortController();
  // The times before and after three waits: in time, 50 ms late, and early by rounding.
  const times = [0, 200, 200, 450, 450, 649.9, 649.9];
  const now = () => {
    const time = times.shift()!;
    if (times.length === 0) stop.abort();
    return time;
  };
  const measured = measureEventLoop(metrics, { clock, signal: stop.signal, now });
  for (let n = 0; n < 3; n++) {
    clock.advance(200);
    await setImmediate();
  }
  await measured;
  const [{ points = [] } = {}] = await metrics.collect();
  assertEquals(points.map(({ value }) => typeof value === "object" && [value.count, value.sum]), [
    [3, 0.05],
  ]);
});

Deno.test("the memory and the version of the process are gauges", async () => {
  const metrics = new Metrics();
  observeProcess(metrics, "1.2.3");
  const readings = new Map((await metrics.collect()).map(({ name, points }) => [name, points]));
  assertEquals(readings.get("tripwright.info"), [{ attributes: { version: "1.2.3" }, value: 1 }]);
  const memory = readings.get("tripwright.process.memory") ?? [];
  assertEquals(memory.map(({ attributes }) => attributes["type"]), [
    "rss",
    "heap_used",
    "heap_total",
    "external",
  ]);
  assert(memory.every(({ value }) => Number(value) > 0));
});
