/**
 * Times of day as models write them.
 * @module
 */
const NORMAL = /^([01]\d|2[0-3]):[0-5]\d$/;

/** `9:30`, `09:30:00`, `9.30 pm`, `9h30`, `9 a.m.`, `9h`. */
const CLOCK =
  /^(?<hour>\d{1,2})(?:(?:[:.]|\s?h\s?)(?<minute>\d{2})(?::\d{2})?|(?<bare>\s?h)|(?=\s?[ap]))\s?(?:(?<half>[ap])\.?\s?m\.?)?$/i;

/** `09:00-10:30`: its start is the time. Halves of the day would make it ambiguous. */
const RANGE = /^(\d{1,2}[:.]\d{2})\s?[-–—]\s?\d{1,2}[:.]\d{2}$/;

/** Longer text is no time. The limit also bounds the work of the patterns. */
const MAX_LENGTH = 30;

/** Before this hour the night of the day before goes on. Few plans begin a day earlier. */
const NIGHT_ENDS = "05:00";

/** An activity from this time on shows that the day has begun. */
const NOON = "12:00";

/** Returns whether a text is a time of 24 hours, such as `09:30`. */
export function isClockTime(text: string): boolean {
  return NORMAL.test(text);
}

/** Returns an unambiguous time as `HH:MM` of 24 hours, and any other text unchanged. */
export function clockTime(text: string): string {
  if (NORMAL.test(text) || text.length > MAX_LENGTH) return text;
  const plain = text.normalize("NFKC").replace(/\s+/g, " ").trim();
  const { hour, minute = "00", half } = (RANGE.exec(plain)?.[1] ?? plain).match(CLOCK)?.groups ??
    {};
  const hours = hoursOf(Number(hour), half?.toLowerCase());
  const time = `${String(hours).padStart(2, "0")}:${minute}`;
  return NORMAL.test(time) ? time : text;
}

/** Returns the hour of 24; `NaN` if it contradicts the half of the day. */
function hoursOf(hour: number, half: string | undefined): number {
  if (half === "p") return hour === 0 ? NaN : hour < 12 ? hour + 12 : hour;
  if (half === "a") return hour > 12 ? NaN : hour % 12;
  return hour;
}

/** Returns whether each activity starts after midnight, in the night that follows the day. */
export function startAfterMidnight(activities: readonly { time: string }[]): boolean[] {
  let hasBegun = false;
  return activities.map(({ time }) => {
    hasBegun ||= time >= NOON;
    return hasBegun && time < NIGHT_ENDS;
  });
}

/**
 * Returns the activities in the order of their times. Those after midnight stay behind the others.
 */
export function inOrder<Activity extends { time: string }>(
  activities: readonly Activity[],
): Activity[] {
  const night = startAfterMidnight(activities);
  return [false, true].flatMap((isNight) =>
    activities.filter((_, index) => night[index] === isNight).toSorted(byTime)
  );
}

/** Compares times such as `09:30`, which sort as text. */
function byTime(one: { time: string }, other: { time: string }): number {
  return one.time < other.time ? -1 : one.time > other.time ? 1 : 0;
}
