/**
 * The cookie with the token of a browser. The pages and forms of the web app need it, because a
 * browser without scripts cannot send `Client-Token`. The API does not read it.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { BROWSER_COOKIE, browserTokenIn } from "../../web/app/browser_token.ts";
import type { AccessOptions } from "../http/caller.ts";

/** Browsers keep no cookie for longer (RFC 6265bis, section 5.5). */
const MAX_AGE_SECONDS = 400 * 86_400;

/** Returns the token of the browser; `undefined` if it has no valid one. */
export function browserTokenOf(c: Context): string | undefined {
  return browserTokenIn(`${BROWSER_COOKIE}=${getCookie(c, BROWSER_COOKIE)}`);
}

/**
 * Gives a token to each browser without one. A service with API keys needs none: there a trip belongs
 * to a key.
 */
export function keepBrowserToken({ apiKeys, trustedProxies }: AccessOptions): MiddlewareHandler {
  return async (c, next) => {
    if (apiKeys.size === 0 && browserTokenOf(c) === undefined) {
      setCookie(c, BROWSER_COOKIE, crypto.randomUUID(), {
        path: "/",
        maxAge: MAX_AGE_SECONDS,
        sameSite: "Lax",
        secure: hasTls(c, trustedProxies),
      });
    }
    await next();
  };
}

/** Whether the browser uses TLS, as far as the service knows. */
function hasTls(c: Context, trustedProxies: number): boolean {
  const isForwarded = trustedProxies > 0 && c.req.header("x-forwarded-proto") === "https";
  return isForwarded || c.req.url.startsWith("https:");
}
