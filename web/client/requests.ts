/**
 * Single requests to the service, with timeouts and repetitions.
 * @module
 */
import { backoffMs } from "../../lib/backoff.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { clientTokenOf, type TokenStorage } from "./client_token.ts";
import { Connections, type Locks } from "./connections.ts";
import { errorOf, parse, requireTransient, TripError } from "./errors.ts";
import { isJob, type Job } from "./job.ts";

/** The functions of the browser that the client uses. Tests replace them. */
export interface Platform {
  /** Sends a request. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Used for pauses only. The time of day may be wrong or change. */
  clock: Clock;
  /** Returns a number from 0 to 1. */
  random: () => number;
  /** Dispatches `online`, `pageshow` and `visibilitychange`; `null`: there are no such events. */
  events: Pick<EventTarget, "addEventListener" | "removeEventListener"> | null;
  /** Returns whether the page is hidden. */
  isHidden: () => boolean;
  /** Keeps the client token. `null`: the browser forbids storage; unset: this is no page. */
  storage: TokenStorage | null | undefined;
  /** Counts the connections of all windows; `null`: each client counts its own. */
  locks: Locks | null;
}

/** Options of a client. */
export interface TripClientOptions {
  /** The URL of the service, such as `https://trips.example`; unset: the site of the page. */
  baseUrl?: string | undefined;
  /** For services that require a key. It is sent as `Authorization: Bearer`. */
  apiKey?: string | undefined;
  /**
   * The owner of the jobs, sent as `Client-Token`: 16 to 128 random characters. Unset: a page uses
   * a token that its browser keeps.
   */
  clientToken?: string | undefined;
  /** Replaces functions of the browser, for tests and for other runtimes. */
  platform?: Partial<Platform> | undefined;
}

/** Options of each call. */
export interface CallOptions {
  /** Ends the call at once. The call rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

/** Much longer than a response takes. The system itself reports a dead connection after minutes. */
export const REQUEST_MS = 15_000;

/** The pause after the first error, and the longest pause. Pauses double in between. */
const BACKOFF = { firstMs: 1_000, maxMs: 30_000 };

/** Browsers do not wait at all for a timeout of more than 24 days. */
export const MAX_RETRY_SECONDS = 3_600;

/** Attempts for one request. The four pauses between them take 8 to 15 s in total. */
const MAX_ATTEMPTS = 5;

/** After a longer pause the call fails, so that the page can tell when to try again. */
const MAX_PAUSE_SECONDS = 5;

interface SentRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** A request whose response is JSON. */
interface JsonRequest<T> extends Omit<SentRequest, "signal"> {
  signal: AbortSignal | undefined;
  /** The timeout in milliseconds. */
  ms?: number;
  /** The body of the last response, which status 304 confirms. */
  known?: T | null;
}

/** Returns whether an object is what a request has asked for. */
export type Check<T> = (value: Record<string, unknown>) => value is T & Record<string, unknown>;

/** Sends single requests to the service. */
export class Service {
  readonly platform: Platform;
  /** The open streams and long polls. */
  readonly connections: Connections;
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;

  /** @throws {TypeError} if the key or the token is invalid in a header */
  constructor({ baseUrl = "", apiKey, clientToken, platform }: TripClientOptions) {
    this.platform = { ...pagePlatform(), ...platform };
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    const { storage, locks } = this.platform;
    this.connections = new Connections(this.#baseUrl, locks);
    const token = clientToken ??
      (storage === undefined ? undefined : clientTokenOf(this.#baseUrl, storage));
    // `Headers` checks the values here, before the first request.
    const headers = new Headers({
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...(token && { "client-token": token }),
    });
    this.#headers = Object.fromEntries(headers);
  }

  /**
   * Sends a request.
   *
   * @throws {TripError} unless the status of the response is 2xx or 304
   */
  async send(path: string, { headers, ...init }: SentRequest): Promise<Response> {
    const { fetch } = this.platform;
    let response;
    try {
      response = await fetch(this.#baseUrl + path, {
        ...init,
        headers: { ...this.#headers, ...headers },
        // A cached response may not show the current state of the job.
        cache: "no-store",
      });
    } catch (cause) {
      throw new TripError("The service cannot be reached", { cause });
    }
    if (response.ok || response.status === 304) return response;
    throw await errorOf(response);
  }

  /**
   * Sends a request and reads the job in the response.
   *
   * @throws {TripError} unless the response is a job
   */
  async requestJob<J extends Job>(
    path: string,
    request: JsonRequest<J>,
  ): Promise<{ job: J; headers: Headers }> {
    const { value, headers } = await this.#request<J>(path, request, isJob);
    return { job: value, headers };
  }

  /** @throws {TripError} unless the response is what `check` accepts */
  async #request<T>(
    path: string,
    { ms = REQUEST_MS, known, signal, ...init }: JsonRequest<T>,
    check: Check<T>,
  ): Promise<{ value: T; headers: Headers }> {
    const timer = new AbortTimer(this.platform.clock, signal);
    timer.limit(ms);
    try {
      const response = await this.send(path, { ...init, signal: timer.signal });
      const { status, headers } = response;
      if (known && status === 304) return { value: known, headers };
      const value: Record<string, unknown> = parse(await response.text().catch(() => ""));
      if (check(value)) return { value, headers };
      throw new TripError("The response is not of this service", { status });
    } finally {
      timer.end();
    }
  }

  /**
   * Sends a request for a job up to {@link MAX_ATTEMPTS} times.
   *
   * @throws {TripError} if the error is not transient, all attempts fail, or the pause is too long
   */
  sendWithRetries<J extends Job>(path: string, request: JsonRequest<J>): Promise<J> {
    return this.readWithRetries<J>(path, request, isJob);
  }

  /** Does the same for a request whose response is what `check` accepts. */
  async readWithRetries<T>(
    path: string,
    request: JsonRequest<T>,
    check: Check<T>,
  ): Promise<T> {
    const { signal } = request;
    for (let attempts = 1;; attempts++) {
      signal?.throwIfAborted();
      try {
        return (await this.#request(path, request, check)).value;
      } catch (error) {
        signal?.throwIfAborted();
        const { retryAfterSeconds } = requireTransient(error);
        const seconds = retryAfterSeconds ?? 0;
        if (attempts === MAX_ATTEMPTS || seconds > MAX_PAUSE_SECONDS) throw error;
        await this.pause(Math.max(this.backoffMs(attempts), 1_000 * seconds), signal);
      }
    }
  }

  /** Waits, but no longer than {@link MAX_RETRY_SECONDS}. */
  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await this.platform.clock.wait(Math.min(ms, 1_000 * MAX_RETRY_SECONDS), signal);
  }

  /** Returns the pause after a number of errors. Half of it is random to spread clients out. */
  backoffMs(errors: number): number {
    return backoffMs(errors, BACKOFF) * (1 + this.platform.random()) / 2;
  }
}

/** A signal that aborts on `end()`, when `outer` aborts, or when its time is over. */
export class AbortTimer {
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

  /** Restarts the timer with this number of milliseconds. */
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

/** Events after which a connection may be dead, or possible again. */
export const WAKERS = ["online", "pageshow", "visibilitychange"];

/** Returns whether an event is a reason to reconnect. The first `pageshow` of a page is not. */
export function isWaking({ persisted }: Event & { persisted?: boolean }): boolean {
  return persisted !== false;
}

/** Returns the platform of a browser page. Outside a page it lacks events. */
export function pagePlatform(): Platform {
  return {
    // Looks `fetch` up at each call. Browsers require a call without `this`.
    fetch: (url, init) => fetch(url, init),
    clock: systemClock,
    random: Math.random,
    events: "addEventListener" in globalThis ? globalThis : null,
    isHidden: () => globalThis.document?.visibilityState === "hidden",
    storage: pageStorage(),
    // Pages without TLS have no locks, and only pages share the connections of a browser.
    locks: globalThis.document && navigator.locks || null,
  };
}

/**
 * Returns the storage of a page, and `undefined` outside a page. There the storage may be that of
 * another program, or forget a token that a later run needs.
 */
function pageStorage(): TokenStorage | null | undefined {
  try {
    return globalThis.document && globalThis.localStorage;
  } catch {
    // Browsers that forbid storage throw when `localStorage` is read.
    return null;
  }
}
