import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  boundsOf,
  HOUR_MS,
  levels,
  meanLevel,
  MINUTE_MS,
  pointsOf,
  type RangeName,
  rangeNames,
  ranges,
} from "../../../lib/history/range.ts";
import { countOf } from "../../../lib/history/row.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { rowOf } from "../../../testing/history.ts";

const jobs = (accepted: number) => rowOf({ counters: { accepted: { bundles: accepted } } });

for (
  const [name, points, stepMs] of [
    ["hour", 60, MINUTE_MS],
    ["day", 144, 10 * MINUTE_MS],
    ["month", 120, 6 * HOUR_MS],
  ] as const
) {
  Deno.test(`the range ${name} has ${points} points, and the last one contains now`, () => {
    const now = NOON + 90_000;
    const found = pointsOf(name, [], now);
    assertStrictEquals(found.length, points);
    assertStrictEquals(found[1]!.at - found[0]!.at, stepMs);
    const { at, lengthMs } = found.at(-1)!;
    assertStrictEquals(at <= now && now < at + stepMs, true);
    assertStrictEquals(lengthMs, Math.max(MINUTE_MS, now - at));
    assertEquals(boundsOf(name, now), { from: found[0]!.at, to: at + stepMs });
  });
}

Deno.test("no range reads more than 1,440 merged rows", () => {
  const rowsOf = (name: RangeName) => ranges[name].lengthMs / levels[ranges[name].level];
  assertStrictEquals(Math.max(...rangeNames.map(rowsOf)), 1_440);
});

Deno.test("pointsOf() puts each row into the point of its time", () => {
  const now = NOON + 5 * MINUTE_MS;
  const rows = [
    { at: NOON - 30 * MINUTE_MS, row: jobs(1) },
    { at: NOON - 21 * MINUTE_MS, row: jobs(2) },
    { at: NOON - 20 * MINUTE_MS, row: jobs(4) },
    { at: NOON, row: jobs(8) },
  ];
  const counts = pointsOf("day", rows, now).map(({ row }) => countOf(row, "accepted"));
  assertEquals(counts.slice(-4), [3, 4, 0, 8]);
});

Deno.test("meanLevel() divides the sum over minutes by their number", () => {
  const now = NOON + 9 * MINUTE_MS + 59_000;
  const running = (count: number) => rowOf({ gauges: { running: { bundles: count } } });
  // Two instances, each for five of ten minutes.
  const rows = Array.from({ length: 5 }, (_, n) => [
    { at: NOON + n * MINUTE_MS, row: running(6) },
    { at: NOON + n * MINUTE_MS, row: running(2) },
  ]).flat();
  assertStrictEquals(meanLevel(pointsOf("day", rows, now).at(-1)!, "running"), 4);
});
