/** The package that brings the build for Node.js its dependencies. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import nodePackage from "../../ops/node/package.json" with { type: "json" };
import { filesBelow, root } from "../../testing/source_files.ts";

/** The name of a package in a specifier, without the path inside the package. */
const PACKAGE = /^(?:@[\w.-]+\/)?[\w.-]+/;

/**
 * Lists the packages from npm whose code a module imports, without imports of types only. Deno has
 * all of them in `deno.json`; other text that looks like an import is an example for readers.
 */
function packagesOf(source: string): string[] {
  const code = source.replaceAll(/^ *(\*|\/\*|\/\/).*/gm, "").replaceAll(
    /^import type [^;]+;/gm,
    "",
  );
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)]
    .map(([, specifier]) => PACKAGE.exec(specifier!)?.[0] ?? "")
    .filter((name) => Object.hasOwn(denoJson.imports, name));
}

Deno.test("the package for Node.js has the versions of deno.json", () => {
  const imports: Record<string, string> = denoJson.imports;
  const packages = Object.entries({ ...nodePackage.dependencies, ...nodePackage.devDependencies });
  assert(packages.length > 30);
  for (const [name, version] of packages) assertEquals(imports[name], `npm:${name}@${version}`);
});

Deno.test("the package for Node.js has the packages that the program imports, and no other", async () => {
  // Preact's JSX is the import of each page.
  const imported = new Set(["preact"]);
  for (const folder of ["routes", "web", "jobs", "lib"]) {
    for await (const file of filesBelow(folder)) {
      const source = await Deno.readTextFile(join(root, file));
      for (const name of packagesOf(source)) imported.add(name);
    }
  }
  assertEquals(Object.keys(nodePackage.dependencies), [...imported].sort());
});

Deno.test("packagesOf() finds imports of code, but not of types", () => {
  const source = `import { Hono } from "hono";
    import {
      a,
    } from "@deno/kv/esm/npm.js";
    // import { x } from "comment";
    const lazy = await import("currency-codes");
    export { z } from "zod/mini";
    import { b } from "./b.ts";`;
  assertEquals(packagesOf(`import type { X } from "types";\n${source}`), [
    "hono",
    "@deno/kv",
    "currency-codes",
    "zod",
  ]);
});
