/**
 * Tells whether a place is open at some time.
 * @module
 */
import { DAY_MS, isoTime } from "../../lib/clock.ts";
import { type OpeningRule, type OpeningSpan, parseOpeningHours } from "./opening_rules.ts";

/** The days of the week, from the first one of ISO 8601. */
export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

/** A stay at a place, in its local time. */
export interface Stay {
  /** `null`: not known. A date has its own weekday. */
  weekday: typeof weekdays[number] | null;
  /** Such as `2026-11-28`; `null`: not known. */
  date: string | null;
  /** Such as `09:30`. */
  from: string;
  /** Not later than `from`: on the next day. `null`: only the arrival counts. */
  to: string | null;
}

const DAY_MINUTES = 24 * 60;

/** A bar without a closing time closes until six in the morning. */
const LATEST_END = DAY_MINUTES + 6 * 60;

/** A day, as far as it is known. */
interface Day {
  /** From 0, Monday. */
  weekday: number | null;
  /** Month × 100 + day. */
  date: number | null;
  /** The sort of holidays that the day belongs to. */
  holiday: string | null;
}

/** The state of a place in one minute. */
type State = "open" | "closed" | "unknown";

/**
 * Returns whether a place is open for a whole stay. Whether a day is a holiday is not known: if that
 * matters, the answer is `null`.
 *
 * @param openingHours in the syntax of OpenStreetMap
 * @returns `false` if it is closed for a part of the stay; `null` if the hours are not understood, or
 * if they depend on what is not known
 */
export function isOpenAt(openingHours: string, stay: Stay): boolean | null {
  const rules = parseOpeningHours(openingHours);
  const from = minutesOf(stay.from);
  const end = minutesOf(stay.to ?? stay.from);
  if (rules === null || from === null || end === null) return null;
  const to = stay.to === null ? from + 1 : end <= from ? end + DAY_MINUTES : end;
  const mentioned = new Set(rules.flatMap(({ holidays }) => [...holidays]));
  const answers = new Set(
    [null, ...mentioned].map((holiday) =>
      answerFor(rules, { stay: { ...stay, from, to }, holiday })
    ),
  );
  return answers.size === 1 ? [...answers][0]! : null;
}

function answerFor(
  rules: readonly OpeningRule[],
  { stay: { weekday, date, from, to }, holiday }: {
    stay: Pick<Stay, "weekday" | "date"> & { from: number; to: number };
    holiday: string | null;
  },
): boolean | null {
  const minutes = new Array<State>(to - from).fill("closed");
  // Hours may go on until the next day, and so may a stay.
  for (const offset of [-1, 0, 1]) {
    const day = { ...dayOf({ weekday, date }, offset), holiday: offset === 0 ? holiday : null };
    const spans = spansOf(rules, day);
    if (spans === null) return null;
    // The first minute of the stay counts as 0.
    const shift = offset * DAY_MINUTES - from;
    for (const span of spans) {
      const end = Math.min(minutes.length, span.to + shift);
      for (let minute = Math.max(0, span.from + shift); minute < end; minute++) {
        if (minutes[minute] !== "open") minutes[minute] = span.state;
      }
    }
  }
  const during = new Set(minutes);
  if (during.has("closed")) return false;
  return during.has("unknown") ? null : true;
}

interface StatedSpan extends Pick<OpeningSpan, "from" | "to"> {
  state: State;
}

/** Returns when a place is open on a day; `null`: the rules depend on what is not known of the day. */
function spansOf(rules: readonly OpeningRule[], day: Day): StatedSpan[] | null {
  let spans: StatedSpan[] = [];
  for (const rule of rules) {
    const applies = appliesOn(rule, day);
    if (applies === null) return null;
    if (!applies) continue;
    const { state, isAdded } = rule;
    if (state === "closed") {
      spans = rule.spans.length === 0 ? [] : spans.flatMap((span) => without(span, rule.spans));
    } else {
      spans = [...isAdded ? spans : [], ...rule.spans.flatMap((span) => stated(span, state))];
      if (rule.spans.length === 0) spans.push({ from: 0, to: DAY_MINUTES, state });
    }
  }
  return spans;
}

/** Returns a span with its state, and the time after it in which the place may still be open. */
function stated({ from, to, isOpenEnd }: OpeningSpan, state: State): StatedSpan[] {
  const span = { from, to, state };
  return isOpenEnd ? [span, { from: to, to: Math.max(to, LATEST_END), state: "unknown" }] : [span];
}

/** Cuts the other spans out of a span. */
function without(span: StatedSpan, others: readonly OpeningSpan[]): StatedSpan[] {
  return others.reduce<StatedSpan[]>(
    (parts, { from, to }) =>
      parts.flatMap((part) =>
        [
          { ...part, to: Math.min(part.to, from) },
          { ...part, from: Math.max(part.from, to) },
        ].filter((rest) => rest.from < rest.to)
      ),
    [span],
  );
}

/** Whether a rule applies on a day; `null`: that depends on what is not known of it. */
function appliesOn(rule: OpeningRule, { weekday, date, holiday }: Day): boolean | null {
  const isInDates = rule.dates.length === 0
    ? true
    : date === null
    ? null
    : rule.dates.some((range) => isInRange(date, range));
  const isOnWeekday = rule.weekdays === null || (holiday !== null && rule.holidays.has(holiday))
    ? true
    : rule.weekdays.size === 0
    ? false
    : rule.weekdays.size === weekdays.length
    ? true
    : weekday === null
    ? null
    : rule.weekdays.has(weekday);
  if (isInDates === false || isOnWeekday === false) return false;
  return isInDates === null || isOnWeekday === null ? null : true;
}

/** Whether a day of the year lies in a range, which may go over the end of the year. */
function isInRange(date: number, [first, last]: readonly [number, number]): boolean {
  return first <= last ? date >= first && date <= last : date >= first || date <= last;
}

/** Returns the day that comes `offset` days after the first day of a stay. */
function dayOf({ weekday, date }: Pick<Stay, "weekday" | "date">, offset: number) {
  const ms = date === null ? NaN : Date.parse(date);
  if (!Number.isNaN(ms)) {
    const day = new Date(ms + offset * DAY_MS);
    const [, month = 0, dayOfMonth = 0] = isoTime(day.getTime()).slice(0, 10).split("-").map(
      Number,
    );
    return { weekday: (day.getUTCDay() + 6) % 7, date: month * 100 + dayOfMonth };
  }
  const index = weekday === null ? null : (weekdays.indexOf(weekday) + offset + 7) % 7;
  return { weekday: index, date: null };
}

/** Returns the minutes of a time such as `09:30`; `null`: it is none. */
function minutesOf(time: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(time) ?? [];
  if (hours === undefined || Number(hours) > 24 || Number(minutes) > 59) return null;
  return Number(hours) * 60 + Number(minutes);
}
