/**
 * The runtime: creates the parts of the engine and connects them, for `main.ts`, benchmarks and
 * tests.
 * @module
 */
import type { ApiKeys } from "../../lib/api_keys.ts";
import type { Config } from "../../lib/config.ts";
import { JobMetrics } from "../../lib/metrics/job_metrics.ts";
import { Metrics } from "../../lib/metrics/metrics.ts";
import { noInstanceLocks } from "../../lib/store/instance_locks.ts";
import { SenderHashes } from "../../lib/store/sender_hash.ts";
import { spaceWrites } from "../../lib/store/space_writes.ts";
import { Admission } from "../engine/admission.ts";
import { DailyLimits } from "../engine/daily_limits.ts";
import { Health } from "../engine/health.ts";
import { Instance } from "../engine/instance.ts";
import { JobGauges } from "../engine/job_gauges.ts";
import { JobService } from "../engine/job_service.ts";
import type { KeyRefresh } from "../engine/key_refresh.ts";
import { Rescuer } from "../engine/rescuer.ts";
import { Watcher } from "../engine/watcher.ts";
import type { JobKind, PublicKind } from "../kind.ts";
import { ALERT_KIND, alertKind } from "../kinds/alert/kind.ts";
import { BULK } from "../kinds/bulk/pages.ts";
import { CALLBACK_KIND } from "../kinds/callback/kind.ts";
import type { Alerts } from "../operator/alerts.ts";
import type { History } from "../operator/history.ts";
import type { Operator } from "../operator/operator.ts";
import { Reports } from "../operator/reports.ts";
import { createPlaces } from "../places/create_places.ts";
import { createKinds } from "../registry.ts";
import { createModelProvider } from "./model_provider.ts";
import { createOperator, createReports } from "./operator_parts.ts";
import type { RuntimeOptions } from "./options.ts";
import { createStores, type Stores } from "./stores.ts";
import { typicalCosts } from "./typical_costs.ts";
import { callbackKinds, createBulkKind, createWorker, type Work } from "./work.ts";

/** One instance of the engine. */
export interface Runtime {
  readonly kinds: readonly PublicKind[];
  readonly jobs: JobService;
  readonly instance: Instance;
  readonly health: Health;
  /** The API keys that the instance accepts. */
  readonly apiKeys: ApiKeys;
  /** Reads the keys of the database. `main.ts` must do it before the first request. */
  readonly keys: KeyRefresh;
  readonly metrics: Metrics;
  readonly operator: Operator;
}

/** Creates an instance. It does nothing in the background before {@link Instance.start}. */
export function createRuntime(config: Config, options: RuntimeOptions): Runtime {
  const metrics = options.metrics ?? new Metrics();
  const kinds = options.kinds ??
    createKinds(config, createPlaces(config, { kv: options.kv, clock: options.clock, metrics }));
  const model = options.model ?? createModelProvider(config, options.clock);
  const jobMetrics = new JobMetrics({
    metrics,
    kinds: [...kinds.map(({ name }) => name), CALLBACK_KIND, BULK, ALERT_KIND],
    callbackKind: CALLBACK_KIND,
  });
  const base = createStores(config, { options, kinds, model, metrics: jobMetrics });
  const admission = createAdmission(config, { options, base });
  const alert = alertKind(config.alertReceiver) as JobKind;
  const bulk = createBulkKind({ kinds, base, admission, jobs: () => jobs });
  const allKinds = new Map(
    [...kinds, ...callbackKinds(config, { options, kinds, base }), bulk, alert]
      .map((kind) => [kind.name, kind]),
  );
  const work = createWorker(config, { options, kinds: allKinds, model, base });
  const stopped = new AbortController();
  const jobs = createJobService(config, { options, kinds, base, work, admission, stopped });
  const reports = createReports(config, { options, kinds, base, work, metrics });
  const instance = createInstance(config, { options, base, work, stopped, reports });
  const health = createHealth(config, { options, kinds, base, work });
  createGauges(config, { options, kinds, allKinds, base, work, admission, health })
    .register(metrics);
  const operator = createOperator(config, {
    options,
    kinds,
    allKinds,
    base,
    work,
    jobs,
    health,
    reports,
  });
  const { apiKeys, keys } = base;
  return { kinds, jobs, instance, health, apiKeys, keys, operator, metrics };
}

/** Creates the back-pressure. */
function createAdmission(
  { maxQueuedJobs }: Config,
  { options: { clock }, base: { waiting } }: { options: RuntimeOptions; base: Stores },
): Admission {
  return new Admission({ waiting, clock, maxQueuedJobs });
}

/** Creates the interface for routes. */
function createJobService(
  config: Config,
  { options: { kv, clock }, kinds, base, work, admission, stopped }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
    work: Work;
    admission: Admission;
    stopped: AbortController;
  },
): JobService {
  const { jobTtlMs, dailyJobsPerKey, daily, dedupeInFlight } = config;
  const { store, spending, keyCosts, storage, controls, order, board } = base;
  return new JobService({
    store,
    watcher: new Watcher({ store, clock, stopped: stopped.signal }),
    admission,
    dailyLimits: new DailyLimits({
      spending,
      clock,
      jobs: daily.jobs,
      costUsd: daily.costUsd,
      typicalUsd: typicalCosts(config, kinds),
    }),
    keyCosts,
    worker: work.worker,
    order,
    board,
    storage,
    controls,
    clock,
    jobTtlMs,
    dailyJobsPerKey,
    dedupeInFlight,
    senders: new SenderHashes(kv, clock),
    publicKinds: new Set(kinds.map(({ name }) => name)),
  });
}

/** Creates the gauges of the metrics. */
function createGauges(
  { jobTtlMs }: Config,
  { options: { clock }, kinds, allKinds, base: { store, storage }, work: { slots }, ...parts }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    allKinds: ReadonlyMap<string, JobKind>;
    base: Stores;
    work: Work;
    admission: Admission;
    health: Health;
  },
): JobGauges {
  return new JobGauges({
    kinds: kinds.map(({ name }) => name),
    allKinds: [...allKinds.keys()],
    index: store.index,
    slots,
    storage,
    clock,
    jobTtlMs,
    ...parts,
  });
}

/** Creates the report for operators. */
function createHealth(
  { leaseMs }: Config,
  { options: { clock }, kinds, base, work: { slots } }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
    work: Work;
  },
): Health {
  const { store, storage, breaker, instances, holder } = base;
  return new Health({
    holder,
    kinds: kinds.map(({ name }) => name),
    ping: () => store.ping(),
    slots,
    storage,
    breaker,
    instances,
    clock,
    leaseMs,
  });
}

/** Creates the instance, which `main.ts` and tests start and stop. */
function createInstance(
  { leaseMs }: Config,
  { options, base, work, stopped, reports }: {
    options: RuntimeOptions;
    base: Stores;
    work: Work;
    stopped: AbortController;
    reports: { alerts: Alerts; history: History };
  },
): Instance {
  const { kv, clock, locks = noInstanceLocks } = options;
  const { store, instances, keys, storage, cleaner, doorbell, breaker, controls } = base;
  const { board, holder } = base;
  const { unreadable, slots, worker, stager } = work;
  return new Instance({
    holder,
    slots,
    worker,
    stager,
    board,
    rescuer: new Rescuer({ store, instances, locks, storage, clock, unreadable, leaseMs }),
    cleaner,
    doorbell,
    breaker,
    controls,
    instances,
    keys,
    storage,
    spaceWrites: spaceWrites(kv),
    locks,
    reports: new Reports({ ...reports, clock }),
    clock,
    leaseMs,
    stopped,
  });
}
