/**
 * The API keys that operators have made, and whether callers need a key.
 *
 * | key | value |
 * |---|---|
 * | `["api_key", id]` | an API key: name, rights, times, hash, derived secrets, never the key (`ApiKey`) |
 * | `["keys_required"]` | since when callers need a key; no key: only if `API_KEYS` is set |
 *
 * The commit that makes a key also sets `["keys_required"]`. So a service does not open again when
 * its last key is revoked or expires, but only by {@link ApiKeyStore.open}.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { ApiKey, isValidKey, type KeyLife } from "../api_key.ts";
import type { StoredKeys } from "../api_keys.ts";
import { type Clock, DAY_MS } from "../clock.ts";
import { LARGEST_BATCH } from "./kv_limits.ts";
import type { AtomicOperation, Kv, KvKey } from "../platform/kv.ts";

/**
 * How long a key is kept after its end. Its jobs go on, and their callbacks need its secret; no job
 * lives longer than 30 days (`JOB_TTL_HOURS`).
 */
const ENDED_KEY_MS = 31 * DAY_MS;

/**
 * How many keys there may be. Each instance has all of them in memory, and reads them at intervals.
 */
export const MAX_KEYS = 1_000;

/** How old a stored time of the last use may be before another one replaces it. */
const USE_MS = 60_000;

const REQUIRED = ["keys_required"];

const log = getLogger(["tripwright", "store"]);

export interface ApiKeyStoreOptions {
  clock: Clock;
  /** Adds a ring of the bell to a commit, because all instances must learn of it. */
  ring: (commit: AtomicOperation) => void;
}

/** The API keys in one KV database. */
export class ApiKeyStore {
  readonly #kv: Kv;
  readonly #options: ApiKeyStoreOptions;

  constructor(kv: Kv, options: ApiKeyStoreOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** Reads all keys, and whether callers need one. The reads are strongly consistent. */
  async read(): Promise<StoredKeys> {
    const keys: ApiKey[] = [];
    const options = { batchSize: LARGEST_BATCH };
    for await (const { key: [, id], value } of this.#kv.list({ prefix: ["api_key"] }, options)) {
      const key = ApiKey.safeParse(value).data;
      if (!key) log.error("API key not readable", { id: String(id) });
      else if (this.#lifetimeOf(key) !== 0) keys.push(key);
    }
    // After the keys: it is then never older than a key.
    const required = await this.#kv.get(REQUIRED);
    return { keys, isClosed: required.value !== null };
  }

  /**
   * Stores a new key. From now on, callers need a key.
   *
   * @returns `"too many"`: nothing is stored, because there are {@link MAX_KEYS} keys
   */
  async create(key: ApiKey): Promise<"created" | "too many"> {
    const { keys } = await this.read();
    if (keys.length >= MAX_KEYS) return "too many";
    const commit = this.#kv.atomic().set(REQUIRED, { at: this.#now });
    this.#put(commit, key);
    this.#options.ring(commit);
    await commit.commit();
    return "created";
  }

  /**
   * Revokes a key. A key that was revoked before stays as it is.
   *
   * @returns the revoked key; `null` if there is no such key
   */
  async revoke(id: string): Promise<ApiKey | null> {
    for (;;) {
      const entry = await this.#kv.get(keyOf(id));
      const key = ApiKey.safeParse(entry.value).data;
      if (!key) return null;
      if (key.revokedAt !== null) return key;
      const revoked = { ...key, revokedAt: this.#now };
      const commit = this.#kv.atomic().check(entry);
      this.#put(commit, revoked);
      this.#options.ring(commit);
      // A conflict means that an instance has stored a use of the key, or that the key was revoked.
      if ((await commit.commit()).ok) return revoked;
    }
  }

  /**
   * Lets callers without a key in again. `API_KEYS` still closes the service.
   *
   * @returns `"keys left"`: nothing has changed, because there is a valid key
   */
  async open(): Promise<"open" | "keys left"> {
    for (;;) {
      const required = await this.#kv.get(REQUIRED);
      const { keys } = await this.read();
      if (keys.some((key) => isValidKey(key, this.#now))) return "keys left";
      // The check fails if a key was made meanwhile.
      const commit = this.#kv.atomic().check(required).delete(REQUIRED);
      this.#options.ring(commit);
      if ((await commit.commit()).ok) return "open";
    }
  }

  /**
   * Stores when a key was used, unless what is stored is less than a minute older. It does not ring
   * the bell. If the key changes at the same moment, nothing is stored.
   *
   * @param usedAt epoch milliseconds
   */
  async noteUse(id: string, usedAt: number): Promise<void> {
    const entry = await this.#kv.get(keyOf(id));
    const key = ApiKey.safeParse(entry.value).data;
    if (!key || usedAt < (key.lastUsedAt ?? -Infinity) + USE_MS) return;
    const commit = this.#kv.atomic().check(entry);
    this.#put(commit, { ...key, lastUsedAt: usedAt });
    await commit.commit();
  }

  #put(commit: AtomicOperation, key: ApiKey): void {
    const lifetimeMs = this.#lifetimeOf(key);
    const options = lifetimeMs === null ? {} : { expireIn: Math.max(1, lifetimeMs) };
    commit.set(keyOf(key.id), key, options);
  }

  /** Returns for how long a key is kept, in milliseconds; `null`: until it is revoked. */
  #lifetimeOf({ revokedAt, expiresAt }: KeyLife): number | null {
    const ends = [revokedAt, expiresAt].filter((end) => end !== null);
    if (ends.length === 0) return null;
    return Math.max(0, Math.min(...ends) + ENDED_KEY_MS - this.#now);
  }
}

function keyOf(id: string): KvKey {
  return ["api_key", id];
}
