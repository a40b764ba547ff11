/**
 * The token of this browser, by which the service recognizes the trips that it has made. It is in a
 * cookie, so that forms and pages without a script have it too. The script of a page sends it as
 * `Client-Token`.
 * @module
 */

/** The name of the cookie. The server sets it with the first page. */
export const BROWSER_COOKIE = "tripwright_client";

/**
 * Returns the token of this browser.
 *
 * @param cookies the cookies of the page, as `document.cookie` has them
 * @returns `undefined` if the browser keeps no cookies, or the service needs none
 */
export function browserTokenIn(cookies: string): string | undefined {
  const pairs = cookies.split("; ").map((pair) => pair.split("="));
  const token = pairs.find(([name]) => name === BROWSER_COOKIE)?.[1] ?? "";
  // The service refuses a malformed token.
  return /^[\w-]{16,128}$/.test(token) ? token : undefined;
}
