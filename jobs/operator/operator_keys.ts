/**
 * The API keys, as operators make, list and revoke them.
 * @module
 */
import { z } from "zod";
import {
  type ApiKey,
  isValidKey,
  KeyScope,
  keyScopes,
  newKeyText,
  secretsOf,
  startOf,
} from "../../lib/api_key.ts";
import type { ApiKeys } from "../../lib/api_keys.ts";
import { keyCaller } from "../../lib/caller.ts";
import type { Clock } from "../../lib/clock.ts";
import { type ApiKeyStore, MAX_KEYS } from "../../lib/store/api_key_store.ts";
import type { Actor, Audit } from "./audit.ts";

const NAME_ERROR = "expected 1 to 64 visible characters";
const SCOPES_ERROR = `expected one or more of ${Object.keys(keyScopes).join(", ")}`;
const JOBS_ERROR = "expected a whole number from 1 to 1,000,000";
const COST_ERROR = "expected an amount from 0.01 to 1,000,000";
const TIME_ERROR = "expected a time such as 2027-01-31T12:00:00Z";

/** What an operator may choose for a new key. */
export const NewKey = z.strictObject({
  name: z.string(NAME_ERROR).trim().regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u, NAME_ERROR)
    .describe("For people, such as the name of the client"),
  scopes: z.array(KeyScope, SCOPES_ERROR).min(1, SCOPES_ERROR).max(10, SCOPES_ERROR)
    .transform((scopes) => [...new Set(scopes)]).describe(
      Object.entries(keyScopes).map(([scope, what]) => `\`${scope}\`: ${what}`).join("; "),
    ),
  dailyJobs: z.int(JOBS_ERROR).min(1, JOBS_ERROR).max(1_000_000, JOBS_ERROR).nullable()
    .default(null).describe(
      "How many jobs it may create per UTC day. `null`: `DAILY_JOBS_PER_KEY` applies",
    ),
  dailyCostUsd: z.number(COST_ERROR).min(0.01, COST_ERROR).max(1_000_000, COST_ERROR).nullable()
    .default(null).describe("How many US dollars its jobs may cost per UTC day. `null`: no limit"),
  expiresAt: z.iso.datetime({ offset: true, error: TIME_ERROR })
    .transform((text) => Date.parse(text)).nullable().default(null)
    .describe("When the key ends by itself. `null`: never"),
});
export type NewKey = z.infer<typeof NewKey>;

/** The state of a key now. */
export type KeyState = "valid" | "expired" | "revoked";

/** A key, without its secrets. Times are in epoch milliseconds. */
export interface ListedKey extends Omit<ApiKey, "secrets"> {
  state: KeyState;
  /** The owner of the jobs that it creates. */
  owner: string;
}

/** The keys, and who needs one. */
export interface KeyList {
  /** Newest first. Keys that ended stay for 31 days. */
  keys: ListedKey[];
  /** Whether callers need a key. */
  isClosed: boolean;
  /** The number of keys in `API_KEYS`. */
  configured: number;
}

/** A new key. Its text is not stored, so this is the only time that it is known. */
export interface MadeKey {
  key: ListedKey;
  text: string;
  /** Verifies callbacks. The holder can also derive it from the key. */
  signingSecret: string;
  /** Whether callers did not need a key before. */
  closesService: boolean;
}

/** Why a key is not made, or why the service does not open. */
export class KeyRefusal extends Error {
  override name = "KeyRefusal";

  /** @param member the member of {@link NewKey} that is wrong; `null`: none */
  constructor(message: string, readonly member: keyof NewKey | null = null) {
    super(message);
  }
}

export interface OperatorKeysOptions {
  store: ApiKeyStore;
  apiKeys: ApiKeys;
  /** Takes over the keys of the database in this instance. */
  refresh: () => Promise<void>;
  audit: Audit;
  clock: Clock;
  /** The first model in use without a price; `null`: all have one. */
  unpricedModel: string | null;
}

/** The API keys for operators. */
export class OperatorKeys {
  readonly #options: OperatorKeysOptions;

  constructor(options: OperatorKeysOptions) {
    this.#options = options;
  }

  /** Lists the keys, newest first. */
  async list(): Promise<KeyList> {
    const { store, apiKeys } = this.#options;
    const { keys, isClosed } = await store.read();
    const uses = new Map(apiKeys.uses.map(({ id, usedAt }) => [id, usedAt]));
    const listed = keys.map((key) => {
      const lastUsedAt = Math.max(key.lastUsedAt ?? 0, uses.get(key.id) ?? 0) || null;
      return this.#listed({ ...key, lastUsedAt });
    });
    return {
      keys: listed.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)),
      isClosed: isClosed || apiKeys.isRequired,
      configured: apiKeys.configured,
    };
  }

  /**
   * Makes a key. From then on, callers need a key.
   *
   * @throws {KeyRefusal} if the key cannot be made
   */
  async create(actor: Actor, { name, scopes, ...limits }: NewKey): Promise<MadeKey> {
    const { store, apiKeys, audit, clock, unpricedModel } = this.#options;
    const now = clock.now();
    if (limits.expiresAt !== null && limits.expiresAt <= now) {
      throw new KeyRefusal("expected a time in the future", "expiresAt");
    }
    if (limits.dailyCostUsd !== null && unpricedModel !== null) {
      const message = `needs the price of ${unpricedModel} in MODEL_PRICES`;
      throw new KeyRefusal(message, "dailyCostUsd");
    }
    const text = newKeyText();
    const secrets = secretsOf(text);
    const key: ApiKey = {
      id: crypto.randomUUID(),
      name,
      start: startOf(text),
      scopes,
      ...limits,
      createdAt: now,
      createdBy: actor.name,
      revokedAt: null,
      lastUsedAt: null,
      secrets,
    };
    const closesService = !apiKeys.isRequired;
    const details = { name, scopes: scopes.join(" "), ...limits, closesService };
    await audit.record(actor, { action: "key.create", target: key.id, details }, async () => {
      if (await store.create(key) === "created") return;
      throw new KeyRefusal(`There are ${MAX_KEYS} keys. Ended keys go after 31 days`);
    });
    await this.#options.refresh();
    return { key: this.#listed(key), text, signingSecret: secrets.signingSecret, closesService };
  }

  /**
   * Revokes a key, at once in this instance and within a second in the others.
   *
   * @returns the key; `null` if there is no such key
   */
  async revoke(actor: Actor, id: string): Promise<ListedKey | null> {
    const { store, audit } = this.#options;
    const known = (await store.read()).keys.find((key) => key.id === id);
    if (!known) return null;
    if (known.revokedAt !== null) return this.#listed(known);
    const change = { action: "key.revoke", target: id, details: { name: known.name } } as const;
    const revoked = await audit.record(actor, change, () => store.revoke(id));
    await this.#options.refresh();
    return revoked && this.#listed(revoked);
  }

  /**
   * Lets callers without a key in again.
   *
   * @throws {KeyRefusal} if there is a valid key
   */
  async open(actor: Actor): Promise<void> {
    const { store, apiKeys, audit } = this.#options;
    if (apiKeys.configured > 0) throw new KeyRefusal("API_KEYS is set: remove it and restart");
    await audit.record(actor, { action: "service.open" }, async () => {
      if (await store.open() === "open") return;
      throw new KeyRefusal("There are valid keys: revoke them first");
    });
    await this.#options.refresh();
  }

  #listed({ secrets, ...key }: ApiKey): ListedKey {
    const isValid = isValidKey(key, this.#options.clock.now());
    const ended = key.revokedAt === null ? "expired" : "revoked";
    const { id: owner } = keyCaller(secrets.hash, key);
    return { ...key, state: isValid ? "valid" : ended, owner };
  }
}
