/**
 * Parses text that may not be JSON.
 * @module
 */

/** Returns the parsed value, or `undefined`, which is not the value of any JSON text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
