/**
 * Compares what requests send with `ADMIN_TOKEN`, and makes guessing it slow.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { timingSafeEqual } from "node:crypto";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../lib/clock.ts";

/** How long an address waits for the answer to a wrong token. */
export const WRONG_TOKEN_MS = 1_000;

/** Enough for a person with several tabs. An address can try this many tokens in a second. */
const WRONG_PER_ADDRESS = 3;

/** How many requests with a wrong token wait at once. Further ones are answered without waiting. */
const MAX_WAITING = 50;

/** How many addresses the guard remembers. An entry is about 100 bytes. */
const MAX_ADDRESSES = 10_000;

/** As many as the hash has. */
const HASH_KEY_BYTES = 32;

/** Enough to tell addresses in a log apart. */
const HASH_CHARACTERS = 16;

/** `busy`: the address has sent too many wrong tokens, so this one was not compared. */
export type TokenVerdict = "right" | "wrong" | "busy";

export interface TokenGuardOptions {
  /** `ADMIN_TOKEN`. */
  token: string;
  clock: Clock;
  /** Hears of each wrong token, with a hash of the address that sent it. Must not throw. */
  onWrong?: (addressHash: string) => void;
}

const log = getLogger(["tripwright", "http"]);

/**
 * Guards one token. A right token is never delayed by other addresses. Of an address that sends
 * wrong tokens, three are compared each second. The others are refused, right or wrong, because the
 * delay would otherwise not limit guesses that are sent at the same time.
 */
export class TokenGuard {
  readonly #options: TokenGuardOptions;
  /**
   * The key of the hashes of addresses, without which a hash leads to no address. It has nothing to do
   * with the token: a reader of the log that knows an address could otherwise test guesses.
   */
  readonly #hashKey = crypto.getRandomValues(new Uint8Array(HASH_KEY_BYTES));
  readonly #tokenHash: Uint8Array;
  /** When the latest wrong tokens of an address stop counting, in epoch milliseconds. */
  readonly #wrongUntil = new LRUCache<string, number[]>({ max: MAX_ADDRESSES });
  #waiting = 0;

  constructor(options: TokenGuardOptions) {
    this.#options = options;
    this.#tokenHash = sha256(utf8ToBytes(options.token));
  }

  /** The number of requests that wait for the answer to a wrong token. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Compares a token in constant time. For a wrong one, the result comes after a second.
   *
   * @param address the network address of the client
   */
  async check(sent: string, address: string): Promise<TokenVerdict> {
    const { clock, onWrong } = this.#options;
    const latest = this.#latestWrong(address);
    if (latest.length >= WRONG_PER_ADDRESS) return "busy";
    // Without a pause in between, so that simultaneous requests cannot have more tokens compared.
    if (timingSafeEqual(sha256(utf8ToBytes(sent)), this.#tokenHash)) return "right";
    this.#wrongUntil.set(address, [...latest, clock.now() + WRONG_TOKEN_MS]);
    const addressHash = this.#hashOf(address);
    log.warning("wrong admin token", { address: addressHash });
    onWrong?.(addressHash);
    if (this.#waiting >= MAX_WAITING) return "busy";
    await this.#delay();
    return "wrong";
  }

  /**
   * Derives a secret from the token, so that it ends with the token. It does not reveal the token.
   *
   * @param purpose what the secret is for; another purpose has another secret
   */
  secretFor(purpose: string): string {
    const { token } = this.#options;
    return bytesToHex(sha256(utf8ToBytes(`${purpose}:${token}`)));
  }

  #latestWrong(address: string): number[] {
    const now = this.#options.clock.now();
    return (this.#wrongUntil.get(address) ?? []).filter((until) => until > now);
  }

  async #delay(): Promise<void> {
    this.#waiting++;
    try {
      await this.#options.clock.wait(WRONG_TOKEN_MS);
    } finally {
      this.#waiting--;
    }
  }

  #hashOf(address: string): string {
    return bytesToHex(hmac(sha256, this.#hashKey, utf8ToBytes(address))).slice(0, HASH_CHARACTERS);
  }
}
