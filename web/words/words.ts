/**
 * The words of the web app in the language of the page. Each language has three catalogues: `en.ts`
 * has the texts that any page may need, `en_home.ts` those of the first page, and `en_server.ts` those
 * that only the server writes. The compiler compares their keys. A text with values is a function.
 *
 * Only the types of the catalogues are imported here, so that a browser loads those of its page only.
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { en } from "./en.ts";
import type { enHome } from "./en_home.ts";
import type { enServer } from "./en_server.ts";

/** The words that all pages have. */
export type Words = typeof en;

/** The words that the first page has. */
export type HomeWords = Words & typeof enHome;

/** All words of a language, as the server has them. */
export type ServerWords = HomeWords & typeof enServer;

const WordsContext = createContext<Words | null>(null);

/** Gives the words of a language to all components in it. */
export const WordsProvider = WordsContext.Provider;

/**
 * Returns the words in the language of the page.
 *
 * @throws {Error} outside of {@link WordsProvider}
 */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === null) throw new Error("Cannot read the words: no provider is around");
  return words;
}

/** Returns the words of the first page. Only its components may call it. */
export function useHomeWords(): HomeWords {
  // The cast: the script of the first page, and the server, provide them.
  return useWords() as HomeWords;
}
