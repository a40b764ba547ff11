/**
 * Parses `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.
 * @module
 */

/** Nine digits are decades; a longer number must be a mistake. */
const SECONDS = /^\s*\d{1,9}(\.\d+)?\s*$/;

/**
 * Returns how long to wait, in whole milliseconds, rounded up.
 *
 * @param now epoch milliseconds
 * @returns `null` if the value is absent, invalid or in the past
 */
export function parseRetryAfter(
  value: string | null | undefined,
  now: number,
): number | null {
  if (!value) return null;
  if (SECONDS.test(value)) return Math.ceil(Number(value) * 1_000);
  const ms = Date.parse(value) - now;
  return ms >= 0 ? ms : null;
}
