/**
 * Who sends a request. Keys, tokens and addresses go no further than this: only their hashes do.
 * @module
 */
import { sha256 } from "./hash.ts";

/** The sender of a request. */
export interface Caller {
  /** The same for all requests of one caller, and different for others. It holds no secret. */
  id: string;
  /** The same, if they will be recognised wherever they come from; they have a list of their jobs. */
  owner: string | null;
}

/** The caller of a service that does not identify its callers. */
export const anonymous: Caller = { id: "anonymous", owner: null };

/** The caller behind an API key that was checked. */
export function keyCaller(key: string): Caller {
  return recognised(`key:${sha256(key)}`);
}

/** The caller who keeps a random token and sends it with each request. */
export function clientCaller(token: string): Caller {
  return recognised(`client:${sha256(token)}`);
}

/** A caller of whom only the network address is known. */
export function addressCaller(address: string): Caller {
  return { id: `address:${sha256(address)}`, owner: null };
}

/** Whether a job's owner is an API key, so that other callers cannot see the job. */
export function isKey(owner: string | null): boolean {
  return owner?.startsWith("key:") ?? false;
}

function recognised(id: string): Caller {
  return { id, owner: id };
}
