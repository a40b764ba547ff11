/** The calendar of trips: dates, weekdays, seasons and weather of days. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { calendarDay, seasonOf, weekdayOf } from "../../../jobs/kinds/itinerary/calendar_day.ts";
import type { Weekday } from "../../../jobs/kinds/itinerary/plan.ts";
import type { Surroundings } from "../../../jobs/kinds/itinerary/surroundings.ts";
import { forecastDay, lisbon } from "../../../testing/places.ts";

const days: [startDate: string, day: number, weekday: Weekday, date: string][] = [
  ["2026-11-28", 1, "saturday", "2026-11-28"],
  ["2026-11-28", 2, "sunday", "2026-11-29"],
  ["2026-11-28", 4, "tuesday", "2026-12-01"],
  ["2026-12-30", 3, "friday", "2027-01-01"],
  ["2027-02-27", 3, "monday", "2027-03-01"],
  ["2028-02-28", 2, "tuesday", "2028-02-29"],
  ["2028-02-28", 3, "wednesday", "2028-03-01"],
  // Clocks change in Europe and in America.
  ["2027-03-27", 3, "monday", "2027-03-29"],
  ["2026-10-31", 3, "monday", "2026-11-02"],
  ["2027-12-15", 30, "thursday", "2028-01-13"],
];

for (const [startDate, day, weekday, date] of days) {
  Deno.test(`day ${day} of a trip from ${startDate} is ${weekday} ${date}`, () => {
    const surroundings: Surroundings = { startDate, destination: null, forecast: [] };
    assertEquals(calendarDay(day, surroundings), { date, weekday, season: null, weather: null });
  });
}

Deno.test("the weekdays of four hundred years are those of the calendar", () => {
  const names = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" });
  for (let year = 2000; year < 2400; year++) {
    const date = `${year}-03-01`;
    assertStrictEquals(weekdayOf(date), names.format(new Date(date)).toLowerCase());
  }
});

const seasons: [date: string, latitude: number, season: string | null][] = [
  ["2026-02-28", 48, "winter"],
  ["2026-03-01", 48, "spring"],
  ["2026-05-31", 48, "spring"],
  ["2026-06-01", 48, "summer"],
  ["2026-08-31", 48, "summer"],
  ["2026-09-01", 48, "autumn"],
  ["2026-11-30", 48, "autumn"],
  ["2026-12-01", 48, "winter"],
  ["2026-12-31", 48, "winter"],
  ["2027-01-01", -34, "summer"],
  ["2026-02-28", -34, "summer"],
  ["2026-03-01", -34, "autumn"],
  ["2026-06-01", -34, "winter"],
  ["2026-09-01", -34, "spring"],
  ["2026-12-01", -34, "summer"],
  // Hong Kong, Quito and Rio are between the tropics; Taipei and São Paulo are just outside.
  ["2026-06-01", 22.3, null],
  ["2026-06-01", 0, null],
  ["2026-06-01", -22.9, null],
  ["2026-06-01", 25.05, "summer"],
  ["2026-06-01", -23.55, "winter"],
];

for (const [date, latitude, season] of seasons) {
  Deno.test(`at ${latitude}° of latitude, ${date} is in ${season ?? "no season"}`, () => {
    assertStrictEquals(seasonOf(date, latitude), season);
  });
}

Deno.test("a day has the season of its destination and the weather of its date", () => {
  const { date: _, ...weather } = forecastDay("2026-12-01");
  const surroundings = {
    startDate: "2026-11-30",
    destination: lisbon,
    forecast: [forecastDay("2026-12-01"), forecastDay("2026-12-03")],
  };

  assertEquals([1, 2, 3].map((day) => calendarDay(day, surroundings)), [
    { date: "2026-11-30", weekday: "monday", season: "autumn", weather: null },
    { date: "2026-12-01", weekday: "tuesday", season: "winter", weather },
    { date: "2026-12-02", weekday: "wednesday", season: "winter", weather: null },
  ]);
});

Deno.test("a day of a trip without a first day has no calendar", () => {
  const surroundings = {
    startDate: null,
    destination: lisbon,
    forecast: [forecastDay("2026-12-01")],
  };

  assertEquals(calendarDay(1, surroundings), {
    date: null,
    weekday: null,
    season: null,
    weather: null,
  });
});
