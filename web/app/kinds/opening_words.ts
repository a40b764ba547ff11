/**
 * Opening hours in words. Runs in browsers and on the server.
 * @module
 */
import { localMs } from "../../../lib/local_time.ts";
import type { Words } from "../../words/words.ts";
import { dateFormat } from "./formatters.ts";

/** The days as OpenStreetMap writes them. */
const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const SPAN = "\\d\\d:\\d\\d ?- ?\\d\\d:\\d\\d";
const NAMES = `(?:${DAYS.join("|")})`;

/** Days, if any, and times: `Mo-Fr,Su 09:00-12:00,13:00-18:00`, `Tu off`. */
const RULE = new RegExp(
  `^(?<days>${NAMES}(?:-${NAMES})?(?: ?, ?${NAMES}(?:-${NAMES})?)*)? ?` +
    `(?<times>${SPAN}(?: ?, ?${SPAN})*|off|closed)$`,
);

/** Rules for holidays, which a plan rarely meets. */
const HOLIDAYS = /^(?:PH|SH)\b/;

/** The longest text that is read. A longer one is not simple. */
const MAX_CHARACTERS = 200;

/** The times of the days from Monday; `null`: closed. */
type Week = (string | null)[];

/**
 * Describes opening hours: those of the day if it is known, else those of the week. Hours that are not
 * simple stay in the syntax of OpenStreetMap (https://wiki.openstreetmap.org/wiki/Key:opening_hours).
 *
 * @param options `weekday`: such as `friday`; `null`: not known
 */
export function describeOpening(
  openingHours: string,
  { weekday, words }: { weekday: string | null; words: Words },
): string {
  const { plan } = words;
  if (openingHours.trim() === "24/7") return plan.alwaysOpen;
  const week = weekOf(openingHours);
  if (week === null) return plan.open(openingHours);
  const day = WEEKDAYS.indexOf(weekday ?? "");
  const hours = day < 0 ? describeWeek(week, words) : week[day]!;
  return hours === null ? plan.closedThatDay : plan.open(hours);
}

/** Reads the hours of a week; `null` if they are not simple. */
function weekOf(openingHours: string): Week | null {
  if (openingHours.length > MAX_CHARACTERS) return null;
  const rules = openingHours.split(";").map((rule) => rule.trim())
    .filter((rule) => rule !== "" && !HOLIDAYS.test(rule));
  const week: Week = DAYS.map(() => null);
  for (const rule of rules) {
    const { days, times } = RULE.exec(rule)?.groups ?? {};
    if (times === undefined) return null;
    const hours = /^\d/.test(times) ? times.replaceAll(" ", "").replaceAll("-", "–") : null;
    for (const day of daysOf(days)) week[day] = hours?.replaceAll(",", ", ") ?? null;
  }
  return rules.length > 0 && week.some((hours) => hours !== null) ? week : null;
}

/** Returns the days of a rule, from 0; all days if it names none. */
function daysOf(text = "Mo-Su"): number[] {
  return text.split(",").flatMap((range) => {
    const [first, last = first] = range.trim().split("-").map((name) => DAYS.indexOf(name));
    const count = (last! - first! + 7) % 7 + 1;
    return Array.from({ length: count }, (_, index) => (first! + index) % 7);
  });
}

/** Describes a week: `daily 09:00–18:00`, `Tue–Sun 10:00–18:00`. */
function describeWeek(week: Week, { plan, language }: Words): string {
  if (week.every((hours) => hours === week[0])) return plan.daily(week[0]!);
  const format = dateFormat(language, { weekday: "short", timeZone: "UTC" });
  // A Monday.
  const name = (day: number) => format.format(localMs(`2024-01-0${day + 1}`));
  const runs: { first: number; last: number; hours: string | null }[] = [];
  week.forEach((hours, day) => {
    const run = runs.at(-1);
    if (run?.hours === hours) run.last = day;
    else runs.push({ first: day, last: day, hours });
  });
  return runs.flatMap(({ first, last, hours }) => {
    const days = first === last ? name(first) : `${name(first)}–${name(last)}`;
    return hours === null ? [] : `${days} ${hours}`;
  }).join(", ");
}
