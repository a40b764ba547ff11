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
    const { endsAt } = this.#options;
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

/**
 * Creates a `fetch` with a size limit for the body, because the SDK has none, and with errors that the
 * SDK can read.
 *
 * @param onBytes is called for each piece of the body
 */
export function boundedFetch(onBytes: () => void): NonNullable<ClientOptions["fetch"]> {
  return async (...request) => {
    // The SDK's types of a request are slightly wider than those of some versions of Deno.
    const response = await fetch(...request as Parameters<typeof fetch>);
    let bytes = 0;
    const bound = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes();
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) throw unreadableAnswer();
        controller.enqueue(chunk);
      },
    });
    const bounded = new Response(response.body?.pipeThrough(bound) ?? null, response);
    return response.ok ? bounded : new Response(readableError(await bounded.text()), response);
  };
}

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
