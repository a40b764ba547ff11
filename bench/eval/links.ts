/**
 * Links in the texts of plans.
 * @module
 */

/** Returns the links in a text or in JSON, each once, normalized by `URL`. */
export function linksIn(text: string): string[] {
  const found = text.match(/\b(?:https?:\/\/|www\.)[^\s"'<>()\\]+/gi) ?? [];
  // Punctuation at the end of a sentence is not part of the link.
  const links = found.map((link) => link.replace(/[.,:;!?\]}。、]+$/, ""));
  return [...new Set(links.map((link) => URL.parse(link)?.href ?? link))];
}
