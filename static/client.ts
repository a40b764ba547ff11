/**
 * Tripwright for web pages: makes jobs and watches them to their end, whatever happens to the
 * connection, the server or the page meanwhile. Served as one file, for other sites too, so nothing of
 * the server may be imported but types and the clock.
 *
 * As in the service, the record is the truth: that a job has ended is only taken from `GET`. Events
 * show progress, and say when to look.
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { z } from "zod";
import type { Bundle as BundleSchema, BundlesRequest } from "../jobs/bundles.ts";
import type { Day as DaySchema, ItineraryRequest } from "../jobs/itinerary.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { FailureCode } from "../lib/failure.ts";
import type { Source } from "../lib/job_record.ts";
import type { Phase } from "../lib/progress.ts";
import type { JobUsage } from "../lib/usage.ts";

export type Day = z.infer<typeof DaySchema>;
export type Bundle = z.infer<typeof BundleSchema>;
export type ItineraryWish = z.input<typeof ItineraryRequest>;
export type GenerationWish = z.input<typeof BundlesRequest>;

const statuses = ["processing", "completed", "failed", "canceled"] as const;

/** `processing` until the job has ended. */
export type Status = typeof statuses[number];

/** What every job has. Times are ISO 8601 in UTC; what has no value is `null`. */
interface CommonJob {
  status: Status;
  createdAt: string;
  completedAt: string | null;
  expiresAt: string;
  /** Why it failed, for people. */
  error: string | null;
  failure: { code: FailureCode; retryable: boolean; hint: string } | null;
  source: Source | null;
  attempt: number;
  progress: {
    phase: "queued" | "retrying" | Phase;
    message: string;
    step: number;
    of: number | null;
    updatedAt: string;
  } | null;
  usage: JobUsage | null;
}

export interface ItineraryJob extends CommonJob {
  jobId: string;
  destination: string;
  durationDays: number;
  itinerary: Day[] | null;
  /** The days that are finished; `null` when the job has ended. */
  partial: Day[] | null;
}

export interface GenerationJob extends CommonJob {
  generationId: string;
  preferences: GenerationWish["preferences"];
  bundles: Bundle[] | null;
  reasoningSummaries: string[];
  openaiResponseId: string | null;
  /** The bundles that are finished; `null` when the job has ended. */
  partial: Bundle[] | null;
}

/** A job as `GET` shows it. */
export type Job = ItineraryJob | GenerationJob;

/** Enough of a job to ask for it. */
export type JobId = { jobId: string } | { generationId: string };

/** The job that an id leads to. */
export type JobOf<Id> = Id extends { jobId: string } ? ItineraryJob : GenerationJob;

/** A job of which nothing will change any more. */
export type Ended<J> = J & { status: Exclude<Status, "processing"> };

/**
 * How a job is watched at the moment: by a stream that is open, by asking now and then, or not at all,
 * because the server cannot be reached; it is tried again and again.
 */
export type Connection = "live" | "polling" | "lost";

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

export interface CreateOptions extends CallOptions {
  /** Names the wish, for pages that may send it again after a reload; unset, a random one. */
  idempotencyKey?: string | undefined;
}

export interface WatchOptions<J> extends CallOptions {
  /** Gets the job as `GET` shows it: as it is at first, with each change, and at its end. */
  onProgress?: ((job: J) => void) | undefined;
  /** Told of changes only. */
  onConnection?: ((connection: Connection) => void) | undefined;
}

export interface TripClient {
  /** @throws {TripError} if the wish is not accepted, or tries run out */
  createItinerary(wish: ItineraryWish, options?: CreateOptions): Promise<ItineraryJob>;
  /** @throws {TripError} if the wish is not accepted, or tries run out */
  createGeneration(wish: GenerationWish, options?: CreateOptions): Promise<GenerationJob>;
  /** The job as it is now. */
  get<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
  /**
   * Watches a job until it has ended, however it ended, for as long as that takes.
   *
   * @throws {TripError} if there is no such job, or the caller may not see it
   */
  watch<Id extends JobId>(
    job: Id,
    options?: WatchOptions<JobOf<Id>>,
  ): Promise<Ended<JobOf<Id>>>;
  /** Cancels a job, or finds out how it has ended before. */
  cancel<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
}

/** What is wrong with a request, or with the way to the service. */
export class TripError extends Error {
  override name = "TripError";
  /** Of the answer; 0 if there was none. */
  readonly status: number;
  /** The problem's code; `network` if it was not the service that answered. */
  readonly code: string;
  /** When to try again, if the service said so. */
  readonly retryAfterSeconds: number | null;
  /** What is wrong with the members of the body (JSON pointers) and the query parameters. */
  readonly errors: { pointer?: string; parameter?: string; detail: string }[];

  constructor(
    message: string,
    { status = 0, code = "network", retryAfterSeconds = null, errors = [], cause }:
      & Partial<Pick<TripError, "status" | "code" | "retryAfterSeconds" | "errors">>
      & { cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.errors = errors;
  }
}

/** Much longer than any answer takes; of a dead connection the system itself tells after minutes. */
const REQUEST_MS = 15_000;

/** Shorter than the idle timeouts of proxies, which begin at 30 s; and ten seconds for the way. */
const LONG_POLL_SECONDS = 25;
const LONG_POLL_MS = 35_000;

/** Long polls begin no faster than this, however fast they are answered. */
const LONG_POLL_PACE_MS = 1_000;

/** The server says something every 15 s at least: that has been missed twice, with time to spare. */
const STALL_MS = 40_000;

/** A stream that held for longer than from one keep-alive to the next works. */
const STEADY_MS = 20_000;

/** The pause after a first fault, and the longest one; doubled in between. */
const BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;

/** How often to ask if the server does not say so, or something on the way keeps it to itself. */
const DEFAULT_RETRY_SECONDS = 5;

/** Zero would be a loop without a pause, and browsers take more than 24 days for zero. */
const MIN_RETRY_SECONDS = 1;
const MAX_RETRY_SECONDS = 3_600;

/** Nobody sees what a hidden page shows. It is as often as the service asks for of an old job. */
const HIDDEN_MS = 10_000;

/** Calls of one request, the first one included: four pauses come to 8 to 15 s. */
const TRIES = 5;

/** Nobody looks at a page for longer without a word; then it had better say when to come back. */
const PATIENCE_SECONDS = 5;

/** A way of watching that fails so often in a row, while the server is there, is given up. */
const MAX_FAILURES = 2;

/**
 * So many watches hold a connection, the others poll. Over HTTP/1.1 a browser has six connections to
 * a host, and requests need some of them.
 */
const MAX_HELD = 3;

/** Ways of watching, from the quickest to the one that always works. */
const STREAM = 0;
const LONG_POLL = 1;
const PLAIN = 2;

/** When they happen, connections may be dead, or possible again. */
const wakers = ["online", "pageshow", "visibilitychange"];

/** Creates a client of the service at `baseUrl`. It holds nothing that would have to be closed. */
export function createTripClient(options: TripClientOptions = {}): TripClient {
  const service = new Service(options);

  function create<J extends Job>(path: string, wish: unknown, options: CreateOptions = {}) {
    const { signal, idempotencyKey = randomKey() } = options;
    const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
    return service.insist<J>(path, { method: "POST", headers, body: JSON.stringify(wish), signal });
  }

  function get<Id extends JobId>(id: Id, { signal }: CallOptions = {}): Promise<JobOf<Id>> {
    return service.insist(pathOf(id), { signal });
  }

  async function cancel<Id extends JobId>(id: Id, { signal }: CallOptions = {}) {
    try {
      return await service.insist<JobOf<Id>>(pathOf(id), { method: "DELETE", signal });
    } catch (error) {
      if (error instanceof TripError && error.code === "job_finished") {
        return await get(id, { signal });
      }
      throw error;
    }
  }

  return {
    createItinerary: (wish, options) => create("/api/itineraries", wish, options),
    createGeneration: (wish, options) => create("/api/generations", wish, options),
    get,
    watch: (id, options = {}) => new Watch(service, id, options).run(),
    cancel,
  };
}

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
class Service {
  readonly platform: Platform;
  /** How many streams and long polls are open. */
  held = 0;
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;

  constructor({ baseUrl = "", apiKey, clientToken, platform }: TripClientOptions) {
    this.platform = { ...pagePlatform(), ...platform };
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#headers = {
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...(clientToken && { "client-token": clientToken }),
    };
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
  async insist<J extends Job>(path: string, request: JobRequest<J>): Promise<J> {
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
    const ms = Math.min(BACKOFF_MS * 2 ** (faults - 1), MAX_BACKOFF_MS);
    return ms * (1 + this.platform.random()) / 2;
  }
}

/** One job that somebody watches. */
class Watch<Id extends JobId> {
  readonly #service: Service;
  readonly #path: string;
  readonly #options: WatchOptions<JobOf<Id>>;
  /** Aborts whatever goes on, so that it begins anew. */
  #turn = new AbortController();
  #way = STREAM;
  /** How often in a row this way has failed while the server was there. */
  #failures = 0;
  /** The way has just failed. Whether that is because the server is away, the next look says. */
  #isSuspect = false;
  /** How often in a row the server was away. */
  #faults = 0;
  /** How many streams in a row did not hold for long. */
  #brief = 0;
  /** A stream that sends us to the record is believed at once, until that has been for nothing. */
  #trusts = true;
  /** The job as `GET` has shown it last. */
  #record: JobOf<Id> | null = null;
  #etag: string | null = null;
  /** The same, with what events have told since then. */
  #view: JobOf<Id> | null = null;
  /** The id of the last event. */
  #position: string | undefined;
  /** The present stream has told something. */
  #hasHeard = false;
  /** What the page knows. */
  #shown: string | undefined;
  #connection: Connection | undefined;

  constructor(service: Service, id: Id, options: WatchOptions<JobOf<Id>>) {
    this.#service = service;
    this.#path = pathOf(id);
    this.#options = options;
  }

  /** Watches until the job has ended. */
  async run(): Promise<Ended<JobOf<Id>>> {
    const { signal } = this.#options;
    const { events } = this.#service.platform;
    const stop = () => this.#turn.abort();
    const wake = (event: Event) => this.#wake(event);
    signal?.addEventListener("abort", stop);
    for (const type of wakers) events?.addEventListener(type, wake);
    try {
      for (;;) {
        signal?.throwIfAborted();
        this.#turn = new AbortController();
        const job = await this.#look();
        stop();
        signal?.throwIfAborted();
        if (job && isEnded(job)) return job;
      }
    } finally {
      stop();
      signal?.removeEventListener("abort", stop);
      for (const type of wakers) events?.removeEventListener(type, wake);
    }
  }

  /** Looks at the record, and waits for a reason to do so again. */
  async #look(): Promise<JobOf<Id> | null> {
    const isLong = this.#way === LONG_POLL && this.#faults === 0 && this.#mayHold();
    const { signal } = this.#turn;
    const pace = this.#way === LONG_POLL && this.#service.pause(LONG_POLL_PACE_MS, signal);
    const headers = await this.#read(isLong);
    if (!headers) return null;
    const job = this.#record!;
    const mayHold = this.#mayHold();
    const isStream = this.#way === STREAM && mayHold;
    if (!isStream || this.#failures > 0 || this.#connection === "lost") this.#connect("polling");
    this.#show(job);
    if (isEnded(job)) return job;
    const seconds = Math.max(retryAfterOf(headers) ?? DEFAULT_RETRY_SECONDS, MIN_RETRY_SECONDS);
    // A server that has not waited when it was asked to would not do so the next time.
    const waits = mayHold && (!isLong || headers.has("preference-applied"));
    if (isStream) await this.#listen(1_000 * seconds);
    else if (this.#way === LONG_POLL && waits) await pace;
    else await this.#rest(1_000 * seconds);
    return job;
  }

  /**
   * Reads the record, by a long poll or a plain one.
   *
   * @returns the headers of the answer; `null` if there was none, after a pause
   */
  async #read(isLong: boolean): Promise<Headers | null> {
    const service = this.#service;
    const { signal } = this.#turn;
    if (isLong) service.held++;
    const asked = service.ask(this.#path, {
      headers: {
        ...(this.#etag && { "if-none-match": this.#etag }),
        ...(isLong && { prefer: `wait=${LONG_POLL_SECONDS}` }),
      },
      signal,
      ms: isLong ? LONG_POLL_MS : REQUEST_MS,
      known: this.#record,
    }).finally(() => isLong && service.held--);
    try {
      const { job, headers } = await asked;
      this.#record = job;
      this.#etag = headers.get("etag");
      this.#judge(isLong);
      return headers;
    } catch (error) {
      if (!signal.aborted) await this.#bear(passing(error), isLong);
      return null;
    }
  }

  /** The server is there: what failed just before has failed by itself. */
  #judge(isLong: boolean): void {
    this.#faults = 0;
    if (isLong) this.#failures = 0;
    if (this.#isSuspect && ++this.#failures === MAX_FAILURES) {
      this.#failures = 0;
      this.#way++;
    }
    this.#isSuspect = false;
  }

  /** There was no answer, or none that helps. */
  async #bear(error: TripError, isLong: boolean): Promise<void> {
    this.#isSuspect = isLong && !isBusy(error);
    if (!isLong && error.status !== 429) this.#connect("lost");
    const retryMs = 1_000 * (error.retryAfterSeconds ?? 0);
    await this.#rest(Math.max(this.#service.backoffMs(++this.#faults), retryMs));
  }

  /**
   * Watches by a stream, as long as it lasts.
   *
   * @param retryMs how soon the record may be looked at again in any case
   */
  async #listen(retryMs: number): Promise<void> {
    const service = this.#service;
    const turn = this.#turn.signal;
    const hold = new Hold(service.platform.clock, turn);
    let refusal: TripError | null = null;
    let isSentAway = false;
    this.#hasHeard = false;
    service.held++;
    try {
      hold.limit(REQUEST_MS);
      const opened = await service.send(`${this.#path}/events`, {
        headers: {
          accept: "text/event-stream",
          ...(this.#position && { "last-event-id": this.#position }),
        },
        signal: hold.signal,
      }).catch((error: TripError) => error);
      if (opened instanceof TripError) refusal = opened;
      else if (isEventStream(opened)) isSentAway = await this.#hear(opened.body!, hold);
      else await opened.body?.cancel().catch(() => {});
    } finally {
      hold.end();
      service.held--;
    }
    if (turn.aborted) return;
    this.#isSuspect = !this.#hasHeard && !isBusy(refusal);
    const isBelieved = isSentAway && this.#trusts;
    if (isSentAway) this.#trusts = false;
    if (isBelieved) return;
    const pauseMs = Math.min(service.backoffMs(++this.#brief), retryMs);
    await this.#rest(Math.max(pauseMs, 1_000 * (refusal?.retryAfterSeconds ?? 0)));
  }

  /**
   * Shows what a stream tells.
   *
   * @returns whether it sends us to the record; `false`: it broke
   */
  async #hear(body: ReadableStream<Uint8Array>, hold: Hold): Promise<boolean> {
    const events: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (event) => void events.push(event) });
    const decoder = new TextDecoder();
    const reader = body.getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    hold.signal.addEventListener("abort", cancel);
    if (hold.signal.aborted) cancel();
    const { clock } = this.#service.platform;
    clock.wait(STEADY_MS, hold.signal).then(() => hold.signal.aborted || (this.#brief = 0));
    for (;;) {
      const { value } = await reader.read().catch(() => ({ value: undefined }));
      if (!value || hold.signal.aborted) return false;
      this.#connect("live");
      parser.feed(decoder.decode(value, { stream: true }));
      const isSentAway = events.splice(0).some((event) => this.#take(event));
      this.#show(this.#view!);
      if (isSentAway) return true;
      hold.limit(this.#hasHeard ? STALL_MS : REQUEST_MS);
    }
  }

  /** @returns whether it is time to look at the record */
  #take(event: EventSourceMessage): boolean {
    const view = after(this.#view!, event);
    if (view === null) return false;
    this.#hasHeard = true;
    this.#failures = 0;
    // The next stream tells everything again.
    if (view === "look") this.#position = undefined;
    else {
      this.#view = view;
      this.#position = event.id ?? this.#position;
    }
    return view === "look";
  }

  #show(view: JobOf<Id>): void {
    this.#view = view;
    const shown = JSON.stringify(view);
    if (shown === this.#shown) return;
    this.#shown = shown;
    // A copy: what the page does with it must not matter here.
    this.#options.onProgress?.(JSON.parse(shown));
  }

  #connect(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#options.onConnection?.(connection);
  }

  /** Whether a connection may be kept open for news. */
  #mayHold(): boolean {
    const { platform, held } = this.#service;
    return !platform.isHidden() && held < MAX_HELD;
  }

  async #rest(ms: number): Promise<void> {
    const leastMs = this.#service.platform.isHidden() ? HIDDEN_MS : 0;
    await this.#service.pause(Math.max(ms, leastMs), this.#turn.signal);
  }

  /** Begins anew when there is reason to; lets go of the connection when the page is hidden. */
  #wake({ type, persisted }: Event & { persisted?: boolean }): void {
    if (type === "visibilitychange" && this.#service.platform.isHidden()) {
      if (this.#way !== PLAIN) this.#turn.abort();
      return;
    }
    // A page that is shown for the first time, and not again.
    if (persisted === false) return;
    this.#way = STREAM;
    this.#failures = this.#faults = this.#brief = 0;
    this.#isSuspect = false;
    this.#turn.abort();
  }
}

/** A connection that ends when its owner says so, `outer` aborts, or its time is over. */
class Hold {
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

/**
 * A job after an event.
 *
 * @returns `"look"`: only the record can say; `null`: the event cannot be understood
 */
function after<J extends Job>(view: J, { event, data }: EventSourceMessage): J | "look" | null {
  const parts: readonly unknown[] = view.partial ?? [];
  const value = parse(data);
  switch (event) {
    case "progress":
      if (!isJob<J>(value)) return null;
      return isEnded(value) ? "look" : { ...view, ...value, partial: parts };
    case "item": {
      const { index, item } = value;
      if (!(Number.isInteger(index) && index >= 0 && item !== undefined)) return null;
      // Those before it have got lost.
      if (index > parts.length) return "look";
      if (JSON.stringify(item) === JSON.stringify(parts[index])) return view;
      // Parts come in order; what lies behind another one is of an earlier plan.
      return { ...view, partial: [...parts.slice(0, index), item] };
    }
    case "reset":
      return { ...view, partial: [] };
    case "end":
      return "look";
    default:
      return null;
  }
}

/** The JSON object in a text; an empty one if there is none. */
// deno-lint-ignore no-explicit-any -- whoever uses a member checks it
function parse(json: string): Record<string, any> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}

function isJob<J extends Job>(value: Partial<Job> | Record<string, unknown>): value is J {
  const { status, jobId, generationId } = value as Partial<ItineraryJob & GenerationJob>;
  return statuses.includes(status!) && typeof (jobId ?? generationId) === "string";
}

function isEnded<J extends Job>(job: J): job is Ended<J> {
  return job.status !== "processing";
}

function pathOf(job: JobId): string {
  return "jobId" in job
    ? `/api/itineraries/${encodeURIComponent(job.jobId)}`
    : `/api/generations/${encodeURIComponent(job.generationId)}`;
}

/** `crypto.randomUUID()` is missing on pages that were not served over TLS. */
function randomKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function isEventStream({ body, headers }: Response): boolean {
  return body !== null && /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
}

/** The service is there, and has enough to do. */
function isBusy(error: TripError | null): boolean {
  return error?.status === 429 || error?.status === 503;
}

/**
 * An error that trying again may help against: there was no answer, one of somebody else, or the
 * service says so.
 *
 * @throws what is no such error
 */
function passing(error: unknown): TripError {
  if (error instanceof TripError) {
    const { status } = error;
    if (status < 400 || status === 408 || status === 429 || status >= 500) return error;
  }
  throw error;
}

/** What an answer that is no good one says is wrong. Proxies answer with all kinds of things. */
async function errorOf(response: Response): Promise<TripError> {
  const { status, headers } = response;
  const { detail, code, errors } = parse(await response.text().catch(() => ""));
  const message = typeof detail === "string" ? detail : `The answer has the status ${status}`;
  return new TripError(message, {
    status,
    retryAfterSeconds: retryAfterOf(headers),
    ...(typeof code === "string" && { code }),
    ...(Array.isArray(errors) && { errors }),
  });
}

/**
 * `Retry-After` in seconds. A date is compared with that of the answer, because the clock of this
 * machine may be wrong, which is why `lib/retry_after.ts` is of no use here.
 */
function retryAfterOf(headers: Headers): number | null {
  const value = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - Date.parse(headers.get("date") ?? "")) / 1_000;
  return seconds >= 0 ? seconds : null;
}

/** What a page has; the parts that others have, where there is no page. */
function pagePlatform(): Platform {
  return {
    // Whichever is there when it is called, and on nothing, as browsers want it.
    fetch: (url, init) => fetch(url, init),
    clock: systemClock,
    random: Math.random,
    events: "addEventListener" in globalThis ? globalThis : null,
    isHidden: () => globalThis.document?.visibilityState === "hidden",
  };
}
