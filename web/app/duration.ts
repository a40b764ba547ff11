/**
 * Durations in words. Runs in browsers and on the server.
 * @module
 */

/** A longer pause is told in minutes or hours. */
export const LONG_PAUSE_SECONDS = 120;

/**
 * Returns a pause in words: `30 seconds`, `5 minutes`. It is rounded up, so that a traveler who
 * waits this long is not too early.
 */
export function pauseInWords(seconds: number): string {
  if (seconds <= LONG_PAUSE_SECONDS) return counted(Math.ceil(seconds), "second");
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 120 ? counted(minutes, "minute") : counted(Math.ceil(minutes / 60), "hour");
}

/** Returns how long the work took, in words: `20 seconds`, `3 min 5 s`. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return counted(seconds, "second");
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
