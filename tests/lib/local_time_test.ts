import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  hasTimeOfDay,
  isLater,
  localDay,
  localMs,
  readLocalTime,
  timeOfDay,
} from "../../lib/local_time.ts";

const texts: [text: string, time: string | null][] = [
  ["2026-12-04T20:00", "2026-12-04T20:00"],
  ["2026-12-04", "2026-12-04"],
  // Other forms of ISO 8601 and RFC 3339.
  ["2026-12-04T20:00:00", "2026-12-04T20:00"],
  ["2026-12-04T20:00:59.999", "2026-12-04T20:00"],
  ["2026-12-04T20:00Z", "2026-12-04T20:00"],
  ["2026-12-04T20:00:00.000Z", "2026-12-04T20:00"],
  ["2026-12-04T20:00+09:00", "2026-12-04T20:00"],
  ["2026-12-04T20:00:00-0500", "2026-12-04T20:00"],
  ["2026-12-04T20:00+01", "2026-12-04T20:00"],
  ["2026-12-04 20:00", "2026-12-04T20:00"],
  ["2026-12-04, 20:00", "2026-12-04T20:00"],
  ["2026-12-04 20:00 UTC", "2026-12-04T20:00"],
  ["2026-12-04t20:00z", "2026-12-04T20:00"],
  ["2026-12-04T9:30", "2026-12-04T09:30"],
  [" 2026-12-04\n", "2026-12-04"],
  ["２０２６-１２-０４　２０:００", "2026-12-04T20:00"],
  ["2026-12-04T24:00", "2026-12-05T00:00"],
  ["2026-12-31T24:00:00", "2027-01-01T00:00"],
  ["2028-02-29T23:59", "2028-02-29T23:59"],
  // Times that do not exist.
  ["2026-02-29", null],
  ["2026-02-30T20:00", null],
  ["2026-11-31", null],
  ["2026-13-01", null],
  ["2026-00-10", null],
  ["2026-12-00", null],
  ["2026-12-04T25:00", null],
  ["2026-12-04T24:01", null],
  ["2026-12-04T20:60", null],
  ["1999-12-31", null],
  ["2999-12-31T24:00", null],
  ["3026-12-04", null],
  // No local times.
  ["", null],
  ["null", null],
  ["20:00", null],
  ["2026", null],
  ["2026-12", null],
  ["04.12.2026", null],
  ["12/04/2026 20:00", null],
  ["Friday, 20:00", null],
  ["2026-12-04T20", null],
  ["2026-12-04T20:00 at the door", null],
  ["2026-12-04T20:00/2026-12-04T23:00", null],
  ["2026-12-04 - 2026-12-06", null],
  ["2026-12-04T20:00[Europe/Berlin]", null],
  ["2026-12-04T20:00" + " ".repeat(1_000), null],
];

for (const [text, time] of texts) {
  Deno.test(`readLocalTime() reads ${JSON.stringify(text.slice(0, 40))} as ${time}`, () => {
    assertStrictEquals(readLocalTime(text), time);
  });
}

Deno.test("readLocalTime() reads its own times unchanged, and returns no other text", () => {
  const parts = "2026 12 04 - T : 20 00 24 31 02 30 Z + , 2".split(" ");
  const text = fc.array(fc.constantFrom(" ", ...parts), { maxLength: 14 })
    .map((list) => list.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (text) => {
      const time = readLocalTime(text);
      if (time === null) return;
      assertStrictEquals(readLocalTime(time), time);
      assertStrictEquals(Number.isNaN(localMs(time)), false);
      const iso = new Date(localMs(time)).toISOString();
      assertStrictEquals(iso.startsWith(time), true, `${text}: ${time}`);
    }),
    { seed: 20261128, numRuns: 2_000 },
  );
});

const pairs: [time: string, than: string, later: boolean][] = [
  ["2026-12-04T20:01", "2026-12-04T20:00", true],
  ["2026-12-05T02:00", "2026-12-04T22:00", true],
  ["2027-01-01T00:00", "2026-12-31T23:59", true],
  ["2026-12-04T20:00", "2026-12-04T20:00", false],
  ["2026-12-04T19:59", "2026-12-04T20:00", false],
  ["2026-12-05", "2026-12-04", true],
  ["2026-12-04", "2026-12-04", false],
  ["2026-12-05", "2026-12-04T20:00", true],
  ["2026-12-04", "2026-12-04T20:00", false],
  ["2026-12-04T20:00", "2026-12-04", false],
  ["2026-12-05T00:00", "2026-12-04", true],
];

for (const [time, than, later] of pairs) {
  Deno.test(`isLater() says that ${time} is ${later ? "" : "not "}later than ${than}`, () => {
    assertStrictEquals(isLater(time, than), later);
  });
}

Deno.test("a local time has a day, and may have a time of day", () => {
  const read = (time: string) => [
    hasTimeOfDay(time),
    localDay(time),
    timeOfDay(time),
    localMs(time),
  ];
  const midnight = Date.UTC(2026, 11, 4);
  assertEquals(read("2026-12-04T20:30"), [true, "2026-12-04", "20:30", midnight + 73_800_000]);
  assertEquals(read("2026-12-04"), [false, "2026-12-04", "", midnight]);
});
