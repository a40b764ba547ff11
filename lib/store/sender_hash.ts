/**
 * Hashes of the addresses that requests come from. Records keep such a hash, so that the breaker can
 * tell the jobs of one address from others.
 *
 * | key | value |
 * |---|---|
 * | `["sender_key", day]` | the random key of the hashes of that UTC day |
 *
 * A plain hash of an address can be found by hashing all addresses. So the hash has a random key,
 * which all instances share. It is deleted after the next day, and then nothing leads back to an
 * address.
 * @module
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { getLogger } from "@logtape/logtape";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { type Clock, DAY_MS } from "../clock.ts";
import { describeError } from "../log.ts";
import type { Kv } from "../platform/kv.ts";

const KEY_BYTES = 32;

/** Half of a SHA-256 tells as many senders apart as there may be. */
const HASH_CHARACTERS = 32;

const Key = z.instanceof(Uint8Array).refine(({ length }) => length === KEY_BYTES);

/** An instance whose clock is behind may use a key for this much longer. */
const SPARE_MS = 3_600_000;

const log = getLogger(["tripwright", "jobs"]);

export class SenderHashes {
  readonly #kv: Kv;
  readonly #clock: Clock;
  /** The key of a day, and that of the day before if there is one, as soon as they are read. */
  #keys: { day: number; bytes: Promise<Uint8Array[]> } | undefined;
  /** The hashes of the latest senders of this day, because a hash takes several microseconds. */
  readonly #hashes = new LRUCache<string, string>({ max: 1_000 });

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Returns the hash of a sender for this day and, after a space, the hash for the day before. Two
   * results of the same day or of consecutive days have a hash in common. All instances return the
   * same hashes.
   *
   * @param sender such as the `id` of a caller
   * @returns `null` if the key cannot be read: no request may fail for it
   */
  async hashOf(sender: string): Promise<string | null> {
    const day = Math.floor(this.#clock.now() / DAY_MS);
    if (this.#keys?.day !== day) {
      this.#hashes.clear();
      this.#keys = { day, bytes: this.#readKeys(day) };
    }
    const known = this.#hashes.get(sender);
    if (known !== undefined) return known;
    const { bytes } = this.#keys;
    try {
      const hashes = (await bytes).map((key) => shortHash(key, sender)).join(" ");
      if (this.#keys?.bytes === bytes) this.#hashes.set(sender, hashes);
      return hashes;
    } catch (error) {
      if (this.#keys?.bytes === bytes) this.#keys = undefined;
      log.warning("sender not hashed", { error: describeError(error) });
      return null;
    }
  }

  async #readKeys(day: number): Promise<Uint8Array[]> {
    const own = await this.#readKey(day);
    const { value } = await this.#kv.get(["sender_key", day - 1]);
    const { data: before } = Key.safeParse(value);
    return before ? [own, before] : [own];
  }

  /** Reads the key of a day, or creates it. */
  async #readKey(day: number): Promise<Uint8Array> {
    const key = ["sender_key", day];
    for (;;) {
      const entry = await this.#kv.get(key);
      const { data: found } = Key.safeParse(entry.value);
      if (found) return found;
      const made = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
      const expireIn = (day + 2) * DAY_MS - this.#clock.now() + SPARE_MS;
      // A conflict means that another instance has created it.
      if ((await this.#kv.atomic().check(entry).set(key, made, { expireIn }).commit()).ok) {
        return made;
      }
    }
  }
}

function shortHash(key: Uint8Array, sender: string): string {
  return bytesToHex(hmac(sha256, key, utf8ToBytes(sender))).slice(0, HASH_CHARACTERS);
}
