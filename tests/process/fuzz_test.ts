import { assert } from "@std/assert";
import { join } from "node:path";
import { fuzzProgram, WATCH } from "../../testing/fuzz/fuzzed_program.ts";
import { Program, workDirectory } from "../../testing/program.ts";

/** A fixed seed, so that each run does the same. */
const SEED = 20261128;
const CASES = 30;

Deno.test("the real program survives random requests, bytes and answers of a model", async () => {
  const seen = await fuzzProgram({ seed: SEED, count: CASES });
  const results = [...seen.keys()];
  for (const sort of ["request: ", "bytes: ", "model: "]) {
    const reached = results.filter((result) => result.startsWith(sort));
    assert(reached.length >= 2, `${sort}${reached.join()}`);
  }
});

Deno.test("a program that is busy with one thing for more than a second reports it", async () => {
  await using directory = await workDirectory();
  const preload = join(directory.path, "busy.ts");
  await Deno.writeTextFile(
    preload,
    `import ${JSON.stringify(WATCH)};
    import { cpuUsage } from "node:process";
    const used = () => Object.values(cpuUsage()).reduce((sum, time) => sum + time);
    setTimeout(() => { const end = used() + 1_100_000; while (used() < end); });`,
  );
  await using program = new Program(directory.path, { preload });
  await program.until(({ output }) => output.includes("event loop blocked: "));
});
