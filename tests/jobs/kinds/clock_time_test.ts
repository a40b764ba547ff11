import { assertEquals, assertStrictEquals } from "@std/assert";
import { clockTime, inOrder, isClockTime } from "../../../jobs/kinds/itinerary/clock_time.ts";

const readable: [text: string, time: string][] = [
  ["09:00", "09:00"],
  ["9:00", "09:00"],
  ["09:00:00", "09:00"],
  ["9:00 AM", "09:00"],
  ["7.30 pm", "19:30"],
  ["12:00 AM", "00:00"],
  ["12:15 p.m.", "12:15"],
  ["12:15pm", "12:15"],
  ["9\u202fAM", "09:00"],
  ["9am", "09:00"],
  ["19:30 PM", "19:30"],
  ["0:30 am", "00:30"],
  ["9.30", "09:30"],
  ["9h30", "09:30"],
  ["9 h", "09:00"],
  ["９：３０", "09:30"],
  [" 09:30 ", "09:30"],
  ["09:00-10:30", "09:00"],
  ["9:00 – 10:30", "09:00"],
];

for (const [text, time] of readable) {
  Deno.test(`clockTime() reads ${JSON.stringify(text)} as ${time}`, () => {
    assertStrictEquals(clockTime(text), time);
    assertStrictEquals(isClockTime(clockTime(text)), true);
  });
}

const unreadable = [
  "",
  "morning",
  "9",
  "9:5",
  "24:00",
  "25:00",
  "09:60",
  "13:00 AM",
  "0:30 PM",
  "9:00-10:30 PM",
  "around 9:00",
  "2026-11-28",
  "9:00 or 10:00",
  `${" ".repeat(40)}9:00`,
];

for (const text of unreadable) {
  Deno.test(`clockTime() does not guess what ${JSON.stringify(text)} means`, () => {
    assertStrictEquals(clockTime(text), text);
    assertStrictEquals(isClockTime(text), false);
  });
}

const orders: [what: string, times: string[], sorted: string[]][] = [
  ["sorts times", ["16:00", "09:00", "12:30"], ["09:00", "12:30", "16:00"]],
  ["keeps a start before sunrise", ["04:30", "09:00", "12:00"], ["04:30", "09:00", "12:00"]],
  [
    "keeps the night behind the evening",
    ["09:00", "23:00", "01:30", "00:30", "12:00"],
    ["09:00", "12:00", "23:00", "00:30", "01:30"],
  ],
];

for (const [what, times, sorted] of orders) {
  Deno.test(`inOrder() ${what}, also when it is applied again`, () => {
    const once = inOrder(times.map((time) => ({ time })));
    assertEquals(once.map(({ time }) => time), sorted);
    assertEquals(inOrder(once), once);
  });
}

Deno.test("inOrder() keeps the order of activities at the same time", () => {
  const activities = [{ time: "10:00", id: 1 }, { time: "09:00", id: 2 }, { time: "10:00", id: 3 }];
  assertEquals(inOrder(activities).map(({ id }) => id), [2, 1, 3]);
});
