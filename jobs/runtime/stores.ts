/**
 * The stores of an instance, and the parts that they notify.
 * @module
 */
import type { Config } from "../../lib/config.ts";
import type { JobEvents } from "../../lib/job/job_events.ts";
import type { EndedJob } from "../../lib/job/job_record.ts";
import type { QueueWait } from "../../lib/job/job_snapshot.ts";
import type { JobMetrics } from "../../lib/metrics/job_metrics.ts";
import type { ModelProvider } from "../../lib/model/model.ts";
import { Breaker } from "../../lib/store/breaker.ts";
import { BulkTurns } from "../../lib/store/bulk_turns.ts";
import { ControlsStore } from "../../lib/store/controls_store.ts";
import { InstanceStore } from "../../lib/store/instance_store.ts";
import { JobStore } from "../../lib/store/job_store.ts";
import { QueueStore } from "../../lib/store/queue_store.ts";
import { StorageSpace } from "../../lib/store/storage_space.ts";
import { StoredResponses } from "../../lib/store/stored_responses.ts";
import { WaitingCount } from "../../lib/store/waiting_count.ts";
import { noDoorbell, queueDoorbell } from "../engine/doorbells.ts";
import { FairOrder } from "../engine/fair_order.ts";
import { QueueBoard } from "../engine/queue_board.ts";
import { ResponseCleaner } from "../engine/response_cleaner.ts";
import type { PublicKind } from "../kind.ts";
import { callbackFor } from "../kinds/callback/kind.ts";
import { createKeyParts } from "./key_parts.ts";
import type { RuntimeOptions } from "./options.ts";
import type { AtomicOperation } from "../../lib/platform/kv.ts";

/** What {@link createStores} returns. */
export type Stores = ReturnType<typeof createStores>;

/** Creates the stores in KV, and the parts that the stores notify of commits. */
export function createStores(
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
  const ring = (commit: AtomicOperation) => instances.addRing(commit);
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
