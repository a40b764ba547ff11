/**
 * The service, as far as single requests go.
 * @module
 */
import { backoffMs } from "../../lib/backoff.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { errorOf, parse, passing, TripError } from "./errors.ts";
import { isJob, type Job } from "./job.ts";

/** What the client stands on; for tests. */
export interface Platform {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Only waits are asked of it: what the time is may be wrong, and change. */
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  /** Says `online`, `pageshow` and `visibilitychange`; `null`: nothing does. */
  events: Pick<EventTarget, "addEventListener" | "removeEventListener"> | null;
  /** Whether nobody can see the page. */
  isHidden: () => boolean;
}

export interface TripClientOptions {
  /** Where the service is, such as `https://trips.example`; unset, where the page is from. */
  baseUrl?: string | undefined;
  /** For services that need one: sent as `Authorization: Bearer`. */
  apiKey?: string | undefined;
  /** Whose jobs these are, sent as `Client-Token`: 16 to 128 random characters. */
  clientToken?: string | undefined;
  platform?: Partial<Platform> | undefined;
}

export interface CallOptions {
  /** Ends the call at once; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Much longer than any answer takes; of a dead connection the system itself tells after minutes. */
export const REQUEST_MS = 15_000;

/** The pause after a first fault, and the longest one; doubled in between. */
const BACKOFF = { firstMs: 1_000, maxMs: 30_000 };

/** Browsers take more than 24 days for no time at all. */
export const MAX_RETRY_SECONDS = 3_600;

/** Calls of one request, the first one included: four pauses come to 8 to 15 s. */
const TRIES = 5;

/** Nobody looks at a page for longer without a word; then it had better say when to come back. */
const PATIENCE_SECONDS = 5;

interface SentRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** One that is answered with a job. */
interface JobRequest<J> extends Omit<SentRequest, "signal"> {
  signal: AbortSignal | undefined;
  /** How long it may take, in milliseconds. */
  ms?: number;
  /** The job of the last answer, for requests that only want to have a newer one. */
  known?: J | null;
}

/** The service, as far as single requests go. */
export class Service {
  readonly platform: Platform;
  /** How many streams and long polls are open. */
  held = 0;
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;

  /** @throws {TypeError} if a header cannot hold the key or the token */
  constructor({ baseUrl = "", apiKey, clientToken, platform }: TripClientOptions) {
    this.platform = { ...pagePlatform(), ...platform };
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    // As headers they are checked here, and not with each request.
    const headers = new Headers({
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...(clientToken && { "client-token": clientToken }),
    });
    this.#headers = Object.fromEntries(headers);
  }

  /** @throws {TripError} unless the answer is a good one */
  async send(path: string, { headers, ...init }: SentRequest): Promise<Response> {
    const { fetch } = this.platform;
    let response;
    try {
      response = await fetch(this.#baseUrl + path, {
        ...init,
        headers: { ...this.#headers, ...headers },
        // What a cache remembers is not how the job stands.
        cache: "no-store",
      });
    } catch (cause) {
      throw new TripError("The service cannot be reached", { cause });
    }
    if (response.ok || response.status === 304) return response;
    throw await errorOf(response);
  }

  /** @throws {TripError} unless the answer is a job */
  async ask<J extends Job>(
    path: string,
    { ms = REQUEST_MS, known, signal, ...init }: JobRequest<J>,
  ): Promise<{ job: J; headers: Headers }> {
    const hold = new Hold(this.platform.clock, signal);
    hold.limit(ms);
    try {
      const response = await this.send(path, { ...init, signal: hold.signal });
      const { status, headers } = response;
      if (known && status === 304) return { job: known, headers };
      const job = parse(await response.text().catch(() => ""));
      if (isJob<J>(job)) return { job, headers };
      throw new TripError("The answer cannot be understood", { status });
    } finally {
      hold.end();
    }
  }

  /**
   * The same, a few times if need be.
   *
   * @throws {TripError} if trying again is no use, tries run out, or it would take too long
   */
  async sendUntilAnswered<J extends Job>(path: string, request: JobRequest<J>): Promise<J> {
    const { signal } = request;
    for (let tries = 1;; tries++) {
      signal?.throwIfAborted();
      try {
        return (await this.ask(path, request)).job;
      } catch (error) {
        signal?.throwIfAborted();
        const { retryAfterSeconds } = passing(error);
        const seconds = retryAfterSeconds ?? 0;
        if (tries === TRIES || seconds > PATIENCE_SECONDS) throw error;
        await this.pause(Math.max(this.backoffMs(tries), 1_000 * seconds), signal);
      }
    }
  }

  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await this.platform.clock.wait(Math.min(ms, 1_000 * MAX_RETRY_SECONDS), signal);
  }

  /** The pause after so many faults. Half of it is chance: those who fell together come back apart. */
  backoffMs(faults: number): number {
    return backoffMs(faults, BACKOFF) * (1 + this.platform.random()) / 2;
  }
}

/** A connection that ends when its owner says so, `outer` aborts, or its time is over. */
export class Hold {
  readonly #clock: Clock;
  readonly #outer: AbortSignal | undefined;
  readonly #ended = new AbortController();
  #limit = new AbortController();

  constructor(clock: Clock, outer: AbortSignal | undefined) {
    this.#clock = clock;
    this.#outer = outer;
    outer?.addEventListener("abort", this.end);
    if (outer?.aborted) this.end();
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** From now on it has so many milliseconds. */
  limit(ms: number): void {
    this.#limit.abort();
    const { signal } = this.#limit = new AbortController();
    this.#clock.wait(ms, signal).then(() => signal.aborted || this.end());
  }

  readonly end = (): void => {
    this.#outer?.removeEventListener("abort", this.end);
    this.#limit.abort();
    this.#ended.abort();
  };
}

/** A new idempotency key. `crypto.randomUUID()` is missing on pages that were not served over TLS. */
export function randomKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** When they happen, connections may be dead, or possible again. */
export const WAKERS = ["online", "pageshow", "visibilitychange"];

/** Whether one of them is news: not that a page is shown for the first time. */
export function isWaking({ persisted }: Event & { persisted?: boolean }): boolean {
  return persisted !== false;
}

/** What a page has; the parts that others have, where there is no page. */
export function pagePlatform(): Platform {
  return {
    // Whichever is there when it is called, and on nothing, as browsers want it.
    fetch: (url, init) => fetch(url, init),
    clock: systemClock,
    random: Math.random,
    events: "addEventListener" in globalThis ? globalThis : null,
    isHidden: () => globalThis.document?.visibilityState === "hidden",
  };
}
