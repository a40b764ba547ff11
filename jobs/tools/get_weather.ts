/**
 * The tool `get_weather`: where a city is, and its forecast by Open-Meteo. It needs no API key.
 * https://open-meteo.com/en/docs
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJsonTwice } from "../../lib/http/json_fetch.ts";
import { dayArgument, isInOrder, notInOrder } from "./arguments.ts";
import { isTimeZone } from "../../lib/time_zone.ts";
import { findPlace, type Place } from "./place_search.ts";
import type { Tool, ToolContext } from "./tool.ts";

const day = dayArgument.nullish();

const Args = z.object({
  city: z.string().refine((city) => city.trim() !== "", { error: "expected a city" })
    .describe("Name of the city alone, in English, for example Portland"),
  region: z.string().nullish().describe("State, province or region, for example Maine; or null"),
  country: z.string().nullish()
    .describe("Country, English name or ISO 3166-1 code, for example US; null only if unknown"),
  startDate: day.describe("First day of the trip, YYYY-MM-DD; null for today"),
  endDate: day.describe("Last day of the trip, YYYY-MM-DD; null for all days with a forecast"),
}).refine(isInOrder, notInOrder);
type Args = z.infer<typeof Args>;

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
export function getWeather(settings: OpenMeteoSettings): Tool<Args> {
  return {
    name: "get_weather",
    description: "Country, time zone and daily weather forecast of a city. The forecast covers " +
      `the next ${FORECAST_DAYS} days. Check that \`place\` is the place you mean: many cities ` +
      "share a name, and `otherPlaces` are some of them.",
    parameters: Args,
    message: "Checking the weather",
    run: (args, context) => lookUp(args, { settings, context }),
  };
}

async function lookUp(
  { city, region = null, country = null, ...dates }: Args,
  { settings, context }: { settings: OpenMeteoSettings; context: ToolContext },
) {
  const words = { city, region, country };
  const baseUrl = settings.geocodingBaseUrl;
  const { place, others, unmatched } = await findPlace(words, { baseUrl, context });
  const otherPlaces = others.length > 0 ? { otherPlaces: others.map(labelOf) } : {};
  if (!place) return { error: others.length > 0 ? NOT_THERE : UNKNOWN, ...otherPlaces };
  const { timezone, days } = await forecastFor(place, { settings, context });
  // The time zone is right only if the place is certain.
  if (unmatched.length === 0 && isTimeZone(timezone)) {
    context.notePlace?.({ name: place.name, timeZone: timezone });
  }
  const notes = [
    ...unmatched.map((part) => `The place may not be the one you mean: not known to be in ${part}`),
    ...notesOn(days, dates),
  ];
  return {
    place: {
      name: place.name,
      region: place.admin1 ?? null,
      country: place.country ?? null,
      countryCode: place.country_code ?? null,
      population: place.population ?? null,
      latitude: place.latitude,
      longitude: place.longitude,
    },
    ...otherPlaces,
    timezone,
    forecastUntil: days.at(-1)?.date ?? null,
    days: days.filter(({ date }) => isAsked(date, dates)),
    ...notes.length > 0 ? { notes } : {},
  };
}

const UNKNOWN =
  "No place has this name. Write the English name of the city alone, and its region " +
  "and country as arguments of their own";

const NOT_THERE = "No place of this name is in that region or country, but in others";

/** Writes where a place is: `Portland, Maine, United States (68,408 inhabitants)`. */
function labelOf({ name, admin1, country, population }: Place): string {
  const label = [...new Set([name, admin1, country])].filter(Boolean).join(", ");
  return population ? `${label} (${population} inhabitants)` : label;
}

type Day = Awaited<ReturnType<typeof forecastFor>>["days"][number];
type Dates = Pick<Args, "startDate" | "endDate">;

async function forecastFor(
  { latitude, longitude, timezone: zone }: Place,
  { settings, context }: { settings: OpenMeteoSettings; context: ToolContext },
) {
  const url = apiUrl(settings.baseUrl, "/v1/forecast", {
    latitude: String(latitude),
    longitude: String(longitude),
    daily: "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max",
    // Open-Meteo cannot find the zone of some places by their coordinates.
    timezone: zone || "auto",
    forecast_days: String(FORECAST_DAYS),
  });
  const { signal, clock } = context;
  const { timezone, daily } = await fetchJsonTwice(url, { schema: Forecast, signal, clock });
  const days = daily.time.map((date, day) => ({
    date,
    sky: skyOf(daily.weather_code?.[day] ?? null),
    maxCelsius: daily.temperature_2m_max?.[day] ?? null,
    minCelsius: daily.temperature_2m_min?.[day] ?? null,
    rainPercent: daily.precipitation_probability_max?.[day] ?? null,
  }));
  // The last days may come without values.
  const isKnown = (day: typeof days[number]) => day.sky !== null || day.maxCelsius !== null;
  return { timezone, days: days.filter(isKnown) };
}

function isAsked(date: string, { startDate, endDate }: Dates): boolean {
  return (!startDate || date >= startDate) && (!endDate || date <= endDate);
}

/** Says for which of the asked days there is no forecast. */
function notesOn(days: Day[], { startDate, endDate }: Dates): string[] {
  const [first, last] = [days[0]?.date, days.at(-1)?.date];
  if (!first || !last) return ["There is no forecast for this place"];
  if (startDate && startDate > last) {
    return [`There is no forecast for these days yet: it ends on ${last}. ${USUAL}`];
  }
  if (endDate && endDate < first) return [`These days are over: the forecast begins on ${first}`];
  return endDate && endDate > last ? [`There is no forecast after ${last} yet. ${USUAL}`] : [];
}

/** What the model does without a forecast. */
const USUAL = "Go by the weather that is usual there at that time of the year, and say so";

function skyOf(code: number | null): string | null {
  return code === null ? null : skies.find(([from]) => code >= from)?.[1] ?? null;
}
