/** Each file of tests belongs to exactly one suite, and each suite runs. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { filesBelow, root } from "../../testing/source_files.ts";
import { type Suite, SUITES, testFilesOf } from "../../testing/suites.ts";

const parts = Object.entries<Suite>(SUITES).flatMap(([name, suite]) =>
  Array.from({ length: suite.parts }, (_, index) => ({ name, suite, part: index + 1 }))
);

Deno.test("each file of tests belongs to exactly one part of a suite", async () => {
  const registered = await Promise.all(parts.map(({ suite, part }) => testFilesOf(suite, part)));
  const files = (await Array.fromAsync(filesBelow("tests")))
    .filter((path) => /_test\.tsx?$/.test(path) && !path.startsWith("tests/suites/"));
  assertEquals(registered.flat().sort(), files.sort());
});

Deno.test("each part of a suite has a module that registers it, and nothing else", async () => {
  const modules = await Promise.all(
    (await Array.fromAsync(filesBelow("tests/suites"))).map((path) =>
      Deno.readTextFile(join(root, path))
    ),
  );
  const calls = parts.map(({ name, suite, part }) =>
    suite.parts > 1 ? `"${name}", ${part}` : `"${name}"`
  );
  const wanted = calls.map((call) =>
    `import { registerTests } from "../../testing/suites.ts";\n\nawait registerTests(${call});\n`
  );
  assertEquals(modules.sort(), wanted.sort());
});
