/**
 * Schemas and formats for text from travellers and from models.
 * @module
 */
import { z } from "zod";
import {
  countCharacters,
  countCodePoints,
  hasVisibleCharacter,
  maxCodePoints,
  withoutDirectionControls,
} from "../../lib/characters.ts";

/**
 * A visible character for JSON Schema. Many validators know no classes of Unicode, so it lists the
 * common invisible characters and leaves out combining marks of single scripts.
 */
const VISIBLE_PATTERN = "[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u0300-\\u036f" +
  "\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160" +
  "\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164" +
  "\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb]";

/**
 * Returns the schema of a string of `min` to `max` characters after trimming, as a reader counts
 * them. With a minimum, one of them must be visible. A lone surrogate is replaced, because no
 * upstream server accepts it. Characters that turn the direction of text are removed, because they
 * would garble titles.
 */
export function travellerText({ min = 0, max }: { min?: number; max: number }) {
  return z.string({ error: "expected a string" })
    .overwrite((text) => withoutDirectionControls(text.toWellFormed()).trim())
    .check(({ value, issues }) => {
      const message = objectionTo(value, { min, max });
      if (message !== null) issues.push({ code: "custom", message, input: value });
    })
    // JSON Schema cannot express the trimming, and counts code points.
    .meta({ ...(min > 0 && { minLength: min, pattern: VISIBLE_PATTERN }), maxLength: max });
}

/** Returns what is wrong with a text, or `null`. */
function objectionTo(text: string, { min, max }: { min: number; max: number }): string | null {
  const expected = `expected ${min === 0 ? "at most" : `${min} to`} ${max} characters`;
  const most = maxCodePoints(max);
  if (countCodePoints(text) > most) return `${expected}, and at most ${most} Unicode code points`;
  if (text.length < min || countCharacters(text, max) > max) return expected;
  return min > 0 && !hasVisibleCharacter(text) ? "expected at least one visible character" : null;
}

/**
 * The schema of text from a model. Some model servers refuse `pattern` and `minLength`, so the
 * check stays out of the JSON Schema.
 */
export const modelText = z.string().refine(hasVisibleCharacter, { error: "must not be blank" });

/**
 * Returns whether all texts have a single character. Some model servers write such texts when they
 * misread a schema.
 */
export function areSingleCharacters(texts: readonly string[]): boolean {
  return texts.every((text) => countCodePoints(text.trim()) === 1);
}

/** What the model reads about {@link areSingleCharacters}. */
export const SINGLE_CHARACTERS = "every text has a single character; write whole texts";

/** Returns the words of a text for comparisons. Case, differences of width and punctuation go. */
export function comparable(text: string): string {
  const plain = text.normalize("NFKC").toLowerCase();
  return plain.replace(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim() || plain.trim();
}

/** Returns a text without accents and other marks: `Île` becomes `Ile`. */
export function withoutAccents(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "");
}

/**
 * Returns data for the prompt: one JSON document between tags. JSON escapes quotes, and each `<` is
 * escaped too, so that text of a traveller cannot leave the document.
 *
 * @param tag the name of the tags; by default `wish`, for the request
 */
export function fenced(data: unknown, tag: "wish" | "facts" | "plan" | "change" = "wish"): string {
  // A plan is long, and spaces would cost a third more.
  const json = JSON.stringify(data, null, tag === "plan" ? 0 : 2).replaceAll("<", "\\u003c");
  return `<${tag}>\n${json}\n</${tag}>`;
}
