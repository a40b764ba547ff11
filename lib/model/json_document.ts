/**
 * Finds the JSON document in the answer of a model. Some models write text around it although they
 * were asked for nothing else: a Markdown fence, their thoughts, a sentence before or after it.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { endOfContainer, parseJson } from "../json.ts";

/**
 * The document, or why there is none. `cut`: it begins, but does not end. `several`: the answer has
 * different documents.
 */
export type FoundJson = { value: unknown } | { problem: "none" | "cut" | "several" };

/** Text with more braces than this before the document is not an answer. */
const MAX_STARTS = 50;

/**
 * How often a text is read for objects at most. Objects may contain each other, so one reading is not
 * enough.
 */
const MAX_READS = 8;

/** The beginning and the end of the thoughts of a model, which some servers leave in the answer. */
const THOUGHTS =
  /<(?:\w+:)?(?:think|thinking|thoughts?|reasoning|analysis)>|\[think\]|◁think▷|<\|begin_of_thought\|>|<\|channel\|>analysis/i;
const THOUGHT_END =
  /<\/(?:\w+:)?(?:think|thinking|thoughts?|reasoning|analysis)>|\[\/think\]|◁\/think▷|<\|end_of_thought\|>|<\|channel\|>final[^{]{0,40}<\|message\|>/gi;

/** An object with a member, or the beginning of one. */
const OBJECT_START = /\{\s*(?:"|$)/y;

/** Finds the JSON object in an answer. It takes linear time. */
export function findJson(answer: string): FoundJson {
  // `trim()` also removes a byte order mark.
  const text = withoutThoughts(answer).trim();
  const whole = parseJson(text);
  // Some models write the document as a JSON string.
  if (typeof whole === "string" && whole.startsWith("{")) return findJson(whole);
  if (whole !== undefined) return { value: whole };
  const budget = budgetFor(text);
  const first = nextObject(text, 0, budget);
  if (first === null) return { problem: "none" };
  if (first.end === null) return { problem: "cut" };
  const second = nextObject(text, first.end, budget);
  // Some servers repeat the answer. The repetition may be incomplete.
  const isAmbiguous = second !== null && second.end !== null &&
    !isDeepStrictEqual(second.value, first.value);
  return isAmbiguous ? { problem: "several" } : { value: first.value };
}

/** Returns the JSON objects in a text, one after another. It does not return objects within them. */
export function objectsIn(text: string): unknown[] {
  const values = [];
  const budget = budgetFor(text);
  let found = nextObject(text, 0, budget);
  while (found !== null && found.end !== null && values.length < MAX_STARTS) {
    values.push(found.value);
    found = nextObject(text, found.end, budget);
  }
  return values;
}

/** Returns whether the answer contains a complete document. */
export function isComplete(answer: string): boolean {
  return "value" in findJson(answer);
}

/** Returns whether a text begins thoughts of the model. */
export function hasThoughts(text: string): boolean {
  return THOUGHTS.test(text);
}

/** Removes the thoughts of the model from a text, as far as they have ended. */
export function withoutThoughts(text: string): string {
  if (text.trimStart().startsWith("{")) return text;
  const end = [...text.matchAll(THOUGHT_END)].at(-1);
  return end ? text.slice(end.index + end[0].length) : text;
}

/** An object in a text. `end` is the position after it, or `null` if the text ends before it. */
type ObjectInText = { value: unknown; end: number } | { end: null };

/** How many characters of a text may still be read. */
interface Budget {
  left: number;
}

function budgetFor(text: string): Budget {
  return { left: MAX_READS * text.length };
}

/**
 * Returns the first JSON object from a position on, or `null` if there is none or the budget is
 * used up.
 */
function nextObject(text: string, from: number, budget: Budget): ObjectInText | null {
  let start = text.indexOf("{", from);
  for (let n = 0; start >= 0 && n < MAX_STARTS && budget.left > 0; n++) {
    OBJECT_START.lastIndex = start;
    if (OBJECT_START.test(text)) {
      const { ending, at: end } = endOfContainer(text, start);
      if (ending === "cut") return { end: null };
      budget.left -= end - start;
      const value = ending === "closed" ? parseJson(text.slice(start, end)) : undefined;
      if (value !== undefined) return { value, end };
    }
    start = text.indexOf("{", start + 1);
  }
  return null;
}
