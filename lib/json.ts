/**
 * JSON that may not be JSON.
 * @module
 */

/** The parsed value, or `undefined`, which no JSON text stands for. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
