/**
 * Executes one claimed job: follow or attempt, decide, settle, report.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, waitAtMost } from "../../lib/clock.ts";
import { JobError } from "../../lib/job/failure.ts";
import {
  type AttemptEnd,
  deadlineOf,
  type JobLimits,
  type RunningJob,
} from "../../lib/job/job_record.ts";
import { noProgress, type Progress } from "../../lib/job/progress.ts";
import type { StepEvent } from "../../lib/job/timeline.ts";
import { describeError } from "../../lib/log.ts";
import type { ModelProvider } from "../../lib/model/model.ts";
import type { JobMetrics } from "../../lib/metrics/job_metrics.ts";
import { BlobTooLargeError } from "../../lib/store/blob.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { Lease, Written } from "../../lib/store/job_commit.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { persist } from "../../lib/store/persist.ts";
import { inTrace, recordOutcome } from "../../lib/trace_context.ts";
import type { Turns } from "../../lib/turns.ts";
import type { ModelPrice } from "../../lib/usage.ts";
import type { JobKind, JobRefinement, WrittenPlan } from "../kind.ts";
import { AttemptContext } from "./attempt_context.ts";
import { follow } from "./follower.ts";
import { Interruption } from "./interruption.ts";
import { idsOf, logSettled } from "./job_log.ts";
import { ModelCalls } from "./model_calls.ts";
import { deadlineError, decide, type Ended, type Outcome, type Settled } from "./outcome.ts";
import type { Slot } from "./slots.ts";

export interface ExecutorOptions {
  /** The kinds by name. */
  kinds: ReadonlyMap<string, JobKind>;
  store: JobStore;
  breaker: Breaker;
  model: ModelProvider;
  clock: Clock;
  /** Returns a number from 0 up to, but not including, 1, for the jitter of retries. */
  random: () => number;
  limits: JobLimits;
  /** Prices by model name. */
  prices: Readonly<Record<string, ModelPrice>>;
  turns: Turns;
  metrics: JobMetrics;
  /** Completes jobs with a placeholder while the model's quota is spent. */
  mockIfQuota: boolean;
}

/** The end of an attempt, and the tokens that it saved. */
interface EndedAttempt extends AttemptEnd {
  ended: Ended;
  savedTokens: number;
  /** The last progress of the attempt. */
  progress?: Progress | undefined;
  /** All steps of the job, unless earlier attempts may have stored others. */
  steps?: readonly StepEvent[] | undefined;
  /** See {@link AttemptContext.isUnpriced}. */
  isUnpriced?: boolean;
  /** The plan to use if the attempt has failed, and no other follows. */
  kept?: WrittenPlan | undefined;
}

/** How long the attempt waits at its end for the writes of its running steps. */
const SETTLE_MS = 500;

const log = getLogger(["tripwright", "job"]);

/** Executes the jobs of one instance. */
export class Executor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /**
   * Works on a job until it ends, is put back, or its lease is lost.
   *
   * @returns when the job is due again, in epoch milliseconds; `null` if it needs no further
   * attempt by this worker
   */
  async execute(lease: Lease, slot: Slot): Promise<number | null> {
    const { id, kind, attempt, trace } = lease.job;
    const attributes = {
      "messaging.system": "tripwright",
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.destination.name": kind,
      "messaging.message.id": id,
      "tripwright.attempt": attempt,
    };
    const work = () => this.#workOn(lease, slot);
    return await inTrace(trace, { name: `process ${kind}`, attributes }, work);
  }

  async #workOn(lease: Lease, slot: Slot): Promise<number | null> {
    const { job } = lease;
    log.info("claimed", { ...idsOf(job), waitedMs: job.claimedAt - job.createdAt });
    const endDeadline = this.#startDeadline(job, slot.abort);
    const { store, clock, kinds } = this.#options;
    const result = await follow(lease, { store, clock, kinds }) ?? await this.#attempt(lease, slot);
    endDeadline();
    // Many jobs may end at the same time.
    await this.#options.turns.next();
    const report = { ...result, now: clock.now() };
    if (isInterrupted(report.ended)) return await this.#release(lease, report);
    const settled = await this.#settle(lease, this.#decide(lease, report), report);
    this.#logOutcome(job, settled);
    return "runAt" in settled ? settled.runAt : null;
  }

  /**
   * Starts a timer that aborts the work at the deadline.
   *
   * @returns a function that stops the timer
   */
  #startDeadline(job: RunningJob, abort: AbortController): () => void {
    const { clock, limits } = this.#options;
    const finished = new AbortController();
    const endsAt = Math.min(deadlineOf(job, limits), job.expiresAt);
    clock.wait(endsAt - clock.now(), finished.signal).then(() => {
      if (finished.signal.aborted) return;
      abort.abort(endsAt < job.expiresAt ? deadlineError() : new Interruption("lost"));
    });
    return () => finished.abort();
  }

  /** Generates the plan, and stops all work of the attempt. */
  async #attempt(lease: Lease, { abort, wake }: Slot): Promise<Omit<EndedAttempt, "now">> {
    let context: AttemptContext | undefined;
    let ended: Ended;
    try {
      const kind = this.#kindOf(lease.job);
      const request = kind.request.parse(lease.job.request);
      context = await this.#createContext({ lease, kind, request, abort, wake });
      // The race covers a generate() that ignores its signal.
      const result = await Promise.race([kind.generate(request, context), rejection(abort.signal)]);
      const checked = kind.result.safeParse(result);
      if (!checked.success) {
        throw new JobError("invalid_output", "The plan does not match its schema");
      }
      ended = { plan: { result: checked.data, source: context.source } };
    } catch (error) {
      ended = { error: abort.signal.aborted ? abort.signal.reason : error };
    }
    // Stops remaining work, such as the calls beside a failed one. Their finished steps are stored
    // while this worker holds the job.
    abort.abort(new Interruption("over"));
    const hasPlan = "plan" in ended;
    const closed = hasPlan ? context?.discardProgress() : context?.close();
    const stored = Promise.all([context?.settled(), closed]);
    await waitAtMost(stored, { ms: SETTLE_MS, clock: this.#options.clock });
    return {
      ended,
      savedTokens: context?.savedTokens ?? 0,
      progress: context?.progress,
      steps: lease.isFirst ? context?.steps : undefined,
      isUnpriced: context?.isUnpriced ?? false,
      kept: keptPlan(this.#kindOf(lease.job), context),
    };
  }

  async #createContext(
    attempt: Pick<Slot, "abort" | "wake"> & { lease: Lease; kind: JobKind; request: unknown },
  ): Promise<AttemptContext> {
    const { lease, kind, request, abort, wake } = attempt;
    const { store, breaker, clock, prices, turns, metrics } = this.#options;
    const refinement = await this.#refinementOf(lease.job, kind);
    const times = { startedAt: lease.job.startedAt ?? lease.job.claimedAt };
    const model = this.#options.model(
      () =>
        refinement
          ? kind.writeSampleChange?.(request, refinement, times)
          : kind.writeSample?.(request, times) ?? kind.sample?.(request),
      kind.sampleReasoning,
    );
    const { progress, failedTurns } = lease.isFirst
      ? { progress: noProgress, failedTurns: [] }
      : await persist(() => store.checkpoints.readEarlierAttempts(lease.job.id), clock);
    return new AttemptContext({
      lease,
      abort,
      wake,
      promptVersion: kind.promptVersion,
      refinement,
      progress,
      failedTurns,
      store,
      model,
      calls: new ModelCalls({ kind: kind.name, source: model.source, metrics, clock }),
      breaker,
      clock,
      turns,
      prices,
    });
  }

  /** Reads the plan that the job changes; `null`: it writes a new one. */
  async #refinementOf(job: RunningJob, kind: JobKind): Promise<JobRefinement | null> {
    if (job.refinement === null) return null;
    const { store, clock } = this.#options;
    const base = await persist(() => store.bases.read(job), clock);
    // Another version of the program may have accepted the job.
    return {
      base: kind.result.parse(base?.plan),
      request: kind.request.parse(base?.request),
      change: job.refinement.change,
    };
  }

  /** Puts back the job at a shutdown. If the job is lost, it writes nothing. */
  async #release(lease: Lease, attempt: EndedAttempt): Promise<null> {
    const { store, clock } = this.#options;
    const { ended, now, savedTokens, isUnpriced } = attempt;
    const release = () => store.release(lease, { now, runAt: now, savedTokens, isUnpriced });
    const written = isInterrupted(ended, "stopping") ? await persist(release, clock) : "lost";
    const outcome = written === "saved" ? "released" : "lost";
    if (outcome === "lost") await this.#countLost(lease);
    recordOutcome(outcome);
    log.info(outcome, idsOf(lease.job));
    return null;
  }

  #decide({ job }: Lease, { ended, now, kept }: EndedAttempt): Outcome {
    const { limits, random, mockIfQuota } = this.#options;
    // A placeholder in place of a real plan would be worse than the plan that the caller has.
    const mayInvent = mockIfQuota && job.refinement === null;
    const placeholder = mayInvent ? () => this.#placeholderPlan(job) : undefined;
    const outcome = decide(ended, { job, limits, now, random, kept, placeholder });
    if ("failure" in outcome && outcome.failure.code === "internal" && "error" in ended) {
      log.error("unexpected error", { ...idsOf(job), error: describeError(ended.error) });
    }
    return outcome;
  }

  /** Writes the outcome. @returns the written outcome */
  async #settle(lease: Lease, outcome: Outcome, report: EndedAttempt): Promise<Settled> {
    try {
      const written = await persist(
        () => this.#write(lease, outcome, report),
        this.#options.clock,
      );
      if (written === "saved") return outcome;
      await this.#countLost(lease);
      return { next: "lost" };
    } catch (error) {
      if (!(error instanceof BlobTooLargeError)) throw error;
      const tooLarge = { ...report, ended: { error }, kept: undefined };
      return await this.#settle(lease, this.#decide(lease, tooLarge), tooLarge);
    }
  }

  /** Counts a lost lease, unless a client has canceled the job. Never rejects. */
  async #countLost(lease: Lease): Promise<void> {
    const { store, metrics } = this.#options;
    const isTaken = await store.isTaken(lease).catch(() => true);
    if (isTaken) metrics.leaseLost(lease.job.kind);
  }

  async #write(
    lease: Lease,
    outcome: Outcome,
    { now, savedTokens, progress, steps, isUnpriced }: EndedAttempt,
  ): Promise<Written> {
    const { store } = this.#options;
    switch (outcome.next) {
      case "done": {
        const { promptVersion = this.#kindOf(lease.job).promptVersion, ...plan } = outcome.plan;
        const report = { now, savedTokens, progress, steps, isUnpriced };
        return await store.complete(lease, { ...plan, promptVersion, ...report });
      }
      case "retry": {
        const { failure, runAt } = outcome;
        return await store.retry(lease, { failure, runAt, now, savedTokens, isUnpriced });
      }
      case "wait": {
        const { failure, runAt } = outcome;
        return await store.release(lease, { failure, runAt, now, savedTokens, isUnpriced });
      }
      case "stop":
        return await store.fail(lease, {
          failure: outcome.failure,
          progress: progress && hasParts(progress) ? progress : undefined,
          now,
          savedTokens,
          isUnpriced,
        });
    }
  }

  /** Records the outcome in the trace and in the log. */
  #logOutcome(job: RunningJob, settled: Settled): void {
    recordOutcome(settled.next, "failure" in settled ? settled.failure.code : undefined);
    const durationMs = this.#options.clock.now() - job.claimedAt;
    logSettled(settled, { ...idsOf(job), durationMs });
  }

  #kindOf({ id, kind: name }: RunningJob): JobKind {
    const kind = this.#options.kinds.get(name);
    if (!kind) throw new Error(`Cannot run job ${id}: there is no kind ${name}`);
    return kind;
  }

  #placeholderPlan(job: RunningJob): WrittenPlan {
    const kind = this.#kindOf(job);
    return { result: kind.sample?.(kind.request.parse(job.request)), source: "placeholder" };
  }
}

/** Returns the plan that the kind has kept; `undefined`: there is none that matches its schema. */
function keptPlan(kind: JobKind, context: AttemptContext | undefined): WrittenPlan | undefined {
  if (context?.kept === undefined) return undefined;
  const { data } = kind.result.safeParse(context.kept);
  return data === undefined ? undefined : { result: data, source: context.source };
}

/** Whether there is something in the progress that a reader may want to keep. */
function hasParts({ partial }: Progress): boolean {
  return partial.length > 0;
}

/** Whether an interruption ended the attempt, and if `why` is given, for this reason. */
function isInterrupted(ended: Ended, why?: Interruption["why"]): boolean {
  const error = "error" in ended ? ended.error : null;
  return error instanceof Interruption && (why === undefined || error.why === why);
}

/** Rejects when the signal aborts. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const rejectNow = () => reject(signal.reason);
    if (signal.aborted) rejectNow();
    else signal.addEventListener("abort", rejectNow, { once: true });
  });
}
