import { assertStrictEquals } from "@std/assert";
import { isOpenAt, type Stay } from "../../../jobs/places/opening_hours.ts";
import { countWork } from "../../../testing/counted_work.ts";

/** A stay in short form: `tuesday 09:30-11:00`, `2026-11-28 09:30`, or `? 09:30`. */
function stayOf(text: string): Stay {
  const [day = "", times = ""] = text.split(" ");
  const [from = "", to = null] = times.split("-");
  const date = /^\d/.test(day) ? day : null;
  return { date, weekday: date || day === "?" ? null : day as Stay["weekday"], from, to };
}

const museum = "Tu-Su 10:00-18:00";
const season = "Apr-Oct: Mo-Su 10:00-18:00; Nov-Mar: Tu-Su 10:00-16:00";
const garden = "Apr 15-Oct 14 09:00-20:00; Oct 15-Apr 14 09:00-17:00";
const lunch = "Mo-Fr 09:00-13:00,15:00-19:00; Sa 09:00-13:00";
const bar = "Th-Sa 22:00-04:00";

/** Opening hours, a stay, and whether the place is open. 2026-11-28 is a Saturday. */
const cases: [hours: string, stay: string, isOpen: boolean | null][] = [
  ["24/7", "? 03:00-05:00", true],
  ["24/7", "monday 00:00", true],
  ["24/7; Su off", "sunday 10:00", false],
  ["10:00-18:00", "? 10:00-18:00", true],
  ["10:00-18:00", "? 09:59-18:00", false],
  ["10:00-18:00", "? 10:00-18:01", false],
  ["10:00-18:00", "? 18:00", false],
  ["10:00-18:00", "? 17:59", true],
  ["9:00-18:00", "? 09:00", true],
  ["Mo-Su 10:00-18:00", "? 11:00-12:00", true],
  [museum, "monday 11:00-12:00", false],
  [museum, "tuesday 11:00-12:00", true],
  [museum, "tuesday 17:00-19:00", false],
  [museum, "? 11:00", null],
  [museum, "? 19:00", null],
  [museum, "2026-11-28 11:00", true],
  [museum, "2026-11-30 11:00", false],
  // The date counts, and it has a weekday of its own.
  ["Mo-Fr 10:00-18:00; We 12:00-20:00", "wednesday 11:00", false],
  ["Mo-Fr 10:00-18:00; We 12:00-20:00", "wednesday 19:00", true],
  ["Mo-Fr 10:00-18:00; We off", "wednesday 11:00", false],
  ["Mo-Fr 10:00-18:00; We closed", "thursday 11:00", true],
  ["Fr-Mo 10:00-18:00", "sunday 11:00", true],
  ["Fr-Mo 10:00-18:00", "wednesday 11:00", false],
  ["Mo,We,Fr 10:00-12:00", "wednesday 11:00", true],
  ["Mo,We,Fr 10:00-12:00", "tuesday 11:00", false],
  [lunch, "monday 12:00-13:00", true],
  [lunch, "monday 12:30-15:30", false],
  [lunch, "monday 13:30", false],
  [lunch, "saturday 15:30", false],
  ["Mo-Fr 09:00-13:00, 15:00-19:00", "monday 16:00", true],
  ["Mo-Fr 09:00-18:00; 12:00-13:00 off", "monday 12:30", false],
  ["Mo-Fr 09:00-18:00; 12:00-13:00 off", "monday 13:00-14:00", true],
  ["Mo-Fr 10:00-12:00, Fr 14:00-16:00", "friday 11:00", true],
  ["Mo-Fr 10:00-12:00, Fr 14:00-16:00", "friday 15:00", true],
  ["Mo-Fr 10:00-12:00; Fr 14:00-16:00", "friday 11:00", false],
  ["10:00-12:00; 14:00-16:00", "monday 11:00", true],
  [bar, "friday 23:00", true],
  [bar, "friday 22:30-01:00", true],
  [bar, "friday 22:30-05:00", false],
  [bar, "sunday 01:00", true],
  [bar, "sunday 23:00", false],
  [bar, "thursday 01:00", false],
  ["Fr 20:00-26:00", "friday 23:00-02:00", true],
  ["Fr 20:00-26:00", "saturday 01:00", true],
  ["20:00-24:00", "? 23:00-24:00", true],
  ["Mo-Su 00:00-24:00", "? 23:00-02:00", true],
  [season, "2026-07-06 17:00", true],
  [season, "2026-11-30 11:00", false],
  [season, "2026-12-01 11:00-16:00", true],
  [season, "2026-12-01 15:00-17:00", false],
  [season, "2027-02-28 11:00", true],
  [season, "monday 11:00", null],
  [garden, "2026-04-14 18:00", false],
  [garden, "2026-04-15 18:00", true],
  [garden, "2026-10-15 18:00", false],
  [garden, "2027-01-01 16:00-17:00", true],
  ["Mo-Su 10:00-20:00; Dec 24-26 off", "2026-12-25 11:00", false],
  ["Mo-Su 10:00-20:00; Dec 24-26 off", "2026-12-27 11:00", true],
  ["Mo-Su 10:00-20:00; Dec 25 off", "friday 11:00", null],
  ["Jan,Mar 10:00-12:00", "2027-02-10 11:00", false],
  ["Jan,Mar 10:00-12:00", "2027-03-10 11:00", true],
  // Whether a day is a holiday is not known.
  ["Tu-Su 10:00-18:00; PH off", "monday 11:00", false],
  ["Tu-Su 10:00-18:00; PH off", "tuesday 11:00", null],
  ["Tu-Su 10:00-18:00; PH 10:00-18:00", "monday 11:00", null],
  ["Tu-Su 10:00-18:00; PH 10:00-18:00", "tuesday 11:00", true],
  ["PH,Mo-Su 10:00-18:00", "monday 11:00", true],
  ["Mo-Sa 10:00-22:00; Su,PH 11:00-20:00", "monday 12:00-14:00", true],
  ["Mo-Sa 10:00-22:00; Su,PH 11:00-20:00", "monday 10:30", null],
  ["Mo-Sa 10:00-22:00; Su,PH 11:00-20:00", "monday 23:00", false],
  ["Mo-Fr 10:00-18:00; SH Sa 10:00-14:00", "saturday 11:00", null],
  // A time without an end.
  ["Mo-Fr 19:00+", "monday 20:00", null],
  ["Mo-Fr 19:00+", "monday 18:00", false],
  ["Mo-Fr 19:00+", "tuesday 11:00", false],
  ["Mo-Fr 19:00-23:00+", "monday 20:00-22:00", true],
  ["Mo-Fr 19:00-23:00+", "monday 22:00-24:00", null],
  // Comments.
  ['"by appointment"', "monday 11:00", null],
  ['Mo-Fr 10:00-18:00 "last entry at 17:30; ring the bell"', "monday 11:00", true],
  ['Mo-Fr 10:00-18:00; Sa "by appointment"', "saturday 11:00", null],
  ['Mo-Fr 10:00-18:00; Sa "by appointment"', "sunday 11:00", false],
  ["Mo-Fr 10:00-18:00 unknown", "monday 11:00", null],
  ['off "renovation"', "monday 11:00", false],
  ["closed", "2026-11-28 11:00", false],
  // Other ways to write it.
  ["mo-fr 10:00-18:00", "monday 11:00", true],
  ["Mo - Fr 10:00 – 18:00 ;", "monday 11:00", true],
  ["Mo-Fr: 10:00-18:00", "monday 11:00", true],
  // What is not understood.
  ["", "monday 11:00", null],
  [";", "monday 11:00", null],
  ["Mo-Fr", "monday 11:00", true],
  ["Mo-Fr 10-18", "monday 11:00", null],
  ["daily 9am-5pm", "monday 11:00", null],
  ["sunrise-sunset", "monday 11:00", null],
  ["Su[1] 10:00-12:00", "sunday 11:00", null],
  ["week 1-20 Mo 10:00-12:00", "monday 11:00", null],
  ["easter off", "monday 11:00", null],
  ["2026 Dec 25 off", "monday 11:00", null],
  ["Mo-Fr 10:00-18:00 || Sa 10:00-12:00", "monday 11:00", null],
  ["10:00-18:00 Mo-Fr", "monday 11:00", null],
  ["Mo-Fr 10:00-18:00 foo", "monday 11:00", null],
  ["Mo-Fr 10:61-18:00", "monday 11:00", null],
  ["Mo-Fr 49:00-50:00", "monday 11:00", null],
  ["Jan 32 off", "monday 11:00", null],
  ["Dec 24-", "2026-12-25 11:00", null],
  ["Mo-", "monday 11:00", null],
  ["Mo-Fr 10:00-", "monday 11:00", null],
  ['"', "monday 11:00", null],
  ["<script>", "monday 11:00", null],
  ["Mo-Fr 10:00-18:00;".repeat(20), "monday 11:00", null],
  // A stay that is none.
  ["24/7", "monday noon", null],
  ["24/7", "monday 25:00", null],
  ["24/7", "monday 10:00-12:75", null],
];

for (const [hours, stay, expected] of cases) {
  const name = hours.length > 60 ? `${hours.slice(0, 60)}…` : hours;
  Deno.test(`isOpenAt() returns ${expected} for ${JSON.stringify(name)} at ${stay}`, () => {
    assertStrictEquals(isOpenAt(hours, stayOf(stay)), expected);
  });
}

Deno.test("isOpenAt() takes an invalid date for an unknown one", () => {
  const stay: Stay = { weekday: "monday", date: "2026-13-45", from: "11:00", to: null };

  assertStrictEquals(isOpenAt(museum, stay), false);
});

Deno.test("isOpenAt() costs linear work for odd values", async () => {
  for (const part of ["Mo,", "PH,", '"', "10:00-12:00,", "Jan 1-", " ", "-", "1", "24/7"]) {
    const work = (length: number) =>
      countWork(() => isOpenAt(part.repeat(length).slice(0, length), stayOf("monday 11:00")));
    const [short, long] = [await work(50), await work(250)];
    assertStrictEquals(long <= 10 * Math.max(short, 50), true, `${part}: ${short}, ${long}`);
  }
});
