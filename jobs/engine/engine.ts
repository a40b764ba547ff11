/**
 * The job engine: store, worker, rescuer and doorbell, and the loops that drive them.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type {
  AcceptTerms,
  JobPage,
  PageStart,
  Repetition,
} from "../../lib/store/acceptance_store.ts";
import { Breaker } from "../../lib/store/breaker.ts";
import { type Clock, waitAtMost } from "../../lib/clock.ts";
import { type Caller, isKey, nobody } from "../../lib/caller.ts";
import { hashJson } from "../../lib/hash.ts";
import { type InstanceLocks, noInstanceLocks } from "../../lib/store/instance_locks.ts";
import { InstanceStore } from "../../lib/store/instance_store.ts";
import {
  acceptedJob,
  isEnded,
  type JobLimits,
  newJob,
  type QueuedJob,
} from "../../lib/job/job_record.ts";
import { type JobSnapshot, JobStore } from "../../lib/store/job_store.ts";
import { describeError } from "../../lib/log.ts";
import type { ModelProvider } from "../../lib/model/model.ts";
import type { ResponseEnded } from "../../lib/job/response_ended.ts";
import { mergeTimeline, type TimelineEvent } from "../../lib/job/timeline.ts";
import type { TraceContext } from "../../lib/trace_context.ts";
import { Turns } from "../../lib/keyed_mutex.ts";
import type { ModelPrice } from "../../lib/usage.ts";
import {
  Admission,
  type Budget,
  budgetOf,
  BudgetSpentError,
  IdempotencyKeyReusedError,
  StoppingError,
} from "./admission.ts";
import { noDoorbell, queueDoorbell } from "./doorbells.ts";
import { callbackFor, callbackKind, type CallbackOptions } from "../kinds/callback/kind.ts";
import type { JobKind, PublicKind } from "../kind.ts";
import { Rescuer } from "./rescuer.ts";
import { Watcher } from "./watcher.ts";
import { Worker } from "./worker.ts";

export interface EngineOptions {
  kv: Deno.Kv;
  kinds: readonly PublicKind[];
  model: ModelProvider;
  doorbell: "queue" | "sweep";
  concurrency: number;
  leaseMs: number;
  limits: JobLimits;
  jobTtlMs: number;
  maxQueuedJobs: number;
  mockIfQuota: boolean;
  /** How the end of jobs is told to those who want it; unset, it is not. */
  callbacks?: Omit<CallbackOptions, "readEnded"> | undefined;
  /** How many jobs an API key may make in a UTC day; unset, any number. */
  dailyJobsPerKey?: number | undefined;
  /** Identical jobs that are under way at the same time share one generation. */
  dedupeInFlight: boolean;
  /** What models cost, by their names. */
  prices: Readonly<Record<string, ModelPrice>>;
  clock: Clock;
  /** From 0 up to 1. */
  random: () => number;
  /** This instance's id; unset, a new one. */
  holder?: string;
  /** Where the database is a file: tells soon which instances are dead. */
  locks?: InstanceLocks;
}

/** What a job that is to be accepted comes with. */
export interface SubmitOptions {
  caller?: Caller;
  /** The caller's own name for this request: sent again with it, it finds the same job. */
  idempotencyKey?: string | undefined;
  /** Where its end is to be told. */
  callbackUrl?: string | null | undefined;
  /** What the work belongs to. */
  trace?: TraceContext | null;
  /** Is called before a job is made, and throws if it is not to be; a repeated request makes none. */
  permit?: () => void;
}

/** A job that was accepted. */
export interface Submission {
  /** As it was when it was accepted. */
  job: QueuedJob;
  /** It was accepted before, by the same request. */
  isRepeated: boolean;
  /** What is left of its caller's jobs of today; `null`: any number, or not known. */
  budget: Budget | null;
}

/** A job, and what happened to it. */
export interface JobTimeline extends JobSnapshot {
  events: TimelineEvent[];
}

/**
 * Between two sweeps. A job whose bell was lost, or whose instance has no free slot, starts elsewhere
 * within this time; an idle instance reads KV this often. With a short lease it is half the lease,
 * so that silence is noticed in time.
 */
const SWEEP_MS = 3_000;

/** Heartbeats in one lease: so many may be late or fail before the instance counts as dead. */
const BEATS_PER_LEASE = 5;

/**
 * Between two looks at the bell that instances ring for each other: a job that is put back starts
 * elsewhere, and a canceled one is stopped elsewhere, within this time. Each look reads one key.
 */
const BELL_MS = 500;

/** How long an errand may hold up the end of the instance. */
const ERRAND_MS = 1_000;

/** Each loop reports a database that is gone this often, not with every turn of it. */
const FAULT_LOG_MS = 60_000;

const log = getLogger(["tripwright", "engine"]);

export class Engine {
  readonly kinds: readonly PublicKind[];
  readonly #options: EngineOptions;
  readonly #store: JobStore;
  readonly #instances: InstanceStore;
  readonly #locks: InstanceLocks;
  readonly #breaker: Breaker;
  readonly #worker: Worker;
  readonly #rescuer: Rescuer;
  readonly #admission: Admission;
  readonly #watcher: Watcher;
  readonly #turns = new Turns();
  readonly #doorbell;
  readonly #holder: string;
  readonly #stopped = new AbortController();
  readonly #faultLoggedAt = new Map<string, number>();
  readonly #loops: Promise<void>[] = [];
  /** What goes on behind an answer that was given already. */
  readonly #errands = new Set<Promise<void>>();

  constructor(options: EngineOptions) {
    const { kv, clock, limits, leaseMs, jobTtlMs, maxQueuedJobs, doorbell } = options;
    const { locks = noInstanceLocks, holder = crypto.randomUUID(), mockIfQuota } = options;
    this.#options = options;
    this.#holder = holder;
    this.#locks = locks;
    this.kinds = options.kinds;
    this.#doorbell = doorbell === "queue" ? queueDoorbell(kv) : noDoorbell();
    const { announce } = this.#doorbell;
    const instances = new InstanceStore(kv, { clock, ttlMs: jobTtlMs });
    const store = new JobStore(kv, {
      clock,
      limits,
      instances,
      ttlMs: jobTtlMs,
      announce,
      successorOf: (job) => callbackFor(job, { id: crypto.randomUUID(), now: clock.now() }),
      // Not awaited: it is the model's side that takes its time.
      onGivenUp: (jobId) => this.#background(this.#stopResponse(jobId)),
    });
    // A spent quota that is answered with placeholders keeps nobody waiting.
    const ignore = mockIfQuota ? "quota_exceeded" : undefined;
    this.#breaker = new Breaker(kv, { clock, instances, ignore });
    this.#instances = instances;
    this.#store = store;
    const kinds = [...options.kinds, ...this.#internalKinds()];
    this.#worker = new Worker({ ...options, kinds, store, breaker: this.#breaker, holder });
    this.#rescuer = new Rescuer({ store, instances, locks, clock, leaseMs });
    this.#watcher = new Watcher({ store, clock, stopped: this.#stopped.signal });
    this.#admission = new Admission({
      index: store.index,
      clock,
      maxQueuedJobs,
      kinds: options.kinds.map(({ name }) => name),
    });
  }

  /** The kinds of job that nobody asks for. */
  #internalKinds(): JobKind[] {
    const { callbacks } = this.#options;
    if (!callbacks) return [];
    const readEnded = async (id: string) => {
      const job = (await this.#store.read(id))?.job;
      return job && isEnded(job) ? job : null;
    };
    return [callbackKind({ ...callbacks, readEnded }) as JobKind];
  }

  /**
   * Takes a job in. When it resolves, the job is stored and will be worked on.
   *
   * @param request as the kind's schema returned it
   * @throws what `permit` throws
   * @throws {IdempotencyKeyReusedError} if another request was accepted with the same key before
   * @throws {BudgetSpentError} if the caller has made all the jobs of today
   * @throws {QueueFullError} if too much work waits already
   * @throws {StoppingError} if this instance is on its way out
   * @throws if KV does not take it; then nothing of it exists
   */
  async submit(
    kind: PublicKind,
    request: unknown,
    options: SubmitOptions = {},
  ): Promise<Submission> {
    const { caller = nobody, idempotencyKey, callbackUrl = null } = options;
    const idempotency = idempotencyKey === undefined ? undefined : {
      key: hashJson([caller.id, idempotencyKey]),
      fingerprint: hashJson([kind.name, request, callbackUrl]),
    };
    const dailyBudget = isKey(caller.owner) ? this.#options.dailyJobsPerKey : undefined;
    const terms = { idempotency, dailyBudget };
    const work = () => this.#accept(kind, request, { ...options, terms });
    // Copies, and jobs of one budget, would only make each other's commits fail.
    const turn = dailyBudget === undefined ? idempotency?.key : caller.id;
    return await (turn === undefined ? work() : this.#turns.take(turn, work));
  }

  async #accept(
    kind: PublicKind,
    request: unknown,
    options: SubmitOptions & { terms: AcceptTerms },
  ): Promise<Submission> {
    const { caller = nobody, callbackUrl = null, trace = null, permit, terms } = options;
    const { idempotency, dailyBudget } = terms;
    // Repeating makes no work, so it is never refused.
    const before = idempotency && await this.#store.acceptances.findRepeated(idempotency);
    if (before) return repeated(before);
    if (this.stopping) throw new StoppingError("Cannot accept job: the instance is stopping");
    permit?.();
    const { clock, jobTtlMs, dedupeInFlight } = this.#options;
    const { name, promptVersion } = kind;
    const now = clock.now();
    const job = newJob({
      id: crypto.randomUUID(),
      kind: name,
      request,
      promptVersion,
      now,
      ttlMs: jobTtlMs,
      owner: caller.owner,
      callbackUrl,
      trace,
      dedupeKey: dedupeInFlight ? hashJson([name, promptVersion, caller.id, request]) : null,
    });
    return await this.#admission.admit(async () => {
      const acceptance = await this.#store.accept(job, terms);
      const budget = (left: number) => budgetOf({ limit: dailyBudget!, left, now });
      if (acceptance.outcome === "budget spent") throw new BudgetSpentError(budget(0));
      if (acceptance.outcome !== "accepted") return repeated(acceptance);
      log.info("accepted", { jobId: job.id, kind: name });
      // The nearest bell of all. Not awaited: the client has its answer first.
      this.#worker.ring(job.id);
      const { left } = acceptance;
      return { job, isRepeated: false, budget: left === null ? null : budget(left) };
    });
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
    return this.#watcher.watch(id, signal);
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
      for await (seen of this.#watcher.watch(id, over.signal)) {
        if (version !== undefined && seen?.version !== version) break;
      }
    } finally {
      stop();
    }
    return seen === undefined ? await this.#store.read(id) : seen;
  }

  /**
   * Cancels a job of this kind. Whoever works on it stops: at once here, within a second elsewhere.
   *
   * @returns the job as it is now: canceled, or as it had ended before; `null` if there is none
   */
  async cancel(kind: PublicKind, id: string): Promise<JobSnapshot | null> {
    if (await this.#store.cancel(id, kind.name) === "canceled") {
      this.#worker.drop(id);
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

  /** A webhook says that a response is over: whoever waits for it looks, wherever that is. */
  async hearOf(news: ResponseEnded): Promise<"rung" | "repeated" | "unknown"> {
    const heard = await this.#store.ringFor(news);
    log.info("webhook", { heard, responseId: heard === "unknown" ? null : news.responseId });
    return heard;
  }

  /** Resolves if KV answers. */
  async ping(): Promise<void> {
    await this.#store.ping();
  }

  /** Starts to listen and to sweep; what waits or was abandoned is picked up at once. */
  start(): void {
    const ring = (jobId: string) => this.#worker.ring(jobId);
    this.#loops.push(
      this.#doorbell.listen(ring).catch((error) => this.#logFault("listening", error)),
      this.#sweepLoop(),
      this.#beatLoop(),
      this.#bellLoop(),
    );
  }

  /** One sweep: abandoned jobs are put back, due jobs are claimed. Never rejects. */
  async sweep(): Promise<void> {
    // An instance without jobs may take back what it does not know that it holds.
    const self = this.#worker.running > 0 ? this.#holder : undefined;
    await this.#rescuer.run(self).catch((error) => this.#logFault("rescue", error));
    await this.#worker.sweep().catch((error) => this.#logFault("sweep", error));
  }

  /**
   * Sweeps until there is nothing left to do: for an instance that lives only as long as it is kept
   * busy. An instance that may be dead is watched until that is clear, two leases at the most.
   */
  async patrol(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    const until = clock.now() + 2 * leaseMs;
    for (;;) {
      await this.sweep();
      await this.idle();
      if (this.#rescuer.watched === 0 || clock.now() >= until) return;
      await clock.wait(this.#nextSweepMs, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
    }
  }

  /** One heartbeat, if there is anything to live for. Never rejects. */
  async beat(): Promise<void> {
    if (this.#worker.running === 0) return;
    try {
      await this.#instances.beat(this.#holder);
      await this.#worker.reconcile();
    } catch (error) {
      this.#logFault("heartbeat", error);
    }
  }

  /** How many jobs are under way in this instance. */
  get running(): number {
    return this.#worker.running;
  }

  /** How many jobs somebody here watches. */
  get watched(): number {
    return this.#watcher.watched;
  }

  /** The instance is on its way out: it should get no more requests. */
  get stopping(): boolean {
    return this.#worker.stopping;
  }

  /** Resolves when this instance works on no job. */
  async idle(): Promise<void> {
    await this.#worker.idle();
  }

  /**
   * Stops claiming, gives running jobs `graceMs` to end and puts the rest back. The queue is left
   * when the database is closed.
   *
   * @param hurry ends the grace
   */
  async stop(graceMs: number, hurry?: AbortSignal): Promise<void> {
    await this.#worker.stop(graceMs, hurry);
    await waitAtMost(Promise.all(this.#errands), { ms: ERRAND_MS, clock: this.#options.clock });
    this.#stopped.abort();
    await this.#locks.release();
  }

  /** Resolves when the loops have ended, after {@link stop} and the closing of the database. */
  async ended(): Promise<void> {
    await Promise.all(this.#loops);
  }

  /** Sooner than usual if an instance is about to have been silent for too long. */
  get #nextSweepMs(): number {
    return Math.min(SWEEP_MS, this.#options.leaseMs / 2, this.#rescuer.nextVerdictMs);
  }

  async #sweepLoop(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.sweep();
      await this.#options.clock.wait(this.#nextSweepMs, signal);
    }
  }

  /** Hears of jobs that were put back or canceled by other instances, and of breakers that closed. */
  async #bellLoop(): Promise<void> {
    const { signal } = this.#stopped;
    let heard: string | null | undefined;
    while (!signal.aborted) {
      try {
        const ring = await this.#instances.lastRing();
        if (heard !== undefined && ring !== heard) await this.#answerRing();
        heard = ring;
      } catch (error) {
        this.#logFault("bell", error);
      }
      await this.#options.clock.wait(BELL_MS, signal);
    }
  }

  /** Something has changed elsewhere: drops jobs that were taken away, takes up what may start. */
  async #answerRing(): Promise<void> {
    for (const id of await this.#instances.takeWakes(this.#holder)) this.#worker.wake(id);
    this.#breaker.forget();
    await this.#worker.reconcile();
    await this.#worker.sweep();
  }

  async #beatLoop(): Promise<void> {
    const { signal } = this.#stopped;
    const { clock, leaseMs } = this.#options;
    const beatMs = leaseMs / BEATS_PER_LEASE;
    while (!signal.aborted) {
      await clock.wait(beatMs, signal);
      // One that is never answered must not keep the next ones from coming in time.
      await waitAtMost(this.beat(), { ms: beatMs, clock });
    }
  }

  /**
   * Stops a response that goes on at the model's side although its job has ended without it. Never
   * rejects: it would only have cost something.
   */
  async #stopResponse(jobId: string): Promise<void> {
    try {
      const responseId = await this.#store.checkpoints.openResponse(jobId);
      if (responseId === null) return;
      await this.#options.model(() => null).cancel(responseId);
      log.info("response canceled", { jobId });
    } catch (error) {
      log.warning("response not canceled", { jobId, error: describeError(error) });
    }
  }

  #background(errand: Promise<void>): void {
    this.#errands.add(errand);
    errand.finally(() => this.#errands.delete(errand));
  }

  #logFault(what: string, error: unknown): void {
    const now = this.#options.clock.now();
    if (now - (this.#faultLoggedAt.get(what) ?? -Infinity) < FAULT_LOG_MS) return;
    this.#faultLoggedAt.set(what, now);
    log.error(`${what} failed`, { error: describeError(error) });
  }
}

/** The answer to a request that was accepted before. */
function repeated(acceptance: Repetition): Submission {
  if (acceptance.outcome === "key reused") {
    throw new IdempotencyKeyReusedError("Cannot accept job: the idempotency key has been used");
  }
  return { job: acceptedJob(acceptance.job), isRepeated: true, budget: null };
}
