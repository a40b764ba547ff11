import { assert } from "@std/assert";
import { fuzzProgram } from "../../testing/fuzz/fuzzed_program.ts";

/** A fixed seed, so that each run does the same. */
const SEED = 20261128;
const CASES = 50;

Deno.test("the real program survives random requests, bytes and answers of a model", async () => {
  const seen = await fuzzProgram({ seed: SEED, count: CASES });
  const results = [...seen.keys()];
  for (const sort of ["request: ", "bytes: ", "model: "]) {
    const reached = results.filter((result) => result.startsWith(sort));
    assert(reached.length >= 2, `${sort}${reached.join()}`);
  }
});
