/**
 * The Responses API, streamed. A background response continues after a lost connection, and even
 * after the end of the process that created it. https://platform.openai.com/docs/guides/background
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import { failureKinds, JobError } from "../job/failure.ts";
import { describeError } from "../log.ts";
import type { CallOptions, ResponseRequest, ResponseTurn } from "../model/model.ts";
import { withFallbackTier } from "./account.ts";
import type { OpenAICall } from "./client.ts";
import { type Dialect, negotiate, type SentBody } from "./dialect.ts";
import {
  fromOpenAIError,
  isBadDraw,
  isPreviousLost,
  refusalOf,
  unreadableAnswer,
} from "./error.ts";
import { openEvents, readEvents } from "./events.ts";
import { isMissing, isOfChat, MissingApiError } from "./missing_api.ts";
import {
  emptyResponse,
  isOver,
  parseResponse,
  type ResponseBody,
  toTurn,
} from "./response_body.ts";
import { recordResponseModel } from "../model_trace.ts";
import { ResponseReader } from "./response_reader.ts";
import { additionsOf, requestBody } from "./response_request.ts";
import { fromStreamError, streamCut, Watchdog } from "./stream.ts";

const log = getLogger(["tripwright", "model"]);

/** The pause between polls of a response without a stream. A webhook ends the pause early. */
const POLL_MS = 5_000;

/** The pause between streams that keep breaking. No request is repeated more often. */
const REJOIN_MS = 1_000;

/** A joined stream that is silent for this long may be dead, and a poll is cheap. */
const JOINED_IDLE_MS = 15_000;

/** The longest wait for the answer to a poll. */
const POLL_TIMEOUT_MS = 30_000;

/** The longest wait for the answer to a cancellation. */
const CANCEL_TIMEOUT_MS = 5_000;

/**
 * Makes one call. If the stream of a background response breaks, it joins the response again.
 *
 * @throws the error that broke the stream, if the response cannot be joined
 */
export async function respond(
  call: OpenAICall,
  request: ResponseRequest,
  options: CallOptions,
): Promise<ResponseTurn> {
  const turn = await makeTurn(call, request, options);
  call.dialect("responses", request.model).noteEnd(turn, { ...request, prompt: request.input });
  return turn;
}

async function makeTurn(
  call: OpenAICall,
  request: ResponseRequest,
  options: CallOptions,
): Promise<ResponseTurn> {
  const reader = new ResponseReader(options);
  const attempt = { call, options, endsAt: call.clock.now() + call.timeoutMs };
  const read = await begin(request, reader, attempt);
  if ("body" in read) return await finish(read.body, reader, attempt);
  if (isBadDraw(read.error)) return toTurn(emptyResponse());
  if (!reader.resumable || !isStreamFault(read.error)) throw read.error;
  const body = await waitFor(reader, attempt);
  if (body === null) throw read.error;
  return await finish(body, reader, attempt);
}

/** Returns the turn of an ended response. A background response that is stuck is canceled. */
async function finish(
  body: ResponseBody,
  reader: ResponseReader,
  attempt: Attempt,
): Promise<ResponseTurn> {
  if (reader.isStuck && reader.resumable) {
    await cancel(body.id, attempt);
  }
  recordResponseModel(body.model);
  return toTurn(body);
}

/** Waits for a response that was created earlier; see {@link Model.join}. */
export async function join(
  call: OpenAICall,
  responseId: string,
  options: CallOptions,
): Promise<ResponseTurn | null> {
  const reader = new ResponseReader(options, responseId);
  const attempt = { call, options, endsAt: call.clock.now() + call.timeoutMs };
  const body = await waitFor(reader, attempt);
  const hasFailed = body?.status === "failed" || body?.status === "cancelled";
  return body === null || hasFailed ? null : await finish(body, reader, attempt);
}

interface Attempt {
  call: OpenAICall;
  options: CallOptions;
  /** The deadline of the complete answer, in epoch milliseconds. */
  endsAt: number;
}

/**
 * Polls the response until it has ended. In between, it reads the rest of the stream where
 * possible. It repeats a poll that fails temporarily, because the response continues.
 *
 * @returns the ended response; `null` if it does not exist any more
 */
async function waitFor(reader: ResponseReader, attempt: Attempt): Promise<ResponseBody | null> {
  const { call: { clock }, endsAt } = attempt;
  for (let round = 1;; round++) {
    const polled = await poll(reader.responseId!, attempt);
    if (polled === null || ("body" in polled && isOver(polled.body))) return polled && polled.body;
    if (clock.now() >= endsAt) {
      if ("error" in polled) throw polled.error;
      // It has waited for its turn all the time. The next attempt begins another one.
      if (polled.body.status === "queued") await cancel(reader.responseId!, attempt);
      throw new JobError("timeout", "OpenAI API request timed out");
    }
    if ("error" in polled) {
      await pause(Math.max(REJOIN_MS, polled.error.retryAfterMs ?? POLL_MS), attempt);
      continue;
    }
    const { newEvents } = reader;
    const read = await readRest(reader, attempt);
    if ("body" in read) return read.body;
    if (read.opened && !isStreamFault(read.error)) throw read.error;
    // The first break is no reason to pause. Without new events, polls replace the stream.
    if (reader.newEvents === newEvents) await pause(POLL_MS, attempt);
    else if (round > 1) await pause(REJOIN_MS, attempt);
  }
}

/** Cancels a response that is no longer needed. A failure only costs tokens, so it is only logged. */
async function cancel(id: string, { call, options: { signal } }: Attempt): Promise<void> {
  try {
    await call.client().responses.cancel(id, { signal, timeout: CANCEL_TIMEOUT_MS });
  } catch (error) {
    signal.throwIfAborted();
    const fault = fromOpenAIError(error, call.clock.now());
    log.warning("response not canceled", { error: describeError(fault) });
  }
}

/** Creates the response and reads its stream. */
async function begin(
  request: ResponseRequest,
  reader: ResponseReader,
  { call, options, endsAt }: Attempt,
): Promise<ReadResult> {
  const { clock, idleMs } = call;
  // A webhook may end the stream only if the response can be joined again.
  const wake = call.background ? options.wake : undefined;
  using watchdog = new Watchdog({ clock, endsAt, idleMs, wake });
  const { responses } = call.client();
  const open = (signal: AbortSignal) =>
    create(request, call, async (body) => {
      const answer = await responses.create(body as never, { signal }).asResponse();
      return await openEvents(answer, { signal, onBytes: watchdog.onBytes });
    });
  return await readStream(open, { reader, watchdog, clock, signal: options.signal });
}

/** Reads the rest of the stream of a response, after the last event that the reader has. */
async function readRest(
  reader: ResponseReader,
  { call, options, endsAt }: Attempt,
): Promise<ReadResult> {
  const { clock } = call;
  const idleMs = Math.min(call.idleMs, JOINED_IDLE_MS);
  using watchdog = new Watchdog({ clock, endsAt, idleMs, armed: true, wake: options.wake });
  const from = reader.lastSequence < 0 ? {} : { starting_after: reader.lastSequence };
  reader.restart({ fromStart: reader.lastSequence < 0 });
  const { responses } = call.client();
  const open = async (signal: AbortSignal) => {
    const query = { stream: true as const, include: additionsOf(call), ...from };
    const answer = responses.retrieve(reader.responseId!, query, { signal });
    return readEvents(await answer.asResponse(), { signal, onBytes: watchdog.onBytes });
  };
  return await readStream(open, { reader, watchdog, clock, signal: options.signal });
}

/** Waits `ms` milliseconds, but not after a webhook or the deadline. */
async function pause(ms: number, { call: { clock }, options, endsAt }: Attempt): Promise<void> {
  const { signal, wake } = options;
  const over = new AbortController();
  wake?.addEventListener("wake", () => over.abort(), { signal: over.signal });
  await clock.wait(Math.min(ms, endsAt - clock.now()), AbortSignal.any([signal, over.signal]));
  over.abort();
  signal.throwIfAborted();
}

/**
 * Reads the current state of the response.
 *
 * @returns the response; `null` if the server rejects its id; an error that may be temporary
 * @throws {JobError} any other error
 */
async function poll(
  id: string,
  { call, options: { signal } }: Attempt,
): Promise<{ body: ResponseBody } | { error: JobError } | null> {
  try {
    const options = { signal, timeout: POLL_TIMEOUT_MS };
    const query = { include: additionsOf(call) };
    const answer = await call.client().responses.retrieve(id, query, options).asResponse();
    let body: unknown;
    for await (body of readEvents(answer, { signal }));
    return { body: parseResponse({ ...Object(body), id }) };
  } catch (error) {
    signal.throwIfAborted();
    const fault = fromOpenAIError(error, call.clock.now());
    if (!(fault instanceof JobError)) throw fault;
    if (fault.failure.code === "rejected") return null;
    if (failureKinds[fault.failure.code].retriedByJob) return { error: fault };
    throw fault;
  }
}

/** The ended response, or the error that broke the stream. */
type ReadResult = { body: ResponseBody } | { error: unknown; opened: boolean };

interface ReadOptions {
  reader: ResponseReader;
  watchdog: Watchdog;
  clock: Clock;
  signal: AbortSignal;
}

/** Reads a stream to its last event. */
async function readStream(
  open: (signal: AbortSignal) => Promise<AsyncIterable<unknown>>,
  { reader, watchdog, clock, signal }: ReadOptions,
): Promise<ReadResult> {
  let opened = false;
  let events = 0;
  let error: unknown = streamCut();
  try {
    const stopped = AbortSignal.any([signal, watchdog.signal]);
    const stream = await open(stopped);
    opened = true;
    for await (const event of stream) {
      events++;
      if (reader.responseId === null && isOfChat(event)) throw new MissingApiError("responses");
      const body = await reader.read(event);
      if (body) return { body };
      if (reader.canStall) watchdog.arm();
    }
    if (reader.responseId === null && events > 0) error = unreadableAnswer();
  } catch (thrown) {
    error = fromStreamError(thrown, clock.now());
  }
  signal.throwIfAborted();
  const body = reader.atEnd();
  if (body) return { body };
  return { error: watchdog.signal.aborted ? watchdog.signal.reason : error, opened };
}

/** Whether only the stream broke. The response itself may continue. */
function isStreamFault(error: unknown): boolean {
  return error instanceof JobError && /^(connection_lost|timeout)$/.test(error.failure.code);
}

/**
 * Creates the response. If the previous response does not exist any more, it sends the request again
 * with the whole conversation.
 */
async function create(
  request: ResponseRequest,
  call: OpenAICall,
  send: (body: SentBody) => Promise<AsyncIterable<unknown>>,
): Promise<AsyncIterable<unknown>> {
  const dialect = call.dialect("responses", request.model);
  let { previous } = request;
  for (;;) {
    try {
      return await withFallbackTier(call, (call) => {
        const make = (dialect: Dialect) => requestBody({ ...request, previous }, call, dialect);
        return negotiate(dialect, make, send);
      });
    } catch (error) {
      if (isMissing("responses", error)) throw new MissingApiError("responses");
      const refusal = refusalOf(error);
      if (previous === null || refusal === null || !isPreviousLost(refusal)) throw error;
      previous = null;
    }
  }
}
