import { assertEquals, assertStrictEquals } from "@std/assert";
import { rateOf, type Scored, scoresOf } from "../../../bench/eval/scores.ts";

/** @param verdicts such as `{ c1: true }`: names that begin with `c` are commonsense constraints */
function result(verdicts: Record<string, boolean>, delivered = true): Scored {
  return {
    delivered,
    verdicts: Object.fromEntries(
      Object.entries(verdicts).map(([code, passed]) => [
        code,
        { group: code.startsWith("c") ? "commonsense" : "hard", passed },
      ]),
    ),
  };
}

Deno.test("scoresOf() counts constraints for micro rates, and wishes for macro rates", () => {
  const scores = scoresOf([
    result({ c1: true, c2: true, h1: true }),
    result({ c1: true, c2: false }),
    result({ c1: true, c2: true, h1: false, h2: true }),
    result({ c1: false, c2: false, h1: false }, false),
  ]);

  assertEquals(scores, {
    delivery: { passed: 3, of: 4 },
    commonsense: { micro: { passed: 5, of: 8 }, macro: { passed: 2, of: 4 } },
    // The second wish has no hard constraint, so its plan passes all of them.
    hard: { micro: { passed: 2, of: 4 }, macro: { passed: 2, of: 4 } },
    final: { passed: 1, of: 4 },
    rules: {
      c1: { group: "commonsense", passed: 3, of: 4 },
      c2: { group: "commonsense", passed: 2, of: 4 },
      h1: { group: "hard", passed: 1, of: 3 },
      h2: { group: "hard", passed: 1, of: 1 },
    },
  });
});

Deno.test("scoresOf() passes no wish without a plan, also one without constraints", () => {
  const { delivery, commonsense, hard, final } = scoresOf([result({}, false)]);

  assertEquals(
    [delivery, commonsense.macro, hard.macro, final],
    Array(4).fill({
      passed: 0,
      of: 1,
    }),
  );
});

Deno.test("rateOf() has no rate of nothing", () => {
  assertStrictEquals(rateOf({ passed: 0, of: 0 }), null);
  assertStrictEquals(rateOf({ passed: 1, of: 4 }), 0.25);
});
