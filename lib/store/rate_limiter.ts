/**
 * Limits the requests of a caller per time window, over all instances that share the database. Each
 * instance counts and decides in memory. A sync writes its own count and reads the other counts.
 *
 * | key | value |
 * |---|---|
 * | `["rate", name, windowStart, caller, part]` | how many requests one instance has allowed |
 *
 * Each instance has its own part. A `sum` mutation cannot set an expiry (KV ignores its
 * `expireIn`), and a repeated write of a part does not count twice.
 *
 * A single instance is exact. With n instances a caller gets less than `limit + n * share`, plus
 * its requests during a sync. The share is a tenth of the limit, rounded up. Without the database a
 * caller gets up to `n * limit`. Per window, a caller causes at most 14 syncs in each instance, if
 * none fails.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { FaultLog } from "../fault_log.ts";

/** A limit. */
export interface RateLimit {
  /** Identifies the limit in KV and in header fields: printable ASCII. */
  name: string;
  /** Requests in a window. */
  limit: number;
  /** Whole seconds, in milliseconds. Windows start at multiples of it since the Unix epoch. */
  windowMs: number;
}

/** The decision about one request. */
export interface RateVerdict {
  allowed: boolean;
  limit: number;
  /** How many more requests the window allows, as far as this instance knows. */
  remaining: number;
  /** The time until the window ends, in milliseconds. */
  resetMs: number;
}

/** What this instance knows of one caller in one window. */
interface Tally {
  windowStart: number;
  /** Requests that this instance has allowed. */
  local: number;
  /** How many of them are in KV. */
  synced: number;
  /** Requests that other instances have allowed. */
  others: number;
  /** When the last sync began, or when the tally was created. */
  syncedAt: number;
  /** The last part of the KV key, set by the first sync. */
  part?: string;
}

/**
 * Instances sync after each tenth of the limit: at most ten writes for a caller that uses all of
 * it, and a small excess.
 */
const SYNCS_PER_LIMIT = 10;

/**
 * How often callers far from the limit are synced, so that `remaining` is about right in all
 * instances. A browser that polls constantly causes three writes, a caller with one request none.
 */
const SYNCS_PER_WINDOW = 4;

/** More simultaneous writes would only queue in memory. */
const MAX_SYNCS = 100;

/** The pause after a failed sync. Without it, each request would call an unavailable database. */
const RETRY_MS = 5_000;

/**
 * More callers than an instance can serve in a minute, unless each sends one request. They take 12
 * MB. The limiter forgets the callers with the oldest requests first.
 */
const MAX_CALLERS = 50_000;

const Count = z.int().nonnegative().catch(0);

const log = getLogger(["tripwright", "rate"]);

export class RateLimiter {
  readonly policy: RateLimit;
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  /** One tally per caller. The caller's next request replaces the tally of an earlier window. */
  // With `max`, the cache would allocate the space of all callers at once.
  readonly #tallies = new LRUCache<string, Tally>({
    maxSize: MAX_CALLERS,
    sizeCalculation: () => 1,
  });
  /** The running syncs, which never reject. */
  readonly #syncs = new Map<Tally, Promise<void>>();
  #faultAt = -Infinity;
  readonly #faults: FaultLog;

  /** @param options `windowMs`: by default a minute */
  constructor(
    kv: Deno.Kv,
    options: { clock: Clock; name: string; limit: number; windowMs?: number },
  ) {
    const { clock, name, limit, windowMs = 60_000 } = options;
    this.#kv = kv;
    this.#clock = clock;
    this.#faults = new FaultLog(log, clock);
    this.policy = { name, limit, windowMs };
  }

  /**
   * Decides about a request, and counts it if it is allowed. Never throws, and does not wait.
   *
   * @param caller at most 64 characters
   */
  take(caller: string): RateVerdict {
    const { limit, windowMs } = this.policy;
    const now = this.#clock.now();
    const tally = this.#tallyOf(caller, now);
    const allowed = tally.local + tally.others < limit;
    if (allowed) tally.local++;
    if (this.#isDue(tally, now) && this.#syncs.size < MAX_SYNCS && !this.#syncs.has(tally)) {
      const sync = this.#sync(caller, tally).finally(() => this.#syncs.delete(tally));
      this.#syncs.set(tally, sync);
    }
    const remaining = Math.max(0, limit - tally.local - tally.others);
    return { allowed, limit, remaining, resetMs: tally.windowStart + windowMs - now };
  }

  /** The number of callers in memory. */
  get tracked(): number {
    return this.#tallies.size;
  }

  /** Resolves when no sync is running. Never rejects. It has no time limit. */
  async settled(): Promise<void> {
    while (this.#syncs.size > 0) await Promise.all(this.#syncs.values());
  }

  #tallyOf(caller: string, now: number): Tally {
    const { windowMs } = this.policy;
    const windowStart = Math.floor(now / windowMs) * windowMs;
    const known = this.#tallies.get(caller);
    // The window also changes if the clock is set back.
    if (known?.windowStart === windowStart) return known;
    const tally = { windowStart, local: 0, synced: 0, others: 0, syncedAt: now };
    this.#tallies.set(caller, tally);
    return tally;
  }

  /** Returns whether a sync is due. */
  #isDue({ local, synced, others, syncedAt }: Tally, now: number): boolean {
    const { limit, windowMs } = this.policy;
    // The clock may have been set back since the fault.
    if (local === synced || Math.abs(now - this.#faultAt) < RETRY_MS) return false;
    return local - synced >= limit / SYNCS_PER_LIMIT || local + others >= limit ||
      now - syncedAt >= windowMs / SYNCS_PER_WINDOW;
  }

  /** Syncs until no other sync is due. Never rejects. */
  async #sync(caller: string, tally: Tally): Promise<void> {
    try {
      // Requests during a sync must be shared too, even if the caller is over the limit by then.
      do await this.#exchange(caller, tally); while (this.#isDue(tally, this.#clock.now()));
    } catch (error) {
      this.#faultAt = this.#clock.now();
      this.#faults.report("rate limit not shared", error, { name: this.policy.name });
    }
  }

  async #exchange(caller: string, tally: Tally): Promise<void> {
    const { name, windowMs } = this.policy;
    const { local, windowStart } = tally;
    const prefix = rateKey({ name, windowStart, caller });
    const part = tally.part ??= crypto.randomUUID();
    tally.syncedAt = this.#clock.now();
    // For an instance whose clock is behind, the window ends later.
    const expireIn = 2 * windowMs;
    await this.#kv.atomic().set([...prefix, part], local, { expireIn }).commit();
    tally.synced = local;
    // Read after the write: of two simultaneous syncs, one sees the count of the other.
    let others = 0;
    for await (const { key, value } of this.#kv.list({ prefix })) {
      if (key.at(-1) !== part) others += Count.parse(value);
    }
    tally.others = others;
  }
}

/** Returns the prefix of the parts of one caller's count. */
function rateKey(
  { name, windowStart, caller }: { name: string; windowStart: number; caller: string },
): Deno.KvKey {
  return ["rate", name, windowStart, caller];
}
