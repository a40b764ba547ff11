import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { variableNames } from "../lib/config.ts";
import denoJson from "../deno.json" with { type: "json" };

const root = join(import.meta.dirname!, "..");

/** A layer may import from itself and from those to its right. */
const layers = ["main", "routes", "static", "jobs", "lib"];

function layerOf(file: string): number {
  const first = file.split("/")[0]!;
  if (first === "main.ts") return layers.indexOf("main");
  // What is made of it.
  return layers.indexOf(first === "dist" ? "static" : first);
}

async function* sourceFiles(): AsyncGenerator<string> {
  yield "main.ts";
  for (const layer of layers.slice(1)) {
    for await (const { name } of Deno.readDir(join(root, layer))) {
      if (/\.tsx?$/.test(name)) yield `${layer}/${name}`;
    }
  }
}

/** The relative imports of a module, static and dynamic, types included. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => match[1]!);
}

/** Imports that run against main → routes → jobs → lib, as sentences. */
function violations(file: string, source: string): string[] {
  return importsOf(source).flatMap((specifier) => {
    const target = relative(root, join(root, dirname(file), specifier));
    return layerOf(target) >= layerOf(file) ? [] : [`${file} must not import ${target}`];
  });
}

Deno.test("imports run one way: main → routes → static → jobs → lib", async () => {
  const found = [];
  let imports = 0;
  for await (const file of sourceFiles()) {
    const source = await Deno.readTextFile(join(root, file));
    imports += importsOf(source).length;
    found.push(...violations(file, source));
  }
  assert.ok(imports > 50, `only ${imports} imports were found`);
  assert.deepEqual(found, []);
});

Deno.test("the check of imports finds those that run the wrong way", () => {
  const source = `import type { Engine } from "../jobs/engine.ts";
    import {
      x,
    } from "../routes/app.ts";
    const lazily = await import("../main.ts");
    import { fine } from "./clock.ts";`;
  assert.deepEqual(violations("lib/log.ts", source), [
    "lib/log.ts must not import jobs/engine.ts",
    "lib/log.ts must not import routes/app.ts",
    "lib/log.ts must not import main.ts",
  ]);
});

Deno.test("what browsers load knows the server by its types, and of its code what has no server in it", async () => {
  const shared = ["../lib/clock.ts", "../lib/retry_after.ts"];
  for await (const file of sourceFiles()) {
    if (!file.startsWith("static/")) continue;
    const source = await Deno.readTextFile(join(root, file));
    const code = source.replaceAll(/^import type [^;]+;/gm, "");
    const imported = importsOf(code).filter((path) => path.startsWith("../"));
    assert.deepEqual(imported.filter((path) => !shared.includes(path)), [], file);
    assert.doesNotMatch(code, /\bDeno\./, file);
  }
});

Deno.test("only main.ts touches the world when it is imported", async () => {
  for await (const file of sourceFiles()) {
    if (file === "main.ts") continue;
    const source = await Deno.readTextFile(join(root, file));
    // At the top level: not indented.
    assert.doesNotMatch(source, /^(const|let|await)\b.*\b(Deno|process)\./m, file);
  }
});

Deno.test("the tasks may read the variables of the configuration, no more and no fewer", () => {
  for (const task of ["dev", "start"] as const) {
    const { command } = denoJson.tasks[task];
    const allowed = command.match(/--allow-env=(\S+)/)?.[1]?.split(",");
    // Deno itself reads the token of a KV Connect server.
    assert.deepEqual(allowed, [...variableNames, "DENO_KV_ACCESS_TOKEN"], task);
    assert.match(command, / --no-prompt /, task);
  }
});

Deno.test("every dependency comes from npm and is pinned by the lock file", async () => {
  const lock = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
  for (const specifier of Object.values(denoJson.imports)) {
    assert.match(specifier, /^npm:/);
    const pinned = Object.keys(lock.specifiers).some((key) =>
      key.startsWith(specifier.replace(/@\^.*/, "@"))
    );
    assert.ok(pinned, `${specifier} is not in deno.lock`);
  }
});
