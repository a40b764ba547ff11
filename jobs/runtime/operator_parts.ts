/**
 * The services for operators of an instance.
 * @module
 */
import type { Config } from "../../lib/config.ts";
import type { Metrics } from "../../lib/metrics/metrics.ts";
import { AlertStore } from "../../lib/store/alert_store.ts";
import { AuditStore } from "../../lib/store/audit_store.ts";
import { reachOf } from "../../lib/store/breaker_state.ts";
import { HistoryStore } from "../../lib/store/history_store.ts";
import { SessionStore } from "../../lib/store/session_store.ts";
import { type Health, stateOf } from "../engine/health.ts";
import type { JobService } from "../engine/job_service.ts";
import type { JobKind, PublicKind } from "../kind.ts";
import { Alerts } from "../operator/alerts.ts";
import { Audit } from "../operator/audit.ts";
import { BulkJobs } from "../operator/bulk_jobs.ts";
import { OperatorControls } from "../operator/controls.ts";
import { History } from "../operator/history.ts";
import type { Operator } from "../operator/operator.ts";
import { OperatorJobs } from "../operator/operator_jobs.ts";
import { OperatorKeys } from "../operator/operator_keys.ts";
import { presenceOf } from "../operator/presence.ts";
import type { RuntimeOptions } from "./options.ts";
import type { Work } from "./work.ts";
import type { Stores } from "./stores.ts";

/** Creates what operators see and do. */
export function createOperator(
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
export function createReports(
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
    readBreaker: async (kind) => {
      const state = await breaker.read(kind);
      return { state: stateOf(state, clock.now()), holdsBack: state && reachOf(state) };
    },
    readStorage: () => storage.report,
    readExpiredForMs: () => jobs.index.expiredForMs(),
    isDelivered: alertReceiver !== null,
    jobTtlMs,
    holder,
    clock,
  });
  return { alerts, history };
}
