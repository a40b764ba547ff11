/**
 * Parses text that may not be JSON.
 * @module
 */

/** Plans, events and requests are nested less deeply. Code that visits members calls itself. */
export const MAX_JSON_DEPTH = 100;

/** Returns the parsed value, or `undefined`, which is not the value of any JSON text. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns whether a JSON text has more than {@link MAX_JSON_DEPTH} values inside each other. */
export function isTooDeep(text: string): boolean {
  if (text.length <= MAX_JSON_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case "{":
      case "[":
        if (++depth > MAX_JSON_DEPTH) return true;
        break;
      case "}":
      case "]":
        depth--;
    }
  }
  return false;
}

/** Returns the position of the closing quotation mark, or the length of the text. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
