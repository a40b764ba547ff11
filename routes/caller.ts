/**
 * Who sends a request, without saying it: tokens go no further than this.
 * @module
 */
import type { Context } from "hono";
import { ANONYMOUS, sha256 } from "../lib/dedupe_key.ts";

/** The bearer token's hash; only meaningful behind a check of the token. */
export function callerOf(c: Context): string {
  const token = c.req.header("authorization")?.match(/^Bearer +(\S+)/i)?.[1];
  return token === undefined ? ANONYMOUS : sha256(token);
}
