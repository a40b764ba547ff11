/**
 * Finds the city of a wish for bundles, so that the review knows which events lie elsewhere.
 * @module
 */
import type { JobContext } from "../../kind.ts";
import { Destination } from "../../places/place.ts";
import type { Places } from "../../places/places.ts";
import { askPlaces } from "../place_step.ts";
import type { BundlesRequest } from "./request.ts";

/**
 * Finds the city of a wish, as one step of the job. It takes some seconds at most.
 *
 * @param options `places`: whom to ask; `null`: the city is not known
 * @returns `null` if the wish names no city, or if it is not known
 * @throws only errors of `context.step`, and the reason of the context's signal if it aborts
 */
export async function findWishCity(
  { preferences: { city } }: BundlesRequest,
  { places, context }: { places: Places | null; context: JobContext },
): Promise<Destination | null> {
  if (places === null || city === undefined) return null;
  return await askPlaces(places, {
    name: "city",
    schema: Destination.nullable(),
    context,
    ask: () => places.findDestination(city, context),
  });
}
