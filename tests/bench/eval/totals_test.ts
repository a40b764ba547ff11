import { assertStrictEquals } from "@std/assert";
import { medianOf } from "../../../bench/eval/totals.ts";

const medians: [values: number[], median: number | null][] = [
  [[], null],
  [[5], 5],
  [[9, 1, 10], 9],
  [[10, 1, 2, 4], 3],
];

for (const [values, median] of medians) {
  Deno.test(`medianOf() returns ${median} for ${JSON.stringify(values)}`, () => {
    assertStrictEquals(medianOf(values), median);
  });
}
