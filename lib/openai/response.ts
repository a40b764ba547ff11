/**
 * The Responses API, streamed. A background response continues after a lost connection, and even
 * after the end of the process that created it. https://platform.openai.com/docs/guides/background
 * @module
 */
import type OpenAI from "openai";
import { APIError } from "openai/error";
import type { Clock } from "../clock.ts";
import { failureKinds, JobError } from "../job/failure.ts";
import type { CallOptions, ResponseRequest, ResponseTurn } from "../model/model.ts";
import { fromOpenAIError } from "./error.ts";
import type { OpenAICall } from "./client.ts";
import {
  isOver,
  parseResponse,
  type ResponseBody,
  ResponseReader,
  toTurn,
} from "./response_reader.ts";
import { fromStreamError, streamCut, Watchdog } from "./stream.ts";

/** The pause between polls of a response without a stream. A webhook ends the pause early. */
const POLL_MS = 5_000;

/** The pause between streams that keep breaking. No request is repeated more often. */
const REJOIN_MS = 1_000;

/** A joined stream that is silent for this long may be dead, and a poll is cheap. */
const JOINED_IDLE_MS = 15_000;

/** The longest wait for the answer to a poll. */
const POLL_TIMEOUT_MS = 30_000;

/** Needed to send the reasoning to a server that has not stored it. */
const include: OpenAI.Responses.ResponseIncludable[] = ["reasoning.encrypted_content"];

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
  const reader = new ResponseReader(options);
  const attempt = { call, options, endsAt: call.clock.now() + call.timeoutMs };
  const read = await begin(request, reader, attempt);
  if ("body" in read) return toTurn(read.body);
  if (!reader.resumable || !isStreamFault(read.error)) throw read.error;
  const body = await waitFor(reader, attempt);
  if (body === null) throw read.error;
  return toTurn(body);
}

/** Waits for a response that was created earlier; see {@link Model.join}. */
export async function join(
  call: OpenAICall,
  responseId: string,
  options: CallOptions,
): Promise<ResponseTurn | null> {
  const reader = new ResponseReader(options, responseId);
  const endsAt = call.clock.now() + call.timeoutMs;
  const body = await waitFor(reader, { call, options, endsAt });
  const hasFailed = body?.status === "failed" || body?.status === "cancelled";
  return body === null || hasFailed ? null : toTurn(body);
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
  const { responses } = call.client(watchdog.onBytes);
  const open = (signal: AbortSignal) =>
    create(request, call, (body) => responses.create(body, { signal }));
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
  if (reader.lastSequence < 0) reader.restart();
  const { responses } = call.client(watchdog.onBytes);
  const open = (signal: AbortSignal) =>
    responses.retrieve(reader.responseId!, { stream: true, include, ...from }, { signal });
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
    const answer = await call.client().responses.retrieve(id, { include }, options);
    return { body: parseResponse(answer) };
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
  let error: unknown = streamCut();
  try {
    const stream = await open(AbortSignal.any([signal, watchdog.signal]));
    opened = true;
    for await (const event of stream) {
      const body = await reader.read(event);
      if (body) return { body };
      if (reader.canStall) watchdog.arm();
    }
  } catch (thrown) {
    error = fromStreamError(thrown, clock.now());
  }
  signal.throwIfAborted();
  return { error: watchdog.signal.aborted ? watchdog.signal.reason : error, opened };
}

/** Whether only the stream broke. The response itself may continue. */
function isStreamFault(error: unknown): boolean {
  return error instanceof JobError && /^(connection_lost|timeout)$/.test(error.failure.code);
}

/** The optional parts of a request. */
interface Extras {
  summary: boolean;
  previous: ResponseRequest["previous"];
}

/**
 * Creates the response. OpenAI gives reasoning summaries only to verified organizations, and the
 * previous response may not exist any more. In these cases it sends the request again without them.
 */
async function create<T>(
  request: ResponseRequest,
  call: OpenAICall,
  send: (body: OpenAI.Responses.ResponseCreateParamsStreaming) => Promise<T>,
): Promise<T> {
  const extras: Extras = { summary: true, previous: call.background ? request.previous : null };
  for (;;) {
    try {
      return await send(bodyOf(request, call, extras));
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      if (extras.summary && error.status === 400 && error.param === "reasoning.summary") {
        extras.summary = false;
      } else if (extras.previous && isUnknownPrevious(error)) {
        extras.previous = null;
      } else {
        throw error;
      }
    }
  }
}

function isUnknownPrevious({ code, param }: APIError): boolean {
  return code === "previous_response_not_found" || param === "previous_response_id";
}

function bodyOf(
  request: ResponseRequest,
  { helpers, background }: OpenAICall,
  { summary, previous }: Extras,
): OpenAI.Responses.ResponseCreateParamsStreaming {
  const input = previous ? request.input.slice(previous.items) : request.input;
  return {
    model: request.model,
    instructions: request.instructions,
    // The items come from OpenAI and are passed on unchanged.
    input: input as unknown as OpenAI.Responses.ResponseInput,
    ...(previous && { previous_response_id: previous.responseId }),
    reasoning: { effort: request.reasoningEffort, ...(summary && { summary: "auto" }) },
    text: { format: helpers.zodTextFormat(request.format.schema, request.format.name) },
    tools: [
      ...request.tools.map((tool) => helpers.zodResponsesFunction(tool)),
      ...(request.webSearch ? [{ type: "web_search" as const }] : []),
    ],
    max_output_tokens: request.maxTokens,
    stream: true,
    // A background response must be stored. Otherwise OpenAI should not store a traveller's
    // request, so each request contains the conversation, with its reasoning encrypted.
    ...(background ? { background: true, store: true } : { store: false }),
    include,
  };
}
