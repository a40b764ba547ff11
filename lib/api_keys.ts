/**
 * The API keys that one instance accepts: from `API_KEYS`, and from operators. They are in memory,
 * so that a request reads none from the database.
 * @module
 */
import { Buffer } from "node:buffer";
import {
  type ApiKey,
  configuredRights,
  isValidKey,
  type KeyLife,
  type KeyRights,
  type KeySecrets,
} from "./api_key.ts";
import { type Caller, keyCaller } from "./caller.ts";
import type { Clock } from "./clock.ts";
import { sha256 } from "./hash.ts";
import { type ReadGrant, signerOf, TokenSigner } from "./read_token.ts";

/** What operators have made and decided, as the database has it. */
export interface StoredKeys {
  /** Also the keys that were revoked or have expired lately. */
  keys: readonly ApiKey[];
  /** Whether callers need a key, also if there is none. */
  isClosed: boolean;
}

/** A key in memory. */
interface KnownKey extends KeyLife {
  /** `null`: a key of `API_KEYS`. */
  id: string | null;
  hash: string;
  caller: Caller;
  rights: KeyRights;
  signingSecret: string;
  tokenSigner: TokenSigner;
  /** When this instance last saw it. */
  usedAt: number | null;
}

/** When a key was last used in this instance. */
export interface KeyUse {
  id: string;
  usedAt: number;
}

const FOREVER: KeyLife = { revokedAt: null, expiresAt: null };

/** The API keys of one instance. Without keys, a service accepts calls from anyone. */
export class ApiKeys {
  readonly #configured: readonly KnownKey[];
  readonly #clock: Clock;
  #byHash: ReadonlyMap<string, KnownKey> = new Map();
  #byOwner: ReadonlyMap<string, KnownKey> = new Map();
  #byTokenId: ReadonlyMap<string, KnownKey> = new Map();
  #isClosed = false;
  /** Aborts when callers begin to need a key. */
  #closing = new AbortController();
  /** By the owners of the keys with something open: each aborts when its key ends. */
  readonly #ends = new Map<string, AbortController>();

  /** @param configured the keys of `API_KEYS` */
  constructor(configured: readonly KeySecrets[], clock: Clock) {
    this.#clock = clock;
    this.#configured = configured.map((secrets) => knownKey(secrets, configuredRights, FOREVER));
    this.update({ keys: [], isClosed: false });
  }

  /** The number of keys in `API_KEYS`. */
  get configured(): number {
    return this.#configured.length;
  }

  /** Whether callers need a key. */
  get isRequired(): boolean {
    return this.#isClosed || this.#configured.length > 0;
  }

  /**
   * Takes over what the database has. It ends what is open for keys that are no longer valid, and for
   * callers without a key if they need one now.
   */
  update({ keys, isClosed }: StoredKeys): void {
    const known = [...this.#configured, ...keys.map((key) => this.#withUse(key))];
    // Keys of operators come last. A key that they have revoked stays revoked, even if `API_KEYS`
    // contains it.
    this.#byHash = new Map(known.map((key) => [key.hash, key]));
    this.#byOwner = new Map(this.#byHash.values().map((key) => [key.caller.id, key]));
    this.#byTokenId = new Map(this.#byHash.values().map((key) => [key.tokenSigner.id, key]));
    this.#isClosed = isClosed || keys.some((key) => this.#isValid(key));
    this.endInvalid();
    if (!this.isRequired) return;
    this.#closing.abort();
    this.#closing = new AbortController();
  }

  #withUse({ id, secrets, revokedAt, expiresAt, ...rights }: ApiKey): KnownKey {
    const key = knownKey(secrets, rights, { revokedAt, expiresAt });
    const usedAt = this.#byOwner.get(key.caller.id)?.usedAt ?? null;
    return { ...key, id, usedAt };
  }

  /**
   * Returns the caller of a key, or `null` if the key is not valid. It compares digests, so its
   * duration reveals nothing about the keys: a client cannot choose the digest of what it sends.
   */
  find(key: string): Caller | null {
    return this.#use(this.#byHash.get(sha256(key)));
  }

  /** Returns whether the jobs of an owner have a limit for their daily cost. */
  isCostLimited(owner: string | null): boolean {
    return (this.#keyOf(owner)?.rights.dailyCostUsd ?? null) !== null;
  }

  /** The owners with a limit for the daily cost of their jobs. */
  get costLimited(): string[] {
    return [...this.#byOwner.values()].flatMap(({ rights, caller }) =>
      rights.dailyCostUsd === null ? [] : [caller.id]
    );
  }

  /**
   * Returns the secret that signs callbacks to a job's owner, or `null` if its key is not known. A
   * key that was revoked or has expired signs the callbacks of its jobs, which go on.
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
    const key = this.#byTokenId.get(signerOf(token) ?? "");
    return key && await key.tokenSigner.verify(token, wanted) ? this.#use(key) : null;
  }

  /**
   * Returns a signal that aborts when the key of a caller is no longer valid. For a caller without a
   * key it aborts when callers need one; `null` if they do already, because the caller may read then.
   */
  endOf({ owner, rights }: Caller): AbortSignal | null {
    if (owner === null || !rights) return this.isRequired ? null : this.#closing.signal;
    const end = this.#ends.get(owner) ?? new AbortController();
    if (this.#isValid(this.#keyOf(owner))) this.#ends.set(owner, end);
    else end.abort();
    return end.signal;
  }

  /** Ends what is open for keys that are no longer valid. */
  endInvalid(): void {
    for (const [owner, end] of this.#ends) {
      if (this.#isValid(this.#keyOf(owner))) continue;
      this.#ends.delete(owner);
      end.abort();
    }
  }

  /** When the keys that operators have made were last used in this instance. */
  get uses(): KeyUse[] {
    return [...this.#byHash.values()].flatMap(({ id, usedAt }) =>
      id === null || usedAt === null ? [] : [{ id, usedAt }]
    );
  }

  /** Returns the caller of a valid key, and notes the use. */
  #use(key: KnownKey | undefined): Caller | null {
    if (!key || !this.#isValid(key)) return null;
    key.usedAt = this.#clock.now();
    return key.caller;
  }

  #isValid(key: KeyLife | undefined): boolean {
    return key !== undefined && isValidKey(key, this.#clock.now());
  }

  #keyOf(owner: string | null): KnownKey | undefined {
    return owner === null ? undefined : this.#byOwner.get(owner);
  }
}

function knownKey(secrets: KeySecrets, rights: KeyRights, life: KeyLife): KnownKey {
  const { scopes, dailyJobs, dailyCostUsd } = rights;
  const own = { scopes, dailyJobs, dailyCostUsd };
  const { hash, signingSecret, tokenId, tokenSecret } = secrets;
  return {
    id: null,
    hash,
    caller: keyCaller(hash, own),
    rights: own,
    signingSecret,
    tokenSigner: new TokenSigner({ id: tokenId, secret: Buffer.from(tokenSecret, "base64") }),
    usedAt: null,
    ...life,
  };
}
