/**
 * The places of a plan on its map. Runs in browsers and on the server.
 * @module
 */
import type { Category, Stop } from "../map/stop.ts";

/** What a map needs of an activity or event. Plans of earlier versions lack members. */
interface Entry {
  title?: string;
  name?: string;
  category?: Category | undefined;
  coordinates?: { latitude: number; longitude: number; origin: string } | null | undefined;
}

/**
 * Returns the stops of a plan, in its order. An entry without a position is left out.
 *
 * @param parts the entries of each day or bundle
 */
export function stopsIn(parts: readonly (readonly Entry[])[]): Stop[] {
  return parts.flatMap((entries, part) =>
    entries.flatMap(({ title, name = "", category = "other", coordinates }, index) => {
      if (!coordinates) return [];
      const { latitude, longitude, origin } = coordinates;
      return [{
        part,
        index,
        title: title ?? name,
        category,
        latitude,
        longitude,
        isLookedUp: origin === "places",
      }];
    })
  );
}
