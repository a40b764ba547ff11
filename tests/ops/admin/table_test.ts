import { assertEquals, assertStrictEquals } from "@std/assert";
import { escapedJson, visibleLines } from "../../../ops/admin/control_characters.ts";
import { type Column, listOf, tableOf } from "../../../ops/admin/table.ts";
import { ageWords, bytesWords, costWords, durationWords, NONE } from "../../../ops/admin/words.ts";
import { NOON } from "../../../testing/fake_clock.ts";

interface Row {
  id: string;
  note: string;
  count: number;
}

const columns: Column<Row>[] = [
  { title: "id", text: ({ id }) => id, color: () => "red" },
  { title: "note", text: ({ note }) => note, isShortenable: true },
  { title: "count", text: ({ count }) => `${count}`, align: "right", isOptional: true },
];
const rows = [
  { id: "one", note: "a note of some length", count: 5 },
  { id: "three", note: "short", count: 12 },
];

const widths: [columns: number | null, expected: string[]][] = [
  [null, [
    "id     note                   count",
    "one    a note of some length      5",
    "three  short                     12",
  ]],
  [35, [
    "id     note                   count",
    "one    a note of some length      5",
    "three  short                     12",
  ]],
  [25, [
    "id     note         count",
    "one    a note of …      5",
    "three  short           12",
  ]],
  [20, [
    "id     note",
    "one    a note of so…",
    "three  short",
  ]],
  // Then it is wider than the terminal: a shorter text would say nothing.
  [10, [
    "id     note",
    "one    a note …",
    "three  short",
  ]],
];

for (const [width, expected] of widths) {
  Deno.test(`a table for ${width} columns shortens texts first, then leaves columns out`, () => {
    const text = tableOf({ rows, columns }, { columns: width, hasColors: false });
    assertEquals(text.split("\n"), expected);
  });
}

Deno.test("colors take no room, and only a terminal with colors gets them", () => {
  const shown = (hasColors: boolean) => tableOf({ rows, columns }, { columns: 25, hasColors });
  assertEquals(shown(true).includes("\x1b[31mone\x1b[39m"), true);
  // deno-lint-ignore no-control-regex -- the codes of colors
  assertStrictEquals(shown(true).replaceAll(/\x1b\[\d+m/g, ""), shown(false));
});

Deno.test("a text cannot move the cursor, change colors or turn the line around", () => {
  const hostile = "a\x1b[2Jb\nc\u202ed\x07";
  const row = { id: hostile, note: "", count: 0 };
  const plain = { columns: null, hasColors: false };
  const [, line] = tableOf({ rows: [row], columns }, plain).split("\n");
  assertStrictEquals(line, "a\ufffd[2Jb\ufffdc\ufffdd\ufffd            0");
  assertStrictEquals(listOf([["id", hostile]], plain), "id  a\ufffd[2Jb\ufffdc\ufffdd\ufffd");
});

Deno.test("a list leaves out what has no value", () => {
  const entries = [["name", "web"], ["ends", null], ["id", "1"]] as const;
  assertStrictEquals(listOf(entries, { hasColors: false }), "name  web\nid    1");
});

Deno.test("whole output keeps lines and colors, and JSON keeps its value", () => {
  const hostile = "\x1b[31ma\x1b[39m\nb\x1b[2J\x9b2J\x7f\u2028\u061c";
  const safe = (hasColors: boolean) => visibleLines(hostile, { hasColors });
  const rest = "\ufffd[2J\ufffd2J\ufffd\ufffd\ufffd";
  assertStrictEquals(safe(true), `\x1b[31ma\x1b[39m\nb${rest}`);
  assertStrictEquals(safe(false), `\ufffd[31ma\ufffd[39m\nb${rest}`);
  const json = escapedJson(JSON.stringify({ hostile }, null, 2));
  assertEquals(JSON.parse(json), { hostile });
  // deno-lint-ignore no-control-regex -- what must not be there
  assertStrictEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u061c]/.test(json), false);
});

const durations: [ms: number, words: string][] = [
  [0, "0 ms"],
  [999, "999 ms"],
  [1_960, "1.9 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [7_199_999, "1 h"],
  [172_800_000, "2 d"],
];

Deno.test("durations, ages, costs and sizes are short words", () => {
  for (const [ms, words] of durations) assertStrictEquals(durationWords(ms), words);
  const clock = { now: () => NOON };
  const at = (ms: number) => new Date(NOON + ms).toISOString();
  assertStrictEquals(ageWords(at(-90_000), clock), "1 min ago");
  assertStrictEquals(ageWords(at(90_000), clock), "in 1 min");
  assertStrictEquals(ageWords(at(-500), clock), "now");
  assertStrictEquals(ageWords(null, clock), NONE);
  assertEquals([0, 12.5, 0.01234, null].map(costWords), ["$0.00", "$12.50", "$0.012", NONE]);
  assertEquals([0, 1_023, 2_048, 5 * 2 ** 30].map(bytesWords), [
    "0 B",
    "1023 B",
    "2 KiB",
    "5 GiB",
  ]);
});
