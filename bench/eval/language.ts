/**
 * The language of a plan.
 * @module
 */
import { eld } from "eld/small";

/** Fewer letters, such as those of one name, have no language. */
const MIN_LETTERS = 10;

/**
 * Guesses the language of a text of some sentences.
 *
 * @returns an ISO 639-1 code, or `null` if it is not known
 */
export function languageOf(text: string): string | null {
  if ((text.match(/\p{L}/gu)?.length ?? 0) < MIN_LETTERS) return null;
  return eld.detect(text).language || null;
}
