/**
 * Runs one claimed job to its end: context, generate, decide, settle.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { z } from "zod";
import { BlobTooLargeError } from "../lib/blob.ts";
import type { Breaker } from "../lib/breaker.ts";
import { type Clock, waitAtMost } from "../lib/clock.ts";
import { JobError } from "../lib/failure.ts";
import { deadlineOf, type JobLimits, type RunningJob } from "../lib/job_record.ts";
import type { JobStore, Lease, Written } from "../lib/job_store.ts";
import { describeError } from "../lib/log.ts";
import type { Model, ModelProvider } from "../lib/model.ts";
import { retry } from "../lib/retry.ts";
import type { JobContext, JobKind, Plan } from "./kind.ts";
import { deadlineError, decide, type Ended, type Outcome } from "./outcome.ts";

export interface RunnerOptions {
  store: JobStore;
  kinds: readonly JobKind[];
  model: ModelProvider;
  breaker: Breaker;
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

/** What was paid for is worth a few tries to store it: about 6 s in all. */
const KV_TRIES = 6;
const KV_WAIT_MS = 200;

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
    const context = createContext({ lease, abort, steps, options, kind, request });
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

interface ContextOptions extends AttemptOptions {
  kind: JobKind;
  request: unknown;
}

function createContext(context: ContextOptions): JobContext {
  const { lease, abort, steps, options, kind, request } = context;
  const { store, clock } = options;
  const { signal } = abort;
  /** The last step was one that an earlier attempt had finished. */
  let resuming = false;

  /** Whoever lost the job learns of it when it next reads or writes, and works no further. */
  function own<T>(answer: T): Exclude<T, "lost"> {
    if (answer === "lost") abort.abort(new Interruption("lost"));
    signal.throwIfAborted();
    return answer as Exclude<T, "lost">;
  }

  async function run<T>(name: string, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const key = { name, promptVersion: kind.promptVersion };
    const ids = { jobId: lease.job.id, kind: kind.name, attempt: lease.job.attempt, step: name };
    const found = own(await persist(() => store.readStep(lease, key), clock));
    const saved = schema.safeParse(found?.output);
    resuming = saved.success;
    if (saved.success) {
      log.info("step resumed", ids);
      return saved.data;
    }
    const startedAt = clock.now();
    const output = await work();
    // Also after an abort: it is paid for, and if the job is lost, the store knows.
    own(await persist(() => store.saveStep(lease, key, output), clock));
    log.info("step", { ...ids, durationMs: clock.now() - startedAt });
    return output;
  }

  return {
    model: guarded(options.model(() => kind.sample(request)), lease.job, options.breaker),
    signal,
    now: () => clock.now(),
    step(name, schema, work) {
      const step = run(name, schema, work);
      steps.add(step);
      step.catch(() => {}).then(() => steps.delete(step));
      return step;
    },
    async report(progress) {
      // A resumed attempt comes past what was reported already; progress does not go backwards.
      if (!resuming) own(await persist(() => store.report(lease, progress), clock));
    },
  };
}

/** The same model, behind the breaker of the job's kind. */
function guarded({ source, chat, respond }: Model, job: RunningJob, breaker: Breaker): Model {
  return {
    source,
    chat: (request, signal) => breaker.guard(job, signal, () => chat(request, signal)),
    respond: (request, signal) => breaker.guard(job, signal, () => respond(request, signal)),
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Reads or writes, again and again if KV fails for a moment. */
function persist<T>(access: () => Promise<T>, clock: Clock): Promise<T> {
  const when = (error: unknown) => !(error instanceof BlobTooLargeError);
  return retry(access, { tries: KV_TRIES, waitMs: KV_WAIT_MS, clock, when });
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
      return log.warning("retry", { ...fields, code, error, at: iso(runAt) });
    }
    case "wait":
      return log.info("held back", { ...fields, at: iso(settled.runAt) });
    case "stop": {
      const { code, message } = settled.failure;
      return log.error("failed", { ...fields, code, error: message });
    }
    case "lost":
      return log.info("lost", fields);
  }
}
