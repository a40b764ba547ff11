/**
 * Fits texts into the picture of a trip. The picture has one font, which knows Latin, Greek and
 * Cyrillic letters. A letter that it does not know would become a box.
 * @module
 */

/** What the font has, as far as texts need it; the ranges come from its tables. */
const KNOWN =
  /^[ -~\u00a0-\u00ac\u00ae-\u0148\u014a-\u01c3\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490\u0491\u1e00-\u1e9b\u1ea0-\u1eff\u2013\u2014\u2018-\u201a\u201c-\u201e\u2022\u2026\u2039\u203a\u20ac\u2116\u2122\u2212]$/u;

/** The widths of characters, in parts of the font size (Inter Bold, table `hmtx`). */
const WIDTHS: readonly (readonly [characters: string, width: number])[] = [
  ["ijlIı", 0.28],
  [" '|.,:;!", 0.33],
  ["t1frј(){}[]-", 0.43],
  ["mMWЩЖШМ@", 1],
  ["wЮФ%", 0.88],
];

/** The widths of all other small letters and digits, and of all other characters. */
const [SMALL, OTHER] = [0.63, 0.76];

/**
 * Returns a text as the picture can show it, on one line. Emoji and other marks are left out.
 *
 * @returns `null` if the font lacks a letter, or if no letter or digit is left
 */
export function shownText(text: string): string | null {
  const characters = [...text.normalize("NFC").replace(/\s+/g, " ")];
  const known = characters.filter((character) => KNOWN.test(character));
  const missing = characters.filter((character) => !KNOWN.test(character));
  if (missing.some((character) => /\p{L}|\p{N}/u.test(character))) return null;
  const shown = known.join("").replace(/ +/g, " ").trim();
  return /[\p{L}\p{N}]/u.test(shown) ? shown : null;
}

/** Returns the width of a text in parts of the font size, rather too much than too little. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + characterWidth(character), 0);
}

function characterWidth(character: string): number {
  const [, width] = WIDTHS.find(([characters]) => characters.includes(character)) ?? [];
  return width ?? (/[\p{Ll}\p{N}]/u.test(character) ? SMALL : OTHER);
}

/** The room for a text: its width in parts of the font size, and its number of lines. */
interface Room {
  width: number;
  lines: number;
}

/**
 * Breaks a text into lines between its words.
 *
 * @returns `null` if it does not fit
 */
export function linesOf(text: string, { width, lines }: Room): string[] | null {
  const result: string[] = [];
  for (const word of text.split(" ")) {
    const longer = result.length === 0 ? word : `${result.at(-1)} ${word}`;
    if (result.length > 0 && widthOf(longer) <= width) result[result.length - 1] = longer;
    else if (widthOf(word) <= width) result.push(word);
    else return null;
  }
  return result.length <= lines ? result : null;
}

/** Returns the start of a text that fits on one line, with an ellipsis if something is missing. */
export function cutToWidth(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const characters = [...text];
  let room = width - widthOf("…");
  const end = characters.findIndex((character) => (room -= characterWidth(character)) < 0);
  const start = characters.slice(0, end).join("");
  // A whole word reads better, unless it would cost too much of the text.
  const words = start.replace(/\s+\S*$/, "");
  return `${
    (words.length > start.length / 2 ? words : start).replace(/(?<![\s,:;–-])[\s,:;–-]+$/, "")
  }…`;
}

/** A title in its largest size that fits. */
export interface FittedTitle {
  size: number;
  lines: string[];
}

/**
 * Chooses the size of a title.
 *
 * @param sizes in pixels, the largest first
 * @param width in pixels
 */
export function fitTitle(
  title: string,
  { sizes, width, lines }: { sizes: readonly number[]; width: number; lines: number },
): FittedTitle {
  for (const size of sizes) {
    const fitting = linesOf(title, { width: width / size, lines });
    if (fitting) return { size, lines: fitting };
  }
  const size = sizes.at(-1)!;
  const [first, rest] = splitAt(title, width / size);
  return {
    size,
    lines: [first, rest].filter(Boolean).map((line) => cutToWidth(line, width / size)),
  };
}

/** Splits a text into the words that fit on one line, and the rest. */
function splitAt(text: string, width: number): [first: string, rest: string] {
  const words = text.split(" ");
  let count = 1;
  while (count < words.length && widthOf(words.slice(0, count + 1).join(" ")) <= width) count++;
  return [words.slice(0, count).join(" "), words.slice(count).join(" ")];
}
