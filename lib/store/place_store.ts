/**
 * What a provider of places has answered, and whose turn it is to ask it. All instances share both.
 *
 * | key | value |
 * |---|---|
 * | `["place", hash]` | what the provider of places knows of a name near a destination, without both |
 * | `["place_turn"]` | when an instance last asked the provider; its versionstamp is what counts |
 *
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { MAX_KEYS_PER_READ } from "./kv_limits.ts";
import type { Kv, KvKey } from "../platform/kv.ts";

export interface PlaceStoreOptions<Answer> {
  clock: Clock;
  /** The shape of an answer. What this version cannot read is left out. */
  schema: z.ZodType<Answer>;
}

/** The answers in one KV database. */
export class PlaceStore<Answer> {
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #entry: z.ZodType<{ answer: Answer; expiresAt: number }>;

  constructor(kv: Kv, { clock, schema }: PlaceStoreOptions<Answer>) {
    this.#kv = kv;
    this.#clock = clock;
    this.#entry = z.object({ answer: schema, expiresAt: z.number() });
  }

  /**
   * Reads answers.
   *
   * @param hashes what the answers were written with
   * @returns the answers that are known, by their hashes
   */
  async read(hashes: readonly string[]): Promise<Map<string, Answer>> {
    const parts = [];
    for (let from = 0; from < hashes.length; from += MAX_KEYS_PER_READ) {
      parts.push(hashes.slice(from, from + MAX_KEYS_PER_READ));
    }
    const entries = await Promise.all(
      parts.map((part) => this.#kv.getMany<unknown[]>(part.map(placeKey))),
    );
    const now = this.#clock.now();
    return new Map(
      entries.flat().flatMap(({ key, value }) => {
        const { data } = this.#entry.safeParse(value);
        return data && data.expiresAt > now ? [[String(key[1]), data.answer]] : [];
      }),
    );
  }

  /** Writes an answer. It replaces an earlier one. */
  async write(hash: string, answer: Answer, { ttlMs }: { ttlMs: number }): Promise<void> {
    const value = { answer, expiresAt: this.#clock.now() + ttlMs };
    await this.#kv.set(placeKey(hash), value, { expireIn: ttlMs });
  }
}

/**
 * The instance that had the last turn waits this much longer, in parts of the interval. It knows of
 * its turn before the others do, so it would always be the first to take the next one.
 */
const YIELD_SHARE = 0.1;

/** The key stays for a minute after the last turn. Without it, the next turn is free. */
const IDLE_MS = 60_000;

/** The last turn, as far as this instance knows. */
interface LastTurn {
  /** `null`: there is none. */
  versionstamp: string | null;
  /** Since when the instance knows of it. */
  seenAt: number;
  isOwn: boolean;
}

/**
 * Paces the requests of all instances together. The clocks of two machines are never compared: an
 * instance takes a turn when it has seen the last one for the whole interval by its own clock. So
 * two turns are never closer than the interval, however wrong the clocks are.
 */
export class PlaceTurns {
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #last: LastTurn | undefined;
  /** Settles when the callers before have had their turns or have left. Never rejects. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @param options `intervalMs`: the shortest time between two turns, in milliseconds */
  constructor(kv: Kv, { clock, intervalMs }: { clock: Clock; intervalMs: number }) {
    this.#kv = kv;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /**
   * Waits for a turn, in the order of the calls.
   *
   * @throws the reason of `signal`, if it aborts; the error of the database
   */
  async take(signal: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#take(signal));
    this.#queue = turn.catch(() => {});
    await turn;
  }

  async #take(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      this.#last ??= await this.#look();
      const waitMs = this.#waitMs(this.#last);
      if (waitMs > 0) await this.#clock.wait(waitMs, signal);
      else if (await this.#commit(this.#last.versionstamp)) return;
    }
  }

  async #look(): Promise<LastTurn> {
    const { versionstamp } = await this.#kv.get(["place_turn"]);
    return { versionstamp, seenAt: this.#clock.now(), isOwn: false };
  }

  #waitMs(last: LastTurn): number {
    if (last.versionstamp === null) return 0;
    const passedMs = this.#clock.now() - last.seenAt;
    // The clock was set back, so the time that has passed is not known.
    if (passedMs < 0) last.seenAt = this.#clock.now();
    const intervalMs = last.isOwn ? this.#intervalMs * (1 + YIELD_SHARE) : this.#intervalMs;
    return intervalMs - Math.max(0, passedMs);
  }

  /** @returns `false` if another instance has taken the turn */
  async #commit(versionstamp: string | null): Promise<boolean> {
    const key = ["place_turn"];
    const expireIn = this.#intervalMs + IDLE_MS;
    const result = await this.#kv.atomic()
      .check({ key, versionstamp })
      .set(key, { at: this.#clock.now() }, { expireIn })
      .commit();
    this.#last = result.ok
      ? { versionstamp: result.versionstamp, seenAt: this.#clock.now(), isOwn: true }
      : undefined;
    return result.ok;
  }
}

function placeKey(hash: string): KvKey {
  return ["place", hash];
}
