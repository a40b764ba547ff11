/**
 * The languages of the web app. Runs in browsers and on the server.
 * @module
 */

/** The languages with a catalogue, the default first. */
export const languages = ["en", "de"] as const;
export type Language = typeof languages[number];

/** The cookie that keeps the choice of the traveler. */
export const LANGUAGE_COOKIE = "tripwright_language";

/** Returns whether the web app speaks a language. */
export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}
