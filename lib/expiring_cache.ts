/**
 * A cache of bounded size that does not keep what has expired.
 * @module
 */
import { LRUCache } from "lru-cache";
import type { Clock } from "./clock.ts";

/** How often the cache looks for expired entries that no caller asks for. */
const PURGE_MS = 60_000;

export interface ExpiringCacheOptions {
  clock: Clock;
  /** The sum of the sizes of all entries. The cache removes the entries of the oldest use first. */
  maxSize: number;
}

/** Keeps values until they expire, or until newer ones need the space. */
export class ExpiringCache<V extends object> {
  readonly #clock: Clock;
  readonly #entries: LRUCache<string, V>;
  #purgedAt: number;

  constructor({ clock, maxSize }: ExpiringCacheOptions) {
    this.#clock = clock;
    // Without a resolution, the package needs no timer to remember the time.
    this.#entries = new LRUCache({ maxSize, perf: clock, ttlResolution: 0 });
    this.#purgedAt = clock.now();
  }

  /** The number of entries in memory. */
  get count(): number {
    return this.#entries.size;
  }

  /** Returns the value of a key, unless it has expired. */
  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  /** Adds or replaces a value. A value that is larger than the cache is not kept. */
  set(key: string, value: V, { size, expiresAt }: { size: number; expiresAt: number }): void {
    const now = this.#clock.now();
    if (now >= this.#purgedAt + PURGE_MS) this.#purge(now);
    // The package returns a value until its time to live has passed, and 0 would be no limit.
    const ttl = expiresAt - now - 1;
    if (ttl > 0) this.#entries.set(key, value, { size, ttl });
  }

  /** Removes a value. */
  delete(key: string): void {
    this.#entries.delete(key);
  }

  #purge(now: number): void {
    this.#purgedAt = now;
    this.#entries.purgeStale();
  }
}
