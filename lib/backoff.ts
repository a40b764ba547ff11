/**
 * Exponential backoff: how long to wait after consecutive failures.
 * @module
 */

export interface Backoff {
  /** The wait after the first failure, in milliseconds. It doubles with each further failure. */
  firstMs: number;
  /** The longest wait, in milliseconds. Unset: no limit. */
  maxMs?: number | undefined;
}

/**
 * Returns the wait in milliseconds. Call sites add their own jitter.
 *
 * @param failures how many consecutive failures there were, at least 1
 */
export function backoffMs(failures: number, { firstMs, maxMs = Infinity }: Backoff): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1));
}
