/**
 * The rule about opening hours.
 * @module
 */
import { isOpenAt } from "../../../places/opening_hours.ts";
import { type Activity, type Day, Weekday } from "../plan.ts";
import { findActivities, type ItineraryRule } from "./findings.ts";
import { startsOf } from "./time.ts";

/** How long before the opening an activity may begin: the times of plans are rounded. */
const EARLY_MINUTES = 15;

/** How long before its planned end a place may close: durations are usual ones. */
const LATE_MINUTES = 30;

const DAY_MINUTES = 24 * 60;

/** The longest text of opening hours that the model reads. */
const MAX_SHOWN = 120;

/**
 * A place is open while the activity takes place. Without a date, it must be closed at that time on
 * every weekday. Hours that are not understood, or not known, break no rule.
 */
export const closedRule: ItineraryRule = {
  code: "closed",
  check: ({ days }) =>
    findActivities(
      days,
      (day) => {
        const starts = startsOf(day.activities);
        return day.activities.map((activity, index) => isClosed(activity, day, starts[index]!));
      },
      ({ title, openingHours }, { day, weekday }) => ({
        feedback: `is closed then${weekday === null ? "" : ` on ${weekday}`} (opening hours: ` +
          `${shown(openingHours!)}); choose another time, day or place`,
        message: `“${title}” seems to be closed at the planned time of day ${day}. Check its ` +
          "opening hours.",
      }),
    ),
};

/** @param start in minutes from the midnight before the day */
function isClosed(
  { openingHours, durationMinutes }: Activity,
  { date, weekday }: Day,
  start: number,
): boolean {
  if (openingHours === null || start >= DAY_MINUTES) return false;
  // Later, it would be the next day.
  const begin = Math.min(start + EARLY_MINUTES, DAY_MINUTES - 1);
  const end = start + (durationMinutes ?? 0) - LATE_MINUTES;
  const at = { from: clockOf(begin), to: end > begin ? clockOf(end) : null };
  const weekdays = weekday === null ? Weekday.options : [weekday];
  return weekdays.every((weekday) => isOpenAt(openingHours, { date, weekday, ...at }) === false);
}

/** Returns a time of day such as `09:30`. */
function clockOf(minutes: number): string {
  const ofDay = minutes % DAY_MINUTES;
  return [Math.floor(ofDay / 60), ofDay % 60].map((part) => String(part).padStart(2, "0")).join(
    ":",
  );
}

/** Returns opening hours without their comments, in which anybody may have written anything. */
function shown(openingHours: string): string {
  return openingHours.replace(/"[^"]*"?/g, "").trim().slice(0, MAX_SHOWN);
}
