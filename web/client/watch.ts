/**
 * Watching a job to its end, whatever happens to the connection, the server or the page meanwhile.
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { isBusy, parse, passing, retryAfterOf, TripError } from "./errors.ts";
import { type Ended, isEnded, isJob, type Job, type JobId, type JobOf, pathOf } from "./job.ts";
import { type CallOptions, Hold, isWaking, REQUEST_MS, type Service, WAKERS } from "./requests.ts";

/**
 * How a job is watched at the moment: by a stream that is open, by asking now and then, or not at all,
 * because the server cannot be reached; it is tried again and again.
 */
export type Connection = "live" | "polling" | "lost";

export interface WatchOptions<J> extends CallOptions {
  /** Gets the job as `GET` shows it: as it is at first, with each change, and at its end. */
  onProgress?: ((job: J) => void) | undefined;
  /** Told of changes only. */
  onConnection?: ((connection: Connection) => void) | undefined;
}

/** Shorter than the idle timeouts of proxies, which begin at 30 s; and ten seconds for the way. */
const LONG_POLL_SECONDS = 25;
const LONG_POLL_MS = 35_000;

/** Long polls begin no faster than this, however fast they are answered. */
const LONG_POLL_PACE_MS = 1_000;

/** The server says something every 15 s at least: that has been missed twice, with time to spare. */
const STALL_MS = 40_000;

/** A stream that held for longer than from one keep-alive to the next works. */
const STEADY_MS = 20_000;

/** How often to ask if the server does not say so, or something on the way keeps it to itself. */
const DEFAULT_RETRY_SECONDS = 5;

/** Zero would be a loop without a pause. */
const MIN_RETRY_SECONDS = 1;

/** Nobody sees what a hidden page shows. It is as often as the service asks for of an old job. */
const HIDDEN_MS = 10_000;

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

/** One job that somebody watches. */
export class Watch<Id extends JobId> {
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
    for (const type of WAKERS) events?.addEventListener(type, wake);
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
      for (const type of WAKERS) events?.removeEventListener(type, wake);
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
      if (!signal.aborted) await this.#onRequestFailed(passing(error), isLong);
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
  async #onRequestFailed(error: TripError, isLong: boolean): Promise<void> {
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
  #wake(event: Event): void {
    if (event.type === "visibilitychange" && this.#service.platform.isHidden()) {
      if (this.#way !== PLAIN) this.#turn.abort();
      return;
    }
    if (!isWaking(event)) return;
    this.#way = STREAM;
    this.#failures = this.#faults = this.#brief = 0;
    this.#isSuspect = false;
    this.#turn.abort();
  }
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

function isEventStream({ body, headers }: Response): boolean {
  return body !== null && /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
}
