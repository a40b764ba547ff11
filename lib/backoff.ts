/**
 * Exponential backoff: how long to wait after failures in a row.
 * @module
 */

export interface Backoff {
  /** The wait after the first failure, in milliseconds. It doubles with each further one. */
  firstMs: number;
  /** The longest wait, in milliseconds. Unset: no limit. */
  maxMs?: number | undefined;
}

/**
 * The wait after so many failures in a row, in milliseconds. Callers add their own jitter.
 *
 * @param failures counted from 1
 */
export function backoffMs(failures: number, { firstMs, maxMs = Infinity }: Backoff): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1));
}
