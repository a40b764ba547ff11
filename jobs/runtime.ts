/**
 * The runtime: creates the parts of the engine and connects them, for `main.ts`, benchmarks and
 * tests.
 * @module
 */
import type { ApiKeys } from "../lib/api_keys.ts";
import type { Clock } from "../lib/clock.ts";
import type { Config } from "../lib/config.ts";
import type { JobEvents } from "../lib/job/job_events.ts";
import { type EndedJob, isEnded } from "../lib/job/job_record.ts";
import { JobMetrics } from "../lib/metrics/job_metrics.ts";
import { Metrics } from "../lib/metrics/metrics.ts";
import type { QueueWait } from "../lib/job/job_snapshot.ts";
import type { ModelProvider } from "../lib/model/model.ts";
import { AlertStore } from "../lib/store/alert_store.ts";
import { AuditStore } from "../lib/store/audit_store.ts";
import { Breaker } from "../lib/store/breaker.ts";
import { type BreakerState, isForAll } from "../lib/store/breaker_state.ts";
import { BulkTurns } from "../lib/store/bulk_turns.ts";
import { ControlsStore } from "../lib/store/controls_store.ts";
import { HistoryStore } from "../lib/store/history_store.ts";
import { type InstanceLocks, noInstanceLocks } from "../lib/store/instance_locks.ts";
import { InstanceStore } from "../lib/store/instance_store.ts";
import { JobStore } from "../lib/store/job_store.ts";
import { SessionStore } from "../lib/store/session_store.ts";
import { SenderHashes } from "../lib/store/sender_hash.ts";
import { StoredResponses } from "../lib/store/stored_responses.ts";
import { spaceWrites } from "../lib/store/space_writes.ts";
import { QueueStore } from "../lib/store/queue_store.ts";
import { StorageSpace } from "../lib/store/storage_space.ts";
import { WaitingCount } from "../lib/store/waiting_count.ts";
import { Turns } from "../lib/turns.ts";
import { Admission } from "./engine/admission.ts";
import { noDoorbell, queueDoorbell } from "./engine/doorbells.ts";
import { DailyLimits } from "./engine/daily_limits.ts";
import { Executor } from "./engine/executor.ts";
import { FairOrder } from "./engine/fair_order.ts";
import { Health, stateOf } from "./engine/health.ts";
import { Instance } from "./engine/instance.ts";
import { JobGauges } from "./engine/job_gauges.ts";
import { JobService } from "./engine/job_service.ts";
import type { KeyRefresh } from "./engine/key_refresh.ts";
import { QueueBoard } from "./engine/queue_board.ts";
import { Rescuer } from "./engine/rescuer.ts";
import { ResponseCleaner } from "./engine/response_cleaner.ts";
import { Slots } from "./engine/slots.ts";
import { Stager } from "./engine/stager.ts";
import { UnreadableJobs } from "./engine/unreadable_jobs.ts";
import { Watcher } from "./engine/watcher.ts";
import { Worker } from "./engine/worker.ts";
import type { JobKind, PublicKind } from "./kind.ts";
import { ALERT_KIND, alertKind } from "./kinds/alert/kind.ts";
import { bulkKind } from "./kinds/bulk/kind.ts";
import { BULK } from "./kinds/bulk/pages.ts";
import { CALLBACK_KIND, callbackFor, callbackKind, type Notice } from "./kinds/callback/kind.ts";
import { bulkAccess } from "./operator/bulk_access.ts";
import { BulkJobs } from "./operator/bulk_jobs.ts";
import { createKeyParts } from "./key_parts.ts";
import { createModelProvider } from "./model_provider.ts";
import { Alerts } from "./operator/alerts.ts";
import { Audit } from "./operator/audit.ts";
import { History } from "./operator/history.ts";
import type { Operator } from "./operator/operator.ts";
import { OperatorControls } from "./operator/controls.ts";
import { OperatorJobs } from "./operator/operator_jobs.ts";
import { OperatorKeys } from "./operator/operator_keys.ts";
import { presenceOf } from "./operator/presence.ts";
import { Reports } from "./operator/reports.ts";
import { createKinds } from "./registry.ts";
import { typicalCosts } from "./typical_costs.ts";

/** The dependencies of the runtime. */
export interface RuntimeOptions {
  kv: Deno.Kv;
  clock: Clock;
  /** Returns a number from 0 up to, but not including, 1. */
  random: () => number;
  /** This instance's id. Unset: a new one. */
  holder?: string | undefined;
  /** Finds dead instances quickly if the database is a file. */
  locks?: InstanceLocks | undefined;
  /** Watches the space for the database. Unset: only failed writes show that it is full. */
  storage?: StorageSpace | undefined;
  /** The kinds of job. Unset: the kinds of the registry. */
  kinds?: readonly PublicKind[] | undefined;
  /** The model. Unset: the configured model. */
  model?: ModelProvider | undefined;
  /** Returns the content of a callback. Unset: the runtime sends no callbacks. */
  noticeOf?: ((kinds: readonly PublicKind[], job: EndedJob) => Notice) | undefined;
  /** Counts what the instance does. Unset: new metrics. */
  metrics?: Metrics | undefined;
}

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
  const kinds = options.kinds ?? createKinds(config);
  const model = options.model ?? createModelProvider(config, options.clock);
  const metrics = options.metrics ?? new Metrics();
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

type Stores = ReturnType<typeof createStores>;
type Work = ReturnType<typeof createWorker>;

/** Creates the stores in KV, and the parts that the stores notify of commits. */
function createStores(
  config: Config,
  { options, kinds, model, metrics }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    model: ModelProvider;
    metrics: JobMetrics;
  },
) {
  const { limits, jobTtlMs, mockIfQuota, doorbell: bell, generator, openai, concurrency } = config;
  const { kv, clock, holder = crypto.randomUUID() } = options;
  const storage = options.storage ?? new StorageSpace({ clock, concurrency });
  const doorbell = bell === "queue" ? queueDoorbell(kv, { clock, storage }) : noDoorbell();
  const instances = new InstanceStore(kv, { clock, ttlMs: jobTtlMs });
  const ring = (commit: Deno.AtomicOperation) => instances.addRing(commit);
  const names = kinds.map(({ name }) => name);
  const keyParts = createKeyParts(config, { kv, clock, holder, instances, kinds });
  const store: JobStore = new JobStore(kv, {
    clock,
    limits,
    instances,
    ttlMs: jobTtlMs,
    spending: keyParts.spending,
    announce: doorbell.announce,
    heldBackBy: (job) => breaker.heldBackBy(job),
    queueOf: (job): QueueWait | null => queue.board.waitOf(job),
    successorOf: (job) => callbackFor(job, clock.now()),
    events: notifyOfEnds(metrics, (job) => {
      const hasPlan = job.state === "succeeded" && job.source !== "placeholder";
      cleaner.cleanUpAfter(job.id, { hasPlan });
    }),
  });
  const cleaner = new ResponseCleaner({
    checkpoints: store.checkpoints,
    leftovers: new StoredResponses(kv, clock),
    model: () => model(() => null),
    deletes: generator === "openai" && openai.background,
  });
  const breaker = new Breaker(kv, {
    clock,
    ring,
    // With placeholders, a spent quota must not delay jobs.
    ignore: mockIfQuota ? "quota_exceeded" : undefined,
  });
  const controls = new ControlsStore(kv, { clock, ring });
  const queue = createQueue({
    options,
    names,
    holder,
    store,
    instances,
    breaker,
    controls,
    storage,
  });
  const turns = new BulkTurns(kv, { clock, ttlMs: jobTtlMs });
  const shared = { doorbell, instances, store, storage, cleaner, breaker, controls };
  return { ...shared, ...keyParts, ...queue, turns, holder, metrics };
}

/** Returns events that also call `onEnded` with each ended job. */
function notifyOfEnds(events: JobEvents, onEnded: (job: EndedJob) => void): JobEvents {
  return {
    accepted: (job) => events.accepted(job),
    claimed: (job, options) => events.claimed(job, options),
    queued: (job, why) => events.queued(job, why),
    ended(job, ending) {
      events.ended(job, ending);
      onEnded(job);
    },
  };
}

/** Creates the parts that order the waiting jobs, count them and show their positions. */
function createQueue(
  { options: { kv, clock }, names: kinds, holder, store, instances, breaker, controls, storage }: {
    options: RuntimeOptions;
    names: readonly string[];
    holder: string;
    store: JobStore;
    instances: InstanceStore;
    breaker: Breaker;
    controls: ControlsStore;
    storage: StorageSpace;
  },
) {
  const { index } = store;
  const order = new FairOrder();
  const waiting = new WaitingCount({ index, instances, holder, kinds, clock });
  const board: QueueBoard = new QueueBoard({
    holder,
    kinds,
    store: new QueueStore(kv),
    index,
    order,
    breaker,
    controls,
    storage,
    waiting,
    clock,
  });
  return { order, waiting, board };
}

/** Returns the kind of job that delivers callbacks, or none if callbacks are off. */
function callbackKinds(
  { callbackPrivateHosts }: Config,
  { options: { noticeOf }, kinds, base: { store, apiKeys } }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
  },
): JobKind[] {
  if (!noticeOf) return [];
  const kind = callbackKind({
    noticeOf: (job) => noticeOf(kinds, job),
    signingSecretOf: (owner) => apiKeys.signingSecretOf(owner),
    privateHosts: callbackPrivateHosts,
    async readEnded(id) {
      const job = (await store.read(id))?.job;
      return job && isEnded(job) ? job : null;
    },
  });
  return [kind as JobKind];
}

/** Creates the back-pressure. */
function createAdmission(
  { maxQueuedJobs }: Config,
  { options: { clock }, base: { waiting } }: { options: RuntimeOptions; base: Stores },
): Admission {
  return new Admission({ waiting, clock, maxQueuedJobs });
}

/** Creates the kind of job that replays or cancels many jobs for an operator. */
function createBulkKind(
  { kinds, base: { store, turns }, admission, jobs }: {
    kinds: readonly PublicKind[];
    base: Stores;
    admission: Admission;
    jobs: () => JobService;
  },
): JobKind {
  const names = new Set(kinds.map(({ name }) => name));
  return bulkKind(bulkAccess({ store, turns, admission, jobs, kinds: names })) as JobKind;
}

/** Creates the parts that claim and execute jobs. */
function createWorker(
  config: Config,
  { options, kinds, model, base }: {
    options: RuntimeOptions;
    kinds: ReadonlyMap<string, JobKind>;
    model: ModelProvider;
    base: Stores;
  },
) {
  const { concurrency, jobTtlMs } = config;
  const { clock } = options;
  const { store, breaker, controls, storage, order, holder } = base;
  const names = new Set(kinds.keys());
  const turns = new Turns();
  const unreadable = new UnreadableJobs({ clock, ttlMs: jobTtlMs });
  const slots = new Slots({
    concurrency,
    kinds: [...kinds.values()],
    onFree: () => stager.trySweep(),
  });
  const worker = new Worker({
    holder,
    kinds: names,
    slots,
    store,
    breaker,
    controls,
    storage,
    executor: createExecutor(config, { options, kinds, model, base, turns }),
    order,
    unreadable,
    clock,
    turns,
    isSweeping: (): boolean => stager.sweeping !== undefined,
    onTurn: () => stager.trySweep(),
    onHeldBack: (kind, until) => stager.sweepAt(kind, until),
  });
  const rare = [...kinds.values()].filter(({ isRare = false }) => isRare);
  const stager = new Stager({
    kinds: names,
    rareKinds: new Set(rare.map(({ name }) => name)),
    index: store.index,
    slots,
    breaker,
    controls,
    storage,
    unreadable,
    order,
    clock,
    claim: (job): Promise<void> => worker.tryClaim(job.id, job),
  });
  return { unreadable, slots, worker, stager };
}

function createExecutor(
  { limits, prices, mockIfQuota }: Config,
  { options: { clock, random }, kinds, model, base: { store, breaker, metrics }, turns }: {
    options: RuntimeOptions;
    kinds: ReadonlyMap<string, JobKind>;
    model: ModelProvider;
    base: Stores;
    turns: Turns;
  },
): Executor {
  return new Executor({
    kinds,
    store,
    breaker,
    model,
    clock,
    random,
    limits,
    prices,
    turns,
    metrics,
    mockIfQuota,
  });
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

/** Creates what operators see and do. */
function createOperator(
  config: Config,
  { options, kinds, allKinds, base, work, jobs, health, reports }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    allKinds: ReadonlyMap<string, JobKind>;
    base: Stores;
    work: Work;
    jobs: JobService;
    health: Health;
    reports: Pick<Operator, "alerts" | "history">;
  },
): Operator {
  const { limits, traceUrl, jobTtlMs: ttlMs } = config;
  const { kv, clock } = options;
  const { store } = base;
  const audit = new Audit(new AuditStore(kv, clock));
  const publicKinds = new Set(kinds.map(({ name }) => name));
  return {
    ...reports,
    audit,
    bulk: new BulkJobs({ store, jobs, audit, clock, ttlMs, kinds: publicKinds }),
    controls: createControls({ kinds: publicKinds, base, work, health, audit, reports }),
    health,
    kinds: [...publicKinds],
    sessions: new SessionStore(kv, clock),
    jobs: new OperatorJobs({
      store,
      jobs,
      audit,
      clock,
      limits,
      kinds: [...allKinds.keys()],
      publicKinds,
      traceUrl,
    }),
    keys: createOperatorKeys(config, { options, base, audit }),
  };
}

/** Creates what operators pause, resume and close. */
function createControls(
  { kinds, base: { controls, breaker, store }, work, health, audit, reports: { history } }: {
    kinds: ReadonlySet<string>;
    base: Stores;
    work: Work;
    health: Health;
    audit: Audit;
    reports: Pick<Operator, "history">;
  },
): OperatorControls {
  return new OperatorControls({
    controls,
    breaker,
    store,
    health,
    readPresent: () => history.instances(),
    audit,
    kinds: [...kinds],
    sweep: () => work.stager.trySweep(),
  });
}

/** Creates what operators do with API keys. */
function createOperatorKeys(
  { unpricedModel }: Config,
  { options: { clock }, base: { keyStore: store, apiKeys, keys }, audit }: {
    options: RuntimeOptions;
    base: Stores;
    audit: Audit;
  },
): OperatorKeys {
  const refresh = () => keys.refresh();
  return new OperatorKeys({ store, apiKeys, refresh, audit, clock, unpricedModel });
}

/** Creates the history and the alerts. */
function createReports(
  { alerts: thresholds, alertReceiver, jobTtlMs }: Config,
  { options: { kv, clock }, kinds, base, work: { slots }, metrics }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
    work: Work;
    metrics: Metrics;
  },
): { alerts: Alerts; history: History } {
  const { store: jobs, breaker, storage, holder } = base;
  const history = new History({
    store: new HistoryStore(kv, clock),
    collect: () => metrics.collect(),
    presence: presenceOf(slots, clock),
    holder,
    clock,
  });
  const alerts = new Alerts({
    store: new AlertStore(kv, { clock, jobs }),
    history,
    thresholds,
    kinds,
    readBreaker: async (kind) => stateForAll(await breaker.read(kind), clock.now()),
    readStorage: () => storage.report,
    readExpiredForMs: () => jobs.index.expiredForMs(),
    isDelivered: alertReceiver !== null,
    jobTtlMs,
    holder,
    clock,
  });
  return { alerts, history };
}

/** Returns the state of a breaker as far as it concerns all jobs of its kind. */
function stateForAll(state: BreakerState | null, now: number) {
  return stateOf(state !== null && isForAll(state) ? state : null, now);
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
