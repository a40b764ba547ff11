/**
 * Limits how many requests a caller may make in a window of time, over all instances that share the
 * database. Each instance counts in memory and decides from memory; now and then it writes down what
 * it has counted and reads what the others have.
 *
 * | key | value |
 * |---|---|
 * | `["rate", name, windowStart, caller, part]` | how many requests one instance has let through |
 *
 * Each instance has a part of its own, because a `sum` mutation cannot give a key an expiry (KV ignores
 * its `expireIn`), and because writing a part twice counts nothing twice.
 *
 * One instance alone is exact. From n instances a caller gets less than `limit + n * share`, the share
 * being a tenth of the limit, rounded up; and what it asks while a sync is under way. While the database
 * is away it is `n * limit`. A caller costs each instance 14 syncs in a window at the most, unless some
 * fail.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { FaultLog } from "../fault_log.ts";

/** What a caller is promised. */
export interface RateLimit {
  /** Tells limits apart, in KV and in the header fields: printable ASCII. */
  name: string;
  /** Requests in a window. */
  limit: number;
  /** Whole seconds, in milliseconds. Windows start at multiples of it since the Unix epoch. */
  windowMs: number;
}

/** What became of one request. */
export interface RateVerdict {
  allowed: boolean;
  limit: number;
  /** How many more requests the window has room for, as far as this instance knows. */
  remaining: number;
  /** How long until the window ends. */
  resetMs: number;
}

/** One caller in one window, as this instance knows it. */
interface Tally {
  windowStart: number;
  /** Requests let through here. */
  own: number;
  /** How many of them are in KV. */
  synced: number;
  /** Requests let through elsewhere. */
  others: number;
  /** When the last sync began; before the first one, when the caller was first seen. */
  syncedAt: number;
  /** Names what is counted here in KV, as soon as there is anything. */
  part?: string;
}

/** Instances sync each tenth of the limit: ten writes for who uses all of it, and little too much. */
const SYNCS_PER_LIMIT = 10;

/**
 * A caller far from the limit is synced this often, so that `remaining` is about right everywhere. It
 * is three writes for a browser that polls all the time, and none for who comes once and goes.
 */
const SYNCS_PER_WINDOW = 4;

/** More writes at once would only wait in memory for each other. */
const MAX_SYNCS = 100;

/** A database that is away is asked again this often, not with each request. */
const RETRY_MS = 5_000;

/**
 * More callers than an instance can serve in a minute, unless each comes once: 12 MB. The callers that
 * have been away for longest are forgotten.
 */
const MAX_CALLERS = 50_000;

const Count = z.int().nonnegative().catch(0);

const log = getLogger(["tripwright", "rate"]);

export class RateLimiter {
  readonly policy: RateLimit;
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  /** One tally for each caller; that of an earlier window is replaced at the caller's next request. */
  readonly #tallies = new LRUCache<string, Tally>({ max: MAX_CALLERS });
  /** Those under way, which never reject. */
  readonly #syncs = new Map<Tally, Promise<void>>();
  #faultAt = -Infinity;
  readonly #faults: FaultLog;

  /** @param options `windowMs`: a minute unless given */
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
   * Counts one request, unless it is refused. Never throws and waits for nothing.
   *
   * @param caller at most 64 characters
   */
  take(caller: string): RateVerdict {
    const { limit, windowMs } = this.policy;
    const now = this.#clock.now();
    const tally = this.#tallyOf(caller, now);
    const allowed = tally.own + tally.others < limit;
    if (allowed) tally.own++;
    if (this.#isDue(tally, now) && this.#syncs.size < MAX_SYNCS && !this.#syncs.has(tally)) {
      const sync = this.#sync(caller, tally).finally(() => this.#syncs.delete(tally));
      this.#syncs.set(tally, sync);
    }
    const remaining = Math.max(0, limit - tally.own - tally.others);
    return { allowed, limit, remaining, resetMs: tally.windowStart + windowMs - now };
  }

  /** How many callers are remembered. */
  get tracked(): number {
    return this.#tallies.size;
  }

  /** Resolves when no sync is under way. Never rejects; lasts as long as the database takes. */
  async settled(): Promise<void> {
    while (this.#syncs.size > 0) await Promise.all(this.#syncs.values());
  }

  #tallyOf(caller: string, now: number): Tally {
    const { windowMs } = this.policy;
    const windowStart = Math.floor(now / windowMs) * windowMs;
    const known = this.#tallies.get(caller);
    // Unequal also when the clock was set back.
    if (known?.windowStart === windowStart) return known;
    const tally = { windowStart, own: 0, synced: 0, others: 0, syncedAt: now };
    this.#tallies.set(caller, tally);
    return tally;
  }

  /** Says whether others should learn now what was counted here. */
  #isDue({ own, synced, others, syncedAt }: Tally, now: number): boolean {
    const { limit, windowMs } = this.policy;
    // The clock may have been set back since the fault.
    if (own === synced || Math.abs(now - this.#faultAt) < RETRY_MS) return false;
    return own - synced >= limit / SYNCS_PER_LIMIT || own + others >= limit ||
      now - syncedAt >= windowMs / SYNCS_PER_WINDOW;
  }

  /** Syncs until there is nothing more to tell for now. Never rejects. */
  async #sync(caller: string, tally: Tally): Promise<void> {
    try {
      // The caller may be refused by now, and what it has used up meanwhile has to be told all the same.
      do await this.#exchange(caller, tally); while (this.#isDue(tally, this.#clock.now()));
    } catch (error) {
      this.#faultAt = this.#clock.now();
      this.#faults.report("rate limit not shared", error, { name: this.policy.name });
    }
  }

  async #exchange(caller: string, tally: Tally): Promise<void> {
    const { name, windowMs } = this.policy;
    const { own, windowStart } = tally;
    const prefix = rateKey({ name, windowStart, caller });
    const part = tally.part ??= crypto.randomUUID();
    tally.syncedAt = this.#clock.now();
    // An instance whose clock is behind is still in the window when it ends here.
    const expireIn = 2 * windowMs;
    await this.#kv.atomic().set([...prefix, part], own, { expireIn }).commit();
    tally.synced = own;
    // Read after the write: of two instances that sync at once, one sees the other.
    let others = 0;
    for await (const { key, value } of this.#kv.list({ prefix })) {
      if (key.at(-1) !== part) others += Count.parse(value);
    }
    tally.others = others;
  }
}

/** The parts of one caller's count begin with it. */
function rateKey(
  { name, windowStart, caller }: { name: string; windowStart: number; caller: string },
): Deno.KvKey {
  return ["rate", name, windowStart, caller];
}
