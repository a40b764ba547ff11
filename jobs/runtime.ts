/**
 * The runtime: creates the parts of the engine and connects them, for `main.ts`, benchmarks and
 * tests.
 * @module
 */
import { ApiKeys } from "../lib/api_keys.ts";
import type { Clock } from "../lib/clock.ts";
import type { Config } from "../lib/config.ts";
import { type EndedJob, isEnded } from "../lib/job/job_record.ts";
import type { ModelProvider } from "../lib/model/model.ts";
import { ApiKeyStore } from "../lib/store/api_key_store.ts";
import { AuditStore } from "../lib/store/audit_store.ts";
import { Breaker } from "../lib/store/breaker.ts";
import { BulkTurns } from "../lib/store/bulk_turns.ts";
import { type InstanceLocks, noInstanceLocks } from "../lib/store/instance_locks.ts";
import { InstanceStore } from "../lib/store/instance_store.ts";
import { JobStore } from "../lib/store/job_store.ts";
import { SessionStore } from "../lib/store/session_store.ts";
import { SenderHashes } from "../lib/store/sender_hash.ts";
import { StoredResponses } from "../lib/store/stored_responses.ts";
import { spaceWrites } from "../lib/store/space_writes.ts";
import { StorageSpace } from "../lib/store/storage_space.ts";
import { SpendingStore } from "../lib/store/spending_store.ts";
import { WaitingCount } from "../lib/store/waiting_count.ts";
import { Turns } from "../lib/turns.ts";
import { estimatedCost } from "../lib/usage.ts";
import { Admission } from "./engine/admission.ts";
import { noDoorbell, queueDoorbell } from "./engine/doorbells.ts";
import { DailyLimits } from "./engine/daily_limits.ts";
import { Executor } from "./engine/executor.ts";
import { FairOrder } from "./engine/fair_order.ts";
import { Health } from "./engine/health.ts";
import { Instance } from "./engine/instance.ts";
import { JobService } from "./engine/job_service.ts";
import { KeyCosts } from "./engine/key_costs.ts";
import { KeyRefresh } from "./engine/key_refresh.ts";
import { Rescuer } from "./engine/rescuer.ts";
import { ResponseCleaner } from "./engine/response_cleaner.ts";
import { Slots } from "./engine/slots.ts";
import { Stager } from "./engine/stager.ts";
import { UnreadableJobs } from "./engine/unreadable_jobs.ts";
import { Watcher } from "./engine/watcher.ts";
import { Worker } from "./engine/worker.ts";
import type { JobKind, PublicKind } from "./kind.ts";
import { bulkKind } from "./kinds/bulk/kind.ts";
import { callbackFor, callbackKind, type Notice } from "./kinds/callback/kind.ts";
import { bulkAccess } from "./operator/bulk_access.ts";
import { createModelProvider } from "./model_provider.ts";
import { Audit } from "./operator/audit.ts";
import type { Operator } from "./operator/operator.ts";
import { OperatorJobs } from "./operator/operator_jobs.ts";
import { OperatorKeys } from "./operator/operator_keys.ts";
import { createKinds } from "./registry.ts";

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
  readonly operator: Operator;
}

/** Creates an instance. It does nothing in the background before {@link Instance.start}. */
export function createRuntime(config: Config, options: RuntimeOptions): Runtime {
  const kinds = options.kinds ?? createKinds(config);
  const model = options.model ?? createModelProvider(config, options.clock);
  const base = createStores(config, { options, kinds, model });
  const admission = createAdmission(config, { options, kinds, base });
  const bulk = createBulkKind({ kinds, base, admission, jobs: () => jobs });
  const allKinds = new Map([...kinds, ...callbackKinds(config, { options, kinds, base }), bulk]
    .map((kind) => [kind.name, kind]));
  const work = createWorker(config, { options, kinds: allKinds, model, base });
  const stopped = new AbortController();
  const keyCosts = createKeyCosts(config, { options, kinds, base });
  const keys = createKeyRefresh({ options, base, keyCosts });
  const parts = { options, kinds, base, work, keyCosts, admission, stopped };
  const jobs = createJobService(config, parts);
  const instance = createInstance(config, { options, base, work, keys, stopped });
  const health = createHealth(config, { options, kinds, base, work });
  const operator = createOperator(config, { options, kinds, base, jobs, health, keys });
  return { kinds, jobs, instance, health, apiKeys: base.apiKeys, keys, operator };
}

type Stores = ReturnType<typeof createStores>;
type Work = ReturnType<typeof createWorker>;

/** Creates the stores in KV, and the parts that the stores notify of commits. */
function createStores(
  config: Config,
  { options, kinds, model }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    model: ModelProvider;
  },
) {
  const { limits, jobTtlMs, mockIfQuota, doorbell: bell, generator, openai, concurrency } = config;
  const { kv, clock, holder = crypto.randomUUID() } = options;
  const storage = options.storage ?? new StorageSpace({ clock, concurrency });
  const doorbell = bell === "queue" ? queueDoorbell(kv, { clock, storage }) : noDoorbell();
  const instances = new InstanceStore(kv, { clock, ttlMs: jobTtlMs });
  const ring = (commit: Deno.AtomicOperation) => instances.addRing(commit);
  const apiKeys = new ApiKeys(config.apiKeys, clock);
  const keyStore = new ApiKeyStore(kv, { clock, ring });
  const spending = createSpending(config, { kv, clock, holder, kinds, apiKeys });
  const store = new JobStore(kv, {
    clock,
    limits,
    instances,
    ttlMs: jobTtlMs,
    spending,
    announce: doorbell.announce,
    heldBackBy: (job) => breaker.heldBackBy(job),
    successorOf: (job) => callbackFor(job, clock.now()),
    onEnded: (jobId, end) => cleaner.cleanUpAfter(jobId, end),
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
  const turns = new BulkTurns(kv, { clock, ttlMs: jobTtlMs });
  return {
    doorbell,
    instances,
    apiKeys,
    keyStore,
    store,
    spending,
    storage,
    cleaner,
    breaker,
    turns,
    holder,
  };
}

/** Creates the sums for the daily limits of the service and of keys. */
function createSpending(
  { daily }: Config,
  { kv, clock, holder, kinds, apiKeys }: {
    kv: Deno.Kv;
    clock: Clock;
    holder: string;
    kinds: readonly PublicKind[];
    apiKeys: ApiKeys;
  },
): SpendingStore {
  return new SpendingStore(kv, {
    clock,
    holder,
    kinds: kinds.map(({ name }) => name),
    isLimited: daily.jobs !== undefined || daily.costUsd !== undefined,
    isCostLimited: (owner) => apiKeys.isCostLimited(owner),
  });
}

/** Creates the limits for the daily cost of keys. */
function createKeyCosts(
  config: Config,
  { options: { clock }, kinds, base: { apiKeys, spending } }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
  },
): KeyCosts {
  return new KeyCosts({ apiKeys, spending, clock, typicalUsd: typicalCosts(config, kinds) });
}

/** Creates the connection between the keys in memory and those in KV. */
function createKeyRefresh(
  { options: { clock }, base: { apiKeys, keyStore }, keyCosts }: {
    options: RuntimeOptions;
    base: Stores;
    keyCosts: KeyCosts;
  },
): KeyRefresh {
  const onDay = () => keyCosts.deletePast();
  return new KeyRefresh({ apiKeys, store: keyStore, clock, onDay });
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
  { options: { clock }, kinds, base: { store, instances, holder } }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
  },
): Admission {
  const waiting = new WaitingCount({
    index: store.index,
    instances,
    holder,
    kinds: kinds.map(({ name }) => name),
    clock,
  });
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
  const { store, breaker, storage, holder } = base;
  const names = new Set(kinds.keys());
  const turns = new Turns();
  const order = new FairOrder();
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
    storage,
    unreadable,
    order,
    clock,
    claim: (job): Promise<void> => worker.tryClaim(job.id, job),
  });
  return { unreadable, slots, worker, stager, order };
}

function createExecutor(
  { limits, prices, mockIfQuota }: Config,
  { options: { clock, random }, kinds, model, base: { store, breaker }, turns }: {
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
    mockIfQuota,
  });
}

/** Creates the interface for routes. */
function createJobService(
  config: Config,
  { options: { kv, clock }, kinds, base, work, keyCosts, admission, stopped }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
    work: Work;
    keyCosts: KeyCosts;
    admission: Admission;
    stopped: AbortController;
  },
): JobService {
  const { jobTtlMs, dailyJobsPerKey, daily, dedupeInFlight } = config;
  const { store, spending, storage } = base;
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
    order: work.order,
    storage,
    clock,
    jobTtlMs,
    dailyJobsPerKey,
    dedupeInFlight,
    senders: new SenderHashes(kv, clock),
    publicKinds: new Set(kinds.map(({ name }) => name)),
  });
}

/** Returns a function that returns what a plan of a kind costs in US dollars, as an estimate. */
function typicalCosts(
  { generator, prices }: Config,
  kinds: readonly PublicKind[],
): (kind: string) => number {
  const costs = new Map(kinds.map(({ name, typicalUse: use }) => {
    const costs = use && generator === "openai" ? estimatedCost(use, prices[use.model]) : 0;
    return [name, costs];
  }));
  return (kind) => costs.get(kind) ?? 0;
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
  { limits, traceUrl, unpricedModel }: Config,
  { options: { kv, clock }, kinds, base: { store, keyStore, apiKeys }, jobs, health, keys }: {
    options: RuntimeOptions;
    kinds: readonly PublicKind[];
    base: Stores;
    jobs: JobService;
    health: Health;
    keys: KeyRefresh;
  },
): Operator {
  const audit = new Audit(new AuditStore(kv, clock));
  const publicKinds = new Set(kinds.map(({ name }) => name));
  return {
    audit,
    health,
    sessions: new SessionStore(kv, clock),
    jobs: new OperatorJobs({ store, jobs, audit, clock, limits, publicKinds, traceUrl }),
    keys: new OperatorKeys({
      store: keyStore,
      apiKeys,
      refresh: () => keys.refresh(),
      audit,
      clock,
      unpricedModel,
    }),
  };
}

/** Creates the instance, which `main.ts` and tests start and stop. */
function createInstance(
  { leaseMs }: Config,
  { options, base, work, keys, stopped }: {
    options: RuntimeOptions;
    base: Stores;
    work: Work;
    keys: KeyRefresh;
    stopped: AbortController;
  },
): Instance {
  const { kv, clock, locks = noInstanceLocks } = options;
  const { store, instances, storage, cleaner, doorbell, breaker, holder } = base;
  const { unreadable, slots, worker, stager } = work;
  return new Instance({
    holder,
    slots,
    worker,
    stager,
    rescuer: new Rescuer({ store, instances, locks, storage, clock, unreadable, leaseMs }),
    cleaner,
    doorbell,
    breaker,
    instances,
    keys,
    storage,
    spaceWrites: spaceWrites(kv),
    locks,
    clock,
    leaseMs,
    stopped,
  });
}
