/**
 * A page that watches a job, controlled by a test. Each of its requests waits until the test
 * answers it, and time is a `FakeClock`. At the end no resource may be left.
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
import { storedDay } from "./plans.ts";
import { withWaitLimit } from "./wait_limit.ts";

export const JOB_ID = "54a632b6-0dcc-43f7-b013-28e051702cf7";

const dayOf = (day: number, theme: string) => storedDay({ day, theme, activities: [] });

/** Two days of a plan, with the members that the client reads. */
export const monday = dayOf(1, "Monday");
export const tuesday = dayOf(2, "Tuesday");

/** An itinerary as `GET` returns it. */
export function itineraryJob(members: Partial<ItineraryJob> = {}): ItineraryJob {
  const isEnded = (members.status ?? "processing") !== "processing";
  const at = new Date(NOON).toISOString();
  return {
    jobId: JOB_ID,
    status: "processing",
    destination: "Lisbon",
    durationDays: 2,
    itinerary: null,
    location: null,
    createdAt: at,
    completedAt: isEnded ? at : null,
    expiresAt: at,
    error: null,
    failure: null,
    source: isEnded ? "sample" : null,
    attempt: 1,
    refines: null,
    lineage: [],
    progress: isEnded ? null : {
      phase: "writing",
      message: "Writing",
      tools: [],
      step: 0,
      of: 2,
      position: null,
      expectedStartAt: null,
      updatedAt: at,
    },
    partial: isEnded ? null : [],
    usage: null,
    warnings: [],
    ...members,
  };
}

/** The same job, completed. */
export const doneJob = itineraryJob({ status: "completed", itinerary: [monday, tuesday] });

/** The wish of the page, the id of its job, and the reason with which it aborts. */
export const wish = { destination: "Lisbon", durationDays: 2 };
export const id = { jobId: JOB_ID };
export const reason = new Error("The page is gone");

/** Returns the error with which a promise rejects. */
export async function errorOf(promise: Promise<unknown>): Promise<TripError> {
  const error = await promise.then(() => fail("it succeeded"), (error) => error);
  assert(error instanceof TripError, String(error));
  return error;
}

/**
 * Lets all ready promises continue. A page waits for no real network or timer, so this does not
 * wait a millisecond as `nextTurn()` does; a test of an hour takes some ten thousand rounds.
 */
function nextRound(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** An event target that counts its listeners. */
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
  /** The events of its answer, if that is a stream. */
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

  /** The request as one line: `GET /:id`, and how long it is prepared to wait. */
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

  /** Answers with a problem of the service. */
  refuse(status: number, code: string, headers: AnswerHeaders = {}): void {
    this.answer(
      status,
      { status, code, title: "No", detail: `It is ${code}`, error: "No" },
      { "content-type": "application/problem+json", ...headers },
    );
  }

  /** Breaks the connection. */
  fail(): void {
    this.isSettled = true;
    this.response.reject(new TypeError("NetworkError when attempting to fetch resource."));
  }

  /** Answers with an event stream. */
  stream(type = "text/event-stream"): SentEvents {
    this.isSettled = true;
    this.events = new SentEvents();
    const headers = { "content-type": type };
    this.response.resolve(new Response(this.events.body, { headers }));
    return this.events;
  }
}

/** An event stream that the test writes. */
export class SentEvents {
  /** Whether the client has canceled it, or it has ended. */
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

  /** Ends the stream, as the server does. */
  async close(): Promise<void> {
    this.isOver = true;
    this.#controller.close();
    await nextRound();
  }

  /** Breaks the connection. */
  async fail(): Promise<void> {
    this.isOver = true;
    this.#controller.error(new TypeError("network error"));
    await nextRound();
  }
}

/** Registers a test with a page, and asserts at its end that no resource is left. */
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
  /** The jobs and the states of the connection that the page has received. */
  readonly shown: ItineraryJob[] = [];
  readonly connections: string[] = [];
  isHidden = false;
  #requested = Promise.withResolvers<void>();
  #taken = 0;

  constructor(options: TripClientOptions = {}) {
    this.client = createTripClient({
      ...options,
      platform: {
        fetch: (url, init) => {
          const request = new SentRequest(url, init);
          this.sent.push(request);
          this.#requested.resolve();
          this.#requested = Promise.withResolvers();
          return request.response.promise;
        },
        clock: this.clock,
        // Makes each pause three quarters of its longest value.
        random: () => 0.5,
        events: this.events,
        isHidden: () => this.isHidden,
        ...options.platform,
      },
    });
  }

  /** Watches the job, and records the jobs and connection states. */
  watch(signal?: AbortSignal) {
    return this.client.watch({ jobId: JOB_ID }, {
      signal,
      onProgress: (job) => this.shown.push(job),
      onConnection: (connection) => this.connections.push(connection),
    });
  }

  /** The days of each job that the page has received. */
  get days(): (string[] | undefined)[] {
    return this.shown.map(({ partial }) => partial?.map(({ theme }) => theme));
  }

  /** The number of requests that the test has not looked at. */
  get unseen(): number {
    return this.sent.length - this.#taken;
  }

  /** Returns the next request, and asserts that it is this one. */
  async nextRequest(line: string): Promise<SentRequest> {
    while (this.unseen === 0) await withWaitLimit(this.#requested.promise, () => line);
    const request = this.sent[this.#taken++]!;
    assertStrictEquals(request.line, line);
    return request;
  }

  /**
   * Advances the clock until the page sends a request. @returns the elapsed milliseconds
   */
  async untilRequest(): Promise<number> {
    // Fine enough to tell pauses apart. No pause is longer than an hour.
    const STEP_MS = 250;
    await nextRound();
    let ms = 0;
    for (; this.unseen === 0; ms += STEP_MS) {
      assert(ms <= 3_600_000, "the page sends no request");
      await this.advance(STEP_MS);
    }
    return ms;
  }

  /** Returns the next request, and the milliseconds until it came. */
  async nextRequestAfter(line: string): Promise<[request: SentRequest, ms: number]> {
    const ms = await this.untilRequest();
    return [await this.nextRequest(line), ms];
  }

  /** Advances the clock and lets the waiting promises continue. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await nextRound();
  }

  async dispatch(type: string, members: object = {}): Promise<void> {
    this.events.dispatchEvent(Object.assign(new Event(type), members));
    await nextRound();
  }

  async setHidden(isHidden: boolean): Promise<void> {
    this.isHidden = isHidden;
    await this.dispatch("visibilitychange");
  }

  /** Starts to watch, and answers the first read and the stream. */
  async watchLive(signal?: AbortSignal) {
    const watching = this.watch(signal);
    // The test that awaits it gets the error.
    watching.catch(() => {});
    (await this.nextRequest("GET /:id")).show(itineraryJob());
    const events = (await this.nextRequest("GET /:id/events")).stream();
    await events.write("retry: 2000\n\n");
    return { watching, events };
  }

  /** Makes two streams fail, so that the page falls back to long polls. */
  async watchByLongPolls(signal?: AbortSignal) {
    const watching = this.watch(signal);
    watching.catch(() => {});
    for (let n = 0; n < 2; n++) {
      (await this.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
      (await this.nextRequest("GET /:id/events")).answer(404, "<h1>Not found</h1>");
    }
    (await this.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    return { watching };
  }

  /** Makes the long polls fail, too. */
  async watchByPlainPolls(signal?: AbortSignal) {
    const { watching } = await this.watchByLongPolls(signal);
    for (let n = 0; n < 2; n++) {
      (await this.nextRequestAfter("GET /:id, wait=25"))[0].fail();
      (await this.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    }
    return { watching };
  }

  /** Answers the next read with the completed job. */
  async finish(watching: Promise<ItineraryJob>): Promise<void> {
    for (;;) {
      await nextRound();
      if (this.unseen === 0) {
        await this.advance(1_000);
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

  /** Asserts that no timer, listener, request or stream is left. */
  async assertNothingLeft(): Promise<void> {
    await nextRound();
    assertStrictEquals(this.clock.waiting, 0, "timers are left");
    assertStrictEquals(this.events.listeners, 0, "listeners are left");
    for (const { line, isSettled, events, signal } of this.sent) {
      assert(isSettled, `${line} is left open`);
      assert(events?.isOver ?? true, `the stream of ${line} is left open`);
      assert(signal.aborted, `${line} was not aborted`);
    }
    assertStrictEquals(this.unseen, 0, "requests that the test has not looked at");
  }
}
