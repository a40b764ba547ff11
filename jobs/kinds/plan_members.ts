/**
 * Members that plans of several kinds have, as models write them and as they are stored.
 * @module
 */
import { z } from "zod";

/**
 * Returns the schema of a member that a model may leave unknown. A value that is missing or odd
 * counts as unknown, because it does not justify a new plan. In JSON Schema the member is required
 * and nullable, as the strict mode of OpenAI demands.
 */
export function orNull<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => schema.safeParse(value).data ?? null, schema.nullable());
}

/** What sort of thing to do an entry of a plan is. */
export const Category = z.enum([
  "sight",
  "museum",
  "food",
  "nature",
  "shopping",
  "nightlife",
  "entertainment",
  "sport",
  "relaxation",
  "transport",
  "lodging",
  "other",
]);
export type Category = z.infer<typeof Category>;

/** A position in decimal degrees (WGS 84). */
export const Point = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});
export type Point = z.infer<typeof Point>;

/** A position, and where it comes from. */
export const Coordinates = Point.extend({
  origin: z.enum(["places", "approximate"]).default("approximate").describe(
    "`places`: from the provider of places; `approximate`: from the writer of the plan, not checked",
  ),
});
export type Coordinates = z.infer<typeof Coordinates>;
