/**
 * The API keys of this service. After the start, it keeps only their hashes.
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { type Caller, keyCaller } from "./caller.ts";
import { sha256 } from "./hash.ts";

interface ApiKey {
  digest: Buffer;
  caller: Caller;
  signingSecret: string;
}

/** The API keys that this service accepts. Without keys, it accepts calls from anyone. */
export class ApiKeys {
  readonly #keys: readonly ApiKey[];

  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => ({
      digest: digestOf(key),
      caller: keyCaller(key),
      signingSecret: signingSecretOf(key),
    }));
  }

  /** The number of keys. */
  get size(): number {
    return this.#keys.length;
  }

  /**
   * Returns the caller of a key, or `null` if the key is not valid. It compares all digests, each
   * in constant time, so that the duration reveals nothing about the keys.
   */
  find(key: string): Caller | null {
    const digest = digestOf(key);
    const matches = this.#keys.filter((known) => timingSafeEqual(known.digest, digest));
    return matches[0]?.caller ?? null;
  }

  /**
   * Returns the secret that signs callbacks to a job's owner, or `null` if its key is no longer
   * valid.
   */
  signingSecretOf(owner: string | null): string | null {
    return this.#keys.find(({ caller }) => caller.owner === owner)?.signingSecret ?? null;
  }
}

/**
 * Derives the secret that signs callbacks, in the format of Standard Webhooks. Only the holder of
 * the key can derive it too, so no secret has to be exchanged. It does not reveal the key.
 */
function signingSecretOf(key: string): string {
  return `whsec_${digestOf(`callback:${key}`).toString("base64")}`;
}

function digestOf(key: string): Buffer {
  return Buffer.from(sha256(key), "hex");
}
