/**
 * Whether this site answers. `navigator.onLine` does not tell: a network may have no way to the site.
 * @module
 */

/** Answers fast, and the service worker leaves it alone. */
const PROBE = "/livez";

/**
 * Asks the site for a sign of life.
 *
 * @param signal stops the question; the answer is then `false`
 */
export async function isReachable(signal?: AbortSignal): Promise<boolean> {
  try {
    const options = { method: "HEAD", cache: "no-store", ...(signal && { signal }) } as const;
    return (await fetch(PROBE, options)).ok;
  } catch {
    return false;
  }
}
