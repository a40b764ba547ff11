/**
 * The times of a sample day: when its stops begin, and whether they fit behind each other.
 * @module
 */
import { straightWalk } from "../../places/geometry.ts";
import type { Point } from "../../places/place.ts";
import type { City } from "./cities.ts";
import { type Part, PARTS, type SamplePlace } from "./place_table.ts";

export type Pace = "relaxed" | "balanced" | "packed";

/** A place at a part of a day. */
export interface Stop {
  place: SamplePlace;
  part: Part;
}

/** A stop with its start, in minutes from midnight. */
export interface TimedStop extends Stop {
  start: number;
}

/** When stops of one part of the day may begin and end, in minutes from midnight. */
interface Window {
  from: number;
  latestStart: number;
  latestEnd: number;
}

/** The longest walk between two stops, in minutes. Travellers take a bus for more. */
const MAX_WALK_MINUTES = 40;

/** For stops whose position is not known: they are near the stops around them. */
const SHORT_WALK_MINUTES = 10;

/** Stops begin at the quarters of an hour, because exact minutes would look like facts. */
const STEP_MINUTES = 15;

/** Plans begin later if travellers want a relaxed day. */
const FIRST_START: Record<Pace, string> = {
  relaxed: "10:00",
  balanced: "09:30",
  packed: "09:00",
};

/** Most museums and shops open then. */
const DOORS_OPEN = minutesOf("10:00");

/** Before this time bars and clubs are empty. */
const CLUBS_OPEN = minutesOf("21:00");

/** How long after the start of lunch the afternoon begins, if there is no hurry. */
const AFTER_LUNCH = 135;

/** A plan ends before midnight. */
const DAY_ENDS = minutesOf("23:59");

/** Returns the minutes from midnight to a time such as `09:30`. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return 60 * hours! + minutes!;
}

/** Returns a time such as `09:30`. */
export function clockTimeOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function windowOf({ place, part }: Stop, { city, pace }: DayFrame): Window {
  const lunch = minutesOf(city.lunch.time);
  const dinner = minutesOf(city.dinner.time);
  const opens = place.category === "museum" || place.category === "shopping" ? DOORS_OPEN : 0;
  const isTrip = place.isDayTrip ? DOORS_OPEN : 0;
  const windows: Record<Part, Omit<Window, "latestStart"> & { latestStart?: number }> = {
    morning: {
      from: Math.max(minutesOf(FIRST_START[pace]), opens, isTrip),
      latestEnd: lunch + 45,
    },
    midday: { from: minutesOf("11:00"), latestEnd: lunch + 60 },
    lunch: { from: lunch, latestStart: lunch + 75, latestEnd: DAY_ENDS },
    afternoon: {
      from: pace === "packed" ? minutesOf("14:00") : lunch + AFTER_LUNCH,
      latestEnd: minutesOf("18:00"),
    },
    evening: { from: minutesOf("17:00"), latestEnd: dinner },
    dinner: { from: dinner, latestStart: dinner + 60, latestEnd: DAY_ENDS },
    night: {
      from: Math.max(dinner + 75, place.category === "nightlife" ? CLUBS_OPEN : 0),
      latestEnd: DAY_ENDS,
    },
  };
  return { latestStart: DAY_ENDS, ...windows[part] };
}

/** What the times of a day depend on. */
export interface DayFrame {
  city: City;
  pace: Pace;
}

/**
 * Gives each stop the earliest start that fits: after the stop before it, the walk from there, and
 * in the hours of its part of the day.
 *
 * @returns the stops in the order of the day; `null` if they do not fit in one day
 */
export function timetable(stops: readonly Stop[], frame: DayFrame): TimedStop[] | null {
  const ordered = stops.toSorted((one, other) =>
    PARTS.indexOf(one.part) - PARTS.indexOf(other.part)
  );
  const timed: TimedStop[] = [];
  let free = 0;
  let from: Point | null = null;
  for (const stop of ordered) {
    const { place } = stop;
    const walk = timed.length === 0 ? 0 : walkMinutes(from, place.point);
    if (walk > MAX_WALK_MINUTES) return null;
    const window = windowOf(stop, frame);
    const start = roundUp(Math.max(window.from, free + walk));
    if (start > window.latestStart || start + place.minutes > window.latestEnd) return null;
    timed.push({ ...stop, start });
    free = start + place.minutes;
    from = place.point ?? from;
  }
  return timed;
}

function walkMinutes(from: Point | null, to: Point | null): number {
  if (from === null || to === null) return SHORT_WALK_MINUTES;
  return straightWalk({ from, to }).walkingMinutes;
}

function roundUp(minutes: number): number {
  return Math.ceil(minutes / STEP_MINUTES) * STEP_MINUTES;
}
