import { metrics as openTelemetry } from "@opentelemetry/api";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { instrumentNames, instrumentOf } from "../../../lib/metrics/instruments.ts";
import { Metrics } from "../../../lib/metrics/metrics.ts";

const accepted = "tripwright.jobs.accepted";

/** Returns the points of one instrument. */
async function pointsOf(metrics: Metrics, name: string) {
  return (await metrics.collect()).find((reading) => reading.name === name)?.points ?? [];
}

Deno.test("values before the SDK is loaded count, and those after it add to them", async () => {
  const metrics = new Metrics();
  metrics.add(accepted, 1, { kind: "a" });
  metrics.add(accepted, 2, { kind: "b" });
  const loading = metrics.load();
  metrics.add(accepted, 4, { kind: "a" });
  await loading;
  metrics.add(accepted, 8, { kind: "a" });
  assertEquals(await pointsOf(metrics, accepted), [
    { attributes: { kind: "a" }, value: 13 },
    { attributes: { kind: "b" }, value: 2 },
  ]);
  // A collection changes nothing.
  assertStrictEquals((await pointsOf(metrics, accepted))[0]?.value, 13);
});

Deno.test("collect() returns a distribution with the buckets of the table", async () => {
  const metrics = new Metrics();
  const { buckets } = instrumentOf("tripwright.job.wait");
  assert(buckets);
  for (const seconds of [0.01, 0.02, 1_000]) {
    metrics.record("tripwright.job.wait", seconds, { kind: "a" });
  }
  const counts = [1, 1, ...new Array(buckets.length - 2).fill(0), 1];
  assertEquals(await pointsOf(metrics, "tripwright.job.wait"), [{
    attributes: { kind: "a" },
    value: { count: 3, sum: 1_000.03, boundaries: [...buckets], counts },
  }]);
});

Deno.test("series() and record() of a frequent instrument add to the same distribution", async () => {
  const metrics = new Metrics();
  const name = "http.server.request.duration";
  const attributes = {
    "http.request.method": "GET",
    "http.route": "/",
    "http.response.status_code": 200,
  };
  const record = metrics.series(name, attributes);
  // The upper end of a bucket belongs to it.
  record(0.005);
  await metrics.load();
  record(0.006);
  metrics.record(name, 120, { ...attributes });
  metrics.record(name, 0, { ...attributes, "http.route": "/other" });
  const { buckets } = instrumentOf(name);
  const rest = new Array(buckets!.length - 3).fill(0);
  assertEquals(await pointsOf(metrics, name), [
    {
      attributes,
      value: { count: 3, sum: 120.011, boundaries: [...buckets!], counts: [0, 1, 1, ...rest, 1] },
    },
    {
      attributes: { ...attributes, "http.route": "/other" },
      value: { count: 1, sum: 0, boundaries: [...buckets!], counts: [1, 0, 0, ...rest, 0] },
    },
  ]);
});

Deno.test("a gauge that cannot be read has no values, and the others have theirs", async () => {
  const metrics = new Metrics();
  metrics.observe("tripwright.storage.size", () => Promise.reject(new Error("lost")));
  metrics.observe("tripwright.streams.open", () => [{ value: 3, attributes: {} }]);
  metrics.add(accepted, 1, { kind: "a" });
  const readings = await metrics.collect();
  const found = readings.filter(({ points }) => points.length > 0).map(({ name }) => name);
  assertEquals(found, [accepted, "tripwright.streams.open"]);
});

Deno.test("the text of Prometheus has no timestamps, and no labels of the library", async () => {
  const metrics = new Metrics();
  metrics.add(accepted, 2, { kind: "a" });
  metrics.record("tripwright.job.wait", 0.5, { kind: "a" });
  const text = await metrics.prometheusText();
  assert(text.includes('tripwright_jobs_accepted_total{kind="a"} 2\n'), text);
  assert(text.includes('tripwright_job_wait_seconds_bucket{kind="a",le="0.5"} 1\n'), text);
  assert(!text.includes("otel_scope") && !text.includes("target_info"), text);
});

Deno.test("a provider of Deno gets the same values", async () => {
  class Reader extends MetricReader {
    protected override onShutdown = () => Promise.resolve();
    protected override onForceFlush = () => Promise.resolve();
  }
  const reader = new Reader();
  openTelemetry.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  try {
    const metrics = new Metrics();
    metrics.add(accepted, 1, { kind: "a" });
    metrics.observe("tripwright.streams.open", () => [{ value: 3, attributes: {} }]);
    const record = metrics.series("http.server.request.duration", {
      "http.request.method": "GET",
      "http.route": "/",
      "http.response.status_code": 200,
    });
    record(2);
    await metrics.load();
    metrics.add(accepted, 1, { kind: "a" });
    record(4);
    const { resourceMetrics } = await reader.collect();
    const found = resourceMetrics.scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.map(({ descriptor, dataPoints }) => [
        scope.name,
        descriptor.name,
        dataPoints.map(({ value }) => typeof value === "number" ? value : value.sum),
      ])
    );
    assertEquals(found.filter(([, , values]) => values?.length), [
      ["tripwright", accepted, [2]],
      ["tripwright", "http.server.request.duration", [6]],
      ["tripwright", "tripwright.streams.open", [3]],
    ]);
    assertStrictEquals((await pointsOf(metrics, accepted))[0]?.value, 2);
  } finally {
    openTelemetry.disable();
  }
});

Deno.test("each instrument has a description, a unit, and ascending buckets if it is a histogram", () => {
  for (const name of instrumentNames) {
    const { type, unit, description, buckets } = instrumentOf(name);
    assert(description !== "" && unit !== "", name);
    assertStrictEquals(type === "histogram", buckets !== undefined, name);
    assertEquals(buckets?.toSorted((a, b) => a - b), buckets && [...buckets], name);
  }
});

Deno.test("no attribute is an id, an address or a text of a caller", () => {
  const names = instrumentNames.flatMap((name) => {
    const { attributes, optional = [] } = instrumentOf(name);
    return [...attributes, ...optional];
  });
  // Each of these has few values: kinds, codes, configured models, routes.
  assertEquals([...new Set(names)].toSorted(), [
    "code",
    "error.type",
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "kind",
    "model",
    "outcome",
    "source",
    "type",
    "version",
  ]);
});
