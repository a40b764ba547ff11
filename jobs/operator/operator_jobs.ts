/**
 * What operators see of single jobs, and what they do to them. Each change is in the audit.
 * @module
 */
import { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { Failure } from "../../lib/job/failure.ts";
import {
  deadlineOf,
  isEnded,
  type JobLimits,
  type JobRecord,
  limitsOf,
} from "../../lib/job/job_record.ts";
import type { JobSnapshot, QueueWait } from "../../lib/job/job_snapshot.ts";
import { summaryOf } from "../../lib/job/job_summary.ts";
import type { Progress } from "../../lib/job/progress.ts";
import { mergeTimeline, type TimelineEvent } from "../../lib/job/timeline.ts";
import type { ListedJob, ListPage } from "../../lib/store/job_listing.ts";
import type { DerivedJob, ReplayedSteps } from "../../lib/store/derived_jobs.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { type TraceContext, traceIdOf } from "../../lib/trace_context.ts";
import type { JobUsage } from "../../lib/usage.ts";
import type { Actor, Audit } from "./audit.ts";
import { type JobFilter, queryOf } from "./job_filter.ts";
import { type JobSpan, spansOf } from "./job_spans.ts";

/** The part of the engine that the changes need. */
export interface ChangedJobs {
  cancelById(id: string): Promise<"canceled" | "started" | "too late">;
  replay(id: string, steps: ReplayedSteps): Promise<DerivedJob | null>;
  redeliver(id: string): Promise<DerivedJob | null>;
}

export interface OperatorJobsOptions {
  store: Pick<JobStore, "read" | "checkpoints" | "listing" | "derived">;
  jobs: ChangedJobs;
  audit: Audit;
  clock: Clock;
  limits: JobLimits;
  /** The names of all kinds. */
  kinds: readonly string[];
  /** The names of the kinds that clients create. Only their jobs have a request and replays. */
  publicKinds: ReadonlySet<string>;
  /** The URL of a trace, with `{traceId}`. Unset: traces have no links. */
  traceUrl: string | undefined;
}

/** All that operators see of a job, except its request. Times are epoch milliseconds. */
export interface JobReport {
  summary: ListedJob;
  promptVersion: string;
  maxAttempts: number;
  /** When it fails at the latest; `null`: it has ended. */
  deadline: number | null;
  progress: Progress;
  /** Whether `progress` is that of an identical job which this one waits for. */
  isFollowing: boolean;
  /** Why the breaker holds it back. */
  heldBackBy: Failure | null;
  /** How it waits; `null`: it does not wait, or this instance does not know. */
  queue: QueueWait | null;
  /** Why it has failed, or why its last attempt has. */
  failure: Failure | null;
  usage: JobUsage | null;
  events: TimelineEvent[];
  spans: JobSpan[];
  /** The plan; `null`: there is none yet. */
  plan: unknown;
  trace: { id: string; url: string | null } | null;
  /** The job whose callback it delivers; `null` for all other jobs. */
  about: string | null;
  /** The jobs that deliver its callback, oldest first. */
  callbacks: CallbackReport[];
  /** What an operator can do to it now. */
  actions: { cancel: boolean; replay: boolean; redeliver: boolean; reveal: boolean };
}

/** A delivery of a callback. */
export type CallbackReport = ListedJob & { failure: Failure | null };

/** What a traveler has written. */
export interface RevealedRequest {
  request: unknown;
  /** What the job changes in the plan of another one; `null`: it writes a new plan. */
  change: unknown;
}

/** Why nothing was changed. */
export type Unchanged = "unknown" | "ended" | "not ended" | "not possible";

const CallbackRequest = z.object({ about: z.uuid() });

/** The jobs of one database, for operators. */
export class OperatorJobs {
  readonly #options: OperatorJobsOptions;

  constructor(options: OperatorJobsOptions) {
    this.#options = options;
  }

  /** The names of all kinds of job, for filters. */
  get kinds(): readonly string[] {
    return this.#options.kinds;
  }

  /** Returns a page of the jobs that match, newest first, see {@link ListPage}. */
  async page(
    filter: JobFilter,
    options: { limit: number; cursor?: string | null | undefined },
  ): Promise<ListPage> {
    const { store, clock } = this.#options;
    return await store.listing.page(queryOf(filter, clock.now()), options);
  }

  /**
   * Returns all about a job but its request; `null` if the job does not exist.
   *
   * @throws {UnreadableJobError} if this version cannot read the record
   */
  async read(id: string): Promise<JobReport | null> {
    const { store } = this.#options;
    const snapshot = await store.read(id);
    if (!snapshot) return null;
    const [steps, derived] = await Promise.all([
      store.checkpoints.steps(id),
      store.derived.of(id),
    ]);
    const { job } = snapshot;
    const events = mergeTimeline(job.timeline, steps);
    return {
      ...this.#describe(snapshot),
      summary: { ...summaryOf(job), replayedAs: derived.replayedAs },
      events,
      spans: spansOf(events),
      callbacks: await this.#readCallbacks(derived.callbacks),
      actions: this.#actionsFor(job),
    };
  }

  #describe({ job, progress, isFollowing = false, heldBackBy, queue, result }: JobSnapshot) {
    const { limits } = this.#options;
    return {
      promptVersion: job.promptVersion,
      maxAttempts: limitsOf(job, limits).maxAttempts,
      deadline: isEnded(job) ? null : deadlineOf(job, limits),
      progress,
      isFollowing,
      heldBackBy: heldBackBy ?? null,
      queue: queue ?? null,
      failure: job.state === "failed" ? job.failure : isEnded(job) ? null : job.lastFailure,
      usage: isEnded(job) ? job.usage : progress.usage,
      plan: result,
      trace: this.#traceOf(job.trace),
      about: this.#isPublic(job)
        ? null
        : CallbackRequest.safeParse(job.request).data?.about ?? null,
    };
  }

  #traceOf(trace: TraceContext | null): JobReport["trace"] {
    const id = traceIdOf(trace);
    if (id === null) return null;
    return { id, url: this.#options.traceUrl?.replaceAll("{traceId}", id) ?? null };
  }

  /** The URL of a callback is a secret, and so is the request of the job that delivers it. */
  #isPublic({ kind }: Pick<JobRecord, "kind">): boolean {
    return this.#options.publicKinds.has(kind);
  }

  #actionsFor(job: JobRecord): JobReport["actions"] {
    const hasEnded = isEnded(job);
    const isPublic = this.#isPublic(job);
    return {
      cancel: !hasEnded,
      replay: hasEnded && isPublic,
      redeliver: hasEnded && job.callbackUrl !== null,
      reveal: isPublic,
    };
  }

  async #readCallbacks(ids: readonly string[]): Promise<CallbackReport[]> {
    const snapshots = await Promise.all(ids.map((id) => this.#options.store.read(id)));
    return snapshots.flatMap((snapshot) => {
      if (!snapshot) return [];
      const { job } = snapshot;
      const failure = job.state === "failed" ? job.failure : isEnded(job) ? null : job.lastFailure;
      return { ...summaryOf(job), replayedAs: null, failure };
    });
  }

  /**
   * Returns the request of a job and the change that it makes, which are the traveler's texts.
   *
   * @returns `"not possible"` if no client has created the job
   */
  async reveal(actor: Actor, id: string): Promise<RevealedRequest | Unchanged> {
    const job = await this.#jobOf(id);
    if (!job) return "unknown";
    if (!this.#isPublic(job)) return "not possible";
    const change = { action: "job.reveal", target: id, details: { kind: job.kind } } as const;
    return await this.#options.audit.record(
      actor,
      change,
      () => Promise.resolve({ request: job.request, change: job.refinement?.change ?? null }),
    );
  }

  /** Cancels a job. */
  async cancel(actor: Actor, id: string): Promise<"canceled" | Unchanged> {
    const job = await this.#jobOf(id);
    if (!job) return "unknown";
    if (isEnded(job)) return "ended";
    const { audit, jobs } = this.#options;
    const change = { action: "job.cancel", target: id, details: { kind: job.kind } } as const;
    return await audit.record(actor, change, async (note) => {
      const result = await jobs.cancelById(id);
      if (result === "canceled") return result;
      note({ result: "ended before" });
      return "ended";
    });
  }

  /**
   * Replays an ended job. A job that was replayed before keeps its replay.
   *
   * @param options `steps`: whether the new job begins with the finished steps of the ended one
   * @returns the new job, or that of the earlier replay
   */
  async replay(
    actor: Actor,
    id: string,
    { steps }: { steps: ReplayedSteps },
  ): Promise<DerivedJob | Unchanged> {
    const job = await this.#jobOf(id);
    if (!job) return "unknown";
    if (!this.#isPublic(job)) return "not possible";
    if (!isEnded(job)) return "not ended";
    const { audit, jobs } = this.#options;
    const details = { kind: job.kind, steps };
    const change = { action: "job.replay", target: id, details } as const;
    return await audit.record(actor, change, async (note) => {
      const replay = await jobs.replay(id, steps);
      if (!replay) return "unknown";
      note({ replayedAs: replay.job.id, isNew: replay.isNew });
      return replay;
    });
  }

  /**
   * Delivers the callback of an ended job again.
   *
   * @returns the new callback job, or an earlier one that still waits or runs; `"not possible"` if
   * the job has no callback
   */
  async redeliver(actor: Actor, id: string): Promise<DerivedJob | Unchanged> {
    const job = await this.#jobOf(id);
    if (!job) return "unknown";
    if (job.callbackUrl === null) return "not possible";
    if (!isEnded(job)) return "not ended";
    const { audit, jobs } = this.#options;
    const change = { action: "callback.redeliver", target: id } as const;
    return await audit.record(actor, change, async (note) => {
      const delivery = await jobs.redeliver(id);
      if (!delivery) return "unknown";
      note({ callback: delivery.job.id, isNew: delivery.isNew });
      return delivery;
    });
  }

  async #jobOf(id: string): Promise<JobRecord | null> {
    return (await this.#options.store.read(id))?.job ?? null;
  }
}
