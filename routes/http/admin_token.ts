/**
 * Recognizes the operator by `ADMIN_TOKEN`.
 * @module
 */
import type { Context } from "hono";
import { bearerToken } from "./caller.ts";
import { clientAddress } from "./client_address.ts";
import { isForeign } from "./foreign_site.ts";
import type { TokenGuard } from "./token_guard.ts";

/** Returns whether a request is from the operator. */
export type AdminCheck = (c: Context) => Promise<boolean>;

/**
 * Creates the check of `Authorization: Bearer <ADMIN_TOKEN>`. A request without a token is answered
 * at once, and one with a wrong token after a second.
 *
 * A request of a page of another site is never from the operator, and its token is not compared. Such
 * a page could otherwise guess from the addresses of its visitors, and block that of the operator.
 *
 * @param guard guards `ADMIN_TOKEN`. Unset: no request is from the operator
 * @param options `trustedProxies`: the number of proxies in front of the service
 */
export function adminCheck(
  guard: TokenGuard | undefined,
  { trustedProxies }: { trustedProxies: number },
): AdminCheck {
  return async (c) => {
    const sent = bearerToken(c);
    if (guard === undefined || sent === "") return false;
    if (isForeign(c, { origins: [], trustedProxies })) return false;
    return await guard.check(sent, clientAddress(c, trustedProxies)) === "right";
  };
}
