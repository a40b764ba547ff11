/**
 * Sends the events of a job as server-sent events.
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
import type { OpenStream } from "../http/open_streams.ts";
import { type JobEvent, JobEvents } from "./job_events.ts";

/** Less than the idle timeouts of proxies, which start at 30 s. */
const KEEP_ALIVE_MS = 15_000;

/** How long a browser waits before it reconnects. */
const RECONNECT_MS = 2_000;

const HEADERS = {
  "content-type": "text/event-stream",
  // A proxy that compresses the stream would delay its events.
  "cache-control": "private, no-cache, no-transform",
  "x-accel-buffering": "no",
};

const log = getLogger(["tripwright", "http"]);

export interface EventStreamOptions {
  kind: PublicKind;
  jobs: JobService;
  clock: Clock;
  /** The id of the job. */
  id: string;
  /** The id of the last event that the client received, if any. */
  position: string | undefined;
  /** Ends with the stream. `null`: the request only asks for the headers. */
  opened: OpenStream | null;
}

/**
 * Answers with the events of a job, until it ends, the client disconnects or the instance stops.
 * The job continues when the client disconnects.
 */
export function sendEvents(c: Context, options: EventStreamOptions): Response {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  const { opened } = options;
  if (opened === null) return c.body(null);
  // Not `streamSSE`: it sets connection headers, which only the server may set and HTTP/2 forbids.
  return stream(c, async (stream) => {
    const closed = new AbortController();
    stream.onAbort(() => closed.abort());
    keepAlive(stream, options.clock, closed.signal);
    try {
      await writeEvents(stream, options, closed.signal);
    } catch (error) {
      log.error("event stream failed", { jobId: options.id, error: describeError(error) });
    } finally {
      opened[Symbol.dispose]();
      closed.abort();
    }
  });
}

async function writeEvents(
  stream: StreamingApi,
  { kind, jobs, id, position }: EventStreamOptions,
  closed: AbortSignal,
): Promise<void> {
  await stream.write(`retry: ${RECONNECT_MS}\n\n`);
  const events = new JobEvents(kind, position);
  for await (const snapshot of jobs.watch(id, closed)) {
    if (snapshot === null) return;
    for (const event of events.next(snapshot)) await stream.write(format(event));
  }
}

/** Formats an event. JSON text has no line breaks, so the data is one line. */
function format({ event, id, data }: JobEvent): string {
  return `event: ${event}\nid: ${id}\ndata: ${data}\n\n`;
}

/** Writes comments, so that proxies do not close the connection as idle. */
async function keepAlive(stream: StreamingApi, clock: Clock, closed: AbortSignal): Promise<void> {
  for (;;) {
    await clock.wait(KEEP_ALIVE_MS, closed);
    if (closed.aborted) return;
    await stream.write(": keep-alive\n\n");
  }
}
