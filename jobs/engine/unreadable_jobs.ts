/**
 * Jobs whose records only another version of the program can read. They are left to that version.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";

/** Remembers each job for as long as its record may exist, and no longer. */
export class UnreadableJobs {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  /** When each job can be forgotten, in epoch milliseconds; oldest first. */
  readonly #forgetAt = new Map<string, number>();

  /** @param options `ttlMs`: how long a job lives */
  constructor({ clock, ttlMs }: { clock: Clock; ttlMs: number }) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  add(id: string): void {
    const now = this.#clock.now();
    for (const [old, forgetAt] of this.#forgetAt) {
      if (forgetAt > now) break;
      this.#forgetAt.delete(old);
    }
    // Put anew, so that the oldest stay in front.
    this.#forgetAt.delete(id);
    this.#forgetAt.set(id, now + this.#ttlMs);
  }

  has(id: string): boolean {
    return this.#forgetAt.has(id);
  }
}
