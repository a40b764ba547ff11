/**
 * The tool `get_weather`: geocoding and forecast of Open-Meteo. It needs no API key.
 * https://open-meteo.com/en/docs and https://open-meteo.com/en/docs/geocoding-api
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJson } from "../../lib/http/json_fetch.ts";
import type { Tool } from "./tool.ts";

const Args = z.object({
  city: z.string().describe("City, for example Lisbon; without the country"),
});

const Places = z.object({
  results: z.array(z.object({
    name: z.string(),
    country: z.string().optional(),
    latitude: z.number(),
    longitude: z.number(),
  })).optional(),
});

const Forecast = z.object({
  timezone: z.string(),
  daily: z.object({
    time: z.array(z.string()),
    weather_code: z.array(z.number().nullable()),
    temperature_2m_max: z.array(z.number().nullable()),
    temperature_2m_min: z.array(z.number().nullable()),
    precipitation_probability_max: z.array(z.number().nullable()),
  }),
});

/** The longest forecast of Open-Meteo. */
const FORECAST_DAYS = 16;

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

export interface OpenMeteoSettings {
  baseUrl: string;
  geocodingBaseUrl: string;
}

/** Creates the tool. */
export function getWeather(settings: OpenMeteoSettings): Tool<z.infer<typeof Args>> {
  return {
    name: "get_weather",
    description:
      `Country, time zone and daily weather forecast of a city, for the next ${FORECAST_DAYS} days.`,
    parameters: Args,
    message: "Checking the weather",
    async run({ city }, { signal, clock }) {
      const query = { name: city, count: "1", language: "en" };
      const search = apiUrl(settings.geocodingBaseUrl, "/v1/search", query);
      const { results } = await fetchJson(search, { schema: Places, signal, clock });
      const place = results?.[0];
      if (!place) return { error: `There is no place named ${city}` };

      const forecast = apiUrl(settings.baseUrl, "/v1/forecast", {
        latitude: String(place.latitude),
        longitude: String(place.longitude),
        daily: "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max",
        timezone: "auto",
        forecast_days: String(FORECAST_DAYS),
      });
      const { timezone, daily } = await fetchJson(forecast, { schema: Forecast, signal, clock });
      return {
        place: [place.name, place.country].filter(Boolean).join(", "),
        timezone,
        days: daily.time.map((date, day) => ({
          date,
          sky: skyOf(daily.weather_code[day] ?? null),
          maxCelsius: daily.temperature_2m_max[day] ?? null,
          minCelsius: daily.temperature_2m_min[day] ?? null,
          rainPercent: daily.precipitation_probability_max[day] ?? null,
        })),
      };
    },
  };
}

function skyOf(code: number | null): string | null {
  return code === null ? null : skies.find(([from]) => code >= from)?.[1] ?? null;
}
