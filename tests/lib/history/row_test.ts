import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  countOf,
  durationsOf,
  isIdle,
  mergeRows,
  quantile,
  workOfKinds,
} from "../../../lib/history/row.ts";
import { durations, rowOf } from "../../../testing/history.ts";

Deno.test("mergeRows() adds counters and durations, and merges each gauge in its way", () => {
  const merged = mergeRows([
    rowOf({
      counters: { accepted: { itinerary: 2, bundles: 1 } },
      histograms: { duration: { itinerary: durations(2, 20) } },
      gauges: { running: { bundles: 3 }, waiting: { bundles: 7 }, storageFree: { none: 5 } },
    }),
    rowOf({
      counters: { accepted: { itinerary: 3 }, rescues: { bundles: 1 } },
      histograms: { duration: { itinerary: durations(1, 200) } },
      gauges: { running: { bundles: 4 }, waiting: { bundles: 6 }, storageFree: { none: 9 } },
    }),
  ]);
  assertEquals(merged.counters, {
    accepted: { itinerary: 5, bundles: 1 },
    rescues: { bundles: 1 },
  });
  const { sum, count } = durationsOf(merged, "duration", "itinerary");
  assertEquals({ sum, count }, { sum: 240, count: 3 });
  assertEquals(merged.gauges, {
    running: { bundles: 7 },
    waiting: { bundles: 7 },
    storageFree: { none: 5 },
  });
});

Deno.test("mergeRows() does not change the rows that it merges", () => {
  const row = rowOf({ counters: { accepted: { itinerary: 1 } } });
  mergeRows([row, row, row]);
  assertEquals(row.counters, { accepted: { itinerary: 1 } });
});

Deno.test("countOf() sums whole labels, and no others that begin alike", () => {
  const row = rowOf({
    counters: { ended: { "trip succeeded": 1, "trip failed": 2, "trips succeeded": 4 } },
  });
  assertStrictEquals(countOf(row, "ended"), 7);
  assertStrictEquals(countOf(row, "ended", "trip"), 3);
  assertStrictEquals(countOf(row, "ended", "trip succeeded"), 1);
  assertStrictEquals(countOf(row, "rescues"), 0);
});

Deno.test("workOfKinds() leaves out the jobs of other kinds, and nothing else", () => {
  const rest = {
    counters: { callbacks: { delivered: 2 }, requests: { 200: 3 } },
    histograms: { latency: { "": durations(3, 0.1) } },
    gauges: { running: { callback: 1 } },
  };
  const row = rowOf({
    counters: {
      ...rest.counters,
      accepted: { trip: 1, callback: 2 },
      ended: { "trip failed": 1, "callback succeeded": 2 },
      attempts: { "trip failed": 4, "callback succeeded": 2 },
    },
    histograms: {
      ...rest.histograms,
      duration: { trip: durations(1, 20), callback: durations(2, 0.1) },
      wait: { trip: durations(1, 1), callback: durations(2, 0.1) },
    },
    gauges: rest.gauges,
  });
  assertEquals(workOfKinds(row, ["trip"]), {
    counters: {
      ...rest.counters,
      accepted: { trip: 1 },
      ended: { "trip failed": 1 },
      attempts: { "trip failed": 4 },
    },
    histograms: {
      ...rest.histograms,
      duration: { trip: durations(1, 20) },
      wait: { trip: durations(1, 1) },
    },
    gauges: rest.gauges,
  });
});

Deno.test("quantile() finds the bucket, and divides it evenly", () => {
  assertStrictEquals(quantile(durations(0, 0), 0.5), null);
  // In the bucket from 10 to 20 seconds.
  assertStrictEquals(quantile(durations(4, 15), 0.5)!, 15);
  assertStrictEquals(quantile(durations(4, 15), 1)!, 20);
  const both = mergeRows([
    rowOf({ histograms: { duration: { a: durations(9, 15) } } }),
    rowOf({ histograms: { duration: { a: durations(1, 5_000) } } }),
  ]);
  assertStrictEquals(quantile(durationsOf(both, "duration"), 0.99), 900);
});

Deno.test("a row is idle without events, work and waiting jobs", () => {
  for (
    const [row, idle] of [
      [rowOf(), true],
      [rowOf({ gauges: { memory: { rss: 1 }, running: { bundles: 0 } } }), true],
      [rowOf({ gauges: { running: { bundles: 1 } } }), false],
      [rowOf({ gauges: { streams: { none: 1 } } }), false],
      [rowOf({ gauges: { waiting: { bundles: 1 } } }), false],
      [rowOf({ counters: { accepted: { bundles: 1 } } }), false],
      [rowOf({ histograms: { latency: { none: durations(1, 1) } } }), false],
    ] as const
  ) assertStrictEquals(isIdle(row), idle, JSON.stringify(row));
});
