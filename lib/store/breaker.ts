/**
 * The circuit breaker: when a model is rate limited, overloaded, out of quota or out of reach, all
 * instances that share the database stop calling it for a while. Then one call, the probe, tests
 * whether it has recovered.
 *
 * | key | value |
 * |---|---|
 * | `["breaker", kind]` | until when the breaker is open, and which job has the probe (`BreakerState`); no key: closed |
 *
 * Each kind of job has its own breaker, because each kind has its own model, and OpenAI's limits
 * apply per model. An unreadable breaker counts as closed, because a breaker must not cause
 * failures.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { LRUCache } from "lru-cache";
import { type Clock, isoTime } from "../clock.ts";
import { type Failure, type FailureCode, failureKinds, JobError } from "../job/failure.ts";
import { hashJson } from "../hash.ts";
import { describeError } from "../log.ts";
import {
  afterRefusal,
  BreakerState,
  closesWith,
  concerns,
  heldUntil,
  isForAll,
  LONGEST_PAUSE_MS,
  mayBeOwnFault,
  pauseAfter,
  type SourcedJob,
} from "./breaker_state.ts";
import type { AtomicOperation, Kv, KvEntryMaybe, KvKey } from "../platform/kv.ts";

/** The job that makes a call. */
export interface BreakerJob {
  id: string;
  kind: string;
  /** A hash of the address that the request came from, unless it had an API key. */
  sender?: string | null;
  /** Without a sender and an owner, equal requests count as one source. */
  owner: string | null;
  request: unknown;
}

/**
 * Thrown when a job must wait for the breaker: its call was refused, or the breaker stays open longer
 * than a job may wait while it occupies a slot.
 */
export class BreakerOpenError extends JobError {
  override name = "BreakerOpenError";
  /** Whether the job has made the call. */
  readonly hasCalled: boolean;

  /**
   * @param until in epoch milliseconds, like `now`
   * @param options `failure`: the failure of the call, or the failure that opened the breaker. A job
   * that cannot wait until then fails with it. `refusal`: the error of the call
   */
  constructor(
    readonly until: number,
    options: { now: number; failure: Failure; refusal?: JobError },
  ) {
    const { now, failure: { code, message }, refusal } = options;
    const { spent, unanswered = false } = refusal ?? {};
    const retryAfterMs = until - now;
    super(code, message, { retryAfterMs, unanswered, ...(spent && { spent }), cause: refusal });
    this.hasCalled = refusal !== undefined;
  }
}

export interface BreakerOptions {
  clock: Clock;
  /** Adds a ring of the bell to a commit. */
  ring: (commit: AtomicOperation) => void;
  /** A failure that does not open the breaker. */
  ignore?: FailureCode | undefined;
}

/**
 * A model refuses a call within a second or two. A probe that still runs after this time was
 * probably accepted, and the next call may try.
 */
const PROBE_MS = 5_000;

/** A job that must wait longer than this is released, so that another job gets its slot. */
const MAX_WAIT_MS = 10_000;

/** How often waiting jobs check whether the breaker has closed early. */
const RECHECK_MS = 1_000;

/**
 * How long a breaker that was read as closed counts as closed. Another instance may open it meanwhile,
 * and the model then refuses a few more calls.
 */
const CLOSED_VALID_MS = 250;

/** A breaker that has not been open for this long forgets its failures. */
const MEMORY_MS = 600_000;

/** How many refused jobs an instance remembers: more than it works on in an outage. */
const MAX_REFUSED_JOBS = 10_000;

const log = getLogger(["tripwright", "breaker"]);

/** The last refused call of a job. */
interface Refusal {
  /** See {@link BreakerState}. */
  outage: string;
  /** Whether the request of the job may be the cause. */
  mayBeOwnFault: boolean;
}

/** A call of the model, for operators. */
export interface ModelCall {
  /** When it ended or its answer began, in epoch milliseconds. */
  at: number;
  /** Whether the model's server was reached, and had no fault of its own. */
  isReachable: boolean;
  /** `null`: the model answered as asked. */
  failure: FailureCode | null;
}

/** How a job waits for its call. */
export interface GuardOptions {
  /** Ends the wait. */
  signal: AbortSignal;
  /** Called when the job waits, with the failure that opened the breaker. */
  onWait?: (failure: Failure) => void;
  /** Whether the job has no finished step that a wait would save, see {@link Breaker.endsJobsWith}. */
  hasNothing?: boolean;
}

export class Breaker {
  readonly #kv: Kv;
  readonly #options: BreakerOptions;
  /** The open breakers that this instance knows, so that frequent checks need no reads. */
  readonly #known = new Map<string, BreakerState>();
  /** The same, but {@link forget} keeps them, and the time of the last read. */
  readonly #shown = new Map<string, { state: BreakerState; readAt: number }>();
  readonly #lastCalls = new Map<string, ModelCall>();
  /** When this instance last read that the breaker of a kind is closed. */
  readonly #closedAt = new Map<string, number>();
  /** The refused calls of this instance, by their jobs, until a call of the job is answered. */
  readonly #refused = new LRUCache<string, Refusal>({
    maxSize: MAX_REFUSED_JOBS,
    sizeCalculation: () => 1,
  });

  constructor(kv: Kv, options: BreakerOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Forgets all known states, because another instance may have closed a breaker. */
  forget(): void {
    this.#known.clear();
    this.#closedAt.clear();
  }

  /**
   * Returns until when the breaker of a kind is open for all jobs, in epoch milliseconds, or 0 if it
   * is closed.
   */
  openUntil(kind: string): number {
    const state = this.#known.get(kind);
    return state && isForAll(state) && state.openUntil > this.#options.clock.now()
      ? state.openUntil
      : 0;
  }

  /**
   * Returns the failure with which new jobs of a kind fail at once, in place of a wait: a spent quota.
   * Only an operator can end it, so a job that waits would fail later. After the pause, one job calls
   * again.
   *
   * @returns `null` if jobs may call, or wait for the end of the outage
   */
  endsJobsWith(kind: string): Failure | null {
    const state = this.#known.get(kind);
    if (!state || this.openUntil(kind) === 0 || state.probe !== null) return null;
    return failureKinds[state.failure.code].retriedByJob ? null : state.failure;
  }

  /**
   * Returns why the breaker holds back a job together with others, to show it to clients. It reads KV
   * at most once a second, and only if this instance has seen the breaker open.
   *
   * @returns `null` if the breaker is closed for the job, as far as this instance knows
   */
  async heldBackBy(job: BreakerJob): Promise<Failure | null> {
    const { clock } = this.#options;
    const { kind } = job;
    const readAt = this.#shown.get(kind)?.readAt;
    if (readAt === undefined) return null;
    if (clock.now() - readAt >= RECHECK_MS) {
      await this.#kv.get(breakerKey(kind)).then(
        ({ value }) => this.#remember(kind, value),
        (error) => log.warning("breaker not read", { kind, error: describeError(error) }),
      );
    }
    const state = this.#shown.get(kind)?.state;
    // Jobs that wait for the probe still wait for the model.
    const isOpen = state?.suspect === null && state.openUntil + PROBE_MS > clock.now();
    return isOpen && concerns(state, sourced(job)) ? state.failure : null;
  }

  /**
   * Asks whether a job may make a call. After a pause only the first job may, as the probe, for a
   * few seconds.
   *
   * @returns 0 if the job may call now, else when to ask again, in epoch milliseconds
   */
  async admit(job: BreakerJob): Promise<number> {
    if (this.#isClosed(job.kind)) return 0;
    const known = this.#known.get(job.kind);
    // After the pause, another instance may have closed the breaker.
    const isPause = known !== undefined && known.openUntil > this.#options.clock.now();
    const until = isPause ? this.#heldUntil(known, job) : 0;
    if (until > 0) return until;
    try {
      return await this.#admit(job);
    } catch (error) {
      log.error("breaker not read", { kind: job.kind, error: describeError(error) });
      return 0;
    }
  }

  /** Returns whether the breaker of a kind is closed. It lets no job through an open one. */
  async isClosed(kind: string): Promise<boolean> {
    if (this.#isClosed(kind)) return true;
    try {
      return await this.read(kind) === null;
    } catch (error) {
      log.error("breaker not read", { kind, error: describeError(error) });
      return true;
    }
  }

  /**
   * Reads the state of the breaker of a kind.
   *
   * @returns `null` if it is closed, and no call has failed lately
   */
  async read(kind: string): Promise<BreakerState | null> {
    return this.#remember(kind, (await this.#kv.get(breakerKey(kind))).value);
  }

  /**
   * Closes the breaker of a kind for all instances, because an operator knows that the model works
   * again. Without that, only an answer of the model closes it.
   *
   * @returns whether it held back any job
   */
  async closeNow(kind: string): Promise<boolean> {
    for (;;) {
      const entry = await this.#kv.get(breakerKey(kind));
      if (this.#remember(kind, entry.value) === null) return false;
      const commit = this.#kv.atomic().check(entry).delete(entry.key);
      this.#options.ring(commit);
      // A conflict means that a call has just changed the state, so it is closed again.
      if (await this.#isDeleted(commit, kind)) break;
    }
    this.#known.delete(kind);
    this.#shown.delete(kind);
    log.info("breaker closed by an operator", { kind });
    return true;
  }

  async #isDeleted(commit: AtomicOperation, kind: string): Promise<boolean> {
    try {
      return (await commit.commit()).ok;
    } catch (error) {
      // Perhaps only the answer was lost.
      if ((await this.#kv.get(breakerKey(kind))).value === null) return true;
      throw error;
    }
  }

  /** Returns the last call of this instance for a kind; `null`: none since its start. */
  lastCall(kind: string): ModelCall | null {
    return this.#lastCalls.get(kind) ?? null;
  }

  /** Returns whether the breaker was closed a moment ago, as far as this instance knows. */
  #isClosed(kind: string): boolean {
    const ageMs = this.#options.clock.now() - (this.#closedAt.get(kind) ?? -Infinity);
    return !this.#known.has(kind) && ageMs >= 0 && ageMs < CLOSED_VALID_MS;
  }

  #heldUntil(state: BreakerState, breakerJob: BreakerJob): number {
    const job = sourced(breakerJob);
    const wasRefused = this.#refused.get(job.id)?.outage === state.outage;
    return heldUntil(state, { job, wasRefused, now: this.#options.clock.now() });
  }

  async #admit(job: BreakerJob): Promise<number> {
    const { id, kind } = job;
    for (;;) {
      const entry = await this.#kv.get(breakerKey(kind));
      const state = this.#remember(kind, entry.value);
      const now = this.#options.clock.now();
      if (state === null || !concerns(state, sourced(job))) return 0;
      const until = this.#heldUntil(state, job);
      if (until > 0 || state.openUntil > now) return until;
      const probing = { ...state, openUntil: now + PROBE_MS, probe: id };
      if (await this.#replace(entry, kind, probing)) return 0;
    }
  }

  /**
   * Waits for the breaker, makes the call, and updates the breaker from its result.
   *
   * @param call gets a function to call when the answer begins, so that other jobs can continue
   * before it ends
   * @throws what `call` throws; the signal's reason if it aborts during the wait
   * @throws {BreakerOpenError} if the call was refused, or the wait is too long for a job that holds
   * a slot
   * @throws {JobError} if the job fails at once, see {@link endsJobsWith}
   */
  async guard<T>(
    job: BreakerJob,
    options: GuardOptions,
    call: (onAnswer: () => void) => Promise<T>,
  ): Promise<T> {
    await this.#wait(job, options);
    // Set only if this call tests whether the model has recovered.
    const probed = this.#known.get(job.kind);
    let answered: Promise<void> | undefined;
    const onAnswer = () => answered ??= this.#onAnswer(job, probed);
    try {
      const answer = await call(() => {
        if (!answered) this.#noteCall(job.kind, null);
        onAnswer();
      });
      this.#noteCall(job.kind, null);
      await onAnswer();
      return answer;
    } catch (error) {
      await answered;
      if (!(error instanceof JobError)) throw error;
      this.#noteCall(job.kind, error);
      throw await this.#onFailure(job, error, onAnswer);
    }
  }

  #noteCall(kind: string, error: JobError | null): void {
    this.#lastCalls.set(kind, {
      at: this.#options.clock.now(),
      isReachable: !error?.unanswered,
      failure: error?.failure.code ?? null,
    });
  }

  async #wait(
    job: BreakerJob,
    { signal, onWait, hasNothing = false }: GuardOptions,
  ): Promise<void> {
    const { clock } = this.#options;
    for (let until; (until = await this.admit(job)) > 0;) {
      const now = clock.now();
      const failure = this.#known.get(job.kind)?.failure;
      const end = hasNothing ? this.endsJobsWith(job.kind) : null;
      if (end) throw new JobError(end.code, end.message, { unanswered: true });
      if (failure && until - now > MAX_WAIT_MS) throw new BreakerOpenError(until, { now, failure });
      if (failure) onWait?.(failure);
      await clock.wait(Math.min(until - now, RECHECK_MS), signal);
      signal.throwIfAborted();
    }
  }

  async #onAnswer(job: BreakerJob, probed: BreakerState | undefined): Promise<void> {
    this.#refused.delete(job.id);
    if (probed) await this.#close(job, probed);
  }

  /** Updates the breaker after a failed call. @returns the error to throw */
  async #onFailure(
    job: BreakerJob,
    error: JobError,
    onAnswer: () => Promise<void>,
  ): Promise<JobError> {
    const { failure, failure: { code } } = error;
    const { retriedByJob } = failureKinds[code];
    if (pauseAfter(error) === null || code === this.#options.ignore) {
      // The model has processed the request, so it has recovered.
      if (!retriedByJob) await onAnswer();
      return error;
    }
    try {
      const until = await this.#refuse(job, error);
      if (until === null || !retriedByJob) return error;
      const now = this.#options.clock.now();
      return new BreakerOpenError(until, { now, failure, refusal: error });
    } catch (fault) {
      log.error("breaker not opened", { kind: job.kind, error: describeError(fault) });
      return error;
    }
  }

  /**
   * Opens the breaker after a refused call, for all jobs, for those of its source or for this one.
   *
   * @returns until when the job must wait; `null` if the failure is its own fault
   */
  async #refuse(job: BreakerJob, error: JobError): Promise<number | null> {
    const { id, kind } = job;
    const { retryAfterMs = 0 } = error;
    const backoff = pauseAfter(error)!;
    for (;;) {
      const entry = await this.#kv.get(breakerKey(kind));
      const last = this.#remember(kind, entry.value);
      const now = this.#options.clock.now();
      const isOwnFault = mayBeOwnFault(error) && this.#wasAnsweredSince(id, last);
      const next = isOwnFault && last
        ? last
        : afterRefusal(last, { job: sourced(job), error, backoff, now });
      if (next !== last && !await this.#replace(entry, kind, next)) continue;
      this.#refused.set(id, { outage: next.outage, mayBeOwnFault: mayBeOwnFault(error) });
      if (next !== last) logRefusal(kind, next);
      if (isOwnFault) return null;
      return Math.max(this.#heldUntil(next, job), now + Math.ceil(retryAfterMs));
    }
  }

  /**
   * Returns whether another job's call was answered since the last failure of this job. Only an
   * answer ends an outage.
   */
  #wasAnsweredSince(jobId: string, state: BreakerState | null): boolean {
    const refusal = this.#refused.get(jobId);
    return refusal?.mayBeOwnFault === true && refusal.outage !== state?.outage;
  }

  /** Closes the breaker, unless the model has refused a call since the probe began. */
  async #close(job: BreakerJob, probed: BreakerState): Promise<void> {
    const { kind } = job;
    try {
      let state: BreakerState | null;
      for (;;) {
        const entry = await this.#kv.get(breakerKey(kind));
        state = this.#remember(kind, entry.value);
        if (state === null || !closesWith(state, probed, sourced(job))) return;
        const commit = this.#kv.atomic().check(entry).delete(entry.key);
        // While only one job waits, no other instance holds back jobs.
        if (state.suspect === null) this.#options.ring(commit);
        // A conflict means that another call became the probe or was refused.
        if ((await commit.commit()).ok) break;
      }
      this.#known.delete(kind);
      this.#shown.delete(kind);
      if (isForAll(state)) log.info("breaker closed", { kind });
    } catch (error) {
      log.error("breaker not closed", { kind, error: describeError(error) });
    }
  }

  /** Remembers the state in KV. Returns `null` if the breaker is closed. */
  #remember(kind: string, value: unknown): BreakerState | null {
    const { data: state } = BreakerState.safeParse(value);
    const now = this.#options.clock.now();
    if (!state || now >= state.openUntil + MEMORY_MS) {
      this.#known.delete(kind);
      this.#shown.delete(kind);
      this.#closedAt.set(kind, now);
      return null;
    }
    // No instance writes a longer pause, so this instance's clock has been set back.
    const openUntil = state.openUntil > now + 2 * LONGEST_PAUSE_MS ? now : state.openUntil;
    const remembered = { ...state, openUntil };
    this.#know(kind, remembered);
    return remembered;
  }

  async #replace(
    entry: KvEntryMaybe<unknown>,
    kind: string,
    state: BreakerState,
  ): Promise<boolean> {
    const expireIn = Math.max(0, state.openUntil - this.#options.clock.now()) + MEMORY_MS;
    const commit = this.#kv.atomic().check(entry).set(entry.key, state, { expireIn });
    if (!(await commit.commit()).ok) return false;
    this.#know(kind, state);
    return true;
  }

  #know(kind: string, state: BreakerState): void {
    this.#known.set(kind, state);
    this.#shown.set(kind, { state, readAt: this.#options.clock.now() });
  }
}

/** Logs that the breaker holds back more than one request. */
function logRefusal(kind: string, state: BreakerState): void {
  const { failures, openUntil, suspectRequest, failure: { code } } = state;
  const properties = { kind, code, failures, until: isoTime(openUntil) };
  if (isForAll(state)) log.warning("breaker open", properties);
  else if (suspectRequest === null) log.warning("breaker open for one source", properties);
}

function breakerKey(kind: string): KvKey {
  return ["breaker", kind];
}

/**
 * Returns a job with its source. A client can create any number of tokens, so the sender comes before
 * the owner, which may be such a token. Hashes have one length for all requests.
 */
function sourced({ id, sender, owner, request }: BreakerJob): SourcedJob {
  const hash = hashJson(request);
  return { id, request: hash, source: sender ?? owner ?? hash };
}
