/**
 * What the history keeps of the metrics: a fixed list of series, so that the size of a row does not
 * grow with the load.
 * @module
 */

/** The values of an instrument, as `Metrics.collect()` returns them. */
export interface CollectedMetric {
  name: string;
  points: readonly CollectedPoint[];
}

export interface CollectedPoint {
  attributes: Readonly<Record<string, unknown>>;
  /** The total since the start of the process, or the current value of a gauge. */
  value: number | CollectedDurations;
}

/** The durations since the start of the process, in seconds. */
export interface CollectedDurations {
  sum: number;
  count: number;
  /** `counts` has one more entry than `boundaries`. */
  boundaries: readonly number[];
  counts: readonly number[];
}

/** Selects the points of a metric, and names the attributes by which they are kept apart. */
export interface Series {
  metric: string;
  labels: readonly string[];
  where?: (attributes: CollectedPoint["attributes"]) => boolean;
}

/** How a gauge of several instances or minutes becomes one number. */
export type GaugeMerge =
  /** Each instance has its own part. The sum over minutes is divided by their number when read. */
  | "sum"
  /** The largest value counts. */
  | "max"
  /** The smallest value counts. */
  | "min";

const HTTP = "http.server.request.duration";

/** Numbers of events. Of a histogram, the history counts the observations. */
export const counterSeries = {
  accepted: { metric: "tripwright.jobs.accepted", labels: ["kind"] },
  ended: { metric: "tripwright.jobs.ended", labels: ["kind", "outcome"] },
  failures: {
    metric: "tripwright.jobs.ended",
    labels: ["code"],
    where: ({ outcome }) => outcome === "failed",
  },
  attempts: { metric: "tripwright.attempts", labels: ["kind", "outcome"] },
  rescues: { metric: "tripwright.rescues", labels: ["kind"] },
  lostLeases: { metric: "tripwright.leases.lost", labels: ["kind"] },
  modelCalls: { metric: "gen_ai.client.operation.duration", labels: ["gen_ai.request.model"] },
  modelErrors: { metric: "tripwright.model.errors", labels: ["code"] },
  tokens: { metric: "tripwright.tokens", labels: ["type", "model"] },
  savedTokens: { metric: "tripwright.tokens.saved", labels: ["kind"] },
  cost: { metric: "tripwright.cost", labels: ["model"] },
  callbacks: { metric: "tripwright.callbacks", labels: ["outcome"] },
  requests: { metric: HTTP, labels: ["http.response.status_code"] },
  polls: { metric: HTTP, labels: ["http.route"], where: isPoll },
} as const satisfies Record<string, Series>;

/** Durations in seconds. */
export const histogramSeries = {
  duration: {
    metric: "tripwright.job.duration",
    labels: ["kind"],
    // A job may be canceled after hours in the queue.
    where: ({ outcome }) => outcome !== "canceled",
  },
  wait: { metric: "tripwright.job.wait", labels: ["kind"] },
  latency: { metric: HTTP, labels: [] },
  eventLoopDelay: { metric: "tripwright.event_loop.delay", labels: [] },
} as const satisfies Record<string, Series>;

/** Last values. */
export const gaugeSeries = {
  running: { metric: "tripwright.jobs.running", labels: ["kind"], merge: "sum" },
  streams: { metric: "tripwright.streams.open", labels: [], merge: "sum" },
  waiting: { metric: "tripwright.jobs.waiting", labels: ["kind"], merge: "max" },
  oldestAge: { metric: "tripwright.jobs.waiting.age", labels: ["kind"], merge: "max" },
  breaker: { metric: "tripwright.breaker.state", labels: ["kind"], merge: "max" },
  storageSize: { metric: "tripwright.storage.size", labels: [], merge: "max" },
  storageFree: { metric: "tripwright.storage.free", labels: [], merge: "min" },
  storageExpired: { metric: "tripwright.storage.expired", labels: [], merge: "max" },
  memory: { metric: "tripwright.process.memory", labels: ["type"], merge: "max" },
} as const satisfies Record<string, Series & { merge: GaugeMerge }>;

export type CounterName = keyof typeof counterSeries;
export type HistogramName = keyof typeof histogramSeries;
export type GaugeName = keyof typeof gaugeSeries;

/** The gauges that have the same value in all instances, because each measures the whole service. */
export const sharedGauges = [
  "waiting",
  "oldestAge",
  "breaker",
  "storageSize",
  "storageFree",
  "storageExpired",
] as const satisfies GaugeName[];

/**
 * The upper ends of the buckets of durations, in seconds. The last bucket has no end. Requests take
 * milliseconds, itineraries seconds, bundles minutes.
 */
export const BUCKETS_S = [
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  [1, 2.5, 5, 10, 20, 30],
  [60, 120, 180, 300, 600, 900],
].flat();

/** Returns whether a request reads the state of one job. */
function isPoll(attributes: CollectedPoint["attributes"]): boolean {
  const route = attributes["http.route"];
  const isRead = attributes["http.request.method"] === "GET";
  return isRead && typeof route === "string" && /^\/api\/[^/]{1,100}\/:id$/.test(route);
}
