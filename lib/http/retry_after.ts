/**
 * The `Retry-After` of an answer (RFC 9110, section 10.2.3): seconds or a date.
 * @module
 */

/** Nine digits are decades. A longer number is an error of the sender. */
const SECONDS = /^\s*\d{1,9}(\.\d+)?\s*$/;

/**
 * @param now epoch milliseconds
 * @returns how long to wait, in milliseconds; `null` if it is absent, unreadable or in the past
 */
export function parseRetryAfter(
  value: string | null | undefined,
  now: number,
): number | null {
  if (!value) return null;
  if (SECONDS.test(value)) return Number(value) * 1_000;
  const ms = Date.parse(value) - now;
  return ms >= 0 ? ms : null;
}
