/**
 * Members that the plans of several kinds share: categories, positions and costs. The names that
 * begin with `Written` are the schemas of what a model writes; the others are stored and shown.
 * @module
 */
import { z } from "zod";
import { Point } from "../places/place.ts";

/**
 * Returns a schema that replaces a missing or wrong value, so that a detail does not cost a turn of
 * the model. Its JSON Schema is that of `schema`.
 */
export function lenient<Schema extends z.ZodType>(schema: Schema, fallback: z.input<Schema>) {
  return z.preprocess((value) => schema.safeParse(value).success ? value : fallback, schema);
}

/** What sort of thing an activity or an event is. Clients may get more names in later versions. */
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

/** A position as it is stored and shown. */
export const Coordinates = Point.extend({
  origin: z.enum(["places", "approximate"]).describe(
    "`places`: the place was looked up; `approximate`: the writer of the plan named the position, " +
      "and nothing has checked it",
  ),
}).meta({ id: "Coordinates", description: "A position in degrees (WGS 84)" });
export type Coordinates = z.infer<typeof Coordinates>;

/** The members with which a model describes a place for programs. */
export const writtenPlace = {
  category: lenient(Category, "other"),
  mapQuery: lenient(
    z.string().nullable().describe(
      "The name of the place and its city, as a map search finds it, such as " +
        "Livraria Bertrand, Lisboa; null where there is no single place",
    ),
    null,
  ),
  // The limits are not in the schema for the model: some servers refuse fractions in them.
  coordinates: lenient(
    z.object({ latitude: z.number(), longitude: z.number() }).nullable()
      .describe("Position in degrees, null if you do not know it"),
    null,
  ),
};

/** The same members as they are stored and shown. Older plans do not have them. */
export const storedPlace = {
  category: Category.default("other").describe("What sort of thing it is"),
  mapQuery: z.string().nullable().default(null).describe(
    "The name of the place for a map search; `null`: there is no single place",
  ),
  coordinates: Coordinates.nullable().default(null).describe("Where it is; `null`: not known"),
  verified: z.boolean().nullable().default(null).describe(
    "Whether the place was found; `null`: it was not looked up",
  ),
};

/** Returns a position of a model as it is stored; `null` if it is none on Earth. */
export function approximate(written: Point | null): Coordinates | null {
  const point = Point.safeParse(written).data;
  return point ? { ...point, origin: "approximate" } : null;
}
