/**
 * The stores over a new database, and test data for them.
 * @module
 */
import { deadlineFailure } from "../lib/job/job_record.ts";
import { assert } from "@std/assert";
import { failure } from "../lib/job/failure.ts";
import type { Lease } from "../lib/store/job_commit.ts";
import type { JobStore } from "../lib/store/job_store.ts";
import { QueueStore } from "../lib/store/queue_store.ts";
import type { StepEvent } from "../lib/job/timeline.ts";
import { openStores } from "./runtimes.ts";
import { FakeClock, NOON } from "./fake_clock.ts";
import { queuedJob } from "./jobs.ts";
import type { Kv } from "../lib/platform/kv.ts";

/** A failure that allows a retry. */
export const fault = failure("upstream_error", "OpenAI API error: 500");

/** A plan as `complete()` takes it. */
export const plan = {
  result: { text: "plan" },
  source: "openai",
  promptVersion: "test-1",
} as const;

/** The name of a step. */
export const step = { promptVersion: "test-1", name: "turn-1" };

/** The same step as `saveStep()` takes it. */
export const finished: { event: StepEvent; output: unknown } = {
  event: {
    event: "step",
    at: NOON,
    attempt: 1,
    name: step.name,
    durationMs: 0,
    turn: null,
    tool: null,
    failed: null,
  },
  output: { text: "output" },
};

/** The stores of a new database. */
export async function openStore() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  return { kv, clock, ...openStores(kv, { clock }), [Symbol.dispose]: () => kv.close() };
}

/**
 * Claims a job as a worker does: reads it, fails it if it is overdue, otherwise claims it.
 *
 * @returns the lease; `null` if the job cannot be claimed
 */
export async function claim(
  store: JobStore,
  id: string,
  { holder, kinds }: { holder: string; kinds?: ReadonlySet<string> },
): Promise<Lease | null> {
  const due = await store.readDue(id, kinds);
  if (due?.isOverdue) {
    await store.failWaiting(due, deadlineFailure());
    return null;
  }
  return due && await store.claim(due, holder);
}

/** Accepts a job and claims it for `holder`. */
export async function acceptAndClaim(store: JobStore, holder = "instance-a"): Promise<Lease> {
  const job = queuedJob();
  await store.accept(job);
  const lease = await claim(store, job.id, { holder });
  assert(lease);
  return lease;
}

/** The ids of the jobs that may be claimed now. */
export async function dueIn(store: JobStore): Promise<string[]> {
  return (await Array.fromAsync(store.index.due("test"))).map(({ id }) => id);
}

/** Counts the due entries of one kind, or of all kinds: the jobs that wait. */
export async function countDue(kv: Kv, kind?: string): Promise<number> {
  const prefix = kind === undefined ? ["due"] : ["due", kind];
  return (await Array.fromAsync(kv.list({ prefix }))).length;
}

/** Returns a value that changes with each ring of the bell. */
export async function lastRing(kv: Kv): Promise<string | null> {
  return (await new QueueStore(kv).read([])).ring;
}
