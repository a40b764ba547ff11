/**
 * Counts the transitions of jobs, and the calls of models.
 * @module
 */
import type { FailureCode } from "../job/failure.ts";
import type { JobEnding, JobEvents, QueuedAgain } from "../job/job_events.ts";
import type { EndedJob, QueuedJob, RunningJob } from "../job/job_record.ts";
import type { StepEvent } from "../job/timeline.ts";
import type { Usage } from "../usage.ts";
import type { Metrics } from "./metrics.ts";

/** The value of an attribute that does not apply. Prometheus would drop an empty one. */
const NONE = "none";

const SECOND_MS = 1_000;

export interface JobMetricsOptions {
  metrics: Metrics;
  /** The names of all kinds of job, so that their counters begin at 0. */
  kinds: readonly string[];
  /** The kind whose jobs deliver callbacks. */
  callbackKind: string;
}

/** An ended call of a model. */
export interface ModelCall {
  kind: string;
  /** The configured model, because a server may invent names. */
  model: string;
  provider: string;
  durationMs: number;
  /** Why it ended without an answer. */
  errorType?: string | undefined;
  /** Why the call failed, unless this service has ended it. */
  failure?: FailureCode | undefined;
}

/** Counts the jobs of one instance. */
export class JobMetrics implements JobEvents {
  readonly #metrics: Metrics;
  readonly #callbackKind: string;

  constructor({ metrics, kinds, callbackKind }: JobMetricsOptions) {
    this.#metrics = metrics;
    this.#callbackKind = callbackKind;
    // Prometheus sees no increase in a counter that begins at 1.
    for (const kind of kinds) {
      metrics.add("tripwright.jobs.accepted", 0, { kind });
      metrics.add("tripwright.rescues", 0, { kind });
      metrics.add("tripwright.leases.lost", 0, { kind });
      metrics.add("tripwright.tokens.saved", 0, { kind });
    }
    for (const outcome of ["delivered", "failed", "canceled"]) {
      metrics.add("tripwright.callbacks", 0, { outcome });
    }
    for (const outcome of ["found", "not_found", "unclear", "failed", "cached"]) {
      metrics.add("tripwright.places", 0, { outcome });
    }
  }

  accepted({ kind }: QueuedJob): void {
    this.#metrics.add("tripwright.jobs.accepted", 1, { kind });
  }

  claimed({ kind, claimedAt, createdAt }: RunningJob, { isFirst }: { isFirst: boolean }): void {
    if (!isFirst) return;
    this.#metrics.record("tripwright.job.wait", secondsBetween(createdAt, claimedAt), { kind });
  }

  queued(job: QueuedJob, why: QueuedAgain): void {
    if (why === "replayed") return this.accepted(job);
    const { kind } = job;
    this.#metrics.add("tripwright.attempts", 1, { kind, outcome: why });
    if (why === "rescued") this.#metrics.add("tripwright.rescues", 1, { kind });
  }

  ended(job: EndedJob, { during, steps }: JobEnding): void {
    const metrics = this.#metrics;
    const { kind, state: outcome, createdAt, finishedAt, savedTokens } = job;
    const code = job.state === "failed" ? job.failure.code : NONE;
    const source = job.state === "succeeded" ? job.source : NONE;
    metrics.add("tripwright.jobs.ended", 1, { kind, outcome, code, source });
    const seconds = secondsBetween(createdAt, finishedAt);
    metrics.record("tripwright.job.duration", seconds, { kind, outcome });
    if (during !== "queue") metrics.add("tripwright.attempts", 1, { kind, outcome });
    if (during === "rescue") metrics.add("tripwright.rescues", 1, { kind });
    if (savedTokens > 0) metrics.add("tripwright.tokens.saved", savedTokens, { kind });
    if (kind === this.#callbackKind) {
      const result = outcome === "succeeded" ? "delivered" : outcome;
      metrics.add("tripwright.callbacks", 1, { outcome: result });
    }
    this.#addSteps(kind, steps);
  }

  /** Counts an attempt that stopped because its job belongs to another instance. */
  leaseLost(kind: string): void {
    this.#metrics.add("tripwright.leases.lost", 1, { kind });
  }

  /** Measures a call of a model, and counts it if it has failed. */
  modelCalled({ kind, model, provider, durationMs, errorType, failure }: ModelCall): void {
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": model,
      ...errorType !== undefined && { "error.type": errorType },
    };
    const seconds = secondsBetween(0, durationMs);
    this.#metrics.record("gen_ai.client.operation.duration", seconds, attributes);
    if (failure) this.#metrics.add("tripwright.model.errors", 1, { kind, model, code: failure });
  }

  /** Adds what the answers of models cost. Another job has paid for the steps of attempt 0. */
  #addSteps(kind: string, steps: readonly StepEvent[]): void {
    for (const { turn, attempt } of steps) {
      if (turn === null || attempt === 0) continue;
      const { model, usage, costUsd } = turn;
      for (const [type, count] of Object.entries(usage ? tokensByType(usage) : {})) {
        if (count > 0) this.#metrics.add("tripwright.tokens", count, { kind, model, type });
      }
      if (costUsd) this.#metrics.add("tripwright.cost", costUsd, { kind, model });
    }
  }
}

/** The clocks of instances differ, so a time may seem to be negative. */
function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / SECOND_MS;
}

/** Divides the tokens of an answer, so that each has one type. */
function tokensByType(
  { inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens }: Usage,
) {
  return {
    input: inputTokens - cachedTokens - cacheWriteTokens,
    cached_input: cachedTokens,
    cache_write: cacheWriteTokens,
    output: outputTokens - reasoningTokens,
    reasoning: reasoningTokens,
  };
}
