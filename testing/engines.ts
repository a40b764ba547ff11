/**
 * An engine on a database in memory, driven by hand: no loops, no waiting.
 * @module
 */
import { Engine, type EngineOptions } from "../jobs/engine/engine.ts";
import type { PublicKind } from "../jobs/kind.ts";
import { InstanceStore } from "../lib/store/instance_store.ts";
import assert from "node:assert/strict";
import type { JobRecord } from "../lib/job/job_record.ts";
import { JobStore, type JobStoreOptions } from "../lib/store/job_store.ts";
import { sampleModel } from "../lib/model/sample_model.ts";
import { FakeClock } from "./fake_clock.ts";
import { HOUR, limits, testKind } from "./jobs.ts";

/** What the service uses by default, but for the clock, and jitter that adds half. */
export function engineOptions(
  kv: Deno.Kv,
  clock: FakeClock,
  overrides: Partial<EngineOptions> = {},
): EngineOptions {
  return {
    kv,
    clock,
    kinds: [testKind()],
    model: (plan, reasoning) => sampleModel({ plan, reasoning, delayMs: 0, clock }),
    doorbell: "sweep",
    concurrency: 32,
    leaseMs: 10_000,
    limits,
    jobTtlMs: 24 * HOUR,
    maxQueuedJobs: 10_000,
    mockIfQuota: false,
    dedupeInFlight: false,
    prices: {},
    random: () => 0.5,
    ...overrides,
  };
}

/** The stores of a database. */
export function openStores(
  kv: Deno.Kv,
  options: Partial<JobStoreOptions> & Pick<JobStoreOptions, "clock">,
) {
  const ttlMs = options.ttlMs ?? 24 * HOUR;
  const instances = new InstanceStore(kv, { clock: options.clock, ttlMs });
  const store = new JobStore(kv, { limits, ttlMs, instances, ...options });
  return { store, instances };
}

/** Engines of two instances, `a` and `b`, over one database in memory, and a store to look inside. */
export async function openEngines(overrides: Partial<EngineOptions> = {}) {
  return openEnginesOn(await Deno.openKv(":memory:"), overrides);
}

/** The same over a database of the test's choice. */
export function openEnginesOn(
  kv: Deno.Kv,
  overrides: Partial<EngineOptions> = {},
  clock: FakeClock = new FakeClock(),
) {
  const options = engineOptions(kv, clock, overrides);
  return {
    kv,
    clock,
    a: new Engine(options),
    b: new Engine(options),
    ...openStores(kv, { clock, limits: options.limits, ttlMs: options.jobTtlMs }),
    kind: options.kinds[0]!,
    [Symbol.dispose]: () => kv.close(),
  };
}

/** Work that the test holds in its hands: it begins, and goes on when the test says so. */
export function heldWork() {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  let runs = 0;
  const kind: PublicKind = testKind(async ({ text }) => {
    runs++;
    begun.resolve();
    await held.promise;
    return { text };
  });
  return { kind, begun: begun.promise, finish: held.resolve, runs: () => runs };
}

/** Moves on with `step` until the engine is idle. */
export async function untilIdle(engine: Engine, step: () => void): Promise<void> {
  let idle = false;
  engine.idle().then(() => idle = true);
  while (!idle) {
    step();
    // Lets what waits for the clock go on, and what waits for the database.
    await engine.ping().catch(() => {});
  }
}

/** The second instance sweeps every three seconds, for so long. */
export async function sweepFor({ b, clock }: Awaited<ReturnType<typeof openEngines>>, ms: number) {
  await b.sweep();
  for (let passed = 0; passed < ms; passed += 3_000) {
    clock.advance(3_000);
    await b.sweep();
  }
}

/** The job as it is stored. */
export async function jobOf(store: JobStore, id: string): Promise<JobRecord> {
  const snapshot = await store.read(id);
  assert.ok(snapshot, `there is no job ${id}`);
  return snapshot.job;
}

/** The other instance tries again what is due within a minute, so often. */
export async function tryAgain(
  { b, clock }: Awaited<ReturnType<typeof openEngines>>,
  times: number,
): Promise<void> {
  for (let n = 0; n < times; n++) {
    clock.advance(60_000);
    await b.sweep();
    await b.idle();
  }
}
