/**
 * A limit on every wait of a test for something outside it: a test that waits for ever says nothing.
 * @module
 */

/** How long a test waits. What has not happened by then does not happen. */
export const PATIENCE_MS = 120_000;

/**
 * Waits for a promise, but not for ever.
 *
 * @param event what the test waits for
 * @param describe what the error says; asked only when the time is over
 * @returns what the promise resolves with
 * @throws Error after {@link PATIENCE_MS}
 */
export async function patiently<T>(event: Promise<T>, describe: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`It did not happen within ${PATIENCE_MS} ms: ${describe()}`));
  }, PATIENCE_MS);
  try {
    return await Promise.race([event, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
