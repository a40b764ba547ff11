/**
 * Recognizes the operator by `ADMIN_TOKEN`.
 * @module
 */
import type { Context } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import { bearerToken } from "./caller.ts";

/** Returns whether a request is from the operator. */
export type AdminCheck = (c: Context) => Promise<boolean>;

/**
 * Creates the check of `Authorization: Bearer <ADMIN_TOKEN>`. It compares in constant time.
 *
 * @param token `ADMIN_TOKEN`. Unset: no request is from the operator
 */
export function adminCheck(token: string | undefined): AdminCheck {
  if (token === undefined) return () => Promise.resolve(false);
  return (c) => timingSafeEqual(bearerToken(c), token);
}
