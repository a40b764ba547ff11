/**
 * A limit on every wait of a test for something outside it: a test that hangs gives no information.
 * @module
 */
import { DeadlineError, systemClock, withDeadline } from "../lib/clock.ts";

/** Slow machines need seconds, so after a longer wait the event does not come. */
const WAIT_LIMIT_MS = 120_000;

/**
 * Waits for a promise, at most two minutes.
 *
 * @param event what the test waits for
 * @param describe returns the text of the error; called only when the time is over
 * @returns what the promise resolves with
 * @throws {Error} after two minutes; otherwise what the promise rejects with
 */
export async function withWaitLimit<T>(event: Promise<T>, describe: () => string): Promise<T> {
  try {
    return await withDeadline(() => event, { ms: WAIT_LIMIT_MS, clock: systemClock });
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw new Error(`It did not happen within ${WAIT_LIMIT_MS} ms: ${describe()}`);
  }
}
