import { assert, assertMatch, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { readEventDate } from "../../../routes/files/event_date.ts";
import { anyCharacter } from "../../../testing/text.ts";

/** A fixed seed, so that each run uses the same texts. */
const SEED = 20261124;
const RUNS = 500;

/** A Tuesday. */
const now = Date.parse("2026-11-24T12:00:00Z");

/** The date as `2026-11-28 21:00`, with its end if it is known, or as days. */
async function read(text: string, at = now): Promise<string> {
  const date = await readEventDate(text, { now: at });
  if (date === null) return "undated";
  const { start, end, allDay } = date;
  const [first, last] = [start, end].map((time) =>
    time === null ? null : new Date(time).toISOString().slice(0, 16).replace("T", " ")
  );
  if (!allDay) return last ? `${first} – ${last}` : first!;
  assertMatch(`${first}, ${last}`, /^\S+ 00:00, \S+ 00:00$/);
  const days = (end! - start) / 86_400_000;
  return `${first!.slice(0, 10)}, ${days} ${days === 1 ? "day" : "days"}`;
}

const AT_NINE = "2026-11-28 21:00";
const AT_EIGHT = "2026-11-28 20:00";
const THAT_DAY = "2026-11-28, 1 day";
const THREE_DAYS = "2026-11-28, 3 days";

const dated: [text: string, date: string][] = [
  // ISO 8601 and similar formats.
  ["2026-11-28 21:00", AT_NINE],
  ["2026-11-28T21:00", AT_NINE],
  ["2026-11-28 21:00:00", AT_NINE],
  ["2026-11-28T21:00:00.000+09:00", AT_NINE],
  ["2026-11-28T21:00Z", AT_NINE],
  ["2026-11-28 24:00", "2026-11-29 00:00"],
  ["2026-11-28", THAT_DAY],
  [" 2026-11-28\n", THAT_DAY],
  ["２０２６-１１-２８ ２１:００", AT_NINE],
  ["2028-02-29", "2028-02-29, 1 day"],
  ["2026/11/28 21:00", AT_NINE],
  ["2026.11.28 20:00", AT_EIGHT],
  ["Sat 2026-11-28 21:00", AT_NINE],
  ["2026-11-28 (Saturday), 21:00", AT_NINE],
  ["2026-11-28 9 pm", AT_NINE],
  ["2026-11-28 at 21:00", AT_NINE],
  ["2026-11-28 21:00 (local time)", AT_NINE],
  ["2026-11-28, 21:00–23:30", "2026-11-28 21:00 – 2026-11-28 23:30"],
  ["2026-11-28 evening", THAT_DAY],
  ["2026-11-28/2026-11-30", THREE_DAYS],
  ["2026-11-28 to 2026-11-30", THREE_DAYS],
  // English.
  ["Saturday, 28 November 2026, 9 pm", AT_NINE],
  ["Saturday, November 28, 2026 at 9:00 PM", AT_NINE],
  ["Saturday, Nov 28 • 9:00 PM", AT_NINE],
  ["November 28th, 2026, from 8:30pm", "2026-11-28 20:30"],
  ["Saturday (28 Nov), 21:00", AT_NINE],
  ["Saturday, 21:00 (28 Nov)", AT_NINE],
  ["Sat 28 Nov, 9pm till late", AT_NINE],
  ["28 Nov 20:30", "2026-11-28 20:30"],
  ["November 28, 2026 (time TBA)", THAT_DAY],
  ["from 28 November 2026", THAT_DAY],
  ["28–30 November 2026", THREE_DAYS],
  ["28-30 November 2026, 10:00-18:00", THREE_DAYS],
  ["28 Dec 2026 – 2 Jan 2027", "2026-12-28, 6 days"],
  ["28 November 2026, 22:00-04:00", "2026-11-28 22:00 – 2026-11-29 04:00"],
  ["28 November 2026 9:00 AM - 28 November 2026 5:00 PM", "2026-11-28 09:00 – 2026-11-28 17:00"],
  ["Saturday 28 November 2026, 12:30 am", "2026-11-28 00:30"],
  ["Saturday, 28 November 2026, 20:00 CET", AT_EIGHT],
  ["Saturday, 28 November 2026, 20:00 (UTC+9)", AT_EIGHT],
  // Weekdays: the first one from the day of writing.
  ["Friday, 21:00", "2026-11-27 21:00"],
  ["Saturday evening", THAT_DAY],
  ["Friday, 22:00–04:00", "2026-11-27 22:00 – 2026-11-28 04:00"],
  ["Tuesday, 09:00", "2026-11-24 09:00"],
  ["Monday", "2026-11-30, 1 day"],
  ["Sa., 20 Uhr", AT_EIGHT],
  ["samedi, 20h", AT_EIGHT],
  ["土曜日 20:00", AT_EIGHT],
  // Without a year: the next such day. It may be yesterday where the day has not ended everywhere.
  ["28 November, 21:00", AT_NINE],
  ["24 November, 21:00", "2026-11-24 21:00"],
  ["23 November, 21:00", "2026-11-23 21:00"],
  ["22 November, 21:00", "2027-11-22 21:00"],
  ["2 January", "2027-01-02, 1 day"],
  // Numbers.
  ["28.11.2026", THAT_DAY],
  ["03.11.2026 20:00", "2026-11-03 20:00"],
  ["28.11.26, 20 Uhr", AT_EIGHT],
  ["Sa, 28.11.2026, 20:00", AT_EIGHT],
  ["28/11/2026", THAT_DAY],
  ["Sábado 28/11/2026 20:00", AT_EIGHT],
  ["11/28/2026, 9 PM", AT_NINE],
  ["28-11-2026 20:00", AT_EIGHT],
  ["12/12/2026", "2026-12-12, 1 day"],
  // Other languages.
  ["Sa., 28. November 2026, 20 Uhr", AT_EIGHT],
  ["am Samstag, den 28. November 2026, um 20 Uhr", AT_EIGHT],
  ["28. bis 30. November 2026", THREE_DAYS],
  ["samedi 28 novembre 2026 à 20h", AT_EIGHT],
  ["El sábado 28 de noviembre de 2026, 20:00", AT_EIGHT],
  ["sábado, 28 de novembro de 2026", THAT_DAY],
  ["sabato 28 novembre 2026, ore 20:00", AT_EIGHT],
  ["zaterdag 28 november 2026 om 20.00 uur", AT_EIGHT],
  ["lördag 28 november 2026", THAT_DAY],
  ["lauantai 28. marraskuuta 2026, klo 20.00", AT_EIGHT],
  ["2026年11月28日 20:00", AT_EIGHT],
  ["2026年11月28日（土）20:00", AT_EIGHT],
  ["2026年11月28日 午後8時", AT_EIGHT],
  ["2026年11月28日 晚上8点", AT_EIGHT],
  ["2026년 11월 28일 20:00", AT_EIGHT],
  ["суббота, 28 ноября 2026, 20:00", AT_EIGHT],
  ["субота, 28 листопада 2026, 20:00", AT_EIGHT],
  ["thứ bảy, 28 tháng 11 năm 2026, 20:00", AT_EIGHT],
  ["Sabtu, 28 November 2026, 20.00", AT_EIGHT],
  ["السبت 28 نوفمبر 2026، 20:00", AT_EIGHT],
  // Words that only one language has, or that look like another language.
  ["Deuren open: zaterdag 28 november 2026 om 20.00 uur", AT_EIGHT],
  ["Doors to the right, 28 November 2026, 21:00", AT_NINE],
  ["28 Nov, 5 artists", THAT_DAY],
  // The day is certain, the time is not.
  ["28 Nov 2026, doors 19:00, show 20:00", THAT_DAY],
  ["2026-11-28, 15:00 and 20:00", THAT_DAY],
  ["Saturday 28 November 2026, midnight", THAT_DAY],
  ["Saturday, 28 November 2026, at 8", THAT_DAY],
];

for (const [text, date] of dated) {
  Deno.test(`readEventDate() reads ${JSON.stringify(text)} as ${date}`, async () => {
    assertStrictEquals(await read(text), date);
  });
}

const undated: [why: string, ...texts: string[]][] = [
  [
    "no day is named",
    "TBA",
    "21:00",
    "at 8",
    "noon",
    "every evening",
    "daily 10:00–18:00",
    "ab 20 Uhr",
  ],
  ["a text names a day of the trip", "Day 2, 10:00", "Evening of day 1"],
  [
    "it names more than one day",
    "Friday and Saturday, 21:00",
    "Friday, Saturday",
    "Sat 28 / Sun 29 Nov",
  ],
  ["it names several days", "28 Nov and 5 Dec 2026", "2026-11-28 21:00 or 2026-11-29 17:00"],
  ["several days follow", "Saturday 28 and Sunday 29 November 2026", "28 Nov, 5 Dec, 12 Dec 2026"],
  ["the event recurs", "Every Friday, 22:00", "Fridays, 22:00", "jeden Freitag, 22 Uhr"],
  [
    "the event recurs, in other languages",
    "todos los viernes",
    "毎週金曜日 22:00",
    "каждую пятницу",
  ],
  ["the weekday is not the next one", "First Friday of the month", "Second Saturday in November"],
  ["the weekday is part of a holiday's name", "Black Friday", "Good Friday 2027", "Cyber Monday"],
  ["the text names a weekend", "this weekend", "weekends", "Weekday mornings", "Friday to Sunday"],
  [
    "it depends on the current day",
    "today",
    "tomorrow, 21:00",
    "tonight at 8",
    "in 3 days",
    "next week",
  ],
  [
    "it depends on the current day, in other languages",
    "morgen, 20 Uhr",
    "heute Abend",
    "今晚 20:00",
    "明日 20:00",
  ],
  ["only the month is known", "November 2026", "late November 2026", "May", "2026", "Winter 2026"],
  ["it names a week", "The week of 23 November 2026", "Week of November 23"],
  ["it names a season", "Oct 1, 2026 - Jan 31, 2027", "2026-11-01 to 2026-11-30"],
  [
    "it names only an end",
    "until 30 November 2026",
    "before 30 November 2026",
    "bis 30. November 2026",
  ],
  [
    "it names only an end in other languages",
    "jusqu'au 30 novembre 2026",
    "hasta el 30 de noviembre de 2026",
  ],
  ["it names only an end in Japanese", "11月30日まで"],
  ["the weekday does not match", "Friday, 28 November 2026", "Sunday (28 Nov), 22:00"],
  ["languages read different days", "Tour 2 nov 12"],
  ["there is no such day", "2026-02-30", "29 February 2027", "31 November 2026", "2026-13-01"],
  ["there is no such time", "2026-11-28 25:00", "2026-11-28 24:30", "2026-11-28 20:60"],
  ["day and month may be swapped", "03/11/2026", "3-11-2026 20:00", "03/11/26"],
  ["the numbers are not a date", "99/99/2026", "Open 24/7", "11/28", "Friday 13", "28th", "28"],
  ["two letters may be a short word", "to", "to 20:00", "so, 20 Uhr"],
  ["the year is out of range", "1926-11-28", "0001-01-01", "9999-12-31", "28 November 1926"],
  [
    "the text is too long",
    `28 November 2026, ${"where it is dark and the music is loud ".repeat(3)}`,
  ],
];

for (const [why, ...texts] of undated) {
  Deno.test(`readEventDate() finds no date where ${why}: ${texts[0]!.slice(0, 40)}`, async () => {
    for (const text of texts) assertStrictEquals(await read(text), "undated", text);
  });
}

Deno.test("a day without a year may be in the previous year, and must exist in the next two", async () => {
  const newYear = Date.parse("2027-01-01T00:30:00Z");
  assertStrictEquals(await read("31 December, 21:00", newYear), "2026-12-31 21:00");
  assertStrictEquals(await read("1 January", newYear), "2027-01-01, 1 day");
  assertStrictEquals(await read("30 December", newYear), "2027-12-30, 1 day");
  assertStrictEquals(await read("29 February"), "undated");
});

Deno.test("a weekday is the same day from any hour of the day of writing", async () => {
  for (const hour of ["00:00:00.000", "12:00:00.000", "23:59:59.999"]) {
    const at = Date.parse(`2026-11-24T${hour}Z`);
    assertStrictEquals(await read("Tuesday, 21:00", at), "2026-11-24 21:00");
    assertStrictEquals(await read("Monday, 21:00", at), "2026-11-30 21:00");
  }
});

Deno.test("any text is a date with a start before its end, or no date", async () => {
  const word = fc.constantFrom(
    ..."28 30 2026 11 Nov November Saturday Sa. 20:00 9pm 20h - – / . , : ( ) to and until 年 月 日 時 de"
      .split(" "),
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
    fc.array(word, { maxLength: 12 }).map((words) => words.join("")),
    fc.string({ unit: anyCharacter }),
  );
  const property = fc.asyncProperty(text, async (text) => {
    const date = await readEventDate(text, { now });
    if (date === null) return;
    assert(date.end === null || date.end > date.start, text);
    // A day needs a number or a name.
    assertMatch(text, /\d|sa/i);
  });
  await fc.assert(property, { seed: SEED, numRuns: RUNS });
});
