/**
 * A small Open-Meteo that knows one place and one day.
 * @module
 */
import { type LocalServer, serveLocally } from "./local_server.ts";

const lisbon = {
  name: "Lisbon",
  country: "Portugal",
  country_code: "PT",
  latitude: 38.7,
  longitude: -9.1,
};

const forecast = {
  timezone: "Europe/Lisbon",
  daily: {
    time: ["2026-11-28"],
    weather_code: [3],
    temperature_2m_max: [17.5],
    temperature_2m_min: [11],
    precipitation_probability_max: [10],
  },
};

/** The answer to a request for a place or a forecast; `null` for anything else. */
export function answerWeather({ pathname }: URL): Response | null {
  if (pathname === "/v1/search") return Response.json({ results: [lisbon] });
  if (pathname === "/v1/forecast") return Response.json(forecast);
  return null;
}

/** Starts the server; `await using` stops it. */
export function serveWeather(): LocalServer {
  return serveLocally((_request, url) => answerWeather(url) ?? new Response(null, { status: 404 }));
}

/** Nothing answers at this port. */
const NO_SERVICE = "http://127.0.0.1:9";

/** The environment of a program in tests that are not about places: it asks no other host. */
export const noWeatherEnv = {
  OPEN_METEO_BASE_URL: NO_SERVICE,
  OPEN_METEO_GEOCODING_BASE_URL: NO_SERVICE,
};

/** The environment of a program that is to use it. */
export function weatherEnv({ url }: LocalServer) {
  return { OPEN_METEO_BASE_URL: url, OPEN_METEO_GEOCODING_BASE_URL: url };
}
