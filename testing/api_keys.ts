/**
 * API keys for tests.
 * @module
 */
import {
  type ApiKey,
  configuredRights,
  type KeyRights,
  newKeyText,
  secretsOf,
  startOf,
} from "../lib/api_key.ts";
import { ApiKeys } from "../lib/api_keys.ts";
import { type Caller, keyCaller } from "../lib/caller.ts";
import type { Clock } from "../lib/clock.ts";
import { sha256 } from "../lib/hash.ts";
import { FakeClock, NOON } from "./fake_clock.ts";

/** Returns the keys of a service whose `API_KEYS` has these texts. */
export function apiKeysOf(texts: readonly string[], clock: Clock = new FakeClock()): ApiKeys {
  return new ApiKeys(texts.map(secretsOf), clock);
}

/** Returns the caller with a key. Unset rights are those of a key of `API_KEYS`. */
export function callerWith(key: string, rights: Partial<KeyRights> = {}): Caller {
  return keyCaller(sha256(key), { ...configuredRights, ...rights });
}

/** Returns a key that operators have made, and its text. */
export function madeKey(options: Partial<ApiKey> = {}): { key: ApiKey; text: string } {
  const text = newKeyText();
  const key: ApiKey = {
    id: crypto.randomUUID(),
    name: "a client",
    start: startOf(text),
    ...configuredRights,
    scopes: [...configuredRights.scopes],
    createdAt: NOON,
    createdBy: "ada",
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    secrets: secretsOf(text),
    ...options,
  };
  return { key, text };
}
