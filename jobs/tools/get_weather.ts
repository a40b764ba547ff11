/**
 * The tool `get_weather`: where a city is, and its forecast by Open-Meteo. It needs no API key.
 * https://open-meteo.com/en/docs
 * @module
 */
import { z } from "zod";
import { isTimeZone } from "../../lib/time_zone.ts";
import { fetchForecast, FORECAST_DAYS, type OpenMeteoSettings } from "../places/forecast.ts";
import type { DayForecast } from "../places/place.ts";
import { findPlace, type Place } from "../places/place_search.ts";
import { dayArgument, isInOrder, notInOrder } from "./arguments.ts";
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
  const { timezone, days } = await fetchForecast(
    { point: place, timeZone: place.timezone ?? null },
    { baseUrl: settings.baseUrl, context },
  );
  // The time zone is right only if the place is certain.
  if (unmatched.length === 0 && isTimeZone(timezone)) {
    context.notePlace?.({ name: place.name, timeZone: timezone, label: longNameOf(place) });
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

/** Writes where a place is: `Portland, Maine, United States`. */
function longNameOf({ name, admin1, country }: Place): string {
  return [...new Set([name, admin1, country])].filter(Boolean).join(", ");
}

/** The same with its size: `Portland, Maine, United States (68,408 inhabitants)`. */
function labelOf(place: Place): string {
  const { population } = place;
  const label = longNameOf(place);
  return population ? `${label} (${population} inhabitants)` : label;
}

type Dates = Pick<Args, "startDate" | "endDate">;

function isAsked(date: string, { startDate, endDate }: Dates): boolean {
  return (!startDate || date >= startDate) && (!endDate || date <= endDate);
}

/** Says for which of the asked days there is no forecast. */
function notesOn(days: DayForecast[], { startDate, endDate }: Dates): string[] {
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
