/**
 * Runs one claimed job to its end: context, generate, decide, settle.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { BlobTooLargeError } from "../../lib/store/blob.ts";
import { isoTime, waitAtMost } from "../../lib/clock.ts";
import { JobError } from "../../lib/job/failure.ts";
import type { Lease, Written } from "../../lib/store/job_commit.ts";
import { type AttemptEnd, deadlineOf, type JobLimits } from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import { inTrace, recordOutcome } from "../../lib/trace_context.ts";
import { AttemptContext, type ContextServices, Interruption, persist } from "./attempt_context.ts";
import { follow } from "./follower.ts";
import type { JobKind, Plan } from "../kind.ts";
import { deadlineError, decide, type Ended, type Outcome } from "./outcome.ts";

export interface RunnerOptions extends ContextServices {
  kinds: readonly JobKind[];
  limits: JobLimits;
  /** Answer with a placeholder plan when the model's quota is spent. */
  mockIfQuota: boolean;
  /** From 0 up to 1, for the jitter of retries. */
  random: () => number;
}

/** How long what is under way when the attempt ends may take to be stored. */
const QUIET_MS = 500;

const log = getLogger(["tripwright", "job"]);

/** How the work on a job is reached from outside. */
export interface JobControls {
  /** Aborted with an {@link Interruption} it stops the work; the runner itself aborts it, too. */
  abort: AbortController;
  /** Its `wake` events say that a response that the job waits for may have ended. */
  wake: EventTarget;
}

/**
 * Works on the job until it ends, fails, is put back, or belongs to somebody else.
 *
 * @returns when the job is due again, in epoch milliseconds, if it is to be tried again
 */
export async function runJob(
  lease: Lease,
  controls: JobControls,
  options: RunnerOptions,
): Promise<number | null> {
  const { id, kind, attempt, trace } = lease.job;
  const attributes = {
    "messaging.system": "tripwright",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.destination.name": kind,
    "messaging.message.id": id,
    "tripwright.attempt": attempt,
  };
  const work = () => workOn(lease, controls, options);
  return await inTrace(trace, { name: `process ${kind}`, attributes }, work);
}

async function workOn(
  lease: Lease,
  { abort, wake }: JobControls,
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
  const { ended, savedTokens } = await follow(lease, options) ??
    await attempt({ lease, abort, wake, options });
  finished.abort();
  const now = clock.now();

  if ("error" in ended && ended.error instanceof Interruption) {
    const stopping = ended.error.why === "stopping";
    const release = () => store.release(lease, { now, runAt: now, savedTokens });
    const written = stopping ? await persist(release, clock) : "lost";
    const outcome = written === "saved" ? "released" : "lost";
    recordOutcome(outcome);
    log.info(outcome, ids);
    return null;
  }
  const outcome = decide(ended, {
    job,
    limits: options.limits,
    now,
    random: options.random,
    placeholder: options.mockIfQuota ? () => placeholderPlan(lease, options) : undefined,
  });
  if ("failure" in outcome && outcome.failure.code === "internal" && "error" in ended) {
    log.error("unexpected error", { ...ids, error: describeError(ended.error) });
  }
  const settled = await settle(lease, { outcome, now, savedTokens }, options);
  recordOutcome(settled.next, "failure" in settled ? settled.failure.code : undefined);
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
  const result = kind.sample?.(kind.request.parse(lease.job.request));
  return { result, source: "placeholder" };
}

interface AttemptOptions extends JobControls {
  lease: Lease;
  options: RunnerOptions;
}

/** Generates the plan, and leaves nothing under way behind. */
async function attempt(
  { lease, abort, wake, options }: AttemptOptions,
): Promise<{ ended: Ended; savedTokens: number }> {
  let context: AttemptContext | undefined;
  let ended: Ended;
  try {
    const kind = kindOf(lease, options);
    const request = kind.request.parse(lease.job.request);
    const before = await persist(
      () => options.store.checkpoints.readBefore(lease.job.id),
      options.clock,
    );
    context = new AttemptContext({ lease, abort, wake, kind, request, ...before, ...options });
    // The race is for a generate() that does not listen to its signal.
    const result = await Promise.race([kind.generate(request, context), rejection(abort.signal)]);
    const checked = kind.result.safeParse(result);
    if (!checked.success) throw new JobError("invalid_output", "The plan has the wrong shape");
    ended = { plan: { result: checked.data, source: context.source } };
  } catch (error) {
    ended = { error: abort.signal.aborted ? abort.signal.reason : error };
  }
  // Stops what the attempt may have left behind, such as the other calls beside one that failed; but
  // what they have finished is stored while the job is still this worker's.
  abort.abort(new Interruption("over"));
  const stored = Promise.all([context?.settled(), context?.close()]);
  await waitAtMost(stored, { ms: QUIET_MS, clock: options.clock });
  return { ended, savedTokens: context?.savedTokens ?? 0 };
}

/** Rejects when the signal aborts. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const rejectNow = () => reject(signal.reason);
    if (signal.aborted) rejectNow();
    else signal.addEventListener("abort", rejectNow, { once: true });
  });
}

/** What an attempt has come to, and what it leaves behind. */
interface Report extends AttemptEnd {
  outcome: Outcome;
}

/** Writes the outcome. Returns what was written. */
async function settle(
  lease: Lease,
  report: Report,
  options: RunnerOptions,
): Promise<Outcome | { next: "lost" }> {
  const { limits, clock, random } = options;
  const { now } = report;
  try {
    const written = await persist(() => write(lease, report, options), clock);
    return written === "saved" ? report.outcome : { next: "lost" };
  } catch (error) {
    if (!(error instanceof BlobTooLargeError)) throw error;
    const { job } = lease;
    const outcome = decide({ error }, { job, limits, now, random });
    return await settle(lease, { ...report, outcome }, options);
  }
}

async function write(
  lease: Lease,
  { outcome, ...report }: Report,
  options: RunnerOptions,
): Promise<Written> {
  const { store } = options;
  switch (outcome.next) {
    case "done": {
      const { promptVersion } = kindOf(lease, options);
      return await store.complete(lease, { promptVersion, ...outcome.plan, ...report });
    }
    case "retry":
      return await store.retry(lease, { ...outcome, ...report });
    case "wait":
      return await store.release(lease, { ...outcome, ...report });
    case "stop":
      return await store.fail(lease, { ...outcome, ...report });
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
