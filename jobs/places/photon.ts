/**
 * Places by a server of Photon. Only an operator's own server may be used: the public one is no
 * service for programs on this scale.
 * https://github.com/komoot/photon/blob/master/docs/api-v1.md
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJson } from "../../lib/http/json_fetch.ts";
import { Point } from "./place.ts";
import { chooseHit, type Hit, hitsOf, hitTags, hitText, namesOf } from "./place_hit.ts";
import { MAX_HITS, type PlaceProvider, requestLimits } from "./place_provider.ts";

const PhotonHit = z.object({
  geometry: z.object({
    coordinates: z.tuple([Point.shape.longitude, Point.shape.latitude]).rest(z.unknown()),
  }),
  properties: z.object({
    name: hitText,
    osm_key: hitText,
    osm_value: hitText,
    // Only a server that was set up so has further tags.
    extra: hitTags,
  }),
}).transform(({ geometry: { coordinates: [longitude, latitude] }, properties }): Hit => ({
  names: namesOf([properties.name]),
  point: { latitude, longitude },
  key: properties.osm_key ?? "",
  value: properties.osm_value ?? "",
  openingHours: properties.extra?.opening_hours ?? null,
}));

const Features = z.object({ features: hitsOf(PhotonHit) });

/** Creates the provider. */
export function photon(baseUrl: string): PlaceProvider {
  return {
    id: `photon ${baseUrl}`,
    async lookUp(query, near, { turn, ...context }) {
      const ask = async (lang: string | null) => {
        const { latitude, longitude } = near.point;
        const url = apiUrl(baseUrl, "/api", {
          q: query,
          lat: String(latitude),
          lon: String(longitude),
          limit: String(MAX_HITS),
          lang,
        });
        const limits = requestLimits(context);
        const { features } = await fetchJson(url, { ...limits, schema: Features });
        return chooseHit(query, { hits: features, near });
      };
      // It returns each name in one language. Without one, in that of the place.
      const answer = await ask(null);
      if (answer.outcome !== "unknown") return answer;
      await turn();
      return await ask("en");
    },
  };
}
