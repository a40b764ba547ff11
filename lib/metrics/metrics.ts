/**
 * The metrics of one instance. Counting is synchronous, and costs less than a microsecond.
 *
 * OpenTelemetry's SDK takes tens of milliseconds to load, so it is loaded after the start. Until
 * then, values wait in memory, and none is lost. The SDK adds up all values since the start, for
 * `/metrics` and {@link Metrics.collect}. With `OTEL_DENO`, the values also go to Deno's exporter.
 * @module
 */
import { createNoopMeter, type Meter, metrics as openTelemetry } from "@opentelemetry/api";
import {
  type AttributesOf,
  type CounterName,
  type FrequentName,
  type GaugeName,
  type HistogramName,
  type InstrumentName,
  instrumentNames,
  instrumentOf,
} from "./instruments.ts";
import type { Sdk } from "./sdk.ts";
import { Tallies } from "./tally.ts";

/** The values of an attribute by its name. */
export type Attributes = Readonly<Record<string, string | number>>;

/** One state that a gauge reports. */
export interface Observation<Name extends GaugeName = GaugeName> {
  value: number;
  attributes: AttributesOf<Name>;
}

/** A distribution since the start of the instance. */
export interface Distribution {
  count: number;
  sum: number;
  /** The upper ends of the buckets. */
  boundaries: readonly number[];
  /** The count of each bucket; the last one has no upper end. */
  counts: readonly number[];
}

/** The value for one set of attributes. Of a counter: the sum since the start of the instance. */
export interface Point {
  attributes: Attributes;
  value: number | Distribution;
}

/** The values of one instrument. */
export interface Reading {
  name: InstrumentName;
  points: readonly Point[];
}

/** A value that was counted before the SDK was loaded. */
interface Waiting {
  name: CounterName | HistogramName;
  value: number;
  attributes: Attributes;
}

/** Adds one value to the instrument of one meter. */
type Write = (value: number, attributes: Attributes) => void;

/** Loads the SDK when so many values wait: they take some 100 KB of memory. */
const MAX_WAITING = 1_000;

/** The name of the instrumentation scope. */
const SCOPE = "tripwright";

/** Counts and measures. */
export class Metrics {
  #waiting: Waiting[] = [];
  #writes: ReadonlyMap<InstrumentName, readonly Write[]> | undefined;
  #sdk: Promise<Sdk> | undefined;
  /** Deno's own meter; `null` without `OTEL_DENO`. */
  readonly #denos: Meter | null;
  readonly #tallies: ReadonlyMap<InstrumentName, Tallies>;
  readonly #gauges = new Map<GaugeName, () => Promise<Observation[]> | Observation[]>();

  constructor() {
    const meter = openTelemetry.getMeter(SCOPE);
    this.#denos = meter === createNoopMeter() ? null : meter;
    this.#tallies = new Map(
      instrumentNames.flatMap((name) => {
        const { isFrequent, buckets = [] } = instrumentOf(name);
        return isFrequent ? [[name, new Tallies(buckets)]] : [];
      }),
    );
  }

  /** Adds to a counter. */
  add<Name extends CounterName>(name: Name, value: number, attributes: AttributesOf<Name>): void {
    this.#write(name, value, attributes as Attributes);
  }

  /** Adds a value to a distribution. */
  record<Name extends HistogramName>(
    name: Name,
    value: number,
    attributes: AttributesOf<Name>,
  ): void {
    this.#tallies.get(name)?.of(attributes as Attributes).record(value);
    this.#write(name, value, attributes as Attributes);
  }

  /**
   * Returns a function that adds values to a distribution with these attributes, for callers that
   * measure each request. It costs a tenth of {@link record}.
   */
  series<Name extends FrequentName>(
    name: Name,
    attributes: AttributesOf<Name>,
  ): (value: number) => void {
    const tally = this.#tallies.get(name)!.of(attributes as Attributes);
    return (value) => {
      tally.record(value);
      if (this.#denos) this.#write(name, value, attributes as Attributes);
    };
  }

  /**
   * Sets how a gauge is read. It replaces an earlier function.
   *
   * @param read is called for each collection. It must return in seconds. If it fails, the gauge has
   * no values.
   */
  observe<Name extends GaugeName>(
    name: Name,
    read: () => Promise<Observation<Name>[]> | Observation<Name>[],
  ): void {
    this.#gauges.set(name, read as () => Promise<Observation[]> | Observation[]);
  }

  /** Loads the SDK, and writes what has waited. */
  async load(): Promise<void> {
    await this.#load();
  }

  /** Returns all values. Instruments without a value are missing. */
  async collect(): Promise<Reading[]> {
    return await (await this.#load()).collect();
  }

  /** Returns all values in the text format of Prometheus. */
  async prometheusText(): Promise<string> {
    return await (await this.#load()).prometheusText();
  }

  #write(name: CounterName | HistogramName, value: number, attributes: Attributes): void {
    if (this.#writes) {
      for (const write of this.#writes.get(name)!) write(value, attributes);
      return;
    }
    this.#waiting.push({ name, value, attributes });
    if (this.#waiting.length === MAX_WAITING) this.#load().catch(() => {});
  }

  #load(): Promise<Sdk> {
    return this.#sdk ??= this.#createSdk().catch((error) => {
      this.#sdk = undefined;
      throw error;
    });
  }

  async #createSdk(): Promise<Sdk> {
    const { createSdk } = await import("./sdk.ts");
    const sdk = createSdk(SCOPE, this.#tallies);
    this.#writes = new Map(
      instrumentNames.map((name) => [name, [
        ...this.#tallies.has(name) ? [] : this.#create(sdk.meter, name),
        ...this.#denos ? this.#create(this.#denos, name) : [],
      ]]),
    );
    for (const { name, value, attributes } of this.#waiting) this.#write(name, value, attributes);
    this.#waiting = [];
    return sdk;
  }

  /** Creates an instrument. A gauge has no function that writes. */
  #create(meter: Meter, name: InstrumentName): Write[] {
    const { type, unit, description, buckets } = instrumentOf(name);
    if (type === "counter") {
      const counter = meter.createCounter(name, { unit, description });
      return [(value, attributes) => counter.add(value, attributes)];
    }
    if (type === "histogram") {
      const advice = buckets && { explicitBucketBoundaries: [...buckets] };
      const histogram = meter.createHistogram(name, { unit, description, ...advice && { advice } });
      return [(value, attributes) => histogram.record(value, attributes)];
    }
    meter.createObservableGauge(name, { unit, description }).addCallback(async (result) => {
      const read = this.#gauges.get(name as GaugeName);
      for (const { value, attributes } of await read?.() ?? []) result.observe(value, attributes);
    });
    return [];
  }
}
