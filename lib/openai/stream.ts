/**
 * Guards for streams of OpenAI: a watchdog for silent streams, a size limit for endless streams,
 * and the rule that a stream without its last event is not an answer.
 *
 * The SDK provides none of these: a stream that is cut cleanly ends without an error, and its
 * timeout covers only the headers.
 * @module
 */
import type { ClientOptions } from "openai";
import type { Clock } from "../clock.ts";
import { JobError } from "../job/failure.ts";
import { fromOpenAIError, readableError, unreadableAnswer } from "./error.ts";

export interface WatchdogOptions {
  clock: Clock;
  /** The deadline of the complete answer, in epoch milliseconds. */
  endsAt: number;
  /** The longest silence, in milliseconds. */
  idleMs: number;
  /** Silence counts from the beginning, not from {@link Watchdog.arm} on. */
  armed?: boolean;
  /** Its `wake` events mean that the answer may have ended. A silent stream then stops soon. */
  wake?: EventTarget | undefined;
}

/** How often the silence is measured. */
const TICK_MS = 1_000;

/** A working stream sends the end of its answer at most this long after the webhook. */
const WOKEN_MS = 2_000;

/** Aborts `signal` when a stream has been silent for too long. Use it with `using`. */
export class Watchdog implements Disposable {
  /** The longest silence, in milliseconds. */
  idleMs: number;
  /** An earlier deadline, in epoch milliseconds. Bytes do not extend it. */
  endsBy = Infinity;
  readonly #options: WatchdogOptions;
  readonly #abort = new AbortController();
  readonly #over = new AbortController();
  #lastBytesAt: number;
  #armed: boolean;
  #wokenAt: number | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.idleMs = options.idleMs;
    this.#armed = options.armed ?? false;
    this.#lastBytesAt = options.clock.now();
    const { signal } = this.#over;
    options.wake?.addEventListener("wake", () => this.#wokenAt = options.clock.now(), { signal });
    this.#watch();
  }

  /** Aborts with a {@link JobError}. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Restarts the time of silence. Call it for all bytes, even of a comment. */
  onBytes = (): void => {
    this.#lastBytesAt = this.#options.clock.now();
    this.#wokenAt = null;
  };

  /** Makes silence count from now on, because the answer has begun. */
  arm(): void {
    // An earlier wake event was about another answer.
    if (!this.#armed) this.#wokenAt = null;
    this.#armed = true;
  }

  /** When the watchdog aborts, if nothing changes until then. */
  get #abortsAt(): number {
    const endsAt = Math.min(this.#options.endsAt, this.endsBy);
    if (!this.#armed) return endsAt;
    const wokenAt = this.#wokenAt === null ? Infinity : this.#wokenAt + WOKEN_MS;
    return Math.min(endsAt, this.#lastBytesAt + this.idleMs, wokenAt);
  }

  async #watch(): Promise<void> {
    const { clock, endsAt } = this.#options;
    const { signal } = this.#over;
    while (!signal.aborted && clock.now() < this.#abortsAt) {
      await clock.wait(Math.min(this.#abortsAt - clock.now(), TICK_MS), signal);
    }
    if (signal.aborted) return;
    const wording = clock.now() < endsAt ? "stream stalled" : "request timed out";
    this.#abort.abort(new JobError("timeout", `OpenAI API ${wording}`));
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

/** A plan with its reasoning takes a hundredth of it. A larger answer must not fill the memory. */
const MAX_ANSWER_BYTES = 16_000_000;

/** How to read the body of an answer. */
export interface ReadOptions {
  /** Ends the reading. The SDK's own signal may be collected as garbage while the body is read. */
  signal: AbortSignal;
  /** Is called for each piece of the body. */
  onBytes?: () => void;
  /** Is called when a stream says that it has ended. Some servers leave it open. */
  onDone?: () => void;
}

/**
 * Reads the text of an answer, in the pieces in which it arrives.
 *
 * @throws {JobError} if it is too large
 * @throws what `fetch` throws when the connection breaks; the reason of `signal` if it aborts
 */
export async function* readText(
  { body }: Response,
  { signal, onBytes }: ReadOptions,
): AsyncGenerator<string, void> {
  if (!body) return;
  const reader = body.getReader();
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      onBytes?.();
      bytes += value.length;
      if (bytes > MAX_ANSWER_BYTES) throw unreadableAnswer();
      yield decoder.decode(value, { stream: true });
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", stop);
    await reader.cancel().catch(() => {});
  }
}

/** A `fetch` whose answers with a status of failure have a body that the SDK can read. */
export const fetchReadably: NonNullable<ClientOptions["fetch"]> = async (...request) => {
  // The SDK's types of a request are slightly wider than those of some versions of Deno.
  const response = await fetch(...request as Parameters<typeof fetch>);
  if (response.ok) return response;
  let text = "";
  const signal = request[1]?.signal ?? new AbortController().signal;
  for await (const piece of readText(response, { signal })) text += piece;
  return new Response(readableError(text), response);
};

/** Creates the error for a stream that ended before its answer. */
export function streamCut(): JobError {
  return new JobError("connection_lost", "OpenAI API stream ended before the answer");
}

/**
 * Converts an error during a stream. A line that was cut in the middle is not valid JSON, and a value
 * that is nested too deeply cannot be read.
 */
export function fromStreamError(error: unknown, now: number): unknown {
  if (error instanceof RangeError) return unreadableAnswer();
  return error instanceof SyntaxError ? streamCut() : fromOpenAIError(error, now);
}
