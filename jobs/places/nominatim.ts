/**
 * Places by a server of Nominatim. Only an operator's own server may be used: the policy of the
 * public one forbids requests by programs on this scale.
 * https://nominatim.org/release-docs/latest/api/Search/
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJson } from "../../lib/http/json_fetch.ts";
import { METERS_PER_KM } from "./geometry.ts";
import { type Destination, Point } from "./place.ts";
import { chooseHit, type Hit, hitsOf, hitTags, hitText, namesOf } from "./place_hit.ts";
import { MAX_HITS, type PlaceProvider, requestLimits } from "./place_provider.ts";

/** A number, which Nominatim writes as a text. */
const number = z.union([
  z.number(),
  z.string().regex(/^\s*-?\d+(\.\d+)?\s*$/).transform(Number),
]);

const NominatimHit = z.object({
  lat: number.pipe(Point.shape.latitude),
  lon: number.pipe(Point.shape.longitude),
  category: hitText,
  type: hitText,
  name: hitText,
  display_name: z.string().nullish().catch(null),
  namedetails: hitTags,
  extratags: hitTags,
}).transform(({ lat, lon, category, type, name, display_name, namedetails, extratags }): Hit => ({
  names: namesOf([name, display_name?.split(",")[0], ...Object.values(namedetails ?? {})]),
  point: { latitude: lat, longitude: lon },
  key: category ?? "",
  value: type ?? "",
  openingHours: extratags?.opening_hours ?? null,
}));

const Hits = hitsOf(NominatimHit);

/** Creates the provider. */
export function nominatim(baseUrl: string): PlaceProvider {
  return {
    id: `nominatim ${baseUrl}`,
    async lookUp(query, near, context) {
      const url = apiUrl(baseUrl, "/search", {
        q: query,
        format: "jsonv2",
        limit: String(MAX_HITS),
        // It prefers hits in this box, and also returns others.
        viewbox: viewboxOf(near),
        bounded: "0",
        extratags: "1",
        // Plans have names in many languages.
        namedetails: "1",
        "accept-language": "en",
      });
      const hits = await fetchJson(url, { ...requestLimits(context), schema: Hits });
      return chooseHit(query, { hits, near });
    },
  };
}

/** The length of a degree of latitude, in metres. */
const DEGREE_METERS = 111_195;

/** Returns a box around a destination: two corners, each as longitude and latitude. */
function viewboxOf({ point: { latitude, longitude }, radiusKm }: Destination): string {
  const degrees = radiusKm * METERS_PER_KM / DEGREE_METERS;
  const [south, north] = [Math.max(-90, latitude - degrees), Math.min(90, latitude + degrees)];
  // Degrees of longitude are shorter away from the equator. Near a pole, the box has all of them.
  const shrink = Math.cos(Math.max(Math.abs(south), Math.abs(north)) * Math.PI / 180);
  const half = Math.min(180, degrees / Math.max(shrink, Number.EPSILON));
  const [west, east] = [Math.max(-180, longitude - half), Math.min(180, longitude + half)];
  return [west, south, east, north].map((value) => value.toFixed(4)).join(",");
}
