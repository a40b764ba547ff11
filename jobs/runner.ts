/**
 * Runs one claimed job to its end: context, generate, decide, settle.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { BlobTooLargeError } from "../lib/blob.ts";
import { isoTime, waitAtMost } from "../lib/clock.ts";
import { JobError } from "../lib/failure.ts";
import { deadlineOf, type JobLimits } from "../lib/job_record.ts";
import type { Lease, Written } from "../lib/job_store.ts";
import { describeError } from "../lib/log.ts";
import { type ContextServices, createContext, Interruption, persist } from "./context.ts";
import type { JobKind, Plan } from "./kind.ts";
import { deadlineError, decide, type Ended, type Outcome } from "./outcome.ts";

export interface RunnerOptions extends ContextServices {
  kinds: readonly JobKind[];
  limits: JobLimits;
  /** Answer with a placeholder plan when the model's quota is spent. */
  mockIfQuota: boolean;
  /** From 0 up to 1, for the jitter of retries. */
  random: () => number;
}

/** How long steps that are under way when the attempt ends may take to store what they have. */
const QUIET_MS = 500;

const log = getLogger(["tripwright", "job"]);

/**
 * Works on the job until it ends, fails, is put back, or belongs to somebody else.
 *
 * @param abort aborted with an {@link Interruption} it stops the work; the runner itself aborts it
 * when the job's deadline passes or the job turns out to be lost
 * @returns when the job is due again, in epoch milliseconds, if it is to be tried again
 */
export async function runJob(
  lease: Lease,
  abort: AbortController,
  options: RunnerOptions,
): Promise<number | null> {
  const { store, clock } = options;
  const { job } = lease;
  const ids = { jobId: job.id, kind: job.kind, attempt: job.attempt };
  log.info("claimed", { ...ids, waitedMs: job.claimedAt - job.createdAt });

  const finished = new AbortController();
  const endsAt = Math.min(deadlineOf(job, options.limits), job.expiresAt);
  clock.wait(endsAt - clock.now(), finished.signal).then(() => {
    if (finished.signal.aborted) return;
    abort.abort(endsAt < job.expiresAt ? deadlineError() : new Interruption("lost"));
  });
  const steps = new Set<Promise<unknown>>();
  const ended = await attempt({ lease, abort, steps, options });
  finished.abort();
  // Stops what the attempt may have left behind, such as the other calls beside one that failed; but
  // what they have finished is stored while the job is still this worker's.
  abort.abort(new Interruption("over"));
  await waitAtMost(Promise.allSettled(steps), { ms: QUIET_MS, clock });

  if ("error" in ended && ended.error instanceof Interruption) {
    const stopping = ended.error.why === "stopping";
    const runAt = clock.now();
    const written = stopping ? await persist(() => store.release(lease, { runAt }), clock) : "lost";
    log.info(written === "saved" ? "released" : "lost", ids);
    return null;
  }
  const outcome = decide(ended, {
    job,
    limits: options.limits,
    now: clock.now(),
    random: options.random,
    placeholder: options.mockIfQuota ? () => placeholderPlan(lease, options) : undefined,
  });
  if ("failure" in outcome && outcome.failure.code === "internal" && "error" in ended) {
    log.error("unexpected error", { ...ids, error: describeError(ended.error) });
  }
  const settled = await settle(lease, outcome, options);
  logOutcome(settled, { ...ids, durationMs: clock.now() - job.claimedAt });
  return "runAt" in settled ? settled.runAt : null;
}

function kindOf({ job }: Lease, { kinds }: RunnerOptions): JobKind {
  const kind = kinds.find(({ name }) => name === job.kind);
  if (!kind) throw new Error(`Cannot run job ${job.id}: there is no kind ${job.kind}`);
  return kind;
}

function placeholderPlan(lease: Lease, options: RunnerOptions): Plan {
  const kind = kindOf(lease, options);
  return { result: kind.sample(kind.request.parse(lease.job.request)), source: "placeholder" };
}

interface AttemptOptions {
  lease: Lease;
  abort: AbortController;
  /** Collects the steps that are under way. */
  steps: Set<Promise<unknown>>;
  options: RunnerOptions;
}

async function attempt({ lease, abort, steps, options }: AttemptOptions): Promise<Ended> {
  try {
    const kind = kindOf(lease, options);
    const request = kind.request.parse(lease.job.request);
    const context = createContext({ lease, abort, steps, kind, request, ...options });
    // The race is for a generate() that does not listen to its signal.
    const result = await Promise.race([kind.generate(request, context), rejection(abort.signal)]);
    const checked = kind.result.safeParse(result);
    if (!checked.success) throw new JobError("invalid_output", "The plan has the wrong shape");
    return { plan: { result: checked.data, source: context.model.source } };
  } catch (error) {
    return { error: abort.signal.aborted ? abort.signal.reason : error };
  }
}

/** Rejects when the signal aborts. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const rejectNow = () => reject(signal.reason);
    if (signal.aborted) rejectNow();
    else signal.addEventListener("abort", rejectNow, { once: true });
  });
}

/** Writes the outcome. Returns what was written. */
async function settle(
  lease: Lease,
  outcome: Outcome,
  options: RunnerOptions,
): Promise<Outcome | { next: "lost" }> {
  const { limits, clock, random } = options;
  try {
    const written = await persist(() => write(lease, outcome, options), clock);
    return written === "saved" ? outcome : { next: "lost" };
  } catch (error) {
    if (!(error instanceof BlobTooLargeError)) throw error;
    const { job } = lease;
    const failed = decide({ error }, { job, limits, now: clock.now(), random });
    return await settle(lease, failed, options);
  }
}

async function write(lease: Lease, outcome: Outcome, options: RunnerOptions): Promise<Written> {
  const { store } = options;
  switch (outcome.next) {
    case "done": {
      const { promptVersion } = kindOf(lease, options);
      return await store.complete(lease, { ...outcome.plan, promptVersion });
    }
    case "retry":
      return await store.retry(lease, outcome);
    case "wait":
      return await store.release(lease, outcome);
    case "stop":
      return await store.fail(lease, outcome.failure);
  }
}

function logOutcome(settled: Outcome | { next: "lost" }, fields: Record<string, unknown>): void {
  switch (settled.next) {
    case "done":
      return log.info("completed", { ...fields, source: settled.plan.source });
    case "retry": {
      const { failure, runAt } = settled;
      const { code, message: error } = failure;
      return log.warning("retry", { ...fields, code, error, at: isoTime(runAt) });
    }
    case "wait":
      return log.info("held back", { ...fields, at: isoTime(settled.runAt) });
    case "stop": {
      const { code, message } = settled.failure;
      return log.error("failed", { ...fields, code, error: message });
    }
    case "lost":
      return log.info("lost", fields);
  }
}
