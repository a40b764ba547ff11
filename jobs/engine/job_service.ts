/**
 * The interface of the engine for routes: submit, read, watch, cancel, replay. It calls the worker
 * for each job that may start. The background loops belong to the `Instance`.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { anonymousCaller, isKey } from "../../lib/caller.ts";
import type { Clock } from "../../lib/clock.ts";
import { hashJson } from "../../lib/hash.ts";
import { newJobId } from "../../lib/job/job_id.ts";
import { acceptedJob, newJob, placeOf, type QueuedJob } from "../../lib/job/job_record.ts";
import type { JobSnapshot, QueueWait } from "../../lib/job/job_snapshot.ts";
import { type Refinement, refinementOf } from "../../lib/job/refinement.ts";
import type { ResponseEnded } from "../../lib/job/response_ended.ts";
import { mergeTimeline, type TimelineEvent } from "../../lib/job/timeline.ts";
import { KeyedMutex } from "../../lib/keyed_mutex.ts";
import type {
  AcceptTerms,
  JobPage,
  PageStart,
  Repetition,
} from "../../lib/store/acceptance_store.ts";
import type { Lease } from "../../lib/store/job_commit.ts";
import type { ControlsStore } from "../../lib/store/controls_store.ts";
import type { DerivedJob, ReplayedSteps } from "../../lib/store/derived_jobs.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import type { SenderHashes } from "../../lib/store/sender_hash.ts";
import { isUnwritable, type StorageSpace } from "../../lib/store/storage_space.ts";
import type { PublicKind } from "../kind.ts";
import { type Admission, budgetOf } from "./admission.ts";
import type { DailyLimits } from "./daily_limits.ts";
import type { FairOrder } from "./fair_order.ts";
import type { KeyCosts } from "./key_costs.ts";
import type { QueueBoard } from "./queue_board.ts";
import {
  type ChangeRefusal,
  type ChangeRequest,
  type Draft,
  draftRefinement,
  type RequestRefused,
} from "./refinement_draft.ts";
import type { RefineOptions, Refusal, Submission, SubmitOptions } from "./submission.ts";
import type { Watcher } from "./watcher.ts";

/** The part of this instance's worker that the service uses. */
export interface LocalWorker {
  /** The id of the instance: the holder of its leases. */
  readonly holder: string;
  /** Occupies a slot for a new job, if the job may start now. */
  reserve(job: QueuedJob): Promise<boolean>;
  /** Starts the work on a job with a reserved slot. */
  start(lease: Lease): void;
  /** Frees a reserved slot. */
  cancelReservation(id: string): void;
  /** Starts a new job that waits, if there is a free slot and it is its turn. Never rejects. */
  tryStart(job: QueuedJob): Promise<void>;
  /** How many more jobs the worker can claim now. */
  readonly free: number;
  /** Stops the work on a job that this instance no longer holds. */
  drop(id: string): void;
  /** Whether the instance shuts down. */
  readonly stopping: boolean;
}

export interface JobServiceOptions {
  store: JobStore;
  watcher: Watcher;
  admission: Admission;
  dailyLimits: DailyLimits;
  keyCosts: KeyCosts;
  worker: LocalWorker;
  storage: Pick<StorageSpace, "acceptsJobs">;
  controls: Pick<ControlsStore, "isIntakePaused" | "current" | "ready">;
  order: FairOrder;
  board: Pick<QueueBoard, "positionAt" | "noteAccepted" | "waitOf">;
  clock: Clock;
  /** How long a job lives, in milliseconds. */
  jobTtlMs: number;
  /** How many jobs an API key without a limit of its own may create in a UTC day. Unset: no limit. */
  dailyJobsPerKey: number | undefined;
  /** Whether identical jobs in flight share one plan. */
  dedupeInFlight: boolean;
  senders: Pick<SenderHashes, "hashOf">;
  /** The names of the kinds that clients create. Only their jobs can be replayed. */
  publicKinds: ReadonlySet<string>;
}

/** Which jobs a list shows. */
export interface ListOptions {
  limit: number;
  /** The last job of the page before; `null`: the first page. */
  after: PageStart | null;
  /** Only the refinements of this job. Unset: all jobs. */
  refines?: string | undefined;
}

/** A job and its timeline. */
export interface JobTimeline extends JobSnapshot {
  events: TimelineEvent[];
}

/** Checks what a job has to do, or returns why there is no job. */
type Drafting<Refused> = () =>
  | Promise<Draft | RequestRefused | Refused>
  | Draft
  | RequestRefused;

const STORAGE_FULL = { outcome: "storage full" } as const;

const log = getLogger(["tripwright", "jobs"]);

/** Gives routes access to the jobs of one database. */
export class JobService {
  readonly #options: JobServiceOptions;
  readonly #store: JobStore;
  readonly #mutex = new KeyedMutex();

  constructor(options: JobServiceOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  /**
   * Accepts or refuses a job. An accepted job is stored, and a worker claims it.
   *
   * @param request the output of the kind's schema
   * @throws the error of `permit` or `permitDay`
   * @throws if KV does not store the job; nothing was stored then
   */
  async submit(
    kind: PublicKind,
    request: unknown,
    options: SubmitOptions = {},
  ): Promise<Submission | Refusal> {
    const draft = () => {
      const issues = kind.objectionsTo?.(request, { now: this.#options.clock.now() }) ?? [];
      if (issues.length > 0) return { outcome: "request refused", issues } as const;
      return { request, refinement: null };
    };
    return await this.#submit<never>(kind, { identity: [kind.name, request], draft }, options);
  }

  /**
   * Accepts or refuses a job that changes the plan of another one, which does not change itself.
   *
   * @throws as {@link submit}; also if the kind has no refinements, or the plan cannot be read
   */
  async refine(
    kind: PublicKind,
    { parentId, change }: ChangeRequest,
    { maySee = () => true, ...options }: RefineOptions = {},
  ): Promise<Submission | Refusal | ChangeRefusal> {
    const read = (id: string) => this.read(kind, id);
    const now = this.#options.clock.now();
    const draft = () => draftRefinement(kind, { parentId, change, read, maySee, now });
    const identity = [kind.name, "refines", parentId, change];
    return await this.#submit(kind, { identity, draft }, options);
  }

  /**
   * Accepts one job at a time of those whose commits would conflict.
   *
   * @param work `identity`: equal for equal requests of a caller. `draft`: checks what the job has to
   * do; it is not called for a repeated request
   */
  async #submit<Refused extends object>(
    kind: PublicKind,
    { identity, draft }: { identity: unknown[]; draft: Drafting<Refused> },
    options: SubmitOptions,
  ): Promise<Submission | Refusal | Refused> {
    const { caller = anonymousCaller, idempotencyKey, callbackUrl = null } = options;
    const { idempotencyScope = caller.id, replacesFailed } = options;
    const idempotency = idempotencyKey === undefined ? undefined : {
      key: hashJson([idempotencyScope, idempotencyKey]),
      fingerprint: hashJson([...identity, callbackUrl]),
      replacesFailed,
    };
    const dailyBudget = isKey(caller.owner)
      ? caller.rights?.dailyJobs ?? this.#options.dailyJobsPerKey
      : undefined;
    const terms = { idempotency, dailyBudget };
    const work = () => this.#admit(kind, { draft, terms }, options);
    // Commits with the same key or of the same budget conflict.
    const key = dailyBudget === undefined ? idempotency?.key : caller.id;
    return await (key === undefined ? work() : this.#mutex.run(key, work));
  }

  async #admit<Refused extends object>(
    kind: PublicKind,
    { draft, terms }: { draft: Drafting<Refused>; terms: AcceptTerms },
    options: SubmitOptions,
  ): Promise<Submission | Refusal | Refused> {
    const { idempotency } = terms;
    // A repeated request creates no work, so it is never refused.
    const repetition = idempotency && await this.#store.acceptances.findRepeated(idempotency);
    if (repetition) return repeated(repetition);
    const drafted = await draft();
    if (!isDraft(drafted)) return drafted;
    if (this.stopping) return { outcome: "stopping" };
    if (!this.acceptsJobs) return STORAGE_FULL;
    const { admission, dailyLimits, keyCosts, controls } = this.#options;
    await controls.ready();
    if (controls.isIntakePaused) return { outcome: "intake paused", note: controls.current.note };
    const { caller = anonymousCaller, permit, permitDay, turnOf = caller.id } = options;
    await permit?.();
    const accept = async () => {
      await permitDay?.();
      return await this.#create(kind, drafted, { ...options, terms, turnOf });
    };
    const { name } = kind;
    const acceptPaid = () => keyCosts.admit({ caller, kind: name }, accept);
    return await admission.admit(name, () => dailyLimits.admit(name, acceptPaid));
  }

  async #create(
    kind: PublicKind,
    draft: Draft,
    { terms, turnOf, ...options }: SubmitOptions & { terms: AcceptTerms; turnOf: string },
  ): Promise<Submission | Refusal> {
    try {
      const job = await this.#newJob(kind, draft, options);
      return await this.#accept(job, { terms, turnOf });
    } catch (error) {
      if (isUnwritable(error)) return STORAGE_FULL;
      throw error;
    }
  }

  async #newJob(
    { name, promptVersion }: PublicKind,
    { request, refinement }: Draft,
    { caller = anonymousCaller, sender, callbackUrl = null, trace = null }: SubmitOptions,
  ): Promise<QueuedJob> {
    const { clock, jobTtlMs, dedupeInFlight, senders } = this.#options;
    const senderHash = sender === undefined ? null : await senders.hashOf(sender);
    const now = clock.now();
    const id = newJobId(now);
    const work = [name, promptVersion, caller.id, request];
    const change = refinement ? [refinement.parent.id, refinement.change] : [];
    return newJob({
      id,
      kind: name,
      request,
      promptVersion,
      now,
      ttlMs: jobTtlMs,
      owner: caller.owner,
      sender: senderHash,
      callbackUrl,
      trace,
      dedupeKey: dedupeInFlight ? hashJson([...work, ...change]) : null,
      refinement: refinement && await this.#copyPlan(refinement, { id, expiresAt: now + jobTtlMs }),
    });
  }

  /** Copies the plan that a new job starts from. If the job is not accepted, the copy expires. */
  async #copyPlan(
    { parent, base: plan, change }: NonNullable<Draft["refinement"]>,
    job: { id: string; expiresAt: number },
  ): Promise<Refinement> {
    const base = await this.#store.bases.put(plan, job);
    return refinementOf(parent, { change, base });
  }

  async #accept(
    newJob: QueuedJob,
    { terms, turnOf }: { terms: AcceptTerms; turnOf: string },
  ): Promise<Submission | Refusal> {
    const { worker } = this.#options;
    const isReserved = await worker.reserve(newJob);
    const job = await this.#withPlace(newJob, { caller: turnOf, isReserved });
    const acceptance = await this.#store.accept(job, {
      ...terms,
      holder: isReserved ? worker.holder : undefined,
      startsHere: worker.free > 0,
    }).catch((error) => {
      if (isReserved) worker.cancelReservation(job.id);
      if (isUnwritable(error)) return STORAGE_FULL;
      throw error;
    });
    if (acceptance.outcome !== "accepted") {
      this.#options.order.giveBack(job.kind, { caller: turnOf });
    }
    if (acceptance.outcome === "storage full") return acceptance;
    const lease = "lease" in acceptance ? acceptance.lease : undefined;
    if (lease) worker.start(lease);
    else if (acceptance.outcome === "accepted") this.#noteWaiting(job);
    if (!lease && isReserved) worker.cancelReservation(job.id);
    const budget = (left: number) =>
      budgetOf({ limit: terms.dailyBudget!, left, now: job.createdAt });
    if (acceptance.outcome === "budget spent") {
      return { outcome: "budget spent", budget: budget(0) };
    }
    if (acceptance.outcome !== "accepted") return repeated(acceptance);
    log.info("accepted", { jobId: job.id, kind: job.kind });
    // The fastest doorbell. Not awaited, so that the client gets its answer first.
    if (!isReserved) worker.tryStart(job);
    const { left } = acceptance;
    return {
      outcome: "accepted",
      job,
      isRepeated: false,
      ...(!lease && { waitsAt: placeOf(job) }),
      budget: left === null ? null : budget(left),
    };
  }

  /** Gives a job its place in the queue. A job with a reserved slot does not wait there. */
  async #withPlace(
    job: QueuedJob,
    { caller, isReserved }: { caller: string; isReserved: boolean },
  ): Promise<QueuedJob> {
    const { order, board, clock } = this.#options;
    const { kind } = job;
    const turn = { caller, now: clock.now() };
    if (isReserved) return { ...job, place: order.placeOfStart(kind, turn) };
    const first = order.mustReadFirst(kind, turn.now) ? await this.#store.index.first(kind) : null;
    if (first) order.noteFirst(kind, first.place);
    const place = order.placeFor(kind, turn);
    return { ...job, place, position: board.positionAt(kind, { place, first }) };
  }

  #noteWaiting(job: QueuedJob): void {
    const { kind, createdAt } = job;
    this.#options.board.noteAccepted(kind, { place: placeOf(job), createdAt });
  }

  /** Returns how a queued job waits, see {@link QueueBoard.waitOf}. It reads nothing. */
  queueOf(job: QueuedJob): QueueWait | null {
    return this.#options.board.waitOf(job);
  }

  /**
   * Returns the jobs of this kind that an owner created, newest first.
   *
   * @param options `refines`: only the refinements of this job
   */
  async list(
    { name: kind }: PublicKind,
    { owner, refines, ...page }: ListOptions & { owner: string },
  ): Promise<JobPage> {
    return await this.#store.acceptances.listOwned({ owner, kind, refines }, page);
  }

  /**
   * Returns the jobs of this kind of all owners, newest first. A page may have fewer jobs than its
   * limit, although it is not the last one.
   */
  async listAll(
    { name: kind }: PublicKind,
    { refines, ...page }: ListOptions,
  ): Promise<JobPage> {
    return await this.#store.acceptances.listAll({ kind, refines }, page);
  }

  /** Returns a job of this kind; `null` if there is no such job. */
  async read(kind: PublicKind, id: string): Promise<JobSnapshot | null> {
    const snapshot = await this.#store.read(id);
    return snapshot?.job.kind === kind.name ? snapshot : null;
  }

  /** Yields the job now and after each change, see {@link Watcher.watch}. */
  watch(id: string, signal: AbortSignal): AsyncGenerator<JobSnapshot | null> {
    return this.#options.watcher.watch(id, signal);
  }

  /** The number of jobs that this instance watches. */
  get watched(): number {
    return this.#options.watcher.watched;
  }

  /**
   * Waits until a job changes or ends, at most `ms` milliseconds.
   *
   * @param options `version`: the version that the client has; unset, the wait is for the end.
   * `signals`: each ends the wait
   * @returns the job after the wait; `null` if it does not exist
   */
  async waitFor(
    id: string,
    { version, ms, signals }: { version?: string; ms: number; signals: readonly AbortSignal[] },
  ): Promise<JobSnapshot | null> {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    for (const signal of signals) {
      signal.addEventListener("abort", stop, { signal: stopped.signal });
      if (signal.aborted) stop();
    }
    this.#options.clock.wait(ms, stopped.signal).then(stop);
    let snapshot: JobSnapshot | null | undefined;
    try {
      for await (snapshot of this.watch(id, stopped.signal)) {
        if (version !== undefined && snapshot?.version !== version) break;
      }
    } finally {
      stop();
    }
    return snapshot === undefined ? await this.#store.read(id) : snapshot;
  }

  /**
   * Cancels a job of this kind. The work stops at once in this instance, in others within a second.
   *
   * @param turnOf as in {@link SubmitOptions}; unset, unknown
   * @returns the job: canceled, or ended earlier; `null` if there is no such job
   */
  async cancel(kind: PublicKind, id: string, turnOf?: string): Promise<JobSnapshot | null> {
    const isCanceled = await this.#store.cancel(id, kind.name) === "canceled";
    const snapshot = await this.read(kind, id);
    if (!isCanceled) return snapshot;
    this.#options.worker.drop(id);
    log.info("canceled", { jobId: id, kind: kind.name });
    const hasWaited = snapshot?.job.startedAt === null;
    if (hasWaited && turnOf) this.#options.order.giveBack(kind.name, { caller: turnOf });
    return snapshot;
  }

  /**
   * Cancels a job of any kind, for operators. See {@link cancel}.
   *
   * @param options `unlessStarted`: only if no worker has ever claimed it
   * @returns `"started"` if a worker has claimed it, and it must not be canceled then; `"too late"` if
   * it does not exist or has ended
   */
  async cancelById(
    id: string,
    { unlessStarted = false }: { unlessStarted?: boolean } = {},
  ): Promise<"canceled" | "started" | "too late"> {
    const result = unlessStarted
      ? await this.#store.cancelUnlessStarted(id)
      : await this.#store.cancel(id);
    if (result !== "canceled") return result;
    this.#options.worker.drop(id);
    log.info("canceled", { jobId: id });
    return result;
  }

  /** Returns the timeline of a job of this kind, oldest first; `null` if there is no such job. */
  async timeline(kind: PublicKind, id: string): Promise<JobTimeline | null> {
    const snapshot = await this.read(kind, id);
    if (!snapshot) return null;
    const steps = await this.#store.checkpoints.steps(id);
    return { ...snapshot, events: mergeTimeline(snapshot.job.timeline, steps) };
  }

  /**
   * Handles the webhook of an ended response. The instance with the waiting job then reads the
   * response at once.
   *
   * @returns `"unknown"` if no job has waited for the response, `"repeated"` if this delivery was
   * handled before
   */
  async handleWebhook(ended: ResponseEnded): Promise<"rung" | "repeated" | "unknown"> {
    const result = await this.#store.ringFor(ended);
    log.info("webhook", { result, responseId: result === "unknown" ? null : ended.responseId });
    return result;
  }

  /**
   * Replays an ended job that a client has created: creates a new job with the same request. A job is
   * replayed once; further calls return the same new job.
   *
   * @param steps whether the new job gets the checkpoints of the ended job
   * @returns `null` if there is no such job, or it has not ended
   */
  async replay(id: string, steps: ReplayedSteps = "reuse"): Promise<DerivedJob | null> {
    return await this.replayAs(id, { newId: newJobId(this.#options.clock.now()), steps });
  }

  /**
   * The same, with an id for the new job: a repeated call tells whether the first one succeeded.
   *
   * @param options `by`: the job that replays it. Once that job is stopped, the call throws.
   */
  async replayAs(
    id: string,
    { newId, steps, by }: { newId: string; steps: ReplayedSteps; by?: string },
  ): Promise<DerivedJob | null> {
    const kinds = this.#options.publicKinds;
    const replay = await this.#store.derived.replay(id, { newId, steps, kinds, by });
    if (!replay?.isNew) return replay;
    const { job } = replay;
    log.info("replayed", { jobId: job.id, kind: job.kind, replayOf: id, steps });
    if (job.state !== "queued") return replay;
    const { admission, worker } = this.#options;
    admission.noteWaiting(job.kind, placeOf(job));
    worker.tryStart(job);
    return replay;
  }

  /**
   * Delivers the callback of an ended job again, unless a delivery waits or runs.
   *
   * @returns the new callback job, or the earlier one; `null` if there is no such job, it has not
   * ended, or it has no callback
   */
  async redeliver(id: string): Promise<DerivedJob | null> {
    const delivery = await this.#store.derived.redeliver(id);
    if (!delivery?.isNew) return delivery;
    const { job } = delivery;
    log.info("redelivered", { jobId: job.id, about: id });
    if (job.state === "queued") this.#options.worker.tryStart(job);
    return delivery;
  }

  /** Resolves if the database answers; rejects otherwise. */
  async ping(): Promise<void> {
    await this.#store.ping();
  }

  /** Whether there is enough space for new jobs. */
  get acceptsJobs(): boolean {
    return this.#options.storage.acceptsJobs;
  }

  /** Whether the instance shuts down. It should get no more requests then. */
  get stopping(): boolean {
    return this.#options.worker.stopping;
  }
}

function isDraft<Refused extends object>(drafted: Draft | Refused): drafted is Draft {
  return "refinement" in drafted;
}

/** Returns the answer to a repeated request. */
function repeated(acceptance: Repetition): Submission | Refusal {
  if (acceptance.outcome === "key reused") return acceptance;
  return {
    outcome: "accepted",
    job: acceptedJob(acceptance.job),
    isRepeated: true,
    budget: null,
  };
}
