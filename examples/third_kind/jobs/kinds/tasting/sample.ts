/**
 * Invented tastings for the sample generator.
 * @module
 */
import type { Tasting, TastingRequest } from "./kind.ts";

/** Returns as many places as the request has stops. */
export function sampleTasting({ dish, town, stops }: TastingRequest): Tasting {
  return {
    places: Array.from({ length: stops }, (_, index) => ({
      name: `Sample kitchen ${index + 1} of ${town}`,
      why: `It serves ${dish}.`,
    })),
  };
}
