/**
 * Text for files.
 * @module
 */

/**
 * Text on one line: each run of white space and control characters becomes one space, half a surrogate
 * pair U+FFFD. Line ends end blocks in Markdown and properties in a calendar, of which the rarer ones
 * (U+0085, U+2028) do so only for some readers; a calendar may hold no other control character
 * either (RFC 5545, section 3.1).
 *
 * @returns the text, which may be empty: a control character is not blank to a model's schema
 */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** The texts that say something, each on one line, with `separator` in between. */
export function joined(texts: (string | null)[], separator: string): string {
  return texts.map((text) => oneLine(text ?? "")).filter(Boolean).join(separator);
}
