/**
 * Jobs whose records only another version of the program can read. This version ignores them.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";

/** Remembers each job until its record has surely expired. */
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
    // Deleted first, so that the map stays in the order of the times.
    this.#forgetAt.delete(id);
    this.#forgetAt.set(id, now + this.#ttlMs);
  }

  has(id: string): boolean {
    return this.#forgetAt.has(id);
  }
}
