/**
 * Durations in words. Runs in browsers and on the server.
 * @module
 */
import type { Words } from "../words/words.ts";

/** A longer pause is told in minutes or hours. */
export const LONG_PAUSE_SECONDS = 120;

/**
 * Returns a pause in words: `30 seconds`, `5 minutes`. It is rounded up, so that a traveler who
 * waits this long is not too early.
 */
export function pauseInWords(seconds: number, { site }: Words): string {
  if (seconds <= LONG_PAUSE_SECONDS) return site.seconds(Math.ceil(seconds));
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 120 ? site.minutes(minutes) : site.hours(Math.ceil(minutes / 60));
}

/** Returns how long the work took, in words: `20 seconds`, `3 min 5 s`. */
export function durationInWords(ms: number, { site }: Words): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return site.seconds(seconds);
  return site.minutesAndSeconds(Math.floor(seconds / 60), seconds % 60);
}
