/**
 * The Responses API, streamed; in the background where that is asked for, so that an answer
 * survives a lost connection and even the process that asked for it.
 * https://platform.openai.com/docs/guides/background
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

/** Between two looks at a response whose stream cannot be had; a webhook makes it sooner. */
const POLL_MS = 5_000;

/** Between two streams that break again and again; nothing is asked more often. */
const REJOIN_MS = 1_000;

/** A stream that was joined, and says nothing for so long, may be dead: a look costs little. */
const JOINED_IDLE_MS = 15_000;

/** Longest wait for a look, in milliseconds. */
const LOOK_MS = 30_000;

/** Without it the reasoning could not be carried on to a server that has forgotten it. */
const include: OpenAI.Responses.ResponseIncludable[] = ["reasoning.encrypted_content"];

/**
 * Asks once. A background response whose stream breaks is joined again.
 *
 * @throws what broke the stream, if the response cannot be joined
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

/** Waits for a response that was begun earlier; see {@link Model.join}. */
export async function join(
  call: OpenAICall,
  responseId: string,
  options: CallOptions,
): Promise<ResponseTurn | null> {
  const reader = new ResponseReader(options, responseId);
  const endsAt = call.clock.now() + call.timeoutMs;
  const body = await waitFor(reader, { call, options, endsAt });
  const cameToNothing = body?.status === "failed" || body?.status === "cancelled";
  return body === null || cameToNothing ? null : toTurn(body);
}

interface Attempt {
  call: OpenAICall;
  options: CallOptions;
  /** When the whole answer has to be there, in epoch milliseconds. */
  endsAt: number;
}

/**
 * Looks at the response, and if it goes on, reads its stream from where the reader is, or looks again
 * later. A look that fails for the moment is made again: the response goes on meanwhile.
 *
 * @returns the response when it has ended; `null` if it is gone
 */
async function waitFor(reader: ResponseReader, attempt: Attempt): Promise<ResponseBody | null> {
  const { call: { clock }, endsAt } = attempt;
  for (let round = 1;; round++) {
    const seen = await look(reader.responseId!, attempt);
    if (seen === null || ("body" in seen && isOver(seen.body))) return seen && seen.body;
    if (clock.now() >= endsAt) {
      throw "error" in seen ? seen.error : new JobError("timeout", "OpenAI API request timed out");
    }
    if ("error" in seen) {
      await pause(Math.max(REJOIN_MS, seen.error.retryAfterMs ?? POLL_MS), attempt);
      continue;
    }
    const { news } = reader;
    const read = await readOn(reader, attempt);
    if ("body" in read) return read.body;
    if (read.opened && !isStreamFault(read.error)) throw read.error;
    // A stream that breaks for once is read on at once; one that cannot be had any more is not missed.
    if (reader.news === news) await pause(POLL_MS, attempt);
    else if (round > 1) await pause(REJOIN_MS, attempt);
  }
}

/** Creates the response and reads its stream. */
async function begin(
  request: ResponseRequest,
  reader: ResponseReader,
  { call, options, endsAt }: Attempt,
): Promise<Read> {
  const { clock, idleMs } = call;
  // Only what can be joined again may be left for a look.
  const wake = call.background ? options.wake : undefined;
  using watchdog = new Watchdog({ clock, endsAt, idleMs, wake });
  const { responses } = call.client(watchdog.heard);
  const open = (signal: AbortSignal) =>
    create(request, call, (body) => responses.create(body, { signal }));
  return await tryToRead(open, { reader, watchdog, clock, signal: options.signal });
}

/** Reads the stream of a response that goes on, from where the reader is. */
async function readOn(
  reader: ResponseReader,
  { call, options, endsAt }: Attempt,
): Promise<Read> {
  const { clock } = call;
  const idleMs = Math.min(call.idleMs, JOINED_IDLE_MS);
  using watchdog = new Watchdog({ clock, endsAt, idleMs, armed: true, wake: options.wake });
  const from = reader.lastSequence < 0 ? {} : { starting_after: reader.lastSequence };
  if (reader.lastSequence < 0) reader.startAgain();
  const { responses } = call.client(watchdog.heard);
  const open = (signal: AbortSignal) =>
    responses.retrieve(reader.responseId!, { stream: true, include, ...from }, { signal });
  return await tryToRead(open, { reader, watchdog, clock, signal: options.signal });
}

/** Waits a moment, or until a webhook says that there is news; not beyond the end. */
async function pause(ms: number, { call: { clock }, options, endsAt }: Attempt): Promise<void> {
  const { signal, wake } = options;
  const over = new AbortController();
  wake?.addEventListener("wake", () => over.abort(), { signal: over.signal });
  await clock.wait(Math.min(ms, endsAt - clock.now()), AbortSignal.any([signal, over.signal]));
  over.abort();
  signal.throwIfAborted();
}

/**
 * The response as it is now.
 *
 * @returns `null` if the model's side does not know it, or nothing of the sort; an error that may pass
 * @throws {JobError} one that will not
 */
async function look(
  id: string,
  { call, options: { signal } }: Attempt,
): Promise<{ body: ResponseBody } | { error: JobError } | null> {
  try {
    const options = { signal, timeout: LOOK_MS };
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

/** What came of reading: the response, if it is over, or what broke the stream. */
type Read = { body: ResponseBody } | { error: unknown; opened: boolean };

interface Reading {
  reader: ResponseReader;
  watchdog: Watchdog;
  clock: Clock;
  signal: AbortSignal;
}

/** Reads a stream to its last event. */
async function tryToRead(
  open: (signal: AbortSignal) => Promise<AsyncIterable<unknown>>,
  { reader, watchdog, clock, signal }: Reading,
): Promise<Read> {
  let opened = false;
  let error: unknown = streamCut();
  try {
    const stream = await open(AbortSignal.any([signal, watchdog.signal]));
    opened = true;
    for await (const event of stream) {
      const body = await reader.read(event);
      if (body) return { body };
      if (reader.isUnderWay) watchdog.arm();
    }
  } catch (thrown) {
    error = fromStreamError(thrown, clock.now());
  }
  signal.throwIfAborted();
  return { error: watchdog.signal.aborted ? watchdog.signal.reason : error, opened };
}

/** The stream broke; the response itself may be well. */
function isStreamFault(error: unknown): boolean {
  return error instanceof JobError && /^(connection_lost|timeout)$/.test(error.failure.code);
}

/** What a request may have to do without. */
interface Extras {
  summary: boolean;
  previous: ResponseRequest["previous"];
}

/**
 * Creates the response. Reasoning summaries are only given to organisations that OpenAI has verified,
 * and a response that another one refers to may be gone by now: the request is made again without.
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
    // The items are OpenAI's own, carried forward unread.
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
    // A response that is to survive us has to be kept for a while; otherwise a traveller's wish is not
    // left at OpenAI: the conversation travels with each request, its reasoning encrypted.
    ...(background ? { background: true, store: true } : { store: false }),
    include,
  };
}
