/**
 * Runtimes on a database in memory whose loops do not run: the test calls each step.
 * @module
 */
import { assert, fail } from "@std/assert";
import type { Refusal, Submission, SubmitOptions } from "../jobs/engine/submission.ts";
import type { PublicKind } from "../jobs/kind.ts";
import type { RuntimeOptions } from "../jobs/runtime/options.ts";
import { createRuntime, type Runtime } from "../jobs/runtime/runtime.ts";
import { type Config, parseConfig } from "../lib/config.ts";
import type { JobRecord } from "../lib/job/job_record.ts";
import { sampleModel } from "../lib/model/sample_model.ts";
import { InstanceStore } from "../lib/store/instance_store.ts";
import { JobStore, type JobStoreOptions } from "../lib/store/job_store.ts";
import { FakeClock } from "./fake_clock.ts";
import { hookKv, isHooked, settled } from "./hooked_kv.ts";
import { HOUR, limits, testKind } from "./jobs.ts";
import { limitChecks } from "./limited_kv.ts";
import type { Kv } from "../lib/platform/kv.ts";

/** What a test changes, of the configuration and of the runtime's dependencies. */
export type RuntimeOverrides = Partial<Config> & Omit<Partial<RuntimeOptions>, "kv" | "clock">;

const defaults = parseConfig({ DOORBELL: "sweep" });

/**
 * Creates a runtime with the service's defaults, but with a fake clock, a kind for tests, the
 * sample generator, and jitter that adds half.
 */
export function openRuntime(
  kv: Kv,
  clock: FakeClock,
  overrides: RuntimeOverrides = {},
): Runtime {
  const { kinds = [testKind()], model, random = () => 0.5, ...others } = overrides;
  const { holder, locks, storage, noticeOf, metrics, ...config } = others;
  return createRuntime({ ...defaults, ...config }, {
    kv: limitChecks(kv),
    clock,
    kinds,
    model: model ?? ((plan, reasoning) => sampleModel({ plan, reasoning, delayMs: 0, clock })),
    random,
    holder,
    locks,
    storage,
    noticeOf,
    metrics,
  });
}

/** Opens the stores of a database. */
export function openStores(
  database: Kv,
  options: Partial<JobStoreOptions> & Pick<JobStoreOptions, "clock">,
) {
  const kv = limitChecks(database);
  const ttlMs = options.ttlMs ?? 24 * HOUR;
  const instances = new InstanceStore(kv, { clock: options.clock, ttlMs });
  const store = new JobStore(kv, { limits, ttlMs, instances, ...options });
  return { store, instances };
}

/**
 * Opens runtimes of two instances, `a` and `b`, over one database in memory, and a store to inspect
 * it.
 */
export async function openRuntimes(overrides: RuntimeOverrides = {}) {
  return openRuntimesOn(await Deno.openKv(":memory:"), overrides);
}

/** Like {@link openRuntimes}, over a given database. */
export function openRuntimesOn(
  kv: Kv,
  overrides: RuntimeOverrides = {},
  clock: FakeClock = new FakeClock(),
) {
  const database = isHooked(kv) ? kv : hookKv(kv).kv;
  const a = openRuntime(database, clock, overrides);
  const { limits = defaults.limits, jobTtlMs: ttlMs = defaults.jobTtlMs } = overrides;
  return {
    kv: database,
    clock,
    /** Resolves when both instances wait for the clock or for the test. */
    settled: () => settled(database),
    a,
    b: openRuntime(database, clock, overrides),
    ...openStores(database, { clock, limits, ttlMs }),
    kind: a.kinds[0]!,
    [Symbol.dispose]: () => kv.close(),
    /** On Deno 2.5, a test must not end before the work that it has caused. */
    async [Symbol.asyncDispose]() {
      await settled(database);
      kv.close();
    },
  };
}

/** Submits a job that must be accepted. */
export async function submit(
  { jobs }: Pick<Runtime, "jobs">,
  kind: PublicKind,
  request: unknown,
  options?: SubmitOptions,
): Promise<Submission> {
  const submitted = await jobs.submit(kind, request, options);
  if (submitted.outcome === "accepted") return submitted;
  fail(`The job was refused: ${submitted.outcome}`);
}

/** Submits a job that must be refused. */
export async function refused(
  { jobs }: Pick<Runtime, "jobs">,
  kind: PublicKind,
  request: unknown,
  options?: SubmitOptions,
): Promise<Refusal> {
  const submitted = await jobs.submit(kind, request, options);
  if (submitted.outcome !== "accepted") return submitted;
  fail(`The job was accepted: ${submitted.job.id}`);
}

/** A kind whose jobs begin, and continue when the test calls `finish()`. */
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

/** Calls `step` until the instance is idle. */
export async function untilIdle({ jobs, instance }: Runtime, step: () => void): Promise<void> {
  let idle = false;
  instance.idle().then(() => idle = true);
  while (!idle) {
    step();
    // Continues what waits for the clock or for the database.
    await jobs.ping().catch(() => {});
  }
}

/** Sweeps with the second instance every three seconds, for `ms`. */
export async function sweepFor({ b, clock }: Awaited<ReturnType<typeof openRuntimes>>, ms: number) {
  await b.instance.sweep();
  for (let passed = 0; passed < ms; passed += 3_000) {
    clock.advance(3_000);
    await b.instance.sweep();
  }
}

/** Returns the stored record of a job. */
export async function jobOf(store: JobStore, id: string): Promise<JobRecord> {
  const snapshot = await store.read(id);
  assert(snapshot, `there is no job ${id}`);
  return snapshot.job;
}

/** Executes due retries with the second instance, `times` times, each a minute later. */
export async function tryAgain(
  { b, clock }: Awaited<ReturnType<typeof openRuntimes>>,
  times: number,
): Promise<void> {
  for (let n = 0; n < times; n++) {
    clock.advance(60_000);
    await b.instance.sweep();
    await b.instance.idle();
  }
}
