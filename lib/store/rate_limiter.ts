/**
 * Limits the requests of a caller in any time window, over all instances that share the database.
 * Each instance counts and decides in memory. A sync writes its own counts and reads the others.
 *
 * | key | value |
 * |---|---|
 * | `["rate", name, caller, part]` | how many requests one instance has allowed, and when |
 *
 * Each instance has its own part. A repeated write of a part does not count twice.
 *
 * The window slides: a request counts until the window after it is over. So a single instance never
 * allows more than the limit in any time of this length. With n instances it is less than
 * `limit + n * share`. The share is a tenth of the limit, rounded up: an instance that has allowed a
 * share since its last sync waits for the next sync. Without the database a caller gets up to
 * `n * limit`. Per minute, a caller causes about 14 syncs in each instance, if none fails.
 *
 * An instance may live for less than a day. So in a window of a day, the first request of a caller
 * also starts a sync, and a new instance soon knows what earlier ones have allowed.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { LRUCache } from "lru-cache";
import { type Clock, waitAtMost } from "../clock.ts";
import { FaultLog } from "../fault_log.ts";
import { parseSlices, RecentRequests, type StoredSlices } from "./recent_requests.ts";
import type { Kv } from "../platform/kv.ts";

/** A limit. */
export interface RateLimit {
  /** Identifies the limit in KV and in header fields: printable ASCII. */
  name: string;
  /** Requests in any window. */
  limit: number;
  /** Whole seconds, in milliseconds. */
  windowMs: number;
}

/** The decision about one request. */
export interface RateVerdict {
  allowed: boolean;
  limit: number;
  /** How many more requests are allowed now, as far as this instance knows. */
  remaining: number;
  /** The time until more requests are allowed, in milliseconds: earlier ones leave the window. */
  resetMs: number;
}

/** What this instance knows of one caller. */
interface Tally {
  /** Requests that this instance has allowed. */
  own: RecentRequests;
  /** Requests that other instances have allowed, as the last sync found them. */
  others: RecentRequests;
  /** How many requests this instance has allowed since its last sync. */
  unshared: number;
  /** When the last sync began; in a window of up to a minute, or when the first request came. */
  syncedAt: number;
  /** Whether the caller was at its limit in the last sync. */
  wasFull: boolean;
  /** The last part of the KV key, set by the first sync. */
  part?: string;
}

/** A running sync. */
interface Sync {
  /** Resolves when the sync has ended. Never rejects. */
  ended: Promise<void>;
  /** Resolves at the same time, or after {@link MAX_WAIT_MS}. Set when a request waits. */
  ready?: Promise<void>;
}

/**
 * Instances sync after each tenth of the limit: about ten writes for a caller that uses all of it,
 * and a small excess.
 */
const SYNCS_PER_LIMIT = 10;

const MINUTE_MS = 60_000;

/**
 * How often callers far from the limit are synced, so that `remaining` is about right in all
 * instances. A browser that polls constantly causes four writes a minute, a caller with one request
 * none.
 */
const SYNC_MS = MINUTE_MS / 4;

/** More simultaneous writes would only queue in memory. */
const MAX_SYNCS = 100;

/**
 * The longest wait for a sync: as long as requests wait for the database. A sync takes milliseconds,
 * but a second under a flood of requests to several processes on one machine.
 */
const MAX_WAIT_MS = 6_000;

/** The pause after a failed or slow sync. Without it, each request would call the database. */
const RETRY_MS = 5_000;

/**
 * More callers than an instance can serve in a minute, unless each sends one request. They take 40
 * MB. The limiter forgets the callers with the oldest requests first.
 */
const MAX_CALLERS = 50_000;

const log = getLogger(["tripwright", "rate"]);

export class RateLimiter {
  readonly policy: RateLimit;
  readonly #kv: Kv;
  readonly #clock: Clock;
  /** One tally per caller. */
  // With `max`, the cache would allocate the space of all callers at once.
  readonly #tallies = new LRUCache<string, Tally>({
    maxSize: MAX_CALLERS,
    sizeCalculation: () => 1,
  });
  readonly #syncs = new Map<Tally, Sync>();
  /** The requests at other instances of a caller without a sync. */
  readonly #none: RecentRequests;
  #faultAt = -Infinity;
  readonly #faults: FaultLog;

  /** @param options `windowMs`: by default a minute */
  constructor(
    kv: Kv,
    options: { clock: Clock; name: string; limit: number; windowMs?: number | undefined },
  ) {
    const { clock, name, limit, windowMs = MINUTE_MS } = options;
    this.#kv = kv;
    this.#clock = clock;
    this.#faults = new FaultLog(log, clock);
    this.policy = { name, limit, windowMs };
    this.#none = new RecentRequests(windowMs);
  }

  /**
   * Decides about a request, and counts it if it is allowed. Never rejects. It only waits for a sync,
   * after each share of the limit, and not for long.
   *
   * @param caller at most 64 characters
   */
  async take(caller: string): Promise<RateVerdict> {
    for (;;) {
      const now = this.#clock.now();
      const tally = this.#tallyOf(caller, now);
      const mustWait = this.#isAllowed(tally) && tally.unshared >= this.#share;
      if (!mustWait || this.#isFaulty(now)) return this.#decide(caller, tally, now);
      this.#startSync(caller, tally);
      await this.#untilSynced(tally);
    }
  }

  /** The number of callers in memory. */
  get tracked(): number {
    return this.#tallies.size;
  }

  /** Resolves when no sync is running. Never rejects. It has no time limit. */
  async settled(): Promise<void> {
    while (this.#syncs.size > 0) {
      await Promise.all(this.#syncs.values().map(({ ended }) => ended));
    }
  }

  /** How many requests an instance allows without a sync. */
  get #share(): number {
    return Math.ceil(this.policy.limit / SYNCS_PER_LIMIT);
  }

  #isAllowed({ own, others }: Tally): boolean {
    return own.total + others.total < this.policy.limit;
  }

  /** Whether a sync has just failed. The clock may have been set back since. */
  #isFaulty(now: number): boolean {
    return Math.abs(now - this.#faultAt) < RETRY_MS;
  }

  #decide(caller: string, tally: Tally, now: number): RateVerdict {
    const { limit } = this.policy;
    const { own, others } = tally;
    const allowed = this.#isAllowed(tally);
    if (allowed) {
      own.add(now);
      tally.unshared++;
    }
    if (this.#isDue(tally, now)) this.#startSync(caller, tally);
    const total = own.total + others.total;
    // After a wait this long, the next request is allowed.
    const leaving = allowed ? 1 : total - limit + 1;
    const resetMs = own.timeOfLeaving(leaving, others) - now;
    return { allowed, limit, remaining: Math.max(0, limit - total), resetMs };
  }

  #tallyOf(caller: string, now: number): Tally {
    const { windowMs } = this.policy;
    const isShort = windowMs <= MINUTE_MS;
    let tally = this.#tallies.get(caller);
    if (!tally) {
      const own = new RecentRequests(windowMs);
      tally = { own, others: this.#none, unshared: 0, syncedAt: -Infinity, wasFull: false };
      this.#tallies.set(caller, tally);
    }
    tally.own.forget(now);
    tally.others.forget(now);
    // What no longer counts need not be shared.
    tally.unshared = Math.min(tally.unshared, tally.own.total);
    if (isShort && tally.own.total === 0) tally.syncedAt = now;
    return tally;
  }

  /** Returns whether a sync is due. */
  #isDue(tally: Tally, now: number): boolean {
    const { unshared, wasFull, syncedAt } = tally;
    if (unshared === 0 || this.#isFaulty(now)) return false;
    const isNewlyFull = !wasFull && !this.#isAllowed(tally);
    return unshared >= this.#share || isNewlyFull ||
      now - syncedAt >= Math.min(SYNC_MS, this.policy.windowMs / 4);
  }

  /** Starts a sync, unless one of this caller or too many others are running. */
  #startSync(caller: string, tally: Tally): void {
    if (this.#syncs.size >= MAX_SYNCS || this.#syncs.has(tally)) return;
    const ended = this.#sync(caller, tally).finally(() => this.#syncs.delete(tally));
    this.#syncs.set(tally, { ended });
  }

  /** Waits for the running sync of a caller. If there is none, for a place for it. */
  async #untilSynced(tally: Tally): Promise<void> {
    const sync = this.#syncs.get(tally) ?? this.#syncs.values().next().value;
    if (sync) await (sync.ready ??= this.#readyAfter(sync));
  }

  async #readyAfter(sync: Sync): Promise<void> {
    let hasEnded = false;
    const ended = sync.ended.then(() => void (hasEnded = true));
    await waitAtMost(ended, { ms: MAX_WAIT_MS, clock: this.#clock });
    if (hasEnded) return;
    this.#reportFault(new Error("The database does not answer"));
    // A later request waits again.
    delete sync.ready;
  }

  /** Syncs until no other sync is due. Never rejects. */
  async #sync(caller: string, tally: Tally): Promise<void> {
    try {
      // Requests during a sync must be shared too, even if the caller is over the limit by then.
      do await this.#exchange(caller, tally); while (this.#isDue(tally, this.#clock.now()));
    } catch (error) {
      this.#reportFault(error);
    }
  }

  #reportFault(error: unknown): void {
    this.#faultAt = this.#clock.now();
    this.#faults.report("rate limit not shared", error, { name: this.policy.name });
  }

  async #exchange(caller: string, tally: Tally): Promise<void> {
    const { name, windowMs } = this.policy;
    const { own, unshared } = tally;
    const prefix = ["rate", name, caller];
    const part = tally.part ??= crypto.randomUUID();
    tally.syncedAt = this.#clock.now();
    tally.wasFull = !this.#isAllowed(tally);
    // For an instance whose clock is behind, the window ends later.
    const expireIn = 2 * windowMs;
    await this.#kv.atomic().set([...prefix, part], own.stored(), { expireIn }).commit();
    // Read after the write: of two simultaneous syncs, one sees the count of the other.
    const found: StoredSlices = [];
    for await (const { key, value } of this.#kv.list({ prefix })) {
      if (key.at(-1) !== part) found.push(...parseSlices(value));
    }
    tally.others = new RecentRequests(windowMs, found);
    tally.others.forget(this.#clock.now());
    tally.unshared = Math.max(0, tally.unshared - unshared);
  }
}
