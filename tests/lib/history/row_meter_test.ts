import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { serialize } from "node:v8";
import { durationsOf } from "../../../lib/history/row.ts";
import { OTHER, RowMeter } from "../../../lib/history/row_meter.ts";
import {
  BUCKETS_S,
  type CollectedMetric,
  counterSeries,
  gaugeSeries,
  histogramSeries,
} from "../../../lib/history/series.ts";
import { instruments } from "../../../lib/metrics/instruments.ts";
import { Metrics } from "../../../lib/metrics/metrics.ts";

const series = { ...counterSeries, ...histogramSeries, ...gaugeSeries };

Deno.test("each series reads an instrument, and attributes that the instrument has", () => {
  for (const [name, { metric, labels }] of Object.entries(series)) {
    const instrument = instruments[metric as keyof typeof instruments];
    assert(instrument, `${name}: there is no instrument ${metric}`);
    const attributes: readonly string[] = instrument.attributes;
    for (const label of labels) assert(attributes.includes(label), `${name}: ${label}`);
  }
});

Deno.test("a row has what was counted since the previous one", async () => {
  const metrics = new Metrics();
  const meter = new RowMeter();
  const take = async () => meter.take(await metrics.collect());
  const end = (outcome: "succeeded" | "failed", code: string) =>
    metrics.add("tripwright.jobs.ended", 1, { kind: "bundles", outcome, code, source: "none" });
  end("succeeded", "none");
  end("failed", "timeout");
  metrics.record("tripwright.job.duration", 20, { kind: "bundles", outcome: "succeeded" });
  metrics.record("tripwright.job.duration", 40, { kind: "bundles", outcome: "failed" });
  metrics.record("tripwright.job.duration", 9_000, { kind: "bundles", outcome: "canceled" });
  const first = await take();
  assertEquals(first.counters, {
    ended: { "bundles succeeded": 1, "bundles failed": 1 },
    failures: { timeout: 1 },
  });
  const { sum, count, buckets } = durationsOf(first, "duration", "bundles");
  assertEquals({ sum, count }, { sum: 60, count: 2 });
  assertStrictEquals(buckets[BUCKETS_S.indexOf(20)], 1);
  assertStrictEquals(buckets[BUCKETS_S.indexOf(60)], 1);

  end("failed", "timeout");
  metrics.record("tripwright.job.duration", 5_000, { kind: "bundles", outcome: "failed" });
  const second = await take();
  assertEquals(second.counters, { ended: { "bundles failed": 1 }, failures: { timeout: 1 } });
  assertStrictEquals(durationsOf(second, "duration").buckets.at(-1), 1);
  assertStrictEquals(durationsOf(second, "duration").count, 1);
  const { counters, histograms } = await take();
  assertEquals({ counters, histograms }, { counters: {}, histograms: {} });
});

Deno.test("polls are requests of one job, and requests are counted by their status", async () => {
  const metrics = new Metrics();
  const request = (method: string, route: string, status: number) =>
    metrics.record("http.server.request.duration", 0.002, {
      "http.request.method": method,
      "http.route": route,
      "http.response.status_code": status,
    });
  request("GET", "/api/itineraries/:id", 200);
  request("GET", "/api/itineraries/:id", 304);
  request("GET", "/api/itineraries/:id/events", 200);
  request("GET", "/api/itineraries", 200);
  request("DELETE", "/api/itineraries/:id", 200);
  const { counters } = new RowMeter().take(await metrics.collect());
  assertEquals(counters.polls, { "/api/itineraries/:id": 2 });
  assertEquals(counters.requests, { "200": 4, "304": 1 });
});

Deno.test("a row of any load fits into a value of KV, and loses no count", () => {
  const long = (n: number) => `${n}-${"x".repeat(100)}`;
  const distinct = 1_000;
  const points = (value: CollectedMetric["points"][number]["value"], labels: readonly string[]) =>
    Array.from({ length: distinct }, (_, n) => ({
      attributes: Object.fromEntries([
        ...labels.map((label) => [label, long(n)]),
        ["outcome", "failed"],
        ["http.request.method", "GET"],
      ]),
      value,
    }));
  const buckets = { boundaries: BUCKETS_S, counts: Array(BUCKETS_S.length + 1).fill(2 ** 40) };
  const metrics = Object.entries(series).map(([name, { metric, labels }]) => ({
    name: metric,
    points: points(
      name in histogramSeries ? { sum: 0.1, count: 2 ** 40, ...buckets } : 2 ** 40 + 0.5,
      labels,
    ),
  }));
  const row = new RowMeter().take(metrics);
  const accepted = row.counters.accepted!;
  const total = Object.values(accepted).reduce((sum, count) => sum + count, 0);
  assertStrictEquals(total, distinct * (2 ** 40 + 0.5));
  assert(accepted[OTHER]! > 2 ** 40);
  const bytes = serialize(row).length;
  assert(bytes < 65_536, `${bytes} bytes`);
});
