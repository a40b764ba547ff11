/**
 * A page that watches a job, in the hands of a test: each of its requests waits until the test answers
 * it, time is a `FakeClock`, and at the end nothing may be left of it.
 * @module
 */
import { assert, assertEquals, assertStrictEquals, fail } from "@std/assert";
import { setImmediate } from "node:timers";
import {
  createTripClient,
  type ItineraryJob,
  type TripClientOptions,
  TripError,
} from "../web/client/client.ts";
import { FakeClock, NOON } from "./fake_clock.ts";
import { patiently } from "./patience.ts";

export const JOB_ID = "54a632b6-0dcc-43f7-b013-28e051702cf7";

const dayOf = (day: number, theme: string) => ({ day, theme, activities: [] });

/** Two days of a plan, as far as the client cares. */
export const monday = dayOf(1, "Monday");
export const tuesday = dayOf(2, "Tuesday");

/** An itinerary as `GET` shows it. */
export function itineraryJob(members: Partial<ItineraryJob> = {}): ItineraryJob {
  const isEnded = (members.status ?? "processing") !== "processing";
  const at = new Date(NOON).toISOString();
  return {
    jobId: JOB_ID,
    status: "processing",
    destination: "Lisbon",
    durationDays: 2,
    itinerary: null,
    createdAt: at,
    completedAt: isEnded ? at : null,
    expiresAt: at,
    error: null,
    failure: null,
    source: isEnded ? "sample" : null,
    attempt: 1,
    progress: isEnded
      ? null
      : { phase: "writing", message: "Writing", step: 0, of: 2, updatedAt: at },
    partial: isEnded ? null : [],
    usage: null,
    ...members,
  };
}

/** The same, finished. */
export const doneJob = itineraryJob({ status: "completed", itinerary: [monday, tuesday] });

/** What the page asks for, the job that comes of it, and why the page lets go of it. */
export const wish = { destination: "Lisbon", durationDays: 2 };
export const id = { jobId: JOB_ID };
export const reason = new Error("The page is gone");

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<TripError> {
  const error = await promise.then(() => fail("it succeeded"), (error) => error);
  assert(error instanceof TripError, String(error));
  return error;
}

/**
 * Lets everything that is ready go on. Nothing of a page waits for a network or a timer, so this need not
 * wait a millisecond as `nextTurn()` does; a test of an hour takes some ten thousand rounds.
 */
function nextRound(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** An event target that knows how many listeners it has. */
export class CountingTarget extends EventTarget {
  listeners = 0;

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners--;
    super.removeEventListener(...args);
  }
}

type AnswerHeaders = Record<string, string>;

/** A request that waits for its answer. */
export class SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
  readonly cache: string | undefined;
  readonly signal: AbortSignal;
  readonly response = Promise.withResolvers<Response>();
  isSettled = false;
  /** Its answer, if that is a stream. */
  events: SentEvents | undefined;

  constructor(url: string, { method = "GET", headers, body, cache, signal }: RequestInit) {
    this.method = method;
    this.path = url.replace(`/api/itineraries/${JOB_ID}`, "/:id");
    this.headers = new Headers(headers);
    this.body = body ? JSON.parse(String(body)) : undefined;
    this.cache = cache;
    this.signal = signal!;
    if (this.signal.aborted) this.fail();
    this.signal.addEventListener("abort", () => this.fail());
  }

  /** What it asks for: `GET /:id`, and for how long it is ready to wait. */
  get line(): string {
    const prefer = this.headers.get("prefer");
    return `${this.method} ${this.path}${prefer ? `, ${prefer}` : ""}`;
  }

  answer(status: number, body: unknown = null, headers: AnswerHeaders = {}): void {
    this.isSettled = true;
    const text = body === null || typeof body === "string" ? body : JSON.stringify(body);
    this.response.resolve(new Response(text as string | null, { status, headers }));
  }

  /** Answers with a job, as `GET` does. */
  show(job: unknown, headers: AnswerHeaders = {}): void {
    this.answer(200, job, {
      "retry-after": "2",
      etag: `"${JSON.stringify(job).length}"`,
      ...headers,
    });
  }

  /** Answers with an error of the service. */
  refuse(status: number, code: string, headers: AnswerHeaders = {}): void {
    this.answer(
      status,
      { status, code, title: "No", detail: `It is ${code}`, error: "No" },
      { "content-type": "application/problem+json", ...headers },
    );
  }

  /** The connection breaks. */
  fail(): void {
    this.isSettled = true;
    this.response.reject(new TypeError("NetworkError when attempting to fetch resource."));
  }

  /** Answers with a stream of events. */
  stream(type = "text/event-stream"): SentEvents {
    this.isSettled = true;
    this.events = new SentEvents();
    const headers = { "content-type": type };
    this.response.resolve(new Response(this.events.body, { headers }));
    return this.events;
  }
}

/** A stream of events that the test writes. */
export class SentEvents {
  /** The client has let go of it, or it is at its end. */
  isOver = false;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

  constructor() {
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.isOver = true),
    });
  }

  /** Writes events as the service does: `[name, data, id]`. */
  async send(...events: [event: string, data: unknown, id?: string][]): Promise<void> {
    await this.write(
      events.map(([event, data, id]) => {
        const text = typeof data === "string" ? data : JSON.stringify(data);
        return `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${text}\n\n`;
      }).join(""),
    );
  }

  async write(text: string): Promise<void> {
    await this.writeBytes(new TextEncoder().encode(text));
  }

  async writeBytes(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#controller.enqueue(bytes);
    await nextRound();
  }

  /** The server ends it. */
  async close(): Promise<void> {
    this.isOver = true;
    this.#controller.close();
    await nextRound();
  }

  /** The connection breaks. */
  async fail(): Promise<void> {
    this.isOver = true;
    this.#controller.error(new TypeError("network error"));
    await nextRound();
  }
}

/** A test with a page, of which nothing may be left in the end. */
export function pageTest(
  name: string,
  test: (page: TestPage) => Promise<void>,
  options: TripClientOptions = {},
): void {
  Deno.test(name, async () => {
    const page = new TestPage(options);
    await test(page);
    await page.assertNothingLeft();
  });
}

/** A page whose requests the test answers. */
export class TestPage {
  readonly clock = new FakeClock();
  readonly events = new CountingTarget();
  readonly client;
  /** All requests. */
  readonly sent: SentRequest[] = [];
  /** What the page has been shown, and told of its connection. */
  readonly shown: ItineraryJob[] = [];
  readonly connections: string[] = [];
  isHidden = false;
  #asked = Promise.withResolvers<void>();
  #taken = 0;

  constructor(options: TripClientOptions = {}) {
    this.client = createTripClient({
      ...options,
      platform: {
        fetch: (url, init) => {
          const request = new SentRequest(url, init);
          this.sent.push(request);
          this.#asked.resolve();
          this.#asked = Promise.withResolvers();
          return request.response.promise;
        },
        clock: this.clock,
        // Pauses are three quarters of the longest that they may be.
        random: () => 0.5,
        events: this.events,
        isHidden: () => this.isHidden,
        ...options.platform,
      },
    });
  }

  /** Watches the job, and keeps what the page is told. */
  watch(signal?: AbortSignal) {
    return this.client.watch({ jobId: JOB_ID }, {
      signal,
      onProgress: (job) => this.shown.push(job),
      onConnection: (connection) => this.connections.push(connection),
    });
  }

  /** The days that the page has been shown, each time. */
  get days(): (string[] | undefined)[] {
    return this.shown.map(({ partial }) => partial?.map(({ theme }) => theme));
  }

  /** Requests that nobody has looked at. */
  get unseen(): number {
    return this.sent.length - this.#taken;
  }

  /** The next request, which has to be this one. */
  async asked(line: string): Promise<SentRequest> {
    while (this.unseen === 0) await patiently(this.#asked.promise, () => line);
    const request = this.sent[this.#taken++]!;
    assertStrictEquals(request.line, line);
    return request;
  }

  /** Lets time go by until something is asked for. @returns how many milliseconds that took */
  async untilAsked(): Promise<number> {
    // Fine enough to tell pauses apart; nothing waits for longer than an hour.
    const STEP_MS = 250;
    await nextRound();
    let ms = 0;
    for (; this.unseen === 0; ms += STEP_MS) {
      assert(ms <= 3_600_000, "nobody asks for anything");
      await this.pass(STEP_MS);
    }
    return ms;
  }

  /** The next request, and after how many milliseconds it came. */
  async askedAfter(line: string): Promise<[request: SentRequest, ms: number]> {
    const ms = await this.untilAsked();
    return [await this.asked(line), ms];
  }

  /** Time goes by, and what was waiting for it goes on. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await nextRound();
  }

  async say(type: string, members: object = {}): Promise<void> {
    this.events.dispatchEvent(Object.assign(new Event(type), members));
    await nextRound();
  }

  async setHidden(isHidden: boolean): Promise<void> {
    this.isHidden = isHidden;
    await this.say("visibilitychange");
  }

  /** Begins to watch, answers the first look and the stream. */
  async watchLive(signal?: AbortSignal) {
    const watching = this.watch(signal);
    // Whoever waits for it hears of it.
    watching.catch(() => {});
    (await this.asked("GET /:id")).show(itineraryJob());
    const events = (await this.asked("GET /:id/events")).stream();
    await events.write("retry: 2000\n\n");
    return { watching, events };
  }

  /** The stream fails twice, so that the page falls back to long polls. */
  async watchByLongPolls(signal?: AbortSignal) {
    const watching = this.watch(signal);
    watching.catch(() => {});
    for (let n = 0; n < 2; n++) {
      (await this.askedAfter("GET /:id"))[0].show(itineraryJob());
      (await this.asked("GET /:id/events")).answer(404, "<h1>Not found</h1>");
    }
    (await this.askedAfter("GET /:id"))[0].show(itineraryJob());
    return { watching };
  }

  /** The long polls fail, too. */
  async watchByPlainPolls(signal?: AbortSignal) {
    const { watching } = await this.watchByLongPolls(signal);
    for (let n = 0; n < 2; n++) {
      (await this.askedAfter("GET /:id, wait=25"))[0].fail();
      (await this.askedAfter("GET /:id"))[0].show(itineraryJob());
    }
    return { watching };
  }

  /** Answers the next look with the end. */
  async finish(watching: Promise<ItineraryJob>): Promise<void> {
    for (;;) {
      await nextRound();
      if (this.unseen === 0) {
        await this.pass(1_000);
        continue;
      }
      const request = this.sent[this.#taken++]!;
      if (!request.path.endsWith("/events")) {
        request.show(doneJob);
        break;
      }
      request.fail();
    }
    assertEquals(await watching, doneJob);
  }

  /** No timer, no listener, no request and no stream. */
  async assertNothingLeft(): Promise<void> {
    await nextRound();
    assertStrictEquals(this.clock.waiting, 0, "timers are left");
    assertStrictEquals(this.events.listeners, 0, "listeners are left");
    for (const { line, isSettled, events, signal } of this.sent) {
      assert(isSettled, `${line} is left open`);
      assert(events?.isOver ?? true, `the stream of ${line} is left open`);
      assert(signal.aborted, `${line} could still be going on`);
    }
    assertStrictEquals(this.unseen, 0, "requests that the test does not know of");
  }
}
