/** Dates of new wishes at the borders of days, from UTC-12 to UTC+14. */
import { assertEquals } from "@std/assert";
import { objectionsToDates } from "../../../jobs/kinds/trip_dates.ts";
import { kinds } from "../../../testing/app.ts";

const past = (date: string) => `is in the past: expected ${date} or a later date`;
const far = (date: string) => `is too far ahead: expected ${date} or an earlier date`;

const cases: [now: string, startDate: string, message: string | null][] = [
  // At noon in UTC it is midnight in UTC-12, and 02:00 of the next day in UTC+14.
  ["2026-11-28T11:59:59.999Z", "2026-11-27", null],
  ["2026-11-28T12:00:00.000Z", "2026-11-27", past("2026-11-28")],
  ["2026-11-28T12:00:00.000Z", "2026-11-28", null],
  ["2026-11-28T00:00:00.000Z", "2026-11-27", null],
  ["2026-11-28T00:00:00.000Z", "2026-11-26", past("2026-11-27")],
  ["2026-11-28T12:00:00.000Z", "2025-11-28", past("2026-11-28")],
  ["2026-11-28T12:00:00.000Z", "0001-01-01", past("2026-11-28")],
  // Over a year and a leap day.
  ["2027-01-01T11:59:00.000Z", "2026-12-31", null],
  ["2027-01-01T12:00:00.000Z", "2026-12-31", past("2027-01-01")],
  ["2028-03-01T11:00:00.000Z", "2028-02-29", null],
  ["2028-03-01T12:00:00.000Z", "2028-02-29", past("2028-03-01")],
  // At 10:00 in UTC the next day begins in UTC+14.
  ["2026-11-28T09:59:59.999Z", "2028-11-28", null],
  ["2026-11-28T09:59:59.999Z", "2028-11-29", far("2028-11-28")],
  ["2026-11-28T10:00:00.000Z", "2028-11-29", null],
  ["2026-11-28T10:00:00.000Z", "2028-11-30", far("2028-11-29")],
  ["2026-11-28T10:00:00.000Z", "9999-12-31", far("2028-11-29")],
  ["2028-02-28T10:00:00.000Z", "2030-03-01", null],
  ["2028-02-28T10:00:00.000Z", "2030-03-02", far("2030-03-01")],
];

for (const [now, startDate, message] of cases) {
  Deno.test(`at ${now}, a trip ${message === null ? "may" : "must not"} begin on ${startDate}`, () => {
    const expected = message === null ? [] : [{ path: ["startDate"], message }];
    assertEquals(objectionsToDates({ startDate }, { now: Date.parse(now), path: [] }), expected);
  });
}

const now = Date.parse("2026-11-28T12:00Z");

Deno.test("each kind names the date that is wrong", () => {
  const found = kinds.map(({ name, objectionsTo }) => {
    const [startDate, endDate] = ["2026-11-27", "2028-12-01"];
    const request = { startDate, preferences: { startDate, endDate } };
    return [name, ...objectionsTo!(request, { now }).map(({ path }) => path.join("."))];
  });

  assertEquals(found, [
    ["itinerary", "startDate"],
    ["bundles", "preferences.startDate", "preferences.endDate"],
  ]);
});

Deno.test("a date that was accepted before may be over when the plan is changed", () => {
  for (const { objectionsTo } of kinds) {
    const wish = (startDate: string) => ({ startDate, preferences: { startDate } });
    const base = wish("2026-11-27");

    assertEquals(objectionsTo!(wish("2026-11-27"), { now, base }), []);
    assertEquals(objectionsTo!(wish("2026-11-26"), { now, base }).length, 1);
  }
});

Deno.test("a wish without dates is possible at any time", () => {
  for (const { objectionsTo, example } of kinds) {
    assertEquals(objectionsTo!(example, { now: 0 }), []);
  }
});
