/**
 * All words of all languages, for the server and the tests. A browser loads those of its page only.
 * @module
 */
import { de } from "./de.ts";
import { deHome } from "./de_home.ts";
import { deServer } from "./de_server.ts";
import { en } from "./en.ts";
import { enHome } from "./en_home.ts";
import { enServer } from "./en_server.ts";
import type { Language } from "./language.ts";
import type { ServerWords } from "./words.ts";

export const catalogues: Readonly<Record<Language, ServerWords>> = {
  en: { ...en, ...enHome, ...enServer },
  de: { ...de, ...deHome, ...deServer },
};
