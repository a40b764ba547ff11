/**
 * Schemas for parts of answers that servers send in different forms.
 * @module
 */
import { z } from "zod";

/** The longest id of a server that is kept. */
const MAX_ID_CHARACTERS = 10_000;

/** An id, or `null` if it is missing, empty, or too long to store. */
export const lenientId = z.string().min(1).max(MAX_ID_CHARACTERS).nullish().catch(null)
  .transform((id) => id ?? null);

/** One part of a text. */
const Part = z.object({
  type: z.string().nullish().catch(null),
  text: z.string().nullish().catch(null),
});

/** The parts in which some servers send the thoughts of the model. */
const THOUGHTS = /think|thought|reason/;

function textOf(part: unknown): string {
  if (typeof part === "string") return part;
  const { data } = Part.safeParse(part);
  return THOUGHTS.test(data?.type ?? "") ? "" : data?.text ?? "";
}

/** Some servers parse the document of the model. */
function documentOf(content: object): string {
  return "type" in content || "text" in content ? textOf(content) : JSON.stringify(content);
}

/** A text, a list of its parts, or one part. Parts without text are left out. */
export const lenientText = z.union([
  z.string(),
  z.array(z.unknown()).transform((parts) => parts.map(textOf).join("")),
  z.record(z.string(), z.unknown()).transform(documentOf),
]).nullish().catch(null).transform((text) => text ?? "");

/** The arguments of a function call as JSON text, which some servers send as an object. */
export const lenientArguments = z.union([
  z.string(),
  z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).transform((value) =>
    JSON.stringify(value)
  ),
]).nullish().catch(null).transform((text) => text ?? "");

/** Creates the id of a function call without one. Mistral takes nine letters and digits only. */
export function newCallId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 9);
}
