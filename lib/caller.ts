/**
 * Who sends a request. The rest of the program sees only hashes of keys, tokens and addresses.
 * @module
 */
import { LRUCache } from "lru-cache";
import type { KeyRights } from "./api_key.ts";
import { sha256 } from "./hash.ts";

/** Who sends requests. */
export interface Caller {
  /** Unique to this caller and the same for all its requests. Not secret. */
  id: string;
  /**
   * The `id` of a caller with a key or a token: it can list its jobs from any address. Else `null`.
   */
  owner: string | null;
  /** What the API key of the caller allows. Unset: the caller has none. */
  rights?: KeyRights;
}

/** The caller of a job that no request created, for example in a benchmark. */
export const anonymousCaller: Caller = { id: "anonymous", owner: null };

/** Returns the caller of a valid API key, by the SHA-256 of the key in hexadecimal digits. */
export function keyCaller(hash: string, rights: KeyRights): Caller {
  return { ...identified(`key:${hash}`), rights };
}

/**
 * The callers with the tokens and at the addresses of the latest requests, because a hash takes
 * several microseconds. The tokens are in memory only, as in the requests themselves. Memory also
 * has the operator's secrets, which are worth more.
 */
const clientCallers = latestCallers((token) => identified(`client:${sha256(token)}`));
const addressCallers = latestCallers((address) => ({
  id: `address:${sha256(address)}`,
  owner: null,
}));

/** Returns the caller that sends a client token. */
export function clientCaller(token: string): Caller {
  return clientCallers.memo(token);
}

/** Returns the caller at a network address, if it sends neither a key nor a token. */
export function addressCaller(address: string): Caller {
  return addressCallers.memo(address);
}

function latestCallers(memoMethod: (text: string) => Caller): LRUCache<string, Caller> {
  return new LRUCache({ max: 1_000, memoMethod });
}

/** Whether a job's owner is an API key. Such a job is visible only to its owner. */
export function isKey(owner: string | null): boolean {
  return owner?.startsWith("key:") ?? false;
}

function identified(id: string): Caller {
  return { id, owner: id };
}
