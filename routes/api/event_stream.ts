/**
 * Sends the events of a job as server-sent events.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Clock } from "../../lib/clock.ts";
import { describeError } from "../../lib/log.ts";
import { answer, setHeaders } from "../http/answer.ts";
import type { OpenStream } from "../http/open_streams.ts";
import type { JobContent, JobContents } from "./job_content.ts";
import { JobEvents } from "./job_events.ts";

/** Less than the idle timeouts of proxies, which start at 30 s. */
const KEEP_ALIVE_MS = 15_000;

/** A client that takes nothing for this long has gone, or reads too slowly for a plan. */
const SLOW_MS = 60_000;

/** How long a browser waits before it reconnects. */
const RECONNECT_MS = 2_000;

const HEADERS = {
  "content-type": "text/event-stream",
  // A proxy that compresses the stream would delay its events.
  "cache-control": "private, no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Many streams write in turns, so that no piece delays other work for long. */
const PIECE_BYTES = 64 * 1024;

const encoder = new TextEncoder();
const OPENING = encoder.encode(`retry: ${RECONNECT_MS}\n\n`);
const KEEP_ALIVE = encoder.encode(": keep-alive\n\n");

const log = getLogger(["tripwright", "http"]);

export interface EventStreamOptions {
  kind: PublicKind;
  jobs: JobService;
  contents: JobContents;
  clock: Clock;
  /** The id of the job. */
  id: string;
  /** What the streams of the ended job send, if it is known. The job is then not read. */
  ended: JobContent | undefined;
  /** The id of the last event that the client received, if any. */
  position: string | undefined;
  /** Ends with the stream. `null`: the request only asks for the headers. */
  opened: OpenStream | null;
  /** Aborts when the reader may no longer read, see `ApiKeys.endOf()`. It ends the stream. */
  keyEnd: AbortSignal | null;
}

/**
 * Answers with the events of a job, until it ends, the client disconnects, its API key ends or the
 * instance stops. The job continues when the client disconnects.
 */
export function sendEvents(c: Context, options: EventStreamOptions): Response {
  setHeaders(c, HEADERS);
  const { opened } = options;
  if (opened === null) return answer(c, null);
  // Not `streamSSE`: it sets connection headers, which only the server may set and HTTP/2 forbids.
  const stream = new EventStream(options);
  // Nothing is written before the client has taken what was written before.
  return answer(c, new ReadableStream<Uint8Array<ArrayBuffer>>(stream, { highWaterMark: 0 }));
}

/** The events of one client. A client that reads slowly misses intermediate states of the job. */
class EventStream implements UnderlyingDefaultSource<Uint8Array> {
  readonly #options: EventStreamOptions;
  readonly #closed = new AbortController();
  readonly #chunks: AsyncGenerator<Uint8Array, void>;
  /** The next chunk, if the stream waits for it. */
  #next: Promise<IteratorResult<Uint8Array, void>> | undefined;
  /** Ends the wait for the next chunk. */
  #keepAlive: (() => void) | null = null;
  /** Whether a comment is due. */
  #isDue = false;
  /** When the last chunk was written, if the client has not asked for more. */
  #writtenAt: number | null = null;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#chunks = chunksOf(options, this.#closed.signal);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#writtenAt = this.#options.clock.now();
    this.#tick(controller);
    const { keyEnd } = this.#options;
    const end = () => this.#close(controller);
    keyEnd?.addEventListener("abort", end, { signal: this.#closed.signal });
    if (keyEnd?.aborted) end();
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#writtenAt = null;
    try {
      const chunk = await this.#nextChunk();
      if (this.#closed.signal.aborted) return;
      if (chunk?.done) return this.#close(controller);
      controller.enqueue(chunk?.value ?? KEEP_ALIVE);
      this.#writtenAt = this.#options.clock.now();
    } catch (error) {
      log.error("event stream failed", { jobId: this.#options.id, error: describeError(error) });
      this.#close(controller);
    }
  }

  /** Returns the next chunk, or `null` if a comment is due before it. */
  async #nextChunk(): Promise<IteratorResult<Uint8Array, void> | null> {
    this.#next ??= this.#chunks.next();
    const silence = new Promise<null>((resolve) => this.#keepAlive = () => resolve(null));
    if (this.#isDue) this.#keepAlive?.();
    const chunk = await Promise.race([silence, this.#next]);
    this.#keepAlive = null;
    this.#isDue = false;
    if (chunk) this.#next = undefined;
    return chunk;
  }

  cancel(): void {
    this.#end();
  }

  #close(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#end();
    controller.close();
  }

  /** Leaves the watched job, also if the client has not taken the last chunk. */
  #end(): void {
    this.#options.opened?.[Symbol.dispose]();
    this.#closed.abort();
    this.#chunks.return().catch(() => {});
  }

  /** Writes comments, so that proxies do not close an idle connection. Ends a slow client. */
  async #tick(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { clock, id } = this.#options;
    const { signal } = this.#closed;
    for (;;) {
      await clock.wait(KEEP_ALIVE_MS, signal);
      if (signal.aborted) return;
      this.#isDue = true;
      this.#keepAlive?.();
      if (this.#writtenAt !== null && clock.now() - this.#writtenAt >= SLOW_MS) {
        log.info("event stream not read", { jobId: id });
        this.#end();
        controller.error(new Error("The client reads too slowly"));
        return;
      }
    }
  }
}

async function* chunksOf(
  { kind, jobs, contents, id, ended, position }: EventStreamOptions,
  closed: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  yield OPENING;
  const events = new JobEvents(position);
  if (ended) return yield* piecesOf(events.next(ended));
  for await (const snapshot of jobs.watch(id, closed)) {
    if (snapshot === null) return;
    yield* piecesOf(events.next(contents.of(kind, snapshot)));
  }
}

/** Splits large chunks. They stay parts of the same bytes. */
function* piecesOf(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield chunk.subarray(at, at + PIECE_BYTES);
    }
  }
}
