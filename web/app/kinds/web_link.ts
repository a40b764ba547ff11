/**
 * Links that a model has written. Runs in browsers and on the server.
 * @module
 */

/**
 * A link that may be followed: absolute, http(s), as `URL` writes it, so without spaces, line ends,
 * `<` and `>`. `null` for anything else.
 */
export function webLink(text: string | null): string | null {
  try {
    // `URL.parse()` is missing in browsers of before 2024.
    const { protocol, href } = new URL(text ?? "");
    return /^https?:$/.test(protocol) ? href : null;
  } catch {
    return null;
  }
}
