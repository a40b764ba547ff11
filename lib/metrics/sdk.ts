/**
 * OpenTelemetry's SDK for metrics, which keeps the values of this process. It takes long to load, so
 * `metrics.ts` imports it late.
 * @module
 */
import { type Meter, ValueType } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  MeterProvider,
  type MetricData,
  MetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { type InstrumentName, instrumentOf } from "./instruments.ts";
import type { Attributes, Point, Reading } from "./metrics.ts";
import type { Tallies } from "./tally.ts";

/** A gauge that takes longer has no values in this collection. */
const READ_MS = 5_000;

/** A meter, and its values. */
export interface Sdk {
  meter: Meter;
  /** Returns all values. */
  collect(): Promise<Reading[]>;
  /** Returns all values in the text format of Prometheus. */
  prometheusText(): Promise<string>;
}

/** A reader that only reads on request. */
class RequestedReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Creates a meter with its own values.
 *
 * @param tallies further distributions, by instrument
 */
export function createSdk(scope: string, tallies: ReadonlyMap<InstrumentName, Tallies>): Sdk {
  const reader = new RequestedReader();
  const provider = new MeterProvider({ readers: [reader] });
  // Without timestamps, constant labels, and labels about the library: there is one scope, and
  // Prometheus adds the instance.
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  async function read(): Promise<ResourceMetrics> {
    const { resourceMetrics } = await reader.collect({ timeoutMillis: READ_MS });
    const tallied = { scope: { name: scope }, metrics: histogramsOf(tallies) };
    return { ...resourceMetrics, scopeMetrics: [...resourceMetrics.scopeMetrics, tallied] };
  }

  return {
    meter: provider.getMeter(scope),
    async collect() {
      return (await read()).scopeMetrics.flatMap(({ metrics }) => metrics.map(readingOf));
    },
    async prometheusText() {
      return serializer.serialize(withUnits(await read()));
    },
  };
}

/** What Prometheus appends to a name for a unit; other units have no part in the name. */
const UNIT_WORDS: Readonly<Record<string, string>> = { s: "seconds", By: "bytes" };

/**
 * Appends the units to the names, as other exporters of OpenTelemetry do, so that the same
 * dashboards read the values of all of them (OpenTelemetry's "Prometheus compatibility").
 */
function withUnits({ scopeMetrics, ...rest }: ResourceMetrics): ResourceMetrics {
  const rename = (metric: MetricData): MetricData => {
    const word = UNIT_WORDS[metric.descriptor.unit];
    if (word === undefined) return metric;
    return {
      ...metric,
      descriptor: { ...metric.descriptor, name: `${metric.descriptor.name}_${word}` },
    };
  };
  return {
    ...rest,
    scopeMetrics: scopeMetrics.map(({ metrics, ...scope }) => ({
      ...scope,
      metrics: metrics.map(rename),
    })),
  };
}

function histogramsOf(tallies: ReadonlyMap<InstrumentName, Tallies>): HistogramMetricData[] {
  return [...tallies].map(([name, tallies]) => histogramOf(name, tallies))
    .filter(({ dataPoints }) => dataPoints.length > 0);
}

function histogramOf(name: InstrumentName, tallies: Tallies): HistogramMetricData {
  const { unit, description } = instrumentOf(name);
  return {
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: [...tallies].map(({ attributes, boundaries, counts, count, sum }) => ({
      attributes,
      // Neither the text of Prometheus nor a reading contains times.
      startTime: [0, 0],
      endTime: [0, 0],
      value: { buckets: { boundaries: [...boundaries], counts: [...counts] }, count, sum },
    })),
  };
}

function readingOf(metric: MetricData): Reading {
  return { name: metric.descriptor.name as InstrumentName, points: pointsOf(metric) };
}

function pointsOf(metric: MetricData): Point[] {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return metric.dataPoints.map(({ attributes, value: { count, sum = 0, buckets } }) => ({
        attributes: attributes as Attributes,
        value: { count, sum, ...buckets },
      }));
    case DataPointType.GAUGE:
    case DataPointType.SUM:
      return metric.dataPoints.map(({ attributes, value }) => ({
        attributes: attributes as Attributes,
        value,
      }));
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      throw new Error(`Cannot read ${metric.descriptor.name}: no instrument has such a histogram`);
  }
}
