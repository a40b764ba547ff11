/**
 * The places of the sample generator: it knows where its cities are, and asks no service.
 * @module
 */
import type { Places } from "../../places/places.ts";
import { findCity } from "./city_search.ts";

/** All sample places of a city, with those for day trips, lie within this radius. */
const RADIUS_KM = 60;

export const samplePlaces: Places = {
  isLocal: true,
  findDestination(text) {
    const city = findCity(text);
    return Promise.resolve(
      city && {
        name: `${city.name}, ${city.country}`,
        point: city.center,
        radiusKm: RADIUS_KM,
        timeZone: city.timeZone,
        countryCode: city.countryCode,
      },
    );
  },
  check: null,
  prefetch: () => {},
  walk: null,
  forecast: () => Promise.resolve([]),
};
