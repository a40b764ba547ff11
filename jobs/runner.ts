/**
 * Runs one claimed job to its end: context, generate, decide, settle.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { z } from "zod";
import { BlobTooLargeError } from "../lib/blob.ts";
import type { Clock } from "../lib/clock.ts";
import { JobError } from "../lib/failure.ts";
import { deadlineOf, type JobLimits } from "../lib/job_record.ts";
import type { JobStore, Lease, Written } from "../lib/job_store.ts";
import { describeError } from "../lib/log.ts";
import type { ModelProvider } from "../lib/model.ts";
import type { JobContext, JobKind, Plan } from "./kind.ts";
import { deadlineError, decide, type Ended, type Outcome } from "./outcome.ts";

export interface RunnerOptions {
  store: JobStore;
  kinds: readonly JobKind[];
  model: ModelProvider;
  limits: JobLimits;
  /** Answer with a placeholder plan when the model's quota is spent. */
  mockIfQuota: boolean;
  clock: Clock;
  /** From 0 up to 1, for the jitter of retries. */
  random: () => number;
}

/** Why a worker stops working on a job that has not ended. */
export class Interruption extends Error {
  override name = "Interruption";
  /**
   * @param why `lost`: the job is another's now; `stopping`: this instance shuts down; `over`: the
   * attempt has ended already
   */
  constructor(readonly why: "lost" | "stopping" | "over") {
    super(`Interrupted: ${why}`);
  }
}

/** A plan that was paid for is worth a few tries to store it: about 6 s in all. */
const SETTLE_TRIES = 6;
const SETTLE_WAIT_MS = 200;

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
  const deadline = deadlineOf(job, options.limits) - clock.now();
  clock.wait(deadline, finished.signal).then(() => {
    if (!finished.signal.aborted) abort.abort(deadlineError());
  });
  const ended = await attempt(lease, abort, options);
  finished.abort();
  // Stops what the attempt may have left behind, such as the other calls beside one that failed.
  abort.abort(new Interruption("over"));

  if ("error" in ended && ended.error instanceof Interruption) {
    const { why } = ended.error;
    if (why === "stopping") await store.release(lease);
    log.info(why === "stopping" ? "released" : "lost", ids);
    return null;
  }
  const outcome = decide(ended, {
    job,
    limits: options.limits,
    now: clock.now(),
    random: options.random,
    placeholder: options.mockIfQuota ? () => placeholderPlan(lease, options) : undefined,
  });
  if ("error" in ended && !(ended.error instanceof JobError)) {
    log.error("unexpected error", { ...ids, error: describeError(ended.error) });
  }
  const settled = await settle(lease, outcome, options);
  logOutcome(settled, { ...ids, durationMs: clock.now() - job.claimedAt });
  return settled.next === "retry" ? settled.runAt : null;
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

async function attempt(
  lease: Lease,
  abort: AbortController,
  options: RunnerOptions,
): Promise<Ended> {
  try {
    const kind = kindOf(lease, options);
    const request = kind.request.parse(lease.job.request);
    const context = createContext({ lease, kind, request, abort, options });
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

interface ContextOptions {
  lease: Lease;
  kind: JobKind;
  request: unknown;
  abort: AbortController;
  options: RunnerOptions;
}

function createContext({ lease, kind, request, abort, options }: ContextOptions): JobContext {
  const { store, clock } = options;
  const { signal } = abort;

  /** Whoever lost the job learns of it at the next write, and works no further. */
  function own(written: Written): void {
    if (written === "lost") abort.abort(new Interruption("lost"));
    signal.throwIfAborted();
  }

  async function step<T>(name: string, schema: z.ZodType<T>, run: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const key = { name, promptVersion: kind.promptVersion };
    const saved = schema.safeParse((await store.readStep(lease, key))?.output);
    if (saved.success) return saved.data;

    const startedAt = clock.now();
    const output = await run();
    signal.throwIfAborted();
    own(await store.saveStep(lease, key, output));
    const { id, attempt } = lease.job;
    const durationMs = clock.now() - startedAt;
    log.info("step", { jobId: id, kind: kind.name, attempt, step: name, durationMs });
    return output;
  }

  return {
    model: options.model(() => kind.sample(request)),
    signal,
    now: () => clock.now(),
    step,
    report: async (progress) => own(await store.report(lease, progress)),
  };
}

/** Writes the outcome, again and again if KV fails for a moment. Returns what was written. */
async function settle(
  lease: Lease,
  outcome: Outcome,
  options: RunnerOptions,
): Promise<Outcome | { next: "lost" }> {
  for (let tries = 1;; tries++) {
    try {
      const written = await write(lease, outcome, options);
      return written === "saved" ? outcome : { next: "lost" };
    } catch (error) {
      if (error instanceof BlobTooLargeError) {
        const { job } = lease;
        const { limits, clock, random } = options;
        outcome = decide({ error }, { job, limits, now: clock.now(), random });
      } else if (tries === SETTLE_TRIES) {
        throw error;
      } else {
        await options.clock.wait(SETTLE_WAIT_MS * 2 ** (tries - 1));
      }
    }
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
      const at = new Date(runAt).toISOString();
      return log.warning("retry", { ...fields, code: failure.code, error: failure.message, at });
    }
    case "stop": {
      const { code, message } = settled.failure;
      return log.error("failed", { ...fields, code, error: message });
    }
    case "lost":
      return log.info("lost", fields);
  }
}
