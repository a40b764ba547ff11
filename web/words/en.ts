/**
 * The English words of the web app.
 * @module
 */
import type { Language } from "./language.ts";

export const en = {
  language: "en" as Language,
  /** The name of the language in the language itself. */
  languageName: "English",

  /** The frame of all pages. */
  site: {
    skip: "Skip to the content",
    navigation: "Site",
    yourTrips: "Your trips",
    caution: "AI writes these plans. Check times and prices before you go.",
    forDevelopers: "For developers:",
    api: "API",
    errorCodes: "Error codes",
    language: "Language",
  },

  /** The page in place of one that stopped working. */
  broken: {
    title: "This page stopped working",
    text: "Your trips are not affected. Reload the page to continue.",
    reload: "Reload the page",
  },
};
