/**
 * The calendar of a trip: the date, weekday, season and weather of each day.
 * @module
 */
import type { DayForecast } from "../../places/place.ts";
import { weekdays } from "../../places/opening_hours.ts";
import type { DayWeather, Season, Weekday } from "./plan.ts";
import { localMs } from "../../../lib/local_time.ts";
import { dateOfDay, type Surroundings } from "./surroundings.ts";

/** What the calendar says about a day. `null`: not known. */
export interface CalendarDay {
  /** Such as `2027-05-01`. */
  date: string | null;
  weekday: Weekday | null;
  season: Season | null;
  weather: DayWeather | null;
}

const NO_CALENDAR: CalendarDay = { date: null, weekday: null, season: null, weather: null };

/**
 * The meteorological seasons of the northern hemisphere: whole months, grouped by temperature, as
 * weather services count them. They start about three weeks before the astronomical seasons.
 * Source: NOAA, National Centers for Environmental Information, "Meteorological Versus Astronomical
 * Seasons".
 */
const NORTHERN_SEASONS = [
  "winter",
  "spring",
  "summer",
  "autumn",
] as const satisfies readonly Season[];

/** The latitude of the tropics in degrees. Between them are wet and dry seasons. */
const TROPIC = 23.44;

/**
 * Returns what the calendar says about a day of the trip.
 *
 * @param day counted from 1
 */
export function calendarDay(
  day: number,
  { startDate, destination, forecast }: Surroundings,
): CalendarDay {
  if (startDate === null) return NO_CALENDAR;
  const date = dateOfDay(startDate, day);
  return {
    date,
    weekday: weekdayOf(date),
    season: destination && seasonOf(date, destination.point.latitude),
    weather: weatherOn(date, forecast),
  };
}

function weatherOn(date: string, forecast: readonly DayForecast[]): DayWeather | null {
  const known = forecast.find((day) => day.date === date);
  if (known === undefined) return null;
  const { date: _, ...weather } = known;
  return weather;
}

/** Returns the weekday of a date. */
export function weekdayOf(date: string): Weekday {
  // `getUTCDay()` begins with Sunday. `Intl` would take 6 MiB of memory.
  return weekdays[(new Date(localMs(date)).getUTCDay() + 6) % 7]!;
}

/**
 * Returns the season at a place.
 *
 * @param latitude in degrees
 * @returns `null` between the tropics
 */
export function seasonOf(date: string, latitude: number): Season | null {
  if (Math.abs(latitude) <= TROPIC) return null;
  const month = Number(date.slice("YYYY-".length, "YYYY-MM".length));
  const northern = Math.floor(month % 12 / 3);
  return NORTHERN_SEASONS[latitude > 0 ? northern : (northern + 2) % 4]!;
}
