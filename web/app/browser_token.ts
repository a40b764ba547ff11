/**
 * The token of this browser, by which the service recognizes the trips that it has made. It is in a
 * cookie, so that forms and pages without a script have it too. The script of a page sends it as
 * `Client-Token`.
 * @module
 */

/** The name of the cookie without TLS. The server sets the cookie with the first page. */
export const BROWSER_COOKIE = "tripwright_client";

/**
 * The name of the cookie with TLS. Browsers accept a name with this prefix from the host itself only
 * (RFC 6265bis, section 4.1.3.2), so another host of the same domain cannot choose the token.
 */
export const TLS_COOKIE = `__Host-${BROWSER_COOKIE}`;

/**
 * Returns the token of this browser.
 *
 * @param cookies the cookies of the page, as `document.cookie` has them
 * @returns `undefined` if the browser keeps no cookies, or the service needs none
 */
export function browserTokenIn(cookies: string): string | undefined {
  const pairs = cookies.split("; ").map((pair) => pair.split("="));
  const valueOf = (wanted: string) => pairs.find(([name]) => name === wanted)?.[1];
  return firstToken([valueOf(TLS_COOKIE), valueOf(BROWSER_COOKIE)]);
}

/** Returns the first of some cookie values that is a token; the service refuses a malformed one. */
export function firstToken(values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => /^[\w-]{16,128}$/.test(value ?? ""));
}
