/**
 * The API keys of this service. After the start, it keeps only their hashes.
 * @module
 */
import { type Caller, keyCaller } from "./caller.ts";
import { sha256, sha256Bytes } from "./hash.ts";

interface ApiKey {
  caller: Caller;
  signingSecret: string;
}

/** The API keys that this service accepts. Without keys, it accepts calls from anyone. */
export class ApiKeys {
  /** By the digests of the keys. */
  readonly #keys: ReadonlyMap<string, ApiKey>;

  constructor(keys: readonly string[]) {
    this.#keys = new Map(keys.map((key) => [sha256(key), {
      caller: keyCaller(key),
      signingSecret: signingSecretOf(key),
    }]));
  }

  /** The number of keys. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * Returns the caller of a key, or `null` if the key is not valid. It compares digests, so its
   * duration reveals nothing about the keys: a client cannot choose the digest of what it sends.
   */
  find(key: string): Caller | null {
    return this.#keys.get(sha256(key))?.caller ?? null;
  }

  /**
   * Returns the secret that signs callbacks to a job's owner, or `null` if its key is no longer
   * valid.
   */
  signingSecretOf(owner: string | null): string | null {
    const key = this.#keys.values().find(({ caller }) => caller.owner === owner);
    return key?.signingSecret ?? null;
  }
}

/**
 * Derives the secret that signs callbacks, in the format of Standard Webhooks. Only the holder of
 * the key can derive it too, so no secret has to be exchanged. It does not reveal the key.
 */
function signingSecretOf(key: string): string {
  return `whsec_${sha256Bytes(`callback:${key}`).toBase64()}`;
}
