/**
 * The output of a tool, as the model receives it: JSON of a limited length. What is too long loses
 * whole entries, because a half link looks like a good one, and half a document cannot be read.
 * @module
 */
import { parseJson } from "../../lib/json.ts";

/** The maximum length of one output. */
export const MAX_OUTPUT_CHARACTERS = 16_000;

/** Writes a tool's result. The JSON says what was left out of it. */
export function writeOutput(result: unknown): string {
  const text = JSON.stringify(result) ?? "null";
  if (text.length <= MAX_OUTPUT_CHARACTERS) return text;
  const plain: unknown = JSON.parse(text);
  const shorter = typeof plain === "string"
    ? longest(plain.length, (length) => cutText(plain, length))
    : Array.isArray(plain)
    ? withoutEntries({ entries: plain })
    : withoutEntries(plain as Record<string, unknown>);
  return shorter ?? JSON.stringify({ error: "The output is too long. Ask for less" });
}

/** Leaves out the last entries of the longest lists of an object, and adds how many in `leftOut`. */
function withoutEntries(whole: Record<string, unknown>): string | null {
  const [name, list] = longestList(whole);
  if (list.length === 0) return null;
  const keep = (length: number) => ({
    ...whole,
    [name]: list.slice(0, length),
    leftOut: { ...Object(whole.leftOut), [name]: list.length - length },
  });
  return longest(list.length - 1, (length) => JSON.stringify(keep(length))) ??
    withoutEntries(keep(0));
}

/** Returns the longest list among the members. */
function longestList(whole: Record<string, unknown>): [name: string, list: unknown[]] {
  const lists = Object.entries(whole).flatMap(([name, value]): [string, unknown[], number][] =>
    Array.isArray(value) && value.length > 0 ? [[name, value, JSON.stringify(value).length]] : []
  );
  const [name, list] = lists.toSorted((a, b) => b[2] - a[2])[0] ?? ["", []];
  return [name, list];
}

/** Writes the beginning of a text, without a link that it ends in. */
function cutText(text: string, length: number): string {
  const beginning = text.slice(0, length).replace(/https?:\/\/\S*$/i, "");
  return JSON.stringify(`${beginning} [cut off]`);
}

/** Returns what `write` makes of the largest number up to `max` whose result is short enough. */
function longest(max: number, write: (count: number) => string): string | null {
  let best = null;
  let [low, high] = [0, max];
  while (low <= high) {
    const count = Math.floor((low + high) / 2);
    const text = write(count);
    if (text.length <= MAX_OUTPUT_CHARACTERS) {
      best = text;
      low = count + 1;
    } else {
      high = count - 1;
    }
  }
  return best;
}

/** Returns the links in the texts of an output, normalized by `URL`. */
export function linksIn(output: string): string[] {
  return textsIn(parseJson(output)).flatMap((text) =>
    (text.match(/https?:\/\/[^\s"\\]+/gi) ?? [])
      .map((link) => link === text ? link : withoutPunctuation(link))
      .flatMap((link) => URL.parse(link)?.href ?? [])
  );
}

/** Returns a link in prose without the punctuation of the sentence after it. */
function withoutPunctuation(link: string): string {
  const [, shorter, last] = link.match(/^(.*)([).,;:!?\]}])$/) ?? [];
  if (!shorter || !last) return link;
  // A bracket that the link itself opens belongs to it: `…/wiki/Dune_(film)`.
  const opening = { ")": "(", "]": "[", "}": "{" }[last];
  if (opening && link.split(opening).length >= link.split(last).length) return link;
  return withoutPunctuation(shorter);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
