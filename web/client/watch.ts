/**
 * Watches a job until it ends, through lost connections, restarts of the server and sleeping pages.
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { isBusy, parse, requireTransient, retryAfterOf, TripError } from "./errors.ts";
import { type Ended, isEnded, isJob, type Job, type JobId, type JobOf, pathOf } from "./job.ts";
import {
  AbortTimer,
  type CallOptions,
  isWaking,
  REQUEST_MS,
  type Service,
  WAKERS,
} from "./requests.ts";

/**
 * How the client watches a job. `live`: by an open stream; `polling`: by polls; `lost`: it cannot
 * reach the server and keeps trying.
 */
export type Connection = "live" | "polling" | "lost";

/** Options of `watch()`. */
export interface WatchOptions<J> extends CallOptions {
  /** Called with the job as `GET` shows it: at first, after each change, and at the end. */
  onProgress?: ((job: J) => void) | undefined;
  /** Called when the connection changes. */
  onConnection?: ((connection: Connection) => void) | undefined;
}

/** The shortest idle timeout of common proxies is 30 s. */
const LONG_POLL_SECONDS = 25;
/** Transport may take 10 s more. */
const LONG_POLL_MS = 35_000;

/** The shortest time between the starts of two long polls. */
const LONG_POLL_INTERVAL_MS = 1_000;

/** The server sends data at least every 15 s. A stream that misses this twice is dead. */
const STALL_MS = 40_000;

/**
 * A stream that stays open longer than this counts as working. It is longer than the interval of
 * keep-alives.
 */
const STEADY_MS = 20_000;

/** The interval of polls if the response has no `Retry-After`, or a proxy removed it. */
const DEFAULT_RETRY_SECONDS = 5;

/** An interval of zero would be a loop without a pause. */
const MIN_RETRY_SECONDS = 1;

/** The shortest pause on a hidden page. The service asks for the same pause for old jobs. */
const HIDDEN_MS = 10_000;

/**
 * The watch gives up a method that fails this many times in a row while the server is reachable.
 */
const MAX_FAILURES = 2;

/** Methods of watching, from the fastest to the most robust. */
const STREAM = 0;
const LONG_POLL = 1;
const POLL = 2;

/** The watch of one job. */
export class Watch<Id extends JobId> {
  readonly #service: Service;
  readonly #path: string;
  readonly #options: WatchOptions<JobOf<Id>>;
  /** Aborts the current round, so that the next one starts. */
  #round = new AbortController();
  #method = STREAM;
  /** Failures of the method in a row while the server was reachable. */
  #failures = 0;
  /** The method has just failed. The next read shows whether the server is unreachable. */
  #hasJustFailed = false;
  /** Requests in a row without a usable response. */
  #failedRequests = 0;
  /** Streams in a row that ended soon. */
  #shortStreams = 0;
  /**
   * Whether to read the job without a pause when an event requires it. Only for the first such
   * event, because a faulty stream could send it again and again.
   */
  #readsAtOnce = true;
  /** The job in the last response to `GET`. */
  #lastRead: JobOf<Id> | null = null;
  #etag: string | null = null;
  /** The last read job with all later events applied. */
  #current: JobOf<Id> | null = null;
  /** The id of the last event. */
  #position: string | undefined;
  /** Whether the current stream has sent an event. */
  #hasEvents = false;
  /** The JSON of the job that the page knows. */
  #shown: string | undefined;
  #connection: Connection | undefined;

  constructor(service: Service, id: Id, options: WatchOptions<JobOf<Id>>) {
    this.#service = service;
    this.#path = pathOf(id);
    this.#options = options;
  }

  /** Watches until the job ends. */
  async run(): Promise<Ended<JobOf<Id>>> {
    const { signal } = this.#options;
    const { events } = this.#service.platform;
    const stop = () => this.#round.abort();
    const onPageEvent = (event: Event) => this.#onPageEvent(event);
    signal?.addEventListener("abort", stop);
    for (const type of WAKERS) events?.addEventListener(type, onPageEvent);
    try {
      for (;;) {
        signal?.throwIfAborted();
        this.#round = new AbortController();
        const job = await this.#runRound();
        stop();
        signal?.throwIfAborted();
        if (job && isEnded(job)) return job;
      }
    } finally {
      stop();
      signal?.removeEventListener("abort", stop);
      for (const type of WAKERS) events?.removeEventListener(type, onPageEvent);
    }
  }

  /** Runs a round with a connection that may stay open, if there is one. */
  async #runRound(): Promise<JobOf<Id> | null> {
    const { platform, connections } = this.#service;
    const mayConnect = this.#method !== POLL && !platform.isHidden();
    const disconnect = mayConnect ? await connections.take() : null;
    try {
      return await this.#readAndWait(disconnect);
    } finally {
      disconnect?.();
    }
  }

  /**
   * Reads the job by `GET`, then waits until it is time to read it again.
   *
   * @param disconnect ends the use of the connection; `null`: no connection may stay open
   */
  async #readAndWait(disconnect: (() => void) | null): Promise<JobOf<Id> | null> {
    const isConnected = disconnect !== null;
    const isLong = this.#method === LONG_POLL && this.#failedRequests === 0 && isConnected;
    const { signal } = this.#round;
    // Started now, so that it counts from the start of the poll.
    const longPollPause = this.#method === LONG_POLL &&
      this.#service.pause(LONG_POLL_INTERVAL_MS, signal);
    const headers = await this.#read(isLong, disconnect);
    if (!headers) return null;
    const job = this.#lastRead!;
    const isHidden = this.#service.platform.isHidden();
    const isStream = this.#method === STREAM && isConnected && !isHidden;
    if (!isStream || this.#failures > 0 || this.#connection === "lost") {
      this.#setConnection("polling");
    }
    this.#show(job);
    if (isEnded(job)) return job;
    const seconds = Math.max(retryAfterOf(headers) ?? DEFAULT_RETRY_SECONDS, MIN_RETRY_SECONDS);
    // A server that ignored `Prefer: wait` will ignore it again.
    const canLongPoll = isConnected && (!isLong || headers.has("preference-applied"));
    let pauseMs = 1_000 * seconds;
    if (isStream) pauseMs = await this.#followStream(pauseMs);
    disconnect?.();
    if (this.#method === LONG_POLL && !isStream && canLongPoll) await longPollPause;
    else if (pauseMs > 0) await this.#pause(pauseMs);
    return job;
  }

  /**
   * Reads the job by `GET`: by a long poll or a plain poll.
   *
   * @returns the headers of the response; after a failed request and a pause `null`
   */
  async #read(isLong: boolean, disconnect: (() => void) | null): Promise<Headers | null> {
    const { signal } = this.#round;
    const response = this.#service.requestJob(this.#path, {
      headers: {
        ...(this.#etag && { "if-none-match": this.#etag }),
        ...(isLong && { prefer: `wait=${LONG_POLL_SECONDS}` }),
      },
      signal,
      ms: isLong ? LONG_POLL_MS : REQUEST_MS,
      known: this.#lastRead,
    });
    try {
      const { job, headers } = await response;
      this.#lastRead = job;
      this.#etag = headers.get("etag");
      this.#onResponse(isLong);
      return headers;
    } catch (error) {
      if (signal.aborted) return null;
      disconnect?.();
      await this.#onRequestFailed(requireTransient(error), isLong);
      return null;
    }
  }

  /**
   * Notes that the server responded. If the method had just failed, the failure was its own, not
   * the server's. After `MAX_FAILURES` of them in a row, the watch changes to the next method.
   */
  #onResponse(isLong: boolean): void {
    this.#failedRequests = 0;
    if (isLong) this.#failures = 0;
    if (this.#hasJustFailed && ++this.#failures === MAX_FAILURES) {
      this.#failures = 0;
      this.#method++;
    }
    this.#hasJustFailed = false;
  }

  /** Pauses after a request without a usable response. */
  async #onRequestFailed(error: TripError, isLong: boolean): Promise<void> {
    this.#hasJustFailed = isLong && !isBusy(error);
    if (!isLong && error.status !== 429) this.#setConnection("lost");
    const retryMs = 1_000 * (error.retryAfterSeconds ?? 0);
    await this.#pause(Math.max(this.#service.backoffMs(++this.#failedRequests), retryMs));
  }

  /**
   * Watches by a stream until it ends.
   *
   * @param retryMs the longest pause, unless the server asks for more
   * @returns the pause before the job is read again, in milliseconds
   */
  async #followStream(retryMs: number): Promise<number> {
    const service = this.#service;
    const round = this.#round.signal;
    const timer = new AbortTimer(service.platform.clock, round);
    let openError: TripError | null = null;
    let mustRead = false;
    this.#hasEvents = false;
    try {
      timer.limit(REQUEST_MS);
      const opened = await service.send(`${this.#path}/events`, {
        headers: {
          accept: "text/event-stream",
          ...(this.#position && { "last-event-id": this.#position }),
        },
        signal: timer.signal,
      }).catch((error: TripError) => error);
      if (opened instanceof TripError) openError = opened;
      else if (isEventStream(opened)) mustRead = await this.#readStream(opened.body!, timer);
      else await opened.body?.cancel().catch(() => {});
    } finally {
      timer.end();
    }
    if (round.aborted) return 0;
    this.#hasJustFailed = !this.#hasEvents && !isBusy(openError);
    const readsAtOnce = mustRead && this.#readsAtOnce;
    if (mustRead) this.#readsAtOnce = false;
    if (readsAtOnce) return 0;
    const pauseMs = Math.min(service.backoffMs(++this.#shortStreams), retryMs);
    return Math.max(pauseMs, 1_000 * (openError?.retryAfterSeconds ?? 0));
  }

  /**
   * Applies and shows the events of a stream.
   *
   * @returns whether to read the job; `false`: the stream broke
   */
  async #readStream(body: ReadableStream<Uint8Array>, timer: AbortTimer): Promise<boolean> {
    const events: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (event) => void events.push(event) });
    const decoder = new TextDecoder();
    const reader = body.getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    timer.signal.addEventListener("abort", cancel);
    if (timer.signal.aborted) cancel();
    const { clock } = this.#service.platform;
    clock.wait(STEADY_MS, timer.signal).then(() =>
      timer.signal.aborted || (this.#shortStreams = 0)
    );
    for (;;) {
      const { value } = await reader.read().catch(() => ({ value: undefined }));
      if (!value || timer.signal.aborted) return false;
      this.#setConnection("live");
      parser.feed(decoder.decode(value, { stream: true }));
      const mustRead = events.splice(0).some((event) => this.#applyEvent(event));
      this.#show(this.#current!);
      if (mustRead) return true;
      timer.limit(this.#hasEvents ? STALL_MS : REQUEST_MS);
    }
  }

  /** Applies an event. Returns whether to read the job. */
  #applyEvent(event: EventSourceMessage): boolean {
    const job = applied(this.#current!, event);
    if (job === null) return false;
    this.#hasEvents = true;
    this.#failures = 0;
    // The next stream sends all events again.
    if (job === "read") this.#position = undefined;
    else {
      this.#current = job;
      this.#position = event.id ?? this.#position;
    }
    return job === "read";
  }

  #show(job: JobOf<Id>): void {
    this.#current = job;
    const shown = JSON.stringify(job);
    if (shown === this.#shown) return;
    this.#shown = shown;
    // The page gets a copy, so that its changes do not affect the watch.
    this.#options.onProgress?.(JSON.parse(shown));
  }

  #setConnection(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#options.onConnection?.(connection);
  }

  async #pause(ms: number): Promise<void> {
    const leastMs = this.#service.platform.isHidden() ? HIDDEN_MS : 0;
    await this.#service.pause(Math.max(ms, leastMs), this.#round.signal);
  }

  /** Starts a new round when the page wakes up. Closes the connection when the page is hidden. */
  #onPageEvent(event: Event): void {
    if (event.type === "visibilitychange" && this.#service.platform.isHidden()) {
      if (this.#method !== POLL) this.#round.abort();
      return;
    }
    if (!isWaking(event)) return;
    this.#method = STREAM;
    this.#failures = this.#failedRequests = this.#shortStreams = 0;
    this.#hasJustFailed = false;
    this.#round.abort();
  }
}

/**
 * Returns a job with an event applied.
 *
 * @returns `"read"`: the client has to read the job; `null`: the event is invalid
 */
function applied<J extends Job>(job: J, { event, data }: EventSourceMessage): J | "read" | null {
  const parts: readonly unknown[] = job.partial ?? [];
  const value = parse(data);
  switch (event) {
    case "progress":
      if (!isJob<J>(value)) return null;
      return isEnded(value) ? "read" : { ...job, ...value, partial: parts };
    case "item": {
      const { index, item } = value;
      if (!(Number.isInteger(index) && index >= 0 && item !== undefined)) return null;
      // The parts before this one are missing.
      if (index > parts.length) return "read";
      if (JSON.stringify(item) === JSON.stringify(parts[index])) return job;
      // Parts come in order, so later parts belong to a discarded plan.
      return { ...job, partial: [...parts.slice(0, index), item] };
    }
    case "reset":
      return { ...job, partial: [] };
    case "end":
      return "read";
    default:
      return null;
  }
}

function isEventStream({ body, headers }: Response): boolean {
  return body !== null && /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
}
