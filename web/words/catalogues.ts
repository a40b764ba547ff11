/**
 * All catalogues, for the server and the tests. A browser loads the catalogue of its page only.
 * @module
 */
import { de } from "./de.ts";
import { en } from "./en.ts";
import type { Language } from "./language.ts";
import type { Words } from "./words.ts";

export const catalogues: Readonly<Record<Language, Words>> = { en, de };
