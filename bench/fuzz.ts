/**
 * Sends random requests, random bytes and random answers of a model to the real program, and checks
 * that it answers as documented. It prints the seed and what was seen.
 *
 * `deno task fuzz --seed 1 --count 2000`; `--path` repeats the one case that a failure names
 */
import { parseArgs } from "node:util";
import { fuzzProgram } from "../testing/fuzz/fuzzed_program.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
    count: { type: "string", default: "1000" },
    path: { type: "string" },
  },
});
const { path } = values;
const [seed, count] = [Number(values.seed), Number(values.count)];

console.log(`seed ${seed}, ${count} cases`);
const seen = await fuzzProgram({ seed, count, path });
console.table(
  [...seen].toSorted(([, a], [, b]) => b - a).map(([result, times]) => ({ result, times })),
);
