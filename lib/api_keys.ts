/**
 * The API keys of this service. Once it has started only their hashes are kept.
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

/** The API keys of this service. Without keys, the service is open to all callers. */
export class ApiKeys {
  readonly #keys: readonly ApiKey[];

  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => ({
      digest: digestOf(key),
      caller: keyCaller(key),
      signingSecret: signingSecretOf(key),
    }));
  }

  /** How many there are. */
  get size(): number {
    return this.#keys.length;
  }

  /**
   * The caller whose key this is, or `null`. Digests are compared, each in constant time and all of
   * them, so that the time it takes tells nothing about a key.
   */
  find(key: string): Caller | null {
    const digest = digestOf(key);
    const matches = this.#keys.filter((known) => timingSafeEqual(known.digest, digest));
    return matches[0]?.caller ?? null;
  }

  /** What callbacks to the owner of a job are signed with; `null` if their key is no longer one. */
  signingSecretOf(owner: string | null): string | null {
    return this.#keys.find(({ caller }) => caller.owner === owner)?.signingSecret ?? null;
  }
}

/**
 * Returns the secret that signs callbacks, in the form of Standard Webhooks. It follows from the API key,
 * so an owner can compute it. It does not reveal the key.
 */
function signingSecretOf(key: string): string {
  return `whsec_${digestOf(`callback:${key}`).toString("base64")}`;
}

function digestOf(key: string): Buffer {
  return Buffer.from(sha256(key), "hex");
}
