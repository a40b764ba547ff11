/**
 * The circuit breaker: when a model is rate limited, overloaded or out of quota, all instances that share
 * the database stop calling it for a while. Then one call, the probe, finds out whether it has recovered.
 *
 * | key | value |
 * |---|---|
 * | `["breaker", kind]` | open, until when, and which job may go ahead (`BreakerState`); no key: closed |
 *
 * There is one for each kind of job, because each kind has its model and OpenAI counts its limits by
 * model. A breaker protects; it is no reason to fail, so one that cannot be read counts as closed.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { type Backoff, backoffMs } from "../backoff.ts";
import { type Clock, isoTime } from "../clock.ts";
import { Failure, type FailureCode, failureKinds, JobError } from "../job/failure.ts";
import { describeError } from "../log.ts";

const BreakerState = z.object({
  /** Closed to all calls until then, in epoch milliseconds; afterwards to all but one. */
  openUntil: z.number(),
  /** How often in a row a call that was let through was turned away. */
  failures: z.int().positive(),
  /** The job whose call was let through last: nothing is closed to it. */
  probe: z.string().nullable(),
  /** Another one with each call that was turned away since. */
  opening: z.string(),
  /** What opened it. */
  failure: Failure,
});
type BreakerState = z.infer<typeof BreakerState>;

/** The job on whose behalf a call is made. */
export interface BreakerJob {
  id: string;
  kind: string;
}

/** The breaker stays open for longer than a job should wait with its slot in its hands. */
export class BreakerOpenError extends JobError {
  override name = "BreakerOpenError";

  /**
   * @param until in epoch milliseconds, like `now`
   * @param options `failure`: what opened it, and what the job fails with if it cannot wait so long
   */
  constructor(readonly until: number, options: { now: number; failure: Failure }) {
    const { now, failure: { code, message } } = options;
    super(code, message, { retryAfterMs: until - now });
  }
}

export interface BreakerOptions {
  clock: Clock;
  /** Adds to a commit that all instances shall hear of it. */
  ring: (commit: Deno.AtomicOperation) => void;
  /** A failure that opens no breaker here. */
  ignore?: FailureCode | undefined;
}

/**
 * For how long calls stop when the model does not say, doubled with each failure in a row. A limit
 * of requests or tokens fills up again within a minute; a quota is raised by people.
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
 * A model refuses a call within a second or two. A probe that still runs after this time was probably
 * accepted, and the next call may try.
 */
const PROBE_MS = 5_000;

/** A job that has to wait longer than this is put back, so that others can have its slot. */
const PATIENCE_MS = 10_000;

/** How often waiting jobs check whether the breaker has closed early. */
const RECHECK_MS = 1_000;

/** A breaker that was not needed for so long has forgotten its failures. */
const MEMORY_MS = 600_000;

const log = getLogger(["tripwright", "breaker"]);

export class Breaker {
  readonly #kv: Deno.Kv;
  readonly #options: BreakerOptions;
  /** What this instance knows of breakers that are open, so that asking often costs nothing. */
  readonly #known = new Map<string, BreakerState>();

  constructor(kv: Deno.Kv, options: BreakerOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Forgets what is known: another instance may have closed a breaker. */
  forget(): void {
    this.#known.clear();
  }

  /** Until when calls of this kind are known to be closed, in epoch milliseconds; else 0. */
  openUntil(kind: string): number {
    const until = this.#known.get(kind)?.openUntil ?? 0;
    return until > this.#options.clock.now() ? until : 0;
  }

  /**
   * Asks for a call to be let through. After a pause the first one who asks is, for a few seconds as
   * the only one.
   *
   * @returns 0 if it may be made now, else when to ask again, in epoch milliseconds
   */
  async admit(job: BreakerJob): Promise<number> {
    const until = this.openUntil(job.kind);
    if (until > 0 && this.#known.get(job.kind)?.probe !== job.id) return until;
    try {
      return await this.#admit(job);
    } catch (error) {
      log.error("breaker not read", { kind: job.kind, error: describeError(error) });
      return 0;
    }
  }

  async #admit({ id, kind }: BreakerJob): Promise<number> {
    for (;;) {
      const entry = await this.#kv.get(breakerKey(kind));
      const state = this.#learn(kind, entry.value);
      const now = this.#options.clock.now();
      if (state === null || (state.probe === id && state.openUntil > now)) return 0;
      if (state.openUntil > now) return state.openUntil;
      const probing = { ...state, openUntil: now + PROBE_MS, probe: id };
      if (await this.#replace(entry, kind, probing)) return 0;
    }
  }

  /**
   * Makes a call as soon as the breaker lets it through, and learns from how it ends.
   *
   * @throws what `call` throws; the signal's reason if it aborts during the wait
   * @throws {BreakerOpenError} if the wait is too long for a job that holds a slot
   */
  async guard<T>(job: BreakerJob, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    await this.#wait(job, signal);
    // Unset unless this call was sent ahead to see whether the model has recovered.
    const ahead = this.#known.get(job.kind);
    try {
      const answer = await call();
      if (ahead) await this.#close(job.kind, ahead);
      return answer;
    } catch (error) {
      if (error instanceof JobError) await this.#learnFrom(error, job, ahead);
      throw error;
    }
  }

  async #wait(job: BreakerJob, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let until; (until = await this.admit(job)) > 0;) {
      const now = clock.now();
      const failure = this.#known.get(job.kind)?.failure;
      if (failure && until - now > PATIENCE_MS) throw new BreakerOpenError(until, { now, failure });
      await clock.wait(Math.min(until - now, RECHECK_MS), signal);
      signal.throwIfAborted();
    }
  }

  async #learnFrom(error: JobError, job: BreakerJob, ahead?: BreakerState): Promise<void> {
    const { code } = error.failure;
    if (pauses[code] && code !== this.#options.ignore) {
      try {
        await this.#open(job, error);
      } catch (fault) {
        log.error("breaker not opened", { kind: job.kind, error: describeError(fault) });
      }
    } else if (ahead && !failureKinds[code].retriedByJob) {
      // Whatever the model thinks of the request, it has looked at it.
      await this.#close(job.kind, ahead);
    }
  }

  async #open({ id, kind }: BreakerJob, { failure, retryAfterMs }: JobError): Promise<void> {
    const { code } = failure;
    for (;;) {
      const entry = await this.#kv.get(breakerKey(kind));
      const last = this.#learn(kind, entry.value);
      const now = this.#options.clock.now();
      // Calls that were under way when the breaker opened say nothing new, unless they say how long.
      const isNews = last === null || last.openUntil <= now || last.probe === id;
      if (!isNews && retryAfterMs === undefined) return;
      const failures = (last?.failures ?? 0) + (isNews ? 1 : 0);
      const pauseMs = retryAfterMs ?? backoffMs(failures, pauses[code]!);
      const openUntil = now + Math.min(pauseMs, LONGEST_PAUSE_MS);
      const opening = crypto.randomUUID();
      const next: BreakerState = isNews
        ? { openUntil, failures, probe: null, opening, failure }
        : { ...last, opening, openUntil: Math.max(openUntil, last.openUntil) };
      if (!await this.#replace(entry, kind, next)) continue;
      const until = isoTime(next.openUntil);
      return log.warning("breaker open", { kind, code, failures, until });
    }
  }

  /** Closes the breaker, unless a call has been turned away since `ahead` was sent. */
  async #close(kind: string, ahead: BreakerState): Promise<void> {
    try {
      for (;;) {
        const entry = await this.#kv.get(breakerKey(kind));
        if (this.#learn(kind, entry.value)?.opening !== ahead.opening) return;
        const commit = this.#kv.atomic().check(entry).delete(entry.key);
        this.#options.ring(commit);
        // A conflict: the next job was let through, or turned away.
        if ((await commit.commit()).ok) break;
      }
      this.#known.delete(kind);
      log.info("breaker closed", { kind });
    } catch (error) {
      log.error("breaker not closed", { kind, error: describeError(error) });
    }
  }

  /** Takes note of what lies in KV; `null`: closed. */
  #learn(kind: string, value: unknown): BreakerState | null {
    const { data: state } = BreakerState.safeParse(value);
    const now = this.#options.clock.now();
    if (!state || now >= state.openUntil + MEMORY_MS) {
      this.#known.delete(kind);
      return null;
    }
    // No instance writes a longer pause, so this instance's clock has been set back.
    const openUntil = state.openUntil > now + 2 * LONGEST_PAUSE_MS ? now : state.openUntil;
    const learnt = { ...state, openUntil };
    this.#known.set(kind, learnt);
    return learnt;
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
