/**
 * The parts of an instance that claim and execute jobs, and the kinds of job of its own.
 * @module
 */
import type { Config } from "../../lib/config.ts";
import { isEnded } from "../../lib/job/job_record.ts";
import type { ModelProvider } from "../../lib/model/model.ts";
import { Turns } from "../../lib/turns.ts";
import type { Admission } from "../engine/admission.ts";
import { Executor } from "../engine/executor.ts";
import type { JobService } from "../engine/job_service.ts";
import { Slots } from "../engine/slots.ts";
import { Stager } from "../engine/stager.ts";
import { UnreadableJobs } from "../engine/unreadable_jobs.ts";
import { Worker } from "../engine/worker.ts";
import type { JobKind, PublicKind } from "../kind.ts";
import { bulkKind } from "../kinds/bulk/kind.ts";
import { callbackKind } from "../kinds/callback/kind.ts";
import { bulkAccess } from "../operator/bulk_access.ts";
import type { RuntimeOptions } from "./options.ts";
import type { Stores } from "./stores.ts";

/** What {@link createWorker} returns. */
export type Work = ReturnType<typeof createWorker>;

/** Creates the parts that claim and execute jobs. */
export function createWorker(
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

/** Returns the kind of job that delivers callbacks, or none if callbacks are off. */
export function callbackKinds(
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

/** Creates the kind of job that replays or cancels many jobs for an operator. */
export function createBulkKind(
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
