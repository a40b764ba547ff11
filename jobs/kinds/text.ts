/**
 * Schemas and formats for text from travellers and from models.
 * @module
 */
import { z } from "zod";

/**
 * Returns the schema of a string of `min` to `max` characters after trimming. Characters are
 * Unicode code points, as in JSON Schema's `maxLength`. A lone surrogate is replaced, because no
 * upstream server accepts it.
 */
export function travellerText({ min = 0, max }: { min?: number; max: number }) {
  return z.string({ error: "expected a string" })
    .overwrite((text) => text.toWellFormed().trim())
    .refine((text) => [...text].length >= min && [...text].length <= max, {
      error: `expected ${min === 0 ? "at most" : `${min} to`} ${max} characters`,
    })
    // JSON Schema cannot express the trimming.
    .meta({ ...(min > 0 && { minLength: min }), maxLength: max });
}

/**
 * The schema of text from a model. OpenAI's subset of JSON Schema has `pattern`, but no
 * `minLength`.
 */
export const modelText = z.string().regex(/\S/, { error: "must not be blank" });

/**
 * Returns the request for the prompt: one JSON document between tags. JSON escapes quotes, and each
 * `<` is escaped too, so that text of a traveller cannot leave the document.
 */
export function fenced(request: unknown): string {
  const json = JSON.stringify(request, null, 2).replaceAll("<", "\\u003c");
  return `<wish>\n${json}\n</wish>`;
}
