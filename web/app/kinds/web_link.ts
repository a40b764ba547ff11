/**
 * Checks links that a model wrote. Runs in browsers and on the server.
 * @module
 */

/**
 * Returns a link that is safe to follow, or `null`. It is absolute, http(s), and normalized by
 * `URL`, so it contains no spaces, line breaks, `<` or `>`.
 */
export function webLink(text: string | null): string | null {
  try {
    // Browsers from before 2024 lack `URL.parse()`.
    const { protocol, href } = new URL(text ?? "");
    return /^https?:$/.test(protocol) ? href : null;
  } catch {
    return null;
  }
}
