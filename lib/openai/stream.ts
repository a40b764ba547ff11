/**
 * Guards for the streams of OpenAI: a watchdog for silent streams, a bound for endless streams, and the
 * rule that a stream without its last event is no answer.
 *
 * A stream that is cut cleanly ends without an error, and the SDK's own timeout ends with the
 * headers, so none of these can be left to the SDK.
 * @module
 */
import type { ClientOptions } from "openai";
import type { Clock } from "../clock.ts";
import { JobError } from "../job/failure.ts";
import { fromOpenAIError, unreadableAnswer } from "./error.ts";

export interface WatchdogOptions {
  clock: Clock;
  /** When the whole answer has to be there, in epoch milliseconds. */
  endsAt: number;
  /** Longest silence, in milliseconds. */
  idleMs: number;
  /** Silence counts from the beginning, not only from {@link Watchdog.arm}. */
  armed?: boolean;
  /** Its `wake` events say that the answer may be there: what is silent now has been silent enough. */
  wake?: EventTarget | undefined;
}

/** How often the silence is measured. */
const TICK_MS = 1_000;

/** A stream that works tells the end of its answer itself, within this time after a webhook does. */
const WOKEN_MS = 2_000;

/** Aborts `signal` when a stream has been silent for too long; `using` ends the watch. */
export class Watchdog implements Disposable {
  /** Longest silence, in milliseconds. */
  idleMs: number;
  readonly #options: WatchdogOptions;
  readonly #abort = new AbortController();
  readonly #over = new AbortController();
  #heardAt: number;
  #armed: boolean;
  #wokenAt: number | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.idleMs = options.idleMs;
    this.#armed = options.armed ?? false;
    this.#heardAt = options.clock.now();
    const { signal } = this.#over;
    options.wake?.addEventListener("wake", () => this.#wokenAt = options.clock.now(), { signal });
    this.#watch();
  }

  /** Aborts with a {@link JobError}. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The other side has sent something, if only a comment that keeps the connection open. */
  heard = (): void => {
    this.#heardAt = this.#options.clock.now();
    this.#wokenAt = null;
  };

  /** The answer is under way: from here on silence counts. */
  arm(): void {
    // Whatever was said of an answer before this one began was about another.
    if (!this.#armed) this.#wokenAt = null;
    this.#armed = true;
  }

  get #silentAt(): number {
    const { endsAt } = this.#options;
    if (!this.#armed) return endsAt;
    const wokenAt = this.#wokenAt === null ? Infinity : this.#wokenAt + WOKEN_MS;
    return Math.min(endsAt, this.#heardAt + this.idleMs, wokenAt);
  }

  async #watch(): Promise<void> {
    const { clock, endsAt } = this.#options;
    const { signal } = this.#over;
    while (!signal.aborted && clock.now() < this.#silentAt) {
      await clock.wait(Math.min(this.#silentAt - clock.now(), TICK_MS), signal);
    }
    if (signal.aborted) return;
    const wording = clock.now() < endsAt ? "stream stalled" : "request timed out";
    this.#abort.abort(new JobError("timeout", `OpenAI API ${wording}`));
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

/** A plan with its reasoning is a hundredth of this. The bound protects the memory. */
const MAX_ANSWER_BYTES = 16_000_000;

/**
 * A `fetch` that gives up on a body without end; the SDK would read on.
 *
 * @param heard is called with each piece of the body
 */
export function boundedFetch(heard: () => void): NonNullable<ClientOptions["fetch"]> {
  return async (...request) => {
    // The SDK's own types of a request are a little wider than those of all versions of Deno.
    const response = await fetch(...request as Parameters<typeof fetch>);
    let bytes = 0;
    const bound = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        heard();
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) throw unreadableAnswer();
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body?.pipeThrough(bound) ?? null, response);
  };
}

/** For a stream that ended before its answer did. */
export function streamCut(): JobError {
  return new JobError("connection_lost", "OpenAI API stream ended before the answer");
}

/** For what is thrown while a stream is read. A line that was cut in its middle is no JSON. */
export function fromStreamError(error: unknown, now: number): unknown {
  return error instanceof SyntaxError ? streamCut() : fromOpenAIError(error, now);
}
