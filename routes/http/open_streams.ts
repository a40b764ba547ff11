/**
 * Limits how many event streams and waiting requests a caller has open at the same time. Each
 * instance counts its own.
 * @module
 */
import type { Context } from "hono";
import type { AppEnv } from "./caller.ts";
import { ProblemError } from "./problem.ts";

/** Soon enough for a client whose other streams are about to end. */
const RETRY_SECONDS = 5;

/** An open stream or waiting request. Dispose of it when it ends. */
export type OpenStream = Disposable;

/** The open streams and waiting requests by caller. */
export class OpenStreams {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  /** @param limit how many a caller may have open; 0: no limit */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are open. */
  get size(): number {
    return this.#counts.values().reduce((sum, count) => sum + count, 0);
  }

  /** How many callers have something open. */
  get callers(): number {
    return this.#counts.size;
  }

  /** Counts a request that waits; `null` if the caller has too many open, so it must not wait. */
  tryOpen(c: Context<AppEnv>): OpenStream | null {
    const caller = c.get("countedAs");
    const count = this.#counts.get(caller) ?? 0;
    if (this.#limit > 0 && count >= this.#limit) return null;
    this.#counts.set(caller, count + 1);
    let isOpen = true;
    const close = () => {
      if (isOpen) this.#close(caller);
      isOpen = false;
    };
    return { [Symbol.dispose]: close };
  }

  /**
   * Counts a stream.
   *
   * @throws {ProblemError} 429 if the caller has too many open
   */
  open(c: Context<AppEnv>): OpenStream {
    const opened = this.tryOpen(c);
    if (opened) return opened;
    throw new ProblemError({
      code: "too_many_streams",
      detail: `A caller may have at most ${this.#limit} event streams open at the same time`,
      headers: { "retry-after": String(RETRY_SECONDS) },
    });
  }

  #close(caller: string): void {
    const count = this.#counts.get(caller)! - 1;
    if (count > 0) this.#counts.set(caller, count);
    else this.#counts.delete(caller);
  }
}
