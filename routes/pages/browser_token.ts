/**
 * The cookie with the token of a browser. The pages and forms of the web app need it, because a
 * browser without scripts cannot send `Client-Token`. The API does not read it.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { BROWSER_COOKIE, firstToken, TLS_COOKIE } from "../../web/app/browser_token.ts";
import type { AccessOptions } from "../http/caller.ts";

/** Browsers keep no cookie for longer (RFC 6265bis, section 5.5). */
const MAX_AGE_SECONDS = 400 * 86_400;

/** Which proxies the service trusts. */
type ProxyOptions = Pick<AccessOptions, "trustedProxies">;

/**
 * Returns the token of the browser; `undefined` if it has no valid one. With TLS only the name with
 * the prefix counts, because another host of the same domain can set any other cookie.
 */
export function browserTokenOf(c: Context, options: ProxyOptions): string | undefined {
  const names = hasTls(c, options) ? [TLS_COOKIE] : [TLS_COOKIE, BROWSER_COOKIE];
  return firstToken(names.map((name) => getCookie(c, name)));
}

/**
 * Gives a token to each browser without one. A service with API keys needs none: there a trip belongs
 * to a key.
 */
export function keepBrowserToken(access: AccessOptions): MiddlewareHandler {
  return async (c, next) => {
    if (!access.apiKeys.isRequired && browserTokenOf(c, access) === undefined) {
      const secure = hasTls(c, access);
      setCookie(c, secure ? TLS_COOKIE : BROWSER_COOKIE, crypto.randomUUID(), {
        path: "/",
        maxAge: MAX_AGE_SECONDS,
        sameSite: "Lax",
        secure,
      });
    }
    await next();
  };
}

/**
 * Whether the browser uses TLS, as far as the service knows. Of several proxies, each may append the
 * protocol of its own connection, so the first one is the browser's. A client that invents it only
 * changes its own cookie.
 */
export function hasTls(c: Context, { trustedProxies }: ProxyOptions): boolean {
  if (c.req.url.startsWith("https:")) return true;
  const [first = ""] = (c.req.header("x-forwarded-proto") ?? "").split(",");
  return trustedProxies > 0 && first.trim().toLowerCase() === "https";
}
