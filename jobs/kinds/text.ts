/**
 * Text that a traveller sends, and text that a model sends.
 * @module
 */
import { z } from "zod";

/**
 * A string of `min` to `max` characters after trimming. Characters are Unicode code points, as in
 * JSON Schema's `maxLength`; half a surrogate pair, which no upstream accepts, is replaced.
 */
export function travellerText({ min = 0, max }: { min?: number; max: number }) {
  return z.string({ error: "expected a string" })
    .overwrite((text) => text.toWellFormed().trim())
    .refine((text) => [...text].length >= min && [...text].length <= max, {
      error: `expected ${min === 0 ? "at most" : `${min} to`} ${max} characters`,
    })
    // What JSON Schema can say of it; it has no word for trimming.
    .meta({ ...(min > 0 && { minLength: min }), maxLength: max });
}

/** Text that a model writes. `pattern` is in OpenAI's subset of JSON Schema, `minLength` is not. */
export const modelText = z.string().regex(/\S/, { error: "must not be blank" });

/**
 * The request as the model sees it: one JSON document between tags. JSON escapes what would end the
 * document, and the tags' `<` is escaped too, so that no wish can step out of its place.
 */
export function fenced(request: unknown): string {
  const json = JSON.stringify(request, null, 2).replaceAll("<", "\\u003c");
  return `<wish>\n${json}\n</wish>`;
}
