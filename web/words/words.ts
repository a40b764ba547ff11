/**
 * The words of the web app in the language of the page. Each language has one catalogue with all
 * texts, and the compiler compares their keys. A text with values is a function.
 *
 * Only the types of the catalogues are imported here, so that a browser loads one of them.
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { en } from "./en.ts";

/** A catalogue. */
export type Words = typeof en;

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
