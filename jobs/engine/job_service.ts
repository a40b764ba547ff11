/**
 * The jobs as routes see them: submit, read, watch, cancel, replay. It rings the worker for a job that
 * may start, and drives no loop; that is the `Instance`'s part.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Caller, isKey, nobody } from "../../lib/caller.ts";
import type { Clock } from "../../lib/clock.ts";
import { hashJson } from "../../lib/hash.ts";
import { acceptedJob, newJob, type QueuedJob } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import type { ResponseEnded } from "../../lib/job/response_ended.ts";
import { mergeTimeline, type TimelineEvent } from "../../lib/job/timeline.ts";
import { KeyedMutex } from "../../lib/keyed_mutex.ts";
import type {
  AcceptTerms,
  JobPage,
  PageStart,
  Repetition,
} from "../../lib/store/acceptance_store.ts";
import type { DeadLetter } from "../../lib/store/job_index.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import type { TraceContext } from "../../lib/trace_context.ts";
import type { PublicKind } from "../kind.ts";
import { type Admission, type Budget, budgetOf, type QueueFull } from "./admission.ts";
import type { Watcher } from "./watcher.ts";

/** What happens to a job in this instance. */
export interface LocalWorker {
  /** The job may be due: claims it, if there is a free slot. Never rejects. */
  ring(id: string): Promise<void>;
  /** The job is no longer this instance's: stops the work on it. */
  drop(id: string): void;
  /** The instance shuts down. */
  readonly stopping: boolean;
}

export interface JobServiceOptions {
  store: JobStore;
  watcher: Watcher;
  admission: Admission;
  worker: LocalWorker;
  clock: Clock;
  /** How long a job lives, in milliseconds. */
  jobTtlMs: number;
  /** How many jobs an API key may make in a UTC day. Unset: any number. */
  dailyJobsPerKey: number | undefined;
  /** Identical jobs that are under way at the same time share one generation. */
  dedupeInFlight: boolean;
}

/** What comes with a request for a job. */
export interface SubmitOptions {
  caller?: Caller;
  /** The caller's own name for this request: sent again with it, it finds the same job. */
  idempotencyKey?: string | undefined;
  /** Where its end is to be told. */
  callbackUrl?: string | null | undefined;
  /** The trace that the work belongs to. */
  trace?: TraceContext | null;
  /**
   * Is called before a job is made, not for a repeated request. It throws if the job is not to be
   * made; {@link JobService.submit} throws the same.
   */
  permit?: () => void;
}

/** A job that was accepted. */
export interface Submission {
  outcome: "accepted";
  /** As it was when it was accepted. */
  job: QueuedJob;
  /** It was accepted before, by the same request. */
  isRepeated: boolean;
  /** What is left of its caller's jobs of today; `null`: any number, or not known. */
  budget: Budget | null;
}

/** Why a job was not accepted. Then nothing of it exists. */
export type Refusal =
  /** Another request was accepted with the same idempotency key before. */
  | { outcome: "key reused" }
  /** The caller has made all its jobs of today. */
  | { outcome: "budget spent"; budget: Budget }
  | QueueFull
  /** This instance shuts down. */
  | { outcome: "stopping" };

/** A job, and what happened to it. */
export interface JobTimeline extends JobSnapshot {
  events: TimelineEvent[];
}

const log = getLogger(["tripwright", "jobs"]);

/** The jobs of one database, seen from one instance. */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #store: JobStore;
  readonly #mutex = new KeyedMutex();

  constructor(options: JobServiceOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  /**
   * Accepts a job. When it resolves with one, the job is stored and will be worked on.
   *
   * @param request as the kind's schema returned it
   * @throws what `permit` throws
   * @throws if KV does not take the job; then nothing of it exists
   */
  async submit(
    kind: PublicKind,
    request: unknown,
    options: SubmitOptions = {},
  ): Promise<Submission | Refusal> {
    const { caller = nobody, idempotencyKey, callbackUrl = null } = options;
    const idempotency = idempotencyKey === undefined ? undefined : {
      key: hashJson([caller.id, idempotencyKey]),
      fingerprint: hashJson([kind.name, request, callbackUrl]),
    };
    const dailyBudget = isKey(caller.owner) ? this.#options.dailyJobsPerKey : undefined;
    const terms = { idempotency, dailyBudget };
    const createJob = () => this.#newJob(kind, request, options);
    const work = () => this.#submit(createJob, terms, options.permit);
    // Repetitions, and jobs of one budget, would only make each other's commits fail.
    const key = dailyBudget === undefined ? idempotency?.key : caller.id;
    return await (key === undefined ? work() : this.#mutex.run(key, work));
  }

  #newJob(
    { name, promptVersion }: PublicKind,
    request: unknown,
    { caller = nobody, callbackUrl = null, trace = null }: SubmitOptions,
  ): QueuedJob {
    const { clock, jobTtlMs, dedupeInFlight } = this.#options;
    return newJob({
      id: crypto.randomUUID(),
      kind: name,
      request,
      promptVersion,
      now: clock.now(),
      ttlMs: jobTtlMs,
      owner: caller.owner,
      callbackUrl,
      trace,
      dedupeKey: dedupeInFlight ? hashJson([name, promptVersion, caller.id, request]) : null,
    });
  }

  async #submit(
    createJob: () => QueuedJob,
    terms: AcceptTerms,
    permit?: () => void,
  ): Promise<Submission | Refusal> {
    const { idempotency } = terms;
    // Repeating makes no work, so it is never refused.
    const before = idempotency && await this.#store.acceptances.findRepeated(idempotency);
    if (before) return repeated(before);
    if (this.stopping) return { outcome: "stopping" };
    permit?.();
    return await this.#options.admission.admit(() => this.#accept(createJob(), terms));
  }

  async #accept(job: QueuedJob, terms: AcceptTerms): Promise<Submission | Refusal> {
    const acceptance = await this.#store.accept(job, terms);
    const budget = (left: number) =>
      budgetOf({ limit: terms.dailyBudget!, left, now: job.createdAt });
    if (acceptance.outcome === "budget spent") {
      return { outcome: "budget spent", budget: budget(0) };
    }
    if (acceptance.outcome !== "accepted") return repeated(acceptance);
    log.info("accepted", { jobId: job.id, kind: job.kind });
    // The nearest bell of all. Not awaited: the client has its answer first.
    this.#options.worker.ring(job.id);
    const { left } = acceptance;
    return {
      outcome: "accepted",
      job,
      isRepeated: false,
      budget: left === null ? null : budget(left),
    };
  }

  /** The jobs of this kind that a caller has made, newest first. */
  async list(
    kind: PublicKind,
    { owner, limit, after }: { owner: string; limit: number; after: PageStart | null },
  ): Promise<JobPage> {
    return await this.#store.acceptances.listOwned({ owner, kind: kind.name }, { limit, after });
  }

  /** Reads a job of this kind; `null` if there is none. */
  async read(kind: PublicKind, id: string): Promise<JobSnapshot | null> {
    const snapshot = await this.#store.read(id);
    return snapshot?.job.kind === kind.name ? snapshot : null;
  }

  /** The job as it is now, and then with each change, see {@link Watcher.watch}. */
  watch(id: string, signal: AbortSignal): AsyncGenerator<JobSnapshot | null> {
    return this.#options.watcher.watch(id, signal);
  }

  /** How many jobs are watched here. */
  get watched(): number {
    return this.#options.watcher.watched;
  }

  /**
   * Waits until a job is no longer as it was, or has ended, `ms` milliseconds at the most.
   *
   * @param options `version`: that of the job as it was; unset, only its end counts. `signal`: ends
   * the wait
   * @returns the job as it is then; `null` if there is none any more
   */
  async waitFor(
    id: string,
    { version, ms, signal }: { version?: string; ms: number; signal: AbortSignal },
  ): Promise<JobSnapshot | null> {
    const over = new AbortController();
    const stop = () => over.abort();
    signal.addEventListener("abort", stop, { signal: over.signal });
    if (signal.aborted) stop();
    this.#options.clock.wait(ms, over.signal).then(stop);
    let seen: JobSnapshot | null | undefined;
    try {
      for await (seen of this.watch(id, over.signal)) {
        if (version !== undefined && seen?.version !== version) break;
      }
    } finally {
      stop();
    }
    return seen === undefined ? await this.#store.read(id) : seen;
  }

  /**
   * Cancels a job of this kind. The work on it stops: at once here, within a second elsewhere.
   *
   * @returns the job as it is now: canceled, or as it had ended before; `null` if there is none
   */
  async cancel(kind: PublicKind, id: string): Promise<JobSnapshot | null> {
    if (await this.#store.cancel(id, kind.name) === "canceled") {
      this.#options.worker.drop(id);
      log.info("canceled", { jobId: id, kind: kind.name });
    }
    return await this.read(kind, id);
  }

  /** What happened to a job of this kind, in order; `null` if there is none. */
  async timeline(kind: PublicKind, id: string): Promise<JobTimeline | null> {
    const snapshot = await this.read(kind, id);
    if (!snapshot) return null;
    const steps = await this.#store.checkpoints.steps(id);
    return { ...snapshot, events: mergeTimeline(snapshot.job.timeline, steps) };
  }

  /**
   * A webhook says that a response has ended: the job that waits for it looks at once, in whichever instance it
   * runs.
   *
   * @returns `"unknown"` if no job has ever waited for it, `"repeated"` if the same delivery has been
   * handled before
   */
  async handleWebhook(ended: ResponseEnded): Promise<"rung" | "repeated" | "unknown"> {
    const heard = await this.#store.ringFor(ended);
    log.info("webhook", { heard, responseId: heard === "unknown" ? null : ended.responseId });
    return heard;
  }

  /** The jobs that failed and were not replayed, newest first. */
  async deadLetters(options: { limit: number }): Promise<DeadLetter[]> {
    return await this.#store.index.deadLetters(options);
  }

  /**
   * Gives a failed job another chance: a new job with the same request, and the steps that the failed
   * one had finished.
   *
   * @returns the new job, or `null` if there is no such dead letter
   */
  async replay(id: string): Promise<QueuedJob | null> {
    const job = await this.#store.replay(id, crypto.randomUUID());
    if (!job) return null;
    log.info("replayed", { jobId: job.id, kind: job.kind, replayOf: id });
    this.#options.worker.ring(job.id);
    return job;
  }

  /** Resolves if the database answers; rejects otherwise. */
  async ping(): Promise<void> {
    await this.#store.ping();
  }

  /** The instance shuts down: it should get no more requests. */
  get stopping(): boolean {
    return this.#options.worker.stopping;
  }
}

/** The answer to a request that was accepted before. */
function repeated(acceptance: Repetition): Submission | Refusal {
  if (acceptance.outcome === "key reused") return acceptance;
  return {
    outcome: "accepted",
    job: acceptedJob(acceptance.job),
    isRepeated: true,
    budget: null,
  };
}
