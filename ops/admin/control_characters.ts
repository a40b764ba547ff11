/**
 * Characters by which a text could control the terminal that shows it.
 * @module
 */

/**
 * Characters that move the cursor, change colors, begin another line, or change the direction of the
 * text. Terminals also obey U+0080 to U+009F, which JSON does not escape.
 */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A color as `styleText` of Node sets it. */
// deno-lint-ignore no-control-regex -- the codes of colors
const COLOR = /(\x1b\[\d{1,2}m)/;

/** Replaces characters by which a text could change the rest of the screen. */
export function visible(text: string): string {
  return text.replaceAll(CONTROLS, "\ufffd");
}

/** Makes whole output safe: the same, but for line breaks and, on request, colors. */
export function visibleLines(text: string, { hasColors }: { hasColors: boolean }): string {
  const parts = hasColors ? text.split(COLOR) : [text];
  return parts.map((part, n) => n % 2 === 1 ? part : part.split("\n").map(visible).join("\n"))
    .join("");
}

/** Escapes the same characters in JSON, which then has the same value. */
export function escapedJson(json: string): string {
  return json.replaceAll(CONTROLS, (character) => {
    if (character === "\n") return character;
    // Outside of texts, JSON has none of them but white space, and in texts it escapes this one.
    if (character < " ") return " ";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
