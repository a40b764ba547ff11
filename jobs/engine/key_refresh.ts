/**
 * Keeps the API keys in memory as the database has them: after each ring of the bell, and at
 * intervals. It also stores when keys were last used.
 * @module
 */
import type { ApiKeys } from "../../lib/api_keys.ts";
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import type { ApiKeyStore } from "../../lib/store/api_key_store.ts";

/** How often an instance stores that a key was used. */
const USE_MS = 60_000;

export interface KeyRefreshOptions {
  apiKeys: ApiKeys;
  store: Pick<ApiKeyStore, "read" | "noteUse">;
  clock: Clock;
  /** Called in the first round of each UTC day. */
  onDay: () => Promise<void>;
}

/** What an instance has stored about the use of a key. */
interface NotedUse {
  usedAt: number;
  /** When it was stored. */
  at: number;
}

/** The connection between the keys in memory and the keys in the database. */
export class KeyRefresh {
  readonly #options: KeyRefreshOptions;
  readonly #noted = new Map<string, NotedUse>();
  #reading: Promise<void> = Promise.resolve();
  #day = -1;

  constructor(options: KeyRefreshOptions) {
    this.#options = options;
  }

  /**
   * Reads the keys. What is open for a revoked key ends.
   *
   * @throws if the database does not answer; the keys in memory stay as they are
   */
  refresh(): Promise<void> {
    // One after the other: a read that began earlier must not bring back a revoked key.
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #read(): Promise<void> {
    const { store, apiKeys } = this.#options;
    apiKeys.update(await store.read());
  }

  /** Ends what is open for keys that have expired. */
  endExpired(): void {
    this.#options.apiKeys.endInvalid();
  }

  /** Reads the keys, and stores their latest uses. */
  async run(): Promise<void> {
    await this.refresh();
    await this.#noteUses();
    const day = Math.floor(this.#options.clock.now() / DAY_MS);
    if (day === this.#day) return;
    await this.#options.onDay();
    this.#day = day;
  }

  async #noteUses(): Promise<void> {
    const { apiKeys, store, clock } = this.#options;
    const { uses } = apiKeys;
    for (const { id, usedAt } of uses) {
      const last = this.#noted.get(id);
      const now = clock.now();
      if (last && (usedAt === last.usedAt || now - last.at < USE_MS)) continue;
      await store.noteUse(id, usedAt);
      this.#noted.set(id, { usedAt, at: now });
    }
    const known = new Set(uses.map(({ id }) => id));
    for (const id of this.#noted.keys()) if (!known.has(id)) this.#noted.delete(id);
  }
}
