/**
 * The instruments: all that the service counts and measures. `deno task docs` copies this table to
 * `docs/metrics.md`.
 *
 * Each attribute has few values. An id, or a text of a caller, must not become one.
 * @module
 */

/** One instrument. */
interface Instrument {
  /** `counter`: it only grows. `histogram`: a distribution. `gauge`: a state when it is read. */
  type: "counter" | "histogram" | "gauge";
  /** In the notation of UCUM: `s` are seconds, `By` are bytes; braces name what is counted. */
  unit: string;
  description: string;
  /** The attributes that each value has. */
  attributes: readonly string[];
  /** Attributes that some values have. */
  optional?: readonly string[];
  /** The upper ends of a histogram's buckets, in its unit. */
  buckets?: readonly number[];
  /** A histogram with a value for each request, see `tally.ts`. */
  isFrequent?: true;
  /**
   * `service`: all instances report the same state, so the sum over the instances means nothing.
   * Unset: each instance reports its own part.
   */
  about?: "service";
}

/** From an answer of the database to the default time limit of a job. */
const JOB_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 180, 300, 600, 900];

/** The buckets of the semantic conventions for HTTP, and a shorter one, because polls are fast. */
const HTTP_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** The buckets of the semantic conventions for generative AI, and longer ones for bundles. */
const MODEL_SECONDS = [0.01, 0.04, 0.16, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84]
  .concat(327.68);

/** A tick of the measurement is late by a millisecond or more, also in an idle process. */
const LOOP_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** All instruments by name. */
export const instruments = {
  "tripwright.jobs.accepted": {
    type: "counter",
    unit: "{job}",
    description: "New jobs, with replays and callbacks",
    attributes: ["kind"],
  },
  "tripwright.jobs.ended": {
    type: "counter",
    unit: "{job}",
    description:
      "Ended jobs. `outcome`: `succeeded`, `failed` or `canceled`. `code`: the failure. " +
      "`source`: what wrote the plan",
    attributes: ["kind", "outcome", "code", "source"],
  },
  "tripwright.job.duration": {
    type: "histogram",
    unit: "s",
    description: "The time from the acceptance of a job to its end",
    attributes: ["kind", "outcome"],
    buckets: JOB_SECONDS,
  },
  "tripwright.job.wait": {
    type: "histogram",
    unit: "s",
    description: "The time from the acceptance of a job to its first attempt",
    attributes: ["kind"],
    buckets: JOB_SECONDS,
  },
  "tripwright.attempts": {
    type: "counter",
    unit: "{attempt}",
    description: "Ended attempts. `outcome`: `succeeded`, `failed`, `canceled`, `retried`, " +
      "`released` or `rescued`",
    attributes: ["kind", "outcome"],
  },
  "tripwright.rescues": {
    type: "counter",
    unit: "{job}",
    description: "Jobs that were taken from a dead instance",
    attributes: ["kind"],
  },
  "tripwright.leases.lost": {
    type: "counter",
    unit: "{lease}",
    description: "Attempts that stopped because another instance had taken the job",
    attributes: ["kind"],
  },
  "tripwright.tokens": {
    type: "counter",
    unit: "{token}",
    description: "Tokens of ended jobs. `type`: `input`, `cached_input`, `cache_write`, `output` " +
      "or `reasoning`; each token has one type",
    attributes: ["kind", "model", "type"],
  },
  "tripwright.tokens.saved": {
    type: "counter",
    unit: "{token}",
    description: "Tokens that ended jobs did not pay again, because finished steps were reused",
    attributes: ["kind"],
  },
  "tripwright.cost": {
    type: "counter",
    unit: "{USD}",
    description: "The cost of ended jobs in US dollars, as far as `MODEL_PRICES` has prices",
    attributes: ["kind", "model"],
  },
  "tripwright.model.errors": {
    type: "counter",
    unit: "{call}",
    description: "Failed calls of the model. `code`: a failure code",
    attributes: ["kind", "model", "code"],
  },
  "gen_ai.client.operation.duration": {
    type: "histogram",
    unit: "s",
    description: "The time of a call of the model, from the request to the end of the answer",
    attributes: ["gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model"],
    optional: ["error.type"],
    buckets: MODEL_SECONDS,
  },
  "tripwright.callbacks": {
    type: "counter",
    unit: "{callback}",
    description: "Ended callbacks. `outcome`: `delivered`, `failed` or `canceled`",
    attributes: ["outcome"],
  },
  "tripwright.places": {
    type: "counter",
    unit: "{place}",
    description: "Places of plans that were checked. `outcome`: `found`, `not_found`, `unclear`, " +
      "`failed`, or `cached` for what an earlier lookup has answered",
    attributes: ["outcome"],
  },
  "http.server.request.duration": {
    type: "histogram",
    unit: "s",
    description:
      "The time to the headers of an answer. `http.route`: the pattern of the route, or " +
      "`unknown`",
    attributes: ["http.request.method", "http.route", "http.response.status_code"],
    buckets: HTTP_SECONDS,
    isFrequent: true,
  },
  "tripwright.jobs.waiting": {
    type: "gauge",
    unit: "{job}",
    description: "Waiting jobs, with retries that are due later",
    attributes: ["kind"],
    about: "service",
  },
  "tripwright.jobs.waiting.age": {
    type: "gauge",
    unit: "s",
    description: "The age of the oldest of the 100 waiting jobs that start next; 0 if none waits",
    attributes: ["kind"],
    about: "service",
  },
  "tripwright.jobs.running": {
    type: "gauge",
    unit: "{job}",
    description: "Jobs that this instance works on",
    attributes: ["kind"],
  },
  "tripwright.breaker.state": {
    type: "gauge",
    unit: "{state}",
    description: "The breaker of a kind, for all of its jobs. 0: closed. 1: half-open. 2: open",
    attributes: ["kind"],
    about: "service",
  },
  "tripwright.streams.open": {
    type: "gauge",
    unit: "{stream}",
    description: "Open event streams and long polls",
    attributes: [],
  },
  "tripwright.storage.size": {
    type: "gauge",
    unit: "By",
    description: "The size of the database with its log, if it is a file",
    attributes: [],
    about: "service",
  },
  "tripwright.storage.free": {
    type: "gauge",
    unit: "By",
    description: "The free space of the disk, and what is free within the database",
    attributes: [],
    about: "service",
  },
  "tripwright.storage.low_mark": {
    type: "gauge",
    unit: "By",
    description: "With less free space than this, new jobs are refused",
    attributes: [],
    about: "service",
  },
  "tripwright.storage.expired": {
    type: "gauge",
    unit: "{job}",
    description: "Expired jobs that the database still holds, at most 1,000 are counted",
    attributes: [],
    about: "service",
  },
  "tripwright.instances": {
    type: "gauge",
    unit: "{instance}",
    description: "Instances that hold jobs and live, and this one",
    attributes: [],
    about: "service",
  },
  "tripwright.event_loop.delay": {
    type: "histogram",
    unit: "s",
    description: "How late a timer fires, measured five times a second",
    attributes: [],
    buckets: LOOP_SECONDS,
  },
  "tripwright.process.memory": {
    type: "gauge",
    unit: "By",
    description: "Memory of the process. `type`: `rss`, `heap_used`, `heap_total` or `external`",
    attributes: ["type"],
  },
  "tripwright.info": {
    type: "gauge",
    unit: "{instance}",
    description: "Always 1. `version`: the version of the program",
    attributes: ["version"],
  },
} as const satisfies Record<string, Instrument>;

type Instruments = typeof instruments;

/** The name of an instrument. */
export type InstrumentName = keyof Instruments;

type NameOf<Type extends Instrument["type"]> = {
  [Name in InstrumentName]: Instruments[Name] extends { type: Type } ? Name : never;
}[InstrumentName];

export type CounterName = NameOf<"counter">;
export type HistogramName = NameOf<"histogram">;
/** The histograms with a value for each request. */
export type FrequentName = {
  [Name in InstrumentName]: Instruments[Name] extends { isFrequent: true } ? Name : never;
}[InstrumentName];
export type GaugeName = NameOf<"gauge">;

type OptionalOf<Name extends InstrumentName> = Instruments[Name] extends
  { optional: readonly (infer Key extends string)[] } ? Key : never;

/** The attributes of a value of an instrument. */
export type AttributesOf<Name extends InstrumentName> =
  & { [Key in Instruments[Name]["attributes"][number]]: string | number }
  & { [Key in OptionalOf<Name>]?: string };

/** Returns the description of an instrument. */
export function instrumentOf(name: InstrumentName): Instrument {
  return instruments[name];
}

/** The names of all instruments, in the order of the table. */
export const instrumentNames = Object.keys(instruments) as InstrumentName[];
