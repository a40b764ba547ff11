/**
 * What a geocoder has found for a name, and which of it is the place that a plan means.
 * @module
 */
import { z } from "zod";
import { isWithin } from "./geometry.ts";
import type { Destination, PlaceAnswer, Point } from "./place.ts";
import { isAreaOf, isLongerNameOf, isNameOf, readQuery } from "./place_names.ts";

/** One result of a geocoder. */
export interface Hit {
  /** All names of it, the one to show first. */
  names: readonly string[];
  point: Point;
  /** Its main tag in OpenStreetMap: `tourism` and `museum`. */
  key: string;
  value: string;
  openingHours: string | null;
}

/** The longest value of a tag in OpenStreetMap. */
const MAX_TAG_CHARACTERS = 255;

/** A famous place has its name in some hundred languages. */
const MAX_NAMES = 300;

/** A text of a geocoder. What is odd counts as missing. */
export const hitText = z.string().max(MAX_TAG_CHARACTERS).nullish().catch(null);

/** Tags of a place by name. An odd one costs no other one. */
export const hitTags = z.record(z.string(), hitText).nullish().catch(null);

/** Lists of hits. An answer with odd hits only is no answer: it would mean that there is no place. */
export function hitsOf<T>(hit: z.ZodType<T>) {
  return z.array(hit.nullable().catch(null))
    .refine((hits) => hits.length === 0 || hits.some((hit) => hit !== null))
    .transform((hits) => hits.filter((hit) => hit !== null));
}

/** Returns the names that are not missing, each once and of a limited length. */
export function namesOf(names: readonly (string | null | undefined)[]): string[] {
  const known = names.flatMap((name) => name?.slice(0, MAX_TAG_CHARACTERS).trim() || []);
  return [...new Set(known)].slice(0, MAX_NAMES);
}

/** The values of `place` that are no area, but a place to visit. */
const visited = new Set(["square", "house", "farm", "plot", "islet"]);

/** The values of `boundary` that a traveller visits. */
const visitedBoundaries = new Set(["national_park", "protected_area", "forest"]);

/** Whether a hit is a street, a quarter, a city, or another area of addresses. */
function isArea({ key, value }: Hit): boolean {
  if (key === "place") return !visited.has(value);
  if (key === "boundary") return !visitedBoundaries.has(value);
  return key === "highway";
}

/**
 * Chooses the hit that a query means.
 *
 * @returns `unknown` if there is a hit of which the names do not tell whether it is the place, or a
 * street or quarter whose longer name has the words of the query: `Avenue des Champs-Élysées`
 */
export function chooseHit(
  query: string,
  { hits, near }: { hits: readonly Hit[]; near: Destination },
): PlaceAnswer {
  const words = readQuery(query, near.name);
  const around = hits.filter(({ point }) => isWithin(point, near));
  const hit = around.find((hit) =>
    hit.names.some((name) => isArea(hit) ? isAreaOf(name, words) : isNameOf(name, words))
  );
  if (hit) {
    const { names: [name = ""], point: { latitude, longitude }, openingHours } = hit;
    return { outcome: "found", place: { name, point: { latitude, longitude }, openingHours } };
  }
  const isUnclear = around.some((hit) =>
    !isArea(hit) || hit.names.some((name) => isLongerNameOf(name, words))
  );
  return { outcome: isUnclear ? "unknown" : "not_found" };
}
