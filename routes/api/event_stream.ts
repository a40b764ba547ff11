/**
 * Server-sent events: a job, live.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import { stream } from "hono/streaming";
import type { StreamingApi } from "hono/utils/stream";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Clock } from "../../lib/clock.ts";
import { describeError } from "../../lib/log.ts";
import { type JobEvent, JobEvents } from "./job_events.ts";

/** Shorter than the idle timeouts of proxies, which begin at 30 s. */
const KEEP_ALIVE_MS = 15_000;

/** After how many milliseconds a browser that lost the connection tries again. */
const RECONNECT_MS = 2_000;

const HEADERS = {
  "content-type": "text/event-stream",
  // Nobody shall compress, and so hold back, what is to arrive at once.
  "cache-control": "private, no-cache, no-transform",
  "x-accel-buffering": "no",
};

const log = getLogger(["tripwright", "http"]);

export interface EventStreamOptions {
  kind: PublicKind;
  jobs: JobService;
  clock: Clock;
  /** The job's. */
  id: string;
  /** The id of the last event that the client has got, if any. */
  position: string | undefined;
}

/**
 * Answers with the events of a job, until it has ended, the client leaves or the instance stops. That
 * somebody stops listening is no concern of the job's.
 */
export function sendEvents(c: Context, options: EventStreamOptions): Response {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  // Hono answers `HEAD` with what `GET` would, but nobody would ever read that stream.
  if (c.req.method === "HEAD") return c.body(null);
  // Not `streamSSE`: it sets headers that are the server's business, and not allowed in HTTP/2.
  return stream(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    keepAlive(stream, options.clock, gone.signal);
    try {
      await writeEvents(stream, options, gone.signal);
    } catch (error) {
      log.error("event stream failed", { jobId: options.id, error: describeError(error) });
    } finally {
      gone.abort();
    }
  });
}

async function writeEvents(
  stream: StreamingApi,
  { kind, jobs, id, position }: EventStreamOptions,
  gone: AbortSignal,
): Promise<void> {
  await stream.write(`retry: ${RECONNECT_MS}\n\n`);
  const events = new JobEvents(kind, position);
  for await (const snapshot of jobs.watch(id, gone)) {
    if (snapshot === null) return;
    for (const event of events.next(snapshot)) await stream.write(format(event));
  }
}

/** JSON has no line breaks, so the data is one line. */
function format({ event, id, data }: JobEvent): string {
  return `event: ${event}\nid: ${id}\ndata: ${data}\n\n`;
}

/** Shows proxies, and whatever else lies between, that the connection is in use. */
async function keepAlive(stream: StreamingApi, clock: Clock, gone: AbortSignal): Promise<void> {
  for (;;) {
    await clock.wait(KEEP_ALIVE_MS, gone);
    if (gone.aborted) return;
    await stream.write(": keep-alive\n\n");
  }
}
