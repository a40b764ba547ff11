/**
 * The circuit breaker: when a model is rate limited, overloaded or out of quota, all instances that
 * share the database stop calling it for a while. Then one call, the probe, tests whether it has
 * recovered.
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
import { z } from "zod";
import { type Backoff, backoffMs } from "../backoff.ts";
import { type Clock, isoTime } from "../clock.ts";
import { Failure, type FailureCode, failureKinds, JobError } from "../job/failure.ts";
import { describeError } from "../log.ts";

const BreakerState = z.object({
  /**
   * The breaker stops all calls before this time, in epoch milliseconds. Afterwards it lets one
   * through.
   */
  openUntil: z.number(),
  /** How many calls in a row the model has refused. */
  failures: z.int().positive(),
  /** The job of the probe. The breaker does not stop its calls. */
  probe: z.string().nullable(),
  /** A new random value for each refused call. */
  opening: z.string(),
  /** The failure that opened the breaker. */
  failure: Failure,
});
type BreakerState = z.infer<typeof BreakerState>;

/** The job that makes a call. */
export interface BreakerJob {
  id: string;
  kind: string;
}

/** Thrown when the breaker stays open longer than a job may wait while it occupies a slot. */
export class BreakerOpenError extends JobError {
  override name = "BreakerOpenError";

  /**
   * @param until in epoch milliseconds, like `now`
   * @param options `failure`: the failure that opened the breaker. A job that cannot wait until then
   * fails with the same one.
   */
  constructor(readonly until: number, options: { now: number; failure: Failure }) {
    const { now, failure: { code, message } } = options;
    super(code, message, { retryAfterMs: until - now });
  }
}

export interface BreakerOptions {
  clock: Clock;
  /** Adds a ring of the bell to a commit. */
  ring: (commit: Deno.AtomicOperation) => void;
  /** A failure that does not open the breaker. */
  ignore?: FailureCode | undefined;
}

/**
 * How long the breaker stays open without a `Retry-After`. The pause doubles with each consecutive
 * failure. Limits of requests and tokens recover within a minute; an operator must raise a quota.
 * https://developers.openai.com/api/docs/guides/rate-limits
 */
const pauses: Partial<Record<FailureCode, Backoff>> = {
  rate_limited: { firstMs: 1_000, maxMs: 60_000 },
  overloaded: { firstMs: 1_000, maxMs: 60_000 },
  quota_exceeded: { firstMs: 60_000, maxMs: 600_000 },
};

/** The longest pause, even if `Retry-After` asks for more. */
const LONGEST_PAUSE_MS = 600_000;

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

const log = getLogger(["tripwright", "breaker"]);

export class Breaker {
  readonly #kv: Deno.Kv;
  readonly #options: BreakerOptions;
  /** The open breakers that this instance knows, so that frequent checks need no reads. */
  readonly #known = new Map<string, BreakerState>();
  /** When this instance last read that the breaker of a kind is closed. */
  readonly #closedAt = new Map<string, number>();

  constructor(kv: Deno.Kv, options: BreakerOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Forgets all known states, because another instance may have closed a breaker. */
  forget(): void {
    this.#known.clear();
    this.#closedAt.clear();
  }

  /**
   * Returns until when the breaker of a kind is open, in epoch milliseconds, or 0 if it is closed.
   */
  openUntil(kind: string): number {
    const until = this.#known.get(kind)?.openUntil ?? 0;
    return until > this.#options.clock.now() ? until : 0;
  }

  /**
   * Asks whether a job may make a call. After a pause only the first job may, as the probe, for a
   * few seconds.
   *
   * @returns 0 if the job may call now, else when to ask again, in epoch milliseconds
   */
  async admit(job: BreakerJob): Promise<number> {
    if (this.#isClosed(job.kind)) return 0;
    const until = this.openUntil(job.kind);
    if (until > 0 && this.#known.get(job.kind)?.probe !== job.id) return until;
    try {
      return await this.#admit(job);
    } catch (error) {
      log.error("breaker not read", { kind: job.kind, error: describeError(error) });
      return 0;
    }
  }

  /** Returns whether the breaker was closed a moment ago, as far as this instance knows. */
  #isClosed(kind: string): boolean {
    const ageMs = this.#options.clock.now() - (this.#closedAt.get(kind) ?? -Infinity);
    return !this.#known.has(kind) && ageMs >= 0 && ageMs < CLOSED_VALID_MS;
  }

  async #admit({ id, kind }: BreakerJob): Promise<number> {
    for (;;) {
      const entry = await this.#kv.get(breakerKey(kind));
      const state = this.#remember(kind, entry.value);
      const now = this.#options.clock.now();
      if (state === null || (state.probe === id && state.openUntil > now)) return 0;
      if (state.openUntil > now) return state.openUntil;
      const probing = { ...state, openUntil: now + PROBE_MS, probe: id };
      if (await this.#replace(entry, kind, probing)) return 0;
    }
  }

  /**
   * Waits for the breaker, makes the call, and updates the breaker from its result.
   *
   * @throws what `call` throws; the signal's reason if it aborts during the wait
   * @throws {BreakerOpenError} if the wait is too long for a job that holds a slot
   */
  async guard<T>(job: BreakerJob, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    await this.#wait(job, signal);
    // Set only if this call is the probe.
    const probed = this.#known.get(job.kind);
    try {
      const answer = await call();
      if (probed) await this.#close(job.kind, probed);
      return answer;
    } catch (error) {
      if (error instanceof JobError) await this.#update(error, job, probed);
      throw error;
    }
  }

  async #wait(job: BreakerJob, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let until; (until = await this.admit(job)) > 0;) {
      const now = clock.now();
      const failure = this.#known.get(job.kind)?.failure;
      if (failure && until - now > MAX_WAIT_MS) throw new BreakerOpenError(until, { now, failure });
      await clock.wait(Math.min(until - now, RECHECK_MS), signal);
      signal.throwIfAborted();
    }
  }

  async #update(error: JobError, job: BreakerJob, probed?: BreakerState): Promise<void> {
    const { code } = error.failure;
    if (pauses[code] && code !== this.#options.ignore) {
      try {
        await this.#open(job, error);
      } catch (fault) {
        log.error("breaker not opened", { kind: job.kind, error: describeError(fault) });
      }
    } else if (probed && !failureKinds[code].retriedByJob) {
      // The model has processed the request, so it has recovered.
      await this.#close(job.kind, probed);
    }
  }

  async #open({ id, kind }: BreakerJob, { failure, retryAfterMs }: JobError): Promise<void> {
    const { code } = failure;
    for (;;) {
      const entry = await this.#kv.get(breakerKey(kind));
      const last = this.#remember(kind, entry.value);
      const now = this.#options.clock.now();
      // The failure of a call that began before the breaker opened is not new, and changes nothing
      // unless it has a `Retry-After`.
      const isNew = last === null || last.openUntil <= now || last.probe === id;
      if (!isNew && retryAfterMs === undefined) return;
      const failures = (last?.failures ?? 0) + (isNew ? 1 : 0);
      const pauseMs = retryAfterMs ?? backoffMs(failures, pauses[code]!);
      const openUntil = now + Math.ceil(Math.min(pauseMs, LONGEST_PAUSE_MS));
      const opening = crypto.randomUUID();
      const next: BreakerState = isNew
        ? { openUntil, failures, probe: null, opening, failure }
        : { ...last, opening, openUntil: Math.max(openUntil, last.openUntil) };
      if (!await this.#replace(entry, kind, next)) continue;
      const until = isoTime(next.openUntil);
      return log.warning("breaker open", { kind, code, failures, until });
    }
  }

  /** Closes the breaker, unless the model has refused a call since the probe began. */
  async #close(kind: string, probed: BreakerState): Promise<void> {
    try {
      for (;;) {
        const entry = await this.#kv.get(breakerKey(kind));
        if (this.#remember(kind, entry.value)?.opening !== probed.opening) return;
        const commit = this.#kv.atomic().check(entry).delete(entry.key);
        this.#options.ring(commit);
        // A conflict means that another call became the probe or was refused.
        if ((await commit.commit()).ok) break;
      }
      this.#known.delete(kind);
      log.info("breaker closed", { kind });
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
      this.#closedAt.set(kind, now);
      return null;
    }
    // No instance writes a longer pause, so this instance's clock has been set back.
    const openUntil = state.openUntil > now + 2 * LONGEST_PAUSE_MS ? now : state.openUntil;
    const remembered = { ...state, openUntil };
    this.#known.set(kind, remembered);
    return remembered;
  }

  async #replace(
    entry: Deno.KvEntryMaybe<unknown>,
    kind: string,
    state: BreakerState,
  ): Promise<boolean> {
    const expireIn = Math.max(0, state.openUntil - this.#options.clock.now()) + MEMORY_MS;
    const commit = this.#kv.atomic().check(entry).set(entry.key, state, { expireIn });
    if (!(await commit.commit()).ok) return false;
    this.#known.set(kind, state);
    return true;
  }
}

function breakerKey(kind: string): Deno.KvKey {
  return ["breaker", kind];
}
