/**
 * A limit on every wait of a test for something outside it: a test that hangs gives no information.
 * @module
 */

/** The limit. Slow machines need seconds, so a longer wait means that the event does not come. */
export const WAIT_LIMIT_MS = 120_000;

/**
 * Waits for a promise, at most {@link WAIT_LIMIT_MS}.
 *
 * @param event what the test waits for
 * @param describe returns the text of the error; called only when the time is over
 * @returns what the promise resolves with
 * @throws Error after {@link WAIT_LIMIT_MS}
 */
export async function withWaitLimit<T>(event: Promise<T>, describe: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`It did not happen within ${WAIT_LIMIT_MS} ms: ${describe()}`));
  }, WAIT_LIMIT_MS);
  try {
    return await Promise.race([event, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
