/**
 * Cleans up text for files.
 * @module
 */

/**
 * Puts text on one line. Each run of white space and control characters becomes one space, and a
 * lone surrogate becomes U+FFFD. A line end would end a block in Markdown and a property in a
 * calendar; some readers also treat U+0085 and U+2028 as line ends. A calendar may not contain
 * other control characters either (RFC 5545, section 3.1).
 *
 * @returns the text. It may be empty, because not all texts of a request or a plan need a visible
 * character.
 */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Joins the texts that are not empty, each on one line, with `separator` in between. */
export function joined(texts: (string | null)[], separator: string): string {
  return texts.map((text) => oneLine(text ?? "")).filter(Boolean).join(separator);
}
