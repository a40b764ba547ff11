/**
 * The daily weather forecast of a place, by Open-Meteo. It needs no API key.
 * https://open-meteo.com/en/docs
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJsonTwice } from "../../lib/http/json_fetch.ts";
import type { DayForecast, Point } from "./place.ts";
import type { PlaceContext } from "./places.ts";

/** Where the two services of Open-Meteo are. */
export interface OpenMeteoSettings {
  baseUrl: string;
  geocodingBaseUrl: string;
}

/** The longest forecast of Open-Meteo. */
export const FORECAST_DAYS = 16;

/** The values of the days. A list that is missing or odd costs no other list. */
const values = z.array(z.number().nullable().catch(null)).nullish().catch(null);

const Forecast = z.object({
  timezone: z.string(),
  daily: z.object({
    time: z.array(z.string()),
    weather_code: values,
    temperature_2m_max: values,
    temperature_2m_min: values,
    precipitation_probability_max: values,
  }),
});

/** The weather codes of Open-Meteo (WMO table 4677), each range by its lowest code. */
const skies: [from: number, sky: string][] = [
  [95, "thunderstorm"],
  [85, "snow showers"],
  [80, "rain showers"],
  [71, "snow"],
  [61, "rain"],
  [51, "drizzle"],
  [45, "fog"],
  [3, "overcast"],
  [1, "partly cloudy"],
  [0, "clear"],
];

/**
 * Fetches the forecast of the next {@link FORECAST_DAYS} days, today included.
 *
 * @returns the days that have values, in order, and the time zone that their dates are in
 * @throws {JsonFetchError} if the service fails
 * @throws the reason of the context's signal, if it aborts
 */
export async function fetchForecast(
  { point: { latitude, longitude }, timeZone }: { point: Point; timeZone: string | null },
  { baseUrl, context: { signal, clock } }: { baseUrl: string; context: PlaceContext },
): Promise<{ timezone: string; days: DayForecast[] }> {
  const url = apiUrl(baseUrl, "/v1/forecast", {
    latitude: String(latitude),
    longitude: String(longitude),
    daily: "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max",
    // Open-Meteo cannot find the zone of some places by their coordinates.
    timezone: timeZone || "auto",
    forecast_days: String(FORECAST_DAYS),
  });
  const { timezone, daily } = await fetchJsonTwice(url, { schema: Forecast, signal, clock });
  const days = daily.time.map((date, day) => ({
    date,
    sky: skyOf(daily.weather_code?.[day] ?? null),
    maxCelsius: daily.temperature_2m_max?.[day] ?? null,
    minCelsius: daily.temperature_2m_min?.[day] ?? null,
    rainPercent: daily.precipitation_probability_max?.[day] ?? null,
  }));
  // The last days may come without values.
  const isKnown = (day: DayForecast) => day.sky !== null || day.maxCelsius !== null;
  return { timezone, days: days.filter(isKnown) };
}

function skyOf(code: number | null): string | null {
  return code === null ? null : skies.find(([from]) => code >= from)?.[1] ?? null;
}
