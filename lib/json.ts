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
  // The text may have several values, one after the other.
  for (let start = 0;;) {
    const { ending, at } = endOfContainer(text, start);
    if (ending !== "closed") return ending === "deep";
    start = at;
  }
}

/** Where the reading of a container ended: after it, at the end of the text, or too deep in it. */
export interface ContainerEnd {
  ending: "closed" | "cut" | "deep";
  at: number;
}

/** Returns the end of the first object or list from a position on. */
export function endOfContainer(text: string, start: number): ContainerEnd {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case "{":
      case "[":
        if (++depth > MAX_JSON_DEPTH) return { ending: "deep", at };
        break;
      case "}":
      case "]":
        if (--depth === 0) return { ending: "closed", at: at + 1 };
    }
  }
  return { ending: "cut", at: text.length };
}

/** Returns the position of the closing quotation mark, or the length of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
