/**
 * Text as a reader sees it: what is visible, and how many characters it has. Runs in browsers and
 * on the server.
 * @module
 */

/** Most texts have one of these, and this test needs no tables of Unicode. */
const ASCII = /[!-~]/;

/**
 * A character that leaves a mark on its own. The braille blank is a symbol in Unicode, so the
 * classes do not cover it. A combining mark needs another character.
 */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * The limit of code points for each allowed character. Vietnamese with separate marks has up to
 * three, and an emoji of a family seven, but no text consists of families.
 */
const CODE_POINTS_PER_CHARACTER = 4;

/** Returns whether a reader sees anything of the text. */
export function hasVisibleCharacter(text: string): boolean {
  return ASCII.test(text) || VISIBLE.test(text);
}

/**
 * Characters that change the direction of the text after them (Unicode Standard Annex 9, sections
 * 2.1 to 2.4). Marks of a single place, such as U+200E, are none of them.
 */
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Returns a text without the characters that let a part of it be read in another order. A title such
 * as `Paris\u202eevil` would be shown as `Parislive`, and an unfinished one would turn the text behind
 * it. Letters of right-to-left scripts need none of them.
 */
export function withoutDirectionControls(text: string): string {
  return text.replace(DIRECTION_CONTROLS, "");
}

/** Returns the number of Unicode code points. Half a surrogate pair is one. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Returns the largest number of code points of a text with at most `max` characters. */
export function maxCodePoints(max: number): number {
  return max * CODE_POINTS_PER_CHARACTER;
}

/**
 * Counts the characters that a reader sees (grapheme clusters of Unicode). The count is exact only
 * where it matters, which is above `max`: the tables of `Intl.Segmenter` take 4 MB at their first
 * use.
 */
export function countCharacters(text: string, max: number): number {
  if (text.length <= max) return text.length;
  const codePoints = countCodePoints(text);
  // Browsers from before 2024 may lack the segmenter.
  if (codePoints <= max || typeof Intl.Segmenter === "undefined") return codePoints;
  let count = 0;
  for (const _ of new Intl.Segmenter("und").segment(text)) count++;
  return count;
}
