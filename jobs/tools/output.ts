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
    ? longest(Math.min(plain.length, MAX_OUTPUT_CHARACTERS), (length) => cutText(plain, length))
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
  const start = startOfLastWord(text, length);
  const word = text.slice(start, length).replace(/https?:\/\/[^]*/i, "");
  return JSON.stringify(`${text.slice(0, start)}${word} [cut off]`);
}

/** Returns where the word begins that ends at a position. */
function startOfLastWord(text: string, end: number): number {
  let start = Math.min(end, text.length);
  while (start > 0 && /\S/.test(text[start - 1]!)) start--;
  return start;
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

/** What may follow a link in a sentence. */
const PUNCTUATION = /[).,;:!?\]}]/;

/** Each closing bracket with its opening bracket. */
const OPENINGS = new Map([[")", "("], ["]", "["], ["}", "{"]]);

/** Returns a link in prose without the punctuation of the sentence after it. */
function withoutPunctuation(link: string): string {
  const counts = new Map<string, number>();
  const count = (character: string) => counts.get(character) ?? 0;
  for (const character of link) counts.set(character, count(character) + 1);
  let end = link.length;
  for (; end > 1 && PUNCTUATION.test(link[end - 1]!); end--) {
    const last = link[end - 1]!;
    const opening = OPENINGS.get(last);
    // A bracket that the link itself opens belongs to it: `…/wiki/Dune_(film)`.
    if (opening && count(opening) >= count(last)) break;
    counts.set(last, count(last) - 1);
  }
  return link.slice(0, end);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
