import { assertEquals, assertStrictEquals } from "@std/assert";
import { Chance, wait } from "../../bench/chance.ts";
import { Findings } from "../../bench/soak/findings.ts";
import { limits } from "../../bench/soak/limits.ts";
import { LogWatch } from "../../bench/soak/log_watch.ts";
import { percentile } from "../../bench/durations.ts";
import { compare, isWithin } from "../../bench/soak/verdict.ts";

Deno.test("Chance repeats its choices with the same seed, and makes others with another seed", () => {
  const choices = (seed: number) => {
    const chance = new Chance(seed);
    return Array.from({ length: 20 }, () => chance.below(1_000));
  };
  assertEquals(choices(1), choices(1));
  assertStrictEquals(choices(1).join() === choices(2).join(), false);
});

Deno.test("wait() ends when its signal aborts", async () => {
  const abort = new AbortController();
  const waited = wait(1_000_000, abort.signal);
  abort.abort();
  await waited;
  await wait(1_000_000, abort.signal);
});

/** Values of a soak: their names, both values, and whether they count as equal. */
const comparisons: [name: string, first: number, last: number, isEqual: boolean][] = [
  ["A: heap, MB", 40, 46, true],
  ["A: heap, MB", 40, 48, false],
  ["A: heap, MB", 40, 20, true],
  ["B: resident memory, MB", 200, 259, true],
  ["B: resident memory, MB", 200, 261, false],
  ["A: descriptors", 40, 44, true],
  ["A: descriptors", 40, 45, false],
  ["A: threads", 10, 34, true],
  ["A: threads", 10, 35, false],
  ["A: GET p50, ms", 1, 4, true],
  ["A: GET p50, ms", 1, 4.1, false],
  ["A: POST p99, ms", 10, 80, true],
  ["A: POST p99, ms", 10, 81, false],
  ["A: event loop delay p99, ms", 1, 54, false],
  ["A under load: processor, ms per request", 2, 3.6, false],
  ["database: keys without expiry", 0, 0, true],
  ["database: keys without expiry", 3, 4, false],
  ["database: expired keys not removed", 0, 1, false],
  ["database: file, bytes per key", 1_000, 1_501, false],
  ["database: write-ahead log, MB", 4, 17, false],
  // Shown only: it depends on the load.
  ["database: keys", 1_000, 9_000, true],
  // The machine cannot measure it.
  ["A: threads", NaN, NaN, true],
];

for (const [name, first, last, isEqual] of comparisons) {
  Deno.test(`a soak ${isEqual ? "accepts" : "reports"} ${name} from ${first} to ${last}`, () => {
    const [row] = compare({ [name]: first }, { [name]: last }, { limits });
    assertStrictEquals(isWithin(row!), isEqual);
  });
}

Deno.test("compare() leaves out what was measured only once", () => {
  const rows = compare({ both: 1, first: 1 }, { both: 2, last: 2 }, { limits: [] });
  assertEquals(rows, [{ name: "both", first: 1, last: 2, allowed: null }]);
});

Deno.test("percentile() finds the median and the highest value of any list", () => {
  assertStrictEquals(percentile([3, 1, 2], 0.5), 2);
  assertStrictEquals(percentile([3, 1, 2], 1), 3);
  assertStrictEquals(percentile([7], 0.99), 7);
  assertStrictEquals(percentile([], 0.5), NaN);
});

Deno.test("Findings counts each sort, and keeps the first three examples", () => {
  const findings = new Findings();
  assertStrictEquals(findings.isEmpty, true);
  for (let n = 1; n <= 5; n++) findings.add("lost", `job ${n}`);
  findings.add("stuck", "job 6");
  assertStrictEquals(findings.isEmpty, false);
  assertStrictEquals(
    `${findings}`,
    "lost: 5\n  job 1\n  job 2\n  job 3\nstuck: 1\n  job 6",
  );
});

/** Output of a program, in pieces, and what a soak finds in it. */
const outputs: [pieces: string[], found: string][] = [
  [['{"level":"INFO","message":"accepted"}\n'], ""],
  [['{"level":"WARN","message":"retry"}\n'], ""],
  [
    ['{"level":"ERR', 'OR","message":"sweep failed"}\n{"level":'],
    'log: sweep failed: 1\n  A: {"level":"ERROR","message":"sweep failed"}',
  ],
  // The clients of the soak judge failed jobs themselves.
  [['{"level":"ERROR","message":"failed"}\n'], ""],
  [["thread 'main' panicked at x.rs:1\n"], "crash: 1\n  A: thread 'main' panicked at x.rs:1"],
  [
    ["error: Uncaught (in promise) Error: no\n"],
    "crash: 1\n  A: error: Uncaught (in promise) Error: no",
  ],
  [["Listening\n"], ""],
];

for (const [pieces, found] of outputs) {
  Deno.test(`a soak finds ${found.split(":")[0] || "nothing"} in ${pieces.join("|")}`, () => {
    const findings = new Findings();
    const read = new LogWatch(findings).reader("A");
    for (const piece of pieces) read(piece);
    assertStrictEquals(`${findings}`, found);
  });
}
