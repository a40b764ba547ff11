/**
 * Places that a test knows, in place of other services.
 * @module
 */
import type { DayForecast, Destination } from "../jobs/places/place.ts";
import type { Places } from "../jobs/places/places.ts";

export const lisbon: Destination = {
  name: "Lisbon",
  point: { latitude: 38.72, longitude: -9.14 },
  radiusKm: 80,
  timeZone: "Europe/Lisbon",
  countryCode: "PT",
};

/** A day of a forecast. */
export function forecastDay(date: string, changes: Partial<DayForecast> = {}): DayForecast {
  return {
    date,
    sky: "rain showers",
    minCelsius: 11.6,
    maxCelsius: 17.2,
    rainPercent: 60,
    ...changes,
  };
}

/** Places without a provider, of which a test replaces some methods. By default nothing is known. */
export function testPlaces(methods: Partial<Places> = {}): Places {
  return {
    isLocal: false,
    findDestination: () => Promise.resolve(null),
    check: null,
    prefetch: () => {},
    walk: null,
    forecast: () => Promise.resolve([]),
    ...methods,
  };
}
