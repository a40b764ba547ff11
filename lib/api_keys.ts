/**
 * The API keys of this service. After the start, it keeps only their hashes.
 * @module
 */
import { type Caller, keyCaller } from "./caller.ts";
import { sha256, sha256Bytes } from "./hash.ts";
import { type ReadGrant, signerOf, TokenSigner } from "./read_token.ts";

interface ApiKey {
  caller: Caller;
  signingSecret: string;
  tokenSigner: TokenSigner;
}

/** The API keys that this service accepts. Without keys, it accepts calls from anyone. */
export class ApiKeys {
  /** By the digests of the keys. */
  readonly #keys: ReadonlyMap<string, ApiKey>;

  constructor(keys: readonly string[]) {
    this.#keys = new Map(keys.map((key) => [sha256(key), {
      caller: keyCaller(key),
      signingSecret: signingSecretOf(key),
      tokenSigner: new TokenSigner(key),
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
    return this.#keyOf(owner)?.signingSecret ?? null;
  }

  /**
   * Signs a token with which its bearer can read one job, as the caller can.
   *
   * @param caller a caller that {@link find} returned
   */
  async signReadToken(caller: Caller, grant: ReadGrant): Promise<string> {
    return await this.#keyOf(caller.owner)!.tokenSigner.sign(grant);
  }

  /**
   * Returns the caller that has signed a read token; `null` if the token is not valid for this job
   * at this time, or its key is no longer valid.
   */
  async findByReadToken(
    token: string,
    wanted: Pick<ReadGrant, "purpose" | "jobId"> & { now: number },
  ): Promise<Caller | null> {
    const id = signerOf(token);
    const key = this.#keys.values().find(({ tokenSigner }) => tokenSigner.id === id);
    return key && await key.tokenSigner.verify(token, wanted) ? key.caller : null;
  }

  #keyOf(owner: string | null): ApiKey | undefined {
    return this.#keys.values().find(({ caller }) => caller.owner === owner);
  }
}

/**
 * Derives the secret that signs callbacks, in the format of Standard Webhooks. Only the holder of
 * the key can derive it too, so no secret has to be exchanged. It does not reveal the key.
 */
function signingSecretOf(key: string): string {
  return `whsec_${sha256Bytes(`callback:${key}`).toBase64()}`;
}
