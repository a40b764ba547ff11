/**
 * Schemas for parts of answers that servers send in different forms.
 * @module
 */
import { z } from "zod";

/** An id; `null` if the server sends none, or an empty one. */
export const lenientId = z.string().min(1).nullish().catch(null).transform((id) => id ?? null);

/** One part of a text. */
const Part = z.object({ text: z.string().nullish().catch(null) });

/** A text, or a list of its parts. Parts without text are left out. */
export const lenientText = z.union([
  z.string(),
  z.array(z.union([z.string(), Part])).transform((parts) =>
    parts.map((part) => typeof part === "string" ? part : part.text ?? "").join("")
  ),
]).nullish().catch(null).transform((text) => text ?? "");
